"""What people do has its effect on things, and ends with them."""

from random import Random
from types import SimpleNamespace
from typing import Any, cast

import pytest

from integrations.demo_home.family import Family
from integrations.demo_home.house import BERLIN as PLACE
from integrations.demo_home.household import Household
from integrations.demo_home.lamps import Wish
from integrations.demo_home.timeline import Timeline
from integrations.demo_home.world import World
from tests.integrations.demo_home.conftest import SUMMER, WINTER


def person(room: str, doing: str, base: str | None = None) -> Any:
    return SimpleNamespace(name="Ann", room=room, base=base or room, doing=doing, asleep=doing == "sleep")


@pytest.fixture
def house() -> Household:
    """A household in a world without the family's own comings and goings."""
    return Household(World(1, Timeline(WINTER), PLACE, lambda key: None))


def run(house: Household, seconds: float) -> None:
    house.world.timeline.run(house.world.timeline.now + seconds)


def test_the_television_runs_as_long_as_somebody_watches_even_on_an_errand(house: Household) -> None:
    television = house.world.appliances["television"]
    house.persons = [person("living_room", "tv"), person("kitchen", "tv", base="living_room")]
    house.moved()
    assert television.running
    house.persons = house.persons[1:]
    house.moved()
    assert television.running
    house.persons = [person("living_room", "read")]
    house.moved()
    assert not television.running


def test_a_kettle_boils_for_a_few_minutes(house: Household) -> None:
    house.settled("kitchen", "breakfast", Random(1))
    assert house.world.appliances["kettle"].running
    run(house, 201)
    assert not house.world.appliances["kettle"].running


def test_laundry_and_dishes_start_their_machines(house: Household) -> None:
    house.settled("utility_room", "laundry", Random(1))
    house.settled("kitchen", "dishes", Random(2))
    run(house, 201)
    assert house.world.washing_machine.running
    assert house.world.dishwasher.running


def test_a_window_is_opened_after_a_shower_and_shut_again_later_when_it_is_mild(house: Household) -> None:
    window = house.world.openings["bathroom_window"]
    house.finished("bathroom", "shower", Random(1))
    seen = [window.open]
    run(house, 15 * 60)
    assert [*seen, window.open] == [True, False]
    mild = Household(World(1, Timeline(SUMMER), PLACE, lambda key: None))
    mild.world.weather.temperature = 22
    mild.finished("bathroom", "shower", Random(1))
    run(mild, 15 * 60)
    assert mild.world.openings["bathroom_window"].open


def test_the_last_one_out_shuts_the_windows(house: Household) -> None:
    house.air("living_room", 60)
    house.air("bedroom", 60)
    house.close_windows()
    assert not any(opening.open for opening in house.world.openings.values())


def test_lamps_off_leaves_other_rooms_lit(house: Household) -> None:
    lamps = house.world.lamps
    for lamp in lamps.values():
        lamp.set(Wish(on=True))
    house.lamps_off("living_room")
    assert {key for key, lamp in lamps.items() if not lamp.on} == {"living_room_ceiling", "living_room_floor_lamp"}


def test_who_is_where(house: Household) -> None:
    house.persons = [person("bedroom", "sleep"), person("kitchen", "cook")]
    assert house.occupied("kitchen")
    assert not house.occupied("office")
    assert house.anyone_asleep("bedroom")
    assert not house.anyone_asleep("kitchen")


def test_the_family_is_a_household(house: Household) -> None:
    family = Family(house.world)
    assert len(family.persons) == 4
    assert len(cast(Any, house.world).present) == 4


def test_the_infrared_remote_switches_until_people_do_otherwise(house: Household) -> None:
    television = house.world.appliances["television"]
    running = []
    for room, doing, blaster in (("living_room", "tv", True), ("kitchen", "cook", False), ("living_room", "tv", False)):
        house.persons = [person(room, doing)]
        house.moved()
        if blaster:
            television.use(False)
            house.moved()
        running.append(television.running)
    assert running == [False, False, True]
    assert [field for field, _ in house.world.told["infrared_blaster"]] == ["receiver"] * 3


def test_whoever_sits_down_presses_a_key(house: Household) -> None:
    house.settled("living_room", "tv", Random(1))
    house.settled("office", "read", Random(1))
    assert house.world.told["living_room_remote"] == [("action", "1_single")]
