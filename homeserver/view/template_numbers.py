"""Numbers in templates, with the names and the defaults that Home Assistant's users know.

Reference: https://www.home-assistant.io/template-functions/
"""

import math
import random
import statistics
from collections.abc import Iterable
from typing import Any, Final

from jinja2 import Environment, Undefined, pass_context, pass_environment
from jinja2.filters import do_int, do_max, do_min
from jinja2.runtime import Context

from homeserver.view.template_rows import NOTHING, Row, or_default, unfit

_TRUE: Final = frozenset({"1", "true", "yes", "on", "enable"})
_FALSE: Final = frozenset({"0", "false", "no", "off", "disable"})


def to_float(value: Any, default: Any = NOTHING) -> Any:
    try:
        return float(value)
    except (ValueError, TypeError):
        if default is NOTHING:
            unfit("float", value)
        return default


def to_int(value: Any, default: Any = NOTHING, base: int = 10) -> Any:
    made: Any = do_int(value, default=default, base=base)
    if made is NOTHING:
        unfit("int", value)
    return made


def to_bool(value: Any, default: Any = NOTHING) -> Any:
    if isinstance(value, bool | int | float):
        return bool(value)
    word = str(value).strip().lower()
    if word in _TRUE or word in _FALSE:
        return word in _TRUE
    if default is NOTHING:
        unfit("bool", value)
    return default


def is_number(value: Any) -> bool:
    """Whether the value can be read as a finite number."""
    try:
        return not isinstance(value, Undefined) and math.isfinite(float(value))
    except (ValueError, TypeError):
        return False


def rounded(value: Any, precision: int = 0, method: str = "common", default: Any = NOTHING) -> Any:
    """`method` is common, ceil, floor or half; without precision a whole number."""

    def work() -> Any:
        number, scale = float(value), float(10**precision)
        match method:
            case "ceil":
                number = math.ceil(number * scale) / scale
            case "floor":
                number = math.floor(number * scale) / scale
            case "half":
                number = round(number * 2) / 2
            case _:
                number = round(number, precision)
        return int(number) if precision == 0 else number

    return or_default("round", work, value, default)


def add(value: Any, amount: Any, default: Any = NOTHING) -> Any:
    return or_default("add", lambda: float(value) + amount, value, default)


def multiply(value: Any, amount: Any, default: Any = NOTHING) -> Any:
    return or_default("multiply", lambda: float(value) * amount, value, default)


def logarithm(value: Any, base: Any = math.e, default: Any = NOTHING) -> Any:
    return or_default("log", lambda: math.log(float(value), float(base)), value, default)


def _of_one(name: str, function: Any) -> Row:
    def work(value: Any, default: Any = NOTHING) -> Any:
        return or_default(name, lambda: function(float(value)), value, default)

    return Row(name, work, "gf")


def atan2(*values: Any, default: Any = NOTHING) -> Any:
    """Of two numbers or of a pair; a default may follow."""
    parts = values
    if isinstance(values[0], list | tuple):
        parts, rest = tuple(values[0]), values[1:]
    else:
        rest = values[2:]
    if rest and default is NOTHING:
        default = rest[0]
    return or_default("atan2", lambda: math.atan2(float(parts[0]), float(parts[1])), values, default)


def _of_many(name: str, function: Any) -> Row:
    """A statistic of a list, or of several arguments; after a list a default may follow."""

    def work(*values: Any, default: Any = NOTHING) -> Any:
        if not values:
            raise TypeError(f"{name} needs a list or numbers")
        numbers = values
        if isinstance(values[0], Iterable):
            numbers = () if isinstance(values[0], str) else tuple(values[0])  # a text is no list of letters
            if len(values) > 1 and default is NOTHING:
                default = values[1]
        return or_default(name, lambda: function(numbers), values, default)

    return Row(name, work, "gf")


def _extreme(name: str, function: Any) -> Row:
    """`min` and `max` as functions: of a list or of several arguments, text without regard to case."""

    @pass_environment
    def work(environment: Environment, *values: Any, **named: Any) -> Any:
        if len(values) == 1 and not isinstance(values[0], Iterable):
            raise TypeError(f"{name} needs a list or more than one number")
        return function(environment, values[0] if len(values) == 1 else values, **named)

    return Row(name, work, "g")


def clamp(value: Any, lowest: Any, highest: Any) -> float:
    return max(float(lowest), min(float(highest), float(value)))


def wrap(value: Any, lowest: Any, highest: Any) -> float:
    """`value` brought into [lowest, highest) by whole turns, as degrees are."""
    start, turn = float(lowest), float(highest) - float(lowest)
    return start if turn == 0 else (float(value) - start) % turn + start


def remap(
    value: Any, in_min: Any, in_max: Any, out_min: Any, out_max: Any, *, steps: int = 0, edges: str = "none"
) -> float:
    """`value` out of one range as it would stand in another; `edges` is none, clamp, wrap or mirror."""
    number, low, high = float(value), float(in_min), float(in_max)
    if edges == "clamp":
        number = max(low, min(high, number))
    elif edges in ("wrap", "mirror"):
        if low == high:
            raise ValueError("remap: in_min and in_max are the same")
        turns, left = divmod(number - low, high - low)
        number = low + (high - low - left if edges == "mirror" and (turns < 0 or turns % 2) else left)
    start, end = float(out_min), float(out_max)
    if steps <= 0 and (low, high) == (start, end):
        return number
    part = (number - low) / (high - low)
    if steps > 0:
        part = round(part * steps) / steps
    return start + part * (end - start)


@pass_context
def chosen_at_random(context: Context, values: Any) -> Any:
    return random.choice(list(values))


ROWS: Final = (
    Row("float", to_float, "gf"),
    Row("int", to_int, "gf"),
    Row("bool", to_bool, "gf"),
    Row("is_number", is_number, "gft"),
    Row("round", rounded, "f"),
    Row("add", add, "f"),
    Row("multiply", multiply, "f"),
    Row("log", logarithm, "gf"),
    *(_of_one(name, getattr(math, name)) for name in ("sin", "cos", "tan", "asin", "acos", "atan", "sqrt")),
    Row("atan2", atan2, "gf"),
    _of_many("average", statistics.fmean),
    _of_many("median", statistics.median),
    _of_many("statistical_mode", statistics.mode),
    _extreme("min", do_min),
    _extreme("max", do_max),
    Row("clamp", clamp, "gf"),
    Row("wrap", wrap, "gf"),
    Row("remap", remap, "gf"),
    Row("bitwise_and", lambda first, second: first & second, "gf"),
    Row("bitwise_or", lambda first, second: first | second, "gf"),
    Row("bitwise_xor", lambda first, second: first ^ second, "gf"),
    Row("random", chosen_at_random, "f"),
    Row("e", math.e, "g"),
    Row("pi", math.pi, "g"),
    Row("tau", math.tau, "g"),
    Row("inf", math.inf, "g"),
)
