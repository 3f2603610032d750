"""Holds: the stronger goes out, the weaker waits, nothing is lost over restarts, and everybody sees who holds what."""

import itertools
import shutil
from pathlib import Path
from typing import Any

import pytest

from homeserver.home.reporting import RETURN
from homeserver.runtime.clock import VirtualClock
from homeserver.runtime.memory_broker import MemoryBroker
from homeserver.runtime.store import Ledger
from homeserver.topics.call import CallError, Reply
from homeserver.topics.entity import COMMAND, COMMAND_ENDED, Command, CommandOutcome
from homeserver.topics.hold import Hold, Release
from tests.home.stage import LOGIN, Kind, Stage, memory_stage, stage_of

PLUG: dict[str, Any] = {"name": "Plug", "unique_id": "plug", "command_topic": "plug/set", "state_topic": "plug"}
BELL: dict[str, Any] = {"name": "Bell", "unique_id": "bell", "command_topic": "bell/set"}
LOCK: dict[str, Any] = {"name": "Door", "unique_id": "door", "command_topic": "door/set", "state_topic": "door"}
LAMP: dict[str, Any] = {
    "name": "Lamp",
    "unique_id": "lamp",
    "schema": "json",
    "supported_color_modes": ["rgb"],
    "command_topic": "lamp/set",
    "state_topic": "lamp",
}
ANNA = "person.anna"
RULE = LOGIN
_ids = itertools.count(1)


async def say(
    stage: Stage,
    login: str,
    entity_id: str,
    service: str,
    priority: int | None = None,
    hold_for: float | None = None,
    *,
    id: str = "",
    tell: bool = False,
    ttl: float = 30.0,
    **data: Any,
) -> Reply | None:
    """What the owner answers."""
    domain, _, object_id = entity_id.partition(".")
    id = id or f"held-{next(_ids)}"
    reply_to = f"homeserver/reply/{login}/core"
    command = Command(id, service, data, ttl, None, reply_to, tell, priority, hold_for)
    count = len(stage.replies)
    stage.bus.say(COMMAND, command, (domain, object_id, login))
    await stage.quiet()
    return stage.replies[-1] if len(stage.replies) > count else None


def ends(stage: Stage) -> list[CommandOutcome]:
    told: list[CommandOutcome] = []
    stage.bus.replay(stage.bus.hear(COMMAND_ENDED, lambda outcome, heard: told.append(outcome), "test"))
    return told


def held(stage: Stage, entity_id: str) -> Any:
    return stage.states[entity_id].attributes.get("held")


@pytest.mark.parametrize("kind", ["memory", "mosquitto"])
async def test_a_rule_waits_for_a_person_and_has_its_way_on_release(kind: Kind, tmp_path: Path) -> None:
    async with stage_of(kind, tmp_path) as stage:
        told = ends(stage)
        await stage.announce("switch", PLUG)
        await stage.report("plug", "OFF")
        await say(stage, ANNA, "switch.plug", "turn_on", hold_for=3600)
        await stage.report("plug", "ON")
        shown = held(stage, "switch.plug")
        assert (shown["by"], shown["priority"]) == (ANNA, 6)
        reply = await say(stage, RULE, "switch.plug", "turn_off", id="night")
        assert reply is not None
        assert reply.ok, "it is taken on, and waits"
        assert stage.told_on("plug/set") == ["ON"]
        assert [(one.id, one.outcome) for one in told] == [("night", "held")]
        assert told[0].message.startswith("switch.plug is held by person.anna (manual) until ")
        assert told[0].message.endswith("; turn_off waits until then")
        answer = await stage.process.calls.ask("home", "release", {"entity": "switch.plug"}, login="person.owner")
        await stage.quiet()
        assert (answer.ended.by, answer.asked, answer.now) == (ANNA, ("turn_off",), None)
        assert stage.told_on("plug/set") == ["ON", "OFF"]
        assert held(stage, "switch.plug") is None
        assert stage.home.refusals.entries == {}


