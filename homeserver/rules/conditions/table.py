"""Conditions: what must be so. One row in `CONDITIONS` for each kind; each compiles to a function of the run.

Kinds and fields: https://www.home-assistant.io/docs/scripts/conditions/
A condition that cannot be checked (no such entity, no number) is a fault, and whoever asked treats it as not met; `or`
is met by another part all the same.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from homeserver.rules.compiler import Compiler, truth
from homeserver.rules.conditions.condition import Condition, every, leaf, no, some
from homeserver.rules.conditions.days import DAY_CONDITIONS
from homeserver.rules.conditions.device import compile_device
from homeserver.rules.conditions.state import compile_numeric_state, compile_state
from homeserver.rules.conditions.sun import SUN_CONDITIONS
from homeserver.rules.conditions.time import time_condition
from homeserver.rules.conditions.zone import compile_zone
from homeserver.rules.program import FAULTS
from homeserver.rules.purpose import names
from homeserver.rules.purpose.condition import compile_named
from homeserver.rules.reading.fields import Fields, kind_of
from homeserver.rules.reading.problem import RuleError, nearest, not_yet
from homeserver.rules.reading.yaml_source import Map, Seq
from homeserver.rules.run import Run
from homeserver.view.observed import Look
from homeserver.view.templates import Template

_SHOWN: Final = 200
"""Characters of what a template says that are told."""
_MOST: Final = 5
"""Entities of which is told what they are like."""
_GROUPS: Final[Mapping[str, Callable[[tuple[Condition, ...]], Condition]]] = {"and": every, "or": some, "not": no}


def _group(fields: Fields, compiler: Compiler, kind: str) -> Condition:
    if "conditions" not in fields:
        raise fields.wrong(f"conditions is missing: list what {kind} is about")
    return _GROUPS[kind](compile_conditions(fields, "conditions", compiler))


def _template(fields: Fields, compiler: Compiler, kind: str) -> Condition:
    name = "value_template"
    text = fields.need(name, "give a template that says true or false")
    return _of_template(compiler, text, fields.line(name), fields.where(name))


def of_template(compiler: Compiler, text: Any, line: int, way: str) -> Condition:
    """The condition that a template says true, written without a mapping around it; raises `RuleError`."""
    if isinstance(text, str) and "{" not in text:
        raise RuleError(f"a condition is a mapping or a template such as {{{{ ... }}}}, not {text!r}", line, way)
    return _of_template(compiler, text, line, way)


def _of_template(compiler: Compiler, text: Any, line: int, way: str) -> Condition:
    if isinstance(text, bool):
        return leaf(compiler, way, line, lambda run: text, lambda run: f"it says {str(text).lower()}")
    if not isinstance(text, str):
        raise RuleError(f"a condition is a mapping or a template, not {kind_of(text)}", line, way)
    template = compiler.template(text, line, way)
    return leaf(compiler, way, line, holds(template), lambda run: _said(template, run))


def _said(template: Template, run: Run) -> str:
    """What a template says, and what the entities are like at which it looks."""
    look = Look()
    try:
        said = repr(run.engine.observer.render(template, run.values, look)[:_SHOWN])
    except FAULTS as error:
        said = f"nothing: {error}"
    states = ((entity_id, run.engine.view.said(entity_id)) for entity_id in sorted(look.entities)[:_MOST])
    rows = [f"{entity_id} is {state.state if state is not None else 'not there'}" for entity_id, state in states]
    return "; ".join([f"the template says {said}", *rows])


def holds(template: Template) -> Condition:
    """The condition that a template says true."""
    return lambda run: truth(template.render(run.values))


def _trigger(fields: Fields, compiler: Compiler, kind: str) -> Condition:
    fields.need("id", "say the id of a trigger")
    wanted = tuple(dict.fromkeys(fields.words("id") or ()))

    def check(run: Run) -> bool:
        return run.fired.trigger is not None and run.fired.trigger.id in wanted

    def tell(run: Run) -> str:
        own = run.fired.trigger
        return f"{'no trigger' if own is None else f'trigger {own.id}'} fired; wanted {' or '.join(sorted(wanted))}"

    return leaf(compiler, fields.way, fields.line(), check, tell)


Compile = Callable[[Fields, Compiler, str], Condition]
CONDITIONS: Final[Mapping[str, Compile]] = {
    "and": _group,
    "or": _group,
    "not": _group,
    "state": compile_state,
    "numeric_state": compile_numeric_state,
    "template": _template,
    "trigger": _trigger,
    "time": time_condition,
    **SUN_CONDITIONS,
    **DAY_CONDITIONS,
    "zone": compile_zone,
    "device": compile_device,
}
"""By kind."""
PLANNED: Final[frozenset[str]] = frozenset()
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
                made.append(of_template(compiler, *item))
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
            made = of_template(compiler, kind, fields.line("condition"), fields.where("condition"))
        elif isinstance(kind, Seq | Map):
            made = every(compile_conditions(fields, "condition", compiler))
        else:
            made = _of_row(str(kind), fields, compiler)
    fields.done("alias", "note")
    return made


def _of_row(kind: str, fields: Fields, compiler: Compiler) -> Condition:
    """By its row; a row that tells nothing of what it looks at is a leaf all the same."""
    before = len(compiler.leaves)
    made = _row(kind, fields)(fields, compiler, kind)
    if kind not in _GROUPS and len(compiler.leaves) == before:
        text = f"{kind} {', '.join(f'{name}: {value}' for name, value in fields.node.items() if name != 'condition')}"
        return leaf(compiler, fields.way, fields.line(), made, lambda run: f"{text}; it is {_now(run)}")
    return made


def _now(run: Run) -> str:
    return f"{run.engine.clock.now().astimezone(run.engine.zone):%A %H:%M:%S}"


def _row(kind: str, fields: Fields) -> Compile:
    """How to compile a kind; raises `RuleError`."""
    if kind in CONDITIONS:
        return CONDITIONS[kind]
    if kind in PLANNED or kind in names.PLANNED:
        raise not_yet(f"condition {kind}", fields.line("condition"), fields.where("condition"))
    if "." not in kind:
        raise fields.wrong(f"there is no condition {kind!r}{nearest(kind, {*CONDITIONS, *PLANNED})}", "condition")
    if kind not in names.conditions():
        known = {*CONDITIONS, *names.conditions()}
        raise fields.wrong(f"there is no condition {kind!r}{nearest(kind, known)}", "condition")
    return lambda fields, compiler, name: compile_named(name, fields, compiler)
