"""Triggers: what a rule listens for. One row in `TRIGGERS` for each kind.

A trigger is attached to the engine, which calls it for the entities it asked for; it calls `fire` when it has seen what
it waits for. Kinds and fields: https://www.home-assistant.io/docs/automation/trigger/
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from homeserver.rules.compiler import Compiler, rendered
from homeserver.rules.durations import Duration, DurationError, duration
from homeserver.rules.engine import Engine
from homeserver.rules.fields import Fields
from homeserver.rules.limits import Limits, limits
from homeserver.rules.moments import Moment, moments, weekdays
from homeserver.rules.problem import nearest, not_yet
from homeserver.rules.run import FAULTS, Fired, RunError
from homeserver.rules.yaml_source import Seq
from homeserver.runtime.clock import Timer
from homeserver.topics.entity import EntityState
from homeserver.view.templates import TemplateError

Fire = Callable[[Fired], None]


class Trigger:
    """One compiled trigger. `id` is what the condition `trigger` asks for."""

    kind = ""

    def __init__(self, id: str, number: int, alias: str) -> None:
        self.id = id
        self.number = number
        self.alias = alias
        self.variables: dict[str, Any] = {}
        self.constants: dict[str, Any] = {}
        """The rule's `trigger_variables`, for templates in the trigger itself."""
        self.fire: Fire = _nowhere

    def attach(self, engine: Engine, fire: Fire) -> None:
        """Begin to listen."""
        raise NotImplementedError

    def detach(self, engine: Engine) -> None:
        """Stop listening."""
        raise NotImplementedError

    def describe(self, fired: Fired, engine: Engine) -> dict[str, Any]:
        """The variable `trigger`."""
        return {"platform": self.kind, "id": self.id, "idx": str(self.number), "alias": self.alias or None}


def _nowhere(fired: Fired) -> None:
    """Where a trigger fires that is attached to nothing."""


class EntityTrigger(Trigger):
    """Of one or more entities, perhaps only after something has been so for a while."""

    def __init__(self, id: str, number: int, alias: str, entity_ids: tuple[str, ...], lasting: Duration | None) -> None:
        super().__init__(id, number, alias)
        self.entity_ids = entity_ids
        self._lasting = lasting
        self._pending: dict[str, tuple[Timer, EntityState | None, EntityState | None]] = {}
        self.engine: Engine

    def attach(self, engine: Engine, fire: Fire) -> None:
        self.fire, self.engine = fire, engine
        for entity_id in self.entity_ids:
            engine.listen(entity_id, self.hear)

    def detach(self, engine: Engine) -> None:
        for entity_id in self.entity_ids:
            engine.unlisten(entity_id, self.hear)
            self._forget(entity_id)
        self.fire = _nowhere

    def hear(self, entity_id: str, old: EntityState | None, new: EntityState | None) -> None:
        """A state changed."""
        raise NotImplementedError

    def still(self, entity_id: str, old: EntityState | None, seen: EntityState | None, new: EntityState | None) -> bool:
        """Whether `new` still is what `for` waits on; `old` and `seen` are what it began with."""
        raise NotImplementedError

    def _check(self, entity_id: str, new: EntityState | None) -> None:
        """End the wait for `for` where the entity is no longer so."""
        pending = self._pending.get(entity_id)
        if pending is not None and not self.still(entity_id, pending[1], pending[2], new):
            self._forget(entity_id)

    def _forget(self, entity_id: str) -> None:
        pending = self._pending.pop(entity_id, None)
        if pending is not None:
            pending[0].cancel()

    def _matched(self, entity_id: str, old: EntityState | None, new: EntityState | None) -> None:
        """Fire now, or after `for`."""
        if self._lasting is None:
            cause = new.cause if new is not None else None
            self.fire(Fired(self, entity_id, old, new, cause=cause))
            return
        if entity_id in self._pending:
            return  # it has been so for a part of the time already
        fired = Fired(self, entity_id, old, new)
        try:
            seconds = self._lasting(lambda: self._known() | {"trigger": self.describe(fired, self.engine)})
        except (TemplateError, DurationError) as error:
            self.engine.complain(self, f"for: {error}")
            return
        timer = self.engine.clock.call_later(seconds, self._lasted, entity_id, old, new, seconds)
        self._pending[entity_id] = (timer, old, new)

    def _known(self) -> dict[str, Any]:
        known: dict[str, Any] = rendered(self.constants, {})
        return known

    def _lasted(self, entity_id: str, old: EntityState | None, new: EntityState | None, seconds: float) -> None:
        self._pending.pop(entity_id, None)
        cause = new.cause if new is not None else None
        self.fire(Fired(self, entity_id, old, new, cause=cause, lasted=seconds))

    def describe(self, fired: Fired, engine: Engine) -> dict[str, Any]:
        return super().describe(fired, engine) | {
            "entity_id": fired.entity_id,
            "from_state": engine.shown(fired.entity_id, fired.old),
            "to_state": engine.shown(fired.entity_id, fired.new),
            "for": engine.span(fired.lasted),
            "description": f"{self.kind} of {fired.entity_id}",
        }


