"""What the templates of a rule name and calculate: entities, states, attributes, functions, variables."""

from collections.abc import Callable, Iterator
from difflib import get_close_matches
from typing import Any, Final

from homeserver.rules.check.doubt import MAYBE, SURE
from homeserver.rules.check.doubt import at as at_field
from homeserver.rules.check.known import Known
from homeserver.rules.check.names import entity_unknown
from homeserver.rules.check.outline import Outline, words
from homeserver.rules.check.values import impossible, no_attribute
from homeserver.rules.reading.problem import Code, Problem, RuleError, Severity
from homeserver.rules.reading.yaml_source import Map, Seq, Tagged
from homeserver.view.template_facts import OF_ENTITY, TRIGGER_ID, Facts, Named, facts
from homeserver.view.templates import TemplateError, Templates

GIVEN: Final = frozenset({"trigger", "this", "repeat", "wait", "context", "value", "value_json", "state"})
"""Variables that the engine gives."""
_SAID_BY: Final = ("variables", "trigger_variables", "response_variable", "fields")
Found = Iterator[tuple[str, Code, Severity, int]]


def texts(rule: Outline, known: Known, templates: Templates, seen: dict[str, Facts]) -> Iterator[Problem]:
    """Look at each template of the rule; what does not compile was told when the rule was read. `seen` holds what
    other rules' templates were found to be: the same ones come again."""
    variables = {*GIVEN, *_variables(rule.node)}
    ids = trigger_ids(rule)
    for text, line, way in _templates(rule.node, rule.node.line, ""):
        try:
            found = seen.get(text) or seen.setdefault(text, facts(templates, text))
        except TemplateError:
            continue
        rows = (*_check(found, variables, known, templates, is_called="sequence" in rule.node), *_ids(found, ids))
        for told, code, severity, at in rows:
            yield rule.tell(RuleError(told, line + at - 1, way, code), rule.id, severity)
    yield from _asked_ids(rule, ids)
    yield from _without_braces(rule)


def trigger_ids(rule: Outline) -> frozenset[str]:
    """The ids of the triggers of a rule; nothing where it has none, or where one is not known before."""
    ids = [word for number, part in enumerate(rule.triggers) for word in words(part.get("id", str(number)))]
    return frozenset() if any("{" in id for id in ids) else frozenset(ids)


def _ids(found: Facts, ids: frozenset[str]) -> Found:
    for compared in found.compared:
        for word in compared.values:
            if ids and compared.entity_id == TRIGGER_ID and word not in ids:
                yield f"no trigger has the id {word!r}{_near(word, [*ids])}", "unknown", SURE, compared.line


def _asked_ids(rule: Outline, ids: frozenset[str]) -> Iterator[Problem]:
    """Conditions that ask for a trigger that the rule has not."""
    for part in rule.all():
        if ids and part.part == "condition" and part.kind == "trigger" and part.is_on:
            for word in words(part.get("id")):
                if word not in ids and "{" not in word:
                    text = f"no trigger has the id {word!r}{_near(word, [*ids])}"
                    yield at_field(rule, part, "id", text, "unknown", SURE)


def _without_braces(rule: Outline) -> Iterator[Problem]:
    """Texts where a template must stand, which say neither true nor false."""
    for part in rule.all():
        name = "value_template" if part.kind == "template" and part.part == "condition" else "wait_template"
        text = part.get(name) if part.is_on else None
        if isinstance(text, str) and "{" not in text and text.strip().lower() not in ("true", "false"):
            yield at_field(rule, part, name, f"{name} is text and never true: put {{{{ }}}} around it", "never", SURE)


def _templates(node: Any, line: int, way: str) -> Iterator[tuple[str, int, str]]:
    match node:
        case Map():
            if node.get("enabled") is False:
                return
            for name, value in node.items():
                if name not in ("description", "alias", "note", "metadata"):
                    yield from _templates(value, node.lines.get(name, node.line), f"{way}.{name}" if way else str(name))
        case Seq():
            for number, (value, at) in enumerate(zip(node, node.lines, strict=True)):
                yield from _templates(value, at, f"{way}[{number}]")
        case Tagged():
            return
        case str() if "{{" in node or "{%" in node:
            yield node, line, way


def _variables(node: Any) -> Iterator[str]:
    """Names that some part of the rule gives a value."""
    if isinstance(node, Map):
        for name, value in node.items():
            if name in _SAID_BY:
                yield from map(str, value if isinstance(value, Map) else [value])
            yield from _variables(value)
    elif isinstance(node, Seq):
        for value in node:
            yield from _variables(value)


def _check(found: Facts, variables: set[str], known: Known, templates: Templates, *, is_called: bool) -> Found:
    """`is_called`: whoever runs it may give it any variables."""
    for call in found.calls:
        yield from _call(call, known)
    for compared in found.compared:
        for word in compared.values:
            if (text := impossible(compared.entity_id, word, known)) is not None:
                yield text, "state", SURE, compared.line
    functions = templates.known_functions()
    for one in found.unknown:
        if one.function not in variables:
            near = _near(one.function, functions) or _near(one.function, [*variables])
            yield f"there is no function {one.function}(){near}", "template", SURE, one.line
    for one in found.variables:
        if one.function not in variables:
            near = _near(one.function, [*variables, *functions])
            if is_called and not near:
                continue
            yield f"nothing gives {one.function} a value: it is empty{near}", "template", MAYBE, one.line
    for text, line in found.wrong:
        yield text, "template", SURE, line
    for text, line in found.doubtful:
        yield text, "doubtful", MAYBE, line


def _near(word: str, among: list[str]) -> str:
    near = get_close_matches(word, among, 1, 0.7)
    return f"; did you mean {near[0]}?" if near else ""


def _call(call: Named, known: Known) -> Found:
    first = call.words[0] if call.words else None
    row = _CALLS.get(call.function)
    if call.function not in OF_ENTITY and row is None:
        return
    for id in first if isinstance(first, tuple) else (first,):
        if not isinstance(id, str) or id.count(".") != 1 or " " in id:
            continue
        if (text := entity_unknown(id.lower(), known)) is not None:
            yield text, "entity", SURE, call.line
        elif row is not None and len(call.words) > 1:
            yield from row(id.lower(), call, known)


def _is_state(id: str, call: Named, known: Known) -> Found:
    value = call.words[1]
    for word in value if isinstance(value, tuple) else (value,):
        if isinstance(word, int | float):
            yield f"a state is text, and never {word}: write it in quotes, such as 'on'", "state", SURE, call.line
        elif isinstance(word, str) and (text := impossible(id, word, known)) is not None:
            yield text, "state", SURE, call.line


def _attribute(id: str, call: Named, known: Known) -> Found:
    if isinstance(call.words[1], str) and (text := no_attribute(id, call.words[1], known)) is not None:
        yield text, "attribute", MAYBE, call.line


_CALLS: Final[dict[str, Callable[[str, Named, Known], Found]]] = {
    "is_state": _is_state,
    "state_attr": _attribute,
    "is_state_attr": _attribute,
}
