"""Trigger `time_pattern`: https://www.home-assistant.io/docs/automation/trigger/#time-pattern-trigger

`"/5"` is every value that five divides, `"*"` every value. Units below the largest that is given count as zero, units
above as every value. A list of values is our own.
"""

from typing import Any, Final

from homeserver.rules.compiler import Compiler
from homeserver.rules.moments import Pattern
from homeserver.rules.reading.fields import Fields
from homeserver.rules.reading.missed import SKIP, missed
from homeserver.rules.reading.yaml_source import Seq
from homeserver.rules.triggers.timed import TimedTrigger
from homeserver.rules.triggers.trigger import Trigger

_LIMITS: Final = {"hours": 24, "minutes": 60, "seconds": 60}


class TimePatternTrigger(TimedTrigger):
    """Every time whose hours, minutes and seconds are such."""

    kind = "time_pattern"

    def __init__(self, id: str, number: int, alias: str, missed: float, pattern: Pattern) -> None:
        super().__init__(id, number, alias, missed)
        self.pattern = pattern

    def plan_all(self) -> None:
        self.plan(0, self.pattern, {"description": "time pattern"})


def compile_time_pattern(fields: Fields, compiler: Compiler, id: str, number: int, alias: str) -> Trigger:
    given = {name: _values(fields, name) for name in _LIMITS}
    largest = next((place for place, name in enumerate(_LIMITS) if given[name] is not None), None)
    if largest is None:
        raise fields.wrong('give hours, minutes or seconds, such as minutes: "/5"')
    parts = []
    for place, (name, limit) in enumerate(_LIMITS.items()):
        usual = tuple(range(limit)) if place < largest else (0,)
        parts.append(given[name] or usual)
    return TimePatternTrigger(id, number, alias, missed(fields, SKIP), Pattern(*parts))


def _values(fields: Fields, name: str) -> tuple[int, ...] | None:
    value = fields.take(name)
    if value is None:
        return None
    parts = value if isinstance(value, Seq) else (value,)
    return tuple(sorted({number for part in parts for number in _numbers(fields, name, part)})) or None


def _numbers(fields: Fields, name: str, value: Any) -> range:
    limit = _LIMITS[name]
    text = str(value).strip()
    if text == "*":
        return range(limit)
    step = text.removeprefix("/")
    if isinstance(value, bool) or not step.isdecimal() or int(step) >= limit or text == "/0":
        raise fields.wrong(
            f'{name} must be a number from 0 to {limit - 1}, "/n" for every nth or "*" for all, not {value!r}', name
        )
    return range(0, limit, int(step)) if text.startswith("/") else range(int(step), int(step) + 1)
