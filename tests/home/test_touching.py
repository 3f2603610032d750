"""What is switched at the device itself holds where the home says so, and nothing else is taken for that."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from homeserver.runtime.clock import VirtualClock
from homeserver.topics.hold import Release
from tests.home.stage import Stage, memory_stage
from tests.home.test_holding import ANNA, PLUG, RULE, held, say

DEVICE: dict[str, Any] = {"identifiers": ["wall"], "name": "Wall"}
WITH_BOOST: dict[str, Any] = {**PLUG, "device": DEVICE}
BOOST: dict[str, Any] = {"name": "Boost", "unique_id": "boost", "command_topic": "boost/set", "device": DEVICE}
SHUTTER: dict[str, Any] = {
    "name": "Shutter",
    "unique_id": "shutter",
    "command_topic": "shutter/set",
    "state_topic": "shutter",
}
GROUP: dict[str, Any] = {
    "name": "All",
    "unique_id": "all",
    "command_topic": "all/set",
    "state_topic": "all",
    "group": ["plug"],
}


@pytest.fixture
async def touched(tmp_path: Path) -> AsyncIterator[Stage]:
    async with memory_stage(tmp_path, sets=["home.device_hold=300"]) as stage:
        await stage.announce("switch", PLUG)
        await stage.report("plug", "OFF")
        await stage.virtual.advance(11)
        yield stage


async def by_hand(stage: Stage, word: str) -> None:
    await stage.report("plug", word)
    await stage.virtual.advance(1.1)


async def test_a_wall_switch_holds_against_a_rule_and_not_against_a_person(touched: Stage) -> None:
    await by_hand(touched, "ON")
    shown = held(touched, "switch.plug")
    assert (shown["by"].partition(":")[0], shown["priority"]) == ("device", 6)
    reply = await say(touched, RULE, "switch.plug", "turn_off")
    assert reply is not None
    assert reply.ok
    assert touched.told_on("plug/set") == [], "it waits"
    await say(touched, ANNA, "switch.plug", "turn_off")
    assert touched.told_on("plug/set") == ["OFF"]


async def test_the_hold_ends_and_what_waited_is_done(touched: Stage) -> None:
    await by_hand(touched, "ON")
    await say(touched, RULE, "switch.plug", "turn_off")
    await touched.virtual.advance(290)
    assert touched.told_on("plug/set") == []
    await touched.virtual.advance(12)
    assert set(touched.told_on("plug/set")) == {"OFF"}
    assert held(touched, "switch.plug") is None


async def test_a_hand_that_undoes_what_a_rule_has_just_done_holds(touched: Stage) -> None:
    await say(touched, RULE, "switch.plug", "turn_on")
    await touched.report("plug", "ON")
    await touched.virtual.advance(3)
    await by_hand(touched, "OFF")
    assert held(touched, "switch.plug")["priority"] == 6
    await say(touched, RULE, "switch.plug", "turn_on")
    assert touched.told_on("plug/set") == ["ON"]


async def test_switching_again_by_hand_holds_anew_and_a_person_who_holds_longer_goes_on_holding(touched: Stage) -> None:
    await by_hand(touched, "ON")
    first = held(touched, "switch.plug")["until"]
    await touched.virtual.advance(100)
    await by_hand(touched, "OFF")
    assert held(touched, "switch.plug")["until"] > first
    await say(touched, ANNA, "switch.plug", "turn_on", hold_for=7200)
    await touched.report("plug", "ON")
    await by_hand(touched, "OFF")
    assert held(touched, "switch.plug")["by"] == ANNA


async def obeying(stage: Stage) -> None:
    await say(stage, RULE, "switch.plug", "turn_on")
    await by_hand(stage, "ON")


async def obeying_late(stage: Stage) -> None:
    await say(stage, RULE, "switch.plug", "turn_on", ttl=20)
    await stage.virtual.advance(15)
    await by_hand(stage, "ON")


async def answering_with_what_it_was_before(stage: Stage) -> None:
    await obeying(stage)
    for word in ("OFF", "ON"):
        await stage.report("plug", word)
        await stage.virtual.advance(0.4)
    await stage.virtual.advance(2)


async def coming_back(stage: Stage) -> None:
    await stage.announce("switch", {**PLUG, "availability_topic": "plug/there"})
    await stage.report("plug/there", "offline")
    await stage.report("plug/there", "online")
    await by_hand(stage, "ON")


async def told_through_its_group(stage: Stage) -> None:
    await stage.announce("switch", GROUP, "all")
    await stage.report("all", "OFF")
    await say(stage, RULE, "switch.all", "turn_on")
    await stage.report("all", "ON")
    await by_hand(stage, "ON")


async def told_through_another_part_of_it(stage: Stage) -> None:
    await stage.announce("switch", WITH_BOOST)
    await stage.announce("button", BOOST, "boost")
    await stage.report("plug", "OFF")
    await stage.virtual.advance(11)
    await say(stage, RULE, "button.wall_boost", "press")
    assert stage.told_on("boost/set") == ["PRESS"]
    await by_hand(stage, "ON")


async def test_a_shutter_on_its_way_obeys_and_one_that_nobody_sent_is_held(touched: Stage) -> None:
    await touched.announce("cover", SHUTTER, "shutter")
    await touched.report("shutter", "closed")
    await touched.virtual.advance(11)
    await say(touched, RULE, "cover.shutter", "open_cover")
    await touched.report("shutter", "opening")
    await touched.virtual.advance(45)
    await touched.report("shutter", "open")
    await touched.virtual.advance(2)
    assert touched.states["cover.shutter"].state == "open"
    assert held(touched, "cover.shutter") is None
    await touched.virtual.advance(30)
    await touched.report("shutter", "closing")
    await touched.virtual.advance(2)
    assert held(touched, "cover.shutter")["priority"] == 6


async def test_what_does_not_last_holds_nothing(touched: Stage) -> None:
    await touched.announce("switch", {**PLUG, "availability_topic": "plug/there"})
    await touched.report("plug/there", "online")
    await touched.virtual.advance(11)
    await touched.report("plug", "ON")
    await touched.report("plug/there", "offline")
    await touched.virtual.advance(2)
    await touched.report("plug/there", "online")
    await touched.virtual.advance(2)
    assert touched.states["switch.plug"].state == "on"
    assert held(touched, "switch.plug") is None


@pytest.mark.parametrize(
    "happens",
    [
        obeying,
        obeying_late,
        answering_with_what_it_was_before,
        coming_back,
        told_through_its_group,
        told_through_another_part_of_it,
    ],
)
async def test_what_looks_like_a_hand_and_is_none_holds_nothing(touched: Stage, happens: Any) -> None:
    await happens(touched)
    entity_id = next(id for id in touched.states if id.startswith("switch.") and id != "switch.all")
    assert touched.states[entity_id].state == "on"
    assert held(touched, entity_id) is None


async def test_what_changed_while_the_home_was_away_holds_nothing(tmp_path: Path) -> None:
    sets = ["home.device_hold=300"]
    async with memory_stage(tmp_path, sets=sets) as stage:
        await stage.announce("switch", PLUG)
        await stage.report("plug", "OFF", retain=True)
        broker = stage.broker
    assert broker is not None
    broker.retained["plug"] = b"ON"
    async with memory_stage(tmp_path, broker, sets=sets) as stage:
        await stage.virtual.advance(3)
        assert stage.states["switch.plug"].state == "on"
        assert held(stage, "switch.plug") is None


async def test_a_home_that_ends_a_moment_after_a_hand_leaves_nothing_behind(tmp_path: Path) -> None:
    clock = VirtualClock()
    async with memory_stage(tmp_path, clock=clock, sets=["home.device_hold=300"]) as stage:
        await stage.announce("switch", PLUG)
        await stage.report("plug", "OFF")
        await clock.advance(11)
        await stage.report("plug", "ON")
        holding = stage.home.commands.holding
    await clock.advance(5)
    assert holding.holds.of == {}


async def test_it_is_let_go_like_any_hold_and_without_the_setting_nothing_holds(touched: Stage, tmp_path: Path) -> None:
    await by_hand(touched, "ON")
    await touched.process.calls.ask("home", "release", Release(entity="switch.plug"))
    await touched.quiet()
    assert held(touched, "switch.plug") is None
    async with memory_stage(tmp_path / "plain") as plain:
        await plain.announce("switch", PLUG)
        await plain.report("plug", "OFF")
        await by_hand(plain, "ON")
        assert held(plain, "switch.plug") is None
