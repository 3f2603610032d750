"""Entities of the rules in a whole home: said, told, answered once, kept over restarts and kills."""

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from homeserver.runtime.clock import VirtualClock, settle
from homeserver.runtime.memory_broker import MemoryBroker
from homeserver.runtime.rehearsal import Rehearsal
from homeserver.topics.call import REPLY, CallError, Reply
from homeserver.topics.cause import Cause
from homeserver.topics.entity import (
    COMMAND,
    COMMAND_ENDED,
    ENTITY_CONFIG,
    ENTITY_STATE,
    Command,
    CommandOutcome,
    EntityConfig,
)
from tests.rules.stage import Stage

HOME = """
input_boolean:
  guests:
    name: Guests are here
input_number:
  warmth: {min: 5, max: 30, step: 0.5}
counter:
  doors:
timer:
  tea: {duration: "00:04:00"}
automation:
  - alias: Count the doors
    triggers: {trigger: state, entity_id: binary_sensor.door, to: "on"}
    actions: {action: counter.increment, target: {entity_id: counter.doors}}
"""


async def tell(stage: Stage, entity_id: str, service: str, **data: Any) -> None:
    await stage.home.process.calls.command(entity_id, service, data)
    await settle()


async def say(stage: Stage, entity_id: str, command: Command) -> None:
    """A command as it comes over the bus."""
    bus = stage.home.bus
    bus.say(COMMAND, command, (*entity_id.split("."), bus.login))
    await settle()


def _replies(stage: Stage) -> str:
    return f"homeserver/reply/{stage.home.bus.login}/props"


def state(stage: Stage, entity_id: str) -> str:
    return stage.rules.engine.view.states[entity_id].state


async def test_what_files_name_is_said_with_its_owner(tmp_path: Path) -> None:
    async with Stage(tmp_path, HOME, {"binary_sensor.door": "off"}) as stage:
        view = stage.rules.engine.view
        config = view.configs["input_boolean.guests"]
        assert (config.name, config.owner) == ("Guests are here", "rules")
        assert config.services == ("turn_on", "turn_off", "toggle")
        found = {
            id: view.states[id].state
            for id, config in view.configs.items()
            if config.owner == "rules" and id != "sun.sun"
        }
        assert found == {
            "input_boolean.guests": "off",
            "input_number.warmth": "5.0",
            "counter.doors": "0",
            "timer.tea": "idle",
            "automation.count_the_doors": "on",
        }


async def test_a_command_is_carried_out_and_answered(tmp_path: Path) -> None:
    async with Stage(tmp_path, HOME) as stage:
        await tell(stage, "input_number.warmth", "set_value", value=21)
        assert state(stage, "input_number.warmth") == "21.0"
        with pytest.raises(CallError, match="50 is not between 5 and 30") as told:
            await tell(stage, "input_number.warmth", "set_value", value=50)
        assert (told.value.error.code, told.value.error.field) == ("invalid", "value")
        with pytest.raises(CallError, match="has no service 'set_valu'; it has set_value, increment, decrement"):
            await tell(stage, "input_number.warmth", "set_valu", value=5)
        with pytest.raises(CallError, match="value: Field required"):
            await tell(stage, "input_number.warmth", "set_value")
        assert state(stage, "input_number.warmth") == "21.0"


async def test_the_same_id_is_carried_out_once_over_a_restart_too(tmp_path: Path) -> None:
    broker, clock = MemoryBroker(), VirtualClock()
    async with Stage(tmp_path, HOME, broker=broker, clock=clock) as stage:
        replies: list[Reply] = stage.home.listen(REPLY)
        command = Command("same", "increment", {}, 30.0, Cause("c", "test"), _replies(stage))
        for _ in range(2):
            await say(stage, "counter.doors", command)
        assert state(stage, "counter.doors") == "1"
        assert [reply.ok for reply in replies] == [True, True]
    async with Stage(tmp_path, HOME, broker=broker, clock=clock) as stage:
        await say(stage, "counter.doors", command)
        assert state(stage, "counter.doors") == "1"


async def test_a_command_that_came_too_late_is_refused(tmp_path: Path) -> None:
    async with Stage(tmp_path, HOME) as stage:
        replies: list[Reply] = stage.home.listen(REPLY)
        await say(stage, "counter.doors", Command("late", "increment", {}, -1.0, None, _replies(stage)))
        assert replies[0].error is not None
        assert replies[0].error.code == "expired"
        assert state(stage, "counter.doors") == "0"


