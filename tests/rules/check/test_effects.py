"""What rules do to the home, read from their text."""

import pytest

from homeserver.rules.check.effects import ANEW, World, effects
from homeserver.rules.check.known import Known, Thing
from homeserver.rules.check.outline import outline
from homeserver.rules.reading.problem import Problem
from homeserver.rules.reading.yaml_source import Map, read

KNOWN = Known({"light.a": Thing(places=["area:hall"]), "light.b": Thing(places=["area:hall"]), "fan.c": Thing()})


def done(actions: str) -> list[tuple[str, str, str, bool]]:
    node = read(f"{{triggers: [], actions: {actions}}}").root
    assert isinstance(node, Map)
    made = outline("r", node, lambda error, rule, severity: Problem("f", error.line, rule, error.field, error.text))
    return [(one.kind, one.what, one.value, one.late) for one in effects(made, World(KNOWN, {}))]


@pytest.mark.parametrize(
    ("actions", "wanted"),
    [
        ("[{action: light.turn_on, target: {entity_id: light.a}}]", [("state", "light.a", "on", False)]),
        ("{service: light.turn_off, entity_id: 'light.a, light.b'}", [("light.a", "off"), ("light.b", "off")]),
        ("[{action: light.turn_on, target: {area_id: hall}}]", [("light.a", "on"), ("light.b", "on")]),
        ("[{action: fan.turn_on, target: {area_id: hall}}]", []),
        ("[{action: homeassistant.toggle, target: {entity_id: fan.c}}]", [("fan.c", ANEW)]),
        ("[{action: select.select_option, target: {entity_id: select.x}, data: {option: 'on'}}]", [("select.x", "on")]),
        ("[{action: select.select_option, target: {entity_id: select.x}, data: {option: '{{ y }}'}}]", []),
        ("[{action: fan.set_percentage, target: {entity_id: fan.c}, data: {percentage: 5}}]", "set_percentage"),
        ("[{event: said}]", [("event", "said", ANEW, False)]),
        ("[{action: light.turn_on, target: {entity_id: light.a}, enabled: false}]", []),
        ("[{stop: now}, {action: light.turn_on, target: {entity_id: light.a}}]", []),
        ("[{delay: 1}, {action: light.turn_on, target: {entity_id: light.a}}]", [("state", "light.a", "on", True)]),
        ("[{if: '{{ x }}', then: [{action: light.turn_on, target: {entity_id: light.a}}]}]", [("light.a", "on")]),
        ("[{choose: [{conditions: '{{ false }}', sequence: [{event: never}]}]}]", []),
        ("[{repeat: {count: 2, sequence: [{event: again}]}}]", [("event", "again", ANEW, False)]),
    ],
)
def test_effects(actions: str, wanted: object) -> None:
    found = done(actions)
    if isinstance(wanted, str):
        assert [row[0] for row in found] == [wanted]
        return
    assert isinstance(wanted, list)
    assert [row if len(want) == 4 else row[1:3] for row, want in zip(found, wanted, strict=True)] == wanted
