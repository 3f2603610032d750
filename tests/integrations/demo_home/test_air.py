"""A fan draws by the cube of its speed; a dehumidifier dries as far as it is told, and warms its room."""

import pytest

from integrations.demo_home.air import DRYING, LATENT, Fan
from integrations.demo_home.house import BERLIN as PLACE
from integrations.demo_home.timeline import Timeline
from integrations.demo_home.world import World
from tests.integrations.demo_home.conftest import WINTER


@pytest.fixture
def world() -> World:
    """A world that nobody lives in."""
    return World(1, Timeline(WINTER), PLACE, lambda key: None)


def test_a_fan_draws_by_the_cube_of_its_speed(world: World) -> None:
    load = world.load("bedroom_fan")
    fan = Fan(load)
    idle = load.watts
    watts = []
    for speed in (3, 6):
        fan.set_speed(speed)
        watts.append(load.watts - idle)
    assert watts[1] == pytest.approx(8 * watts[0])
    fan.blow("sleep")
    assert load.watts - idle < watts[1] / 4
    fan.set_speed(0)
    assert (load.watts, fan.on, fan.speed) == (idle, False, 6)


def test_a_preset_ends_with_a_speed_of_its_own(world: World) -> None:
    fan = Fan(world.load("bedroom_fan"))
    fan.blow("natural")
    assert (fan.on, fan.preset) == (True, "natural")
    fan.set_speed(1)
    assert fan.preset is None


def test_it_dries_to_its_target_and_rests_until_the_air_is_damp_again(world: World) -> None:
    room = world.building.rooms["bathroom"]
    world.dehumidifier.adjust(target=50)
    room.vapour = 14.0
    world.timeline.run(60)
    assert world.dehumidifier.action == "drying"
    while world.dehumidifier.running:
        world.timeline.run(world.timeline.now + 60)
        assert world.timeline.now < 4 * 3_600
    assert 46 < room.humidity <= 50.01
    assert (world.dehumidifier.action, world.load("dehumidifier").watts) == ("idle", 0.9)


def test_laundry_runs_whatever_the_target_says_and_off_is_off(world: World) -> None:
    dryer = world.dehumidifier
    dryer.adjust(mode="laundry", target=80)
    assert (dryer.running, world.load("dehumidifier").watts) == (True, DRYING["laundry"].watts)
    gains = world.building.rooms["bathroom"].gains
    gains.warmth = gains.water = 0.0
    dryer.step()
    assert gains.warmth == pytest.approx(DRYING["laundry"].watts - gains.water * LATENT)
    assert gains.water < 0
    dryer.adjust(on=False)
    assert (dryer.action, dryer.running) == ("off", False)
