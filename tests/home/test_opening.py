"""A home that starts again: same ids, same states, nothing said that did not happen, nothing kept that is gone."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import orjson
import pytest

from homeserver.home.gathering import GATHERING
from homeserver.runtime.memory_broker import MemoryBroker
from tests.home.stage import memory_stage

MOTION: dict[str, Any] = {
    "name": "Motion",
    "unique_id": "m1",
    "state_topic": "pir/state",
    "device": {"identifiers": ["pir"], "name": "Hall", "suggested_area": "Hall"},
}
LAMP: dict[str, Any] = {
    "name": None,
    "unique_id": "l1",
    "schema": "json",
    "brightness": True,
    "command_topic": "lamp/set",
    "state_topic": "lamp",
    "device": {"identifiers": ["lamp"], "name": "Lamp"},
}


async def test_states_that_no_device_repeats_are_as_they_were(tmp_path: Path) -> None:
    broker = MemoryBroker()
    async with memory_stage(tmp_path, broker) as first:
        await first.announce("binary_sensor", MOTION, "m")
        await first.announce("light", LAMP, "l")
        await first.report("pir/state", "ON")
        await first.report("lamp", '{"state": "ON", "brightness": 77}')
        await first.virtual.advance(1)
        before = dict(first.states)
    async with memory_stage(tmp_path, broker) as second:
        assert second.states["binary_sensor.hall_motion"].state == "on"
        assert second.states["light.lamp"].attributes["brightness"] == 77
        assert second.states["light.lamp"].changed == before["light.lamp"].changed
        assert [state for _, state in second.history if state is None] == []
        await second.report("lamp", '{"state": "ON", "brightness": 78}')
        assert second.states["light.lamp"].attributes["brightness"] == 78
        assert second.states["light.lamp"].changed == before["light.lamp"].changed


async def test_retained_reports_count_before_anything_is_said(tmp_path: Path) -> None:
    broker = MemoryBroker()
    async with memory_stage(tmp_path, broker) as first:
        await first.announce("binary_sensor", {**MOTION, "availability_topic": "pir/here"}, "m")
        await first.report("pir/here", "online", retain=True)
        await first.report("pir/state", "OFF", retain=True)
        await first.virtual.advance(1)
    broker.retained["pir/state"] = b"ON"
    async with memory_stage(tmp_path, broker) as second:
        said = [state.state for _, state in second.history if state is not None]
        assert said == ["on"]


async def test_an_unavailable_device_stays_so_until_it_speaks(tmp_path: Path) -> None:
    broker = MemoryBroker()
    config = {**MOTION, "availability_topic": "pir/here"}
    async with memory_stage(tmp_path, broker) as first:
        await first.announce("binary_sensor", config, "m")
        assert first.states["binary_sensor.hall_motion"].state == "unavailable"
        await first.virtual.advance(1)
    async with memory_stage(tmp_path, broker) as second:
        assert second.states["binary_sensor.hall_motion"].state == "unavailable"
        await second.report("pir/here", "online")
        await second.report("pir/state", "ON")
        await second.virtual.advance(1)
    async with memory_stage(tmp_path, broker) as third:
        # Neither was retained: what was known last is the best there is.
        assert third.states["binary_sensor.hall_motion"].state == "on"


async def test_what_was_taken_away_meanwhile_is_gone(tmp_path: Path) -> None:
    broker = MemoryBroker()
    async with memory_stage(tmp_path, broker) as first:
        await first.announce("binary_sensor", MOTION, "m")
        await first.announce("light", LAMP, "l")
        await first.virtual.advance(1)
    async with memory_stage(tmp_path, broker):
        pass  # the broker is seen to keep both announcements
    del broker.retained["homeassistant/light/l/config"]
    async with memory_stage(tmp_path, broker) as third:
        assert set(third.configs) == {"binary_sensor.hall_motion", "light.lamp"}
        await third.virtual.advance(GATHERING + 1)
        assert set(third.configs) == {"binary_sensor.hall_motion"}
        await third.virtual.advance(1)
        assert "homeserver/entity/light/lamp/config" not in broker.retained
        assert "homeserver/entity/light/lamp/state" not in broker.retained
        assert "homeserver/entity/binary_sensor/hall_motion/config" in broker.retained


async def test_a_broker_that_lost_its_store_makes_nothing_forgotten(tmp_path: Path) -> None:
    broker = MemoryBroker()
    async with memory_stage(tmp_path, broker) as first:
        await first.announce("binary_sensor", MOTION, "m")
        await first.announce("light", LAMP, "l")
    async with memory_stage(tmp_path, broker):
        pass
    empty = MemoryBroker()
    async with memory_stage(tmp_path, empty) as third:
        await third.virtual.advance(GATHERING + 1)
        assert set(third.configs) == {"binary_sensor.hall_motion", "light.lamp"}
        await third.report("pir/state", "ON")
        assert third.states["binary_sensor.hall_motion"].state == "on"


async def test_a_broker_that_is_being_filled_again_makes_nothing_blink(tmp_path: Path) -> None:
    broker = MemoryBroker()
    async with memory_stage(tmp_path, broker) as first:
        await first.announce("binary_sensor", MOTION, "m")
        await first.announce("light", LAMP, "l")
        await first.report("lamp", '{"state": "ON", "brightness": 77}')
        await first.virtual.advance(1)
    async with memory_stage(tmp_path, broker):
        pass
    late = broker.retained.pop("homeassistant/light/l/config")
    async with memory_stage(tmp_path, broker) as third:
        await third.report("homeassistant/light/l/config", late, retain=True)
        await third.virtual.advance(GATHERING + 1)
        assert third.states["light.lamp"].attributes["brightness"] == 77
        assert [state.state if state else None for id, state in third.history if id == "light.lamp"] == ["on"]
        assert set(third.configs) == {"binary_sensor.hall_motion", "light.lamp"}


async def test_a_config_that_moved_meanwhile_is_followed(tmp_path: Path) -> None:
    broker = MemoryBroker()
    async with memory_stage(tmp_path, broker) as first:
        await first.announce("light", LAMP, "l")
        await first.announce("binary_sensor", MOTION, "m")
    async with memory_stage(tmp_path, broker):
        pass
    broker.retained["homeassistant/light/new/config"] = broker.retained.pop("homeassistant/light/l/config")
    async with memory_stage(tmp_path, broker) as third:
        await third.virtual.advance(GATHERING + 1)
        assert third.home.roster.entities["light", "lamp"].topic == "homeassistant/light/new/config"
        assert third.home.refusals.entries == {}
        assert third.home.registry.payload("homeassistant/light/l/config") is None


async def test_devices_that_announce_themselves_only_when_asked_are_kept(tmp_path: Path) -> None:
    broker = MemoryBroker()
    async with memory_stage(tmp_path, broker) as first:
        await first.announce("light", LAMP, "l")
        await first.report("homeassistant/binary_sensor/m/config", '{"uniq_id":"m1","name":"Motion","stat_t":"pir"}')
    async with memory_stage(tmp_path, broker) as second:
        assert set(second.configs) == {"binary_sensor.motion", "light.lamp"}


async def test_ids_last_whatever_the_order_of_arrival(tmp_path: Path) -> None:
    broker = MemoryBroker()
    same = {"name": "Lamp", "command_topic": "a/set"}
    async with memory_stage(tmp_path, broker) as first:
        await first.announce("light", {**same, "unique_id": "one"}, "a")
        await first.announce("light", {**same, "unique_id": "two"}, "b")
        assert {c.unique_id: i for i, c in first.configs.items()} == {"one": "light.lamp", "two": "light.lamp_2"}
    broker.retained = dict(reversed(broker.retained.items()))
    async with memory_stage(tmp_path, broker) as second:
        assert {c.unique_id: i for i, c in second.configs.items()} == {"one": "light.lamp", "two": "light.lamp_2"}


async def test_what_no_device_reports_is_off_at_first_and_as_it_was_later(tmp_path: Path) -> None:
    broker = MemoryBroker()
    async with memory_stage(tmp_path, broker) as first:
        await first.announce("switch", {"name": "Pump", "unique_id": "p", "command_topic": "p/set"}, "p")
        assert first.states["switch.pump"].state == "off"
        await first.command("switch.pump", "turn_on")
        assert first.states["switch.pump"].state == "on"
        await first.virtual.advance(1)
    async with memory_stage(tmp_path, broker) as second:
        assert second.states["switch.pump"].state == "on"


async def test_a_retained_state_brings_back_what_goes_with_it(tmp_path: Path) -> None:
    broker = MemoryBroker()
    dimmer = {
        "name": "Dimmer",
        "unique_id": "d",
        "command_topic": "d/set",
        "state_topic": "d",
        "brightness_state_topic": "d/brightness",
        "brightness_command_topic": "d/brightness/set",
    }
    async with memory_stage(tmp_path, broker) as first:
        await first.announce("light", dimmer, "d")
        await first.report("d", "ON", retain=True)
        await first.report("d/brightness", "90")
        await first.virtual.advance(1)
    async with memory_stage(tmp_path, broker) as second:
        assert second.states["light.dimmer"].attributes["brightness"] == 90


async def test_birth_is_said_at_start_and_its_end_at_a_clean_stop(tmp_path: Path) -> None:
    async with memory_stage(tmp_path) as stage:
        assert stage.births == ["offline", "online"]
    assert stage.births == ["offline", "online", "offline"]


async def test_registry_words_of_what_is_gone_are_taken_back(tmp_path: Path) -> None:
    broker = MemoryBroker()
    async with memory_stage(tmp_path, broker) as first:
        await first.announce("binary_sensor", MOTION, "m")
        await first.announce("light", LAMP, "l")
        assert "homeserver/registry/device/lamp" in broker.retained
        await first.announce("light", "", "l")
        assert "homeserver/registry/device/lamp" not in broker.retained
        assert "homeserver/registry/entity/light.lamp" not in broker.retained
    broker.retained["homeserver/registry/device/ghost"] = b'{"name": "Ghost"}'
    async with memory_stage(tmp_path, broker):
        assert "homeserver/registry/device/ghost" not in broker.retained
        assert "homeserver/registry/device/pir" in broker.retained
        assert "homeserver/registry/area/hall" in broker.retained


async def test_a_rename_that_was_broken_off_is_brought_to_its_end(tmp_path: Path) -> None:
    broker = MemoryBroker()
    async with memory_stage(tmp_path, broker) as first:
        await first.announce("light", LAMP, "l")
        await first.report("lamp", '{"state": "ON", "brightness": 77}')
        await first.process.calls.ask("home", "edit_entity", {"entity": "light.lamp", "id": "light.desk"})
        await first.quiet()
    for part in ("config", "state"):
        said = broker.retained.pop(f"homeserver/entity/light/desk/{part}")
        broker.retained[f"homeserver/entity/light/lamp/{part}"] = said
    async with memory_stage(tmp_path, broker) as second:
        await second.quiet()
        assert set(second.states) == {"light.desk"}
        assert (second.states["light.desk"].state, second.states["light.desk"].attributes["brightness"]) == ("on", 77)
        assert not [topic for topic in broker.retained if topic.startswith("homeserver/entity/light/lamp/")]


async def test_an_entity_of_the_home_that_it_knows_not_is_taken_back(tmp_path: Path) -> None:
    broker = MemoryBroker()
    at = "2026-01-01T00:00:00Z"
    state = {"state": "on", "attributes": {}, "changed": at, "updated": at}
    broker.retained["homeserver/entity/light/ghost/config"] = b'{"name": "Ghost", "owner": "home"}'
    broker.retained["homeserver/entity/light/ghost/state"] = json.dumps(state).encode()
    async with memory_stage(tmp_path, broker):
        assert not [topic for topic in broker.retained if "ghost" in topic]


async def test_a_home_that_cannot_come_up_says_what_is_wrong_with_its_file(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with memory_stage(tmp_path) as first:
        await first.announce("light", LAMP, "l")
        await first.process.calls.ask("home", "edit_entity", {"entity": "light.lamp", "name": "Mine"})
    with closing(sqlite3.connect(tmp_path / "home.db")) as file, file:
        file.execute("UPDATE word SET words = '{'")
    with pytest.raises(orjson.JSONDecodeError):  # a rehearsal tells at once what a running home tries again
        async with memory_stage(tmp_path):
            pass
    faults = {record.exc_info[0] for record in caplog.records if record.exc_info is not None}
    assert faults == {orjson.JSONDecodeError}


async def test_an_id_that_another_worker_owns_is_not_taken(tmp_path: Path) -> None:
    broker = MemoryBroker()
    broker.retained["homeserver/entity/light/lamp/config"] = b'{"name": "Scene lamp", "owner": "rules"}'
    async with memory_stage(tmp_path, broker) as stage:
        await stage.announce("light", LAMP, "l")
        assert set(stage.configs) == {"light.lamp", "light.lamp_2"}
        assert stage.configs["light.lamp"].owner == "rules"
        assert await stage.command("light.lamp", "turn_on") is None


async def test_an_expired_sensor_knows_its_age(tmp_path: Path) -> None:
    broker = MemoryBroker()
    config = {"name": "T", "unique_id": "t", "state_topic": "t", "expire_after": 60}
    async with memory_stage(tmp_path, broker) as first:
        await first.announce("sensor", config)
        assert first.states["sensor.t"].state == "unavailable"
        await first.report("t", "5")
        assert first.states["sensor.t"].state == "5"
        await first.virtual.advance(50)
        assert first.states["sensor.t"].state == "5"
        clock = first.virtual
    async with memory_stage(tmp_path, broker, clock) as second:
        assert second.states["sensor.t"].state == "5"
        await second.virtual.advance(11)
        assert second.states["sensor.t"].state == "unavailable"
        await second.report("t", "5")
        assert second.states["sensor.t"].state == "5"
