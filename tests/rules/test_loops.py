"""Rules that set each other off without end stop within ten runs and are told once; others do not wait for them.

Through whatever the circle goes: devices, events, messages on topics, scripts, helpers, templates, notifications.
"""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from homeserver.rules.engine import DEEPEST
from homeserver.runtime.clock import settle
from tests.rules.stage import Stage

Trigger = dict[str, Any]
Action = dict[str, Any]
HELPERS: Final[dict[str, Any]] = {
    "input_boolean": {"one": {}, "two": {}},
    "input_number": {"level": {"min": 0, "max": 1_000_000, "initial": 0}},
    "input_text": {"note": {}},
    "input_button": {"bell": {}},
    "counter": {"turns": {}},
    "group": {"both": {"entities": ["input_boolean.one", "input_boolean.two"]}},
    "template": [{"sensor": [{"name": "twice", "state": "{{ states('input_number.level') | float(0) * 2 }}"}]}],
    "script": {
        "turn": {
            "mode": "parallel",
            "sequence": [{"action": "input_boolean.toggle", "target": {"entity_id": "input_boolean.one"}}],
        },
        "round": {"mode": "parallel", "max": 100, "sequence": [{"event": "go"}]},
        "itself": {
            "mode": "parallel",
            "max": 100,
            "sequence": [
                {"action": "counter.increment", "target": {"entity_id": "counter.turns"}},
                {"action": "script.turn_on", "target": {"entity_id": "script.itself"}},
            ],
        },
    },
    "scene": [
        {"name": "lit", "entities": {"input_boolean.one": "on"}},
        {"name": "dark", "entities": {"input_boolean.one": "off"}},
    ],
}


def act(service: str, entity_id: str = "", **data: Any) -> Action:
    made: Action = {"action": service}
    if entity_id:
        made["target"] = {"entity_id": entity_id}
    return made | ({"data": data} if data else {})


def state(entity_id: str, **more: Any) -> Trigger:
    return {"trigger": "state", "entity_id": entity_id, **more}


def event(type: str) -> Trigger:
    return {"trigger": "event", "event_type": type}


SOON: Final[Action] = {"delay": 0.01}
UP: Final = act("input_number.set_value", "input_number.level", value="{{ states('input_number.level') | float + 1 }}")
ODD: Final = "states('input_number.level') | float(0) % 2 == 1"
GO: Final[Action] = {"event": "go"}
CIRCLES: Final[Mapping[str, list[tuple[list[Trigger], list[Action]]]]] = {
    "devices": [
        (
            [event("go"), state("light.a")],
            [act("light.turn_{{ 'off' if is_state('light.b', 'on') else 'on' }}", "light.b")],
        ),
        ([state("light.b")], [act("light.turn_{{ 'off' if is_state('light.a', 'on') else 'on' }}", "light.a")]),
    ],
    "events": [([event("go")], [{"event": "come"}]), ([event("come")], [GO])],
    "one event of its own": [([event("go")], [GO])],
    "two events for each": [([event("go")], [{"event": "come"}]), ([event("come")], [GO, {"event": "left"}])],
    "messages": [
        ([event("go"), {"trigger": "mqtt", "topic": "ping"}], [act("mqtt.publish", topic="pong", payload="x")]),
        ([{"trigger": "mqtt", "topic": "pong"}], [act("mqtt.publish", topic="ping", payload="x")]),
    ],
    "helpers": [
        ([event("go"), state("input_boolean.one")], [act("input_boolean.toggle", "input_boolean.two")]),
        ([state("input_boolean.two")], [act("input_boolean.toggle", "input_boolean.one")]),
    ],
    "numbers": [([event("go"), {"trigger": "state", "entity_id": "input_number.level"}], [UP])],
    "counters": [([event("go"), state("counter.turns")], [act("counter.increment", "counter.turns")])],
    "templates": [([event("go"), state("sensor.twice")], [UP])],
    "template triggers": [
        ([event("go"), {"trigger": "template", "value_template": f"{{{{ {ODD} }}}}"}], [SOON, UP]),
        ([{"trigger": "template", "value_template": f"{{{{ not {ODD} }}}}"}], [SOON, UP]),
    ],
    "groups": [([event("go"), state("group.both")], [act("homeassistant.toggle", "input_boolean.one")])],
    "scripts": [([event("go"), state("input_boolean.one")], [act("script.turn")])],
    "scripts that are not waited for": [([event("go")], [act("script.turn_on", "script.round")])],
    "a script that begins itself": [([event("go")], [act("script.itself")])],
    "scenes": [
        (
            [event("go"), state("input_boolean.one")],
            [act("scene.turn_on", "scene.{{ 'dark' if is_state('input_boolean.one', 'on') else 'lit' }}")],
        ),
    ],
    "rules by name": [([event("go")], [act("automation.trigger", "automation.c0")])],
    "notifications": [
        (
            [event("go"), {"trigger": "persistent_notification", "update_type": ["added", "updated"]}],
            [act("persistent_notification.create", message="{{ now() }}", notification_id="x")],
        ),
    ],
    "in branches": [([event("go")], [{"parallel": [GO, {"delay": 0.01}]}])],
    "after a short wait": [([event("go")], [{"delay": 0.05}, GO])],
    "in a wait": [([event("go")], [{"wait_for_trigger": [event("never")], "timeout": 0.05}, GO])],
}
OTHERS: Final = 100


