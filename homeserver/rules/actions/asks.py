"""What rules ask of somebody whom no table knows: calls of workers, scripts by their names, services yet to come.

Looked at when rules are read, and again whenever a worker says what it answers: a fault here keeps no rule from
running, for what is not answered today may be answered tomorrow. The action itself fails clearly until then.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field
from typing import TYPE_CHECKING, Any

from homeserver.rules.actions.schema import faults
from homeserver.rules.actions.service_check import ServiceError, check_fixed
from homeserver.rules.reading.problem import RuleError, nearest
from homeserver.topics.record import record
from homeserver.topics.services import SERVICES
from homeserver.view.templates import Template

if TYPE_CHECKING:
    from homeserver.rules.engine import Engine


@record
class Ask:
    """One such action: its name, its compiled data with the target, its place, and the lines of its data."""

    name: str
    data: Any
    line: int
    way: str
    lines: Mapping[str, int] = field(default_factory=dict)


def doubts(asks: Iterable[Ask], engine: "Engine") -> Iterator[RuleError]:
    """What is wrong with each, by what is answered now."""
    for ask in asks:
        domain, _, verb = ask.name.partition(".")
        if (offer := engine.offers.get(ask.name)) is not None:
            if offer.model is not None and isinstance(ask.data, dict):
                try:
                    check_fixed(offer.model, ask.name, ask.data)
                except ServiceError as error:
                    yield RuleError(str(error), ask.lines.get(error.field, ask.line), ask.way)
        elif (shape := engine.announced.shape(domain, verb)) is not None:
            yield from _unfit(ask, shape.request)
        elif not _is_announced_by_an_entity(domain, verb, engine):
            yield RuleError(f"nobody answers {ask.name} now{_near(ask.name, engine)}", ask.line, ask.way, "unknown")


def _unfit(ask: Ask, schema: Mapping[str, Any]) -> Iterator[RuleError]:
    if isinstance(ask.data, Template):
        return
    for name, text in faults(ask.data, schema):
        first = name.partition(".")[0].partition("[")[0]
        told = f"{ask.name}: {name} {text}" if name else f"{ask.name} {text}"
        yield RuleError(told, ask.lines.get(first, ask.line), f"{ask.way}.{name}" if name else ask.way)


def _is_announced_by_an_entity(domain: str, service: str, engine: "Engine") -> bool:
    prefix = f"{domain}."
    return any(service in config.services for id, config in engine.view.configs.items() if id.startswith(prefix))


def _near(name: str, engine: "Engine") -> str:
    """`; did you mean ...?`, looking at everything that is answered now."""
    known = [f"{call.worker}.{call.verb}" for call in engine.announced.all()]
    known += engine.offers
    known += [f"{domain}.{service}" for domain, services in SERVICES.items() for service in services]
    return nearest(name, known)


def unanswered(name: str, engine: "Engine") -> str:
    """The words of the action that fails."""
    return f"nobody answers {name}{_near(name, engine)}"
