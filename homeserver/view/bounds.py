"""How large a value may become inside a template, and which built-in functions could make one larger than that.

Everything that a template makes is weighed: a character or digit weighs 1, an element of a list 16. What is no heavier
than `LIMIT` can be copied, compared or printed in about a millisecond, so a bounded number of steps takes bounded time.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from jinja2.environment import TemplateModule
from jinja2.utils import Namespace

LIMIT: Final = 256 * 1024
"""Weight of the heaviest value that a template may make."""
ELEMENT: Final = 16
RANGE: Final = 10_000
DIGITS: Final = 4096
"""Bits of the largest whole number."""
MOMENT: Final = 500
"""Characters of a time's form."""
_SCALARS: Final = frozenset({int, float, bool, type(None)})
_REPEATED: Final = (str, bytes, list, tuple)
"""What `*` repeats."""
_CONTAINERS: Final = (list, tuple, set, frozenset)
_PERCENT: Final = re.compile(r"%(?:\([^)]*\))?[-#0 +]*([0-9*]*)(?:\.([0-9*]*))?")
_BRACES: Final = re.compile(r"\{[^{}]*(?:\{|[0-9]{4})")


class BoundError(Exception):
    """A template tried to do more than it may; the text says what, and what to do instead."""


def weight(value: Any) -> int:
    """What `value` weighs, its contents included; counts no further than `LIMIT`."""
    total = ELEMENT
    inside: list[Any] = [(value,)]
    while inside and total <= LIMIT:
        parts = inside.pop()
        total += ELEMENT * len(parts)
        for part in parts:
            kind = type(part)
            if kind is str:
                total += len(part)
            elif kind is int:
                total += part.bit_length() >> 2
            elif kind in _SCALARS:
                continue
            elif kind is list or kind is tuple:  # these five are nearly all; what follows looks longer
                inside.append(part)
            elif kind is dict:
                inside += (part.keys(), part.values())
            elif isinstance(part, str | bytes):
                total += len(part)
            elif isinstance(part, Mapping):
                inside += (part.keys(), part.values())
            elif isinstance(part, _CONTAINERS):
                inside.append(part)
            elif kind is range:
                total += ELEMENT * len(part)
            elif kind is Namespace:
                raise BoundError("a namespace cannot be printed or put into a list: use its members")
            elif kind is TemplateModule:
                raise BoundError("an imported file cannot be printed or put into a list: use its macros")
    return total


def checked_weight(value: Any) -> int:
    """What `value` weighs; raises `BoundError` where that is more than `LIMIT`."""
    total = weight(value)
    if total > LIMIT:
        raise BoundError(f"a value became larger than {LIMIT // 1024} KiB: work on less at a time")
    return total


def sized(value: Any) -> Any:
    """`value`, if it is not too heavy."""
    if type(value) not in _SCALARS and type(value) is not Namespace:
        checked_weight(value)
    return value


def limit(amount: float, what: str) -> None:
    """Refuse before the fact what would become larger than `LIMIT`."""
    if amount > LIMIT:
        raise BoundError(f"{what} would make more than {LIMIT // 1024} KiB: use smaller numbers or shorter text")


# -- operators


def multiply(left: Any, right: Any) -> Any:
    """`*`, with text, lists and whole numbers bounded."""
    if isinstance(left, int) and isinstance(right, int):
        if left.bit_length() + right.bit_length() > DIGITS:
            raise BoundError("`*` would make a number of more than a thousand digits")
    elif isinstance(left, int) and isinstance(right, _REPEATED):
        limit(weight(right) * left, "`*`")
    elif isinstance(right, int) and isinstance(left, _REPEATED):
        limit(weight(left) * right, "`*`")
    return left * right


def power(left: Any, right: Any) -> Any:
    """`**`, bounded."""
    if isinstance(left, int) and isinstance(right, int) and left.bit_length() * abs(right) > DIGITS:
        raise BoundError("`**` would make a number of more than a thousand digits")
    return left**right


def modulo(left: Any, right: Any) -> Any:
    """`%`, whose text form is a formatting."""
    if isinstance(left, str | bytes):
        check_percent(left, right)
    return sized(left % right)


def add(left: Any, right: Any) -> Any:
    """`+`, bounded."""
    return sized(left + right)


OPERATORS: Final[Mapping[str, Callable[[Any, Any], Any]]] = {"*": multiply, "**": power, "%": modulo, "+": add}


# -- text


