"""Compiles the mappings of automations and scripts: both spellings, side by side: trigger/triggers,
condition/conditions, action/actions, platform/trigger, service/action."""

from collections.abc import Iterator
from typing import Any, Final

from homeserver.rules.actions.table import compile_block
from homeserver.rules.compiler import Compiler
from homeserver.rules.conditions.table import compile_conditions
from homeserver.rules.explaining import compile_explain
from homeserver.rules.program import Label
from homeserver.rules.reading.fields import Fields, kind_of
from homeserver.rules.reading.problem import RuleError
from homeserver.rules.reading.selectors import wrong_selector
from homeserver.rules.reading.weights import weight_of
from homeserver.rules.rule import MODES, ScriptField
from homeserver.rules.triggers.table import compile_trigger
from homeserver.rules.triggers.trigger import Trigger
from homeserver.topics.names import OBJECT_ID

_IGNORED: Final = ("note", "trace", "hide_entity", "category", "labels", "icon", "area")
"""Fields that say nothing about what a rule does."""
_QUIET: Final = ("silent", "warning", "critical", "error", "info", "debug")


def compile_automation(fields: Fields, compiler: Compiler) -> dict[str, Any]:
    """What a rule is beside its id and place; raises `RuleError`, or leaves faults with the compiler."""
    fields.take("id")
    made = _with_mode(fields, compiler)
    constants = compile_variables(fields, "trigger_variables", compiler)
    made["triggers"] = compile_triggers(fields, compiler, constants)
    made["conditions"] = compile_conditions(fields, fields.first("conditions", "condition"), compiler)
    _steps(fields, fields.first("actions", "action"), compiler)
    made["variables"] = constants | compile_variables(fields, "variables", compiler)
    made["explain"] = compile_explain(fields, compiler)
    made["object_id"] = _object_id(fields)
    initial = None if fields.take("initial_state") is None else fields.flag("initial_state", True)
    made |= {"enabled": initial is not False, "initial": initial}
    fields.done(*_IGNORED)
    return made


def _object_id(fields: Fields) -> str:
    """What follows `automation.` where the file says how the entity of a rule is called."""
    given = fields.text("default_entity_id")
    domain, _, object_id = given.partition(".")
    if given and (domain != "automation" or not OBJECT_ID.fullmatch(object_id)):
        raise fields.wrong(f"default_entity_id must be like automation.hall_light, not {given!r}", "default_entity_id")
    return object_id


def compile_script(fields: Fields, compiler: Compiler) -> dict[str, Any]:
    """The same of a script."""
    made = _with_mode(fields, compiler)
    _steps(fields, "sequence", compiler)
    made["variables"] = compile_variables(fields, "variables", compiler)
    made["explain"] = compile_explain(fields, compiler)
    made["fields"] = tuple(_field(name, fields, compiler) for name in _names(fields))
    made["icon"] = fields.text("icon")
    fields.done(*_IGNORED)
    return made


def _with_mode(fields: Fields, compiler: Compiler) -> dict[str, Any]:
    alias, description = fields.text("alias"), fields.text("description")
    mode = fields.choice("mode", MODES, "single")
    most = fields.whole("max", 10, 1)
    silent = str(fields.take("max_exceeded", "warning")).lower()
    if silent not in _QUIET:
        raise fields.wrong(f"max_exceeded must be one of {', '.join(_QUIET)}, not {silent!r}", "max_exceeded")
    made = {"description": description, "mode": mode, "most": most, "silent": silent == "silent"}
    made["weight"] = compiler.weight = weight_of(fields)
    return {**made, "alias": alias} if alias else made


def _steps(fields: Fields, name: str, compiler: Compiler) -> None:
    fields.need(name, "say what to do")
    end = Label()
    compile_block(fields, name, compiler, end)
    compiler.program.place(end)


def _names(fields: Fields) -> list[Any]:
    """The names of what a script can be given."""
    return [] if fields.take("fields") is None else list(fields.inner("fields").node)


def _field(name: Any, fields: Fields, compiler: Compiler) -> ScriptField:
    outer = fields.inner("fields")
    if outer.take(name) is None:
        return ScriptField(str(name))
    inner = outer.inner(name)
    if "fields" in inner.node:  # a section of a form
        inner.take("fields")
    selector = inner.take("selector")
    if selector is not None and (fault := wrong_selector(selector)):
        compiler.warn(fault, inner.line("selector"), inner.where("selector"), "doubtful")
        selector = None
    made = ScriptField(
        name=str(name),
        label=inner.text("name"),
        description=inner.text("description"),
        required=inner.flag("required", False),
        advanced=inner.flag("advanced", False),
        default=inner.take("default"),
        example=str(inner.take("example") or ""),
        selector={selector: None} if isinstance(selector, str) else selector or {},
    )
    inner.done("filter", "collapsed", "icon", "context")
    return made


def compile_variables(fields: Fields, name: str, compiler: Compiler) -> dict[str, Any]:
    if fields.take(name) is None:
        return {}
    inner = fields.inner(name)
    made: dict[str, Any] = compiler.data(inner.node, inner.line(), inner.way)
    return made


def compile_triggers(fields: Fields, compiler: Compiler, constants: dict[str, Any]) -> tuple[Trigger, ...]:
    name = fields.first("triggers", "trigger")
    made: list[Trigger] = []
    for number, item in enumerate(_flat(fields, name)):
        try:
            if not isinstance(item, Fields):
                raise RuleError(f"a trigger is a mapping such as trigger: state, not {kind_of(item[0])}", *item[1:])
            found = compile_trigger(item, compiler, number)
        except RuleError as error:
            compiler.faults.append(error)
            continue
        if found is not None:
            found.constants = constants
            made.append(found)
    return tuple(made)


def _flat(fields: Fields, name: str) -> Iterator[Any]:
    """The triggers of a field, those in nested lists (`- triggers: [...]`) too."""
    for item in fields.maps(name):
        if isinstance(item, Fields) and "triggers" in item.node and "trigger" not in item.node:
            yield from _flat(item, "triggers")
        else:
            yield item
