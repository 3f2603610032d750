"""Small changes to a rule or script that its tests should notice: another state, entity, limit, time, service,
operator, or something left out. What no test notices is a survivor: that part may be wrong and nobody would be told.
"""

import re
from collections.abc import Iterator
from typing import Any, Final

from homeserver.rules.compiler import Compiler
from homeserver.rules.reading.automation import compile_automation, compile_script
from homeserver.rules.reading.durations import DurationError, seconds_of
from homeserver.rules.reading.fields import Fields
from homeserver.rules.reading.problem import RuleError
from homeserver.rules.reading.yaml_source import Map, Seq
from homeserver.rules.rule import Compiled
from homeserver.topics.record import record
from homeserver.view.templates import Templates


@record
class Mutant:
    """A rule with one change. `what`: `to: on became off`."""

    line: int
    way: str
    what: str
    node: Map


_FLIPS: Final = {
    one: other
    for pair in (
        ("on", "off"),
        ("open", "closed"),
        ("locked", "unlocked"),
        ("home", "not_home"),
        ("turn_on", "turn_off"),
        ("open_cover", "close_cover"),
        ("lock", "unlock"),
        ("and", "or"),
        ("above", "below"),
        ("after", "before"),
        ("sunrise", "sunset"),
        ("any", "all"),
    )
    for one, other in (pair, pair[::-1])
}
_STATES: Final = frozenset({"to", "from", "not_to", "not_from", "state"})
_TIMES: Final = frozenset({"for", "delay", "timeout"})
_CLOCKS: Final = frozenset({"at", "after", "before"})
_DROPPED: Final = frozenset(
    {"triggers", "trigger", "conditions", "condition", "actions", "action", "sequence", "then", "else", "default"}
    | {"choose", "if", "parallel", "and", "or", "not"}
)
"""Fields whose items are left out one by one."""
_OPERATORS: Final = tuple(
    (re.compile(pattern), other)
    for pattern, other in (
        (r"==", "!="),
        (r"!=", "=="),
        (r"(?<![<>=!-])<(?!=)", ">="),
        (r"(?<![<>=!-])>(?!=)", "<="),
        (r"\band\b", "or"),
        (r"\bor\b", "and"),
        (r"\bnot ", ""),
    )
)
_CLOCK: Final = re.compile(r"(\d{1,2}):(\d{2})(.*)", re.DOTALL)
_UNTOUCHED: Final = frozenset(
    {"id", "alias", "description", "mode", "max", "max_exceeded", "note", "enabled", "explain"}
)


def mutants(rule: Map) -> Iterator[Mutant]:
    """Every changed copy of a rule or script as it is written."""
    for path, line, what, change in _changes(rule, ()):
        copy = _copied(rule)
        change(_at(copy, path))
        yield Mutant(line, _way(path), what, copy)


def compiled(mutant: Mutant, rule: Compiled, templates: Templates) -> Compiled | None:
    """The changed rule in place of `rule`; None where it is no rule any more."""
    compiler = Compiler(templates)
    try:
        made = (compile_script if rule.kind == "script" else compile_automation)(Fields(mutant.node), compiler)
    except RuleError:
        return None
    if compiler.faults:
        return None
    bare = {name: getattr(rule, name) for name in ("id", "alias", "description", "file", "line")}
    bare |= {"print": f"{rule.print}~{mutant.way}~{mutant.what}", "kind": rule.kind}
    return Compiled(**(bare | made), program=compiler.program, leaves=tuple(compiler.leaves), about=compiler.about)


_Path = tuple[Any, ...]
_Change = tuple[_Path, int, str, Any]
"""Where the collection is, the line, what is done, and a function that does it to the collection."""


