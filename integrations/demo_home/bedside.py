"""The bedside clock: rings in the morning, never on holiday, and once at a moment of its own.

Needs the timeline. Keeps what it is set to. Days and times are local.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from integrations.demo_home.timeline import Timeline

RINGS: Final = 60.0
"""Seconds for which it rings unless somebody is quicker."""
LONGEST: Final = 366
"""Days of a holiday after which it knows by itself that it is over; the end of a longer one has to be told."""


class Clock:
    """`wake` is the time of the morning, `holiday` the last day without it, `reminder` a moment in UTC."""

    def __init__(self, timeline: Timeline, changed: Callable[[], None]) -> None:
        today = timeline.time()
        self.on = True
        self.wake = time(6, 20)
        self.holiday = today.date() - timedelta(days=1)
        self.reminder = datetime.combine(today.date(), time(19, 45), today.tzinfo).astimezone(UTC)
        self.ringing = False
        self._timeline = timeline
        self._changed = changed
        self._set = 0
        self._plan()

    def adjust(
        self,
        *,
        on: bool | None = None,
        wake: time | None = None,
        holiday: date | None = None,
        reminder: datetime | None = None,
    ) -> None:
        """Set what is given; what it was to ring for before is forgotten."""
        self.on = self.on if on is None else on
        self.wake = wake or self.wake
        self.holiday = holiday or self.holiday
        self.reminder = reminder or self.reminder
        self._plan()

    def hush(self) -> None:
        if self.ringing:
            self.ringing = False
            self._changed()

    def next_ring(self) -> float | None:
        """Seconds until it rings, None for never."""
        moments = [self._morning(days) for days in (0, 1)] if self.on else []
        if self.on and 1 <= (free := (self.holiday - self._timeline.time().date()).days) <= LONGEST:
            moments.append(self._morning(free + 1))
        moments.append((self.reminder - self._timeline.utc()).total_seconds())
        return min((seconds for seconds in moments if seconds is not None and seconds > 0), default=None)

    def _morning(self, days: int) -> float | None:
        day = self._timeline.time().date() + timedelta(days=days)
        return self._timeline.seconds_until(self.wake, days) if day > self.holiday else None

    def _plan(self) -> None:
        self._set += 1
        turn, seconds = self._set, self.next_ring()
        if seconds is not None:
            self._timeline.after(seconds, lambda: self._ring() if turn == self._set else None)

    def _ring(self) -> None:
        self.ringing = True
        self._changed()
        self._timeline.after(RINGS, self.hush)
        self._plan()
