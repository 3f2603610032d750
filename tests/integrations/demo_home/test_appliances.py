"""Machines run their programmes to the end, through power cuts too; the fridge stays cold while it has power."""

from itertools import pairwise
from random import Random

import pytest

from integrations.demo_home.appliances import DISHES, WASHING, Appliance, Fridge, Machine
from integrations.demo_home.electricity import Load
from integrations.demo_home.timeline import Timeline
from tests.integrations.demo_home.conftest import WINTER

LONGEST = sum(phase.minutes for phase in WASHING) * 60 * 1.1


class Washer:
    def __init__(self, seed: int = 1) -> None:
        self.timeline = Timeline(WINTER)
        self.load = Load(self.timeline)
        self.phases: list[str] = []
        self.machine = Machine(self.timeline, self.load, Random(seed), self.note, standby=2.0)

    def note(self) -> None:
        if not self.phases or self.phases[-1] != self.machine.phase:
            self.phases.append(self.machine.phase)

    def run(self, seconds: float) -> None:
        self.timeline.run(self.timeline.now + seconds)


def test_a_cycle_goes_through_its_phases_and_finishes() -> None:
    washer = Washer()
    assert washer.machine.start(WASHING)
    washer.run(LONGEST)
    assert washer.phases == [phase.name for phase in WASHING] + ["finished"]
    assert (washer.machine.running, washer.machine.runs, washer.load.watts) == (False, 1, 2.0)
    assert 0.6 < washer.load.kwh() < 1.1  # what a 40 °C cycle costs


def test_it_draws_most_while_heating_and_never_less_than_a_finish_detector_expects() -> None:
    washer = Washer()
    washer.machine.start(WASHING)
    lowest: dict[str, float] = {}
    while washer.machine.running:
        lowest[washer.machine.phase] = min(lowest.get(washer.machine.phase, 1e9), washer.load.watts)
        washer.run(5)
    assert lowest["heating"] > 1_900
    assert min(lowest.values()) > 5


def test_it_does_not_start_twice_nor_without_power() -> None:
    washer = Washer()
    assert washer.machine.start(WASHING)
    assert not washer.machine.start(WASHING)
    washer.machine.stop()
    washer.machine.power(False)
    assert not washer.machine.start(WASHING)
    assert washer.load.watts == 0


def test_remaining_time_counts_down_to_the_end() -> None:
    washer = Washer()
    washer.machine.start(DISHES["eco"])
    total = washer.machine.remaining()
    washer.run(1_000)
    assert washer.machine.remaining() == pytest.approx(total - 1_000)
    washer.run(total - 1_001)
    assert washer.machine.running
    washer.run(2)
    assert (washer.machine.remaining(), washer.machine.phase) == (0, "finished")


def test_a_power_cut_makes_it_stand_still_and_go_on_where_it_was() -> None:
    washer = Washer()
    washer.machine.start(WASHING)
    washer.run(600)
    left, phase = washer.machine.remaining(), washer.machine.phase
    washer.machine.power(False)
    washer.run(7_200)
    assert (washer.machine.running, washer.load.watts) == (True, 0)
    assert washer.machine.remaining() == pytest.approx(left)
    washer.machine.power(True)
    assert washer.machine.phase == phase
    washer.run(left + 1)
    assert washer.machine.phase == "finished"


def test_stop_ends_it_at_once() -> None:
    washer = Washer()
    washer.machine.start(WASHING)
    washer.run(400)
    washer.machine.stop()
    washer.run(LONGEST)
    assert (washer.machine.phase, washer.machine.runs, washer.load.watts) == ("idle", 0, 2.0)


def test_the_fridge_cycles_within_its_band_and_warms_without_power() -> None:
    timeline = Timeline(WINTER)
    load = Load(timeline)
    fridge = Fridge(load)
    seen, watts = [], []
    for tick in range(24 * 180):
        timeline.run(20 * tick)
        fridge.step(20, 20)
        seen.append(fridge.temperature)
        watts.append(load.watts)
    assert min(seen) > 3.2
    assert max(seen) < 6.3
    switched = sum(a < b for a, b in pairwise(watts))
    assert 8 < switched < 30  # compressor starts in a day
    assert 0.2 < load.kwh() < 0.8
    fridge.power(False)
    for _ in range(8 * 180):
        fridge.step(20, 20)
    assert fridge.temperature > 12
    assert load.watts == 0


def test_an_appliance_runs_only_when_used_and_powered() -> None:
    load = Load(Timeline(WINTER))
    television = Appliance(load, 118, standby=0.5)
    assert load.watts == 0.5
    television.use(True)
    assert (television.running, load.watts) == (True, 118)
    television.power(False)
    assert (television.running, load.watts) == (False, 0)
    television.power(True)
    assert load.watts == 118