def house(circle: list[tuple[list[Trigger], list[Action]]]) -> str:
    rules = [
        {
            "id": f"c{number}",
            "alias": f"c{number}",
            "mode": "parallel",
            "max": 1000,
            "triggers": triggers,
            "actions": actions,
        }
        for number, (triggers, actions) in enumerate(circle)
    ]
    for number in range(OTHERS):
        trigger, action = state(f"binary_sensor.o{number}", to="on"), act("light.turn_on", f"light.o{number}")
        rules.append({"id": f"o{number}", "triggers": [trigger], "actions": [action]})
    rules.append({"id": "start", "triggers": [state("binary_sensor.start", to="on")], "actions": [GO]})
    return yaml.safe_dump(HELPERS | {"automation": rules}, sort_keys=False)


def things() -> dict[str, str]:
    made = {"light.a": "off", "light.b": "off", "binary_sensor.start": "off"}
    return made | {f"binary_sensor.o{n}": "off" for n in range(OTHERS)} | {f"light.o{n}": "off" for n in range(OTHERS)}


async def turns_until(stage: Stage, told: int) -> int:
    """How often the loop goes round until so many commands of the other rules have come."""
    turns = 0
    while sum(entity_id.startswith("light.o") for entity_id, _, _ in stage.props.commands) < told:
        await asyncio.sleep(0)
        turns += 1
        assert turns < 1_000
    return turns


async def others(stage: Stage) -> int:
    for number in range(OTHERS):
        stage.props.set(f"binary_sensor.o{number}", "on")
    return await turns_until(stage, OTHERS)


@pytest.mark.parametrize("through", CIRCLES)
async def test_a_circle_stops_and_harms_nobody(tmp_path: Path, through: str, caplog: pytest.LogCaptureFixture) -> None:
    async with Stage(tmp_path, house([]), things()) as stage:
        alone = await others(stage)
    async with Stage(tmp_path, house(CIRCLES[through]), things()) as stage:
        assert [str(one) for one in stage.rules.book.problems if one.severity == "error"] == []
        stage.props.obeys = through == "devices"
        stage.props.set("binary_sensor.start", "on")
        assert await others(stage) == alone, "others wait for a circle"
        await settle()
        await stage.wait(10)
        rules = stage.rules.all_rules(stage.rules.rules)
        counts = {id: rule.number for id, rule in rules.items() if id[:1] == "c" or id.startswith("script.")}
        stopped = [run for run in stage.runs if "stopped a loop" in run.error or "in a circle" in run.error]
        assert 0 < sum(counts.values()) <= DEEPEST
        assert len(stopped) == 1
        assert all(rules[id].enabled for id in rules if id[:1] == "o")