def _changes(node: Any, path: _Path) -> Iterator[_Change]:
    if isinstance(node, Seq):
        name = next((part for part in reversed(path) if isinstance(part, str)), "")
        for number, item in enumerate(node):
            if name in _DROPPED and path and path[-1] == name:
                what = f"item {number + 1} of {name} left out"
                yield path, node.lines[number], what, lambda made, n=number: _drop(made, n)
            if isinstance(item, str) and "{" in item:
                for what, other in _of_template("template", item):
                    yield path, node.lines[number], what, lambda made, n=number, v=other: made.__setitem__(n, v)
            yield from _changes(item, (*path, number))
        return
    if not isinstance(node, Map):
        return
    for key, value in node.items():
        if key in _UNTOUCHED or (key == "fields" and not path):  # what a script says of its form
            continue
        for what, other in _others(str(key), value):
            yield path, node.lines[key], what, lambda made, k=key, v=other: made.__setitem__(k, v)
        if key in _FLIPS and key not in ("on", "off") and _FLIPS[key] not in node and not isinstance(value, Seq | Map):
            yield path, node.lines[key], f"{key} became {_FLIPS[key]}", lambda made, k=key: _rename(made, k, _FLIPS[k])
        if key in ("and", "or") and isinstance(value, Seq) and len(value) > 1:
            yield path, node.lines[key], f"{key} became {_FLIPS[key]}", lambda made, k=key: _rename(made, k, _FLIPS[k])
        if key == "else":
            yield path, node.lines[key], "else left out", lambda made: made.pop("else")
        yield from _changes(value, (*path, key))


def _others(key: str, value: Any) -> Iterator[tuple[str, Any]]:
    """Other values of a field: what is told of the change, and the value."""
    if isinstance(value, Seq | Map) or value is None:
        if key in _TIMES and isinstance(value, Map):
            yield from _longer(key, value)
        return
    if isinstance(value, bool):
        yield f"{key}: {value} became {not value}", not value
    elif key in _TIMES and "{" not in str(value):
        yield from _longer(key, value)
    elif isinstance(value, int | float):
        yield f"{key}: {value} became {value + 1}", value + 1
        yield f"{key}: {value} became {value - 1}", value - 1
    elif "{" in str(value):
        yield from _of_template(key, str(value))
    elif key in _CLOCKS and value in _FLIPS:
        yield f"{key}: {value} became {_FLIPS[value]}", _FLIPS[value]
    elif key in _CLOCKS and (found := _CLOCK.fullmatch(str(value))):
        later = f"{(int(found[1]) + 1) % 24:02}:{found[2]}{found[3]}"
        yield f"{key}: {value} became {later}", later
    elif key in _STATES:
        other = _FLIPS.get(str(value), f"{value}_other")
        yield f"{key}: {value} became {other}", other
    elif key == "entity_id" and "," not in str(value):
        other = f"{str(value).partition('.')[0]}.another_one"
        yield f"{key}: {value} became {other}", other
    elif key in ("action", "service", "condition"):
        domain, dot, verb = str(value).rpartition(".")
        if verb in _FLIPS:
            yield f"{key}: {value} became {domain}{dot}{_FLIPS[verb]}", f"{domain}{dot}{_FLIPS[verb]}"


def _longer(key: str, value: Any) -> Iterator[tuple[str, Any]]:
    try:
        seconds = seconds_of(value)
    except DurationError:
        return
    yield f"{key}: {seconds:g} s became {2 * seconds + 1:g} s", 2 * seconds + 1


def _of_template(key: str, text: str) -> Iterator[tuple[str, str]]:
    for pattern, other in _OPERATORS:
        if found := pattern.search(text):
            made = text[: found.start()] + other + text[found.end() :]
            yield f"{key}: {found[0].strip()} became {other.strip() or 'nothing'}", made


# -- copies


def _copied(node: Any) -> Any:
    if isinstance(node, Map):
        made = Map()
        made.line, made.lines = node.line, dict(node.lines)
        made.update({key: _copied(value) for key, value in node.items()})
        return made
    if isinstance(node, Seq):
        row = Seq()
        row.line, row.lines = node.line, list(node.lines)
        row.extend(_copied(value) for value in node)
        return row
    return node


def _at(node: Any, path: _Path) -> Any:
    for part in path:
        node = node[part]
    return node


def _drop(row: Seq, number: int) -> None:
    del row[number]
    del row.lines[number]


def _rename(node: Map, old: str, new: str) -> None:
    node[new], node.lines[new] = node.pop(old), node.lines.pop(old)


def _way(path: _Path) -> str:
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).lstrip(".")
