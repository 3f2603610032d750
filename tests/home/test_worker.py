"""The home as a worker: announcements that come, change and go; reports; refusals; connection; calls."""

import json
from pathlib import Path
from typing import Any

import pytest

from homeserver.home import saying, words
from homeserver.home.gathering import GATHERING
from homeserver.runtime.bus import Bus
from homeserver.runtime.calls import Calls
from homeserver.runtime.clock import RealClock
from homeserver.runtime.codec import LIMIT
from homeserver.runtime.memory_broker import MemoryBroker, MemoryWire
from homeserver.topics.entity import ENTITY_CONFIG, ENTITY_STATE
from homeserver.topics.registry import AREA_ENTRY, DEVICE_ENTRY, ENTITY_ENTRY
from tests.home.stage import Stage, memory_stage, mosquitto_stage

BUNDLE: dict[str, Any] = {
    "dev": {"ids": "ea334450945afc", "name": "Kitchen", "mf": "Bla electronics", "mdl": "xya", "sa": "Kitchen"},
    "o": {"name": "bla2mqtt", "sw": "2.1", "url": "https://bla2mqtt.example.com/support"},
    "cmps": {
        "t": {
            "p": "sensor",
            "device_class": "temperature",
            "unit_of_measurement": "°C",
            "value_template": "{{ value_json.temperature}}",
            "unique_id": "temp01ae_t",
        },
        "h": {
            "p": "sensor",
            "device_class": "humidity",
            "unit_of_measurement": "%",
            "value_template": "{{ value_json.humidity}}",
            "unique_id": "temp01ae_h",
        },
    },
    "state_topic": "sensorBedroom/state",
    "qos": 2,
}


async def test_a_device_bundle_shrinks_and_goes(stage: Stage) -> None:
    await stage.announce("device", BUNDLE, "0AFFD2")
    assert set(stage.configs) == {"sensor.kitchen_temperature", "sensor.kitchen_humidity"}
    await stage.report("sensorBedroom/state", '{"temperature": 23.2, "humidity": 43.7}')
    assert stage.states["sensor.kitchen_temperature"].state == "23.2"
    assert stage.states["sensor.kitchen_humidity"].state == "43.7"
    named_only = {**BUNDLE, "cmps": {"t": BUNDLE["cmps"]["t"], "h": {"p": "sensor"}}}
    await stage.announce("device", named_only, "0AFFD2")
    assert set(stage.configs) == {"sensor.kitchen_temperature"}
    assert "sensor.kitchen_humidity" not in stage.states
    await stage.announce("device", "", "0AFFD2")
    assert stage.configs == {}
    assert stage.states == {}


async def test_one_bad_component_costs_only_itself(stage: Stage) -> None:
    cmps = {**BUNDLE["cmps"], "x": {"p": "light", "unique_id": "x"}, "y": "what", "z": {"unique_id": "z"}}
    await stage.announce("device", {**BUNDLE, "cmps": cmps, "state_topic": "s"}, "k")
    assert len(stage.configs) == 2
    reasons = {topic.rpartition(" ")[2]: entry.reason for topic, entry in stage.home.refusals.entries.items()}
    assert reasons["x"] == "`command_topic` is missing: a light must have it"
    assert "must be an object" in reasons["y"]
    assert "no `platform`" in reasons["z"]


async def test_a_unique_id_belongs_to_one_topic_at_a_time(stage: Stage) -> None:
    await stage.announce("switch", {"name": "A", "command_topic": "a/set", "unique_id": "same"}, "a")
    await stage.announce("switch", {"name": "B", "command_topic": "b/set", "unique_id": "same"}, "b")
    assert [config.name for config in stage.configs.values()] == ["A"]
    refusal = stage.home.refusals.entries["homeassistant/switch/b/config"]
    assert "'same' is in use by homeassistant/switch/a/config" in refusal.reason
    await stage.announce("switch", "", "a")
    # The place is free: who was waiting for it comes in, whatever the order of the messages was.
    assert [config.name for config in stage.configs.values()] == ["B"]
    assert "homeassistant/switch/b/config" not in stage.home.refusals.entries


