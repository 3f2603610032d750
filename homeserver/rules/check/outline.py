"""A rule as a tree of triggers, conditions and actions, each with kind, place and what it holds, in one spelling.

Made from the text of the rule alone, for whoever looks at rules from outside; the engine runs what was compiled.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from homeserver.rules.purpose.plain import plain_condition, plain_trigger
from homeserver.rules.reading.book import Tell
from homeserver.rules.reading.yaml_source import Map, Seq

GROUPS: Final = ("and", "or", "not")
_KINDS: Final = (
    *("delay", "wait_template", "wait_for_trigger", "choose", "if", "repeat", "parallel", "sequence", "variables"),
    *("stop", "event", "scene", "set_conversation_response", "action", "service", "service_template", "device_id"),
)
_BLOCKS: Final = ("then", "else", "default", "sequence", "parallel")


@dataclass(slots=True)
class Part:
    """One trigger, condition or action. `node` is its mapping, or the text of a template."""

    part: str
    kind: str
    node: Any
    line: int
    way: str
    inner: dict[str, list["Part"]] = field(default_factory=dict)

    def get(self, name: str, default: Any = None) -> Any:
        return self.node.get(name, default) if isinstance(self.node, Map) else default

    def line_of(self, name: str) -> int:
        return self.node.lines.get(name, self.line) if isinstance(self.node, Map) else self.line

    def where(self, name: str) -> str:
        return f"{self.way}.{name}"

    def all(self) -> Iterator["Part"]:
        """This one, and all that it holds."""
        yield self
        for parts in self.inner.values():
            for part in parts:
                yield from part.all()

    @property
    def is_on(self) -> bool:
        return self.get("enabled", True) not in (False, "false", "off", "no")


@dataclass(slots=True)
class Outline:
    """One rule or script. `id` is the key under which its problems are told, by `tell`, which knows the files."""

    id: str
    node: Map
    tell: Tell
    triggers: list[Part]
    conditions: list[Part]
    actions: list[Part]

    def all(self) -> Iterator[Part]:
        for part in (*self.triggers, *self.conditions, *self.actions):
            yield from part.all()


def outline(id: str, node: Map, tell: Tell) -> Outline:
    """Read a rule's tree out of its mapping."""
    triggers = _list(node, ("triggers", "trigger"), _triggers, "")
    conditions = _list(node, ("conditions", "condition"), _condition, "")
    actions = _list(node, ("actions", "action", "sequence"), _action, "")
    return Outline(id, node, tell, triggers, conditions, actions)


def _list(node: Map, names: tuple[str, ...], read: Any, way: str) -> list[Part]:
    name = next((name for name in names if name in node), "")
    value = node.get(name)
    if not name or value is None:
        return []
    where = f"{way}.{name}" if way else name
    found: list[Part] = []
    if isinstance(value, Seq):
        for number, (item, line) in enumerate(zip(value, value.lines, strict=True)):
            found.extend(read(item, line, f"{where}[{number}]"))
    else:
        found.extend(read(value, node.lines.get(name, node.line), where))
    return found


def _triggers(value: Any, line: int, way: str) -> Iterator[Part]:
    if not isinstance(value, Map):
        return
    if "triggers" in value and "trigger" not in value:
        yield from _list(value, ("triggers",), _triggers, way)
        return
    kind = str(value.get("trigger", value.get("platform", "")))
    plain = plain_trigger(kind, value) if "." in kind else None
    yield Part("trigger", kind if plain is None else "state", plain or value, line, way)


def _condition(value: Any, line: int, way: str) -> Iterator[Part]:
    if not isinstance(value, Map):
        yield Part("condition", "template", value, line, way)
        return
    kind = value.get("condition")
    short = next((group for group in GROUPS if group in value), "")
    if kind is None and short:
        yield Part("condition", short, value, line, way, {"conditions": _list(value, (short,), _condition, way)})
    elif isinstance(kind, Seq | Map):
        yield Part("condition", "and", value, line, way, {"conditions": _list(value, ("condition",), _condition, way)})
    elif isinstance(kind, str) and "{" in kind:
        yield Part("condition", "template", kind, line, way)
    elif (plain := plain_condition(str(kind), value) if "." in str(kind) else None) is not None:
        yield Part("condition", "state", plain, line, way)
    else:
        inner = {"conditions": _list(value, ("conditions",), _condition, way)} if kind in GROUPS else {}
        yield Part("condition", str(kind), value, line, way, inner)


def _action(value: Any, line: int, way: str) -> Iterator[Part]:
    if isinstance(value, Seq):
        for number, (item, at) in enumerate(zip(value, value.lines, strict=True)):
            yield from _action(item, at, f"{way}[{number}]")
        return
    if not isinstance(value, Map):
        if isinstance(value, str):
            yield Part("action", "condition", value, line, way, {"if": list(_condition(value, line, way))})
        return
    if "condition" in value or any(group in value for group in GROUPS):
        yield Part("action", "condition", value, line, way, {"if": list(_condition(value, line, way))})
        return
    kind = next((kind for kind in _KINDS if kind in value), "")
    kind = "action" if kind in ("service", "service_template") else kind
    yield Part("action", kind, value, line, way, _inside(value, kind, way))


def _inside(value: Map, kind: str, way: str) -> dict[str, list[Part]]:
    inner = {name: _list(value, (name,), _action, way) for name in _BLOCKS if name in value}
    if kind == "if":
        inner["if"] = _list(value, ("if",), _condition, way)
    elif kind == "choose":
        inner["options"] = _list(value, ("choose",), _option, way)
    elif kind == "wait_for_trigger":
        inner["triggers"] = _list(value, ("wait_for_trigger",), _triggers, way)
    elif kind == "repeat" and isinstance(repeat := value.get("repeat"), Map):
        where = f"{way}.repeat"
        inner |= {name: _list(repeat, (name,), _condition, where) for name in ("while", "until") if name in repeat}
        inner["sequence"] = _list(repeat, ("sequence",), _action, where)
    return inner


def _option(value: Any, line: int, way: str) -> Iterator[Part]:
    if isinstance(value, Map):
        inner = {
            "if": _list(value, ("conditions", "condition"), _condition, way),
            "sequence": _list(value, ("sequence",), _action, way),
        }
        yield Part("option", "option", value, line, way, inner)


def words(value: Any) -> tuple[str, ...]:
    """One word or a list of them, as the engine reads them: `on` unquoted means on."""
    if type(value) is str:
        return (value,)
    parts = value if isinstance(value, list | tuple) else () if value is None else (value,)
    return tuple(("on" if part else "off") if isinstance(part, bool) else str(part) for part in parts)


def entities(value: Any) -> tuple[str, ...]:
    """Entity ids, without those that a template makes."""
    if value is None:
        return ()
    found = [part.strip().lower() for text in words(value) if "{" not in text for part in text.split(",")]
    return tuple(id for id in dict.fromkeys(found) if "." in id)
