"""Arguments of a command line: `brightness=80`, `options=[1,2]`, `place.room=hall` as data; filters of names."""

from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Annotated, Any

import orjson
import typer

from homeserver.cli.failures import Failure

Arguments = Annotated[
    list[str] | None, typer.Argument(help="Data, each value JSON or text.", metavar="KEY=VALUE...", show_default=False)
]


def read_arguments(texts: list[str], schema: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Each value as JSON where it is JSON, else as text; what `schema` declares as text stays text."""
    data: dict[str, Any] = {}
    properties: Mapping[str, Any] = (schema or {}).get("properties", {})
    for text in texts:
        key, sign, value = text.partition("=")
        if not sign or not key:
            raise Failure(f"{text!r} is no argument: write it as key=value")
        _put(data, key.split("."), text, _value(value, properties.get(key, {})))
    return data


def fits(name: str, pattern: str) -> bool:
    """A pattern with `*`, `?` or `[` covers the whole name; a plain word stands anywhere in it."""
    return fnmatchcase(name, pattern) if set(pattern) & set("*?[") else pattern in name


def _put(data: dict[str, Any], path: list[str], text: str, value: Any) -> None:
    for name in path[:-1]:
        data = data.setdefault(name, {})
        if not isinstance(data, dict):
            raise Failure(f"{text!r}: {name!r} has a value already and cannot have parts")
    data[path[-1]] = value


def _value(text: str, shape: Mapping[str, Any]) -> Any:
    if _kinds(shape) and _kinds(shape) <= {"string", "null"}:
        return text
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return text


def _kinds(shape: Mapping[str, Any]) -> set[str]:
    """The JSON types that a property may have."""
    parts = shape.get("anyOf", [shape])
    return {str(part["type"]) for part in parts if "type" in part}
