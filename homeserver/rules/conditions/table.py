"""Conditions: what must be so. One row in `CONDITIONS` for each kind; each compiles to a function of the run.

Kinds and fields: https://www.home-assistant.io/docs/scripts/conditions/
A condition that cannot be checked (no such entity, no number) is a fault, and whoever asked treats it as not met; `or`
is met by another part all the same.
"""

from collections.abc import Callable, Mapping
from datetime import time, timedelta
from typing import Any, Final

from homeserver.rules.compiler import Compiler, truth
from homeserver.rules.moments import time_of, weekdays
from homeserver.rules.program import FAULTS, RunError
from homeserver.rules.reading.durations import Duration, duration
from homeserver.rules.reading.fields import Fields, kind_of
from homeserver.rules.reading.limits import limits
from homeserver.rules.reading.problem import RuleError, nearest, not_yet
from homeserver.rules.reading.yaml_source import Map, Seq
from homeserver.rules.run import Run
from homeserver.topics.entity import EntityState
from homeserver.view.templates import Template
from homeserver.view.view import View

Condition = Callable[[Run], bool]
_ALWAYS: Final[Condition] = lambda run: True  # noqa: E731
_HELPERS: Final = ("input_select.", "input_text.", "input_number.", "input_boolean.", "input_datetime.")
"""A wanted state that names one of these means the state of that entity."""
_LAST: Final = time(23, 59, 59, 999_999)


def _all(parts: tuple[Condition, ...]) -> Condition:
    def check(run: Run) -> bool:
        fault: Exception | None = None
        for part in parts:
            try:
                if not part(run):
                    return False
            except FAULTS as error:
                fault = fault or error
        if fault is not None:
            raise fault
        return True

    return parts[0] if len(parts) == 1 else check


def _any(parts: tuple[Condition, ...]) -> Condition:
    def check(run: Run) -> bool:
        fault: Exception | None = None
        for part in parts:
            try:
                if part(run):
                    return True
            except FAULTS as error:
                fault = fault or error
        if fault is not None:
            raise fault
        return False

    return check


def _none(parts: tuple[Condition, ...]) -> Condition:
    met = _any(parts)
    return lambda run: not met(run)


_GROUPS: Final[Mapping[str, Callable[[tuple[Condition, ...]], Condition]]] = {"and": _all, "or": _any, "not": _none}


def _group(fields: Fields, compiler: Compiler, kind: str) -> Condition:
    if "conditions" not in fields:
        raise fields.wrong(f"conditions is missing: list what {kind} is about")
    return _GROUPS[kind](compile_conditions(fields, "conditions", compiler))


def _state(fields: Fields, compiler: Compiler, kind: str) -> Condition:
    entity_ids = fields.entities("entity_id")
    attribute = fields.text("attribute")
    fields.need("state", "say which state")
    value = fields.take("state")
    wanted: tuple[Any, ...] = (fields.words("state") or ()) if not attribute else _values(value)
    lasting = duration(fields, "for", compiler.templates) if "for" in fields else None
    every = fields.choice("match", ("all", "any"), "all") == "all"
    checks = tuple(_one_state(entity_id, wanted, attribute, lasting) for entity_id in entity_ids)
    return _all(checks) if every else _any(checks)


def _values(value: Any) -> tuple[Any, ...]:
    return tuple(value) if isinstance(value, Seq) else (value,)


def _one_state(entity_id: str, wanted: tuple[Any, ...], attribute: str, lasting: Duration | None) -> Condition:
    indirect = any(isinstance(word, str) and word.startswith(_HELPERS) for word in wanted)

    def check(run: Run) -> bool:
        view = run.engine.view
        state = view.said(entity_id)
        if state is None:
            raise RunError(f"there is no entity {entity_id}")
        value = state.attributes.get(attribute) if attribute else state.state
        words = _resolved(wanted, view) if indirect else wanted
        if value not in words or (attribute and attribute not in state.attributes):
            return False
        return lasting is None or _lasts(run, state, lasting)

    return check


def _resolved(wanted: tuple[Any, ...], view: View) -> tuple[Any, ...]:
    """The states of helpers in place of their ids."""
    found = []
    for word in wanted:
        if isinstance(word, str) and word.startswith(_HELPERS):
            state = view.said(word)
            if state is None:
                raise RunError(f"there is no entity {word}")
            word = state.state
        found.append(word)
    return tuple(found)


def _lasts(run: Run, state: EntityState, lasting: Duration) -> bool:
    seconds = lasting(lambda: run.values)
    return run.engine.clock.now() - state.changed >= timedelta(seconds=seconds)


