"""Times of day in the home's zone, and when they come next.

Declared policy where clocks change: a local time that is skipped comes once, at the jump; one that comes twice counts
the first time. A schedule keeps one timer however many moments it holds, and looks at the clock at least every minute,
so that it stays right when the machine slept or its clock was set.
"""

import heapq
import itertools
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any, Final

from homeserver.rules.reading.fields import Fields
from homeserver.rules.reading.problem import nearest, not_yet
from homeserver.rules.reading.yaml_source import Seq
from homeserver.runtime.clock import Clock, Timer
from homeserver.topics.record import record

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LATEST: Final = timedelta(minutes=10)
"""A moment that passed longer ago than this, while the machine slept, is not made up for."""
_TIME: Final = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?")
_LOOK: Final = 60.0
"""Seconds between looks at the clock."""


@record
class Moment:
    """A time of day on some days of the week (Monday is 0)."""

    at: time
    days: frozenset[int]

    def after(self, moment: datetime, zone: tzinfo) -> datetime:
        """When it comes next after `moment`; both in UTC."""
        day = moment.astimezone(zone).date() - timedelta(days=1)
        while True:
            day += timedelta(days=1)
            if day.weekday() in self.days:
                found = utc_of(day, self.at, zone)
                if found > moment:
                    return found


def utc_of(day: date, at: time, zone: tzinfo) -> datetime:
    """The UTC of a local time: the first of two, and the jump itself for one that is skipped."""
    local = datetime.combine(day, at, zone)
    found = local.astimezone(UTC)
    if found.astimezone(zone).replace(tzinfo=None) == local.replace(tzinfo=None):
        return found
    early, late = local.replace(fold=1).astimezone(UTC), found
    while late - early > timedelta(seconds=1):
        middle = early + (late - early) // 2
        if middle.astimezone(zone).utcoffset() == early.astimezone(zone).utcoffset():
            early = middle
        else:
            late = middle
    return late.replace(microsecond=0)


class Schedule:
    """Calls triggers at their moments. `due` is called with the trigger and the moment in UTC."""

    def __init__(self, clock: Clock, zone: tzinfo, due: Callable[[Any, datetime], None]) -> None:
        self._clock = clock
        self._zone = zone
        self._due = due
        self._order = itertools.count()
        self._waiting: list[tuple[datetime, int, Moment, Any]] = []
        self._timer: Timer | None = None

    def add(self, moment: Moment, trigger: Any) -> None:
        self._push(moment, trigger, self._clock.now())
        self._arm()

    def remove(self, trigger: Any) -> None:
        self._waiting = [row for row in self._waiting if row[3] is not trigger]
        heapq.heapify(self._waiting)

    def close(self) -> None:
        self._waiting.clear()
        if self._timer is not None:
            self._timer.cancel()

    def _push(self, moment: Moment, trigger: Any, after: datetime) -> None:
        due = moment.after(after, self._zone)
        heapq.heappush(self._waiting, (due, next(self._order), moment, trigger))

    def _arm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = None
        if self._waiting:
            seconds = (self._waiting[0][0] - self._clock.now()).total_seconds()
            self._timer = self._clock.call_later(min(_LOOK, max(0.0, seconds)), self._look)

    def _look(self) -> None:
        now = self._clock.now()
        while self._waiting and self._waiting[0][0] <= now:
            due, _, moment, trigger = heapq.heappop(self._waiting)
            late = now - due
            self._push(moment, trigger, now if late > LATEST else due)
            if late <= LATEST:
                self._due(trigger, due)
        self._arm()


# -- reading


def time_of(fields: Fields, name: str, value: Any, line: int) -> time:
    """`HH:MM` or `HH:MM:SS`; raises `RuleError`."""
    text = str(value).strip()
    found = _TIME.fullmatch(text)
    if found is None:
        if "." in text or "{" in text or isinstance(value, dict):
            raise not_yet(f"{name} with an entity or template", line, fields.where(name))
        raise fields.wrong(f"{name} must be a time such as 07:30 or 07:30:00, in quotes, not {text!r}", name)
    return time(int(found[1]), int(found[2]), int(found[3] or 0))


def moments(fields: Fields, name: str, days: frozenset[int]) -> tuple[Moment, ...]:
    """The times of a field: one or a list."""
    value = fields.need(name, "give a time such as 07:30")
    parts = value if isinstance(value, Seq) else (value,)
    return tuple(Moment(time_of(fields, name, part, fields.line(name)), days) for part in parts)


def weekdays(fields: Fields, name: str) -> frozenset[int]:
    """The days of a field; all where it is missing."""
    words = fields.words(name)
    if words is None:
        return frozenset(range(7))
    for word in words:
        if word not in DAYS:
            raise fields.wrong(f"{word!r} is no weekday: {', '.join(DAYS)}{nearest(word, DAYS)}", name)
    if not words:
        raise fields.wrong(f"{name} names no day: take it away, or name some of {', '.join(DAYS)}", name)
    return frozenset(DAYS.index(word) for word in words)
