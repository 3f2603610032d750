"""Calendars over REST: what is ahead, as their owner says it. Keeps what it heard."""

from datetime import date, datetime
from typing import Any

from homeserver.topics.event import CalendarAhead, CalendarEntry


class Calendars:
    """By the object id of the calendar's entity."""

    def __init__(self) -> None:
        self._ahead: dict[str, CalendarAhead] = {}

    def learn(self, object_id: str, ahead: CalendarAhead | None) -> None:
        if ahead is None:
            self._ahead.pop(object_id, None)
        else:
            self._ahead[object_id] = ahead

    def between(self, object_id: str, start: datetime, end: datetime) -> list[dict[str, Any]]:
        """The events that touch the time from `start` to `end`, as Home Assistant's REST interface shows them."""
        ahead = self._ahead.get(object_id)
        entries = ahead.entries if ahead is not None else ()
        return [_row(entry) for entry in entries if entry.start < end and entry.end > start]


def _row(entry: CalendarEntry) -> dict[str, Any]:
    return {
        "start": _when(entry.start, entry.all_day),
        "end": _when(entry.end, entry.all_day),
        "summary": entry.summary,
        "description": entry.description,
        "location": entry.location,
        "uid": entry.uid,
        "recurrence_id": None,
        "rrule": None,
    }


def _when(moment: datetime, all_day: bool) -> dict[str, str]:
    day: date = moment.date()
    return {"date": day.isoformat()} if all_day else {"dateTime": moment.isoformat()}
