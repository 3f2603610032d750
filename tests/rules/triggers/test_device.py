"""Buttons of devices and what their entities do: https://www.home-assistant.io/docs/automation/trigger/#device-triggers"""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from homeserver.rules.triggers.device import ENTITY_TYPES
from homeserver.topics.entity import Device, EntityConfig
from homeserver.topics.event import DEVICE_EVENT, DeviceEvent
from homeserver.topics.registry import DEVICE_ENTRY, DeviceEntry
from tests.rules.triggers.telling import Told, problems_of, telling

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
REMOTE = "trigger: device\ndomain: mqtt\ndevice_id: remote\ntype: action\nsubtype: on_press"


async def press(home: Told, device: str, type: str, subtype: str, payload: str = "") -> list[str]:
    data = {"type": type, "subtype": subtype, "payload": payload}
    return await home.say(DEVICE_EVENT, DeviceEvent("device_trigger", device, None, NOW, data))


@pytest.mark.parametrize(
    ("trigger", "fires"),
    [
        (REMOTE, True),
        (REMOTE + "\ndiscovery_id: 0x01 action_on_press\nmetadata: {}", True),
        (REMOTE.replace("mqtt", "zha"), True),
        (REMOTE.replace("mqtt", "hue") + "\nunique_id: x", True),
        (REMOTE.replace("on_press", "off_press"), False),
        (REMOTE.replace("type: action", "type: click"), False),
        (REMOTE.replace("device_id: remote", "device_id: other"), False),
    ],
)
async def test_presses(tmp_path: Path, trigger: str, fires: bool) -> None:
    async with telling(tmp_path, trigger) as home:
        assert bool(await press(home, "remote", "action", "on_press")) is fires


async def test_what_the_trigger_of_a_press_holds(tmp_path: Path) -> None:
    """Of `domain: mqtt` the platform is mqtt, with payload and payload_json, as its source has it."""
    shown = (
        "[trigger.platform, trigger.device_id, trigger.type, trigger.subtype, trigger.payload,"
        " trigger.payload_json.n, trigger.event.data.type] | join(' ')"
    )
    async with telling(tmp_path, REMOTE, shown) as home:
        said = await press(home, "remote", "action", "on_press", '{"n":1}')
        assert said == ['mqtt remote action on_press {"n":1} 1 action']


async def test_a_press_of_a_device_that_had_another_id(tmp_path: Path) -> None:
    async with telling(tmp_path, REMOTE) as home:
        await home.say(DEVICE_ENTRY, DeviceEntry("Remote", former=("remote",)), "remote_new")
        assert await press(home, "remote_new", "action", "on_press") == ["mqtt"]


async def test_infrared_and_the_like_are_no_presses(tmp_path: Path) -> None:
    async with telling(tmp_path, REMOTE) as home:
        event = DeviceEvent("infrared_received", "remote", None, NOW, {"timings": [1]})
        assert await home.say(DEVICE_EVENT, event) == []


STATES = {
    "light.one": "off",
    "binary_sensor.door": "off",
    "cover.blind": "closed",
    "sensor.heat": "20",
    "climate.room": "off",
    "select.mode": "a",
    "button.bell": "2026-01-01T00:00:00+00:00",
    "media_player.tv": "off",
    "device_tracker.anna": "not_home",
    "zone.home": "0",
}


def of(entity: str, type: str, more: str = "") -> str:
    domain = entity.partition(".")[0]
    return f"trigger: device\ndomain: {domain}\ndevice_id: d\nentity_id: {entity}\ntype: {type}\n{more}"


