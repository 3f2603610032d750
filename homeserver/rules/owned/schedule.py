"""A plan of the week: on within its spans, off between them.

Facts: https://www.home-assistant.io/integrations/schedule. A span has `from`, `to` (24:00 is the end of the day) and
perhaps `data`, which become attributes while it lasts. Local times; where clocks change they follow the policy of
`moments.utc_of`.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, time, timedelta
from itertools import pairwise
from typing import Any, Final

from homeserver.rules.moments import utc_of
from homeserver.rules.owned.thing import Thing, done, named
from homeserver.rules.reading.fields import Fields, kind_of
from homeserver.rules.reading.problem import RuleError
from homeserver.rules.reading.yaml_source import Map
from homeserver.runtime.clock import Timer
from homeserver.topics.record import record

_DAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_LOOK: Final = 3600.0
"""Seconds between looks at the clock, as machines sleep and clocks are set."""


@record
class Span:
    """A part of a day; `until` None is its end."""

    begins: time
    until: time | None
    data: Mapping[str, Any]


class Schedule(Thing):
    """Needs nothing but the clock."""

    domain = "schedule"
    keeps = False

    def __init__(self, fields: Fields, object_id: str) -> None:
        super().__init__(*named(fields, object_id))
        self._week = tuple(_day(fields, name) for name in _DAYS)
        done(fields)
        self._timer: Timer | None = None

    def begin(self) -> None:
        self._look(first=True)

    def end(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _look(self, *, first: bool = False) -> None:
        self.end()
        now = self.now
        span = next((span for begins, ends, span in self._around(now) if begins <= now < ends), None)
        next_event = min((at for row in self._around(now) for at in row[:2] if at > now), default=None)
        self.state = "off" if span is None else "on"
        told = next_event.astimezone(self.desk.engine.zone).isoformat() if next_event is not None else None
        self.attributes = {"next_event": told, "editable": False, **(span.data if span is not None else {})}
        if next_event is not None:
            seconds = (next_event - now).total_seconds()
            self._timer = self.desk.clock.call_later(min(seconds, _LOOK), self._look)
        if not first:
            self.show()

    def _around(self, now: datetime) -> Iterator[tuple[datetime, datetime, Span]]:
        """The spans from yesterday until a week from today, in UTC."""
        zone = self.desk.engine.zone
        today = now.astimezone(zone).date()
        for number in range(-1, 8):
            day = today + timedelta(days=number)
            for span in self._week[day.weekday()]:
                end, until = (day, span.until) if span.until is not None else (day + timedelta(days=1), time())
                yield utc_of(day, span.begins, zone), utc_of(end, until, zone), span


def _day(fields: Fields, name: str) -> tuple[Span, ...]:
    """The spans of a day, in order; raises `RuleError`."""
    spans = []
    for item in fields.maps(name):
        if not isinstance(item, Fields):
            raise RuleError(f"a span has from and to, and is not {kind_of(item[0])}", *item[1:])
        begins, until = _time(item, "from"), _time(item, "to")
        if begins is None or (until is not None and until <= begins):
            raise item.wrong("to must be later than from", "to")
        data = item.take("data")
        if data is not None and not isinstance(data, Map):
            raise item.wrong(f"data must be a mapping, not {kind_of(data)}", "data")
        done(item)
        spans.append(Span(begins, until, dict(data or {})))
    spans.sort(key=lambda span: span.begins)
    for early, late in pairwise(spans):
        if early.until is None or late.begins < early.until:
            raise fields.wrong(f"two spans of {name} overlap at {late.begins:%H:%M}", name)
    return tuple(spans)


def _time(fields: Fields, name: str) -> time | None:
    """A time of day; None for the end of the day."""
    value = fields.need(name, "give a time such as 07:30:00")
    if isinstance(value, int) and not isinstance(value, bool):  # YAML reads 07:30:00 without quotes as seconds
        minutes, seconds = divmod(value, 60)
        value = f"{minutes // 60:02}:{minutes % 60:02}:{seconds:02}"
    text = str(value).strip()
    if text in ("24:00", "24:00:00"):
        return None
    try:
        return time.fromisoformat(text.zfill(8) if text.count(":") == 2 else text.zfill(5))
    except ValueError:
        raise fields.wrong(f"{name} must be a time such as 07:30:00, not {text!r}", name) from None
