"""The weather follows season and hour, and never leaves what is possible."""

from datetime import datetime, timedelta
from random import Random
from statistics import mean

import pytest

from integrations.demo_home.weather import Weather, saturation, vapour_pressure, wander
from tests.integrations.demo_home.conftest import SUMMER, WINTER


def days(start: datetime, count: int, seed: int = 3) -> list[tuple[datetime, Weather, float]]:
    weather = Weather(Random(seed), start)
    seen = []
    for hour in range(24 * count):
        now = start + timedelta(hours=hour)
        weather.step(3_600, now)
        seen.append((now, weather, weather.temperature))
    return seen


def test_saturation_agrees_with_steam_tables() -> None:
    assert vapour_pressure(20) == pytest.approx(23.4, abs=0.1)
    assert saturation(20) == pytest.approx(17.3, abs=0.1)
    assert saturation(0) == pytest.approx(4.85, abs=0.05)


def test_summer_is_warmer_than_winter_and_afternoon_than_dawn() -> None:
    winter, summer = days(WINTER, 20), days(SUMMER, 20)
    assert mean(t for *_, t in summer) > mean(t for *_, t in winter) + 12
    assert all(-20 < t < 40 for *_, t in winter + summer)
    afternoon = mean(t for now, _, t in summer if now.hour == 15)
    dawn = mean(t for now, _, t in summer if now.hour == 4)
    assert afternoon > dawn + 3


def test_air_outside_is_never_more_than_saturated() -> None:
    weather = Weather(Random(5), WINTER)
    for hour in range(24 * 30):
        weather.step(3_600, WINTER + timedelta(hours=hour))
        assert 0 <= weather.cloud <= 1
        assert 0 < weather.vapour <= saturation(weather.temperature)


def test_a_front_keeps_its_spread_whatever_the_step() -> None:
    for seconds in (60.0, 3_600.0, 1e6):
        chance, value, seen = Random(1), 0.0, []
        for _ in range(4_000):
            value = wander(value, 3.0, 600.0, seconds, chance)
            seen.append(value)
        assert mean(v * v for v in seen) ** 0.5 == pytest.approx(3.0, rel=0.25)
