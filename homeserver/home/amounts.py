"""Numbers with limits: temperatures as a device counts them, humidity in percent.

A temperature stays in the unit of its device: the home has no unit system yet. Defaults are those of Home Assistant's
documentation of the MQTT climate, water heater and humidifier.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from homeserver.home.component import Make
from homeserver.home.config import Config, Refused
from homeserver.home.entity import Entity
from homeserver.home.parsing import IGNORED, NONE, Parse, ParseOf, number_of
from homeserver.home.report import Unreadable
from homeserver.topics.call import CallError

_UNITS: Final[Mapping[str, str]] = {"C": "°C", "F": "°F"}


@dataclass(frozen=True, slots=True)
class Degrees:
    """How a device counts temperatures: its unit, which of them can be set, and how fine it is."""

    unit: str
    low: float
    high: float
    precision: float

    def rounded(self, degrees: float) -> float:
        """As fine as the device is, and no finer."""
        return round(round(degrees / self.precision) * self.precision, 6)

    @property
    def shown(self) -> dict[str, Any]:
        low, high = self.rounded(self.low), self.rounded(self.high)
        return {"min_temp": low, "max_temp": high, "precision": self.precision, "temperature_unit": self.unit}


def degrees_of(config: Config, low: float, high: float) -> Degrees:
    """`low` and `high` are in °C, for a device that does not say; raises `Refused`."""
    unit = _UNITS.get(config.text("temperature_unit", "C").strip().lstrip("°").upper())
    if unit is None:
        raise Refused(f"`temperature_unit` is {config.get('temperature_unit')!r}: it must be C or F")
    least = config.number("min_temp", in_unit(low, unit), -500, 5000)
    most = config.number("max_temp", in_unit(high, unit), -500, 5000)
    if least > most:
        raise Refused(f"`min_temp` {least:g} is above `max_temp` {most:g}")
    return Degrees(unit, least, most, config.number("precision", 0.1 if unit == "°C" else 1.0, 0.001, 100))


def in_unit(celsius: float, unit: str) -> float:
    """A temperature in °C as one in `unit`."""
    return celsius if unit == "°C" else round(celsius * 9 / 5 + 32, 1)


def temperature(of: Callable[[Config], Degrees]) -> ParseOf:
    """A temperature that a device reports, as fine as it is."""

    def made(config: Config) -> Parse:
        rounded = config.once(of).rounded

        def parse(text: str) -> Any:
            if not text.strip():
                return IGNORED
            return None if text == NONE else rounded(number_of(text))

        return parse

    return made


def set_temperature(of: Callable[[Config], Degrees], name: str) -> Callable[[Config], Make]:
    """A service that sends the temperature `name` of its data."""

    def made(config: Config) -> Make:
        degrees = config.once(of)

        def make(entity: Entity, data: Mapping[str, Any]) -> tuple[Any, dict[str, Any]]:
            wanted = float(data[name])
            if not degrees.low <= wanted <= degrees.high:
                limits = f"{degrees.low:g} to {degrees.high:g} {degrees.unit}"
                raise CallError("invalid", f"{wanted:g} lies outside {limits}", name)
            return wanted, {name: degrees.rounded(wanted)}

        return make

    return made


def humidity_limits(low: float, high: float) -> Callable[[Config], tuple[float, float]]:
    """`min_humidity` and `max_humidity`, in percent; raises `Refused`."""

    def limits(config: Config) -> tuple[float, float]:
        least = config.number("min_humidity", low, 0, 100)
        most = config.number("max_humidity", high, 0, 100)
        if least >= most:
            raise Refused(f"`min_humidity` {least:g} must be below `max_humidity` {most:g}")
        return least, most

    return limits


def percent(limits: Callable[[Config], tuple[float, float]] | None = None, reset: str = "") -> ParseOf:
    """A humidity from 0 to 100 or within limits. `reset` is the key of the word that takes it back; a device with such
    a word is taken at whole percent."""

    def made(config: Config) -> Parse:
        low, high = config.once(limits) if limits else (0.0, 100.0)
        taken_back = config.text(reset, NONE) if reset else NONE

        def parse(text: str) -> Any:
            if text == taken_back:
                return None
            if not text.strip():
                return IGNORED
            number = round(number_of(text)) if reset else number_of(text)
            if not low <= number <= high:
                raise Unreadable(f"{text[:60]!r} lies outside {low:g} to {high:g} %")
            return number

        return parse

    return made


def set_humidity(limits: Callable[[Config], tuple[float, float]]) -> Callable[[Config], Make]:
    """A service that sends the humidity of its data, in whole percent."""

    def made(config: Config) -> Make:
        low, high = config.once(limits)

        def make(entity: Entity, data: Mapping[str, Any]) -> tuple[Any, dict[str, Any]]:
            wanted = round(data["humidity"])
            if not low <= wanted <= high:
                raise CallError("invalid", f"{wanted} lies outside {low:g} to {high:g} %", "humidity")
            return wanted, {"humidity": wanted}

        return make

    return made
