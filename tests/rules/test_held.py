"""Holds as rules see them: what they may say, what a run tells of a command that waits, and what groups hand on."""

import itertools
import json
from datetime import UTC
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from homeserver.home.worker import setup as home_setup
from homeserver.rules.held import waits
from homeserver.rules.trace_words import AskTraces, AskWhyNot, Trace
from homeserver.rules.worker import Rules
from homeserver.rules.worker import setup as rules_setup
from homeserver.runtime.memory_broker import MemoryBroker
from homeserver.runtime.rehearsal import Rehearsal
from homeserver.topics.entity import COMMAND, COMMAND_ENDED, ENTITY_STATE
from tests.rules.stage import Stage

RULES = """
group:
  both: {entities: [light.hall_lamp]}
scene:
  - {name: Dark, entities: {light.hall_lamp: "off"}}
automation:
  - id: motion
    triggers: {trigger: state, entity_id: binary_sensor.hall_motion, to: "off"}
    actions: {action: light.turn_off, target: {entity_id: light.hall_lamp}}
  - id: fire
    priority: safety
    hold_for: "00:10:00"
    triggers: {trigger: event, event_type: fire}
    actions: {action: group.turn_on, target: {entity_id: group.both}}
  - id: dark
    triggers: {trigger: event, event_type: dark}
    actions:
      - {action: scene.turn_on, target: {entity_id: scene.dark}, priority: manual}
"""
DEVICE = {"identifiers": ["hall"], "name": "Hall"}
DISCOVERY = {
    "binary_sensor": {"name": "Motion", "state_topic": "hall/motion", "unique_id": "m"},
    "light": {"name": "Lamp", "command_topic": "hall/lamp/set", "state_topic": "hall/lamp", "unique_id": "l"},
}
_ids = itertools.count(1)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "hall.yaml").write_text(RULES)
    return tmp_path


def house(folder: Path, broker: MemoryBroker) -> Rehearsal:
    return Rehearsal(home_setup, rules_setup, folder=folder, broker=broker, settings=["rules.look=3600"])


async def begin(home: Rehearsal) -> None:
    for component, config in DISCOVERY.items():
        payload = json.dumps(config | {"device": DEVICE})
        await home.publish(f"homeassistant/{component}/{component}/config", payload, retain=True)
    await home.publish("hall/motion", "ON", retain=True)
    await home.publish("hall/lamp", "ON", retain=True)
    await home.clock.advance(5)
    home.published.clear()


async def say(home: Rehearsal, entity_id: str, service: str, login: str = "person.anna", **more: Any) -> None:
    where = entity_id.replace(".", "/")
    body = {"id": f"said-{next(_ids)}", "service": service, **more}
    await home.publish(f"homeserver/entity/{where}/command/{login}", json.dumps(body))


async def event(home: Rehearsal, type: str) -> None:
    body = {"type": type, "data": {}, "at": home.clock.now().isoformat()}
    await home.publish("homeserver/event/fired/process.test", json.dumps(body))


def told(home: Rehearsal) -> list[str]:
    found = [payload.decode() for address, payload, _ in home.published if address == "hall/lamp/set"]
    home.published.clear()
    return found


def held(home: Rehearsal) -> Any:
    rules = home.process.hosted["rules"].worker
    assert isinstance(rules, Rules)
    return rules.engine.view.states["light.hall_lamp"].attributes.get("held")


async def ask(home: Rehearsal, verb: str, request: Any) -> Any:
    return await home.process.calls.ask("rules", verb, request)


async def test_a_rule_that_has_to_wait_sees_no_fault_and_tells_of_it(folder: Path) -> None:
    async with house(folder, MemoryBroker()) as home:
        await begin(home)
        ended = home.listen(COMMAND_ENDED)
        await say(home, "light.hall_lamp", "turn_on", hold_for=600)
        assert told(home) == ["ON"]
        await home.publish("hall/motion", "OFF", retain=True)
        assert told(home) == []
        assert [one.outcome for one in ended] == ["held"]
        await home.clock.advance(2)
        (trace,) = (await ask(home, "traces", AskTraces(rule="motion"))).traces
        assert isinstance(trace, Trace)
        assert (trace.outcome, trace.error) == ("finished", "")
        assert trace.commands[0].held.startswith("person.anna (manual) until ")
        sentence = (await ask(home, "why_not", AskWhyNot(rule="motion"))).sentence
        assert "finished, but light.hall_lamp was held by person.anna (manual) until " in sentence
        assert sentence.endswith(": turn_off waited")
        await home.clock.advance(600)
        assert told(home)[:1] == ["OFF"], "what waited is carried out"


