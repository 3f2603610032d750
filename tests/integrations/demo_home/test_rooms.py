"""Rooms warm, cool, get damp and bright as rooms do."""

from dataclasses import replace
from random import Random

import pytest

from integrations.demo_home.rooms import PLANS, Building, Room
from integrations.demo_home.sun import Light
from integrations.demo_home.weather import Weather, saturation
from tests.integrations.demo_home.conftest import WINTER

BEDROOM = next(plan for plan in PLANS if plan.key == "bedroom")


@pytest.fixture
def cold() -> Weather:
    weather = Weather(Random(1), WINTER)
    weather.temperature, weather.mean = 0.0, 0.0
    weather.vapour = saturation(-2)
    return weather


def hours(room: Room, weather: Weather, count: float, seconds: float = 20.0) -> None:
    for _ in range(int(count * 3_600 / seconds)):
        room.step(seconds, weather, room)


def test_an_open_window_cools_the_air_in_minutes_and_the_walls_bring_it_back(cold: Weather) -> None:
    room = Room(BEDROOM, 20, cold.vapour)
    room.open = True
    hours(room, cold, 0.25)
    cooled = room.air
    assert cooled < 16
    assert room.wall > 19
    room.open = False
    hours(room, cold, 0.5)
    assert room.air > (cooled + 20) / 2


def test_without_heat_a_room_nears_the_outside_over_days(cold: Weather) -> None:
    room = Room(BEDROOM, 20, cold.vapour)
    hours(room, cold, 24, seconds=60)
    day = room.air
    hours(room, cold, 24 * 9, seconds=60)
    assert 8 < day < 19
    assert 0 < room.air < 2


def test_steady_state_carries_away_exactly_what_is_put_in(cold: Weather) -> None:
    """First law: heating power equals transmission plus ventilation once nothing changes any more."""
    room = Room(BEDROOM, 15, cold.vapour)
    room.gains.radiator = 600
    hours(room, cold, 24 * 30, seconds=60)
    air, wall = room.air, room.wall
    lost = BEDROOM.loss / 2 * (air + wall) + 1_206 * room.ventilation(0.0) * air
    assert lost == pytest.approx(600, rel=0.02)


def test_the_step_does_not_matter(cold: Weather) -> None:
    fine, coarse = Room(BEDROOM, 20, cold.vapour), Room(BEDROOM, 20, cold.vapour)
    fine.open = coarse.open = True
    hours(fine, cold, 1, seconds=1)
    hours(coarse, cold, 1, seconds=20)
    assert coarse.air == pytest.approx(fine.air, abs=0.05)


def test_people_breathe_and_an_open_window_lets_it_out(cold: Weather) -> None:
    room = Room(BEDROOM, 20, cold.vapour)
    room.gains.people = 2
    before = room.humidity
    hours(room, cold, 6)
    assert room.co2 > 1_200
    assert room.humidity > before
    room.open = True
    hours(room, cold, 0.5)
    assert room.co2 < 700


def test_a_shower_fogs_the_room_but_air_holds_no_more_than_it_can(cold: Weather) -> None:
    room = Room(replace(BEDROOM, floor=8), 22, cold.vapour)
    room.gains.water = 0.55
    hours(room, cold, 0.5)
    assert 99 < room.humidity <= 100.0001


def test_sun_through_the_window_warms_and_lights_and_the_blind_helps(cold: Weather) -> None:
    sunny = Light(elevation=25, azimuth=90, beam=700, diffuse=90)
    room = Room(BEDROOM, 20, cold.vapour)
    room.shine(sunny)
    assert 300 < room.sunshine < 800
    assert room.illuminance > 500
    open_blind = room.sunshine
    room.air = 26
    room.shine(sunny)
    assert room.sunshine == pytest.approx(0.3 * open_blind)


def test_the_hall_is_warmed_by_the_rooms_around_it(cold: Weather) -> None:
    building = Building(cold)
    for room in building.rooms.values():
        room.air = room.wall = 20.0
    hall = building.rooms["hall"]
    hall.air = hall.wall = 14.0
    building.step(60)
    assert hall.air > 14.0
    assert building.rooms["office"].air < 20.0


def test_the_door_of_a_hot_room_stays_open(cold: Weather) -> None:
    """Half an hour of 1.5 kW: behind a closed door it would be far hotter than people bear."""
    room, hall = Room(BEDROOM, 22, cold.vapour), Room(PLANS[0], 20, cold.vapour)
    assert room.exchange(hall) == pytest.approx(0.012)
    assert hall.exchange(hall) == 0
    room.gains.warmth = 1_500
    for _ in range(90):
        room.step(20, cold, hall)
    assert 24.3 < room.air < 25.0
    room.air = 26
    assert room.exchange(hall) == pytest.approx(0.012 + 0.0825 * 6**0.5, rel=0.01)
