"""What rules ask of somebody whom no table knows: calls of workers, scripts by their names, services yet to come.

Looked at when rules are read, and again whenever a worker says what it answers: a fault here keeps no rule from
running, for what is not answered today may be answered tomorrow. The action itself fails clearly until then.
"""

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import field
from typing import TYPE_CHECKING, Any, Protocol

from homeserver.rules.actions.schema import faults
from homeserver.rules.actions.service_check import ServiceError, as_text, check_fixed
from homeserver.rules.offer import Offer
from homeserver.rules.reading.problem import RuleError, nearest
from homeserver.topics.record import record
from homeserver.topics.services import SERVICES
from homeserver.view.templates import Template

if TYPE_CHECKING:
    from homeserver.rules.engine import Engine


@record
class Ask:
    """One such action: its name, its compiled data with the target, its place, and the lines of its data and of what it
    says beside them of its weight."""

    name: str
    data: Any
    line: int
    way: str
    lines: Mapping[str, int] = field(default_factory=dict)
    weighs: Mapping[str, int] = field(default_factory=dict)


class Answered(Protocol):
    """Who answers what, as far as it is known."""

    def offer(self, name: str) -> Offer | None:
        """A service that is offered under its full name."""

    def request(self, worker: str, verb: str) -> Mapping[str, Any] | None:
        """The schema of a call's arguments."""

    def is_announced(self, domain: str, service: str) -> bool:
        """Whether an entity takes it."""

    def names(self) -> Iterable[str]:
        """All that is offered or called."""


class OfEngine:
    """What is so in a running home."""

    def __init__(self, engine: "Engine") -> None:
        self._engine = engine

    def offer(self, name: str) -> Offer | None:
        return self._engine.offers.get(name)

    def request(self, worker: str, verb: str) -> Mapping[str, Any] | None:
        shape = self._engine.announced.shape(worker, verb)
        return shape.request if shape is not None else None

    def is_announced(self, domain: str, service: str) -> bool:
        configs, prefix = self._engine.view.configs, f"{domain}."
        return any(service in config.services for id, config in configs.items() if id.startswith(prefix))

    def names(self) -> Iterable[str]:
        yield from (f"{call.worker}.{call.verb}" for call in self._engine.announced.all())
        yield from self._engine.offers


def doubts(asks: Iterable[Ask], answered: Answered) -> Iterator[RuleError]:
    """What is wrong with each, by what is answered now."""
    for ask in asks:
        domain, _, verb = ask.name.partition(".")
        if (offer := answered.offer(ask.name)) is not None:
            yield from _unfit_for_offer(ask, offer)
        elif (request := answered.request(domain, verb)) is not None:
            yield from _unfit(ask, request)
            yield from weightless(ask.name, ask.weighs, ask.way, request.get("properties", {}))
        elif not answered.is_announced(domain, verb):
            yield RuleError(f"nobody answers {ask.name} now{_near(ask.name, answered)}", ask.line, ask.way, "unknown")


def weightless(
    name: str, weighs: Mapping[str, int], way: str, own: Container[str] = frozenset()
) -> Iterator[RuleError]:
    """`priority` and `hold_for` beside what commands no entity; `own`: the fields that it has itself."""
    for said, line in weighs.items():
        remedy = f"say it in its data, where {name} has a {said} of its own" if said in own else "take it away"
        text = f"{said} does nothing here: it weighs commands to entities, and {name} is none; {remedy}"
        yield RuleError(text, line, f"{way.rpartition('.')[0]}.{said}".strip("."), "doubtful")


def _unfit_for_offer(ask: Ask, offer: Offer) -> Iterator[RuleError]:
    if offer.model is not None and isinstance(ask.data, dict):
        try:
            check_fixed(offer.model, ask.name, as_text(offer.model, ask.data))
        except ServiceError as error:
            yield RuleError(str(error), ask.lines.get(error.field, ask.line), ask.way)


def _unfit(ask: Ask, schema: Mapping[str, Any]) -> Iterator[RuleError]:
    if isinstance(ask.data, Template):
        return
    for name, text in faults(ask.data, schema):
        first = name.partition(".")[0].partition("[")[0]
        told = f"{ask.name}: {name} {text}" if name else f"{ask.name} {text}"
        yield RuleError(told, ask.lines.get(first, ask.line), f"{ask.way}.{name}" if name else ask.way)


def _near(name: str, answered: Answered) -> str:
    """`; did you mean ...?`, looking at everything that is answered now."""
    of_entities = [f"{domain}.{service}" for domain, services in SERVICES.items() for service in services]
    return nearest(name, [*answered.names(), *of_entities])


def unanswered(name: str, engine: "Engine") -> str:
    """The words of the action that fails."""
    return f"nobody answers {name}{_near(name, OfEngine(engine))}"
