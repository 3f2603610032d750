"""Lengths of time as rules write them: seconds, `00:05`, `00:05:30`, a mapping, a template of any of these."""

import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, Final

from homeserver.rules.reading.fields import Fields, kind_of
from homeserver.view.templates import Template, TemplateError, Templates

Variables = Mapping[str, Any]
Duration = Callable[[Callable[[], Variables]], float]
"""Seconds; is given a function that makes the variables, since most durations need none."""
UNITS: Final = {"days": 86_400.0, "hours": 3600.0, "minutes": 60.0, "seconds": 1.0, "milliseconds": 0.001}
LONGEST: Final = 366 * 86_400.0
_CLOCK: Final = re.compile(r"(\d{1,5}):([0-5]?\d)(?::([0-5]?\d(?:\.\d{1,6})?))?")
_FORMS: Final = "seconds, 00:05:00 (hours, minutes, seconds) or a mapping such as minutes: 5"


class DurationError(ValueError):
    """What was given is no length of time."""


def seconds_of(value: Any) -> float:
    """The seconds that a plain value means; raises `DurationError`."""
    total = _seconds(value)
    if not 0 <= total <= LONGEST:
        raise DurationError(f"{value!r} is not between 0 seconds and a year")
    return total


def _seconds(value: Any) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    if isinstance(value, str):
        if found := _CLOCK.fullmatch(value.strip()):
            return int(found[1]) * 3600 + int(found[2]) * 60 + float(found[3] or 0)
        try:
            return float(value)
        except ValueError:
            pass
    if isinstance(value, Mapping) and value:
        return sum(_part(str(unit), amount) for unit, amount in value.items())
    raise DurationError(f"{value!r} is no length of time: write {_FORMS}")


def _part(unit: str, amount: Any) -> float:
    if unit not in UNITS:
        raise DurationError(f"{unit!r} is no unit of time: {', '.join(UNITS)}")
    try:
        return float(amount) * UNITS[unit]
    except (TypeError, ValueError):
        raise DurationError(f"{unit}: {amount!r} is no number") from None


def duration(fields: Fields, name: str, templates: Templates) -> Duration:
    """Compile the field; raises `RuleError`."""
    value = fields.take(name)
    parts = value if isinstance(value, Mapping) else {"": value}
    compiled = {unit: _compiled(part, fields, name, templates) for unit, part in parts.items()}
    if not any(isinstance(part, Template) for part in compiled.values()):
        try:
            fixed = seconds_of(value)
        except DurationError as error:
            raise fields.wrong(f"{error}" if value is not None else f"{name} must be {_FORMS}", name) from error
        return lambda variables: fixed
    for unit in compiled:
        if unit and unit not in UNITS:
            raise fields.wrong(f"{unit!r} is no unit of time: {', '.join(UNITS)}", name)

    def render(variables: Callable[[], Variables]) -> float:
        known = variables()
        made = {
            unit: part.render_native(known) if isinstance(part, Template) else part for unit, part in compiled.items()
        }
        return seconds_of(made.get("", made))

    return render


def _compiled(value: Any, fields: Fields, name: str, templates: Templates) -> Any:
    if not isinstance(value, str):
        if not isinstance(value, int | float | None):
            raise fields.wrong(f"{name} must be {_FORMS}, not {kind_of(value)}", name)
        return value
    try:
        template = templates.compile(value)
    except TemplateError as error:
        raise fields.wrong(error.text, name) from error
    return value if template.static else template


def offset_of(fields: Fields, name: str) -> timedelta:
    """A length of time that may be negative: `-00:30:00`, `-90`, `minutes: -30`; nothing where it is missing."""
    value = fields.take(name)
    if value is None:
        return timedelta()
    text = value.strip() if isinstance(value, str) else ""
    try:
        seconds = -_seconds(text[1:]) if text.startswith("-") else _seconds(text.removeprefix("+") or value)
        if not abs(seconds) <= LONGEST:
            raise DurationError(f"{value!r} is longer than a year")
    except DurationError as error:
        raise fields.wrong(f"{name}: {error}; a - before it means earlier", name) from error
    return timedelta(seconds=seconds)
