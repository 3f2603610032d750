"""Numbers with limits: temperatures, which a device counts in its own unit and people see in the home's; humidity in
percent.

Defaults are those of Home Assistant's documentation of the MQTT climate, water heater and humidifier.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from homeserver.home.component import Make
from homeserver.home.config import Config, Refused
from homeserver.home.entity import Entity
from homeserver.home.measure import nice_step
from homeserver.home.parsing import IGNORED, NONE, Parse, ParseOf, number_of
from homeserver.home.report import Unreadable
from homeserver.topics.call import CallError
from homeserver.topics.record import record
from homeserver.view.units import Conversion, conversion

_UNITS: Final[Mapping[str, str]] = {"C": "°C", "F": "°F"}
HOME_UNITS: Final[Mapping[str, str]] = {"metric": "°C", "us_customary": "°F"}


@record
class Degrees:
    """How a device counts temperatures: its unit, which of them can be set, how fine it is, and in which steps it is
    set where it says so. `shown_in` is the unit of the home."""

    unit: str
    low: float
    high: float
    precision: float
    step: float | None
    shown_in: str
    conversion: Conversion | None

    def rounded(self, degrees: float) -> float:
        """As fine as the device is, and no finer."""
        return round(round(degrees / self.precision) * self.precision, 6)

    def told(self, degrees: float) -> float:
        """A temperature of the device as people see it: no finer than it is, and no less."""
        degrees = self.rounded(degrees)
        if self.conversion is None:
            return degrees
        fine = self.converted(self.precision)
        return round(round(self.conversion.there(degrees) / fine) * fine, 6)

    def sent(self, wanted: float, name: str) -> float:
        """What the device is told; raises `CallError` for what cannot be set, under the name of the datum."""
        low, high = (self.told(self.low), self.told(self.high)) if self.conversion else (self.low, self.high)
        if not low <= wanted <= high:
            raise CallError("invalid", f"{wanted:g} lies outside {low:g} to {high:g} {self.shown_in}", name)
        if self.conversion is None:
            return wanted
        degrees = self.rounded(self.conversion.back(wanted))
        if self.step is not None:
            degrees = round(round(degrees / self.step) * self.step, 6)
        return min(max(degrees, self.low), self.high)

    def converted(self, step: float) -> float:
        """A difference of the device's temperatures as one that people can count with."""
        return step if self.conversion is None else nice_step(step * self.conversion.slope)

    @property
    def shown(self) -> dict[str, Any]:
        low, high = self.told(self.low), self.told(self.high)
        return {
            "min_temp": low,
            "max_temp": high,
            "precision": self.converted(self.precision),
            "temperature_unit": self.shown_in,
        }


def degrees_of(config: Config, low: float, high: float) -> Degrees:
    """`low` and `high` are in °C, for a device that does not say; raises `Refused`."""
    unit = _UNITS.get(config.text("temperature_unit", "C").strip().lstrip("°").upper())
    if unit is None:
        raise Refused(f"`temperature_unit` is {config.get('temperature_unit')!r}: it must be C or F")
    least = config.number("min_temp", in_unit(low, unit), -500, 5000)
    most = config.number("max_temp", in_unit(high, unit), -500, 5000)
    if least > most:
        raise Refused(f"`min_temp` {least:g} is above `max_temp` {most:g}")
    precision = config.number("precision", 0.1 if unit == "°C" else 1.0, 0.001, 100)
    shown_in = HOME_UNITS[config.around.units]
    step = config.maybe_number("temp_step", 0.001, 100) if unit != shown_in else None
    return Degrees(unit, least, most, precision, step, shown_in, conversion("temperature", unit, shown_in))


def in_unit(celsius: float, unit: str) -> float:
    """A temperature in °C as one in `unit`."""
    return celsius if unit == "°C" else round(celsius * 9 / 5 + 32, 1)


def temperature(of: Callable[[Config], Degrees]) -> ParseOf:
    """A temperature that a device reports, in the home's unit."""

    def made(config: Config) -> Parse:
        told = config.once(of).told

        def parse(text: str) -> Any:
            if not text.strip():
                return IGNORED
            return None if text == NONE else told(number_of(text))

        return parse

    return made


def set_temperature(of: Callable[[Config], Degrees], name: str) -> Callable[[Config], Make]:
    """A service that sends the temperature `name` of its data."""

    def made(config: Config) -> Make:
        degrees = config.once(of)

        def make(entity: Entity, data: Mapping[str, Any]) -> tuple[Any, dict[str, Any]]:
            sent = degrees.sent(float(data[name]), name)
            return sent, {name: degrees.told(sent)}

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
