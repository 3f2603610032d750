"""Text, JSON, bytes and kinds of values in templates, with the names that Home Assistant's users know.

Reference: https://www.home-assistant.io/template-functions/
"""

import base64
import hashlib
import json
import struct
from datetime import date, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

import orjson
from jinja2 import Undefined

from homeserver.topics.names import slug
from homeserver.view import regex
from homeserver.view.bounds import BoundError
from homeserver.view.template_rows import NOTHING, Row, or_default


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
    text = str(value)
    number = int(text[-2:])
    teen = 10 < abs(number) % 100 < 14
    return f"{text}{'th' if teen else {1: 'st', 2: 'nd', 3: 'rd'}.get(abs(number) % 10, 'th')}"


def slugify(value: Any, separator: str = "_") -> str:
    """As the word of an id; an empty text stays empty, and what has no letter or digit is `unknown`."""
    text = str(value)
    made = slug(text)
    if made == "unnamed" and "unnamed" not in text.lower():
        return "unknown" if text else ""
    return made.replace("_", separator)


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


def type_name(value: Any) -> str:
    return type(value).__name__


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
    Row("list", lambda value: isinstance(value, list), "t"),
    Row("set", lambda value: isinstance(value, set), "t"),
    Row("tuple", lambda value: isinstance(value, tuple), "t"),
    Row("datetime", lambda value: isinstance(value, datetime), "t"),
    Row("date", lambda value: isinstance(value, date), "t"),
    Row("timedelta", lambda value: isinstance(value, timedelta), "t"),
    Row("string_like", lambda value: isinstance(value, str | bytes | bytearray), "t"),
    Row("typeof", type_name, "gf"),
    Row("regex_match", regex.match, "f"),
    Row("regex_search", regex.search, "f"),
    Row("regex_replace", regex.replace, "f"),
    Row("regex_findall", regex.findall, "f"),
    Row("regex_findall_index", regex.findall_index, "f"),
    Row("match", regex.match, "t"),
    Row("search", regex.search, "t"),
)