class StateTrigger(EntityTrigger):
    """A state or an attribute changed, from and to certain values.

    Without from, to, not_from and not_to a change of any attribute counts too; with one of them, even empty, only a
    change of the state does: https://www.home-assistant.io/docs/automation/trigger/#state-trigger
    The first word about an entity is no change: nothing fires because the home has just started.
    """

    kind = "state"

    def __init__(
        self, *args: Any, froms: "Match", tos: "Match", attribute: str, any_change: bool, leaving: bool
    ) -> None:
        super().__init__(*args)
        self._froms = froms
        self._tos = tos
        self._attribute = attribute
        self._any_change = any_change
        self._leaving = leaving

    def _value(self, state: EntityState | None) -> Any:
        if state is None:
            return None
        return state.attributes.get(self._attribute) if self._attribute else state.state

    def hear(self, entity_id: str, old: EntityState | None, new: EntityState | None) -> None:
        if old is None:
            return
        if self._pending:
            self._check(entity_id, new)
        if self._attribute or new is None:
            before, after = self._value(old), self._value(new)
        else:
            before, after = old.state, new.state
        if before == after and (self._attribute or not self._any_change):
            return
        tos = self._tos
        if tos.values is not None and (after in tos.values) is tos.inverted:
            return
        froms = self._froms
        if froms.values is not None and (before in froms.values) is froms.inverted:
            return
        self._matched(entity_id, old, new)

    def still(self, entity_id: str, old: EntityState | None, seen: EntityState | None, new: EntityState | None) -> bool:
        if new is None:
            return False
        if self._leaving:
            return bool(self._value(new) != self._value(old))
        return bool(self._value(new) == self._value(seen))

    def describe(self, fired: Fired, engine: Engine) -> dict[str, Any]:
        return super().describe(fired, engine) | {"attribute": self._attribute or None}


class Match:
    """Values that are wanted, or with `inverted` not wanted; None: all are."""

    __slots__ = ("inverted", "values")

    def __init__(self, values: tuple[Any, ...] | None, inverted: bool) -> None:
        self.values = values
        self.inverted = inverted


class NumericTrigger(EntityTrigger):
    """A number came to lie between limits. It fires once, then again only after the number has been outside.

    An entity that is outside when the rule starts is armed; one that is inside, or not known yet, has to go outside
    first: https://www.home-assistant.io/docs/automation/trigger/#numeric-state-trigger
    """

    kind = "numeric_state"

    def __init__(self, *args: Any, limits: Limits) -> None:
        super().__init__(*args)
        self._limits = limits
        self._armed: set[str] = set()

    def attach(self, engine: Engine, fire: Fire) -> None:
        super().attach(engine, fire)
        self._armed = {
            entity_id
            for entity_id in self.entity_ids
            if (state := engine.view.states.get(entity_id)) is not None and self._inside(entity_id, state) is False
        }

    def _inside(self, entity_id: str, state: EntityState) -> bool | None:
        """None where there is no number."""
        try:
            return self._limits.hold(self.engine.view, entity_id, state, self._known)
        except RunError:
            return None
        except FAULTS as error:
            self.engine.complain(self, str(error))
            return None

    def hear(self, entity_id: str, old: EntityState | None, new: EntityState | None) -> None:
        if new is None:
            self._forget(entity_id)
            return
        inside = self._inside(entity_id, new)
        if not inside:
            self._forget(entity_id)
        if inside is False:
            self._armed.add(entity_id)
        elif inside and entity_id in self._armed:
            self._armed.discard(entity_id)
            self._matched(entity_id, old, new)

    def still(self, entity_id: str, old: EntityState | None, seen: EntityState | None, new: EntityState | None) -> bool:
        return new is not None and bool(self._inside(entity_id, new))

    def describe(self, fired: Fired, engine: Engine) -> dict[str, Any]:
        wanted = self._limits
        rows = {"above": wanted.above, "below": wanted.below, "attribute": wanted.attribute or None}
        return super().describe(fired, engine) | rows