async def test_whoever_asks_to_be_told_is_told_the_end(tmp_path: Path) -> None:
    async with Stage(tmp_path, HOME) as stage:
        ends: list[CommandOutcome] = stage.home.listen(COMMAND_ENDED)
        for id in ("one", "two"):
            await say(stage, "input_boolean.guests", Command(id, "turn_on", tell=True))
        assert [(end.id, end.outcome) for end in ends] == [("one", "confirmed"), ("two", "already")]


async def test_a_rule_sees_at_once_what_it_has_done(tmp_path: Path) -> None:
    rules = """
    counter: {doors: }
    automation:
      - alias: Count
        triggers: {trigger: state, entity_id: binary_sensor.door, to: "on"}
        actions:
          - action: counter.increment
            target: {entity_id: counter.doors}
          - condition: state
            entity_id: counter.doors
            state: "1"
          - action: light.turn_on
            target: {entity_id: light.hall}
    """
    async with Stage(tmp_path, rules, {"binary_sensor.door": "off", "light.hall": "off"}) as stage:
        await stage.set("binary_sensor.door", "on")
        assert [command for command in stage.services() if command[0] != "counter.doors"] == [("light.hall", "turn_on")]
        assert state(stage, "counter.doors") == "1"


async def test_what_a_rule_tells_a_helper_fires_the_rules_that_wait_for_it(tmp_path: Path) -> None:
    rules = """
    input_boolean: {guests: }
    automation:
      - alias: One
        triggers: {trigger: state, entity_id: binary_sensor.door, to: "on"}
        actions: {action: input_boolean.turn_on, target: {entity_id: input_boolean.guests}}
      - alias: Two
        triggers: {trigger: state, entity_id: input_boolean.guests, from: "off", to: "on"}
        actions: {action: light.turn_on, target: {entity_id: light.hall}}
    """
    async with Stage(tmp_path, rules, {"binary_sensor.door": "off", "light.hall": "off"}) as stage:
        await stage.set("binary_sensor.door", "on")
        assert ("light.hall", "turn_on") in stage.services()


async def test_everything_is_as_it_was_after_a_restart(tmp_path: Path) -> None:
    broker, clock = MemoryBroker(), VirtualClock()
    async with Stage(tmp_path, HOME, {"binary_sensor.door": "off"}, broker=broker, clock=clock) as stage:
        await tell(stage, "input_boolean.guests", "turn_on")
        await tell(stage, "input_number.warmth", "set_value", value=21.5)
        await tell(stage, "timer.tea", "start")
        await tell(stage, "automation.count_the_doors", "turn_off")
        await stage.set("binary_sensor.door", "on")
        changed = stage.rules.engine.view.states["input_boolean.guests"].changed
    await clock.advance(60)
    async with Stage(tmp_path, HOME, {"binary_sensor.door": "off"}, broker=broker, clock=clock) as stage:
        view = stage.rules.engine.view
        assert view.states["input_boolean.guests"].changed == changed
        found = [state(stage, id) for id in ("input_boolean.guests", "input_number.warmth", "counter.doors")]
        assert found == ["on", "21.5", "0"]
        assert state(stage, "automation.count_the_doors") == "off"
        await stage.set("binary_sensor.door", "on")
        assert state(stage, "counter.doors") == "0"
        await tell(stage, "automation.count_the_doors", "turn_on")
        await stage.set("binary_sensor.door", "off")
        await stage.set("binary_sensor.door", "on")
        assert state(stage, "counter.doors") == "1"
        assert state(stage, "timer.tea") == "active"
        await stage.wait(180)
        assert state(stage, "timer.tea") == "idle"


async def test_what_was_answered_is_there_after_a_kill(tmp_path: Path) -> None:
    """The file is copied while the process runs, as a kill would leave it, and the broker has forgotten everything."""
    clock = VirtualClock()
    other = tmp_path / "other"
    other.mkdir()
    async with Stage(tmp_path / "one", HOME, clock=clock) as stage:
        await tell(stage, "input_number.warmth", "set_value", value=17)
        await tell(stage, "counter.doors", "increment")
        for name in ("rules.db", "rules.db-wal"):
            source = tmp_path / "one" / name
            if source.exists():
                (other / name).write_bytes(source.read_bytes())
    async with Stage(other, HOME, clock=clock) as stage:
        assert state(stage, "input_number.warmth") == "17.0"
        assert state(stage, "counter.doors") == "1"


