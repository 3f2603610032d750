"""Text, lists and JSON in templates, with the names that Home Assistant's users know.

Reference: https://www.home-assistant.io/template-functions/
"""

import base64
import hashlib
import json
import random
import struct
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

import orjson
from jinja2 import Undefined

from homeserver.topics.names import slug
from homeserver.view import regex
from homeserver.view.bounds import BoundError
from homeserver.view.template_rows import NOTHING, Row, or_default, unfit

_DEEPEST: Final = 50


def is_defined(value: Any) -> Any:
    """The value; an undefined one ends the rendering."""
    if isinstance(value, Undefined):
        value()
    return value


def iif(value: Any, if_true: Any = True, if_false: Any = False, if_none: Any = NOTHING) -> Any:
    if value is None and if_none is not NOTHING:
        return if_none
    return if_true if value else if_false


def from_json(value: Any, default: Any = NOTHING) -> Any:
    return or_default("from_json", lambda: orjson.loads(value), value, default)


def to_json(value: Any, ensure_ascii: bool = False, pretty_print: bool = False, sort_keys: bool = False) -> str:
    if ensure_ascii:
        return json.dumps(value, indent=2 if pretty_print else None, sort_keys=sort_keys)
    option = orjson.OPT_NON_STR_KEYS | orjson.OPT_PASSTHROUGH_DATACLASS
    option |= orjson.OPT_INDENT_2 if pretty_print else 0
    option |= orjson.OPT_SORT_KEYS if sort_keys else 0
    return orjson.dumps(value, option=option).decode()


def ordinal(value: Any) -> str:
    """`1` -> `1st`."""
    number = int(value)
    teen = 10 < abs(number) % 100 < 14
    return f"{value}{'th' if teen else {1: 'st', 2: 'nd', 3: 'rd'}.get(abs(number) % 10, 'th')}"


def slugify(value: Any, separator: str = "_") -> str:
    return slug(str(value)).replace("_", separator)


def encode_base64(value: Any) -> str:
    return base64.b64encode(value if isinstance(value, bytes) else str(value).encode()).decode()


def decode_base64(value: Any, encoding: str | None = "utf-8") -> Any:
    decoded = base64.b64decode(value)
    return decoded.decode(encoding) if encoding else decoded


def _digest(name: str) -> Row:
    return Row(name, lambda value: hashlib.new(name, str(value).encode(), usedforsecurity=False).hexdigest(), "gf")


def pack(value: Any, format_string: str) -> bytes | None:
    """Bytes of one number, or None where it does not fit the format."""
    try:
        return struct.pack(_one_number(format_string), value)
    except struct.error:
        return None


def unpack(value: bytes, format_string: str, offset: int = 0) -> Any:
    """The first number in the bytes, or None where they do not fit the format."""
    try:
        return struct.unpack_from(_one_number(format_string), value, offset)[0]
    except struct.error:
        return None


def _one_number(format_string: str) -> str:
    if len(format_string) > 8 or sum(c.isdigit() for c in format_string) > 2:
        raise BoundError(f"{format_string!r} packs more than one number")
    return format_string


def flatten(value: Any, levels: int = _DEEPEST) -> list[Any]:
    """Lists inside lists as one list, at most `levels` deep."""
    found: list[Any] = []
    for item in _items("flatten", value):
        if isinstance(item, Iterable) and not isinstance(item, str | Mapping) and levels > 0:
            found.extend(flatten(item, levels - 1))
        else:
            found.append(item)
    return found


def shuffle(*values: Any, seed: Any = None) -> list[Any]:
    mixed = list(values[0] if len(values) <= 2 and not isinstance(values[0], str | int | float) else values)
    random.Random(seed or (values[1] if len(values) == 2 else None)).shuffle(mixed)
    return mixed