class TimeTrigger(Trigger):
    """A time of day in the home's zone, perhaps only on some weekdays."""

    kind = "time"

    def __init__(self, id: str, number: int, alias: str, moments: tuple[Moment, ...]) -> None:
        super().__init__(id, number, alias)
        self._moments = moments

    def attach(self, engine: Engine, fire: Fire) -> None:
        self.fire = fire
        for moment in self._moments:
            engine.schedule.add(moment, self)

    def detach(self, engine: Engine) -> None:
        engine.schedule.remove(self)
        self.fire = _nowhere

    def describe(self, fired: Fired, engine: Engine) -> dict[str, Any]:
        now = fired.now or engine.clock.now()
        return super().describe(fired, engine) | {"now": now.astimezone(engine.zone), "description": "time"}


# -- compiling

Compile = Callable[[Fields, Compiler, str, int, str], Trigger]


def _state(fields: Fields, compiler: Compiler, id: str, number: int, alias: str) -> Trigger:
    names = ("from", "to", "not_from", "not_to")
    given = {name: name in fields.node for name in names}
    for wanted, unwanted in (("from", "not_from"), ("to", "not_to")):
        if given[wanted] and given[unwanted]:
            raise fields.wrong(f"say {wanted} or {unwanted}, not both", unwanted)
    attribute = fields.text("attribute")
    values = {name: _values(fields, name, bool(attribute)) for name in names}
    return StateTrigger(
        id,
        number,
        alias,
        fields.entities("entity_id"),
        duration(fields, "for", compiler.templates) if "for" in fields else None,
        froms=Match(values["not_from"] if given["not_from"] else values["from"], given["not_from"]),
        tos=Match(values["not_to"] if given["not_to"] else values["to"], given["not_to"]),
        attribute=attribute,
        any_change=not any(given.values()),
        leaving=given["from"] and not given["to"],
    )


def _values(fields: Fields, name: str, plain: bool) -> tuple[Any, ...] | None:
    """State words; those of an attribute are compared as they are, with the word for each number beside it."""
    if not plain:
        return fields.words(name)
    value = fields.take(name)
    return None if value is None else tuple(value) if isinstance(value, Seq) else (value,)


def _numeric_state(fields: Fields, compiler: Compiler, id: str, number: int, alias: str) -> Trigger:
    return NumericTrigger(
        id,
        number,
        alias,
        fields.entities("entity_id"),
        duration(fields, "for", compiler.templates) if "for" in fields else None,
        limits=limits(fields, compiler),
    )


def _time(fields: Fields, compiler: Compiler, id: str, number: int, alias: str) -> Trigger:
    return TimeTrigger(id, number, alias, moments(fields, "at", weekdays(fields, "weekday")))


TRIGGERS: Final[Mapping[str, Compile]] = {"state": _state, "numeric_state": _numeric_state, "time": _time}
"""By kind."""
PLANNED: Final = frozenset(
    {"calendar", "conversation", "device", "event", "geo_location", "homeassistant", "mqtt", "persistent_notification"}
    | {"sentence", "sun", "tag", "template", "time_pattern", "webhook", "zone"}
)
"""Kinds of the language that are not built yet."""


def compile_trigger(fields: Fields, compiler: Compiler, number: int) -> Trigger | None:
    """One trigger; None for one that is not enabled, whatever else it says. Raises `RuleError`."""
    if not compiler.enabled(fields):
        return None
    spelling = fields.first("trigger", "platform")
    kind = str(fields.need(spelling, f"say which kind, such as {spelling}: state"))
    if kind not in TRIGGERS:
        if kind in PLANNED or "." in kind:
            raise not_yet(f"trigger {kind}", fields.line(spelling), fields.where(spelling))
        raise fields.wrong(f"there is no trigger {kind!r}{nearest(kind, {*TRIGGERS, *PLANNED})}", spelling)
    id, alias = fields.text("id", str(number)), fields.text("alias")
    made = TRIGGERS[kind](fields, compiler, id, number, alias)
    if "variables" in fields:
        inner = fields.inner("variables")
        made.variables = compiler.data(inner.node, inner.line(), inner.way)
    fields.done("note")
    return made
