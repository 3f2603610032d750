"""The world holds together: a week in winter and in summer stays plausible, and the meter is the sum of physics."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from integrations.demo_home.family import Family
from integrations.demo_home.house import BERLIN as PLACE
from integrations.demo_home.lamps import Wish
from integrations.demo_home.timeline import Timeline
from integrations.demo_home.world import BULBS, World
from tests.integrations.demo_home.conftest import SUMMER, WINTER


def empty(start: datetime) -> World:
    """A world that nobody lives in."""
    return World(1, Timeline(start), PLACE, lambda key: None)


@pytest.mark.proof
@pytest.mark.parametrize(
    ("start", "coldest", "hottest"), [(WINTER, 13.0, 26.0), (SUMMER, 17.0, 29.0)], ids=["winter", "summer"]
)
def test_a_week_stays_plausible(start: datetime, coldest: float, hottest: float, portion: Callable[[int], int]) -> None:
    """In a heat wave a house is as hot as the day was, and a kitchen a little hotter."""
    for seed in range(portion(10)):
        warmest = 0.0
        world = World(seed, Timeline(start), PLACE, lambda key: None)
        Family(world)
        for hour in range(7 * 24):
            world.timeline.run(hour * 3_600)
            warmest = max(warmest, world.weather.temperature)
            for room in world.building.rooms.values():
                assert coldest < room.air < max(hottest, warmest + 3), (seed, hour, room.plan.key)
                assert 8 < room.humidity <= 100.01, (seed, hour, room.plan.key)
                assert 400 < room.co2 < 5_000, (seed, hour, room.plan.key)
        assert 15 < world.meter.kwh() - empty(start).meter.kwh() < 7 * 70


def test_the_meter_is_the_sum_of_physics_at_every_step() -> None:
    """Not the sum that the meter keeps: each thing's power from what the thing itself shows."""
    world = World(4, Timeline(WINTER + timedelta(hours=6)), PLACE, lambda key: None)
    Family(world)
    for second in range(0, 3 * 3_600, 7):
        world.timeline.run(second)
        lamps = sum(bulb.standby + bulb.watts * world.lamps[bulb.key].shining for bulb in BULBS)
        used = sum(
            thing.watts if thing.running else thing.standby * thing.powered for thing in world.appliances.values()
        )
        others = sum(
            world.load(name).watts for name in ("washing_machine", "dishwasher", "fridge", "heat_pump", "standing")
        )
        fan = 0.6 + (42 * (world.fan.speed / 6) ** 3 if world.fan.on else 0)
        drying = {"auto": 215, "quiet": 135, "laundry": 290}[world.dehumidifier.mode]
        element = {"off": 2_000, "eco": 1_000, "electric": 2_000}[world.tank.mode]
        air = fan + (drying if world.dehumidifier.running else 0.9)
        water = 1.2 + element * world.tank.heating
        assert world.meter.watts() == pytest.approx(lamps + used + others + air + water)


def test_energy_is_the_integral_of_the_power_that_the_meter_shows() -> None:
    world = World(4, Timeline(WINTER + timedelta(hours=6.5)), PLACE, lambda key: None)
    Family(world)
    joule, before = 0.0, world.meter.kwh()
    while world.timeline.now < 2 * 3_600:
        due = min(world.timeline.next_due(), 2 * 3_600)
        joule += world.meter.watts() * (due - world.timeline.now)
        last = world.meter.kwh()
        world.timeline.run(due)
        assert world.meter.kwh() >= last
    assert world.meter.kwh() - before == pytest.approx(joule / 3.6e6)


def test_lamps_light_and_warm_their_own_room() -> None:
    dark, lit = empty(WINTER), empty(WINTER)
    lit.lamps["kitchen_ceiling"].set(Wish(on=True))
    for world in (dark, lit):
        world.timeline.run(60)
    rooms, unlit = lit.building.rooms, dark.building.rooms
    assert rooms["kitchen"].illuminance > 60 > 1 > unlit["kitchen"].illuminance
    assert rooms["office"].illuminance == unlit["office"].illuminance
    for world in (dark, lit):
        for valve in world.valves.values():
            valve.select("off")
        world.timeline.run(4 * 3_600)
    assert rooms["kitchen"].air > unlit["kitchen"].air


def test_heating_off_cools_the_house_and_on_warms_it() -> None:
    on, off = empty(WINTER), empty(WINTER)
    off.heat_pump.mode = "off"
    for world in (on, off):
        world.timeline.run(12 * 3_600)
    for key, room in on.building.rooms.items():
        assert room.air > off.building.rooms[key].air
    assert on.load("heat_pump").kwh() > 10 * off.load("heat_pump").kwh()


def test_an_open_window_costs_heat() -> None:
    shut, opened = empty(WINTER), empty(WINTER)
    opened.openings["living_room_window"].set(True)
    for world in (shut, opened):
        world.timeline.run(3_600)
    assert opened.building.rooms["living_room"].air < shut.building.rooms["living_room"].air - 2
    assert opened.valves["living_room"].heat > shut.valves["living_room"].heat


def test_the_fan_dries_the_bathroom() -> None:
    still, blown = empty(WINTER), empty(WINTER)
    blown.appliances["fan"].power(True)
    for world in (still, blown):
        world.showers = 1
        world.timeline.run(600)
        world.showers = 0
        world.timeline.run(1_800)
    assert blown.building.rooms["bathroom"].humidity < still.building.rooms["bathroom"].humidity - 5


def test_each_thing_has_a_chance_of_its_own() -> None:
    world = empty(WINTER)
    assert world.chance("a").random() == world.chance("a").random() != world.chance("b").random()
    other = World(2, Timeline(WINTER), PLACE, lambda key: None)
    assert other.chance("a").random() != world.chance("a").random()