@pytest.mark.parametrize(
    ("trigger", "entity", "steps", "fired"),
    [
        (of("light.one", "turned_on"), "light.one", ["on", "off", "on"], [0, 2]),
        (of("light.one", "turned_off"), "light.one", ["on", "off"], [1]),
        (of("light.one", "changed_states"), "light.one", ["on", ("on", {"a": 1}), "off"], [0, 2]),
        (of("light.one", "turned_on", "for: {seconds: 5}"), "light.one", ["on", 4, 1], [2]),
        (of("binary_sensor.door", "opened"), "binary_sensor.door", ["on", "off"], [0]),
        (of("binary_sensor.door", "not_opened"), "binary_sensor.door", ["on", "off"], [1]),
        # the lock class is the other way round: on is unlocked
        (of("binary_sensor.door", "not_locked"), "binary_sensor.door", ["on", "off"], [0]),
        (of("binary_sensor.door", "locked"), "binary_sensor.door", ["on", "off"], [1]),
        (of("cover.blind", "opened"), "cover.blind", ["opening", "open"], [1]),
        (
            of("cover.blind", "position", "above: 50"),
            "cover.blind",
            [("open", {"current_position": 20}), ("open", {"current_position": 60})],
            [1],
        ),
        (of("sensor.heat", "temperature", "above: 25"), "sensor.heat", ["26", "27", "24", "26"], [0, 3]),
        (of("sensor.heat", "temperature", "above: 25\nbelow: 30\nfor: 5"), "sensor.heat", ["26", 5], [1]),
        (of("climate.room", "hvac_mode_changed", "to: heat"), "climate.room", ["cool", "heat"], [1]),
        (
            of("climate.room", "current_temperature_changed", "below: 18"),
            "climate.room",
            [("off", {"current_temperature": 20}), ("off", {"current_temperature": 17})],
            [1],
        ),
        (of("select.mode", "current_option_changed", "to: b"), "select.mode", ["c", "b"], [1]),
        (of("button.bell", "pressed"), "button.bell", ["2026-01-02T00:00:00+00:00"], [0]),
        (of("media_player.tv", "playing"), "media_player.tv", ["idle", "playing"], [1]),
        (of("device_tracker.anna", "enters", "zone: zone.home"), "device_tracker.anna", ["work", "home"], [1]),
        (of("device_tracker.anna", "leaves", "zone: zone.home"), "device_tracker.anna", ["home", "work"], [1]),
    ],
)
async def test_entities_of_devices(
    tmp_path: Path, trigger: str, entity: str, steps: list[Any], fired: list[int]
) -> None:
    found: list[int] = []
    async with telling(tmp_path, trigger, states=STATES) as home:
        for number, step in enumerate(steps):
            if isinstance(step, int):
                said = await home.wait(step)
            else:
                state, attributes = step if isinstance(step, tuple) else (step, {})
                said = await home.set(entity, state, **attributes)
            found += [number] * len(said)
            assert set(said) <= {"device"}
    assert found == fired


async def test_what_the_trigger_of_an_entity_holds(tmp_path: Path) -> None:
    shown = "[trigger.platform, trigger.entity_id, trigger.to_state.state, trigger.description] | join(' ')"
    async with telling(tmp_path, of("light.one", "turned_on"), shown, states=STATES) as home:
        assert await home.set("light.one", "on") == ["device light.one on state of light.one"]


async def test_an_entity_that_is_named_by_an_id_of_a_registry_is_found_by_its_device(tmp_path: Path) -> None:
    """Home Assistant writes the id of its registry where the entity was chosen in its editor."""
    entity = "0123456789abcdef0123456789abcdef"
    trigger = f"trigger: device\ndomain: light\ndevice_id: d\nentity_id: {entity}\ntype: turned_on"
    async with telling(tmp_path, trigger, states=STATES) as home:
        assert await home.set("light.one", "on") == []
        home.announce("light.one", EntityConfig("One", "props", device=Device("d", "Lamp")))
        assert await home.wait(1) == []  # it is found once it is known to be of the device
        await home.set("light.one", "off")
        assert await home.set("light.one", "on") == ["device"]
        home.announce("light.two", EntityConfig("Two", "props", device=Device("d", "Lamp")))
        await home.wait(1)
        await home.set("light.one", "off")
        assert await home.set("light.one", "on") == []  # which of the two is meant nobody knows


@pytest.mark.parametrize(
    ("trigger", "text"),
    [
        ("trigger: device", "domain is missing"),
        ("trigger: device\ndomain: mqtt", "device_id is missing"),
        ("trigger: device\ndomain: mqtt\ndevice_id: d", "type is missing"),
        (of("light.one", "turned_onn"), "did you mean turned_on?"),
        (of("sensor.heat", "temperature"), "give above, below or both"),
        (of("climate.room", "hvac_mode_changed", "for: soon"), "is no length of time"),
        (REMOTE + "\nsubtyp: x", "did you mean subtype?"),
    ],
)
async def test_what_is_wrong(tmp_path: Path, trigger: str, text: str) -> None:
    [problem] = await problems_of(tmp_path, trigger)
    assert text in problem.text


def test_every_row_of_the_table_is_a_trigger_of_a_known_kind() -> None:
    kinds = {row.kind for types in ENTITY_TYPES.values() for row in types.values()}
    assert kinds == {"state", "numeric_state", "zone"}
    assert set(ENTITY_TYPES["binary_sensor"]) >= {"motion", "no_motion", "smoke", "no_smoke", "bat_low"}
