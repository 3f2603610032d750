"""Batteries that sink and radios that are sometimes not heard.

Needs the timeline and a random source per device. Keeps charge, and whether the device is reached now.
"""

from collections.abc import Callable
from random import Random
from typing import Final

from integrations.demo_home.timeline import Timeline

WEAK: Final = 8.0
"""Percent below which a battery no longer carries the radio all the time."""
EMPTY: Final = 2.0
"""Percent at which people put a new one in."""
WEAK_HOURS: Final = 5.0
OUTAGE_MINUTES: Final = (6.0, 35.0)


class Battery:
    """A primary cell. `percent` of charge; `per_day` percent are used up each day."""

    def __init__(self, timeline: Timeline, percent: float, per_day: float, full: float = 3.05) -> None:
        self.per_day = per_day
        self._full = full
        self._percent = percent
        self._since = timeline.now
        self._timeline = timeline

    @property
    def percent(self) -> float:
        return max(0.0, self._percent - self.per_day * (self._timeline.now - self._since) / 86_400)

    @property
    def millivolts(self) -> float:
        """The flat discharge curve of a lithium cell as two lines: 12 % of the voltage to the knee at 10 %, then the
        rest."""
        percent = self.percent
        left = 0.88 + 0.12 * (percent - 10) / 90 if percent > 10 else 0.72 + 0.016 * percent
        return 1_000 * self._full * left

    def replace(self) -> None:
        self._percent = 100.0
        self._since = self._timeline.now


class Radio:
    """`online`, and the `signal` of the last message. Outages come at random: `hours` apart on average, None for never;
    a weak battery brings them too."""

    def __init__(
        self, timeline: Timeline, chance: Random, strength: float, hours: float | None,
        battery: Battery | None, changed: Callable[[], None],
    ) -> None:  # fmt: skip
        self.online = True
        self._timeline = timeline
        self._chance = chance
        self._strength = strength
        self._hours = hours
        self._battery = battery
        self._changed = changed
        timeline.after(self._chance.uniform(0, 3_600), self._hour)

    def signal(self) -> float:
        return self._strength + self._chance.gauss(0.0, 2.5)

    def _hour(self) -> None:
        """Once an hour: will it be lost within this hour?"""
        weak = self._battery is not None and self._battery.percent < WEAK
        hours = min(self._hours or 1e9, WEAK_HOURS if weak else 1e9)
        if self.online and self._chance.random() < 1 / hours:
            self._timeline.after(self._chance.uniform(0, 3_000), self._lose)
        self._timeline.after(3_600, self._hour)

    def _lose(self) -> None:
        self.drop(60 * self._chance.uniform(*OUTAGE_MINUTES))

    def drop(self, seconds: float) -> None:
        """Lose it for some seconds, as while a device starts again."""
        if self.online:
            self.online = False
            self._changed()
            self._timeline.after(seconds, self._find)

    def _find(self) -> None:
        self.online = True
        self._changed()
