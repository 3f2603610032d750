"""Local times as moments, in a zone whose clocks change.

Declared policy: a time of day is a promise for each day. A local time that is skipped comes once, at the jump, and one
that comes twice counts the first time. Keeps nothing.
"""

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final

_SECOND: Final = timedelta(seconds=1)


def utc_of(day: date, at: time, zone: tzinfo) -> datetime:
    """The UTC of a local time: the first of two, and the jump itself for one that is skipped."""
    return utc_of_local(datetime.combine(day, at), zone)


def utc_of_local(local: datetime, zone: tzinfo) -> datetime:
    """The same for a date and time without a zone."""
    local = local.replace(tzinfo=zone)
    found = local.astimezone(UTC)
    if found.astimezone(zone).replace(tzinfo=None) == local.replace(tzinfo=None):
        return found
    return jump_between(local.replace(fold=1).astimezone(UTC), found, zone)


def jump_between(early: datetime, late: datetime, zone: tzinfo) -> datetime:
    """When clocks change, which they do once between two moments; to the second."""
    while late - early > _SECOND:
        middle = early + (late - early) // 2
        if middle.astimezone(zone).utcoffset() == early.astimezone(zone).utcoffset():
            early = middle
        else:
            late = middle
    return late.replace(microsecond=0)
