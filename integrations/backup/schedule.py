"""When a nightly backup is due, by the clock on the wall. All times that go in and come out are UTC.

On a night in which the hour is left out it is due as if the clock had not been changed; on one in which the hour comes
twice, at the first of the two.
"""

from datetime import UTC, date, datetime, time, timedelta, tzinfo


def latest(now: datetime, at: time, zone: tzinfo) -> datetime:
    """The last time at or before `now` at which a backup was due."""
    today = now.astimezone(zone).date()
    days = (_on(today - timedelta(days=back), at, zone) for back in range(-1, 3))
    return next(due for due in days if due <= now)


def upcoming(now: datetime, at: time, zone: tzinfo) -> datetime:
    """The first time after `now` at which a backup is due."""
    today = now.astimezone(zone).date()
    days = (_on(today + timedelta(days=ahead), at, zone) for ahead in range(-1, 3))
    return next(due for due in days if due > now)


def _on(day: date, at: time, zone: tzinfo) -> datetime:
    return datetime.combine(day, at.replace(tzinfo=None), zone).astimezone(UTC)
