"""Holds of entities that the rules own: the same words with the same meaning as for the entities of devices."""

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from homeserver.runtime.arbiter import Arbiter
from homeserver.runtime.clock import VirtualClock, settle
from homeserver.runtime.memory_broker import MemoryBroker
from homeserver.topics.call import REPLY, CallError, Reply
from homeserver.topics.entity import COMMAND, COMMAND_ENDED, COMMAND_FAILED, Command, CommandOutcome
from homeserver.topics.hold import HoldList, Released
from tests.rules.stage import Stage

HOME = """
input_boolean: {guests: }
input_number: {warmth: {min: 5, max: 30}}
input_datetime: {alarm: {has_date: true, has_time: true}}
counter: {doors: }
group:
  lamps: {entities: [light.hall, input_boolean.guests]}
light:
  - platform: template
    lights:
      shade:
        turn_on: {action: light.turn_on, target: {entity_id: light.hall}}
        turn_off: {action: light.turn_off, target: {entity_id: light.hall}}
        set_level:
          {action: light.turn_on, target: {entity_id: light.hall}, data: {brightness: "{{ brightness }}"}}
automation:
  - alias: Night
    triggers: {trigger: state, entity_id: binary_sensor.night, to: "on"}
    actions:
      - {action: input_boolean.turn_off, target: {entity_id: input_boolean.guests}}
      - {action: light.turn_off, target: {entity_id: light.hall}}
  - alias: Fire
    triggers: {trigger: state, entity_id: binary_sensor.smoke, to: "on"}
    actions:
      - action: input_boolean.turn_off
        target: {entity_id: input_boolean.guests}
        priority: safety
        hold_for: 60
"""
THERE = {"binary_sensor.night": "off", "binary_sensor.smoke": "off", "light.hall": "on"}
GUESTS = "input_boolean.guests"
_ids = itertools.count(1)


async def say(
    stage: Stage,
    entity_id: str,
    service: str,
    hold_for: float | None = None,
    priority: int | None = None,
    login: str = "person.anna",
    **data: Any,
) -> Reply | None:
    """What the owner answers to somebody whose login the broker vouches for."""
    replies: list[Reply] = stage.home.listen(REPLY)
    bus = stage.home.bus
    reply_to = f"homeserver/reply/{login}/props"
    command = Command(f"h{next(_ids)}", service, data, 30.0, None, reply_to, False, priority, hold_for)
    bus.say(COMMAND, command, (*entity_id.split("."), login))
    await settle()
    return replies[-1] if replies else None


def state(stage: Stage, entity_id: str) -> str:
    return stage.rules.engine.view.states[entity_id].state


def held(stage: Stage, entity_id: str) -> Any:
    return stage.rules.engine.view.states[entity_id].attributes.get("held")


async def release(stage: Stage, entity_id: str, login: str = "process.core", **also: Any) -> Released:
    answer = await stage.home.process.calls.ask("rules", "release", {"entity": entity_id, **also}, login=login)
    await settle()
    assert isinstance(answer, Released)
    return answer


async def test_a_rule_waits_for_a_person_and_has_its_way_on_release(tmp_path: Path) -> None:
    async with Stage(tmp_path, HOME, THERE) as stage:
        ends: list[CommandOutcome] = stage.home.listen(COMMAND_ENDED)
        await say(stage, GUESTS, "turn_on", 3600)
        assert (state(stage, GUESTS), held(stage, GUESTS)["by"], held(stage, GUESTS)["priority"]) == (
            "on",
            "person.anna",
            6,
        )
        await stage.set("binary_sensor.night", "on")
        assert state(stage, GUESTS) == "on"
        assert [(end.service, end.outcome) for end in ends] == [("turn_off", "held")]
        assert ends[0].message.startswith(f"{GUESTS} is held by person.anna (manual) until ")
        trace = next(iter(stage.rules.engine.traces.of("night")))
        assert [command["held"].split(" until")[0] for command in trace["commands"]] == ["person.anna (manual)", ""]
        listed = await stage.home.process.calls.ask("rules", "holds", {})
        assert isinstance(listed, HoldList)
        assert [(line.entity, line.by, line.wishes, line.waiting) for line in listed.holds] == [
            (GUESTS, "person.anna", ("turn_on",), ("turn_off",))
        ]
        answer = await release(stage, GUESTS)
        assert (answer.ended.by, answer.asked, answer.now) == ("person.anna", ("turn_off",), None)
        assert (state(stage, GUESTS), held(stage, GUESTS)) == ("off", None)


