"""Triggers of the sun: `sun` with sunrise and sunset, and Home Assistant's purpose-named kinds from `sun.dawn` on.

https://www.home-assistant.io/docs/automation/trigger/#sun-trigger; the others have their fields in `options`:
`offset`, `type` (civil, nautical, astronomical) of dawn and dusk, `period` (any, morning, evening) of golden and blue
hours, `threshold` and `for` of the elevation. A sun that does not come so far at this place, or in this season, fires
nothing; the trigger waits until it does.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from homeserver.rules.compiler import Compiler
from homeserver.rules.engine import Engine
from homeserver.rules.fired import Fired
from homeserver.rules.program import FAULTS
from homeserver.rules.reading.durations import Duration, duration, offset_of
from homeserver.rules.reading.fields import Fields
from homeserver.rules.reading.missed import missed
from homeserver.rules.reading.threshold import ANY, Threshold, threshold
from homeserver.rules.reading.yaml_source import Map
from homeserver.rules.sun import MIDNIGHT, NOON, RISE, SET, TWILIGHTS, Crossing, Season, SunEvent, SunMoment
from homeserver.rules.triggers.timed import TimedTrigger
from homeserver.rules.triggers.trigger import Fire, Trigger, nowhere
from homeserver.topics.entity import EntityState

SUN_ENTITY: Final = "sun.sun"
_PERIODS: Final = ("any", "morning", "evening")
_HOURS: Final[Mapping[str, tuple[float, float]]] = {
    "golden_hour_started": (-4.0, 6.0),
    "golden_hour_ended": (6.0, -4.0),
    "blue_hour_started": (-6.0, -4.0),
    "blue_hour_ended": (-4.0, -6.0),
}
"""Heights at which the hour begins or ends, in the morning and in the evening."""


class SunTrigger(TimedTrigger):
    """The sun does one of some things, or did so a while ago, or will."""

    kind = "sun"

    def __init__(
        self,
        id: str,
        number: int,
        alias: str,
        missed: float,
        events: tuple[SunEvent, ...],
        offset: timedelta,
        data: Mapping[str, Any],
    ) -> None:
        super().__init__(id, number, alias, missed)
        self.events = events
        self.offset = offset
        self._data = data

    def plan_all(self) -> None:
        for slot, event in enumerate(self.events):
            self.plan(slot, SunMoment(self.engine.sun, event, self.offset), self._data)


class ElevationCrossedTrigger(TimedTrigger):
    """The sun, with refraction, came to be above, below, between or outside of limits, and still is after `for`."""

    def __init__(self, id: str, number: int, alias: str, missed: float, wanted: Threshold, lasting: Duration) -> None:
        super().__init__(id, number, alias, missed)
        self._wanted = wanted
        self._lasting = lasting

    def plan_all(self) -> None:
        for entity_id in self._wanted.entities:
            self.engine.listen(entity_id, self._hear)
        self._hear("", None, None)

    def detach(self, engine: Engine) -> None:
        for entity_id in self._wanted.entities:
            engine.unlisten(entity_id, self._hear)
        super().detach(engine)

    def _hear(self, entity_id: str, old: EntityState | None, new: EntityState | None) -> None:
        """Wait for the limits as they are now."""
        low, high = self._wanted.numbers(self.engine.view) or (None, None)
        up = self._wanted.kind != "outside"
        try:
            late = timedelta(seconds=self._lasting(self.known_variables))
        except FAULTS as error:
            self.engine.complain(self, f"for: {error}")
            return
        for slot, limit, way in (("low", low, up), ("high", high, not up)):
            crossing = Crossing(limit, way, shown=True) if limit is not None else None
            self.plan(slot, SunMoment(self.engine.sun, crossing, late) if crossing is not None else None)

    def due(self, slot: Any, data: Mapping[str, Any], moment: datetime) -> None:
        begun = self._lasting(self.known_variables)
        height = self.engine.sun.shown(moment)
        if not begun or self._wanted.holds(height, self.engine.view):
            super().due(slot, {"description": f"elevation {height:.2f}°", "elevation": round(height, 2)}, moment)


class ElevationChangedTrigger(Trigger):
    """The attribute `elevation` of `sun.sun` became another number, perhaps within limits."""

    def __init__(self, id: str, number: int, alias: str, wanted: Threshold) -> None:
        super().__init__(id, number, alias)
        self._wanted = wanted

    def attach(self, engine: Engine, fire: Fire) -> None:
        self.fire, self.engine = fire, engine
        engine.listen(SUN_ENTITY, self._hear)

    def detach(self, engine: Engine) -> None:
        engine.unlisten(SUN_ENTITY, self._hear)
        self.fire = nowhere

    def _hear(self, entity_id: str, old: EntityState | None, new: EntityState | None) -> None:
        before = old.attributes.get("elevation") if old is not None else None
        after = new.attributes.get("elevation") if new is not None else None
        if before is None or after is None or before == after:
            return
        if self._wanted.kind == ANY or self._wanted.holds(after, self.engine.view):
            self.fire(Fired(self, entity_id, old, new, data={"elevation": after}))


def compile_sun(fields: Fields, compiler: Compiler, id: str, number: int, alias: str) -> Trigger:
    fields.need("event", "say sunrise or sunset")
    event = fields.choice("event", ("sunrise", "sunset"), "")
    offset = offset_of(fields, "offset")
    description = f"{event} with offset" if offset else event
    data = {"event": event, "offset": offset, "description": description}
    return SunTrigger(id, number, alias, missed(fields), (RISE if event == "sunrise" else SET,), offset, data)


def compile_sun_event(fields: Fields, compiler: Compiler, id: str, number: int, alias: str) -> Trigger:
    """One of the purpose-named kinds, such as `sun.dusk`."""
    kind = str(fields.take("trigger") or fields.take("platform"))
    own = fields.inner("options") if isinstance(fields.take("options"), Map) else fields
    name = kind.partition(".")[2]
    made: Trigger
    if name == "elevation_changed":
        made = ElevationChangedTrigger(id, number, alias, threshold(own, changed=True))
    elif name == "elevation_crossed_threshold":
        made = ElevationCrossedTrigger(id, number, alias, missed(fields), threshold(own), _lasting(own, compiler))
    else:
        events, data = _EVENTS[name](own, name)
        data = {**data, "description": f"sun event {name}"}
        made = SunTrigger(id, number, alias, missed(fields), events, _offset(own), data)
    if own is not fields:
        own.done()
    made.kind = kind
    return made


def _lasting(fields: Fields, compiler: Compiler) -> Duration:
    return duration(fields, "for", compiler.templates) if "for" in fields else lambda variables: 0.0


def _offset(fields: Fields) -> timedelta:
    """With `offset_type: before`, as it was written for some months, an offset counts backwards."""
    offset = offset_of(fields, "offset")
    return -offset if fields.choice("offset_type", ("before", "after"), "after") == "before" else offset


Read = Callable[[Fields, str], tuple[tuple[SunEvent, ...], dict[str, Any]]]


def _plain(*events: SunEvent) -> Read:
    return lambda fields, name: (events, {})


def _twilight(fields: Fields, name: str) -> tuple[tuple[SunEvent, ...], dict[str, Any]]:
    kind = fields.choice("type", tuple(TWILIGHTS), "civil")
    return (Crossing(TWILIGHTS[kind], name == "dawn"),), {"type": kind}


def _hour(fields: Fields, name: str) -> tuple[tuple[SunEvent, ...], dict[str, Any]]:
    period = fields.choice("period", _PERIODS, "any")
    morning, evening = _HOURS[name]
    rows = ("morning", Crossing(morning, True)), ("evening", Crossing(evening, False))
    return tuple(event for when, event in rows if period in ("any", when)), {"period": period}


_EVENTS: Final[Mapping[str, Read]] = {
    "sunrise": _plain(RISE),
    "sunset": _plain(SET),
    "solar_noon": _plain(NOON),
    "solar_midnight": _plain(MIDNIGHT),
    "dawn": _twilight,
    "dusk": _twilight,
    **dict.fromkeys(_HOURS, _hour),
    "midnight_sun_started": _plain(Season("midnight", True)),
    "midnight_sun_ended": _plain(Season("midnight", False)),
    "polar_night_started": _plain(Season("noon", False)),
    "polar_night_ended": _plain(Season("noon", True)),
}
SUN_TRIGGERS: Final = {
    "sun": compile_sun,
    **dict.fromkeys((f"sun.{name}" for name in _EVENTS), compile_sun_event),
    "sun.elevation_changed": compile_sun_event,
    "sun.elevation_crossed_threshold": compile_sun_event,
}
"""Rows for the table of triggers."""