async def test_a_rule_says_what_it_weighs_and_a_group_hands_it_on(folder: Path) -> None:
    async with house(folder, MemoryBroker()) as home:
        await begin(home)
        await event(home, "fire")
        assert told(home) == ["ON"]
        assert held(home)["priority"] == 8
        await say(home, "light.hall_lamp", "turn_off")
        await say(home, "group.both", "turn_off")
        assert told(home) == []


async def test_a_person_who_asks_a_group_or_a_scene_is_a_person(folder: Path) -> None:
    async with house(folder, MemoryBroker()) as home:
        await begin(home)
        await say(home, "group.both", "turn_on", hold_for=60)
        assert (told(home), held(home)["priority"]) == (["ON"], 6)
        await say(home, "scene.dark", "turn_on", login="device.spy", priority=9)
        await home.publish("hall/motion", "OFF", retain=True)
        assert told(home) == [], "a device's scene is a rule's at most"
        await say(home, "scene.dark", "turn_on")
        assert told(home) == ["OFF"]
        assert held(home) is None, "and this one does not hold"


async def test_an_action_says_more_than_its_rule(folder: Path) -> None:
    async with house(folder, MemoryBroker()) as home:
        await begin(home)
        await say(home, "light.hall_lamp", "turn_on", hold_for=60)
        home.published.clear()
        await event(home, "dark")
        assert told(home) == ["OFF"], "the scene's lamp is told with the priority of the action"


BY_HAND = """
script:
  off: {sequence: [{action: light.turn_off, target: {entity_id: light.hall_lamp}}]}
  outer: {sequence: [{action: script.off}]}
  weak: {priority: low, sequence: [{action: light.turn_off, target: {entity_id: light.hall_lamp}}]}
  slow: {sequence: [{delay: 30}, {action: light.turn_off, target: {entity_id: light.hall_lamp}}]}
template:
  - switch:
      - name: Behind
        state: "on"
        turn_on: {action: light.turn_on, target: {entity_id: light.hall_lamp}}
        turn_off: {action: light.turn_off, target: {entity_id: light.hall_lamp}}
automation:
  - id: quiet
    triggers: {trigger: event, event_type: quiet}
    actions: {action: light.turn_off, target: {entity_id: light.hall_lamp}}
  - id: calls
    triggers: {trigger: event, event_type: calls}
    actions: {action: script.off}
  - id: urgent
    priority: safety
    triggers: {trigger: event, event_type: urgent}
    actions: {action: script.turn_on, target: {entity_id: script.off}}
"""


async def test_what_a_person_runs_by_hand_acts_as_the_person(folder: Path) -> None:
    (folder / "rules" / "hall.yaml").write_text(BY_HAND)
    async with house(folder, MemoryBroker()) as home:
        await begin(home)
        commands = home.listen(COMMAND, domain="light", object_id="hall_lamp")

        async def weights(*asked: Any) -> list[Any]:
            commands.clear()
            for one in asked:
                await one
            return [command.priority for command in commands]

        assert await weights(say(home, "script.off", "turn_on")) == [6]
        assert await weights(say(home, "script.off", "toggle")) == [6]
        assert await weights(say(home, "script.outer", "turn_on")) == [6], "and the script that it calls"
        assert await weights(say(home, "script.weak", "turn_on")) == [2], "it states its own"
        assert await weights(say(home, "script.off", "turn_on", login="device.spy", priority=9)) == [4]
        assert await weights(say(home, "automation.quiet", "trigger")) == [6]
        assert await weights(say(home, "switch.behind", "turn_off")) == [6]
        assert await weights(event(home, "quiet")) == [None], "nobody asked"
        assert await weights(event(home, "calls")) == [None]
        assert await weights(event(home, "urgent")) == [8], "a rule that says what it weighs hands that on"
        perform = {"action": "script.off", "data": {}, "target": {}}
        by_anna = home.process.calls.ask("rules", "perform", perform, login="person.anna")
        assert await weights(by_anna) == [6]
        trigger = home.process.calls.ask("rules", "trigger", {"rule": "quiet"}, login="person.anna")
        assert await weights(trigger) == [6]


async def test_a_script_that_waits_acts_as_the_person_after_a_restart_too(folder: Path) -> None:
    (folder / "rules" / "hall.yaml").write_text(BY_HAND)
    broker = MemoryBroker()
    async with house(folder, broker) as home:
        await begin(home)
        await say(home, "script.slow", "turn_on", hold_for=90)
    async with house(folder, broker) as home:
        commands = home.listen(COMMAND, domain="light", object_id="hall_lamp")
        await home.clock.advance(60)
        assert [(one.priority, one.hold_for) for one in commands] == [(6, 90.0)]


