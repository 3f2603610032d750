"""Batteries sink slowly; weak ones and bad radios lose their devices now and then."""

from random import Random

import pytest

from integrations.demo_home.radio import Battery, Radio
from integrations.demo_home.timeline import Timeline
from tests.integrations.demo_home.conftest import WINTER

MONTH = 30 * 86_400.0


def outages(hours: float | None, percent: float | None, seed: int = 1) -> tuple[int, float]:
    """How often in a month, and how long in all."""
    timeline = Timeline(WINTER)
    moments: list[float] = []
    battery = None if percent is None else Battery(timeline, percent, 0.001)
    Radio(timeline, Random(seed), 80, hours, battery, lambda: moments.append(timeline.now))
    timeline.run(MONTH)
    lengths = [back - gone for gone, back in zip(moments[::2], moments[1::2], strict=False)]
    return len(moments[::2]), sum(lengths)


def test_a_battery_sinks_by_its_rate_and_its_voltage_with_it() -> None:
    timeline = Timeline(WINTER)
    battery = Battery(timeline, 80, per_day=0.25)
    fresh = battery.millivolts
    timeline.run(40 * 86_400)
    assert battery.percent == pytest.approx(70)
    assert 2_600 < battery.millivolts < fresh < 3_050
    timeline.run(400 * 86_400)
    assert battery.percent == 0
    battery.replace()
    assert battery.percent == 100


def test_voltage_never_rises_while_the_charge_sinks() -> None:
    timeline = Timeline(WINTER)
    volts = [Battery(timeline, percent / 10, 0.1).millivolts for percent in range(1_000, -1, -1)]
    assert volts == sorted(volts, reverse=True)


def test_good_radios_are_always_heard() -> None:
    assert outages(None, None) == (0, 0)
    assert outages(None, 60.0) == (0, 0)


def test_a_bad_radio_is_lost_about_as_often_as_it_says() -> None:
    count, seconds = outages(26, 90.0)
    assert 15 < count < 45
    assert 6 * 60 < seconds / count < 35 * 60


def test_a_weak_battery_loses_the_device_often() -> None:
    assert outages(None, 5.0)[0] > 80


def test_a_dropped_device_comes_back_in_time() -> None:
    timeline = Timeline(WINTER)
    said: list[bool] = []
    radio = Radio(timeline, Random(1), -60, None, None, lambda: said.append(radio.online))
    radio.drop(6)
    radio.drop(60)
    timeline.run(7)
    assert said == [False, True]