def check_percent(pattern: Any, values: Any) -> None:
    """`'%5d' % values`: no width of more than three digits, none taken from the values."""
    text = pattern if isinstance(pattern, str) else str(pattern)
    fields = _PERCENT.findall(text)
    if any("*" in part or len(part) > 3 for field in fields for part in field):
        raise BoundError("a format may have widths of at most 999")
    limit(len(text) + len(fields) * (1000 + weight(values)), "the format")


def check_braces(pattern: str, values: Any) -> None:
    """`'{:5}'.format(values)`: the same."""
    if _BRACES.search(pattern.replace("{{", "")):
        raise BoundError("a format may have widths of at most 999, and none inside another")
    limit(len(pattern) + pattern.count("{") * (1000 + weight(values)), "the format")


def _number(value: Any) -> int:
    return abs(value) if isinstance(value, int) else 0


def check_width(text: Any, *numbers: Any) -> None:
    for number in numbers:
        limit(_number(number), "the width")


def check_indent(text: Any, width: Any = 4, *_: Any, **__: Any) -> None:
    step = len(width) if isinstance(width, str) else _number(width)
    limit(step * (str(text).count("\n") + 1), "indent")


def check_count(values: Any, count: Any = 0, *_: Any, **__: Any) -> None:
    if _number(count) > RANGE:
        raise BoundError(f"at most {RANGE} parts can be made")


def check_digits(value: Any, precision: Any = 0, *_: Any, **__: Any) -> None:
    if _number(precision) > 15:
        raise BoundError("a number has at most 15 decimals")


def check_replace(text: Any, old: Any = "", new: Any = "", *_: Any, **__: Any) -> None:
    found = str(text).count(str(old))
    limit(weight(text) + found * len(str(new)), "replace")


def check_join(values: Any, by: Any = "", *_: Any, **__: Any) -> None:
    count = len(values) if hasattr(values, "__len__") else RANGE
    limit(count * len(str(by)), "join")


def check_wordwrap(text: Any, width: Any = 79, _: Any = True, wrapstring: Any = "", *__: Any, **___: Any) -> None:
    limit(len(str(text)) * (1 + len(str(wrapstring or ""))), "wordwrap")


def check_moment(*texts: Any) -> None:
    """Forms of times: Python's grow with each letter, and are searched letter by letter."""
    if any(isinstance(text, str) and len(text) > MOMENT for text in texts):
        raise BoundError(f"the form of a time has at most {MOMENT} characters")


def check_format(pattern: Any, *values: Any, **named: Any) -> None:
    check_percent(pattern, values or named)


def check_json(value: Any, *numbers: Any, **named: Any) -> None:
    limit(weight(value) * (1 + max(map(_number, (*numbers, *named.values())), default=0)), "the indentation")


FILTERS: Final[Mapping[str, Callable[..., None]]] = {
    "batch": check_count,
    "center": check_width,
    "format": check_format,
    "indent": check_indent,
    "join": check_join,
    "replace": check_replace,
    "round": check_digits,
    "slice": check_count,
    "tojson": check_json,
    "truncate": check_width,
    "wordwrap": check_wordwrap,
}
"""What a filter is checked with before it runs; the others make nothing much larger than what they are given."""


def _check_method_join(text: Any, values: Any = (), *_: Any) -> None:
    check_join(values, text)


def _check_expandtabs(text: Any, size: Any = 8, *_: Any, tabsize: Any = 8) -> None:
    limit(len(text) * max(_number(size), _number(tabsize)), "expandtabs")


METHODS: Final[Mapping[str, Callable[..., None]]] = {
    "center": check_width,
    "expandtabs": _check_expandtabs,
    "join": _check_method_join,
    "ljust": check_width,
    "replace": check_replace,
    "rjust": check_width,
    "zfill": check_width,
}
"""The same for methods of text."""
REFUSED_METHODS: Final = frozenset({"translate", "maketrans", "to_bytes", "from_bytes", "fromhex", "format_map"})
_PLAIN_BYTES: Final = frozenset({"decode", "hex", "startswith", "endswith", "count", "find", "index", "strip"})


def check_method(method: Any, args: tuple[Any, ...], named: Mapping[str, Any]) -> None:
    """Check a call of a built-in method, such as `'x'.center(9)`."""
    owner, name = method.__self__, method.__name__
    if name in REFUSED_METHODS or (isinstance(owner, bytes) and name not in _PLAIN_BYTES):
        raise BoundError(f"templates cannot use .{name}()")
    if isinstance(owner, str) and (check := METHODS.get(name)) is not None:
        check(owner, *args, **named)
    elif name in ("strftime", "strptime"):
        check_moment(*args, *named.values())
