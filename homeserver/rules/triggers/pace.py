"""How often a trigger may fire: `debounce`, `min_interval`, `max_per`. Not in Home Assistant; on every kind of trigger.

A trigger that says none of these pays nothing. What counts is kept while the trigger is attached and is gone after a
restart.
"""

import re
from collections import deque
from typing import Final

from homeserver.rules.engine import Engine
from homeserver.rules.fired import Fired
from homeserver.rules.reading.durations import Duration, DurationError, duration
from homeserver.rules.reading.fields import Fields
from homeserver.rules.triggers.trigger import Fire, Trigger
from homeserver.runtime.clock import Timer
from homeserver.topics.record import record
from homeserver.view.templates import TemplateError, Templates

_MAX_PER: Final = re.compile(r"(\d{1,4})\s*/\s*(\d{1,5}(?:\.\d{1,3})?)?\s*([a-z]{1,7})")
_UNITS: Final = {
    **dict.fromkeys(("s", "sec", "second", "seconds"), 1.0),
    **dict.fromkeys(("m", "min", "minute", "minutes"), 60.0),
    **dict.fromkeys(("h", "hour", "hours"), 3600.0),
    **dict.fromkeys(("d", "day", "days"), 86_400.0),
}
_ENTITIES: Final = 1_000
"""Entities whose last time is remembered."""


@record
class Pace:
    """`debounce` and `min_interval` hold for each entity of the trigger on its own, `most` in any `within` seconds for
    the trigger as a whole."""

    debounce: Duration | None
    interval: Duration | None
    most: int
    within: float

    def around(self, trigger: Trigger, engine: Engine, fire: Fire) -> "Gate":
        return Gate(self, trigger, engine, fire)


class Gate:
    """Stands between one attached trigger and what it fires."""

    def __init__(self, pace: Pace, trigger: Trigger, engine: Engine, fire: Fire) -> None:
        self._pace = pace
        self._trigger = trigger
        self._engine = engine
        self._fire = fire
        self._settling: dict[str, Timer] = {}
        self._last: dict[str, float] = {}
        self._times: deque[float] = deque()
        self._told = float("-inf")

    def __call__(self, fired: Fired) -> None:
        seconds = self._seconds(self._pace.debounce, "debounce")
        if not seconds:
            self._settled(fired)
            return
        before = self._settling.get(fired.entity_id)
        if before is not None:
            before.cancel()
        self._settling[fired.entity_id] = self._engine.clock.call_later(seconds, self._settled, fired)

    def close(self) -> None:
        for timer in self._settling.values():
            timer.cancel()
        self._settling.clear()

    def _seconds(self, length: Duration | None, name: str) -> float:
        if length is None:
            return 0.0
        try:
            return length(self._trigger.known_variables)
        except (TemplateError, DurationError) as error:
            self._engine.complain(self._trigger, f"{name}: {error}")
            return 0.0

    def _settled(self, fired: Fired) -> None:
        self._settling.pop(fired.entity_id, None)
        now, last = self._engine.clock.monotonic(), self._last.get(fired.entity_id)
        if last is not None and now - last < self._seconds(self._pace.interval, "min_interval"):
            return
        if self._pace.most and not self._has_room(now):
            return
        if self._pace.interval is not None:
            self._last[fired.entity_id] = now
            if len(self._last) > _ENTITIES:
                del self._last[next(iter(self._last))]
        self._fire(fired)

    def _has_room(self, now: float) -> bool:
        times, within = self._times, self._pace.within
        while times and now - times[0] >= within:
            times.popleft()
        if len(times) < self._pace.most:
            times.append(now)
            return True
        if now - self._told >= within:
            self._told = now
            self._engine.complain(
                self._trigger,
                f"wants to fire more often than max_per allows, {self._pace.most} "
                f"times in {within:g} s; the rest is left out",
            )
        return False


def compile_pace(fields: Fields, templates: Templates) -> Pace | None:
    """What the fields of a trigger say; None where they say nothing. Raises `RuleError`."""
    names = ("debounce", "min_interval")
    lengths = [duration(fields, name, templates) if name in fields else None for name in names]
    most, within = _max_per(fields)
    return Pace(lengths[0], lengths[1], most, within) if any(lengths) or most else None


def _max_per(fields: Fields) -> tuple[int, float]:
    text = fields.text("max_per")
    if not text:
        return 0, 0.0
    found = _MAX_PER.fullmatch(text.strip().lower())
    if found is None or found[3] not in _UNITS:
        raise fields.wrong(f"max_per must be a number and a time such as 5/10min or 20/day, not {text!r}", "max_per")
    most, within = int(found[1]), float(found[2] or 1) * _UNITS[found[3]]
    if not most or not within:
        raise fields.wrong(f"max_per {text!r} would never let it fire: give numbers above nought", "max_per")
    return most, within