async def test_topics_that_are_not_a_devices_are_refused(stage: Stage) -> None:
    for place, topic in {
        "a": "homeserver/entity/light/x/state",
        "b": "$SYS/broker/uptime",
        "c": "a/+b",
        "d": "#",
        "e": "homeserver",
        "h": "+/+",
        "i": "homeserver/+/light/#",
        "j": "+/#",
        "f": "",
        "g": "x\u0000y",
    }.items():
        await stage.announce("sensor", {"name": "X", "state_topic": topic}, place)
        await stage.announce("switch", {"name": "Y", "command_topic": topic}, place)
        await stage.announce(
            "sensor", {"name": "Z", "state_topic": "ok", "availability": [{"topic": topic}]}, place + "2"
        )
        await stage.announce("sensor", {"name": "Z", "state_topic": "ok", "~": topic, "json_attr_t": "~"}, place + "3")
    assert set(stage.configs) <= {"sensor.z"}  # an empty `json_attributes_topic` is as good as none
    assert len(stage.home.refusals.entries) >= 37
    await stage.announce("switch", {"name": "Y", "command_topic": "a/+/b"}, "k")
    assert "must not contain" in stage.home.refusals.entries["homeassistant/switch/k/config"].reason
    assert all("`" in entry.reason for entry in stage.home.refusals.entries.values())


@pytest.mark.parametrize("sign", ["\t", "\x7f", "\x85", "\ufdd0", "\uffff", "\U0001fffe", "/x" * 200])
async def test_a_topic_for_which_mosquitto_ends_the_connection_is_refused(tmp_path: Path, sign: str) -> None:
    topic = f"lamp{sign}/a"
    ways: dict[str, dict[str, Any]] = {
        "state_topic": {"state_topic": topic},
        "command_topic": {"command_topic": topic},
        "availability_topic": {"availability_topic": topic},
        "topic": {"availability": [{"topic": topic}]},
        "json_attributes_topic": {"~": topic, "json_attr_t": "~"},
    }
    async with mosquitto_stage(tmp_path) as stage:
        births = list(stage.births)
        for place, way in ways.items():
            await stage.announce("switch", {"command_topic": "c", "name": "A", **way}, place)
        parts = {place: {"p": "switch", "command_topic": "c", "unique_id": place, **way} for place, way in ways.items()}
        bundle = {
            "dev": {"ids": "b"},
            "o": {"name": "b"},
            "cmps": parts | {"good": {"p": "sensor", "state_topic": "s"}},
        }
        await stage.announce("device", bundle, "bundle")
        await stage.report("s", "5")
        assert [state.state for state in stage.states.values()] == ["5"]
        assert len(stage.home.refusals.entries) == 2 * len(ways)
        for key, entry in stage.home.refusals.entries.items():
            (place,) = [place for place in ways if key.endswith((f" {place}", f"/{place}/config"))]
            assert entry.reason.startswith(f"`{place}`")
            assert ("a sign that MQTT forbids" in entry.reason) is (len(sign) == 1)
        assert stage.births == births, "the connection broke"


async def test_a_changed_config_keeps_what_is_known(stage: Stage) -> None:
    config = {"name": "T", "unique_id": "t", "state_topic": "t", "unit_of_measurement": "°C"}
    await stage.announce("sensor", config)
    await stage.report("t", "21")
    await stage.announce("sensor", {**config, "icon": "mdi:thermometer"})
    assert stage.configs["sensor.t"].icon == "mdi:thermometer"
    assert stage.states["sensor.t"].state == "21"
    assert [state.state for _, state in stage.history if state] == ["unknown", "21"]
    await stage.announce("sensor", {**config, "icon": "mdi:thermometer"})
    assert len(stage.history) == 2


