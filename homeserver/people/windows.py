"""Windows: the hours of the week in which a line counts, in the home's local time.

A window begins at a time of day on some days, and ends at the next time of day that is its end: over midnight where the
end comes before the beginning. Its day is the one on which it begins. Where clocks change: `runtime.local_time`.
"""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Final

from homeserver.runtime.local_time import utc_of
from homeserver.topics.record import record

EVERY_DAY: Final = frozenset(range(7))
_DAY: Final = timedelta(days=1)
_MIDNIGHT: Final = time()
_AHEAD: Final = 9
"""Days that are looked at: a window comes again within a week."""


@record
class Window:
    """`days`: on which it begins, Monday is 0. Without `begins` and `ends` it is the whole of these days."""

    days: frozenset[int] = EVERY_DAY
    begins: time | None = None
    ends: time | None = None

    @property
    def is_always(self) -> bool:
        return self.begins is None and self.ends is None and self.days == EVERY_DAY

    def holds(self, moment: datetime, zone: tzinfo) -> bool:
        """Whether a moment lies in it; its end does not."""
        return self.is_always or any(begin <= moment < end for begin, end in self._spans(moment, zone, ahead=1))

    def edge(self, moment: datetime, zone: tzinfo) -> datetime | None:
        """When it next begins or ends, after `moment`; both UTC. None: never."""
        if self.is_always:
            return None
        edges = (edge for span in self._spans(moment, zone, ahead=_AHEAD) for edge in span)
        return min((edge for edge in edges if edge > moment), default=None)

    def _spans(self, moment: datetime, zone: tzinfo, *, ahead: int) -> Iterator[tuple[datetime, datetime]]:
        """The windows that begin from two days before a moment on, in UTC; the ones that clocks leave out are empty."""
        today = moment.astimezone(zone).date()
        for shift in range(-2, ahead + 1):
            day = today + shift * _DAY
            if day.weekday() in self.days:
                yield self._span(day, zone)

    def _span(self, day: date, zone: tzinfo) -> tuple[datetime, datetime]:
        begins, ends = self.begins or _MIDNIGHT, self.ends or _MIDNIGHT
        last = day if begins < ends else day + _DAY
        return utc_of(day, begins, zone), utc_of(last, ends, zone)
