"""What a template says about itself without being rendered: what it calls with which words, and what may go wrong.

For whoever checks rules before they run. `facts(templates, text)` parses once more and keeps nothing.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any, Final

from jinja2 import meta, nodes

from homeserver.view.templates import Templates

OF_ENTITY: Final = frozenset(
    {"states", "is_state", "state_attr", "is_state_attr", "has_value", "expand", "state_translated"}
    | {"device_id", "area_id", "area_name", "closest", "distance"}
)
"""Functions whose first word is an entity."""
TRIGGER_ID: Final = "trigger.id"
_TEXTS: Final = frozenset({"states", "state_attr"})
_ARITHMETIC: Final = (nodes.Sub, nodes.Mul, nodes.Div, nodes.FloorDiv, nodes.Mod, nodes.Pow)
_NUMBERS: Final = frozenset({"float", "int"})
_CAREFUL: Final = ("has_value", "is_number", "unavailable", "unknown", "default", "none", "None", "isnumber", "defined")
"""Words of a template that thinks of what may be missing."""


@dataclass(slots=True)
class Named:
    """A function with the words that it is given; None for what is not known before. `line` counts from 1."""

    function: str
    words: tuple[Any, ...]
    line: int


@dataclass(slots=True)
class Compared:
    """A state that is compared with words: `states('light.hall') == 'on'`."""

    entity_id: str
    """`trigger.id` for the id of the trigger that fired."""
    values: tuple[str, ...]
    line: int


@dataclass(slots=True)
class Facts:
    """`unknown` are functions that nobody knows, `variables` what is neither given here nor a function."""

    calls: list[Named] = field(default_factory=list)
    compared: list[Compared] = field(default_factory=list)
    unknown: list[Named] = field(default_factory=list)
    variables: list[Named] = field(default_factory=list)
    wrong: list[tuple[str, int]] = field(default_factory=list)
    """What cannot be right: texts that are calculated with."""
    doubtful: list[tuple[str, int]] = field(default_factory=list)
    """What fails while something is unavailable."""


def facts(templates: Templates, text: str) -> Facts:
    """Raises `TemplateError`."""
    found = Facts()
    if templates.compile(text).static:
        return found
    sandbox = templates.sandbox
    sandbox.begin()
    tree = sandbox.parse(text.strip())
    before = text[: len(text) - len(text.lstrip())].count("\n")
    every = list(tree.find_all(nodes.Node))
    careful = any(word in text for word in _CAREFUL)
    for node in every:
        if isinstance(node, nodes.Call | nodes.Filter | nodes.Test | nodes.Getattr):
            found.calls.extend(_named(node, before))
            if not careful and isinstance(node, nodes.Filter):
                _check_default(node, found, before)
        elif isinstance(node, nodes.Compare):
            found.compared.extend(_compared(node, before))
            _check_compare(node, found, before)
        elif isinstance(node, _ARITHMETIC):
            for side in (node.left, node.right):
                _check_number(side, found, before)
        elif isinstance(node, nodes.Add):  # texts may be put together
            for side, other in ((node.left, node.right), (node.right, node.left)):
                if isinstance(_constant(other), int | float):
                    _check_number(side, found, before)
    if not any(isinstance(node, nodes.Test) and node.name in ("filter", "test") for node in every):
        _check_uses(every, {nodes.Filter: sandbox.filters, nodes.Test: sandbox.tests}, found, before)
    free = meta.find_undeclared_variables(tree)  # last: it puts constants together in the tree
    _names(every, frozenset(free - sandbox.globals.keys()), found, before)
    return found


def _check_uses(
    every: list[nodes.Node], known: Mapping[type[nodes.Node], Mapping[str, Any]], found: Facts, before: int
) -> None:
    """Filters and tests that are not there: inside of an `if` Jinja2 tells so only when it gets there."""
    for node in every:
        names = known.get(type(node))
        if isinstance(node, nodes.Filter | nodes.Test) and names is not None and node.name not in names:
            kind = "filter" if isinstance(node, nodes.Filter) else "test"
            near = get_close_matches(node.name, list(names), 1)
            hint = f"; did you mean {near[0]}?" if near else ""
            found.wrong.append((f"there is no {kind} {node.name!r}{hint}", node.lineno + before))


def _names(every: list[nodes.Node], free: frozenset[str], found: Facts, before: int) -> None:
    """Names that nothing gives a value, unless the template asks whether they are there, or gives them one itself."""
    if not free:
        return
    asking = [
        inner for node in every if isinstance(node, nodes.Test | nodes.Filter) and _asks(node) for inner in _name(node)
    ]
    asked, tested = {id(inner) for inner in asking}, {inner.name for inner in asking}
    given = {node.name for node in every if isinstance(node, nodes.Name) and node.ctx != "load"}
    called = {id(node.node) for node in every if isinstance(node, nodes.Call)}
    for node in every:
        if not isinstance(node, nodes.Name) or node.name not in free or id(node) in asked:
            continue
        if node.name not in tested and node.name not in given:
            row = Named(node.name, (), node.lineno + before)
            (found.unknown if id(node) in called else found.variables).append(row)


def _asks(node: Any) -> bool:
    return node.name in ("defined", "undefined", "default", "d", "none", "iif")


def _name(node: Any) -> Iterator[nodes.Name]:
    inner = node.node
    while isinstance(inner, nodes.Getattr | nodes.Getitem):
        inner = inner.node
    if isinstance(inner, nodes.Name):
        yield inner


def _constant(node: Any) -> Any:
    match node:
        case nodes.Const(value=value):
            return value
        case nodes.List(items=items) | nodes.Tuple(items=items):
            made = tuple(_constant(item) for item in items)
            return None if None in made else made
        case _:
            return None


def _named(node: Any, before: int) -> Iterator[Named]:
    line = node.lineno + before
    match node:
        case nodes.Call(node=nodes.Name(name=name), args=args):
            yield Named(name, tuple(map(_constant, args)), line)
        case nodes.Filter(name=name, node=inner, args=args) | nodes.Test(name=name, node=inner, args=args):
            if name in OF_ENTITY:
                yield Named(name, (_constant(inner), *map(_constant, args)), line)
        case nodes.Getattr(attr=last, node=nodes.Getattr(attr=domain, node=nodes.Name(name="states"))) if (
            not last.startswith("_")
        ):
            yield Named("states", (f"{domain}.{last}",), line)


def _entity_of(node: Any) -> str | None:
    """The entity whose state a part of a template is."""
    match node:
        case nodes.Call(node=nodes.Name(name="states"), args=[nodes.Const(value=str() as entity_id)]):
            return entity_id
        case nodes.Getattr(
            attr="state",
            node=nodes.Getattr(attr=object_id, node=nodes.Getattr(attr=domain, node=nodes.Name(name="states"))),
        ):
            return f"{domain}.{object_id}"
        case nodes.Getattr(attr="id", node=nodes.Name(name="trigger")):
            return TRIGGER_ID
        case nodes.Filter(name="lower", node=inner):
            return _entity_of(inner)
        case _:
            return None


def _compared(node: nodes.Compare, before: int) -> Iterator[Compared]:
    entity_id = _entity_of(node.expr)
    if entity_id is None:
        return
    for operand in node.ops:
        if operand.op not in ("eq", "ne", "in", "notin"):
            continue
        value = _constant(operand.expr)
        words = value if isinstance(value, tuple) else (value,)
        if (operand.op in ("in", "notin")) is isinstance(value, tuple):
            yield Compared(entity_id, tuple(word for word in words if isinstance(word, str)), node.lineno + before)


def _check_compare(node: nodes.Compare, found: Facts, before: int) -> None:
    for operand in node.ops:
        if operand.op not in ("lt", "gt", "lteq", "gteq", "eq", "ne"):
            continue
        for one, other in ((node.expr, operand.expr), (operand.expr, node.expr)):
            value = _constant(other)
            if _entity_of(one) not in (None, TRIGGER_ID) and isinstance(value, int | float):
                found.wrong.append((_AS_WORD if isinstance(value, bool) else _AS_TEXT, node.lineno + before))
            elif isinstance(one, nodes.Getattr) and one.attr in _WHOLE and isinstance(value, str):
                text = f"{one.attr} is no text: compare {one.attr}.state with {value!r}"
                found.wrong.append((text, node.lineno + before))


_WHOLE: Final = ("to_state", "from_state")
"""What of a trigger is all of a state, with its attributes."""
_AS_WORD: Final = "a state is text, and never true or false: compare it with a text such as 'on'"
_AS_TEXT: Final = "a state is text, which is no number until it is made one: use | float(0)"


def _check_number(node: Any, found: Facts, before: int) -> None:
    if _entity_of(node) is not None:
        found.wrong.append((_AS_TEXT, node.lineno + before))


def _check_default(node: nodes.Filter, found: Facts, before: int) -> None:
    if node.name not in _NUMBERS or node.args or node.kwargs:
        return
    inner = node.node
    call = isinstance(inner, nodes.Call) and isinstance(inner.node, nodes.Name) and inner.node.name in _TEXTS
    if call or _entity_of(inner) is not None:
        text = f"| {node.name} fails while the entity is unavailable: give it a default, as in | {node.name}(0)"
        found.doubtful.append((text, node.lineno + before))