async def test_without_holds_nothing_is_kept_and_nothing_waits(tmp_path: Path) -> None:
    async with Stage(tmp_path, HOME, THERE) as stage:
        await say(stage, GUESTS, "turn_on")
        await stage.set("binary_sensor.night", "on")
        assert state(stage, GUESTS) == "off"
        assert stage.rules.owner.holding.holds.of == {}
        assert stage.rules.owner.holding._timer is None


async def test_the_hold_ends_by_itself(tmp_path: Path) -> None:
    async with Stage(tmp_path, HOME, THERE) as stage:
        await say(stage, GUESTS, "turn_on", 600)
        await stage.set("binary_sensor.night", "on")
        await stage.wait(598)
        assert state(stage, GUESTS) == "on"
        await stage.wait(3)
        assert (state(stage, GUESTS), held(stage, GUESTS)) == ("off", None)
        cause = stage.rules.engine.view.states[GUESTS].cause
        assert cause is not None
        assert cause.parent is not None, "the chain leads to the run that had asked"
        assert stage.rules.owner.holding._timer is None


async def test_the_stronger_goes_through_and_the_weaker_hold_comes_back(tmp_path: Path) -> None:
    async with Stage(tmp_path, HOME, THERE) as stage:
        await say(stage, GUESTS, "turn_on", 600)
        await stage.set("binary_sensor.smoke", "on")
        assert (state(stage, GUESTS), held(stage, GUESTS)["priority"]) == ("off", 8)
        with pytest.raises(CallError, match="cannot end that"):
            await release(stage, GUESTS, login="person.owner")
        await stage.wait(61)
        assert (state(stage, GUESTS), held(stage, GUESTS)["priority"]) == ("on", 6)


async def test_a_hold_and_what_waits_outlive_a_restart(tmp_path: Path) -> None:
    broker, clock = MemoryBroker(), VirtualClock()
    async with Stage(tmp_path, HOME, THERE, broker=broker, clock=clock) as stage:
        await say(stage, GUESTS, "turn_on", 600)
        await stage.set("binary_sensor.night", "on")
    async with Stage(tmp_path, HOME, THERE, broker=broker, clock=clock) as stage:
        assert (state(stage, GUESTS), held(stage, GUESTS)["by"]) == ("on", "person.anna")
        await stage.wait(300)
        assert state(stage, GUESTS) == "on"
        await stage.wait(301)
        assert state(stage, GUESTS) == "off"


async def test_a_hold_that_ran_out_while_the_rules_were_off_ends_as_they_open(tmp_path: Path) -> None:
    broker, clock = MemoryBroker(), VirtualClock()
    async with Stage(tmp_path, HOME, THERE, broker=broker, clock=clock) as stage:
        await say(stage, GUESTS, "turn_on", 600)
        await stage.set("binary_sensor.night", "on")
    await clock.advance(700)
    async with Stage(tmp_path, HOME, THERE, broker=broker, clock=clock) as stage:
        await settle()
        assert (state(stage, GUESTS), held(stage, GUESTS)) == ("off", None)
        assert stage.rules.owner.holding.holds.of == {}


