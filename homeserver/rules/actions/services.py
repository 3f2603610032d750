"""Service calls as actions: who is meant, what is asked, checked against the table of services as far as it is known.

What is fixed is checked when the rule is read and costs nothing later; what a template decides is checked when it runs.
A service that is in no table may be a call of a worker, or one that somebody offers later: see `asking`.
"""

from collections.abc import Callable
from typing import Any

from homeserver.rules.actions.asking import Asking, check_named, foreigners, row
from homeserver.rules.actions.asks import Ask, weightless
from homeserver.rules.actions.own_services import OWN
from homeserver.rules.actions.service_check import (
    EVERYWHERE,
    ServiceError,
    as_text,
    check_fixed,
    check_slip,
    is_of_entities,
    model_of,
)
from homeserver.rules.actions.target import NOBODY, compile_target, has_members, is_fixed, named, taken
from homeserver.rules.compiler import Compiler, is_dynamic
from homeserver.rules.program import Step
from homeserver.rules.reading.fields import Fields, kind_of
from homeserver.rules.reading.problem import RuleError
from homeserver.rules.reading.weights import weight_of
from homeserver.rules.reading.yaml_source import Map
from homeserver.rules.run import Run
from homeserver.topics.priority import Weight


def compile_service(fields: Fields, compiler: Compiler, then: int) -> Step:
    """A service call that goes on at step `then`; raises `RuleError`."""
    spelling = fields.first("action", "service", "service_template", "action_template")
    name = fields.text(spelling)
    data = _data(fields, compiler)
    weight = weight_of(fields, compiler.weight) if "priority" in fields or "hold_for" in fields else None
    asking = Asking("", data, compile_target(fields, compiler), fields.text("response_variable"), then, weight)
    fields.done("alias", "note", "metadata", "continue_on_error", "enabled")
    if "{" in name:
        asking.template = compiler.template(name, fields.line(spelling), fields.where(spelling))
        return asking.step
    asking.name = name.strip().lower()
    if not asking.name.partition(".")[1]:
        raise fields.wrong(f"{name!r} is no action: it must look like light.turn_on", spelling)
    try:
        return _of_name(asking, fields, spelling, compiler)
    except ServiceError as error:
        line, way = _place(fields, error.field or spelling)
        raise RuleError(str(error), line, way) from error


def _place(fields: Fields, field: str) -> tuple[int, str]:
    """Line and way of what is said in `data`, in `target` or beside them; of the action where it is said nowhere."""
    for block in ("data", "data_template", "target"):
        node = fields.node.get(block)
        if isinstance(node, Map) and field in node:
            return node.lines[field], fields.where(f"{block}.{field}")
    return (fields.line(field), fields.where(field)) if field in fields.node else (fields.line(), fields.way)


def _data(fields: Fields, compiler: Compiler) -> Any:
    """`data` and the older `data_template` together, compiled; or one template that makes a mapping."""
    made: dict[str, Any] = {}
    for name in ("data", "data_template"):
        value = fields.take(name)
        if isinstance(value, str) and "{" in value:
            return compiler.template(value, fields.line(name), fields.where(name))
        if isinstance(value, Map):
            made |= compiler.data(value, fields.line(name), fields.where(name))
        elif value is not None:
            raise fields.wrong(f"{name} must be a mapping, not {kind_of(value)}", name)
    return made


def _of_name(asking: Asking, fields: Fields, spelling: str, compiler: Compiler) -> Step:
    """A call whose name is known; raises `ServiceError`."""
    domain, _, service = asking.name.partition(".")
    weighs = {said: fields.line(said) for said in ("priority", "hold_for") if said in fields}
    if (offer := OWN.get(asking.name)) is not None:
        compiler.warnings += weightless(asking.name, weighs, fields.where(spelling))
        if asking.response and not offer.answers:
            raise ServiceError(f"{asking.name} answers nothing: leave response_variable out", "response_variable")
        if offer.model is not None and isinstance(asking.data, dict):
            asking.data = as_text(offer.model, asking.data)
            check_fixed(offer.model, asking.name, asking.data | dict(asking.target))
        return asking.step
    if is_of_entities(domain, service):
        line, way = _place(fields, "entity_id")
        return _of_entities(asking, domain, service, lambda text: compiler.warn(text, line, way, "doubtful"))
    check_slip(domain, service)
    lines = {name: _place(fields, name)[0] for name in asking.data} if isinstance(asking.data, dict) else {}
    known = asking.data | dict(asking.target) if isinstance(asking.data, dict) else asking.data
    compiler.program.asks.append(Ask(asking.name, known, fields.line(spelling), fields.where(spelling), lines, weighs))
    return asking.step


def _of_entities(asking: Asking, domain: str, service: str, warn: Callable[[str], None]) -> Step:
    """A service of entities: what is fixed becomes rows of commands. Entities that it is not for are passed over when
    it runs, as in Home Assistant."""
    if asking.response:
        raise ServiceError(f"{asking.name} answers nothing: leave response_variable out", "response_variable")
    data = asking.data
    given = taken(data, asking.target)
    if isinstance(data, dict) and domain != EVERYWHERE:
        data = as_text(model_of(domain, service), data)
        check_fixed(model_of(domain, service), asking.name, data)
    asking.data, asking.target = data, given
    if "" in given or not is_fixed(given) or not isinstance(data, dict):
        return asking.step
    target = named(given)
    check_named(domain, service, target)
    foreign = [text for _, text in foreigners(domain, service, target)]
    for text in foreign:
        warn(f"{text}; nothing is done to it")
    if (
        foreign
        or not target.fixed
        or is_dynamic(data)
        or has_members(target, domain)
        or not _all_known(domain, service, target)
    ):
        return asking.step
    rows = tuple(row(entity_id, service, data) for entity_id in target.entity_ids if entity_id != NOBODY)
    return _commands(rows, service, asking.then, asking.weight)


def _all_known(domain: str, service: str, target: Any) -> bool:
    """Whether the table of services knows what each entity is asked."""
    kinds = {entity_id.partition(".")[0] for entity_id in target.entity_ids if entity_id != NOBODY}
    return all(is_of_entities(kind, service) for kind in kinds)


def _commands(
    rows: tuple[tuple[str, str, dict[str, Any]], ...], service: str, then: int, weight: Weight | None
) -> Step:
    def step(run: Run) -> int:
        for domain, object_id, ready in rows:
            run.command(domain, object_id, service, ready, weight)
        return then

    return step