async def test_an_entity_announced_late_gets_what_was_said_before(stage: Stage) -> None:
    await stage.announce("sensor", {"name": "A", "state_topic": "z/a"}, "a")
    await stage.report("z/a", "1")
    await stage.announce("sensor", {"name": "A2", "state_topic": "z/a"}, "a2")
    assert stage.states["sensor.a2"].state == "1"
    await stage.announce("sensor", {"name": "All", "state_topic": "z/+"}, "all")
    await stage.report("z/b", "3")
    await stage.announce("sensor", {"name": "B", "state_topic": "z/b"}, "b")
    assert stage.states["sensor.b"].state == "3", "nobody read that very topic, and the broker says it once"


async def test_state_topics_under_the_discovery_prefix(stage: Stage) -> None:
    await stage.announce(
        "light",
        {
            "~": "homeassistant/light/kitchen",
            "name": "Kitchen",
            "uniq_id": "kitchen_light",
            "cmd_t": "~/set",
            "stat_t": "~/state",
            "schema": "json",
            "brightness": True,
        },
        "kitchen",
    )
    await stage.report("homeassistant/light/kitchen/state", '{"state": "ON", "brightness": 255}')
    assert stage.states["light.kitchen"].attributes["brightness"] == 255


async def test_one_message_with_state_and_attributes_is_one_word(stage: Stage) -> None:
    await stage.announce(
        "sensor",
        {"name": "A", "state_topic": "a", "value_template": "{{ value_json.v }}", "json_attributes_topic": "a"},
    )
    count = len(stage.history)
    await stage.report("a", '{"v": 5, "linkquality": 7, "device_class": "no"}')
    assert len(stage.history) == count + 1
    assert stage.states["sensor.a"].attributes == {"v": 5, "linkquality": 7}


async def test_force_update_says_the_same_again(stage: Stage) -> None:
    await stage.announce("sensor", {"name": "A", "state_topic": "a", "force_update": True}, "a")
    await stage.announce("sensor", {"name": "B", "state_topic": "b"}, "b")
    for _ in range(2):
        await stage.report("a", "5")
        await stage.report("b", "5")
        await stage.virtual.advance(1)
    said = [entity_id for entity_id, state in stage.history if state and state.state == "5"]
    assert said == ["sensor.a", "sensor.b", "sensor.a"]


async def test_names_devices_and_areas_are_said(stage: Stage) -> None:
    devices, areas, entries = [], [], []
    stage._hear(DEVICE_ENTRY, lambda entry, heard: devices.append((heard.where[0], entry)))
    stage._hear(AREA_ENTRY, lambda entry, heard: areas.append((heard.where[0], entry)))
    stage._hear(ENTITY_ENTRY, lambda entry, heard: entries.append((heard.where[0], entry)))
    await stage.announce("device", BUNDLE, "k")
    assert [(where, entry.name, entry.area_id) for where, entry in devices] == [
        ("ea334450945afc", "Kitchen", "kitchen")
    ]
    assert [(where, entry.name) for where, entry in areas] == [("kitchen", "Kitchen")]
    assert {where: entry.device_id for where, entry in entries} == {
        "sensor.kitchen_temperature": "ea334450945afc",
        "sensor.kitchen_humidity": "ea334450945afc",
    }


async def test_a_device_that_tells_its_name_later_renames_its_entities_but_not_their_ids(stage: Stage) -> None:
    await stage.announce("sensor", {"name": "Power", "state_topic": "p", "unique_id": "p", "dev": {"ids": "x"}}, "a")
    assert stage.configs["sensor.power"].name == "Power"
    await stage.announce(
        "sensor", {"name": "Volt", "state_topic": "v", "unique_id": "v", "dev": {"ids": ["x"], "name": "Plug"}}, "b"
    )
    assert stage.configs["sensor.power"].name == "Plug Power"
    assert stage.configs["sensor.plug_volt"].name == "Plug Volt"