def combine(*parts: Any, recursive: bool = False) -> dict[Any, Any]:
    """Dictionaries laid over each other; the last one wins."""
    made: dict[Any, Any] = {}
    for part in parts:
        if not isinstance(part, Mapping):
            raise TypeError(f"combine needs dictionaries, not {type(part).__name__}")
        for key, value in part.items():
            both = recursive and isinstance(value, Mapping) and isinstance(made.get(key), Mapping)
            made[key] = combine(made[key], value, recursive=True) if both else value
    return made


def _items(name: str, value: Any) -> Iterable[Any]:
    if isinstance(value, str) or not isinstance(value, Iterable):
        raise TypeError(f"{name} needs a list, not {type(value).__name__}")
    return value


def _of_sets(name: str, function: Callable[[set[Any], set[Any]], set[Any]]) -> Row:
    def work(value: Any, other: Any) -> list[Any]:
        found = function(set(_items(name, value)), set(_items(name, other)))
        return [item for item in dict.fromkeys((*value, *other)) if item in found]

    return Row(name, work, "gf")


def zipped(*lists: Any) -> list[tuple[Any, ...]]:
    return list(zip(*lists, strict=False))


def contains(value: Any, item: Any) -> bool:
    return item in value


def apply(value: Any, function: Any, *args: Any, **named: Any) -> Any:
    return function(value, *args, **named)


def type_name(value: Any) -> str:
    return type(value).__name__


def version_parts(value: Any) -> tuple[int, ...]:
    """`2024.10.1` as numbers that compare rightly."""
    numbers = regex.findall(str(value).split("-")[0], r"[0-9]{1,9}")
    if not numbers:
        unfit("version", value)
    return tuple(int(number) for number in numbers)


ROWS: Final = (
    Row("is_defined", is_defined, "f"),
    Row("iif", iif, "gf"),
    Row("from_json", from_json, "f"),
    Row("to_json", to_json, "f"),
    Row("ord", ord, "f"),
    Row("ordinal", ordinal, "f"),
    Row("slugify", slugify, "gf"),
    Row("urlencode", lambda value: urlencode(value), "g"),
    Row("base64_encode", encode_base64, "f"),
    Row("base64_decode", decode_base64, "f"),
    Row("from_hex", lambda value: bytes.fromhex(value), "f"),
    *(_digest(name) for name in ("md5", "sha1", "sha256", "sha512")),
    Row("pack", pack, "gf"),
    Row("unpack", unpack, "gf"),
    Row("flatten", flatten, "gf"),
    Row("shuffle", shuffle, "gf"),
    Row("combine", combine, "gf"),
    _of_sets("intersect", lambda left, right: left & right),
    _of_sets("difference", lambda left, right: left - right),
    _of_sets("union", lambda left, right: left | right),
    _of_sets("symmetric_difference", lambda left, right: left ^ right),
    Row("set", lambda value=(): set(value), "g"),
    Row("tuple", lambda value=(): tuple(value), "g"),
    Row("list", lambda value: isinstance(value, list), "t"),
    Row("set", lambda value: isinstance(value, set), "t"),
    Row("tuple", lambda value: isinstance(value, tuple), "t"),
    Row("datetime", lambda value: isinstance(value, datetime), "t"),
    Row("date", lambda value: isinstance(value, date), "t"),
    Row("timedelta", lambda value: isinstance(value, timedelta), "t"),
    Row("string_like", lambda value: isinstance(value, str | bytes), "t"),
    Row("zip", zipped, "g"),
    Row("contains", contains, "ft"),
    Row("apply", apply, "gft"),
    Row("typeof", type_name, "gf"),
    Row("version", version_parts, "gf"),
    Row("regex_match", regex.match, "f"),
    Row("regex_search", regex.search, "f"),
    Row("regex_replace", regex.replace, "f"),
    Row("regex_findall", regex.findall, "f"),
    Row("regex_findall_index", regex.findall_index, "f"),
    Row("match", regex.match, "t"),
    Row("search", regex.search, "t"),
)