async def test_a_kill_loses_no_hold_and_nothing_that_waits(tmp_path: Path) -> None:
    """The file is copied while the process runs, as a kill would leave it, and the broker has forgotten everything."""
    clock, other = VirtualClock(), tmp_path / "other"
    other.mkdir()
    async with Stage(tmp_path / "one", HOME, THERE, clock=clock) as stage:
        await say(stage, GUESTS, "turn_on", 600)
        await stage.set("binary_sensor.night", "on")
        for name in ("rules.db", "rules.db-wal"):
            if (source := tmp_path / "one" / name).exists():
                (other / name).write_bytes(source.read_bytes())
    async with Stage(other, HOME, THERE, clock=clock) as stage:
        assert state(stage, GUESTS) == "on"
        await release(stage, GUESTS)
        assert state(stage, GUESTS) == "off"


async def test_what_is_done_once_cannot_wait_and_says_why(tmp_path: Path) -> None:
    async with Stage(tmp_path, HOME, THERE) as stage:
        failed: list[CommandOutcome] = stage.home.listen(COMMAND_FAILED)
        await say(stage, "counter.doors", "set_value", 600, value=7)
        reply = await say(stage, "counter.doors", "increment", login="process.props")
        assert reply is not None
        assert reply.error is not None
        assert reply.error.code == "conflict"
        assert reply.error.message.endswith("increment is done once and cannot wait")
        assert state(stage, "counter.doors") == "7"
        assert [one.service for one in failed] == ["increment"]


async def test_wishes_merge_field_by_field(tmp_path: Path) -> None:
    async with Stage(tmp_path, HOME, THERE) as stage:
        await say(stage, "input_datetime.alarm", "set_datetime", 600, datetime="2026-01-01 07:00:00")
        wishes: list[dict[str, Any]] = [{"time": "08:00:00"}, {"date": "2026-02-02"}, {"time": "09:00:00"}]
        for data in wishes:
            await say(stage, "input_datetime.alarm", "set_datetime", login="process.props", **data)
        assert state(stage, "input_datetime.alarm") == "2026-01-01 07:00:00"
        answer = await release(stage, "input_datetime.alarm")
        assert answer.asked == ("set_datetime", "set_datetime")
        assert state(stage, "input_datetime.alarm") == "2026-02-02 09:00:00"


async def test_a_template_light_is_held_and_of_two_wishes_the_last_is_done(tmp_path: Path) -> None:
    async with Stage(tmp_path, HOME, THERE) as stage:
        await say(stage, "light.shade", "turn_on", 600)
        await say(stage, "light.shade", "turn_on", login="process.props", brightness=90)
        await say(stage, "light.shade", "toggle", login="process.props")
        lamp = [command for command in stage.services() if command[0] == "light.hall"]
        assert lamp == [("light.hall", "turn_on")]
        assert held(stage, "light.shade")["by"] == "person.anna"
        behind = [one for one in stage.props.full if one.cause is not None and one.cause.by != "person.anna"][:1]
        assert [(one.priority, one.hold_for) for one in behind] == [(6, 0.0)], (
            "as heavy, and the hold is the light's own"
        )
        answer = await release(stage, "light.shade")
        assert answer.asked == ("turn_off",)
        assert stage.services() == [("light.hall", "turn_off")]
        assert (state(stage, "light.shade"), held(stage, "light.shade")) == ("off", None)


async def test_no_device_holds_and_nobody_claims_more_than_he_is(tmp_path: Path) -> None:
    async with Stage(tmp_path, HOME, THERE) as stage:
        reply = await say(stage, GUESTS, "turn_on", 600, login="device.button")
        assert reply is not None
        assert reply.error is not None
        assert (reply.error.code, state(stage, GUESTS)) == ("denied", "off")
        await say(stage, GUESTS, "turn_on", 600, priority=9)
        assert held(stage, GUESTS)["priority"] == 6


async def test_a_group_is_not_held_but_its_members_are_and_say_for_whom(tmp_path: Path) -> None:
    async with Stage(tmp_path, HOME, THERE) as stage:
        await say(stage, "group.lamps", "turn_on", 600)
        assert held(stage, "group.lamps") is None
        assert (state(stage, GUESTS), held(stage, GUESTS)["by"]) == ("on", "person.anna")
        told = next(one for one in stage.props.full if one.cause and one.cause.by.startswith("group."))
        assert (told.priority, told.hold_for) == (6, 600)
        assert told.cause is not None
        assert told.cause.parent is not None
        assert told.cause.by == "group.lamps for person.anna", "it does not claim to be her"
        with pytest.raises(CallError, match="hands on what it is told"):
            await stage.home.process.calls.ask("rules", "hold", {"entity": "group.lamps", "hold_for": 5})


