"""The tank heats to its target, cools under a shower, and what it draws is what the water and the room get."""

import pytest

from integrations.demo_home.electricity import Load
from integrations.demo_home.hot_water import FLOW, LITRES, WATER, Tank
from integrations.demo_home.timeline import Timeline
from tests.integrations.demo_home.conftest import WINTER


@pytest.fixture
def timeline() -> Timeline:
    return Timeline(WINTER)


def run(tank: Tank, timeline: Timeline, seconds: float, flow: float = 0.0) -> None:
    for _ in range(round(seconds / 20)):
        timeline.run(timeline.now + 20)
        tank.step(20, 18.0, flow)


def test_it_heats_to_its_target_and_rests(timeline: Timeline) -> None:
    said: list[bool] = []
    load = Load(timeline)
    tank = Tank(load, lambda: said.append(tank.heating))
    tank.adjust(mode="electric", target=60)
    assert (tank.heating, load.watts) == (True, 2_001.2)
    run(tank, timeline, 3_600)
    assert tank.temperature == pytest.approx(60, abs=0.2)
    assert (said, load.watts) == ([False], 1.2)


def test_a_little_below_its_target_it_rests_still(timeline: Timeline) -> None:
    tank = Tank(Load(timeline), lambda: None)
    for mode, rests, heats in (("eco", 43.0, 41.0), ("electric", 47.0, 45.0), ("off", 7.0, 4.0)):
        for temperature, heating in ((60.0, False), (rests, False), (heats, True), (rests - 2, True), (60.0, False)):
            tank.temperature = temperature
            tank.adjust(mode=mode, target=50)
            assert tank.heating == heating, (mode, temperature)


def test_a_shower_takes_what_it_warms(timeline: Timeline) -> None:
    tank = Tank(Load(timeline), lambda: None)
    tank.adjust(mode="off")
    before = tank.temperature
    run(tank, timeline, 600, FLOW)
    taken = FLOW * 600 * WATER * 27 + 600 * tank.lost(18.0)
    assert (before - tank.temperature) * LITRES * WATER == pytest.approx(taken, rel=0.02)


def test_energy_is_kept(timeline: Timeline) -> None:
    load = Load(timeline)
    tank = Tank(load, lambda: None)
    before, lost = tank.temperature, 0.0
    for _ in range(3_000):
        timeline.run(timeline.now + 20)
        lost += 20 * tank.lost(18.0)
        tank.step(20, 18.0, 0.0)
    heated = load.kwh() * 3.6e6 - 1.2 * timeline.now
    assert heated - lost == pytest.approx((tank.temperature - before) * LITRES * WATER, abs=60_000)
