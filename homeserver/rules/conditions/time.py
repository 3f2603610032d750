"""Condition `time`: https://www.home-assistant.io/docs/scripts/conditions/#time-condition

`after` belongs to the span, `before` does not; where after is later than before, the span goes over midnight. Either
may be an entity that holds a time. Weekdays are those of now, over midnight too.
"""

from collections.abc import Callable
from datetime import time
from typing import Final

from homeserver.rules.compiler import Compiler
from homeserver.rules.moments import clock_time, time_of, weekdays
from homeserver.rules.program import RunError
from homeserver.rules.reading.entity_times import DOMAINS, clock_of
from homeserver.rules.reading.fields import Fields, check_entity
from homeserver.rules.run import Run

_LAST: Final = time(23, 59, 59, 999_999)
_OPEN: Final = time(23, 59, 59)
"""What an input_datetime without a time stands for."""
Clock = Callable[[Run], time | None]
"""A time of day; None where an entity holds none now."""


def time_condition(fields: Fields, compiler: Compiler, kind: str) -> Callable[[Run], bool]:
    if not any(name in fields for name in ("after", "before", "weekday")):
        raise fields.wrong("give after, before or weekday")
    after, before = _clock(fields, "after", time()), _clock(fields, "before", _LAST)
    days = weekdays(fields, "weekday")

    def check(run: Run) -> bool:
        now = run.engine.clock.now().astimezone(run.engine.zone)
        begins = after(run) if callable(after) else after
        ends = before(run) if callable(before) else before
        if begins is None or ends is None:
            return False
        at = now.time()
        within = begins <= at < ends if begins < ends else not ends <= at < begins
        return within and now.weekday() in days

    return check


def _clock(fields: Fields, name: str, default: time) -> time | Clock:
    value = fields.take(name)
    if value is None:
        return default
    text = str(value).strip().lower()
    if clock_time(text) is not None or "." not in text:
        return time_of(fields, name, value)
    check_entity(text, fields, name)
    if text.partition(".")[0] not in DOMAINS:
        raise fields.wrong(f"{text} holds no time: name one of {', '.join(DOMAINS)}", name)

    def held(run: Run) -> time | None:
        said = run.engine.view.said(text)
        state = run.engine.shown(text, said)
        if state is None:
            raise RunError(f"there is no entity {text}")
        if state.domain == "input_datetime" and state.attributes.get("has_time") is False:
            return _OPEN
        return clock_of(state, run.engine.zone)

    return held
