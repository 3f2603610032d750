"""The time that an entity holds: `input_datetime`, a `sensor` whose class is timestamp, `time`, `date`, `datetime`."""

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final

from homeserver.rules.moments import EVERY_DAY, Comes, Moment, Once, clock_time, utc_of_local
from homeserver.topics.record import record
from homeserver.view.state import State

DOMAINS: Final = ("input_datetime", "sensor", "time", "date", "datetime")
CLASSES: Final = ("timestamp", "uptime")
"""Classes of sensors whose state is a moment."""


@record
class OnDays:
    """One moment, if it is on one of some days in the home's zone."""

    once: Once
    days: frozenset[int]

    def after(self, moment: datetime, zone: tzinfo) -> datetime | None:
        found = self.once.after(moment, zone)
        return found if found is not None and found.astimezone(zone).weekday() in self.days else None


def held_by(state: State) -> datetime | time | None:
    """A moment, with its zone where it says one, or a time of day; None for neither. A date is its midnight."""
    if state.domain == "sensor" and state.attributes.get("device_class") not in CLASSES:
        return None
    text = state.state.strip()
    if (found := clock_time(text)) is not None:
        return found
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def moment_of(state: State, offset: timedelta, days: frozenset[int], zone: tzinfo) -> Comes | None:
    """What comes at the time that an entity holds, so much later or earlier."""
    held = held_by(state)
    if isinstance(held, time):
        # Of a time of day the offset moves the hands of the clock, over midnight too.
        return Moment((datetime.combine(date(2000, 1, 3), held) + offset).time(), days)
    if held is None:
        return None
    once = Once((utc_of_local(held, zone) if held.tzinfo is None else held.astimezone(UTC)) + offset)
    return once if days == EVERY_DAY else OnDays(once, days)


def clock_of(state: State, zone: tzinfo) -> time | None:
    """The time of day that an entity holds, for conditions; None where there is none."""
    held = held_by(state)
    if isinstance(held, datetime):
        return (held if held.tzinfo is None else held.astimezone(zone)).time()
    return held
