"""Whether arguments fit a JSON Schema, as far as they are known: what a template decides fits until it is rendered.

For the schemas that workers announce of their calls, which are those of pydantic. They serve for form only: whoever
answers checks again. What a schema says that is not known here is passed over.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from homeserver.rules.reading.problem import nearest
from homeserver.view.templates import Template

Schema = Mapping[str, Any]
Fault = tuple[str, str]
"""The argument at fault (`rows[2].amount`), and what is wrong with it."""
_DEEPEST: Final = 40
_REFERENCE: Final = "#/$defs/"
_KINDS: Final[Mapping[str, Callable[[Any], bool]]] = {
    "string": lambda value: isinstance(value, str),
    "integer": lambda value: (isinstance(value, int) and not isinstance(value, bool)) or _is_whole(value),
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "boolean": lambda value: isinstance(value, bool),
    "array": lambda value: isinstance(value, list | tuple),
    "object": lambda value: isinstance(value, Mapping),
    "null": lambda value: value is None,
}
_NAMES: Final = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "a mapping",
    "null": "nothing",
}
_LIMITS: Final[Mapping[str, tuple[Callable[[Any, Any], bool], str]]] = {
    "minimum": (lambda value, limit: value >= limit, "must be at least {}"),
    "maximum": (lambda value, limit: value <= limit, "must be at most {}"),
    "exclusiveMinimum": (lambda value, limit: value > limit, "must be more than {}"),
    "exclusiveMaximum": (lambda value, limit: value < limit, "must be less than {}"),
}
_SIZES: Final[Mapping[str, tuple[Callable[[int, int], bool], str]]] = {
    "minLength": (lambda size, limit: size >= limit, "must have at least {} characters"),
    "maxLength": (lambda size, limit: size <= limit, "must have at most {} characters"),
    "minItems": (lambda size, limit: size >= limit, "must have at least {} items"),
    "maxItems": (lambda size, limit: size <= limit, "must have at most {} items"),
}


def faults(value: Any, schema: Schema) -> list[Fault]:
    """Everything that is wrong with compiled or rendered arguments."""
    return list(_faults(value, schema, schema, "", 0))


def _is_whole(value: Any) -> bool:
    return isinstance(value, float) and value.is_integer()


def _faults(value: Any, schema: Schema, root: Schema, way: str, depth: int) -> Iterator[Fault]:
    if isinstance(value, Template) or depth > _DEEPEST:
        return
    if "$ref" in schema:
        yield from _faults(value, _referred(schema["$ref"], root), root, way, depth + 1)
        return
    for part in schema.get("allOf", ()):
        yield from _faults(value, part, root, way, depth + 1)
    choices = schema.get("anyOf") or schema.get("oneOf")
    if choices:
        yield from _of_choices(value, choices, root, way, depth)
    if (fault := _plain_fault(value, schema)) is not None:
        yield way, fault
        return
    if isinstance(value, Mapping):
        yield from _of_mapping(value, schema, root, way, depth)
    elif isinstance(value, list | tuple) and isinstance(schema.get("items"), Mapping):
        for number, item in enumerate(value):
            yield from _faults(item, schema["items"], root, f"{way}[{number}]", depth + 1)


def _referred(reference: str, root: Schema) -> Schema:
    found = root.get("$defs", {}).get(reference.removeprefix(_REFERENCE))
    return found if isinstance(found, Mapping) else {}


def _of_choices(value: Any, choices: list[Schema], root: Schema, way: str, depth: int) -> Iterator[Fault]:
    """It must fit one of them; told is what is wrong by the choice that comes nearest."""
    tried = [list(_faults(value, choice, root, way, depth + 1)) for choice in choices]
    if all(tried):
        alike = [found for found in tried if any(len(name) > len(way) for name, _ in found)]
        yield from min(alike or tried, key=len)[:1]


def _plain_fault(value: Any, schema: Schema) -> str | None:
    """What is wrong with the value itself, its parts aside."""
    kinds = schema.get("type")
    names = kinds if isinstance(kinds, list) else [kinds] if isinstance(kinds, str) else []
    if names and not any(_KINDS.get(name, bool)(value) for name in names):
        return f"must be {' or '.join(_NAMES.get(name, name) for name in names)}, not {value!r}"
    if "const" in schema and value != schema["const"]:
        return f"must be {schema['const']!r}, not {value!r}"
    if "enum" in schema and value not in schema["enum"]:
        known = [str(option) for option in schema["enum"]]
        return f"must be one of {', '.join(known)}, not {value!r}{nearest(str(value), known)}"
    return _size_fault(value, schema)


def _size_fault(value: Any, schema: Schema) -> str | None:
    if isinstance(value, int | float) and not isinstance(value, bool):
        for name, (fits, text) in _LIMITS.items():
            if name in schema and not fits(value, schema[name]):
                return f"{text.format(schema[name])}, not {value!r}"
    if isinstance(value, str | list | tuple):
        for name, (enough, text) in _SIZES.items():
            of_this = name in schema and name.endswith("Length") == isinstance(value, str)
            if of_this and not enough(len(value), schema[name]):
                return text.format(schema[name])
    if isinstance(value, str) and "pattern" in schema and not _matches(schema["pattern"], value):
        return f"must look like {schema['pattern']}, not {value!r}"
    return None


def _matches(pattern: str, value: str) -> bool:
    try:
        return re.search(pattern, value) is not None
    except re.error:
        return True


def _of_mapping(value: Mapping[Any, Any], schema: Schema, root: Schema, way: str, depth: int) -> Iterator[Fault]:
    known: Mapping[str, Schema] = schema.get("properties", {})
    for name in schema.get("required", ()):
        if name not in value:
            yield way, f"needs {name}"
    others = schema.get("additionalProperties", True)
    for name, part in value.items():
        here = f"{way}.{name}" if way else str(name)
        if name in known:
            yield from _faults(part, known[name], root, here, depth + 1)
        elif others is False:
            has = f"; it has {', '.join(known)}" if known else "; it takes nothing"
            yield here, f"is not known{nearest(str(name), known) or has}"
        elif isinstance(others, Mapping):
            yield from _faults(part, others, root, here, depth + 1)
