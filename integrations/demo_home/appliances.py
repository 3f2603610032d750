"""Appliances: washing machine and dishwasher with their programmes, the fridge, and what is simply on or off.

Needs the timeline and a load on the meter each. Keeps programme, phase, and the cold of the fridge.
"""

from collections.abc import Callable
from random import Random
from typing import Final, NamedTuple

from integrations.demo_home.electricity import Load
from integrations.demo_home.timeline import Timeline


class Phase(NamedTuple):
    """`minutes` long; draws `watts`, in turn with `rest` W every `turn` seconds where turn is not 0."""

    name: str
    minutes: float
    watts: float
    rest: float = 0.0
    turn: float = 0.0


WASHING: Final = (
    Phase("filling", 3, 9),
    Phase("heating", 16, 2_080),
    Phase("washing", 38, 165, 14, 25),
    Phase("draining", 2, 38),
    Phase("rinsing", 9, 140, 14, 25),
    Phase("draining", 2, 38),
    Phase("rinsing", 9, 140, 14, 25),
    Phase("draining", 2, 38),
    Phase("spinning", 9, 520, 310, 60),
)
DISHES: Final = {
    "eco": (
        Phase("washing", 25, 48), Phase("heating", 14, 1_850), Phase("washing", 70, 52), Phase("rinsing", 12, 48),
        Phase("heating", 11, 1_850), Phase("drying", 55, 6),
    ),
    "normal": (
        Phase("washing", 15, 55), Phase("heating", 20, 1_900), Phase("washing", 40, 60), Phase("rinsing", 10, 50),
        Phase("heating", 15, 1_900), Phase("drying", 35, 6),
    ),
    "quick": (Phase("heating", 9, 2_000), Phase("washing", 14, 65), Phase("rinsing", 7, 55)),
}  # fmt: skip


class Machine:
    """A machine that runs through phases. Without power it stands still, and goes on where it was."""

    def __init__(
        self, timeline: Timeline, load: Load, chance: Random, changed: Callable[[], None], standby: float
    ) -> None:
        self.powered = True
        self.phase = "idle"
        self.runs = 0
        self._timeline = timeline
        self._load = load
        self._chance = chance
        self._changed = changed
        self._standby = standby
        self._segments: list[tuple[str, float, float]] = []
        self._began = 0.0
        self._step = 0
        load.draw(standby)

    @property
    def running(self) -> bool:
        return bool(self._segments)

    def remaining(self) -> float:
        """Seconds until the programme ends."""
        if not self._segments:
            return 0.0
        passed = self._timeline.now - self._began if self.powered else 0.0
        return max(0.0, sum(seconds for _, seconds, _ in self._segments) - passed)

    def start(self, phases: tuple[Phase, ...]) -> bool:
        """Begin, unless it is running or has no power; whether it began."""
        if self.running or not self.powered:
            return False
        self._segments = [segment for phase in phases for segment in self._turns(phase)]
        self._enter()
        return True

    def stop(self) -> None:
        self._segments = []
        self._step += 1
        self.phase = "idle"
        self._load.draw(self._standby if self.powered else 0.0)
        self._changed()

    def power(self, on: bool) -> None:
        if on == self.powered:
            return
        if not on and self._segments:
            name, seconds, watts = self._segments[0]
            self._segments[0] = (name, max(0.1, seconds - (self._timeline.now - self._began)), watts)
        self.powered = on
        self._step += 1
        if on and self._segments:
            self._enter()
        else:
            self._load.draw(self._standby if on else 0.0)

    def _turns(self, phase: Phase) -> list[tuple[str, float, float]]:
        """A phase as segments (name, seconds, watts); length and power differ a little from run to run."""
        seconds = phase.minutes * 60 * self._chance.uniform(0.95, 1.08)
        if not phase.turn:
            return [(phase.name, seconds, phase.watts * self._chance.uniform(0.97, 1.03))]
        segments = []
        for number in range(max(2, round(seconds / phase.turn))):
            watts = phase.rest if number % 2 else phase.watts
            segments.append((phase.name, phase.turn, watts * self._chance.uniform(0.9, 1.1)))
        return segments

    def _enter(self) -> None:
        self.phase, seconds, watts = self._segments[0]
        self._began = self._timeline.now
        self._step += 1
        step = self._step
        self._load.draw(watts)
        self._timeline.after(seconds, lambda: self._leave(step))
        self._changed()

    def _leave(self, step: int) -> None:
        if step != self._step:
            return
        del self._segments[0]
        if self._segments:
            self._enter()
            return
        self.phase = "finished"
        self.runs += 1
        self._load.draw(self._standby)
        self._changed()


class Fridge:
    """Warms towards the kitchen, cools while the compressor runs: a first-order store with a two-point switch."""

    OFF_BELOW, ON_ABOVE = 3.5, 6.0

    def __init__(self, load: Load) -> None:
        self.temperature = 5.0
        self.powered = True
        self._cooling = False
        self._load = load

    def power(self, on: bool) -> None:
        self.powered = on
        if not on:
            self._load.draw(0.0)

    def step(self, seconds: float, room: float) -> None:
        if self.temperature > self.ON_ABOVE:
            self._cooling = True
        elif self.temperature < self.OFF_BELOW:
            self._cooling = False
        active = self._cooling and self.powered
        pull = -11.0 / 3_600 if active else 0.0
        self.temperature += seconds * ((room - self.temperature) / (7.5 * 3_600) + pull)
        self._load.draw((82.0 if active else 1.6) if self.powered else 0.0)


class Appliance:
    """What is used or not, and may stand behind a plug: television, computer, stove, kettle, fan."""

    def __init__(self, load: Load, watts: float, standby: float = 0.0, powered: bool = True) -> None:
        self.watts, self.standby = watts, standby
        self.powered = powered
        self.used = False
        self._load = load
        self._draw()

    @property
    def running(self) -> bool:
        return self.powered and self.used

    def use(self, used: bool) -> None:
        self.used = used
        self._draw()

    def power(self, on: bool) -> None:
        self.powered = on
        self._draw()

    def _draw(self) -> None:
        self._load.draw((self.watts if self.used else self.standby) if self.powered else 0.0)
