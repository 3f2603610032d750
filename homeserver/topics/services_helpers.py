"""The services of what the rules own: automations, scripts, and the helpers that people make for themselves."""

import datetime as dates
import re
from collections.abc import Mapping
from typing import Annotated, Any, Final

from pydantic import AfterValidator, Field, model_validator

from homeserver.topics.service import Data, Nothing, Service, Services

_UNITS: Final = {"days": 86_400.0, "hours": 3600.0, "minutes": 60.0, "seconds": 1.0, "milliseconds": 0.001}
_CLOCK: Final = re.compile(r"([+-]?)(\d{1,5}):([0-5]?\d)(?::([0-5]?\d(?:\.\d{1,6})?))?")
_YEAR: Final = 366 * 86_400.0


def lasting(value: Any) -> float:
    """The seconds of `90`, `00:01:30` or `minutes: 1`, below nought too; raises `ValueError`."""
    total = _lasting(value)
    if not -_YEAR <= total <= _YEAR:
        raise ValueError("is longer than a year")
    return total


def _lasting(value: Any) -> float:
    if isinstance(value, str) and (found := _CLOCK.fullmatch(value.strip())):
        total = int(found[2]) * 3600 + int(found[3]) * 60 + float(found[4] or 0)
        return -total if found[1] == "-" else total
    if isinstance(value, Mapping):
        unknown = [unit for unit in value if unit not in _UNITS]
        if unknown or not value:
            raise ValueError(f"must be made of {', '.join(_UNITS)}")
        return sum(float(amount) * _UNITS[unit] for unit, amount in value.items())
    try:
        return float(value)
    except (TypeError, ValueError):
        raise ValueError("must be seconds, 00:05:00 or a mapping such as minutes: 5") from None


def _check(value: Any) -> Any:
    lasting(value)
    return value


Lasting = Annotated[float | str | dict[str, float], AfterValidator(_check)]
"""A length of time as rules write it."""


class AutomationOff(Data):
    """Let a rule react no more. `stop_actions`: end what it is doing, too."""

    stop_actions: bool = True


class AutomationTrigger(Data):
    """Run a rule now. Without `skip_condition` its conditions must hold."""

    skip_condition: bool = True
    variables: dict[str, Any] = Field(default_factory=dict)


class ScriptOn(Data):
    """Begin a script; `variables` are what its fields are given."""

    variables: dict[str, Any] = Field(default_factory=dict)


class HelperNumber(Data):
    """A number within the limits of the helper."""

    value: float


class HelperText(Data):
    """A text of the length and pattern that the helper takes."""

    value: Annotated[str, Field(max_length=255)]


class HelperOption(Data):
    """One of the options of the helper."""

    option: str


class HelperCycle(Data):
    """Whether to go on at the other end after the last option."""

    cycle: bool = True


class HelperOptions(Data):
    """The options that there are from now on."""

    options: Annotated[list[str], Field(min_length=1)]


class HelperMoment(Data):
    """A day, a time of day, both, or a moment; as `datetime`, `timestamp` (seconds since 1970), or `date` and
    `time`."""

    date: dates.date | None = None
    time: dates.time | None = None
    datetime: dates.datetime | None = None
    timestamp: float | None = None

    @model_validator(mode="after")
    def _one_way(self) -> "HelperMoment":
        ways = (self.date is not None or self.time is not None, self.datetime is not None, self.timestamp is not None)
        if sum(ways) != 1:
            raise ValueError("give date or time or both, or datetime, or timestamp")
        return self


class CounterValue(Data):
    """A whole number within the limits of the counter."""

    value: int


class TimerStart(Data):
    """Run for so long; without `duration` for what is left, or for what the timer is made for."""

    duration: Lasting | None = None


class TimerChange(Data):
    """Run longer, or shorter where it is below nought."""

    duration: Lasting


_PRESS: Final = Service(Nothing, "once")
_SWITCH: Final[Services] = {
    "turn_on": Service(Nothing),
    "turn_off": Service(Nothing),
    "toggle": Service(Nothing, "toggle"),
}
HELPERS: Final[Mapping[str, Services]] = {
    "automation": {
        "turn_on": Service(Nothing),
        "turn_off": Service(AutomationOff),
        "toggle": Service(AutomationOff, "toggle"),
        "trigger": Service(AutomationTrigger, "once"),
    },
    "script": {
        "turn_on": Service(ScriptOn, "once"),
        "turn_off": Service(Nothing),
        "toggle": Service(ScriptOn, "toggle"),
    },
    "input_boolean": _SWITCH,
    "input_button": {"press": _PRESS},
    "input_number": {"set_value": Service(HelperNumber), "increment": _PRESS, "decrement": _PRESS},
    "input_text": {"set_value": Service(HelperText)},
    "input_select": {
        "select_option": Service(HelperOption),
        "select_first": Service(Nothing),
        "select_last": Service(Nothing),
        "select_next": Service(HelperCycle, "once"),
        "select_previous": Service(HelperCycle, "once"),
        "set_options": Service(HelperOptions),
    },
    "input_datetime": {"set_datetime": Service(HelperMoment)},
    "counter": {
        "increment": _PRESS,
        "decrement": _PRESS,
        "reset": Service(Nothing),
        "set_value": Service(CounterValue),
    },
    "timer": {
        "start": Service(TimerStart, "once"),
        "pause": Service(Nothing),
        "cancel": Service(Nothing),
        "finish": Service(Nothing),
        "change": Service(TimerChange, "once"),
    },
    "schedule": {},
    "group": _SWITCH,
}
