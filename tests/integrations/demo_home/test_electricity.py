"""Energy is the integral of power; the meter is the sum of what hangs on it."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.demo_home.electricity import Load, Meter
from integrations.demo_home.timeline import Timeline
from tests.integrations.demo_home.conftest import WINTER

draws = st.lists(st.tuples(st.floats(0.01, 5_000), st.floats(0, 3_000)), min_size=1, max_size=30)


@given(draws)
def test_energy_is_power_times_time_and_never_falls(steps: list[tuple[float, float]]) -> None:
    timeline = Timeline(WINTER)
    load = Load(timeline, before=12.5)
    joule, last = 0.0, load.kwh()
    for seconds, watts in steps:
        joule += load.watts * seconds
        timeline.run(timeline.now + seconds)
        load.draw(watts)
        assert load.kwh() >= last
        last = load.kwh()
    assert load.kwh() == pytest.approx(12.5 + joule / 3.6e6)


def test_looking_at_the_counter_does_not_move_it() -> None:
    timeline = Timeline(WINTER)
    load = Load(timeline)
    load.draw(1_000)
    for second in range(3_600):
        timeline.run(second)
        load.kwh()
    timeline.run(3_600)
    assert load.kwh() == 1.0


def test_the_meter_counts_what_was_drawn_since_it_looks_not_what_plugs_counted_before() -> None:
    timeline = Timeline(WINTER)
    meter = Meter(timeline, Random(1), before=100.0)
    meter.load("fridge", before=40.0).draw(80)
    meter.load("lamp").draw(20)
    assert meter.watts() == 100
    timeline.run(36_000)
    assert meter.kwh() == pytest.approx(101.0)


def test_voltage_sinks_under_load_and_two_loads_need_two_names() -> None:
    timeline = Timeline(WINTER)
    meter = Meter(timeline, Random(1), before=0)
    idle = meter.voltage()
    meter.load("oven").draw(4_620)
    assert meter.voltage() == pytest.approx(idle - 0.25 * 20)
    with pytest.raises(ValueError, match="oven"):
        meter.load("oven")
