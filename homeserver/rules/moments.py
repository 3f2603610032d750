"""Moments: when something comes next, in the home's zone.

Declared policy where clocks change. A time of day is a promise for each day: a local time that is skipped comes once,
at the jump, and one that comes twice counts the first time. A rhythm (a pattern that names no hours, such as every five
minutes) is a promise for each hour that is lived through: it comes in both of two equal hours, and not in one that is
left out.
"""

import re
from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import Any, Final, Protocol

from homeserver.rules.reading.fields import Fields
from homeserver.rules.reading.problem import nearest
from homeserver.runtime.local_time import jump_between as jump_between
from homeserver.runtime.local_time import utc_of as utc_of
from homeserver.runtime.local_time import utc_of_local as utc_of_local
from homeserver.topics.record import record

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
NAMES: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
GROUPS: Final = {"weekdays": range(5), "weekend": range(5, 7), "daily": range(7)}
"""Words for several days at once."""
EVERY_DAY: Final = frozenset(range(7))
_TIME: Final = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?")
_SECOND: Final = timedelta(seconds=1)
_SPANS: Final = tuple(timedelta(seconds=seconds) for seconds in (60, 3_600, 86_400, 35 * 86_400, 400 * 86_400))


class Comes(Protocol):
    """Something that comes again and again, or once."""

    def after(self, moment: datetime, zone: tzinfo) -> datetime | None:
        """When it comes next after `moment`; both in UTC. None: never again."""


@record
class Moment:
    """A time of day on some days of the week (Monday is 0)."""

    at: time
    days: frozenset[int]

    def after(self, moment: datetime, zone: tzinfo) -> datetime:
        day = moment.astimezone(zone).date() - timedelta(days=1)
        while True:
            day += timedelta(days=1)
            if day.weekday() in self.days:
                found = utc_of(day, self.at, zone)
                if found > moment:
                    return found


@record
class Once:
    """One moment, in UTC."""

    at: datetime

    def after(self, moment: datetime, zone: tzinfo) -> datetime | None:
        return self.at if self.at > moment else None


@record
class Pattern:
    """All times of day that consist of these hours, minutes and seconds, each in order."""

    hours: tuple[int, ...]
    minutes: tuple[int, ...]
    seconds: tuple[int, ...]

    def after(self, moment: datetime, zone: tzinfo) -> datetime:
        if len(self.hours) == 24:
            return self._beat(moment, zone)
        return utc_of_local(self._from(_first_after(moment, zone)), zone)

    def _beat(self, moment: datetime, zone: tzinfo) -> datetime:
        """The next real moment that shows such minutes and seconds."""
        start = moment.replace(microsecond=0) + _SECOND
        while True:
            shift = start.astimezone(zone).utcoffset() or timedelta()
            found = (self._from((start + shift).replace(tzinfo=None)) - shift).replace(tzinfo=UTC)
            if found.astimezone(zone).utcoffset() == shift:
                return found
            start = jump_between(start, found, zone)

    def _from(self, local: datetime) -> datetime:
        """The first such local time from `local` on."""
        second = _least(self.seconds, local.second)
        if second is None:
            second, local = self.seconds[0], local.replace(second=0) + timedelta(minutes=1)
        minute = _least(self.minutes, local.minute)
        if minute != local.minute:
            second = self.seconds[0]
        if minute is None:
            minute, local = self.minutes[0], local.replace(minute=0) + timedelta(hours=1)
        hour = _least(self.hours, local.hour)
        if hour != local.hour:
            minute, second = self.minutes[0], self.seconds[0]
        if hour is None:
            hour, local = self.hours[0], local + timedelta(days=1)
        return local.replace(hour=hour, minute=minute, second=second)


def _least(values: tuple[int, ...], least: int) -> int | None:
    return next((value for value in values if value >= least), None)


def _first_after(moment: datetime, zone: tzinfo) -> datetime:
    """The first local second whose moment comes after `moment`: later local times never come earlier."""
    low = moment.astimezone(zone).replace(tzinfo=None, microsecond=0, fold=0) + _SECOND
    if utc_of_local(low, zone) > moment:
        return low
    high = low + timedelta(days=2)  # in the second of two equal hours
    while high - low > _SECOND:
        middle = (low + (high - low) // 2).replace(microsecond=0)
        if utc_of_local(middle, zone) > moment:
            high = middle
        else:
            low = middle
    return high


def latest(comes: Comes, since: datetime, now: datetime, zone: tzinfo) -> datetime | None:
    """The last time that something came after `since`, up to `now`; None if it did not."""
    for span in (*_SPANS, now - since):
        begin = max(since, now - span)
        found = comes.after(begin, zone)
        if found is not None and found <= now:
            while (later := comes.after(found, zone)) is not None and later <= now:
                found = later
            return found
        if begin == since:
            return None
    return None


# -- reading


def clock_time(text: str) -> time | None:
    """`HH:MM` or `HH:MM:SS`; None for anything else."""
    found = _TIME.fullmatch(text.strip())
    return time(int(found[1]), int(found[2]), int(found[3] or 0)) if found is not None else None


def time_of(fields: Fields, name: str, value: Any) -> time:
    """The same; raises `RuleError`."""
    found = clock_time(str(value))
    if found is None:
        raise fields.wrong(f"{name} must be a time such as 07:30 or 07:30:00, in quotes, not {value!r}", name)
    return found


def days_of(word: str) -> frozenset[int] | None:
    """The days that a word stands for: mon, monday, weekdays, weekend; None for any other word."""
    day = word.strip().lower()
    if day in GROUPS:
        return frozenset(GROUPS[day])
    found = next((names.index(day) for names in (DAYS, NAMES) if day in names), None)
    return None if found is None else frozenset((found,))


def weekdays(fields: Fields, name: str) -> frozenset[int]:
    """The days of a field; all where it is missing."""
    words = fields.words(name)
    if words is None:
        return EVERY_DAY
    days: set[int] = set()
    for word in words:
        found = days_of(word)
        if found is None:
            hint = nearest(word.strip().lower(), (*DAYS, *NAMES, *GROUPS))
            raise fields.wrong(f"{word!r} is no weekday: {', '.join((*DAYS, *GROUPS))}{hint}", name)
        days |= found
    if not words:
        raise fields.wrong(f"{name} names no day: take it away, or name some of {', '.join(DAYS)}", name)
    return frozenset(days)