async def test_without_holds_everybody_is_obeyed_as_ever(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    await stage.announce("switch", PLUG)
    monkeypatch.setattr(Ledger, "fetch", lambda *rest: pytest.fail("an ordinary command is not looked up"))
    await say(stage, ANNA, "switch.plug", "turn_on")
    await say(stage, RULE, "switch.plug", "turn_off", priority=1)
    assert stage.told_on("plug/set") == ["ON", "OFF"]
    assert stage.home.commands.holding.holds.of == {}


async def test_the_hold_ends_by_itself_and_the_last_wish_is_carried_out(stage: Stage) -> None:
    await stage.announce("switch", PLUG)
    await say(stage, ANNA, "switch.plug", "turn_on", hold_for=600)
    await stage.report("plug", "ON")
    for service in ("turn_off", "turn_on", "turn_off"):
        await say(stage, RULE, "switch.plug", service)
    await stage.virtual.advance(598)
    assert stage.told_on("plug/set") == ["ON"]
    assert held(stage, "switch.plug") is not None
    await stage.virtual.advance(4)
    await stage.quiet()
    assert stage.told_on("plug/set")[:2] == ["ON", "OFF"]
    assert held(stage, "switch.plug") is None
    await stage.report("plug", "OFF")
    assert stage.states["switch.plug"].cause is not None


async def test_equal_takes_over_and_a_command_that_does_not_hold_ends_the_hold(stage: Stage) -> None:
    await stage.announce("switch", PLUG)
    await say(stage, ANNA, "switch.plug", "turn_on", hold_for=600)
    await say(stage, "person.ben", "switch.plug", "turn_off", hold_for=60)
    assert held(stage, "switch.plug")["by"] == "person.ben"
    await say(stage, RULE, "switch.plug", "turn_on")
    await say(stage, ANNA, "switch.plug", "turn_off")
    assert held(stage, "switch.plug") is None
    await stage.virtual.advance(700)
    assert "ON" not in stage.told_on("plug/set")[1:], "the rule's wish was older than the last word of a person"


async def test_the_stronger_passes_and_the_weaker_hold_comes_back(stage: Stage) -> None:
    await stage.announce("switch", PLUG)
    await say(stage, RULE, "switch.plug", "turn_on", 4, 3600)
    await say(stage, RULE, "switch.plug", "turn_off", 8, 60)
    assert held(stage, "switch.plug")["priority"] == 8
    assert stage.told_on("plug/set") == ["ON", "OFF"]
    await stage.report("plug", "OFF")
    await stage.virtual.advance(62)
    await stage.quiet()
    assert stage.told_on("plug/set")[:3] == ["ON", "OFF", "ON"]
    assert held(stage, "switch.plug")["priority"] == 4


async def test_what_is_done_once_is_refused_meanwhile(stage: Stage) -> None:
    await stage.announce("button", BELL)
    await say(stage, ANNA, "button.bell", "press", hold_for=600)
    reply = await say(stage, RULE, "button.bell", "press", id="rings")
    assert reply is not None
    assert reply.error is not None
    assert reply.error.code == "conflict"
    assert "press is done once and cannot wait" in reply.error.message
    assert [(one.id, one.outcome) for one in stage.failed] == [("rings", "failed")]
    await stage.virtual.advance(700)
    assert stage.told_on("bell/set") == ["PRESS"]
    assert stage.home.refusals.entries == {}, "nothing was wrong with it"


async def test_a_wish_that_fits_no_more_is_told_once_somebody_can_hear_it(stage: Stage) -> None:
    """The hold ends while the broker is away; what is said then would be heard by nobody."""
    assert stage.broker is not None
    select = {"name": "Mode", "unique_id": "mode", "command_topic": "mode/set", "options": ["day", "night"]}
    await stage.announce("select", select)
    await say(stage, ANNA, "select.mode", "select_option", hold_for=60, option="day")
    await say(stage, RULE, "select.mode", "select_option", id="waits", option="night")
    await stage.announce("select", select | {"options": ["day"]})
    stage.broker.stop()
    await stage.virtual.advance(62)
    assert stage.failed == [], "nobody elsewhere could hear it"
    stage.broker.start()
    await stage.virtual.advance(RETURN + 2)
    assert [(one.id, one.outcome) for one in stage.failed] == [("waits", "failed")]
    assert "night" not in stage.told_on("mode/set")


async def test_a_door_does_not_open_long_after_it_was_asked_to(stage: Stage) -> None:
    await stage.announce("lock", LOCK)
    await stage.announce("switch", PLUG, "plug")
    for entity_id, service in (("lock.door", "lock"), ("switch.plug", "turn_on")):
        await say(stage, ANNA, entity_id, service, hold_for=600)
    for entity_id, service in (("lock.door", "unlock"), ("switch.plug", "turn_off")):
        await say(stage, RULE, entity_id, service)
    await stage.virtual.advance(602)
    await stage.quiet()
    assert "UNLOCK" not in stage.told_on("door/set")
    assert "OFF" in stage.told_on("plug/set")
    await say(stage, ANNA, "lock.door", "lock", hold_for=20)
    await say(stage, RULE, "lock.door", "unlock")
    await stage.virtual.advance(22)
    await stage.quiet()
    assert "UNLOCK" in stage.told_on("door/set"), "within its own time it may"


async def test_a_wish_that_holds_is_void_when_its_own_time_is_up(stage: Stage) -> None:
    await stage.announce("switch", PLUG)
    await say(stage, ANNA, "switch.plug", "turn_on", hold_for=600)
    await say(stage, RULE, "switch.plug", "turn_off", hold_for=60)
    await stage.virtual.advance(602)
    await stage.quiet()
    assert "OFF" not in stage.told_on("plug/set")


async def test_of_what_waits_the_last_wish_wins_for_each_attribute(stage: Stage) -> None:
    await stage.announce("light", LAMP)
    await stage.report("lamp", '{"state": "ON"}')
    await say(stage, ANNA, "light.lamp", "turn_off", hold_for=60)
    await stage.report("lamp", '{"state": "OFF"}')
    await say(stage, RULE, "light.lamp", "turn_on", brightness=10)
    await say(stage, RULE, "light.lamp", "turn_on", rgb_color=[255, 0, 0])
    await say(stage, RULE, "light.lamp", "turn_on", brightness=99)
    stage.told.clear()
    await stage.virtual.advance(62)
    await stage.quiet()
    text = "".join(stage.told_on("lamp/set"))
    assert '"brightness":99' in text
    assert '"r":255' in text
    assert '"brightness":10,' not in text
    assert '"brightness":10}' not in text


async def test_who_may_hold_is_told_by_the_login_alone(stage: Stage) -> None:
    await stage.announce("switch", PLUG)
    reply = await say(stage, "device.spy", "switch.plug", "turn_on", hold_for=60)
    assert reply is not None
    assert reply.error is not None
    assert reply.error.code == "denied"
    assert stage.told == []
    await say(stage, ANNA, "switch.plug", "turn_on", priority=9, hold_for=60)
    assert held(stage, "switch.plug")["priority"] == 6, "no person is stronger than a person"
    await say(stage, "device.spy", "switch.plug", "turn_off", priority=9)
    assert stage.told_on("plug/set") == ["ON"], "no device is stronger than a rule"
    for bad in ({"priority": 0}, {"priority": 10}, {"hold_for": -1.0}, {"hold_for": 1e12}):
        reply = await say(stage, RULE, "switch.plug", "turn_off", **bad)
        assert reply is not None
        assert reply.error is not None
        assert (reply.error.code, reply.error.field) == ("invalid", next(iter(bad)))


async def test_an_id_is_taken_note_of_once(stage: Stage) -> None:
    await stage.announce("switch", PLUG)
    await say(stage, ANNA, "switch.plug", "turn_on", hold_for=60, id="a")
    await say(stage, RULE, "switch.plug", "turn_off", id="b")
    await say(stage, ANNA, "switch.plug", "turn_off", id="c")
    for _ in range(2):
        reply = await say(stage, ANNA, "switch.plug", "turn_on", hold_for=60, id="a")
        assert reply is not None
        assert reply.ok
    assert held(stage, "switch.plug") is None
    assert stage.told_on("plug/set") == ["ON", "OFF"]


async def test_what_is_refused_holds_nothing(stage: Stage) -> None:
    await stage.announce("light", LAMP)
    await say(stage, ANNA, "light.lamp", "turn_on", hold_for=60, color_name="ultraviolet")
    assert stage.home.commands.holding.holds.of == {}


async def test_holds_and_what_waits_survive_a_restart_and_end_by_the_wall_clock(tmp_path: Path) -> None:
    broker = MemoryBroker()
    async with memory_stage(tmp_path, broker) as stage:
        await stage.announce("switch", PLUG)
        await stage.announce("switch", {**PLUG, "unique_id": "two", "name": "Two", "command_topic": "two/set"}, "two")
        await say(stage, ANNA, "switch.plug", "turn_on", hold_for=600)
        await say(stage, ANNA, "switch.two", "turn_on", hold_for=6000)
        await stage.report("plug", "ON")
        await say(stage, RULE, "switch.plug", "turn_off")
        await say(stage, RULE, "switch.two", "turn_off")
        clock = stage.virtual
    async with memory_stage(tmp_path, broker, clock) as stage:
        assert held(stage, "switch.plug")["by"] == ANNA
        reply = await say(stage, RULE, "switch.plug", "turn_off", priority=1)
        assert reply is not None
        assert stage.told_on("plug/set") == []
    await clock.advance(700)  # while it is off
    async with memory_stage(tmp_path, broker, clock) as stage:
        assert stage.told_on("plug/set") == ["OFF"]
        assert stage.told_on("two/set") == []
        assert held(stage, "switch.plug") is None
        assert held(stage, "switch.two")["by"] == ANNA


async def test_a_kill_at_any_point_loses_neither_the_hold_nor_what_waits(tmp_path: Path) -> None:
    """The file as each moment left it, opened by another home: nothing was written on the way out."""
    broker, ground, clocks = MemoryBroker(), tmp_path / "ground", {}
    async with memory_stage(ground, broker) as stage:
        await stage.announce("switch", PLUG)
        await say(stage, ANNA, "switch.plug", "turn_on", hold_for=60)
        await stage.report("plug", "ON", retain=True)
        for moment, seconds in (("held", 0), ("waits", 0), ("over", 60)):
            if moment == "waits":
                await say(stage, RULE, "switch.plug", "turn_off", id="night")
            await stage.virtual.advance(seconds)
            shutil.copytree(ground, tmp_path / moment)
            clocks[moment] = stage.virtual.now()
        assert stage.told_on("plug/set") == ["ON", "OFF"]
    found = {}
    for moment, now in clocks.items():
        async with memory_stage(tmp_path / moment, broker, VirtualClock(now)) as stage:
            before = held(stage, "switch.plug") is not None
            await say(stage, RULE, "switch.plug", "turn_off", id="night")  # said again: known, save where it never came
            early = "OFF" in stage.told_on("plug/set")
            await stage.virtual.advance(62)
            await stage.quiet()
            found[moment] = (before, early, "OFF" in stage.told_on("plug/set"), held(stage, "switch.plug"))
    assert found == {
        "held": (True, False, True, None),
        "waits": (True, False, True, None),
        "over": (False, True, True, None),
    }


async def test_a_hold_follows_its_entity_through_a_rename_and_goes_with_it(stage: Stage) -> None:
    await stage.announce("switch", PLUG)
    await say(stage, ANNA, "switch.plug", "turn_on", hold_for=600)
    await stage.process.calls.ask("home", "edit_entity", {"entity": "switch.plug", "id": "switch.heater"})
    await say(stage, RULE, "switch.heater", "turn_off")
    assert stage.told_on("plug/set") == ["ON"]
    await stage.announce("switch", "", "thing")
    await stage.virtual.advance(700)
    assert stage.home.commands.holding.holds.of == {}


async def test_by_setting_what_people_command_holds_and_what_rules_command_does_not(tmp_path: Path) -> None:
    async with memory_stage(tmp_path, manual_hold=300.0) as stage:
        await stage.announce("switch", PLUG)
        await say(stage, RULE, "switch.plug", "turn_off")
        assert held(stage, "switch.plug") is None
        await say(stage, ANNA, "switch.plug", "turn_on")
        assert held(stage, "switch.plug")["by"] == ANNA
        await say(stage, RULE, "switch.plug", "turn_off")
        assert stage.told_on("plug/set") == ["OFF", "ON"]
        await say(stage, ANNA, "switch.plug", "turn_on", hold_for=0)
        assert held(stage, "switch.plug") is None, "0 says that this one does not"


async def test_holding_as_it_is_listing_and_who_may_let_go(stage: Stage) -> None:
    ask = stage.process.calls.ask
    await stage.announce("switch", PLUG)
    with pytest.raises(CallError, match="nobody holds it"):
        await ask("home", "release", Release(entity="switch.plug"))
    with pytest.raises(CallError, match="there is no entity"):
        await ask("home", "hold", Hold(entity="switch.none", hold_for=5))
    line = await ask("home", "hold", Hold(entity="switch.plug", hold_for=500, priority=8))
    assert (line.priority, stage.told) == (8, [])
    await say(stage, ANNA, "switch.plug", "turn_on")
    assert stage.told == []
    listed = await ask("home", "holds", {}, login="person.owner")
    assert listed.total == 1
    assert (listed.holds[0].entity, listed.holds[0].waiting) == ("switch.plug", ("turn_on",))
    with pytest.raises(CallError, match="cannot end that"):
        await ask("home", "release", {"entity": "switch.plug"}, login=ANNA)
    with pytest.raises(CallError, match="nobody holds it with the priority low"):
        await ask("home", "release", {"entity": "switch.plug", "priority": 2})
    await ask("home", "release", {"entity": "switch.plug", "priority": 8})
    await stage.quiet()
    assert stage.told_on("plug/set") == ["ON"]
