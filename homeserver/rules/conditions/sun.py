"""Conditions of the sun: `sun` with before and after, and Home Assistant's purpose-named kinds from `sun.is_up` on.

https://www.home-assistant.io/docs/scripts/conditions/#sun-condition: `after: sunset` holds from sunset until midnight,
`before: sunrise` from midnight until sunrise, and both together all night. On a day without the one that is asked for
it does not hold.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final

from homeserver.rules.compiler import Compiler
from homeserver.rules.conditions.condition import Condition, leaf
from homeserver.rules.moments import utc_of
from homeserver.rules.reading.durations import offset_of
from homeserver.rules.reading.fields import Fields
from homeserver.rules.reading.threshold import threshold
from homeserver.rules.reading.yaml_source import Map
from homeserver.rules.run import Run
from homeserver.rules.sun import HORIZON, RISE, SET, TWILIGHTS, SunEvent

if TYPE_CHECKING:
    from homeserver.rules.engine import Engine

_EVENTS: Final[Mapping[str, SunEvent]] = {"sunrise": RISE, "sunset": SET}
_BANDS: Final = {
    "any": (TWILIGHTS["astronomical"], HORIZON),
    "civil": (TWILIGHTS["civil"], HORIZON),
    "nautical": (TWILIGHTS["nautical"], TWILIGHTS["civil"]),
    "astronomical": (TWILIGHTS["astronomical"], TWILIGHTS["nautical"]),
}


def compile_sun(fields: Fields, compiler: Compiler, kind: str) -> Condition:
    if "before" not in fields and "after" not in fields:
        raise fields.wrong("give before or after: sunrise or sunset")
    before, after = _event(fields, "before"), _event(fields, "after")
    earlier, later = offset_of(fields, "before_offset"), offset_of(fields, "after_offset")
    over_night = (before, after) == (RISE, SET)

    def check(run: Run) -> bool:
        engine = run.engine
        now = engine.clock.now()
        today = now.astimezone(engine.zone).date()
        end = _on(engine, before, today, earlier)
        begin = _on(engine, after, today, later)
        if over_night:
            return (end is not None and now < end) or (begin is not None and now > begin)
        return (before is None or (end is not None and now <= end)) and (
            after is None or (begin is not None and now >= begin)
        )

    def tell(run: Run) -> str:
        engine = run.engine
        now = engine.clock.now().astimezone(engine.zone)
        asked = (("after", after, later), ("before", before, earlier))
        rows = [
            f"{word} {_said(engine, event, now.date(), offset)}" for word, event, offset in asked if event is not None
        ]
        return f"it is {now:%H:%M:%S}, wanted {' and '.join(rows)}"

    return leaf(compiler, fields.way, fields.line(), check, tell)


def _said(engine: "Engine", event: SunEvent, day: date, offset: timedelta) -> str:
    name = next(name for name, known in _EVENTS.items() if known == event)
    found = _on(engine, event, day, offset)
    at = "not today" if found is None else f"{found.astimezone(engine.zone):%H:%M:%S}"
    return f"{name}{' with its offset' if offset else ''} ({at})"


def _event(fields: Fields, name: str) -> SunEvent | None:
    if fields.take(name) is None:
        return None
    return _EVENTS[fields.choice(name, ("sunrise", "sunset"), "")]


def _on(engine: "Engine", event: SunEvent | None, day: date, offset: timedelta) -> datetime | None:
    """When the sun does this on a local day, and so much later; None where it does not."""
    if event is None:
        return None
    begins = utc_of(day, time(), engine.zone)
    ends = utc_of(day + timedelta(days=1), time(), engine.zone)
    found = engine.sun.next(event, begins - timedelta(seconds=1))
    return found + offset if found is not None and found < ends else None


# -- purpose-named kinds


Look = Callable[["Engine", datetime], bool]


def _plain(look: Look) -> Callable[[Fields], Look]:
    return lambda fields: look


def _band(low: float, high: float) -> Callable[[Fields], Look]:
    """Between two heights, perhaps only on the way up or down."""

    def read(fields: Fields) -> Look:
        period = fields.choice("period", ("any", "morning", "evening"), "any")
        up = None if period == "any" else period == "morning"
        return _within(low, high, up)

    return read


def _twilight(up: bool) -> Callable[[Fields], Look]:
    return lambda fields: _within(*_BANDS[fields.choice("type", tuple(_BANDS), "any")], up)


def _within(low: float, high: float, up: bool | None) -> Look:
    def look(engine: "Engine", now: datetime) -> bool:
        sun = engine.sun
        return low <= sun.height(now) <= high and (up is None or sun.climbs(now) == up)

    return look


def _elevation(fields: Fields) -> Look:
    wanted = threshold(fields)
    return lambda engine, now: wanted.holds(engine.sun.shown(now), engine.view)


def _up_at_last_midnight(engine: "Engine", now: datetime) -> bool:
    return engine.sun.is_up(engine.sun.last("midnight", now))


def _down_at_last_noon(engine: "Engine", now: datetime) -> bool:
    return not engine.sun.is_up(engine.sun.last("noon", now))


_LOOKS: Final[Mapping[str, Callable[[Fields], Look]]] = {
    "is_up": _plain(lambda engine, now: engine.sun.is_up(now)),
    "is_set": _plain(lambda engine, now: not engine.sun.is_up(now)),
    "is_ascending": _plain(lambda engine, now: engine.sun.climbs(now)),
    "is_descending": _plain(lambda engine, now: not engine.sun.climbs(now)),
    "is_night": _plain(lambda engine, now: engine.sun.height(now) <= TWILIGHTS["astronomical"]),
    "is_golden_hour": _band(-4.0, 6.0),
    "is_blue_hour": _band(-6.0, -4.0),
    "is_morning_twilight": _twilight(True),
    "is_evening_twilight": _twilight(False),
    "is_midnight_sun": _plain(_up_at_last_midnight),
    "is_polar_night": _plain(_down_at_last_noon),
    "elevation": _elevation,
}


def compile_sun_look(fields: Fields, compiler: Compiler, kind: str) -> Condition:
    """One of the purpose-named kinds, such as `sun.is_up`; its fields are in `options`."""
    own = fields.inner("options") if isinstance(fields.take("options"), Map) else fields
    look = _LOOKS[kind.partition(".")[2]](own)
    if own is not fields:
        own.done()
    return lambda run: look(run.engine, run.engine.clock.now())


SUN_CONDITIONS: Final = {"sun": compile_sun, **dict.fromkeys((f"sun.{name}" for name in _LOOKS), compile_sun_look)}
"""Rows for the table of conditions."""
