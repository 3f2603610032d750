"""The value that a rendered text stands for: `21.5` is a number, `[1, 2]` a list, `on` remains text.

The rules are those of Home Assistant: https://www.home-assistant.io/docs/configuration/templating/#processing-incoming-data
"""

import re
from ast import literal_eval
from functools import lru_cache
from typing import Any, Final

_MAY_BE_A_VALUE: Final = re.compile(r"[-+.0-9\[({TFN]|set\(\)$")
_NUMBER: Final = re.compile(r"[+-]?(?!0\d)\d*(?:\.\d*)?")
_LONGEST: Final = 16 * 1024
"""Characters; a longer text remains text."""
_MEMORABLE: Final = 512
"""Characters of a text whose value is remembered: of longer ones a device could make us keep hundreds of megabytes."""
_VALUES: Final = (bool, list, dict, tuple, set, type(None))


def native(text: str) -> Any:
    """`text` as the Python value that it spells, or itself."""
    if not _MAY_BE_A_VALUE.match(text) or len(text) > _LONGEST:
        return text
    value = _known_value(text) if len(text) <= _MEMORABLE else _value(text)
    return value.copy() if isinstance(value, list | dict | set) else value


def _value(text: str) -> Any:
    try:
        value = literal_eval(text)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return text
    if isinstance(value, _VALUES) or (isinstance(value, int | float) and _NUMBER.fullmatch(text)):
        return value
    return text


_known_value = lru_cache(maxsize=1024)(_value)
