"""What real rule files hold: each trigger, condition and action with its kind and place, read from the text alone;
and a use for each blueprint, with something put into every gap.

Knows the shape of the language and nothing of what the engine can do, so that the engine can be measured against it.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from homeserver.rules.reading.yaml_source import Map, Seq, Tagged

GROUPS: Final = ("and", "or", "not")
KINDS: Final = (
    *("delay", "wait_template", "wait_for_trigger", "choose", "if", "repeat", "parallel", "sequence", "variables"),
    *("stop", "event", "scene", "set_conversation_response", "action", "service", "service_template", "device_id"),
)
"""Actions by the field that tells them apart, in the order in which it is looked for."""
NESTED: Final = {"then": "action", "else": "action", "default": "action", "sequence": "action", "parallel": "action"}


@dataclass(slots=True)
class Item:
    """One trigger, condition or action. `line` is where it begins."""

    part: str
    kind: str
    line: int
    node: Any


def automations(root: Any, line: int = 1) -> Iterator[tuple[Map, int]]:
    """The automations and automation blueprints in a file, with their lines."""
    match root:
        case Seq():
            for node, at in zip(root, root.lines, strict=True):
                if isinstance(node, Map):
                    yield node, at
        case Map() if any(name in root for name in ("trigger", "triggers", "action", "actions", "use_blueprint")):
            yield root, line
        case Map():
            for name, inner in root.items():
                if str(name).split(" ")[0] == "automation":
                    yield from automations(inner, root.lines[name])


def items(rule: Map) -> Iterator[Item]:
    """All there is in one automation, whatever holds it."""
    for names, part in ((("triggers", "trigger"), "trigger"), (("conditions", "condition"), "condition")):
        for name in names:
            yield from _part(rule.get(name), rule.lines.get(name, rule.line), part)
    for name in ("actions", "action"):
        yield from _part(rule.get(name), rule.lines.get(name, rule.line), "action")


def _part(value: Any, line: int, part: str) -> Iterator[Item]:
    if isinstance(value, Seq):
        for inner, at in zip(value, value.lines, strict=True):
            yield from _part(inner, at, part)
    elif value is not None:
        yield from _ITEMS[part](value, line)


def _trigger(value: Any, line: int) -> Iterator[Item]:
    if isinstance(value, Map) and "triggers" in value and "trigger" not in value:
        yield from _part(value["triggers"], line, "trigger")
        return
    kind = value.get("trigger", value.get("platform", "?")) if isinstance(value, Map) else _plain(value)
    yield Item("trigger", str(kind), line, value)


def _plain(value: Any) -> str:
    return value.tag if isinstance(value, Tagged) else "template"


def _condition(value: Any, line: int) -> Iterator[Item]:
    if not isinstance(value, Map):
        yield Item("condition", _plain(value), line, value)
        return
    group = next((name for name in GROUPS if name in value), None)
    kind = str(value.get("condition", group or "?"))
    yield Item("condition", "template" if "{" in kind else kind, line, value)
    for name in ("conditions", *GROUPS):
        yield from _part(value.get(name), value.lines.get(name, line), "condition")


def _action(value: Any, line: int) -> Iterator[Item]:
    if not isinstance(value, Map):
        yield Item("action", "condition" if isinstance(value, str) else _plain(value), line, value)
        return
    if "condition" in value or any(name in value for name in GROUPS):
        yield Item("action", "condition", line, value)
        yield from _condition(value, line)
        return
    kind = next((kind for kind in KINDS if kind in value), "?")
    yield Item("action", "service" if kind in ("action", "service_template") else kind, line, value)
    yield from _inside(value, line)


def _inside(value: Map, line: int) -> Iterator[Item]:
    """What an action, an option or a repeat holds."""
    for name, part in NESTED.items():
        yield from _part(value.get(name), value.lines.get(name, line), part)
    yield from _part(value.get("if"), value.lines.get("if", line), "condition")
    yield from _part(value.get("wait_for_trigger"), value.lines.get("wait_for_trigger", line), "trigger")
    options = value.get("choose")
    for option in options if isinstance(options, Seq) else [options]:
        if isinstance(option, Map):
            for name in ("conditions", "condition"):
                yield from _part(option.get(name), option.lines.get(name, line), "condition")
            yield from _inside(option, line)
    if isinstance(repeat := value.get("repeat"), Map):
        for name in ("while", "until"):
            yield from _part(repeat.get(name), repeat.lines.get(name, line), "condition")
        yield from _inside(repeat, line)


_ITEMS: Final = {"trigger": _trigger, "condition": _condition, "action": _action}


# -- blueprints

_FITTING: Final[Mapping[str, Any]] = {
    "device": "remote",
    "boolean": True,
    "time": "12:00:00",
    "target": {"entity_id": "light.hall"},
    "area": "hall",
    "addon": "core_mosquitto",
    "duration": {"seconds": 5},
}
"""What to put into a gap, by the kind of its selector."""


def instance(root: Map, path: str) -> str:
    """An automation that uses a blueprint; JSON is YAML. Actions are events, so that it is seen that they come."""
    found = dict(_gaps(root["blueprint"].get("input") or Map()))
    return json.dumps([{"id": "of_blueprint", "use_blueprint": {"path": path, "input": found}}])


def _gaps(inputs: Map) -> Iterator[tuple[str, Any]]:
    for name, row in inputs.items():
        row = row if isinstance(row, Map) else Map()
        if "input" in row:  # a section
            yield from _gaps(row["input"])
            continue
        selector = row.get("selector") or {}
        kind = next(iter(selector), "text")
        if kind == "action":
            yield name, [{"event": "came", "event_data": {"input": name}}]
        elif row.get("default") in (None, "", []) and (kind == "entity" or "default" not in row):
            yield name, _fitting(kind, selector.get(kind) or {})


def _fitting(kind: str, more: Any) -> Any:
    match kind:
        case "entity":
            domain = _first(more.get("domain") or (_first(more.get("filter")) or {}).get("domain")) or "light"
            found = f"{domain}.blueprint"
            return [found] if more.get("multiple") else found
        case "number":
            return more.get("min", 1)
        case "select":
            option = _first(more.get("options"))
            return option["value"] if isinstance(option, Map) else option
        case _:
            return _FITTING.get(kind, "notify.notify")


def _first(value: Any) -> Any:
    return value[0] if isinstance(value, list) and value else value
