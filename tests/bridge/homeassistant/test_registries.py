"""The registries as clients list and edit them, before a real home."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from homeserver.topics.registry import (
    AREA_ENTRY,
    DEVICE_ENTRY,
    ENTITY_ENTRY,
    AreaEntry,
    DeviceEntry,
    EntityEntry,
)
from tests.bridge.conftest import Home
from tests.bridge.homeassistant.talking import Talk


@pytest.fixture
async def talk(home: Home) -> AsyncIterator[Talk]:
    talk = await Talk(home).let_in()
    yield talk
    await talk.leave()


async def furnish(home: Home) -> None:
    say: Any = home.owner.house.say
    say(AREA_ENTRY, AreaEntry("Hall", "ground", ("corridor",), icon="mdi:door"), "hall")
    say(DEVICE_ENTRY, DeviceEntry("Old lamp", "hall", ("cosy",)), "d1")
    say(ENTITY_ENTRY, EntityEntry("Ceiling", labels=("cosy",), hidden=True), "light.hall")
    await home.settle()


async def test_areas_devices_and_entities(home: Home, talk: Talk) -> None:
    await furnish(home)
    (area,) = await talk.result("config/area_registry/list")
    assert (area["area_id"], area["name"], area["floor_id"], area["aliases"]) == (
        "hall",
        "Hall",
        "ground",
        ["corridor"],
    )
    devices = {row["id"]: row for row in await talk.result("config/device_registry/list")}
    assert set(devices) >= {"d1", "d2"}
    assert (devices["d1"]["name"], devices["d1"]["name_by_user"]) == ("Hall lamp", "Old lamp")
    entities = {row["entity_id"]: row for row in await talk.result("config/entity_registry/list")}
    lamp = entities["light.hall"]
    assert (lamp["name"], lamp["original_name"], lamp["device_id"]) == ("Ceiling", "Hall ceiling", "d1")
    assert lamp["hidden_by"] == "user"
    assert entities["switch.heater"]["disabled_by"] == "integration"


async def test_the_short_list(home: Home, talk: Talk) -> None:
    await furnish(home)
    listed = await talk.result("config/entity_registry/list_for_display")
    lamp = next(row for row in listed["entities"] if row["ei"] == "light.hall")
    assert lamp == {"ei": "light.hall", "di": "d1", "en": "Ceiling", "lb": ["cosy"], "pl": "owner", "hb": True}


async def test_one_entity(home: Home, talk: Talk) -> None:
    found = await talk.result("config/entity_registry/get", entity_id="light.hall")
    assert found["capabilities"] == {"supported_color_modes": ["brightness"]}
    assert await talk.error("config/entity_registry/get", entity_id="light.gone") == "not_found"
    several = await talk.result("config/entity_registry/get_entries", entity_ids=["light.hall", "light.gone"])
    assert several["light.gone"] is None
    assert several["light.hall"]["entity_id"] == "light.hall"


async def test_whoever_waits_is_told_of_a_change(home: Home, talk: Talk) -> None:
    await talk.result("subscribe_events", event_type="area_registry_updated")
    await furnish(home)
    assert [event["data"] for event in talk.events()] == [{"action": "update", "area_id": "hall"}]


async def test_an_edit_that_nobody_answers_is_told(home: Home, talk: Talk) -> None:
    """The home of these tests has no registry that could be edited."""
    answer = await talk.ask("config/area_registry/create", name="Cellar")
    assert not answer["success"]
    assert "home" in answer["error"]["message"]
