"""Valves keep what they are told, and the heat pump pays for it in electricity."""

from datetime import timedelta
from random import Random

import pytest

from integrations.demo_home.electricity import Load
from integrations.demo_home.heating import BOOST_SECONDS, FROST, HeatPump, Valve
from integrations.demo_home.rooms import PLANS, Room
from integrations.demo_home.timeline import Timeline
from integrations.demo_home.weather import Weather
from tests.integrations.demo_home.conftest import WINTER


class Heated:
    """One room with its valve and a heat pump, at 0 °C outside."""

    def __init__(self) -> None:
        self.timeline = Timeline(WINTER)
        self.weather = Weather(Random(1), WINTER)
        self.weather.temperature = 0.0
        self.room = Room(next(plan for plan in PLANS if plan.key == "bedroom"), 16, self.weather.vapour)
        self.valve = Valve(self.room, self.timeline, 21, 17)
        self.pump = HeatPump([self.valve], Load(self.timeline))

    def run(self, hours: float) -> None:
        for _ in range(int(hours * 180)):
            self.timeline.run(self.timeline.now + 20)
            self.pump.step(20, 0.0)
            self.room.step(20, self.weather, self.room)


def test_a_valve_reaches_its_target_and_holds_it() -> None:
    heated = Heated()
    heated.run(36)
    assert heated.room.air == pytest.approx(21, abs=0.5)
    heated.valve.target = 18
    heated.run(30)
    assert heated.room.air == pytest.approx(18, abs=0.5)


def test_off_means_frost_protection_not_freezing() -> None:
    heated = Heated()
    heated.valve.select("off")
    heated.run(24 * 12)
    assert FROST - 0.6 < heated.room.air < FROST + 1.5


def test_boost_opens_for_five_minutes_and_then_goes_back() -> None:
    heated = Heated()
    heated.valve.select("manual")
    heated.valve.target = 10
    heated.run(0.2)
    assert heated.valve.opening == 0
    heated.valve.select("boost")
    heated.run(0.05)
    assert heated.valve.opening == 1
    heated.run(BOOST_SECONDS / 3_600)
    assert heated.valve.mode == "manual"
    assert heated.valve.opening == 0


def test_a_boost_that_was_left_does_not_end_a_later_one() -> None:
    heated = Heated()
    heated.valve.select("boost")
    heated.run(0.05)
    heated.valve.select("auto")
    heated.valve.select("boost")
    heated.run(0.05)
    assert heated.valve.mode == "boost"


def test_the_programme_sets_day_and_night_but_leaves_manual_alone() -> None:
    heated = Heated()
    day = WINTER + timedelta(hours=12)
    night = WINTER + timedelta(hours=23)
    heated.valve.follow_programme(day)
    assert heated.valve.target == 21
    heated.valve.target = 19.5
    heated.valve.follow_programme(day + timedelta(hours=2))
    assert heated.valve.target == 19.5
    heated.valve.follow_programme(night)
    assert heated.valve.target == 17
    heated.valve.select("manual")
    heated.valve.follow_programme(day)
    assert heated.valve.target == 17


def test_a_heat_pump_gives_more_heat_than_it_draws_and_less_so_in_the_cold() -> None:
    pump = Heated().pump
    pump.flow = 35
    assert pump.performance(7) == pytest.approx(4.4)
    assert pump.performance(-7) == pytest.approx(2.8, abs=0.05)
    pump.flow = 50
    assert pump.performance(-7) < 2.2


def test_electricity_is_heat_over_performance_and_rest_draws_little() -> None:
    heated = Heated()
    heated.run(2)
    assert heated.pump.heat > 300
    assert heated.pump.load.watts == pytest.approx(heated.pump.heat / heated.pump.performance(0.0) + 45)
    heated.pump.mode = "off"
    heated.run(3)
    assert heated.pump.load.watts < 10
    assert heated.pump.heat < 5
