"""What leads to a thing and what it leads to."""

from typing import Any

from homeserver.topics.entity import ENTITY_STATE, EntityConfig, EntityState
from homeserver.topics.registry import AREA_ENTRY, ENTITY_ENTRY, AreaEntry, EntityEntry
from tests.bridge.conftest import Home
from tests.bridge.homeassistant.talking import Talk


async def test_things_and_places(home: Home) -> None:
    say: Any = home.owner.house.say
    say(AREA_ENTRY, AreaEntry("Hall", "ground"), "hall")
    say(ENTITY_ENTRY, EntityEntry(labels=("cosy",)), "light.hall")
    home.owner.config("group.lamps", EntityConfig("Lamps", "owner"))
    now = home.clock.now()
    say(ENTITY_STATE, EntityState("off", {"entity_id": ["light.hall", "light.gone"]}, now, now), "group", "lamps")
    await home.settle()
    talk = await Talk(home).let_in()

    async def related(kind: str, id: str) -> Any:
        return await talk.result("search/related", item_type=kind, item_id=id)

    assert await related("entity", "light.hall") == {
        "device": ["d1"],
        "area": ["hall"],
        "floor": ["ground"],
        "config_entry": ["owner"],
        "integration": ["owner"],
        "label": ["cosy"],
        "group": ["group.lamps"],
    }
    assert (await related("group", "group.lamps"))["entity"] == ["light.hall"]
    area = await related("area", "hall")
    assert set(area["entity"]) >= {"light.hall", "sensor.hall_temperature"}
    assert (set(area["device"]), area["floor"]) == ({"d1", "d2"}, ["ground"])
    assert await related("device", "d1") == {"entity": ["light.hall"], "area": ["hall"], "floor": ["ground"]}
    assert (await related("floor", "ground"))["area"] == ["hall"]
    assert (await related("label", "cosy"))["entity"] == ["light.hall"]
    assert "light.hall" in (await related("integration", "owner"))["entity"]
    assert await related("entity", "light.gone") == {}
    assert await related("script_blueprint", "x") == {}
    assert await talk.error("search/related", item_type="planet", item_id="x") == "invalid_format"
    await talk.leave()
