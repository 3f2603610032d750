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

from homeserver.home.config import Config, Refused
from homeserver.home.report import Unreadable

IGNORED: Final = object()
NONE: Final = "None"
"""The text with which a device takes its state back."""
Parse = Callable[[str], Any]
ParseOf = Callable[[Config], Parse]
_LONGEST_STATE: Final = 255
_NO_NUMBER: Final = frozenset(("date", "enum", "timestamp", "uptime"))
_NUMBERS: Final = """
    absolute_humidity apparent_power aqi area atmospheric_pressure battery blood_glucose_concentration carbon_dioxide
    carbon_monoxide conductivity current data_rate data_size distance duration energy energy_distance energy_storage
    frequency gas humidity illuminance irradiance moisture monetary nitrogen_dioxide nitrogen_monoxide nitrous_oxide
    ozone ph pm1 pm10 pm25 pm4 power power_factor precipitation precipitation_intensity pressure reactive_energy
    reactive_power signal_strength sound_pressure speed sulphur_dioxide temperature volatile_organic_compounds
    volatile_organic_compounds_parts voltage volume volume_flow_rate volume_storage water weight wind_direction
    wind_speed
"""
NUMERIC_CLASSES: Final = frozenset(_NUMBERS.split())
"""Device classes of sensors whose value is a number."""


class Nonsense(Unreadable):
    """A value so wrong that the state is unknown from then on."""


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
    numeric = config.has("unit_of_measurement") or config.has("state_class") or device_class in NUMERIC_CLASSES
    if numeric and device_class not in _NO_NUMBER:
        return _measurement
    return _unless_none(_free_text)


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
        raise Nonsense(f"{_short(text)} is no number") from None
    if not isfinite(number):
        raise Nonsense(f"{_short(text)} is no finite number")
    return text.strip()


def _free_text(text: str) -> str:
    if len(text) > _LONGEST_STATE:
        raise Nonsense(f"{len(text)} signs are more than the {_LONGEST_STATE} that a state may have")
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
            raise Nonsense(f"{_short(text)} has no time zone")
        return moment.astimezone(UTC).isoformat(timespec="seconds")
    except (ValueError, OverflowError):
        raise Nonsense(f"{_short(text)} is no time in ISO 8601") from None


def _date(text: str) -> str:
    try:
        return date.fromisoformat(text.strip()[:10]).isoformat()
    except ValueError:
        raise Nonsense(f"{_short(text)} is no date in ISO 8601") from None


_TIMES: Final[dict[str | None, Parse]] = {"timestamp": _timestamp, "date": _date}


def timestamp(config: Config) -> Parse:
    """A moment, such as when a meter began to count."""
    return _unless_none(lambda text: _timestamp(text) if text else IGNORED)


def limited_number(config: Config) -> Parse:
    """A number within `min` and `max`; `payload_reset` makes it unknown."""
    low, high = limits(config)
    reset = config.text("payload_reset", NONE)

    def parse(text: str) -> Any:
        if not text:
            return IGNORED
        if text == reset:
            return None
        number = number_of(text)
        if not low <= number <= high:
            raise Unreadable(f"{_short(text)} lies outside {low:g} to {high:g}")
        return str(int(number)) if number.is_integer() and "." not in text else str(number)

    return parse


def limits(config: Config) -> tuple[float, float]:
    """`min` and `max` of a number entity."""
    low, high = config.number("min", 1.0), config.number("max", 100.0)
    if low > high:
        raise Refused(f"`min` {low:g} is above `max` {high:g}")
    return low, high


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
