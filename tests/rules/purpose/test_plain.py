"""Named triggers and conditions in plain words, and what the check makes of them."""

from typing import Any

import pytest

from homeserver.rules.purpose.plain import plain_condition, plain_trigger
from homeserver.rules.reading.yaml_source import Map, read
from tests.rules.check.seeds import problems


def node(text: str) -> Map:
    found = read(text).root
    assert isinstance(found, Map)
    return found


@pytest.mark.parametrize(
    ("name", "text", "plain"),
    [
        (
            "light.turned_on",
            "id: x\ntarget: {entity_id: [light.a, light.b]}",
            {"id": "x", "entity_id": ["light.a", "light.b"], "to": ["on"]},
        ),
        (
            "media_player.paused_playing",
            "target: {entity_id: media_player.a}\noptions: {for: 5}",
            {"entity_id": "media_player.a", "to": ["paused"], "from": ["buffering", "playing"], "for": 5},
        ),
        ("vacuum.docked", "target: {entity_id: vacuum.a}", {"entity_id": "vacuum.a", "to": ["docked"]}),
        # what is not the same in plain words stays as it is
        ("light.turned_on", "target: {area_id: kitchen}", None),
        ("light.turned_on", "target: {entity_id: light.a, area_id: kitchen}", None),
        ("light.turned_on", "target: {entity_id: switch.a}", None),
        ("light.turned_on", "target: {entity_id: light.a}\noptions: {behavior: all}", None),
        ("climate.started_heating", "target: {entity_id: climate.a}", None),
        ("light.brightness_changed", "target: {entity_id: light.a}", None),
        ("light.turn_on", "target: {entity_id: light.a}", None),
        ("light.turned_on", "id: x", None),
    ],
)
def test_triggers(name: str, text: str, plain: dict[str, Any] | None) -> None:
    assert plain_trigger(name, node(text)) == plain


@pytest.mark.parametrize(
    ("name", "text", "plain"),
    [
        (
            "light.is_on",
            "target: {entity_id: [light.a, light.b]}\noptions: {behavior: all, for: 5}",
            {"entity_id": ["light.a", "light.b"], "state": ["on"], "match": "all", "for": 5},
        ),
        ("light.is_off", "target: {entity_id: light.a}", {"entity_id": "light.a", "state": ["off"], "match": "any"}),
        ("light.is_off", "target: {label_id: a}", None),
        ("door.is_open", "target: {entity_id: cover.a}", None),
    ],
)
def test_conditions(name: str, text: str, plain: dict[str, Any] | None) -> None:
    assert plain_condition(name, node(text)) == plain


def rules(trigger: str, service: str) -> str:
    return f"""
- id: one
  triggers:
    - trigger: {trigger}
      target: {{entity_id: light.a}}
  actions:
    - action: light.toggle
      target: {{entity_id: light.a}}
- id: two
  triggers:
    - trigger: switch.turned_on
      target: {{entity_id: switch.s}}
  conditions:
    - condition: light.is_on
      target: {{entity_id: light.b}}
  actions:
    - action: light.turn_on
      target: {{entity_id: light.c}}
- id: three
  triggers:
    - trigger: switch.turned_on
      target: {{entity_id: switch.s}}
  conditions:
    - condition: light.is_{service}
      target: {{entity_id: light.b}}
  actions:
    - action: light.turn_off
      target: {{entity_id: light.c}}
"""


@pytest.mark.parametrize(
    ("trigger", "service", "codes"),
    [("light.turned_on", "on", ["loop", "conflict"]), ("lock.locked", "off", [])],
)
def test_the_check_sees_circles_and_fights(trigger: str, service: str, codes: list[str]) -> None:
    text = rules(trigger, service)
    if trigger == "lock.locked":
        text = text.replace("entity_id: light.a}\n  actions", "entity_id: lock.a}\n  actions")
    found = [problem.code for problem in problems(text)]
    assert [code for code in found if code in ("loop", "conflict")] == codes