def _numeric_state(fields: Fields, compiler: Compiler, kind: str) -> Condition:
    entity_ids = fields.entities("entity_id")
    wanted = limits(fields, compiler)

    def one(entity_id: str) -> Condition:
        def check(run: Run) -> bool:
            view = run.engine.view
            return wanted.hold(view, entity_id, view.said(entity_id), lambda: run.values)

        return check

    return _all(tuple(one(entity_id) for entity_id in entity_ids))


def _template(fields: Fields, compiler: Compiler, kind: str) -> Condition:
    name = "value_template"
    text = fields.need(name, "give a template that says true or false")
    return _of_template(compiler, text, fields.line(name), fields.where(name))


def _of_template(compiler: Compiler, text: Any, line: int, way: str) -> Condition:
    if isinstance(text, bool):
        return lambda run: text
    if not isinstance(text, str):
        raise RuleError(f"a condition is a mapping or a template, not {kind_of(text)}", line, way)
    return holds(compiler.template(text, line, way))


def holds(template: Template) -> Condition:
    """The condition that a template says true."""
    return lambda run: truth(template.render(run.values))


def _trigger(fields: Fields, compiler: Compiler, kind: str) -> Condition:
    fields.need("id", "say the id of a trigger")
    wanted = frozenset(fields.words("id") or ())
    return lambda run: run.fired.trigger is not None and run.fired.trigger.id in wanted


def _time(fields: Fields, compiler: Compiler, kind: str) -> Condition:
    """Over midnight where after is later than before; `after` belongs to the span, `before` does not."""
    if not any(name in fields for name in ("after", "before", "weekday")):
        raise fields.wrong("give after, before or weekday")
    after, before = _clock(fields, "after", time()), _clock(fields, "before", _LAST)
    days = weekdays(fields, "weekday")

    def check(run: Run) -> bool:
        now = run.engine.clock.now().astimezone(run.engine.zone)
        at = now.time()
        within = after <= at < before if after < before else not before <= at < after
        return within and now.weekday() in days

    return check


def _clock(fields: Fields, name: str, default: time) -> time:
    value = fields.take(name)
    return default if value is None else time_of(fields, name, value, fields.line(name))


def met(conditions: tuple[Condition, ...], run: Run) -> bool:
    """A condition that cannot be checked is not met, and the run tells why."""
    try:
        return all(condition(run) for condition in conditions)
    except FAULTS as error:
        run.error = str(error)
        return False


Compile = Callable[[Fields, Compiler, str], Condition]
CONDITIONS: Final[Mapping[str, Compile]] = {
    "and": _group,
    "or": _group,
    "not": _group,
    "state": _state,
    "numeric_state": _numeric_state,
    "template": _template,
    "trigger": _trigger,
    "time": _time,
}
"""By kind."""
PLANNED: Final = frozenset({"device", "sun", "zone", "holiday", "workday"})
"""Kinds of the language that are not built yet."""


def is_condition(node: Map) -> bool:
    """Whether a mapping among actions is a condition."""
    return "condition" in node or not _GROUPS.keys().isdisjoint(node)


def compile_conditions(fields: Fields, name: str, compiler: Compiler) -> tuple[Condition, ...]:
    """All conditions in a field, those that are not enabled left out. Faults go to the compiler."""
    made: list[Condition] = []
    for item in fields.maps(name):
        try:
            if isinstance(item, Fields):
                found = compile_condition(item, compiler)
                if found is not None:
                    made.append(found)
            else:
                made.append(_of_template(compiler, *item))
        except RuleError as error:
            compiler.faults.append(error)
    return tuple(made)


def compile_condition(fields: Fields, compiler: Compiler) -> Condition | None:
    """One condition; None for one that is not enabled, whatever else it says. Raises `RuleError`."""
    if not compiler.enabled(fields):
        return None
    if "condition" not in fields.node and is_condition(fields.node):
        short = next(kind for kind in _GROUPS if kind in fields.node)
        made = _GROUPS[short](compile_conditions(fields, short, compiler))
    else:
        kind = fields.need("condition", "say which kind, such as condition: state")
        if isinstance(kind, str) and "{" in kind:
            made = _of_template(compiler, kind, fields.line("condition"), fields.where("condition"))
        elif isinstance(kind, Seq | Map):
            made = _all(compile_conditions(fields, "condition", compiler))
        else:
            made = _row(str(kind), fields)(fields, compiler, str(kind))
    fields.done("alias", "note")
    return made


def _row(kind: str, fields: Fields) -> Compile:
    if kind in CONDITIONS:
        return CONDITIONS[kind]
    if kind in PLANNED or "." in kind:
        raise not_yet(f"condition {kind}", fields.line("condition"), fields.where("condition"))
    raise fields.wrong(f"there is no condition {kind!r}{nearest(kind, {*CONDITIONS, *PLANNED})}", "condition")