async def test_a_device_may_not_hold_by_way_of_a_group(folder: Path) -> None:
    async with house(folder, MemoryBroker()) as home:
        await begin(home)
        await say(home, "group.both", "turn_off", login="device.spy", hold_for=60)
        assert (told(home), held(home)) == ([], None)


async def test_the_hold_is_no_change_of_the_lamp(folder: Path) -> None:
    (folder / "rules" / "hall.yaml").write_text(
        "- {id: any, triggers: {trigger: state, entity_id: light.hall_lamp}, actions: {event: seen}}"
    )
    async with house(folder, MemoryBroker()) as home:
        await begin(home)
        await home.clock.advance(5)
        before = len((await ask(home, "traces", AskTraces(rule="any"))).traces)
        states = home.listen(ENTITY_STATE, domain="light", object_id="hall_lamp")
        await home.process.calls.ask("home", "hold", {"entity": "light.hall_lamp", "hold_for": 5})
        await home.clock.advance(10)
        assert ["held" in one.attributes for one in states if one is not None][-2:] == [True, False]
        assert len((await ask(home, "traces", AskTraces(rule="any"))).traces) == before


# -- what may be written


def rule(more: str) -> str:
    return f"- {{id: r, triggers: [], actions: [{{action: light.turn_on, target: {{entity_id: light.a}}, {more}}}]}}"


@pytest.mark.parametrize(
    ("more", "text"),
    [
        (
            "priority: strong",
            "priority: 'strong' is no priority: say low, rule, manual, safety, or a number from 1 to 9",
        ),
        ("priority: 0", "priority: 0 is no priority"),
        ("priority: true", "priority: True is no priority"),
        ("hold_for: soon", "hold_for: 'soon' is no length of time"),
        ("hold_for: '{{ 5 }}'", "hold_for is a length of time such as 00:30:00, and no template"),
        ("hold_fro: 5", "unknown field 'hold_fro'; did you mean hold_for?"),
    ],
)
async def test_what_makes_no_sense_is_told(tmp_path: Path, more: str, text: str) -> None:
    async with Stage(tmp_path, rule(more), {"light.a": "off"}) as stage:
        (problem,) = stage.rules.book.problems
        assert text in problem.text


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ("actions: [{action: light.turn_on, target: {entity_id: light.a}}]", (None, None)),
        ("priority: low, hold_for: 60, actions: [{action: light.turn_on, target: {entity_id: light.a}}]", (2, 60.0)),
        (
            "priority: low, actions: [{action: light.turn_on, target: {entity_id: light.a}, hold_for: {minutes: 2}}]",
            (2, 120.0),
        ),
        (
            "hold_for: 60, actions: [{action: light.turn_on, data: {entity_id: '{{ \"light.a\" }}'}, priority: 7}]",
            (7, 60.0),
        ),
    ],
)
async def test_what_is_written_is_what_the_command_says(tmp_path: Path, rules: str, said: tuple[Any, Any]) -> None:
    text = f"- {{id: r, triggers: {{trigger: state, entity_id: light.b, to: 'on'}}, {rules}}}"
    async with Stage(tmp_path, text, {"light.a": "off", "light.b": "off"}) as stage:
        await stage.set("light.b", "on")
        (command,) = stage.props.full
        assert (command.priority, command.hold_for) == said


async def test_a_run_that_is_kept_says_the_same_after_a_restart(folder: Path) -> None:
    (folder / "rules" / "hall.yaml").write_text(
        "- id: slow\n  priority: safety\n  triggers: {trigger: event, event_type: go}\n  actions:\n"
        "    - {delay: 60}\n    - {action: light.turn_off, target: {entity_id: light.hall_lamp}, hold_for: 30}\n"
    )
    broker = MemoryBroker()
    async with house(folder, broker) as home:
        await begin(home)
        await event(home, "go")
    async with house(folder, broker) as home:
        commands = home.listen(COMMAND, domain="light", object_id="hall_lamp")
        await home.clock.advance(90)
        assert [(one.priority, one.hold_for) for one in commands] == [(8, 30.0)]


def test_what_a_run_tells_of_a_hold() -> None:
    mark = {"by": "person.anna", "priority": 6, "until": "2026-01-05T20:00:00+00:00"}
    assert waits("c", mark, "process.core", None, ZoneInfo("Europe/Berlin")) == {
        "c": "person.anna (manual) until 2026-01-05 21:00:00"
    }
    assert waits("c", mark, "process.core", 6, UTC) == {}
    for strange in (None, "yes", {}, {"priority": "x", "until": "y"}, {"priority": 6, "until": 5}):
        assert waits("c", strange, "process.core", None, UTC) == {}
