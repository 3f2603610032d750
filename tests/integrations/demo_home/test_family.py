"""The family lives: days differ, the door opens, visitors ring, batteries are changed, all by the seed."""

from datetime import datetime

import pytest

from integrations.demo_home.family import TAGS, Family
from integrations.demo_home.house import BERLIN as PLACE
from integrations.demo_home.plans import AWAY
from integrations.demo_home.radio import Battery
from integrations.demo_home.timeline import Timeline
from integrations.demo_home.world import World
from tests.integrations.demo_home.conftest import BERLIN, SATURDAY, WINTER


def life(start: datetime, seed: int = 1) -> tuple[World, Family]:
    world = World(seed, Timeline(start), PLACE, lambda key: None)
    return world, Family(world)


def where(family: Family) -> dict[str, str]:
    return {person.member.name: person.room for person in family.persons}


@pytest.mark.parametrize(
    ("hour", "rooms"),
    [
        (1, {"Anna": "bedroom", "Ben": "bedroom", "Mia": "childrens_room", "Leo": "childrens_room"}),
        (9, {"Anna": "office", "Ben": AWAY, "Mia": AWAY, "Leo": AWAY}),
        (23.8, {"Anna": "bedroom", "Ben": "bedroom", "Mia": "childrens_room", "Leo": "childrens_room"}),
    ],
)
def test_whoever_looks_in_in_the_middle_of_a_day_finds_everybody_where_the_plan_says(
    hour: float, rooms: dict[str, str]
) -> None:
    _, family = life(datetime(2026, 1, 14, int(hour), int(hour % 1 * 60), tzinfo=BERLIN))
    assert where(family) == rooms


def test_living_through_the_morning_leads_to_the_same_place_as_starting_there() -> None:
    world, family = life(WINTER)
    world.timeline.run(9.0 * 3_600)
    ben_mia_leo = {name: room for name, room in where(family).items() if name != "Anna"}
    assert set(ben_mia_leo.values()) == {AWAY}
    assert world.openings["front_door"].count >= 1
    assert not world.openings["front_door"].open


def test_on_saturday_they_go_out_together_and_come_back_to_cook() -> None:
    world, family = life(SATURDAY)
    away = []
    for quarter in range(96):
        world.timeline.run(quarter * 900)
        away.append(sum(room == AWAY for room in where(family).values()))
    assert max(away) == 4
    assert max(away[:40]) == 0
    assert away[60] == 0


def test_an_empty_house_has_its_windows_shut() -> None:
    for seed in range(4):
        world, family = life(SATURDAY, seed)
        for minute in range(11 * 60, 14 * 60):
            world.timeline.run(minute * 60)
            if all(room == AWAY for room in where(family).values()) and not world.openings["front_door"].open:
                assert not any(world.openings[f"{room}_window"].open for room in ("living_room", "bedroom", "bathroom"))


def test_visitors_ring_on_some_days_and_are_let_in_when_somebody_is_there() -> None:
    rang = opened = 0
    for seed in range(4):  # on this day Anna works at home
        world, _ = life(WINTER.replace(hour=3), seed)
        while not world.bell.rings and world.timeline.now < 16 * 3_600:
            world.timeline.run(world.timeline.now + 5)
        if world.bell.rings:
            rang += 1
            doors = world.openings["front_door"].count
            world.timeline.run(world.timeline.now + 60)
            opened += world.openings["front_door"].count > doors
    assert 1 <= rang <= 3
    assert opened == rang


def test_an_empty_battery_is_changed_by_an_adult_who_is_at_home() -> None:
    world, _ = life(WINTER)
    world.batteries["test"] = Battery(world.timeline, 1.0, 0.1)
    world.timeline.run(6 * 3_600)
    assert world.batteries["test"].percent < 1  # at night everybody sleeps
    world.timeline.run(10 * 3_600)
    assert world.batteries["test"].percent > 99


def test_other_seeds_are_other_days() -> None:
    counts = set()
    for seed in range(3):
        world, _ = life(WINTER, seed)
        world.timeline.run(43_200)
        counts.add(tuple(motion.count for motion in world.motions.values()))
    assert len(counts) == 3


def test_children_hold_their_tags_to_the_panel_when_they_come_home() -> None:
    world, _ = life(WINTER.replace(hour=12))
    world.timeline.run(5 * 3_600)
    assert sorted(world.told["alarm"]) == sorted(("tag", tag) for tag in TAGS.values())
