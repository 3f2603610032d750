"""Which changes are worth a line."""

from typing import Any

import pytest

from homeserver.topics.entity import EntityConfig
from homeserver.topics.event import DEVICE_EVENT, DeviceEvent
from homeserver.topics.registry import DEVICE_ENTRY, DeviceEntry


@pytest.mark.parametrize(
    ("entity_id", "about", "states", "told"),
    [
        ("binary_sensor.x", {"device_class": "motion"}, ["off", "on", "off", "on"], ["on"]),
        ("binary_sensor.x", {"device_class": "door"}, ["off", "on", "off"], ["on", "off"]),
        ("binary_sensor.x", {"device_class": "battery", "category": "diagnostic"}, ["off", "on"], []),
        ("sensor.x", {"unit": "°C"}, ["20", "21"], []),
        ("sensor.x", {"state_class": "total"}, ["1", "2"], []),
        ("sensor.x", {}, ["wash", "spin", "spin", "done"], ["spin", "done"]),
        ("light.x", {}, ["unknown", "off", "on", "unavailable", "on"], ["on", "unavailable", "on"]),
    ],
)
async def test_what_is_told(home: Any, entity_id: str, about: Any, states: list[str], told: list[str]) -> None:
    home.owner.config(entity_id, EntityConfig("X", "owner", **about))
    await home.settle()
    for state in states:
        home.owner.state(entity_id, state)
        await home.settle()
    happened = home.bridge.homeassistant.overview.lines
    assert [line["to"] for line in happened] == told


async def test_motion_is_news_again_after_a_rest(home: Any) -> None:
    for rest in (200, 200, 400, 0):
        home.owner.state("binary_sensor.hall_motion", "on")
        await home.settle()
        home.owner.state("binary_sensor.hall_motion", "off")
        await home.clock.advance(rest)
    assert len(home.bridge.homeassistant.overview.lines) == 2


@pytest.mark.parametrize(
    ("kind", "data", "told"),
    [
        ("device_trigger", {"type": "button_short_press", "subtype": "button_2"}, "told: button 2, short press"),
        ("device_trigger", {"type": "action", "subtype": "toggle"}, "told: toggle, action"),
        ("device_trigger", {"type": "", "subtype": ""}, "told: something happened"),
        ("tag_scanned", {"tag_id": "04-6B"}, "read the tag 04-6B"),
        ("flapping", {"message": "it changes"}, "changes far too often, and is slowed until it is calm"),
        ("infrared_received", {"timings": [1, 2]}, None),
    ],
)
async def test_what_happens_at_devices_is_told(home: Any, kind: Any, data: dict[str, Any], told: str | None) -> None:
    home.owner.house.say(DEVICE_ENTRY, DeviceEntry("Wall remote"), "d9")
    await home.settle()
    event = DeviceEvent(kind, "d9", None, home.clock.now(), data, home.owner.house.cause("device:d9"))
    home.owner.house.say(DEVICE_EVENT, event)
    home.owner.state("light.hall", "on")
    await home.settle()
    lines = home.bridge.homeassistant.overview.lines
    assert [(line["name"], line["did"]) for line in lines if "did" in line] == ([("Wall remote", told)] if told else [])


async def test_an_entity_without_a_device_is_told_by_its_own_name(home: Any) -> None:
    cause = home.owner.house.cause("device:lamp")
    home.owner.house.say(DEVICE_EVENT, DeviceEvent("flapping", None, "light.hall", home.clock.now(), {}, cause))
    await home.settle()
    (line,) = home.bridge.homeassistant.overview.lines
    assert (line["name"], line["entity_id"]) == (home.bridge.picture.name("light.hall"), "light.hall")
    assert line["name"] != "A device"
