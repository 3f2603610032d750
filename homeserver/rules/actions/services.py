"""Service calls as actions: who is meant, what is asked, checked against the table of services as far as it is known.

What is fixed is checked when the rule is read and costs nothing later; what a template decides is checked when it runs.
"""

from collections.abc import Mapping
from typing import Any

from homeserver.rules.actions.service_check import (
    EVERYWHERE,
    ServiceError,
    as_text,
    check_fixed,
    check_service,
    checked,
    is_text,
    model_of,
)
from homeserver.rules.compiler import Compiler, is_dynamic, rendered
from homeserver.rules.program import Step
from homeserver.rules.reading.fields import Fields, kind_of
from homeserver.rules.reading.problem import Code, RuleError, not_yet
from homeserver.rules.reading.yaml_source import Map, Seq
from homeserver.rules.run import Run
from homeserver.topics.names import BadNameError, split_entity
from homeserver.topics.services import SERVICES
from homeserver.view.targets import ALL, FIELDS, Target, resolve
from homeserver.view.templates import Template


def compile_service(fields: Fields, compiler: Compiler, then: int) -> Step:
    """A service call that goes on at step `then`; raises `RuleError`."""
    spelling = fields.first("action", "service", "service_template", "action_template")
    name = fields.text(spelling)
    data = _data(fields, compiler)
    target = _target(fields, compiler, data)
    if "response_variable" in fields:
        raise not_yet("response_variable", fields.line("response_variable"), fields.where("response_variable"))
    fields.done("alias", "note", "metadata", "continue_on_error", "enabled")
    if "{" in name:
        template = compiler.template(name, fields.line(spelling), fields.where(spelling))
        return lambda run: _call(run, template.render(run.values), target, data, then)
    domain, dot, service = name.strip().lower().partition(".")
    if not dot:
        raise fields.wrong(f"{name!r} is no action: it must look like light.turn_on", spelling)
    try:
        return _of_service(domain, service, target, data, then)
    except ServiceError as error:
        code: Code = "unsupported" if str(error).startswith("not supported yet") else "invalid"
        where = f"{spelling}.{error.field}" if error.field else spelling
        line = _line_of(fields, error.field) if error.field else fields.line(spelling)
        raise RuleError(str(error), line, fields.where(where), code) from error


def _line_of(fields: Fields, field: str) -> int:
    for block in ("data", "data_template"):
        node = fields.node.get(block)
        if isinstance(node, Map) and field in node:
            return node.lines[field]
    return fields.line()


def _data(fields: Fields, compiler: Compiler) -> Any:
    """`data` and the older `data_template` together, compiled; or one template that makes a mapping."""
    made: dict[str, Any] = {}
    for name in ("data_template", "data"):
        value = fields.take(name)
        if isinstance(value, str) and "{" in value:
            return compiler.template(value, fields.line(name), fields.where(name))
        if isinstance(value, Map):
            made |= compiler.data(value, fields.line(name), fields.where(name))
        elif value is not None:
            raise fields.wrong(f"{name} must be a mapping, not {kind_of(value)}", name)
    return made


def _target(fields: Fields, compiler: Compiler, data: Any) -> Target | Mapping[str, Any]:
    """Who is meant: fixed, or compiled values by field. It may stand in `target`, beside it, or among the data."""
    found: dict[str, Any] = {}
    if "target" in fields and fields.take("target") is not None:
        value = fields.take("target")
        if isinstance(value, str):
            template = compiler.template(value, fields.line("target"), fields.where("target"))
            return {"": template}
        inner = fields.inner("target")
        for name in FIELDS:
            found[name] = inner.take(name)
        inner.done()
    if "entity_id" in fields:
        found["entity_id"] = fields.take("entity_id")
    if isinstance(data, dict):
        for name in FIELDS:
            if name in data and found.get(name) is None:
                found[name] = data.pop(name)
    compiled = {
        name: compiler.data(value, fields.line("target"), fields.where(name)) if isinstance(value, str | Seq) else value
        for name, value in found.items()
        if value is not None
    }
    if any(map(is_dynamic, compiled.values())):
        return compiled
    try:
        return named(compiled)
    except ServiceError as error:
        raise fields.wrong(str(error), "target" if "target" in fields else "entity_id") from error