async def test_what_is_gone_from_the_files_is_taken_back(tmp_path: Path) -> None:
    broker, clock = MemoryBroker(), VirtualClock()
    async with Stage(tmp_path, HOME, broker=broker, clock=clock) as stage:
        await tell(stage, "input_boolean.guests", "turn_on")
    shorter = HOME.replace("guests:", "visitors:")
    async with Stage(tmp_path, shorter, broker=broker, clock=clock) as stage:
        assert "input_boolean.guests" not in stage.rules.engine.view.configs
        assert state(stage, "input_boolean.visitors") == "off"
        assert not any("input_boolean/guests" in address for address in broker.retained)
        stage.file.write_text(HOME)
        await stage.rules._load()
        await settle()
        assert state(stage, "input_boolean.guests") == "on"  # it is known for a while what it was
        assert "input_boolean.visitors" not in stage.rules.engine.view.configs


async def test_a_reload_leaves_alone_what_did_not_change(tmp_path: Path) -> None:
    async with Stage(tmp_path, HOME) as stage:
        await tell(stage, "timer.tea", "start")
        await tell(stage, "input_number.warmth", "set_value", value=25)
        stage.file.write_text(HOME.replace("max: 30", "max: 20"))
        await stage.rules._load()
        await settle()
        assert state(stage, "timer.tea") == "active"
        assert state(stage, "input_number.warmth") == "20.0"


async def test_a_fault_in_a_helper_is_told_with_its_place_and_spoils_nothing_else(tmp_path: Path) -> None:
    async with Stage(tmp_path, HOME.replace("min: 5", "min: cold")) as stage:
        assert "input_number.warmth" not in stage.rules.engine.view.configs
        assert state(stage, "input_boolean.guests") == "off"
        told = [str(problem) for problem in stage.rules.book.problems]
        assert any("test.yaml:6" in line and "min must be a number, not 'cold'" in line for line in told), told


async def test_what_a_device_is_called_already_cannot_be_a_helper(tmp_path: Path) -> None:
    async with Stage(tmp_path, HOME, {"input_boolean.guests": "on"}) as stage:
        told = [str(problem) for problem in stage.rules.book.problems]
        assert any("input_boolean.guests is there already, of the worker props" in line for line in told), told
        assert stage.rules.engine.view.configs["input_boolean.guests"].owner == "props"


async def test_a_second_start_says_nothing_that_the_broker_holds(tmp_path: Path) -> None:
    broker, clock = MemoryBroker(), VirtualClock()
    async with Stage(tmp_path, HOME, broker=broker, clock=clock) as stage:
        await tell(stage, "input_boolean.guests", "turn_on")
        await stage.wait(5)
    published: list[str] = []
    say = MemoryBroker.route

    def watched(self: MemoryBroker, *arguments: Any, **named: Any) -> Any:
        published.append(str(arguments))
        return say(self, *arguments, **named)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(MemoryBroker, "route", watched)
        async with Stage(tmp_path, HOME, broker=broker, clock=clock) as stage:
            await stage.wait(5)
    assert not [line for line in published if "homeserver/entity/" in line and "/sun/" not in line]


async def test_a_file_that_cannot_be_written_is_told_to_whoever_asks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with Stage(tmp_path, HOME) as stage:

        def full(*arguments: Any) -> int:
            raise sqlite3.OperationalError("database or disk is full")

        monkeypatch.setattr(stage.rules.owner._memory.turn, "write", full)
        with pytest.raises(CallError, match="disk is full"):
            await tell(stage, "counter.doors", "increment")
        assert state(stage, "counter.doors") == "0"


async def test_a_home_of_its_own_process_hears_of_it(tmp_path: Path) -> None:
    broker, clock = MemoryBroker(), VirtualClock()
    async with (
        Stage(tmp_path, HOME, broker=broker, clock=clock),
        Rehearsal(broker=broker, process="bridge", clock=clock, folder=tmp_path / "bridge") as other,
    ):
        configs: list[EntityConfig | None] = other.listen(ENTITY_CONFIG, domain="counter")
        states = other.listen(ENTITY_STATE, domain="counter")
        await settle()
        await other.process.calls.command("counter.doors", "increment", {})
        await clock.advance(1)
        assert [config.owner for config in configs if config is not None] == ["rules"]
        assert [one.state for one in states if one is not None][-1] == "1"
