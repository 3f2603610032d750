"""The way of a number from its device to people and back: unit, calibration, and as many digits as mean something.

A converted value keeps every digit that its device gave: turned back and rounded as the device rounds, it is what the
device said. What is shown of it is for the clients, by `display_precision`.
"""

from collections.abc import Callable
from functools import lru_cache
from math import floor, isfinite, log10
from typing import Final

from homeserver.home.config import Config
from homeserver.home.tuning import Tuning
from homeserver.home.unit_systems import home_unit
from homeserver.topics.record import record
from homeserver.view.units import Conversion, Unit, conversion

_MOST_DIGITS: Final = 15
_LARGE: Final = 1e15
_TURNED: Final = 6
"""Digits behind the point of a state that is turned without its device."""
_NICE: Final = (1.0, 2.0, 5.0, 10.0)


@record
class Measure:
    """`unit` is what people see. Without a `conversion` values pass as they come."""

    unit: Unit
    native: Unit
    conversion: Conversion | None = None
    digits: int = 0
    """What a calibration needs behind the point."""

    def written(self, text: str) -> str:
        """A device's number as people see it; raises `ValueError` where it cannot be converted."""
        assert self.conversion is not None
        return self.spelled(self.conversion.there(float(text)), decimals(text))

    def spelled(self, value: float, fine: int) -> str:
        """A converted value of a device that gives `fine` digits behind the point; raises `ValueError`."""
        assert self.conversion is not None
        return number_text(value, max(digits_for(self.conversion.slope, fine), self.digits))


def decimals(text: str) -> int:
    """How many digits a number has behind the point."""
    mantissa, _, power = text.strip().lower().partition("e")
    return max(0, len(mantissa.partition(".")[2]) - int(power or 0))


@lru_cache(maxsize=1024)
def digits_for(slope: float, fine: int) -> int:
    """How many digits a converted value needs so that none of the `fine` ones is lost."""
    finer = fine - log10(abs(slope)) if slope else fine + 1
    return min(max(0, floor(finer) + 1), _MOST_DIGITS)


def number_text(value: float, digits: int) -> str:
    """A number with at most so many digits behind the point; raises `ValueError` for one that is not finite."""
    if not isfinite(value):
        raise ValueError("it is no finite number")
    if abs(value) >= _LARGE:
        return repr(value)
    text = f"{value:.{digits}f}"
    text = text.rstrip("0").rstrip(".") if digits else text
    return "0" if text == "-0" else text


def nice_step(step: float) -> float:
    """The largest of 1, 2, 5, 10, 20 ... 0.5, 0.2 that is not above a step."""
    power = floor(log10(step) + 1e-9)
    found = max(nice for nice in _NICE if nice <= step / 10.0**power * (1 + 1e-9))
    return float(f"{found * 10.0**power:.6g}")


def measure_of(config: Config, domain: str) -> Measure:
    """By what the device says, what the home takes and what people set; a unit that does not fit counts for nothing."""
    device_class, unit = config.maybe_text("device_class"), config.maybe_text("unit_of_measurement")
    tuning = config.tuning
    shown = home_unit(config.around.units, device_class, unit)
    if domain != "sensor" and device_class != "temperature":
        shown = unit  # the ranges of other numbers are made for their own unit
    if tuning.unit is not None and (tuning.unit == unit or fitting_conversion(domain, device_class, unit, tuning.unit)):
        shown = tuning.unit
    made = conversion(device_class, unit, shown)
    if domain != "sensor":
        return Measure(shown, unit, made)
    return Measure(shown, unit, _calibrated(made, tuning), decimals(repr(tuning.offset)) if tuning.offset else 0)


def fitting_conversion(domain: str, device_class: str | None, unit: Unit, other: Unit) -> Conversion | None:
    """None where a value cannot be shown in the other unit: of a number that is set, all values are as far apart."""
    made = conversion(device_class, unit, other)
    return made if made is not None and (made.slope or domain == "sensor") else None


def decimals_shown(config: Config) -> int | None:
    """How many digits of a sensor's value are shown: what people set, else what its maker proposes for its own unit."""
    proposed = config.maybe_number("suggested_display_precision", 0, 20)
    if config.tuning.precision is not None or proposed is None:
        return config.tuning.precision
    made = config.once(measure_of, "sensor").conversion
    more = -log10(abs(made.slope)) if made is not None and made.slope else 0.0
    return min(max(0, int(proposed) + round(more)), _MOST_DIGITS)


def _calibrated(made: Conversion | None, tuning: Tuning) -> Conversion | None:
    """The conversion with what people add to it."""
    factor, offset = tuning.factor, tuning.offset
    if factor == 1.0 and not offset:
        return made
    if made is None:
        return Conversion(lambda value: value * factor + offset, lambda value: (value - offset) / factor, factor)
    there, back = made.there, made.back
    return Conversion(
        lambda value: there(value) * factor + offset, lambda value: back((value - offset) / factor), made.slope * factor
    )


def turned(text: str, back: Callable[[float], float] | None, there: Callable[[float], float] | None) -> str | None:
    """A state that was said in one way as it is said in another; None where that cannot be. What is no number stays."""
    try:
        value = float(text)
    except ValueError:
        return text
    try:
        value = back(value) if back is not None else value
        return number_text(there(value) if there is not None else value, _TURNED)
    except (ValueError, ArithmeticError):
        return None