async def test_holding_as_it_is(tmp_path: Path) -> None:
    async with Stage(tmp_path, HOME, THERE) as stage:
        await say(stage, "input_number.warmth", "set_value", value=21)
        line = await stage.home.process.calls.ask(
            "rules", "hold", {"entity": "input_number.warmth", "hold_for": 60, "priority": 6}
        )
        assert line.priority == 6
        await say(stage, "input_number.warmth", "set_value", login="process.props", value=10)
        assert state(stage, "input_number.warmth") == "21.0"
        with pytest.raises(CallError, match=r"the rules have no entity light\.hall"):
            await release(stage, "light.hall")
        await stage.wait(61)
        assert state(stage, "input_number.warmth") == "10.0"


async def test_what_people_command_holds_where_the_home_says_so(tmp_path: Path) -> None:
    stage = Stage(tmp_path, HOME, THERE, settings=("home.manual_hold=300",))
    async with stage:
        await say(stage, GUESTS, "turn_on")
        await say(stage, "counter.doors", "increment")
        assert held(stage, GUESTS)["by"] == "person.anna"
        assert held(stage, "counter.doors") is None, "a count is no setting that a rule would undo"
        await stage.set("binary_sensor.night", "on")
        assert state(stage, GUESTS) == "on"
        await stage.wait(301)
        assert state(stage, GUESTS) == "off"


async def test_a_thing_that_is_gone_for_good_is_held_by_nobody(tmp_path: Path) -> None:
    async with Stage(tmp_path, HOME, THERE) as stage:
        await say(stage, GUESTS, "turn_on", 60)
        stage.rules.owner.remove(GUESTS)
        await stage.wait(61)
        assert stage.rules.owner.holding.holds.of == {}


async def test_a_weaker_hold_that_ended_of_what_is_not_there_keeps_nobody_busy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broker, clock = MemoryBroker(), VirtualClock()
    async with Stage(tmp_path, HOME, THERE, broker=broker, clock=clock) as stage:
        await say(stage, GUESTS, "turn_on", 600)
        await say(stage, GUESTS, "turn_on", 60, priority=5)
    looks: list[float] = []
    look = Arbiter.to_settle

    def counted(arbiter: Arbiter, is_known: Callable[[str], bool]) -> list[str]:
        looks.append(arbiter.now())
        assert len(looks) < 1000
        return look(arbiter, is_known)

    monkeypatch.setattr(Arbiter, "to_settle", counted)
    home = HOME.replace("input_boolean: {guests: }\n", "")
    async with Stage(tmp_path, home, THERE, broker=broker, clock=clock) as stage:
        await stage.wait(100)
        assert len(stage.rules.owner.holding.holds.of[GUESTS]) == 2
        assert len(looks) < 50
        await stage.wait(501)
        assert stage.rules.owner.holding.holds.of == {}


async def test_a_wish_that_fits_no_more_is_told(tmp_path: Path) -> None:
    async with Stage(tmp_path, HOME, THERE) as stage:
        failed: list[CommandOutcome] = stage.home.listen(COMMAND_FAILED)
        await say(stage, "input_number.warmth", "set_value", 600, value=15)
        await say(stage, "input_number.warmth", "set_value", login="process.props", value=25)
        stage.file.write_text(HOME.replace("max: 30", "max: 20"))
        await stage.rules._load()
        await release(stage, "input_number.warmth")
        assert state(stage, "input_number.warmth") == "15.0"
        assert [one.message for one in failed] == [
            "set_value had waited, and cannot be done any more: input_number.warmth: 25 is not between 5 and 20"
        ]
