"""What the texts of devices mean, by kind: one maker of parse functions for each way of reading.

A parse function takes the text of a report (after its template) and gives the value, None for "unknown" or
`IGNORED` for a text that says nothing; it raises `Unreadable` for nonsense. Rules: Home Assistant's documentation
of each component.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime
from math import isfinite
from typing import Any, Final

import orjson

from homeserver.home.config import Config
from homeserver.home.device_classes import NUMERIC
from homeserver.home.measure import Measure, measure_of
from homeserver.home.report import Unreadable

IGNORED: Final = object()
NONE: Final = "None"
"""The text with which a device takes its state back."""
Parse = Callable[[str], Any]
ParseOf = Callable[[Config], Parse]
_LONGEST_STATE: Final = 255
_NO_NUMBER: Final = frozenset(("date", "enum", "timestamp", "uptime"))


def words(**keys: tuple[str, str]) -> ParseOf:
    """States by payload: `on=("payload_on", "ON")` names the key that holds the word and its default. Further keys to
    fall back on stand behind a bar: `state_on|payload_on`."""

    def made(config: Config) -> Parse:
        table: dict[str, str | None] = {}
        for state, (key, default) in keys.items():
            table.setdefault(_first_text(config, key, default), state)
        known = ", ".join(repr(word) for word in table)
        table.setdefault(NONE, None)

        def parse(text: str) -> Any:
            found = table.get(text, IGNORED)
            if found is IGNORED and text:
                raise Unreadable(f"{_short(text)} is none of {known}")
            return found

        return parse

    return made


def _first_text(config: Config, keys: str, default: str) -> str:
    found = [text for key in keys.split("|") if key and (text := config.maybe_text(key)) is not None]
    return found[0] if found else default


def reading(config: Config) -> Parse:
    """A sensor's value: a number where class, unit or statistics say so, one of its options, a time, or any text."""
    device_class = config.maybe_text("device_class")
    if device_class in _TIMES:
        return _unless_none(_TIMES[device_class])
    if options := config.texts("options"):
        return _unless_none(_one_of(options))
    if is_number(config):
        measure = config.once(measure_of, "sensor")
        return _measurement if measure.conversion is None else _converted(measure)
    return _unless_none(_free_text)


def is_number(config: Config) -> bool:
    """Whether a sensor's value is a number: class, unit or statistics say so."""
    device_class = config.maybe_text("device_class")
    if device_class in _NO_NUMBER or config.texts("options"):
        return False
    return config.has("unit_of_measurement") or config.has("state_class") or device_class in NUMERIC


def _unless_none(parse: Parse) -> Parse:
    return lambda text: None if text == NONE else parse(text)


def _measurement(text: str) -> Any:
    if not text:
        return IGNORED
    if text == NONE:
        return None
    try:
        number = float(text)
    except ValueError:
        raise Unreadable(f"{_short(text)} is no number") from None
    if not isfinite(number):
        raise Unreadable(f"{_short(text)} is no finite number")
    return text.strip()


def _converted(measure: Measure) -> Parse:
    """The same in another unit, or calibrated."""

    def parse(text: str) -> Any:
        number = _measurement(text)
        if number is None or number is IGNORED:
            return number
        try:
            return measure.written(number)
        except (ValueError, ArithmeticError):
            raise Unreadable(f"{_short(text)} cannot be turned into {measure.unit}") from None

    return parse


def _free_text(text: str) -> str:
    if len(text) > _LONGEST_STATE:
        raise Unreadable(f"{len(text)} signs are more than the {_LONGEST_STATE} that a state may have")
    return text


def _one_of(options: tuple[str, ...]) -> Parse:
    known = frozenset(options)

    def parse(text: str) -> str:
        if text not in known:
            raise Unreadable(f"{_short(text)} is none of the options {', '.join(options)[:200]}")
        return text

    return parse


def _timestamp(text: str) -> str:
    try:
        moment = datetime.fromisoformat(text.strip())
        if moment.tzinfo is None:
            raise Unreadable(f"{_short(text)} has no time zone")
        return moment.astimezone(UTC).isoformat(timespec="seconds")
    except (ValueError, OverflowError):
        raise Unreadable(f"{_short(text)} is no time in ISO 8601") from None


def _date(text: str) -> str:
    try:
        return date.fromisoformat(text.strip()[:10]).isoformat()
    except ValueError:
        raise Unreadable(f"{_short(text)} is no date in ISO 8601") from None


_TIMES: Final[dict[str | None, Parse]] = {"timestamp": _timestamp, "date": _date}


def timestamp(config: Config) -> Parse:
    """A moment, such as when a meter began to count."""
    return _unless_none(lambda text: _timestamp(text) if text else IGNORED)


def option(config: Config) -> Parse:
    """One of `options`."""
    one_of = _one_of(config.texts("options"))
    return lambda text: IGNORED if not text.strip() else None if text.lower() == "none" else one_of(text)


def number_of(text: str) -> float:
    """A finite number; raises `Unreadable`."""
    try:
        number = float(text)
    except ValueError:
        raise Unreadable(f"{_short(text)} is no number") from None
    if not isfinite(number):
        raise Unreadable(f"{_short(text)} is no finite number")
    return number


def numbers_of(text: str, count: int) -> tuple[float, ...]:
    """`count` numbers with commas between them; raises `Unreadable`."""
    parts = text.split(",")
    if len(parts) != count:
        raise Unreadable(f"{_short(text)} must be {count} numbers with commas between them")
    return tuple(number_of(part) for part in parts)


def word_of(states: dict[str, str | None], text: str) -> str | None:
    """The state that a word stands for; raises `Unreadable`."""
    if text not in states:
        known = ", ".join(repr(word) for word in states)
        raise Unreadable(f"{_short(text)} is none of {known}")
    return states[text]


def object_of(text: str) -> dict[str, Any] | None:
    """The JSON object that a text is; None where it is none."""
    if "{" not in text:
        return None
    try:
        values = orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
    return values if isinstance(values, dict) else None


def _short(text: str) -> str:
    return repr(text if len(text) <= 60 else f"{text[:57]}...")
