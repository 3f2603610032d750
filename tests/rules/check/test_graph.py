"""Circles and fights, through scripts too, and what the graph leaves alone."""

import pytest

from homeserver.rules.check import graph
from tests.rules.check.seeds import problems

SCRIPTS = """
script:
  dark:
    sequence: [{action: light.turn_off, target: {entity_id: light.hall_ceiling}}]
  both:
    sequence: [{action: script.dark}]
  slow:
    sequence: [{delay: 5}, {action: light.turn_off, target: {entity_id: light.hall_ceiling}}]
  round:
    sequence: [{action: script.round}]
automation:
  - id: one
    triggers: [{trigger: state, entity_id: light.hall_ceiling, to: "on"}]
    actions: [ACTION]
  - id: two
    triggers: [{trigger: state, entity_id: light.hall_ceiling, to: "off"}]
    actions: [{action: light.turn_on, target: {entity_id: light.hall_ceiling}}]
"""


@pytest.mark.parametrize(
    ("action", "codes"),
    [
        ("{action: script.dark}", ["loop"]),
        ("{action: script.both}", ["loop"]),
        ("{action: script.turn_on, target: {entity_id: script.dark}}", ["loop"]),
        ("{action: script.slow}", []),
        ("{action: script.round}", []),
        ("{action: script.turn_off, target: {entity_id: script.dark}}", []),
    ],
)
def test_scripts_do_what_they_hold(action: str, codes: list[str]) -> None:
    found = problems(SCRIPTS.replace("ACTION", action))
    assert [one.code for one in found if one.severity == "warning" and one.code != "unknown"] == codes
    assert [one.line for one in found if one.code == "loop"] == [14] * len(codes)


def test_everything_sets_everything_off_and_the_search_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(graph, "MOST", 500)
    trigger = "trigger: state, entity_id: [light.hall_ceiling, switch.coffee_machine]"
    action = "{action: homeassistant.toggle, target: {entity_id: [light.hall_ceiling, switch.coffee_machine]}}"
    text = "".join(f"- id: r{n}\n  triggers: [{{{trigger}}}]\n  actions: [{action}]\n" for n in range(30))
    assert "loop" in {one.code for one in problems(text)}
