"""Trigger `calendar`: https://www.home-assistant.io/integrations/calendar/#automation

`trigger` holds event (start or end), offset, and calendar_event: summary, start, end, all_day, description, location.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from homeserver.rules.compiler import Compiler
from homeserver.rules.engine import Engine, Happening, Key
from homeserver.rules.fired import Fired
from homeserver.rules.reading.durations import DurationError, seconds_of
from homeserver.rules.reading.fields import Fields
from homeserver.rules.triggers.trigger import Fire, Trigger, nowhere
from homeserver.runtime.clock import Timer
from homeserver.topics.event import CalendarAhead, CalendarEntry

_LOOK: Final = 60.0
"""Seconds between looks at the clock, so that it stays right when the machine slept."""
_LATE: Final = timedelta(minutes=10)
"""An entry whose time passed longer ago than this, while the machine slept, is not made up for."""


class CalendarTrigger(Trigger):
    """An event of a calendar begins or ends, or will in a while, or did a while ago."""

    kind = "calendar"

    def __init__(self, id: str, number: int, alias: str, entity_id: str, event: str, offset: timedelta) -> None:
        super().__init__(id, number, alias)
        self._entity_id = entity_id
        self._event = event
        self._offset = offset
        self.engine: Engine
        self.clear()

    def clear(self) -> None:
        self._timer: Timer | None = None
        self._looked: datetime | None = None
        self._due: list[tuple[datetime, CalendarEntry]] = []

    def attach(self, engine: Engine, fire: Fire) -> None:
        self.fire, self.engine = fire, engine
        self._looked = engine.clock.now()
        engine.notice(self._key, self._noticed)
        ahead = engine.calendars.get(self._entity_id)
        if ahead is not None:
            self._take(ahead)

    @property
    def _key(self) -> Key:
        return ("calendar", self._entity_id)

    def detach(self, engine: Engine) -> None:
        engine.unnotice(self._key, self._noticed)
        self._stop()
        self._due.clear()
        self.fire = nowhere

    def _noticed(self, happening: Happening) -> None:
        self._take(happening.data["ahead"])

    def _take(self, ahead: CalendarAhead) -> None:
        """What is to come, in order; what has passed when it is told does not fire."""
        assert self._looked is not None
        due = [(self._when(entry), entry) for entry in ahead.entries]
        self._due = sorted((row for row in due if row[0] > self._looked), key=lambda row: row[0])
        self._arm()

    def _when(self, entry: CalendarEntry) -> datetime:
        return (entry.start if self._event == "start" else entry.end) + self._offset

    def _arm(self) -> None:
        self._stop()
        if self._due:
            seconds = (self._due[0][0] - self.engine.clock.now()).total_seconds()
            self._timer = self.engine.clock.call_later(min(_LOOK, max(0.0, seconds)), self._look)

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _look(self) -> None:
        now = self._looked = self.engine.clock.now()
        passed = [row for row in self._due if row[0] <= now]
        del self._due[: len(passed)]
        self._arm()
        for when, entry in passed:
            if now - when <= _LATE:
                self.fire(Fired(self, now=when, data=self._told(entry)))

    def _told(self, entry: CalendarEntry) -> dict[str, Any]:
        zone = self.engine.zone
        start, end = entry.start.astimezone(zone), entry.end.astimezone(zone)
        told: dict[str, Any] = {
            "start": (start.date() if entry.all_day else start).isoformat(),
            "end": (end.date() if entry.all_day else end).isoformat(),
            "summary": entry.summary,
            "all_day": entry.all_day,
        }
        more = {"description": entry.description, "location": entry.location, "uid": entry.uid}
        told |= {name: value for name, value in more.items() if value is not None}
        return {"event": self._event, "offset": self._offset, "calendar_event": told}


def compile_calendar(fields: Fields, compiler: Compiler, id: str, number: int, alias: str) -> Trigger:
    entities = fields.entities("entity_id")
    if len(entities) != 1 or not entities[0].startswith("calendar."):
        raise fields.wrong("entity_id must be one calendar, such as calendar.household", "entity_id")
    event = fields.choice("event", ("start", "end"), "start")
    return CalendarTrigger(id, number, alias, entities[0], event, offset_of(fields))


def offset_of(fields: Fields) -> timedelta:
    """The field `offset`, before nought or after; raises `RuleError`."""
    value = fields.take("offset", 0)
    text = str(value).strip() if isinstance(value, str | int | float) else ""
    sign = -1 if text.startswith("-") else 1
    if isinstance(value, Mapping) and any(isinstance(part, int | float) and part < 0 for part in value.values()):
        sign, value = -1, {unit: -part if isinstance(part, int | float) else part for unit, part in value.items()}
    try:
        return sign * timedelta(seconds=seconds_of(text.lstrip("+-") if text else value))
    except DurationError:
        raise fields.wrong(
            f"offset must be a length of time such as '-00:15:00', which is a quarter of an hour before, not {value!r}",
            "offset",
        ) from None
