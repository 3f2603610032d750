"""Sensors of the time: `tod`, on between two times of day or between sunrise and sunset, and `time_date`.

Facts: https://www.home-assistant.io/integrations/tod and /time_date. A span over midnight ends on the next day; `after`
belongs to it, `before` does not. Where clocks change, times follow the policy of `moments.utc_of`.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from homeserver.rules.compiler import Compiler
from homeserver.rules.moments import utc_of
from homeserver.rules.owned.thing import Thing, called, done, named
from homeserver.rules.reading.fields import Fields
from homeserver.rules.sun import RISE, SET
from homeserver.runtime.clock import Timer
from homeserver.topics.entity import UNKNOWN
from homeserver.topics.services_helpers import lasting

_LOOK: Final = 3600.0
"""Seconds between looks at the clock, as machines sleep and clocks are set."""
_SUN: Final = {"sunrise": RISE, "sunset": SET}
Point = tuple[time | str, float]
"""A time of day, or what the sun does, and seconds after it."""


class Timed(Thing):
    """What looks again at a moment of its own choice."""

    keeps = False
    _timer: Timer | None = None

    def begin(self) -> None:
        self._again()

    def end(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _again(self) -> None:
        self.end()
        until = self.look_until()
        wait = _LOOK if until is None else (until - self.now).total_seconds()
        self._timer = self.desk.clock.call_later(min(max(wait, 0.0), _LOOK), self._wake)

    def _wake(self) -> None:
        self._again()
        self.show()

    def look_until(self) -> datetime | None:
        """Be what is so now; until when."""
        raise NotImplementedError


class TimeOfDay(Timed):
    """On from `after` until `before`."""

    domain = "binary_sensor"

    def __init__(self, fields: Fields, object_id: str) -> None:
        own = fields.text("name")
        if not own:
            raise fields.wrong("name is missing: say what to call it", "name")
        fields.text("unique_id")
        super().__init__(called(fields, self.domain, own), own, named(fields, "")[2])
        self.after, self.before = _point(fields, "after"), _point(fields, "before")

    def look_until(self) -> datetime | None:
        zone, now = self.desk.engine.zone, self.now
        today = now.astimezone(zone).date()
        spans = [span for days in (-1, 0, 1, 2) if (span := self._span(today + timedelta(days=days))) is not None]
        self.state = UNKNOWN if not spans else "on" if any(begin <= now < end for begin, end in spans) else "off"
        coming = min((at for span in spans for at in span if at > now), default=None)
        now_or_next = next((span for span in spans if span[1] > now), None)
        self.attributes = {} if now_or_next is None else {
            "after": now_or_next[0].astimezone(zone).isoformat(),
            "before": now_or_next[1].astimezone(zone).isoformat(),
            "next_update": coming.astimezone(zone).isoformat() if coming is not None else None,
        }  # fmt: skip
        return coming

    def _span(self, day: date) -> tuple[datetime, datetime] | None:
        """The span that begins on a day; None on a day without that sunrise or sunset."""
        begin, end = self._moment(self.after, day), self._moment(self.before, day)
        if begin is not None and end is not None and end <= begin:
            end = self._moment(self.before, day + timedelta(days=1))
        return None if begin is None or end is None or end <= begin else (begin, end)

    def _moment(self, point: Point, day: date) -> datetime | None:
        what, offset = point
        zone = self.desk.engine.zone
        if isinstance(what, time):
            return utc_of(day, what, zone) + timedelta(seconds=offset)
        found = self.desk.engine.sun.next(_SUN[what], utc_of(day, time(), zone))
        if found is None or found.astimezone(zone).date() != day:
            return None
        return found + timedelta(seconds=offset)


def _point(fields: Fields, name: str) -> Point:
    value = fields.need(name, "give a time such as 07:30, sunrise or sunset")
    offset = fields.take(f"{name}_offset")
    try:
        seconds = 0.0 if offset is None else lasting(offset)
    except ValueError as error:
        raise fields.wrong(f"{name}_offset {error}", f"{name}_offset") from error
    text = str(value).strip().lower()
    if text in _SUN:
        return text, seconds
    try:
        return time.fromisoformat(f"0{text}" if text[1:2] == ":" else text), seconds
    except ValueError:
        raise fields.wrong(f"{name} must be a time such as 07:30, sunrise or sunset, not {value!r}", name) from None


SHAPES: Final[Mapping[str, Callable[[datetime], str]]] = {
    "time": lambda now: f"{now:%H:%M}",
    "date": lambda now: f"{now:%Y-%m-%d}",
    "date_time": lambda now: f"{now:%Y-%m-%d}, {now:%H:%M}",
    "time_date": lambda now: f"{now:%H:%M}, {now:%Y-%m-%d}",
    "date_time_iso": lambda now: f"{now:%Y-%m-%dT%H:%M}:00",
    "date_time_utc": lambda now: f"{now.astimezone(UTC):%Y-%m-%d, %H:%M}",
    "time_utc": lambda now: f"{now.astimezone(UTC):%H:%M}",
}
"""By display option."""


class TimeDate(Timed):
    """The time of the home, as a text that changes each minute."""

    domain = "sensor"

    def __init__(self, option: str) -> None:
        super().__init__(option, option.replace("_", " & ").capitalize(), "mdi:clock")
        self.option = option

    def look_until(self) -> datetime | None:
        now = self.now
        self.state = SHAPES[self.option](now.astimezone(self.desk.engine.zone))
        return now.replace(second=0, microsecond=0) + timedelta(minutes=1)


def read_time_date(fields: Fields, object_id: str, compiler: Compiler) -> Iterator[Thing]:
    """A sensor for each of the display options; raises `RuleError`."""
    options: tuple[Any, ...] = fields.words("display_options") or ("time",)
    for option in options:
        if option not in SHAPES:
            raise fields.wrong(f"{option!r} is none of {', '.join(SHAPES)}", "display_options")
    done(fields)
    yield from map(TimeDate, dict.fromkeys(options))