def named(target: Mapping[str, Any]) -> Target:
    """Plain values as a target; raises `ServiceError`."""
    ids: dict[str, tuple[str, ...]] = {}
    for field, value in target.items():
        parts = value if isinstance(value, list | tuple | set) else (value,)
        ids[field] = tuple(word.strip() for part in parts for word in str(part).split(",") if word.strip())
    for entity_id in ids.get("entity_id", ()):
        if entity_id not in (ALL, "none"):
            try:
                split_entity(entity_id.lower())
            except BadNameError as error:
                raise ServiceError(str(error), "entity_id") from error
    if "entity_id" in ids:
        ids["entity_id"] = tuple(entity_id.lower() for entity_id in ids["entity_id"])
    return Target(ids)


def _of_service(domain: str, service: str, target: Target | Mapping[str, Any], data: Any, then: int) -> Step:
    check_service(domain, service)
    if isinstance(data, dict) and domain != EVERYWHERE:
        data = as_text(model_of(domain, service), data)
        check_fixed(domain, service, data)
    if not isinstance(target, Target) or is_dynamic(data):
        if isinstance(target, Target):
            _check_domains(domain, service, target)
        return lambda run: _call(run, f"{domain}.{service}", target, data, then)
    _check_domains(domain, service, target)
    if not target.fixed:
        return lambda run: _ask(run, domain, service, target, data, then)
    rows = tuple(_row(entity_id, service, data) for entity_id in target.entity_ids if entity_id != "none")

    def step(run: Run) -> int:
        for at_domain, object_id, ready in rows:
            run.command(at_domain, object_id, service, ready)
        return then

    return step


def _check_domains(domain: str, service: str, target: Target) -> None:
    if not any(target.named.values()):
        raise ServiceError(f"{domain}.{service} needs a target: say which entity, device or area")
    for entity_id in target.entity_ids:
        own = entity_id.partition(".")[0]
        if entity_id in (ALL, "none") or own == domain:
            continue
        if domain != EVERYWHERE:
            if own == "group":
                raise ServiceError(f"not supported yet: the group {entity_id}", "entity_id")
            raise ServiceError(f"{domain}.{service} does not reach {entity_id}: use {own}.{service}", "entity_id")
        if service not in SERVICES.get(own, {}):
            known = own in SERVICES
            problem = f"{entity_id} cannot be asked to {service}" if known else f"not supported yet: {own} entities"
            raise ServiceError(problem, "entity_id")


def _row(entity_id: str, service: str, data: Mapping[str, Any]) -> tuple[str, str, dict[str, Any]]:
    domain, object_id = split_entity(entity_id)
    return domain, object_id, checked(domain, service, data)


# -- running


def _call(run: Run, name: str, target: Target | Mapping[str, Any], data: Any, then: int) -> int:
    """A call of which a template decided a part: checked now."""
    domain, _, service = name.strip().lower().partition(".")
    check_service(domain, service)
    made = _rendered_data(run, domain, service, data)
    if not isinstance(made, dict):
        raise ServiceError(f"the data of {name} must be a mapping, not {made!r}")
    if not isinstance(target, Target):
        found = rendered(target, run.values)
        target = named(found.get("", found) if isinstance(found.get("", found), dict) else {})
    if moved := {field: made.pop(field) for field in FIELDS if field in made}:
        target = Target({**named(moved).named, **target.named})
    _check_domains(domain, service, target)
    return _ask(run, domain, service, target, made, then)


def _rendered_data(run: Run, domain: str, service: str, data: Any) -> Any:
    if domain == EVERYWHERE or not isinstance(data, dict):
        return rendered(data, run.values)
    model = model_of(domain, service)
    return {
        name: value.render(run.values)
        if isinstance(value, Template) and is_text(model, name)
        else rendered(value, run.values)
        for name, value in data.items()
    }


def _ask(run: Run, domain: str, service: str, target: Target, data: Mapping[str, Any], then: int) -> int:
    """Tell every entity that is meant now."""
    able = frozenset(kind for kind, services in SERVICES.items() if service in services)
    domains = able if domain == EVERYWHERE else frozenset((domain,))
    for entity_id in resolve(run.engine.view, target, domains):
        domain_of, object_id, ready = _row(entity_id, service, data)
        run.command(domain_of, object_id, service, ready)
    return then
