"""The order of things: actions due at moments of the simulated time.

Needs nothing. Keeps the present moment (seconds since the start) and what is due later. Actions that are due at the
same moment run in the order in which they were put down, so a run depends on nothing but what was put down.
"""

import heapq
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from datetime import time as clock_time
from itertools import count

Action = Callable[[], object]


class Timeline:
    """Seconds since `start` (an aware datetime, whose zone is the local time of the house)."""

    def __init__(self, start: datetime) -> None:
        if start.tzinfo is None:
            raise ValueError("start needs a time zone, for instance datetime(2026, 1, 14, 6, tzinfo=UTC)")
        self.now = 0.0
        self._start = start.astimezone(UTC)
        self._zone = start.tzinfo
        self._due: list[tuple[float, int, Action]] = []
        self._order = count()

    def time(self) -> datetime:
        """Local time of the present moment."""
        return self.utc().astimezone(self._zone)

    def utc(self) -> datetime:
        return self._start + timedelta(seconds=self.now)

    def seconds_until(self, clock: clock_time, days: int = 0) -> float:
        """Seconds from now to the local `clock` time of the day that is `days` ahead; negative when it is past."""
        there = datetime.combine(self.time().date() + timedelta(days=days), clock, self._zone)
        return (there.astimezone(UTC) - self.utc()).total_seconds()

    def at(self, when: float, action: Action) -> None:
        heapq.heappush(self._due, (max(when, self.now), next(self._order), action))

    def after(self, delay: float, action: Action) -> None:
        self.at(self.now + delay, action)

    def every(self, period: float, action: Action, first: float = 0.0) -> None:
        """Run `action` after `first` seconds, then every `period` seconds."""

        def again() -> None:
            action()
            self.after(period, again)

        self.after(first, again)

    def next_due(self) -> float:
        """The moment of the next action; infinity when nothing is due."""
        return self._due[0][0] if self._due else float("inf")

    def run(self, until: float) -> None:
        """Run all that is due up to and including `until`, each at its own moment, and stand there."""
        while self._due and self._due[0][0] <= until:
            self.now, _, action = heapq.heappop(self._due)
            action()
        self.now = until
