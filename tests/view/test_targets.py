"""Who is meant by a target."""

import pytest

from homeserver.runtime.clock import VirtualClock, settle
from homeserver.topics.entity import ENTITY_CONFIG, EntityConfig
from homeserver.topics.registry import AREA_ENTRY, DEVICE_ENTRY, ENTITY_ENTRY, AreaEntry, DeviceEntry, EntityEntry
from homeserver.view.targets import Target, places, resolve
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
    moves: list[set[str] | None] = []

    def follow(moved: set[str] | None) -> None:
        moves.append(moved)
        told.append(resolve(view, kitchen))

    unfollow, others = view.follow(follow, LIGHTS), view.follow(lambda moved: told.append([]), frozenset({"lock"}))
    for area_id in ("living_room", "kitchen"):
        things.house.say(ENTITY_ENTRY, EntityEntry(area_id=area_id), "light.lamp")
        await settle()
    assert told == []  # what comes together is told together
    clock = things.house.clock
    assert isinstance(clock, VirtualClock)
    await clock.advance(FOLLOW)
    assert told == [["light.lamp", "light.strip"]]
    assert moves == [{"light.lamp"}]
    things.house.say(AREA_ENTRY, AreaEntry("Kitchen", None), "kitchen")  # on no floor any more
    others()
    await settle()
    await clock.advance(FOLLOW)
    assert moves == [{"light.lamp"}, {"light.lamp", "light.strip", "switch.secret"}]
    unfollow()
    things.house.say(ENTITY_ENTRY, EntityEntry(area_id="living_room"), "light.lamp")
    await settle()
    await clock.advance(FOLLOW)
    assert len(told) == 2
    assert resolve(view, kitchen) == ["light.strip"]


async def test_an_entity_without_an_announcement_is_found_and_lost(things: Things) -> None:
    lights = Target({"entity_id": ("all",)})
    things.state("light.plain", "on")
    await settle()
    assert "light.plain" in resolve(things.view, lights, LIGHTS)
    things.state("light.plain", None)
    await settle()
    assert "light.plain" not in resolve(things.view, lights, LIGHTS)


@pytest.mark.parametrize(
    "named",
    [
        {"entity_id": ("light.lamp",)},
        {"entity_id": ("all",)},
        {"device_id": ("d1",)},
        {"area_id": ("kitchen",)},
        {"floor_id": ("ground",)},
        {"label_id": ("cosy",)},
        {"label_id": ("bright",), "area_id": ("living_room",)},
        {"area_id": ("nowhere",)},
    ],
)
@pytest.mark.parametrize("but", [None, Target({"area_id": ("kitchen",)}), Target({"entity_id": ("light.lamp",)})])
async def test_one_entity_is_meant_as_it_is_among_all(
    things: Things, named: dict[str, tuple[str, ...]], but: Target | None
) -> None:
    view, target = things.view, Target(named, but)
    things.house.say(ENTITY_CONFIG, EntityConfig("B", "things", device=LAMP, category="config"), "light", "b")
    things.house.say(ENTITY_ENTRY, EntityEntry(labels=("cosy",), area_id="kitchen"), "light.b")
    await settle()
    for aside in (False, True):
        found = {id for id in view.known() if places(view).lead(view, target, id, aside)}
        assert found == set(resolve(view, target, aside=aside))


async def test_the_index_is_brought_up_to_date_as_a_new_one_would_be(things: Things) -> None:
    view, say = things.view, things.house.say
    places(view)
    say(ENTITY_CONFIG, None, "light", "strip")
    say(ENTITY_ENTRY, EntityEntry(hidden=True, labels=("cosy",)), "light.lamp")
    say(ENTITY_ENTRY, None, "switch.secret")
    say(ENTITY_CONFIG, EntityConfig("New", "things", device=LAMP), "light", "new")
    things.state("light.strip", None)
    await settle()
    kept = places(view)
    view.index = None
    fresh = places(view)
    assert kept is not fresh
    for name in ("hidden", "aside"):
        assert getattr(kept, name) == getattr(fresh, name)
    for target in ({"label_id": ("cosy",)}, {"area_id": ("living_room",)}, {"entity_id": ("all",)}):
        view.index = kept
        before = resolve(view, Target(target), hidden=True)
        view.index = fresh
        assert set(before) == set(resolve(view, Target(target), hidden=True))


async def test_a_device_takes_its_entities_along(things: Things) -> None:
    view, kitchen = things.view, Target({"area_id": ("kitchen",)})
    assert resolve(view, kitchen) == ["light.strip"]
    things.house.say(DEVICE_ENTRY, DeviceEntry("Floor lamp", "kitchen", ("bright",)), "d1")
    await settle()
    assert resolve(view, kitchen) == ["light.lamp", "sensor.power", "light.strip"]
    assert resolve(view, Target({"label_id": ("bright",)})) == ["light.lamp", "sensor.power", "light.strip"]
    things.house.say(AREA_ENTRY, AreaEntry("Kitchen", "attic"), "kitchen")
    await settle()
    assert resolve(view, Target({"floor_id": ("attic",)})) == ["light.lamp", "sensor.power", "light.strip"]
    assert resolve(view, Target({"floor_id": ("ground",)})) == []