async def test_what_is_said_of_causes(stage: Stage) -> None:
    await stage.announce("switch", {"name": "P", "command_topic": "p/set", "state_topic": "p", "dev": {"ids": "0x1"}})
    await stage.command("switch.p", "turn_on", id="why")
    await stage.report("p", "ON")
    cause = stage.states["switch.p"].cause
    assert cause is not None
    assert (cause.by, cause.parent) == ("device:0x1", "why")
    await stage.report("p", "OFF")  # somebody at the switch: not what the command wanted
    cause = stage.states["switch.p"].cause
    assert cause is not None
    assert cause.parent is None
    await stage.virtual.advance(31)
    await stage.report("p", "ON")
    cause = stage.states["switch.p"].cause
    assert cause is not None
    assert cause.parent is None


async def test_calls_list_devices_and_refusals_and_forget(stage: Stage) -> None:
    await stage.announce("device", BUNDLE, "k")
    await stage.announce("sensor", "{nonsense", "bad")
    call = stage.process.calls.ask
    devices = await call("home", "devices", words.AskDevices())
    assert [(line.name, line.area, len(line.entities), line.available) for line in devices.devices] == [
        ("Kitchen", "Kitchen", 2, True)
    ]
    refusals = await call("home", "refusals", words.AskRefusals(topic="bad"))
    assert [line.count for line in refusals.refusals] == [1]
    assert "no JSON" in refusals.refusals[0].reason
    await call("home", "forget", words.Forget(entity="sensor.kitchen_humidity"))
    assert set(stage.configs) == {"sensor.kitchen_temperature"}
    await call("home", "undo", {})
    assert set(stage.configs) == {"sensor.kitchen_temperature", "sensor.kitchen_humidity"}
    await call("home", "forget", words.Forget(entity="sensor.kitchen_humidity"))
    await stage.announce("device", BUNDLE, "k")
    assert set(stage.configs) == {"sensor.kitchen_temperature"}
    changed = json.loads(json.dumps(BUNDLE))
    changed["cmps"]["h"]["icon"] = "mdi:water"
    await stage.announce("device", changed, "k")
    assert set(stage.configs) == {"sensor.kitchen_temperature", "sensor.kitchen_humidity"}


async def test_long_lists_come_in_pages_that_fit_into_a_message(stage: Stage) -> None:
    assert stage.broker is not None
    count = 2_000
    for number in range(count):
        device = {"ids": f"d{number}", "name": f"{number:04} {'long ' * 30}", "mf": "m" * 400}
        config = {"name": "s", "unique_id": f"u{number}", "state_topic": f"s/{number}", "dev": device}
        stage.home.announce(f"homeassistant/sensor/d{number}/config", json.dumps(config).encode(), True)
        stage.home.refusals.add(f"{number:04} {'topic ' * 50}", "reason " * 100, stage.virtual.now())
        await stage.virtual.advance(0.001)
    bus = Bus(MemoryWire(stage.broker, "far", "process.far"), RealClock(), process="far", login="process.far")
    calls = Calls(bus)
    await bus.open()
    await bus.up.wait()
    for verb, wanted in (("devices", range(count)), ("refusals", reversed(range(count)))):
        lines: list[dict[str, Any]] = []
        pages: list[int] = []
        after: int | None = 0
        while after is not None:
            page = await calls.ask("home", verb, {"offset": after})
            lines += page[verb]
            pages.append(len(page[verb]))
            after = page["next"]
        said = [int((line.get("name") or line["topic"])[:4]) for line in lines]
        assert said == list(wanted)
        assert 3 < len(pages) < 20
        assert len((await calls.ask("home", verb, {"offset": 10, "limit": 3}))[verb]) == 3
        assert await calls.ask("home", verb, {"offset": count}) | {"total": 0} == {verb: [], "next": None, "total": 0}
    await bus.close()


