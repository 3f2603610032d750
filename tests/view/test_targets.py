"""Who is meant by a target."""

import pytest

from homeserver.runtime.clock import VirtualClock, settle
from homeserver.topics.entity import ENTITY_CONFIG, EntityConfig
from homeserver.topics.registry import ENTITY_ENTRY, EntityEntry
from homeserver.view.targets import Target, resolve
from homeserver.view.view import FOLLOW
from tests.view.things import LAMP, Things

LIGHTS = frozenset({"light"})


@pytest.mark.parametrize(
    ("named", "domains", "meant"),
    [
        ({"entity_id": ("light.lamp", "light.lamp", "light.gone")}, LIGHTS, ["light.lamp", "light.gone"]),
        ({"entity_id": ("none",)}, LIGHTS, []),
        ({"entity_id": ("all",)}, LIGHTS, ["light.lamp", "light.strip"]),
        ({"area_id": ("kitchen",)}, LIGHTS, ["light.strip"]),
        ({"area_id": ("kitchen",)}, None, ["light.strip"]),
        ({"area_id": ("living_room",)}, None, ["light.lamp", "sensor.power"]),
        ({"device_id": ("d1",)}, LIGHTS, ["light.lamp"]),
        ({"floor_id": ("ground",)}, LIGHTS, ["light.lamp", "light.strip"]),
        ({"label_id": ("cosy",)}, None, ["light.lamp", "sensor.power"]),
        ({"label_id": ("bright",), "entity_id": ("light.lamp",)}, LIGHTS, ["light.lamp", "light.strip"]),
        ({"area_id": ("nowhere",)}, LIGHTS, []),
        ({}, LIGHTS, []),
    ],
)
async def test_means(
    things: Things, named: dict[str, tuple[str, ...]], domains: frozenset[str] | None, meant: list[str]
) -> None:
    assert resolve(things.view, Target(named), domains) == meant


async def test_only_entities_are_fixed() -> None:
    assert Target({"entity_id": ("light.lamp",)}).fixed
    assert not Target({"entity_id": ("all",)}).fixed
    assert not Target({"area_id": ("kitchen",)}).fixed


async def test_what_sets_a_device_up_is_meant_by_its_id_and_its_label_only(things: Things) -> None:
    """Home Assistant: a target by device, area or floor means primary entities; a label on the entity means any."""
    config = EntityConfig("Battery", "things", device=LAMP, category="diagnostic")
    things.house.say(ENTITY_CONFIG, config, "sensor", "battery")
    things.house.say(ENTITY_ENTRY, EntityEntry(labels=("cells",)), "sensor.battery")
    await settle()
    view = things.view
    for named in ({"device_id": ("d1",)}, {"area_id": ("living_room",)}, {"floor_id": ("ground",)}):
        assert "sensor.battery" not in resolve(view, Target(named))
        assert "sensor.battery" in resolve(view, Target(named), aside=True)
    assert resolve(view, Target({"label_id": ("cells",)})) == ["sensor.battery"]
    assert resolve(view, Target({"entity_id": ("sensor.battery",)})) == ["sensor.battery"]


async def test_what_is_left_out(things: Things) -> None:
    ground, lamp = Target({"floor_id": ("ground",)}), Target({"device_id": ("d1",)})
    assert resolve(things.view, Target(ground.named, lamp)) == ["light.strip"]
    assert resolve(things.view, Target({"entity_id": ("all",)}, ground)) == []
    assert Target({"entity_id": ("light.lamp",)}, Target({"entity_id": ("light.lamp",)})).fixed
    assert not Target({"entity_id": ("light.lamp",)}, lamp).fixed
    assert resolve(things.view, Target({"entity_id": ("light.lamp", "light.strip")}, lamp)) == ["light.strip"]


async def test_what_is_hidden_is_meant_where_it_is_asked_for(things: Things) -> None:
    kitchen = Target({"area_id": ("kitchen",)})
    assert resolve(things.view, kitchen) == ["light.strip"]
    assert resolve(things.view, kitchen, hidden=True) == ["light.strip", "switch.secret"]


async def test_a_target_follows_the_registry(things: Things) -> None:
    view, kitchen = things.view, Target({"area_id": ("kitchen",)})
    told: list[list[str]] = []
    unfollow = view.follow(lambda: told.append(resolve(view, kitchen)))
    for area_id in ("living_room", "kitchen"):
        things.house.say(ENTITY_ENTRY, EntityEntry(area_id=area_id), "light.lamp")
        await settle()
    assert told == []  # what comes together is told together
    clock = things.house.clock
    assert isinstance(clock, VirtualClock)
    await clock.advance(FOLLOW)
    assert told == [["light.lamp", "light.strip"]]
    unfollow()
    things.house.say(ENTITY_ENTRY, EntityEntry(area_id="living_room"), "light.lamp")
    await settle()
    await clock.advance(FOLLOW)
    assert len(told) == 1
    assert resolve(view, kitchen) == ["light.strip"]


async def test_an_entity_without_an_announcement_is_found_and_lost(things: Things) -> None:
    lights = Target({"entity_id": ("all",)})
    things.state("light.plain", "on")
    await settle()
    assert "light.plain" in resolve(things.view, lights, LIGHTS)
    things.state("light.plain", None)
    await settle()
    assert "light.plain" not in resolve(things.view, lights, LIGHTS)
