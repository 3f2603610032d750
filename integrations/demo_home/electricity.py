"""Electricity: everything that draws power, and the meter that adds it up.

Needs the timeline. Keeps per load its power and energy. Power is constant between two events, so energy is the exact
integral of power, at whatever moments somebody looks.
"""

from random import Random
from typing import Final

from integrations.demo_home.timeline import Timeline
from integrations.demo_home.weather import wander

MAINS: Final = 231.0
"""Volts at the meter without load; EN 50160 allows 230 V ± 10 %."""
WIRE: Final = 0.25
"""Ohms of the supply line: the voltage sinks when much is drawn."""


class Load:
    """One thing on the circuit: `watts` now; `kwh()` drawn since the start, plus what its own counter had before."""

    def __init__(self, timeline: Timeline, before: float = 0.0) -> None:
        self.watts = 0.0
        self._timeline = timeline
        self._joule = before * 3.6e6
        self._since = timeline.now

    def draw(self, watts: float) -> None:
        now = self._timeline.now
        self._joule += self.watts * (now - self._since)
        self._since = now
        self.watts = watts

    def kwh(self) -> float:
        return (self._joule + self.watts * (self._timeline.now - self._since)) / 3.6e6


class Meter:
    """The meter of the house: the sum of its loads. `voltage` in V at the meter."""

    def __init__(self, timeline: Timeline, chance: Random, before: float) -> None:
        self.loads: dict[str, Load] = {}
        self._timeline = timeline
        self._chance = chance
        self._before = before
        self._drift = 0.0

    def load(self, name: str, before: float = 0.0) -> Load:
        """Connect a new load; its own counter may start at `before` kWh, which the meter does not count."""
        if name in self.loads:
            raise ValueError(f"two loads are named {name}")
        self.loads[name] = Load(self._timeline, before)
        self._before -= before
        return self.loads[name]

    def watts(self) -> float:
        return sum([load.watts for load in self.loads.values()])

    def kwh(self) -> float:
        return self._before + sum([load.kwh() for load in self.loads.values()])

    def voltage(self) -> float:
        return MAINS + self._drift - WIRE * self.watts() / MAINS

    def step(self, seconds: float) -> None:
        """Let the mains voltage wander a little, as it does."""
        self._drift = wander(self._drift, 1.2, 1_200.0, seconds, self._chance)
