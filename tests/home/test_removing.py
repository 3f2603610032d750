"""Replaced devices and what nobody owns: taken away with all their litter, and brought back exactly by an undo."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from homeserver.home.orphan_words import Cleared, OrphanList, Replaced
from homeserver.runtime import slices
from homeserver.runtime.clock import VirtualClock
from homeserver.runtime.memory_broker import MemoryBroker
from homeserver.topics.call import CallError
from homeserver.topics.registry import DEVICE_ENTRY, ENTITY_ENTRY
from tests.home.stage import Stage, memory_stage
from tests.home.test_editing import ask, everything, said

PARTS = {
    "temperature": {"unit_of_measurement": "°C", "device_class": "temperature"},
    "humidity": {"unit_of_measurement": "%", "device_class": "humidity"},
    "linkquality": {"unit_of_measurement": "lqi", "name": "Linkquality"},
}


async def sensor(stage: Stage, address: str, name: str, parts: tuple[str, ...] = tuple(PARTS), **more: Any) -> None:
    """A sensor as Zigbee2MQTT announces it."""
    device = {"identifiers": [f"zigbee2mqtt_{address}"], "name": name, **more}
    for part in parts:
        own = {"state_topic": f"zigbee2mqtt/{name}", "value_template": f"{{{{ value_json.{part} }}}}", **PARTS[part]}
        fields = {**own, "unique_id": f"{address}_{part}_zigbee2mqtt", "device": device}
        await stage.report(f"homeassistant/sensor/{address}/{part}/config", json.dumps(fields), retain=True)


def retained(stage: Stage, prefix: str) -> dict[str, bytes]:
    assert stage.broker is not None
    return {topic: payload for topic, payload in stage.broker.retained.items() if topic.startswith(prefix)}


def states(stage: Stage) -> dict[str, str]:
    return {id: state.state for id, state in stage.states.items() if not id.startswith("zone.")}


async def orphans(stage: Stage, **fields: Any) -> list[tuple[str, str]]:
    found: OrphanList = await ask(stage, "orphans", **fields)
    assert all(orphan.reason for orphan in found.orphans)
    return [(orphan.kind, orphan.thing) for orphan in found.orphans]


async def test_a_new_device_takes_the_place_of_an_old_one(stage: Stage) -> None:
    await sensor(stage, "0x01", "Hall sensor", suggested_area="Hall")
    await ask(stage, "edit_label", name="Climate")
    await ask(stage, "edit_entity", entity="sensor.hall_sensor_temperature", id="sensor.warmth", labels=["climate"])
    await ask(stage, "edit_entity", entity="sensor.hall_sensor_linkquality", disabled=True)
    await ask(stage, "edit_device", device="zigbee2mqtt_0x01", id="hall_sensor", name="Climate of the hall")
    await sensor(stage, "0x02", "0x02", ("temperature", "linkquality"))
    await stage.report("zigbee2mqtt/0x02", '{"temperature": 21}', retain=True)
    before, topics = everything(stage), retained(stage, "homeassistant/sensor/")
    planned: Replaced = await ask(stage, "replace_device", old="hall_sensor", new="zigbee2mqtt_0x02", dry_run=True)
    assert {(one.new, one.takes) for one in planned.matched} == {
        ("sensor.0x02_temperature", "sensor.warmth"),
        ("sensor.0x02_linkquality", "sensor.hall_sensor_linkquality"),
    }
    assert (planned.left, planned.added) == (("sensor.hall_sensor_humidity",), ())
    assert everything(stage) == before
    done = await ask(stage, "replace_device", old="hall_sensor", new="zigbee2mqtt_0x02")
    assert done.cleared == planned.cleared == tuple(sorted(topic for topic in topics if "/0x01/" in topic))
    assert set(retained(stage, "homeassistant/sensor/")) == set(topics) - set(done.cleared)
    assert states(stage) == {"sensor.warmth": "21"}
    entry = said(stage, ENTITY_ENTRY, "sensor.warmth")
    assert (entry.labels, entry.device_id) == (("climate",), "hall_sensor")
    assert set(entry.former) == {"sensor.hall_sensor_temperature", "sensor.0x02_temperature"}
    device = said(stage, DEVICE_ENTRY, "hall_sensor")
    assert (device.name, device.area_id, device.former) == (
        "Climate of the hall",
        "hall",
        ("zigbee2mqtt_0x01", "zigbee2mqtt_0x02"),
    )
    assert said(stage, DEVICE_ENTRY, "zigbee2mqtt_0x02") is None
    await ask(stage, "undo")
    assert everything(stage) == before
    assert retained(stage, "homeassistant/sensor/") == topics
    assert states(stage)["sensor.0x02_temperature"] == "21"


async def test_whatever_led_to_the_old_device_or_to_the_new_one_leads_to_it(stage: Stage) -> None:
    for address, name, id in (("0x01", "Old", "warmth"), ("0x02", "New", "mine")):
        await sensor(stage, address, name, ("temperature",))
        await ask(stage, "edit_entity", entity=f"sensor.{name.lower()}_temperature", id=f"sensor.{id}")
        await ask(stage, "edit_device", device=f"zigbee2mqtt_{address}", id=id)
    before = everything(stage)
    await ask(stage, "replace_device", old="warmth", new="mine")
    former = said(stage, ENTITY_ENTRY, "sensor.warmth").former
    assert former == ("sensor.old_temperature", "sensor.new_temperature", "sensor.mine")
    assert said(stage, DEVICE_ENTRY, "warmth").former == ("zigbee2mqtt_0x01", "zigbee2mqtt_0x02", "mine")
    await ask(stage, "undo")
    assert everything(stage) == before


async def test_a_device_that_is_gone_already_is_replaced_after_a_restart(tmp_path: Path) -> None:
    broker = MemoryBroker()
    async with memory_stage(tmp_path, broker) as stage:
        await sensor(stage, "0x01", "Hall sensor")
        for part in PARTS:
            await stage.report(f"homeassistant/sensor/0x01/{part}/config", "", retain=True)
        await sensor(stage, "0x02", "Other")
    async with memory_stage(tmp_path, broker) as stage:
        done = await ask(stage, "replace_device", old="zigbee2mqtt_0x01", new="zigbee2mqtt_0x02")
        assert len(done.matched) == 3
        after = everything(stage)
        assert set(states(stage)) == {f"sensor.hall_sensor_{part}" for part in PARTS}
    async with memory_stage(tmp_path, broker) as stage:
        assert everything(stage) == after
        assert set(states(stage)) == {f"sensor.hall_sensor_{part}" for part in PARTS}
        await sensor(stage, "0x01", "Hall sensor")
        assert "sensor.hall_sensor_temperature_2" in states(stage), "it is a new device now, and takes nothing back"
        with pytest.raises(CallError, match="deed 1 cannot be undone"):
            await ask(stage, "undo")


async def test_what_an_undo_brings_back_is_there_before_the_next_deed(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    for address in ("0x01", "0x02"):
        await sensor(stage, address, address)
    await ask(stage, "replace_device", old="zigbee2mqtt_0x01", new="zigbee2mqtt_0x02")
    replaced, topics = everything(stage), set(stage.home.roster.topics)
    monkeypatch.setattr(slices, "_LONGEST", 0.0)
    undo = asyncio.create_task(ask(stage, "undo"))
    while stage.home.journal.last == 1:  # noqa: ASYNC110 - each turn of the loop is looked at
        await asyncio.sleep(0)
    assert len(stage.home.roster.topics) == 2 * len(topics)
    await ask(stage, "undo", deed=2)
    await undo
    assert (everything(stage), set(stage.home.roster.topics)) == (replaced, topics)


async def test_a_bundle_is_replaced_as_a_whole(stage: Stage) -> None:
    part = {"platform": "sensor", "device_class": "temperature", "state_topic": "t"}
    button = {"platform": "button", "unique_id": "b", "command_topic": "c"}
    mixed = {
        "device": {"identifiers": ["bridge"], "name": "Bridge"},
        "origin": {"name": "me"},
        "components": {"a": part | {"unique_id": "a"}, "b": button},
    }
    await stage.announce("device", mixed)
    await sensor(stage, "0x02", "New", ("temperature",))
    before, topics = everything(stage), retained(stage, "homeassistant/")
    done = await ask(stage, "replace_device", old="bridge", new="zigbee2mqtt_0x02")
    assert done.left == ("button.bridge_button",)
    assert done.cleared == ("homeassistant/device/thing/config",)
    await ask(stage, "undo")
    assert everything(stage) == before
    assert retained(stage, "homeassistant/") == topics


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("x", "zigbee2mqtt_0x01", "there is no device x"),
        ("zigbee2mqtt_0x01", "zigbee2mqtt_0x01", "name two devices"),
        ("zigbee2mqtt_0x01", "zigbee2mqtt_0x02", "has no entities now"),
    ],
)
async def test_what_cannot_be_replaced(stage: Stage, old: str, new: str, reason: str) -> None:
    await sensor(stage, "0x01", "Hall")
    await sensor(stage, "0x02", "New", ("temperature",))
    await stage.report("homeassistant/sensor/0x02/temperature/config", "", retain=True)
    with pytest.raises(CallError, match=reason):
        await ask(stage, "replace_device", old=old, new=new)


async def test_orphans_are_found_cleared_and_brought_back(stage: Stage) -> None:
    await sensor(stage, "0x01", "Healthy")
    await sensor(stage, "0x02", "Gone", ("temperature",))
    await stage.report("homeassistant/sensor/0x02/temperature/config", "", retain=True)
    await sensor(stage, "0x03", "Part", ("temperature", "humidity"))
    await ask(stage, "edit_entity", entity="sensor.part_humidity", name="Mine")
    await stage.report("homeassistant/sensor/0x03/humidity/config", "", retain=True)
    await stage.announce("light", '{"name": "no topic"}', "refused")
    await stage.announce("light", "{", "unread")
    stage.device.publish("homeserver/entity/light/ghost/state", _state("on"), 1, True)
    stage.device.publish("homeserver/entity/sensor/others/config", b'{"name": "X", "owner": "things"}', 1, True)
    stage.device.publish("homeserver/entity/sensor/others/state", _state("1"), 1, True)
    stage.device.publish("homeserver/registry/label/ghost", b'{"name": "Ghost"}', 1, True)
    await stage.quiet()
    found = await orphans(stage)
    assert found == [
        ("device", "device.zigbee2mqtt_0x02"),
        ("entity", "sensor.part_humidity"),
        ("discovery", "homeassistant/light/refused/config"),
        ("discovery", "homeassistant/light/unread/config"),
        ("state", "homeserver/entity/light/ghost/state"),
        ("entry", "homeserver/registry/label/ghost"),
    ]
    await stage.virtual.advance(0.1)
    before, kept, seen = everything(stage), retained(stage, "ho"), states(stage)
    one: Cleared = await ask(stage, "clear_orphans", things=["homeassistant/light/unread/config"])
    assert one.things == ("homeassistant/light/unread/config",)
    cleared: Cleared = await ask(stage, "clear_orphans")
    assert len(cleared.things) == len(found) - 1
    assert await orphans(stage) == []
    assert states(stage) == {id: state for id, state in seen.items() if id != "light.ghost"}
    assert set(kept) - set(retained(stage, "ho")) == {thing for _, thing in found if "/" in thing}
    assert (await ask(stage, "clear_orphans")).deed is None
    await ask(stage, "undo")
    await ask(stage, "undo")
    await stage.virtual.advance(0.1)
    assert await orphans(stage) == found
    assert everything(stage) == before
    assert _plain(retained(stage, "ho")) == _plain(kept)


def _state(state: str) -> bytes:
    at = "2026-01-01T00:00:00Z"
    return json.dumps({"state": state, "attributes": {}, "changed": at, "updated": at}).encode()


def _plain(kept: dict[str, bytes]) -> dict[str, Any]:
    """Without the envelope and defaults."""
    found = {topic: json.loads(payload) if payload[-1:] == b"}" else payload for topic, payload in kept.items()}
    return {topic: one.get("name", one.get("state")) if isinstance(one, dict) else one for topic, one in found.items()}


@pytest.mark.parametrize("also_a_device", [True, False])
async def test_what_an_older_version_took_off_the_broker_is_left_off_and_the_rest_comes_back(
    stage: Stage, *, also_a_device: bool
) -> None:
    await sensor(stage, "0x02", "Gone", ("temperature",))
    await stage.report("homeassistant/sensor/0x02/temperature/config", "", retain=True)
    stage.device.publish("homeserver/entity/light/ghost/state", _state("on"), 1, True)
    await stage.quiet()
    device = ["device.zigbee2mqtt_0x02"] if also_a_device else []
    await ask(stage, "clear_orphans", things=[*device, "homeserver/entity/light/ghost/state"])
    older = json.dumps({"payload": '{"word": "on"}'})
    turn = stage.home.turn
    turn.write("UPDATE journal SET before = ? WHERE kind = 'retained' AND id LIKE '%ghost%'", (older,))
    turn.end()
    said = "homeserver/entity/light/ghost/state: left off, another version of the home took it away"
    if also_a_device:
        assert (await ask(stage, "undo")).did[-1] == said
        assert await orphans(stage) == [("device", "device.zigbee2mqtt_0x02")]
    else:
        with pytest.raises(CallError, match=f"nothing would change: {said}"):
            await ask(stage, "undo")


async def test_what_is_no_orphan_is_not_cleared(stage: Stage) -> None:
    await sensor(stage, "0x01", "Healthy")
    with pytest.raises(CallError, match=r"device.zigbee2mqtt_0x01 is no orphan"):
        await ask(stage, "clear_orphans", things=["device.zigbee2mqtt_0x01"])


async def test_a_silent_device_is_listed_over_restarts_and_cleared_only_by_name(tmp_path: Path) -> None:
    broker, clock = MemoryBroker(), VirtualClock()
    async with memory_stage(tmp_path, broker, clock) as stage:
        await sensor(stage, "0x01", "Left behind", ("temperature",))
        await sensor(stage, "0x02", "Speaks", ("temperature",))
        await stage.announce("button", {"command_topic": "b", "device": {"identifiers": ["mute"]}})
        await clock.advance(600)
        assert await orphans(stage, silent_days=0.01) == []
    async with memory_stage(tmp_path, broker, clock) as stage:
        await clock.advance(660)
        await stage.report("zigbee2mqtt/Speaks", '{"temperature": 1}')
        assert await orphans(stage, silent_days=0.01) == [("silent", "device.zigbee2mqtt_0x01")]
        found: OrphanList = await ask(stage, "orphans", silent_days=0.01)
        assert found.orphans[0].reason == "it has said nothing for 0.3 hours"
        assert (await ask(stage, "clear_orphans", silent_days=0.01)).things == ()
        before, topics = everything(stage), retained(stage, "homeassistant/")
        await ask(stage, "clear_orphans", things=["device.zigbee2mqtt_0x01"], silent_days=0.01)
        assert not [topic for topic in retained(stage, "homeassistant/") if "0x01" in topic]
        assert list(states(stage)) == ["sensor.speaks_temperature", "button.button"]
        await ask(stage, "undo")
        assert (everything(stage), retained(stage, "homeassistant/")) == (before, topics)
