"""A JSON Schema of rule files for editors, made of the tables by which rules are compiled: what can be completed, and
what is marked while somebody writes. Of each kind of trigger, condition and action it knows the keys, as the engine
takes them. `homeserver rules check` tells more, and why; the schema marks nothing that runs.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from homeserver.rules.actions.table import ACTIONS
from homeserver.rules.conditions.table import CONDITIONS
from homeserver.rules.editor_keys import Keys, keys_of_actions, keys_of_conditions, keys_of_triggers
from homeserver.rules.purpose import names
from homeserver.rules.reading.durations import UNITS
from homeserver.rules.reading.package import LISTED, NAMED, PLATFORMS
from homeserver.rules.reading.selectors import SELECTORS
from homeserver.rules.rule import MODES
from homeserver.rules.triggers.table import TRIGGERS
from homeserver.topics.priority import STRONGEST, WEAKEST, WORDS
from homeserver.topics.services import SERVICES
from homeserver.view.targets import FIELDS

Schema = dict[str, Any]
_WORDS: Final[Schema] = {"type": ["string", "number", "boolean", "null"]}
_ANY: Final[Schema] = {}


def editor_schema() -> Schema:
    """The schema of a whole file; draft 2020-12."""
    rule, script, scene = _ref("rule"), _ref("script"), _ref("scene")
    scripts = {"type": ["object", "null"], "additionalProperties": script}
    of_domain = {
        "^automation( |$)": _one_or_many(rule),
        "^script( |$)": scripts,
        "^scene( |$)": _one_or_many(scene),
        **{f"^{domain}( |$)": {"type": ["object", "array", "null", "string"]} for domain in sorted(NAMED)},
        **{
            f"^{domain}( |$)": {"type": ["object", "array", "null", "string"]}
            for domain in (*sorted(LISTED), *PLATFORMS)
        },
    }
    package = {"type": "object", "patternProperties": of_domain, "not": {"anyOf": [_has(name) for name in _OF_RULES]}}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Rules of homeserver",
        "anyOf": [{"type": "null"}, {"type": "array", "items": {"anyOf": [rule, scene]}}, rule, script, scene, package],
        "$defs": {
            "rule": _rule(),
            "script": _script(),
            "scene": _scene(),
            "trigger": _trigger(),
            "condition": _condition(),
            "action": _action(),
            "target": _target(),
            "duration": _duration(),
        },
    }


_OF_RULES: Final = ("trigger", "triggers", "action", "actions", "sequence", "use_blueprint")
_WEIGHT: Final[Schema] = {
    "priority": {
        "enum": [*WORDS, *range(WEAKEST, STRONGEST + 1)],
        "description": "What its commands weigh against others for the same entity; rule without a word",
    },
    "hold_for": {
        "$ref": "#/$defs/duration",
        "description": "How long weaker commands to the same entity are to wait",
    },
}
_MODES: Final[Schema] = {
    "alias": {"type": ["string", "number"]},
    "description": {"type": ["string", "number", "null"]},
    "mode": {"enum": list(MODES)},
    "max": {"anyOf": [{"type": "integer", "minimum": 1}, {"type": "string"}]},
    "max_exceeded": {"type": "string"},
    "variables": {"type": ["object", "null"]},
    **_WEIGHT,
    "explain": {
        "type": ["string", "null"],
        "description": "A sentence for people about why it runs; may be a template",
    },
}


def _rule() -> Schema:
    triggers, conditions = _one_or_many(_ref("trigger")), _one_or_many(_ref("condition"))
    actions = _one_or_many(_ref("action"))
    return {
        "type": "object",
        "properties": {
            **_MODES,
            "id": {"type": ["string", "integer"]},
            "triggers": triggers,
            "trigger": triggers,
            "conditions": conditions,
            "condition": conditions,
            "actions": actions,
            "action": actions,
            "initial_state": {"type": ["boolean", "string"]},
            "default_entity_id": {"type": "string", "pattern": r"^automation\.[a-z0-9_]+$"},
            "trigger_variables": {"type": ["object", "null"]},
            "use_blueprint": _use(),
        },
        "anyOf": [_has("actions"), _has("action"), _has("use_blueprint")],
    }


def _script() -> Schema:
    selector = {"type": "object", "propertyNames": {"enum": sorted(SELECTORS)}}
    given = {
        "type": ["object", "null"],
        "properties": {"selector": {"anyOf": [selector, {"type": ["string", "null"]}]}},
    }
    properties = {
        **_MODES,
        "icon": {"type": "string"},
        "fields": {"type": ["object", "null"], "additionalProperties": given},
        "sequence": _one_or_many(_ref("action")),
        "use_blueprint": _use(),
    }
    return {"type": "object", "properties": properties, "anyOf": [_has("sequence"), _has("use_blueprint")]}


def _use() -> Schema:
    path = {"type": "string", "pattern": "\\.ya?ml$"}
    properties = {"path": path, "input": {"type": ["object", "null"]}}
    return {"type": "object", "properties": properties, "required": ["path"], "additionalProperties": False}


def _scene() -> Schema:
    state = {"anyOf": [{"type": ["string", "number", "boolean"]}, {"type": "object", "required": ["state"]}]}
    return {
        "type": "object",
        "properties": {
            "id": {"type": ["string", "integer"]},
            "name": {"type": ["string", "number"]},
            "icon": {"type": "string"},
            "entities": {"type": "object", "additionalProperties": state},
        },
        "required": ["name", "entities"],
    }


def _trigger() -> Schema:
    kind = {"enum": sorted({*TRIGGERS, *names.triggers()})}
    properties = {
        "trigger": kind,
        "platform": kind,
        "id": _WORDS,
        "alias": _WORDS,
        "enabled": {"type": ["boolean", "string"]},
        "variables": {"type": "object"},
        "for": _ref("duration"),
        "target": {"anyOf": [_ref("target"), {"type": ["string", "null"]}]},
    }
    nested = {"type": "object", "required": ["triggers"]}
    known = [_has("trigger"), _has("platform")]
    kinds = list(_of_kinds(keys_of_triggers(), ("trigger", "platform"), properties))
    return {"anyOf": [nested, {"type": "object", "properties": properties, "anyOf": known, "allOf": kinds}]}


def _condition() -> Schema:
    several = _one_or_many(_ref("condition"))
    properties = {
        "condition": {"enum": sorted({*CONDITIONS, *names.conditions()})},
        "conditions": several,
        "and": several,
        "or": several,
        "not": several,
        "alias": _WORDS,
        "enabled": {"type": ["boolean", "string"]},
        "for": _ref("duration"),
        "target": {"anyOf": [_ref("target"), {"type": ["string", "null"]}]},
    }
    known = [_has(name) for name in _CONDITIONAL]
    kinds = list(_of_kinds(keys_of_conditions(), ("condition",), properties))
    condition = {"type": "object", "properties": properties, "anyOf": known, "allOf": kinds}
    return {"anyOf": [{"type": ["string", "boolean"]}, condition]}


def _action() -> Schema:
    block = _one_or_many(_ref("action"))
    service = {"anyOf": [{"enum": _services()}, {"type": "string", "pattern": "\\.|\\{"}]}
    properties = {
        "action": service,
        "service": service,
        "target": {"anyOf": [_ref("target"), {"type": ["string", "null"]}]},
        "data": {"type": ["object", "string", "null"]},
        "delay": _ref("duration"),
        "timeout": _ref("duration"),
        "if": _one_or_many(_ref("condition")),
        "then": block,
        "else": block,
        "sequence": block,
        "default": block,
        "choose": _one_or_many(_option(block)),
        "wait_for_trigger": _one_or_many(_ref("trigger")),
        "repeat": _repeat(block),
        "variables": {"type": "object"},
        "alias": _WORDS,
        "enabled": {"type": ["boolean", "string"]},
        "continue_on_error": {"type": ["boolean", "string"]},
        **_WEIGHT,
    }
    known = [_has(name) for name in (*ACTIONS, *_CONDITIONAL)]
    kinds = list(_of_actions(keys_of_actions(), properties))
    action = {"type": "object", "properties": properties, "anyOf": known, "allOf": [*kinds, *_data()]}
    return {"anyOf": [{"type": "string"}, action]}


def _option(block: Schema) -> Schema:
    conditions = _one_or_many(_ref("condition"))
    properties = {"conditions": conditions, "condition": conditions, "sequence": block}
    other = dict.fromkeys(("alias", "enabled", "note"), _ANY)
    return {"type": "object", "properties": {**properties, **other}, "additionalProperties": False}


def _repeat(block: Schema) -> Schema:
    conditions = _one_or_many(_ref("condition"))
    kinds = {"count": {"type": ["integer", "string"]}, "for_each": _ANY, "while": conditions, "until": conditions}
    properties = {**kinds, "sequence": block}
    one = {"anyOf": [_has(kind) for kind in kinds]}
    return {"type": "object", "properties": properties, "required": ["sequence"], "additionalProperties": False, **one}


# -- what each kind takes

_CONDITIONAL: Final = ("condition", "and", "or", "not")
_LIVE: Final[Schema] = {"properties": {"enabled": {"enum": [True, "true", "on", "yes"]}}}
"""What is not enabled may say what it likes."""


def _of_kinds(keys: Keys, words: tuple[str, ...], properties: Schema) -> Iterable[Schema]:
    """For each kind, named by one of some words: these keys and no others."""
    rows: dict[str, tuple[Schema, list[str]]] = {}  # kinds that take the same share a row
    for kind, names_of_kind in keys.items():
        then = _only(names_of_kind, properties, kind)
        rows.setdefault(repr(then), (then, []))[1].append(kind)
    for then, kinds in rows.values():
        says = [{"properties": {word: {"enum": kinds}}, "required": [word]} for word in words]
        yield {"if": {**_LIVE, "anyOf": says}, "then": then}


def _of_actions(keys: Keys, properties: Schema) -> Iterable[Schema]:
    """An action is told apart by its keys, in the order in which the engine looks for them."""
    order = [*_CONDITIONAL, *ACTIONS]
    for kind, names_of_kind in keys.items():
        before = [_has(name) for name in order[: order.index(kind)] if name in order]
        is_it = {**_LIVE, **_has(kind), "not": {"anyOf": before}}
        yield {"if": is_it, "then": _only(names_of_kind, properties, kind)}


def _only(names_of_kind: Iterable[str], properties: Schema, kind: str) -> Schema:
    """These keys; what a general schema says of one holds for it anyway."""
    shapes = {name: _shape(kind, name) for name in sorted(names_of_kind) if name not in properties}
    return {"properties": {**dict.fromkeys(sorted(names_of_kind), _ANY), **shapes}, "additionalProperties": False}


def _shape(kind: str, name: str) -> Schema:
    """What a key holds, where that is the same for all who take it."""
    if (kind, name) in _CHOICES:
        return {"enum": list(_CHOICES[kind, name])}
    if name in ("debounce", "min_interval"):
        return _ref("duration")
    if name in ("entity_id", "device_id", "tag_id", "weekday", "event_type", "webhook_id"):
        return {"anyOf": [{"type": ["string", "number", "null"]}, {"type": "array"}]}
    if name == "ignore_unavailable":
        return {"type": ["boolean", "string"]}
    return _ANY


_CHOICES: Final[Mapping[tuple[str, str], tuple[str, ...]]] = {
    ("sun", "event"): ("sunrise", "sunset"),
    ("homeassistant", "event"): ("start", "shutdown"),
    ("zone", "event"): ("enter", "leave"),
    ("geo_location", "event"): ("enter", "leave"),
    ("calendar", "event"): ("start", "end"),
    ("state", "match"): ("all", "any"),
}
"""By kind and key: the words that may stand there."""


def _services() -> list[str]:
    return sorted(f"{domain}.{service}" for domain, services in SERVICES.items() for service in services)


def _data() -> Iterable[Schema]:
    """What data each service takes: its names, and that it takes no others. Services that take the same share a row."""
    rows: dict[tuple[str, ...], list[str]] = {}
    for domain, services in SERVICES.items():
        for service, row in services.items():
            known = sorted(field.alias or name for name, field in row.model.model_fields.items())
            rows.setdefault(tuple(known), []).append(f"{domain}.{service}")
    for names_of_data, called in rows.items():
        data = {"properties": dict.fromkeys([*names_of_data, *FIELDS], _ANY), "additionalProperties": False}
        says = [{"properties": {word: {"enum": called}}, "required": [word]} for word in ("action", "service")]
        yield {"if": {"anyOf": says}, "then": {"properties": {"data": data, "data_template": data}}}


def _target() -> Schema:
    ids = {"anyOf": [{"type": "string"}, {"type": "array"}, {"type": "null"}]}
    return {"type": "object", "properties": dict.fromkeys(FIELDS, ids), "additionalProperties": False}


def _duration() -> Schema:
    parts = {"type": "object", "propertyNames": {"enum": list(UNITS)}}
    return {"anyOf": [{"type": "number", "minimum": 0}, {"type": ["string", "null"]}, parts]}


def _one_or_many(schema: Mapping[str, Any]) -> Schema:
    """One, a list, or nothing; a text in its place is a tag or a template."""
    return {
        "anyOf": [
            schema,
            {"type": "array", "items": {"anyOf": [schema, {"type": "string"}]}},
            {"type": ["null", "string"]},
        ]
    }


def _has(name: str) -> Schema:
    return {"required": [name]}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}
