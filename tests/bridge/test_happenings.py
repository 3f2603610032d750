"""Which changes are worth a line."""

from typing import Any

import pytest

from homeserver.topics.entity import EntityConfig
from tests.bridge.test_stream import parse


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
    stream = home.stream()
    await stream.next()
    for state in states:
        home.owner.state(entity_id, state)
        await home.settle()
    happened = parse(await stream.next())["news"]["happened"]
    assert [line["to"] for line in happened] == told
    await stream.close()


async def test_motion_is_news_again_after_a_rest(home: Any) -> None:
    stream = home.stream()
    await stream.next()
    for rest in (200, 200, 400, 0):
        home.owner.state("binary_sensor.hall_motion", "on")
        await home.settle()
        home.owner.state("binary_sensor.hall_motion", "off")
        await home.clock.advance(rest)
    assert len(parse(await stream.next())["news"]["happened"]) == 2
    await stream.close()
