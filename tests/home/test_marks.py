"""What people see of commands that are not done: wanted while they are on their way, then not confirmed."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from homeserver.home import delivering
from homeserver.runtime.memory_broker import MemoryBroker
from tests.home.stage import Kind, Stage, memory_stage, stage_of

SWITCH: dict[str, Any] = {"name": "Plug", "unique_id": "plug", "command_topic": "plug/set", "state_topic": "plug"}
LAMP: dict[str, Any] = {
    "name": "Lamp",
    "unique_id": "lamp",
    "schema": "json",
    "brightness": True,
    "supported_color_modes": ["rgb"],
    "command_topic": "lamp/set",
    "state_topic": "lamp",
    "device": {"identifiers": ["lamp"], "name": "Lamp"},
}
GATE: dict[str, Any] = {"name": "Gate", "unique_id": "gate", "command_topic": "gate/set", "state_topic": "gate"}


def marks(stage: Stage, entity_id: str) -> dict[str, Any]:
    said = stage.states[entity_id].attributes
    return {name: said[name] for name in ("wanted", "not_confirmed") if name in said}


async def test_a_command_that_is_confirmed_at_once_says_nothing_more(stage: Stage) -> None:
    await stage.announce("switch", SWITCH)
    await stage.report("plug", "OFF")
    stage.history.clear()
    await stage.command("switch.plug", "turn_on")
    await stage.virtual.advance(delivering.UNSEEN * 0.8)
    await stage.report("plug", "ON")
    await stage.virtual.advance(60)
    assert [(state.state, state.attributes) for _, state in stage.history if state is not None] == [("on", {})]


@pytest.mark.parametrize("kind", ["memory", "mosquitto"])
async def test_what_is_on_its_way_is_seen_beside_what_the_device_reports(tmp_path: Path, kind: Kind) -> None:
    async with stage_of(kind, tmp_path) as stage:
        await stage.announce("light", LAMP)
        await stage.report("lamp", '{"state": "OFF"}')
        await stage.command("light.lamp", "turn_on", brightness=120, id="dim")
        await stage.process.clock.sleep(0.1) if kind == "mosquitto" else await stage.virtual.advance(0.1)
        said = stage.states["light.lamp"]
        assert (said.state, said.attributes["wanted"]) == ("off", {"state": "on", "brightness": 120})
        assert said.cause is not None
        assert said.cause.parent == "dim"
        await stage.report("lamp", '{"state": "ON", "brightness": 119}')
        assert stage.states["light.lamp"].state == "on"
        assert marks(stage, "light.lamp") == {}


async def test_what_is_not_confirmed_is_seen_until_it_comes_true(stage: Stage) -> None:
    await stage.announce("light", LAMP)
    await stage.report("lamp", '{"state": "OFF"}')
    given_up = stage.virtual.now() + timedelta(seconds=5)
    await stage.command("light.lamp", "turn_on", brightness=120, ttl=5)
    await stage.virtual.advance(6)
    missed = marks(stage, "light.lamp")["not_confirmed"]
    assert abs(datetime.fromisoformat(missed.pop("since")) - given_up) <= timedelta(seconds=1)
    assert missed == {"service": "turn_on", "wanted": {"state": "on", "brightness": 120}}
    assert "wanted" not in marks(stage, "light.lamp")
    [device] = (await stage.process.calls.ask("home", "devices", {})).devices
    assert device.problems == ("light.lamp did not confirm turn_on (state on, brightness 120)",)
    await stage.report("lamp", '{"state": "ON", "brightness": 50}')
    assert "not_confirmed" in marks(stage, "light.lamp")
    await stage.report("lamp", '{"state": "ON", "brightness": 120}')
    assert marks(stage, "light.lamp") == {}


async def test_a_newer_command_ends_the_complaint_about_the_older(stage: Stage) -> None:
    await stage.announce("switch", SWITCH)
    await stage.command("switch.plug", "turn_on", ttl=2)
    await stage.virtual.advance(3)
    assert list(marks(stage, "switch.plug")) == ["not_confirmed"]
    await stage.command("switch.plug", "turn_off")
    assert marks(stage, "switch.plug") == {}
    await stage.virtual.advance(1)
    assert marks(stage, "switch.plug") == {"wanted": {"state": "off"}}


async def test_the_complaint_survives_a_restart_and_a_wish_is_seen_again(tmp_path: Path) -> None:
    broker = MemoryBroker()
    async with memory_stage(tmp_path, broker) as stage:
        await stage.announce("light", {**LAMP, "json_attributes_topic": "lamp/more"})
        await stage.announce("switch", SWITCH, "s")
        await stage.report("lamp/more", '{"linkquality": 80}')
        await stage.command("light.lamp", "turn_on", rgb_color=[255, 0, 0], ttl=2)
        await stage.command("switch.plug", "turn_on", ttl=60)
        await stage.virtual.advance(5)
        before = stage.states["light.lamp"]
        clock = stage.virtual
    async with memory_stage(tmp_path, broker, clock) as stage:
        await stage.virtual.advance(1)
        assert json.dumps(stage.states["light.lamp"].attributes) == json.dumps(before.attributes)
        assert stage.states["light.lamp"].attributes["linkquality"] == 80
        assert marks(stage, "switch.plug") == {"wanted": {"state": "on"}}
        await stage.report("lamp", '{"state": "ON", "color_mode": "rgb", "color": {"r": 254, "g": 1, "b": 1}}')
        assert marks(stage, "light.lamp") == {}
        assert "wanted" not in stage.states["light.lamp"].attributes


async def test_a_device_cannot_say_it_in_the_homes_place(tmp_path: Path) -> None:
    broker = MemoryBroker()
    device = {"device": {"identifiers": ["d"], "name": "D"}}
    bell = {"name": "Bell", "unique_id": "bell", "state_topic": "bell", "event_types": ["ring"]}
    lies = {"wanted": {"state": "x"}, "not_confirmed": {"wanted": {"state": "on"}}, "unknown_reason": "y", "true": 1}
    async with memory_stage(tmp_path, broker) as stage:
        await stage.announce("switch", {**SWITCH, **device, "json_attributes_topic": "plug/more"})
        await stage.announce("event", bell | device)
        await stage.report("plug/more", json.dumps(lies))
        await stage.report("bell", json.dumps({"event_type": "ring", **lies}))
        assert stage.states["switch.d_plug"].attributes == {"true": 1}
        assert stage.states["event.d_bell"].attributes == {"event_type": "ring", "true": 1}
    async with memory_stage(tmp_path, broker) as stage:
        [line] = (await stage.process.calls.ask("home", "devices", {})).devices
        assert line.problems == ()


async def test_an_unavailable_device_shows_what_waits_for_it(stage: Stage) -> None:
    await stage.announce("switch", {**SWITCH, "availability_topic": "plug/here"})
    await stage.report("plug/here", "offline")
    await stage.command("switch.plug", "turn_on", ttl=5)
    await stage.virtual.advance(1)
    assert (stage.states["switch.plug"].state, marks(stage, "switch.plug")) == (
        "unavailable",
        {"wanted": {"state": "on"}},
    )
    await stage.virtual.advance(10)
    assert stage.failed[0].message == "switch.plug did not confirm turn_on in time: it is unavailable"


@pytest.mark.parametrize("config", [{"optimistic": True}, {"state_topic": None}])
async def test_what_is_assumed_is_never_only_wanted(stage: Stage, config: dict[str, Any]) -> None:
    given = {name: value for name, value in (SWITCH | config).items() if value is not None}
    await stage.announce("switch", given)
    await stage.command("switch.plug", "turn_on")
    await stage.virtual.advance(60)
    assert (stage.states["switch.plug"].state, marks(stage, "switch.plug")) == ("on", {})
    assert stage.failed == []


async def test_a_gate_that_drives_is_waited_for_and_one_that_is_stopped_is_not(stage: Stage) -> None:
    await stage.announce("cover", GATE)
    await stage.report("gate", "closed")
    await stage.command("cover.gate", "open_cover", ttl=10)
    await stage.report("gate", "opening")
    await stage.virtual.advance(200)
    assert (stage.states["cover.gate"].state, marks(stage, "cover.gate")) == ("opening", {"wanted": {"state": "open"}})
    await stage.report("gate", "open")
    assert marks(stage, "cover.gate") == {}
    await stage.command("cover.gate", "close_cover")
    await stage.report("gate", "closing")
    await stage.report("gate", "open")  # somebody stopped it by hand
    await stage.virtual.advance(6)
    assert stage.told_on("gate/set") == ["OPEN", "CLOSE"]
    assert [one.message for one in stage.failed] == ["cover.gate stopped on its way: close_cover is not confirmed"]
    assert marks(stage, "cover.gate")["not_confirmed"]["wanted"] == {"state": "closed"}


async def test_a_stop_takes_the_wish_back(stage: Stage) -> None:
    await stage.announce("cover", GATE)
    await stage.report("gate", "closed")
    await stage.command("cover.gate", "open_cover")
    await stage.virtual.advance(1)
    assert "wanted" in marks(stage, "cover.gate")
    await stage.command("cover.gate", "stop_cover")
    await stage.virtual.advance(60)
    assert marks(stage, "cover.gate") == {}
    assert stage.failed == []


async def test_a_code_that_was_sent_once_is_watched(stage: Stage) -> None:
    lock = {"name": "Door", "command_topic": "door/set", "state_topic": "door", "code_format": "^\\d{4}$"}
    await stage.announce("lock", lock)
    await stage.report("door", "LOCKED")
    await stage.command("lock.door", "unlock", code="1234", ttl=8)
    await stage.virtual.advance(1)
    assert marks(stage, "lock.door") == {"wanted": {"state": "unlocked"}}
    await stage.virtual.advance(10)
    assert stage.told_on("door/set") == ["UNLOCK"]
    assert [one.outcome for one in stage.failed] == ["expired"]
    assert "1234" not in str(stage.states["lock.door"].attributes)
