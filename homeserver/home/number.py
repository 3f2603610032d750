"""Numbers that people set: in the unit of the home, told to the device in its own.

Facts: Home Assistant's documentation of the MQTT number.
"""

from collections.abc import Mapping
from typing import Any, Final

from homeserver.home.component import Component, Make, Reads, Sends
from homeserver.home.config import Config, Refused
from homeserver.home.entity import Entity
from homeserver.home.measure import Measure, decimals, measure_of, nice_step
from homeserver.home.parsing import IGNORED, NONE, Parse, number_of
from homeserver.home.report import Unreadable
from homeserver.home.values import text_of
from homeserver.topics.call import CallError
from homeserver.topics.record import record

_FARTHEST: Final = 1e200
"""Of what is larger, another unit might make what no number is."""
_FINEST: Final = 2
"""Digits that a device is taken to know at least, where its numbers are converted."""


@record
class Span:
    """What a device takes, in its own unit; `given`: whether it names its step. `fine`: its digits behind the point."""

    low: float
    high: float
    step: float
    given: bool
    measure: Measure
    fine: int

    def told(self, number: float) -> str:
        """A number of the device as people see it; raises `ValueError`."""
        if self.measure.conversion is None:
            return text_of(number)
        return self.measure.spelled(self.measure.conversion.there(number), self.fine)

    def shown(self, number: float) -> float:
        """The same as a number."""
        return number if self.measure.conversion is None else float(self.told(number))

    @property
    def shown_step(self) -> float:
        slope = self.measure.conversion.slope if self.measure.conversion else 0.0
        return nice_step(abs(self.step * slope)) if slope else self.step

    def sent(self, wanted: float) -> float:
        """What the device is told; raises `CallError` for what it does not take."""
        low, high = sorted((self.shown(self.low), self.shown(self.high)))
        if not low <= wanted <= high:
            raise CallError("invalid", f"{wanted:g} lies outside {low:g} to {high:g}", "value")
        if self.measure.conversion is None:
            return wanted
        number = self.measure.conversion.back(wanted)
        if self.given:
            number = self.low + round((number - self.low) / self.step) * self.step
        return min(max(round(number, self.fine), self.low), self.high)


def _limits(config: Config) -> tuple[float, float]:
    """`min` and `max` of a number entity."""
    low, high = config.number("min", 1.0, -_FARTHEST, _FARTHEST), config.number("max", 100.0, -_FARTHEST, _FARTHEST)
    if low > high:
        raise Refused(f"`min` {low:g} is above `max` {high:g}")
    return low, high


def _span(config: Config) -> Span:
    low, high = _limits(config)
    step, given = config.number("step", 1.0, 0.001, _FARTHEST), config.has("step")
    fine = max(_FINEST, decimals(repr(step)) if given else 0)
    return Span(low, high, step, given, config.once(measure_of, "number"), fine)


def _reported(config: Config) -> Parse:
    """A number within `min` and `max`; `payload_reset` makes it unknown."""
    span = config.once(_span)
    reset = config.text("payload_reset", NONE)
    converted = span.measure.conversion is not None

    def parse(text: str) -> Any:
        if not text:
            return IGNORED
        if text == reset:
            return None
        number = number_of(text)
        if not span.low <= number <= span.high:
            raise Unreadable(f"{text[:60]!r} lies outside {span.low:g} to {span.high:g}")
        if converted:
            return span.told(number)
        return str(int(number)) if number.is_integer() and "." not in text else str(number)

    return parse


def _set_value(config: Config) -> Make:
    span = config.once(_span)

    def make(entity: Entity, data: Mapping[str, Any]) -> tuple[Any, dict[str, Any]]:
        number = span.sent(float(data["value"]))
        sent = int(number) if number.is_integer() else number
        return sent, {"state": span.told(sent)}

    return make


def _shows(config: Config) -> dict[str, Any]:
    span = config.once(_span)
    low, high = sorted((span.shown(span.low), span.shown(span.high)))
    mode = config.word("mode", "auto", ("auto", "box", "slider"))
    shown: dict[str, Any] = {"min": low, "max": high, "step": span.shown_step, "mode": mode}
    digits = config.tuning.precision
    return shown if digits is None else shown | {"display_precision": digits}


NUMBER: Final = Component(
    domain="number",
    names="Number",
    needs=("command_topic",),
    reads=(Reads("state_topic", "value_template", _reported),),
    services={"set_value": Sends(_set_value)},
    shows=_shows,
)