async def test_a_device_of_very_many_entities_can_be_listed(stage: Stage) -> None:
    for part in range(2):
        parts = {
            f"c{number}": {"p": "sensor", "name": f"{'n' * 180} {number}", "unique_id": f"{part} {number}"}
            for number in range(700)
        }
        bundle = {**BUNDLE, "cmps": parts}
        stage.home.announce(f"homeassistant/device/p{part}/config", json.dumps(bundle).encode(), True)
    answer = await stage.process.calls.ask("home", "devices", words.AskDevices())
    assert [(len(line.entities), line.entity_count) for line in answer.devices] == [(500, 1400)]
    assert len(answer.model_dump_json()) < LIMIT


async def test_after_a_reconnect_devices_are_asked_again_and_what_went_is_gone(tmp_path: Path) -> None:
    broker = MemoryBroker()
    async with memory_stage(tmp_path, broker) as stage:
        for name in ("a", "b"):
            await stage.announce("sensor", {"name": name, "unique_id": name, "state_topic": name}, name)
    async with memory_stage(tmp_path, broker) as stage:
        broker.stop()
        del broker.retained["homeassistant/sensor/a/config"]
        stage.births.clear()
        broker.start()
        await stage.connect_device()
        await stage.virtual.advance(GATHERING + 1)
        assert stage.births == ["online"]
        assert set(stage.configs) == {"sensor.b"}


async def test_what_a_killed_broker_lost_and_its_device_says_again_is_not_taken_away(tmp_path: Path) -> None:
    broker = MemoryBroker()
    configs = {name: {"name": name, "unique_id": name, "state_topic": name} for name in ("a", "b", "c", "d")}
    async with memory_stage(tmp_path, broker) as stage:
        for name, config in configs.items():
            await stage.announce("sensor", config, name)
    async with memory_stage(tmp_path, broker) as stage:
        broker.stop()
        for name in ("a", "b", "c"):
            del broker.retained[f"homeassistant/sensor/{name}/config"]
        stage.history.clear()
        broker.start()
        await stage.connect_device()
        while not stage.process.bus.up.is_set():
            stage.device.publish("homeassistant/sensor/a/config", json.dumps(configs["a"]).encode(), 1, True)
            await stage.virtual.advance(0.01)
        await stage.virtual.advance(GATHERING / 2)
        await stage.announce("sensor", configs["b"], "b")
        await stage.virtual.advance(GATHERING)
        assert set(stage.configs) == {"sensor.a", "sensor.b", "sensor.d"}
        assert [change for change in stage.history if change[0] != "sensor.c"] == []


async def test_a_broker_that_comes_back_empty_takes_nothing_away(tmp_path: Path) -> None:
    broker = MemoryBroker()
    async with memory_stage(tmp_path, broker) as stage:
        await stage.announce("sensor", {"name": "a", "unique_id": "a", "state_topic": "a"}, "a")
    async with memory_stage(tmp_path, broker) as stage:
        broker.stop()
        broker.retained.clear()
        broker.start()
        await stage.virtual.advance(GATHERING + 1)
        assert set(stage.configs) == {"sensor.a"}
        await stage.connect_device()
        await stage.report("a", "1")
        assert stage.states["sensor.a"].state == "1"


async def test_nothing_is_said_of_entities_that_others_own(stage: Stage) -> None:
    saying_of_others = [topic for topic in (ENTITY_CONFIG, ENTITY_STATE) if topic not in type(stage.home).says]
    assert saying_of_others == []
    assert saying.plain({"a": (1, 2)}) == {"a": [1, 2]}
    reply = await stage.command("light.nowhere", "turn_on")
    assert reply is not None
    assert reply.error is not None
    assert reply.error.code == "not_found"
    assert await stage.command("media_player.tv", "play") is None
