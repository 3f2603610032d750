"""A JSON Schema of files of tests for editors: the keys and steps that `rule_test` and `layout` read."""

from typing import Any, Final

from homeserver.rules.reading.durations import UNITS
from homeserver.rules.testing.rule_test import BEGIN, BESIDE, STEPS

Schema = dict[str, Any]
_ANY: Final[Schema] = {}
_WORD: Final[Schema] = {"type": ["string", "number", "boolean"]}
_WORDS: Final[Schema] = {"anyOf": [_WORD, {"type": "array", "items": _WORD}, {"type": "null"}]}
_ENTITY: Final[Schema] = {"pattern": r"^[a-z0-9_]+\.[a-z0-9_]+$"}
_DURATION: Final[Schema] = {
    "anyOf": [
        {"type": ["number", "string"]},
        {"type": "object", "propertyNames": {"enum": list(UNITS)}},
    ]
}


def schema_of_tests() -> Schema:
    """The schema of a whole file; draft 2020-12."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Tests of rules of homeserver",
        "type": ["array", "null"],
        "items": _test(),
    }


def _test() -> Schema:
    properties: Schema = {
        "test": {**_WORD, "description": "What it shows, in a sentence"},
        "note": _ANY,
        "at": {"type": "string", "description": f"When it begins; {BEGIN} if left out"},
        "rules": {**_WORDS, "description": "The rules that take part; all of the file beside it if left out"},
        "given": _states(),
        "where": _by_id(_spot("area", "device", "labels"), _ENTITY),
        "devices": _by_id(_spot("area", "labels"), _ANY),
        "floors": _by_id(_WORDS, _ANY),
        "when": _one_or_many({"anyOf": [_step(kind) for kind in STEPS]}),
        "then": _one_or_many(_expected()),
        "answers": {"type": ["object", "null"], "description": "What a service that nobody answers here says"},
        "said": {**_WORDS, "description": "What the home answers to the sentences, in order; anything if left out"},
        "obeys": {"type": ["boolean", "string"], "description": "Whether entities do as they are told"},
    }
    return {"type": "object", "properties": properties, "required": ["test", "then"], "additionalProperties": False}


def _step(kind: str) -> Schema:
    value = {"set": _states(), "wait": _DURATION}.get(kind, _WORD)
    properties = {kind: value, **dict.fromkeys(BESIDE.get(kind, ()), _ANY)}
    return {"type": "object", "properties": properties, "required": [kind], "additionalProperties": False}


def _states() -> Schema:
    state = {"anyOf": [_WORD, {"type": "object", "properties": {"state": _WORD}}]}
    return _by_id(state, _ENTITY)


def _spot(*names: str) -> Schema:
    kinds = {"area": _WORD, "device": _WORD, "labels": _WORDS}
    spot = {"type": "object", "properties": {name: kinds[name] for name in names}, "additionalProperties": False}
    return {"anyOf": [{"type": "string"}, spot]}


def _expected() -> Schema:
    """`light.turn_on: light.hall`, or with fields; `event` and what is published count as well."""
    fields = {"type": "object", "properties": {"entity_id": _WORDS, "after": _DURATION}}
    return {
        "type": "object",
        "minProperties": 1,
        "maxProperties": 1,
        "additionalProperties": {"anyOf": [_WORDS, fields]},
    }


def _by_id(value: Schema, names: Schema) -> Schema:
    return {"type": ["object", "null"], "propertyNames": names, "additionalProperties": value}


def _one_or_many(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "array", "items": schema}, {"type": "null"}]}
