"""A service call when it runs: what templates decide is rendered and checked, then whoever answers is asked.

In this order: what the platform itself does (`own_services`), what is offered under its full name (scripts), a service
of entities by the table, a call of a worker by what is announced, a service that an entity announces beside those of
its kind. An entity is told and not waited for; what has an answer (a call of a worker, a script) is waited for, with or
without `response_variable`, so that its fault is the fault of the action.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from homeserver.rules.actions.asks import unanswered
from homeserver.rules.actions.own_services import OWN
from homeserver.rules.actions.schema import faults
from homeserver.rules.actions.service_check import (
    EVERYWHERE,
    ServiceError,
    checked,
    fit,
    is_of_entities,
    is_text,
    model_of,
)
from homeserver.rules.actions.target import Given, has_members, named, taken, with_members
from homeserver.rules.compiler import rendered
from homeserver.rules.offer import Offer, Pending
from homeserver.rules.program import Misconfigured, RunError
from homeserver.rules.run import TTL, Run
from homeserver.topics.call import CallError
from homeserver.topics.names import split_entity
from homeserver.topics.priority import Weight
from homeserver.topics.process import CallShape
from homeserver.topics.services import SERVICES
from homeserver.view.targets import Target, resolve
from homeserver.view.templates import Template, TemplateError

_YEARS: Final = 10 * 366 * 86_400.0
"""Seconds that stand for an answer without a time limit."""
Row = tuple[str, str, dict[str, Any]]
"""Domain, object id and data of a command."""


class Asking:
    """One service call, compiled. `step` is the step of the program."""

    __slots__ = ("data", "name", "response", "target", "template", "then", "weight")

    def __init__(
        self, name: str, data: Any, target: Given, response: str, then: int, weight: Weight | None = None
    ) -> None:
        self.name = name
        self.data = data
        self.target = target
        self.response = response
        self.then = then
        self.weight = weight
        """What its commands weigh; None where the rule alone says so."""
        self.template: Template | None = None
        """Of the name, where it has one."""

    def step(self, run: Run) -> int:
        came = run.take()
        if came is not None:
            return self._answered(run, came[0])
        try:
            name = self.name if self.template is None else self.template.render(run.values).strip().lower()
            if run.until is not None:
                run.until = None
                offer = run.engine.offers.get(name)
                if offer is not None and offer.resume is not None:
                    return self._taken_up(run, offer.resume(run))
                raise RunError(f"{name}: the rules were restarted before its answer came")
            return self._ask(run, name)
        except TemplateError as error:
            raise RunError(str(error)) from error

    def _answered(self, run: Run, answer: Any) -> int:
        if self.response:
            run.assign(self.response, answer)
        return self.then

    def _ask(self, run: Run, name: str) -> int:
        offer = run.engine.offers.get(name) or OWN.get(name)
        if offer is not None:
            return self._offered(run, name, offer)
        domain, _, service = name.partition(".")
        if is_of_entities(domain, service):
            return self._entities(run, domain, service)
        shape = run.engine.announced.shape(domain, service)
        return self._called(run, name, shape) if shape is not None else self._announced(run, domain, service)

    # -- what is asked

    def _data(self, run: Run, name: str, is_words: Callable[[str], bool]) -> dict[str, Any]:
        """The data, rendered; a template of a field that wants text gives its text."""
        data, made = self.data, None
        if isinstance(data, dict):
            made = {
                field: value.render(run.values)
                if isinstance(value, Template) and is_words(field)
                else rendered(value, run.values)
                for field, value in data.items()
            }
        else:
            made = rendered(data, run.values)
        if not isinstance(made, dict):
            raise ServiceError(f"the data of {name} must be a mapping, not {made!r}")
        return made

    def _given(self, run: Run) -> dict[str, Any]:
        """The target, rendered."""
        found: dict[str, Any] = rendered(self.target, run.values)
        whole = found.get("", found)
        return whole if isinstance(whole, dict) else {}

    def _whole(self, run: Run, name: str, is_words: Callable[[str], bool]) -> dict[str, Any]:
        """The data with the target in it, for those who have no entities."""
        return self._data(run, name, is_words) | self._given(run)

    # -- who is asked

    def _offered(self, run: Run, name: str, offer: Offer) -> int:
        model = offer.model
        data = self._whole(run, name, lambda field: model is not None and is_text(model, field))
        if model is not None:
            data = fit(model, name, data)
        if self.response and not offer.answers:
            raise ServiceError(f"{name} answers nothing: leave response_variable out", "response_variable")
        run.engine.caused(run.cause, run.depth, run.begun)
        run.lent = self.weight
        try:
            return self._taken_up(run, offer.work(run, data))
        finally:
            run.lent = None

    def _taken_up(self, run: Run, answer: Any) -> int:
        if isinstance(answer, Pending):
            run.left(_YEARS)
            return run.hold(answer)
        return self._answered(run, answer)

    def _entities(self, run: Run, domain: str, service: str) -> int:
        if self.response:
            raise ServiceError(f"{domain}.{service} answers nothing: leave response_variable out", "response_variable")
        model = model_of(domain, service) if domain != EVERYWHERE else None
        data = self._data(run, f"{domain}.{service}", lambda field: model is not None and is_text(model, field))
        target = named(taken(data, self._given(run)))
        target = self._reached(run, domain, service, target)
        if has_members(target, domain) and domain != EVERYWHERE:
            target = with_members(run.engine.view, target)
        domains = _able(run, service) if domain == EVERYWHERE else frozenset((domain,))
        ready = [
            row(entity_id, service, data)
            for entity_id in resolve(run.engine.view, target, domains)
            if entity_id.partition(".")[0] in domains
        ]
        for at, object_id, made in ready:
            run.command(at, object_id, service, made, self.weight)
        return self.then

    @staticmethod
    def _reached(run: Run, domain: str, service: str, target: Target) -> Target:
        """Without the entities that the service is not for, as Home Assistant passes them over; the run tells of them.
        Raises `ServiceError` where nobody is named at all."""
        check_named(domain, service, target)
        foreign = dict(foreigners(domain, service, target))
        if not foreign:
            return target
        run.error = next(iter(foreign.values()))
        left = tuple(id for id in target.entity_ids if id not in foreign)
        return Target({**target.named, "entity_id": left}, target.but)

    def _called(self, run: Run, name: str, shape: CallShape) -> int:
        known: Mapping[str, Any] = shape.request.get("properties", {})
        args = self._whole(run, name, lambda field: known.get(field, {}).get("type") == "string")
        for field, text in faults(args, shape.request):
            raise ServiceError(f"{name}: {field} {text}" if field else f"{name} {text}", field)
        worker, _, verb = name.partition(".")
        run.left(TTL)
        return run.hold(_call(run, worker, verb, args))

    def _announced(self, run: Run, domain: str, service: str) -> int:
        view = run.engine.view
        data = self._data(run, f"{domain}.{service}", lambda field: False)
        given = taken(data, self._given(run))
        if not given:
            raise Misconfigured(unanswered(f"{domain}.{service}", run.engine))
        target = with_members(view, named(given))
        able = [id for id in resolve(view, target, frozenset((domain,))) if _announces(run, id, domain, service)]
        if not able and not (target.fixed and not target.entity_ids):
            raise Misconfigured(unanswered(f"{domain}.{service}", run.engine))
        for entity_id in able:
            run.command(*split_entity(entity_id), service, data, self.weight)
        return self.then


def _announces(run: Run, entity_id: str, domain: str, service: str) -> bool:
    config = run.engine.view.config(entity_id)
    return entity_id.partition(".")[0] == domain and config is not None and service in config.services


def _able(run: Run, service: str) -> frozenset[str]:
    """The kinds of entity that have a service, by the table or because one of them says so."""
    known = {kind for kind, services in SERVICES.items() if service in services}
    announced = {id.partition(".")[0] for id, config in run.engine.view.configs.items() if service in config.services}
    return frozenset(known | announced)


def _call(run: Run, worker: str, verb: str, args: dict[str, Any]) -> Pending:
    """Call a worker; the run goes on with its answer."""
    engine, cause = run.engine, run.cause
    engine.caused(cause, run.depth, run.begun)

    async def ask() -> None:
        try:
            answer = (await engine.house.ask(worker, verb, args, cause=cause, ttl=TTL),)
        except CallError as error:
            run.arrive(RunError(f"{worker}.{verb}: {error}"))
        else:
            run.arrive(answer)

    return Pending(engine.house.start(ask(), f"{worker}.{verb} for {run.rule.id}").cancel)


def check_named(domain: str, service: str, target: Target) -> None:
    """Whether anybody is named; raises `ServiceError`."""
    if not target.named:
        raise ServiceError(f"{domain}.{service} needs a target: say which entity, device or area")


def foreigners(domain: str, service: str, target: Target) -> Iterator[tuple[str, str]]:
    """The entities that are named and that a service is not for, each with a sentence about it."""
    for entity_id in target.entity_ids:
        if _fits(domain, service, entity_id):
            continue
        own = entity_id.partition(".")[0]
        if domain != EVERYWHERE:
            yield entity_id, f"{domain}.{service} does not reach {entity_id}: use {own}.{service}"
        else:
            yield entity_id, f"{entity_id} cannot be asked to {service}"


def _fits(domain: str, service: str, entity_id: str) -> bool:
    """Whether a service is for an entity of this kind, or for the members of this group."""
    own, dot, _ = entity_id.partition(".")
    if domain == EVERYWHERE:
        return own not in SERVICES or service in SERVICES[own]
    return not dot or own in (domain, "group")


def row(entity_id: str, service: str, data: Mapping[str, Any]) -> Row:
    """The command to one entity; its data is checked where the table of services knows it. Raises `ServiceError`."""
    domain, object_id = split_entity(entity_id)
    return domain, object_id, checked(domain, service, data) if is_of_entities(domain, service) else dict(data)
