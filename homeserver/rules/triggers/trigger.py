"""What all triggers have in common: they are attached to the engine, which calls them, and they call `fire`."""

import copy
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, Self

from homeserver.rules.compiler import rendered
from homeserver.rules.engine import Engine
from homeserver.rules.fired import Fired
from homeserver.rules.reading.durations import Duration, DurationError
from homeserver.runtime.clock import Timer
from homeserver.topics.entity import UNAVAILABLE, UNKNOWN, EntityState
from homeserver.view.templates import TemplateError
from homeserver.view.view import View

if TYPE_CHECKING:
    from homeserver.rules.journal.journal import Wait
    from homeserver.rules.rule import Rule
    from homeserver.rules.triggers.pace import Gate, Pace

Fire = Callable[[Fired], None]
AWAY: Final = frozenset((UNAVAILABLE, UNKNOWN))
"""States of an entity of which nothing is known."""


class Trigger(ABC):
    """One compiled trigger. `id` is what the condition `trigger` asks for."""

    kind = ""
    platform = ""
    """What `trigger.platform` says, where that is not the kind."""

    def __init__(self, id: str, number: int, alias: str) -> None:
        self.id = id
        self.number = number
        self.alias = alias
        self.variables: dict[str, Any] = {}
        self.constants: dict[str, Any] = {}
        """The rule's `trigger_variables`, for templates in the trigger itself."""
        self.fire: Fire = nowhere
        self.rule: Rule | None = None
        """The rule that it begins, for which waits are kept; None for a trigger that a run waits for."""
        self.way = ""
        self.line = 0
        self.text = ""
        """Where it stands in its rule, and what it waits for in a few words."""
        self.pace: Pace | None = None
        """How often it may fire, where the rule says."""
        self._gate: Gate | None = None

    def fresh(self, constants: dict[str, Any] | None = None) -> Self:
        """The same trigger once more, attached to nothing: for a run that waits for it, and whose variables are the
        `constants` then."""
        made = copy.copy(self)
        made.fire, made.rule, made._gate = nowhere, None, None
        if constants is not None:
            made.constants = constants
        made.clear()
        return made

    def ignore_unavailable(self) -> str:
        """Leave out that entities go away and come back; what is wrong with that for this trigger, if anything."""
        return ""

    def begin(self, engine: Engine, fire: Fire) -> None:
        """Attach, minding how often it may fire."""
        if self.pace is not None:
            self._gate = self.pace.around(self, engine, fire)
        self.attach(engine, self._gate or fire)

    def end(self, engine: Engine) -> None:
        """Detach."""
        self.detach(engine)
        if self._gate is not None:
            self._gate.close()
            self._gate = None

    def known_variables(self) -> dict[str, Any]:
        """What templates in the trigger see: the rule's `trigger_variables`."""
        known: dict[str, Any] = rendered(self.constants, {})
        return known

    def clear(self) -> None:  # noqa: B027 - most triggers keep nothing
        """Begin with collections of its own for what it keeps while it is attached."""

    def resume(self, wait: "Wait") -> bool:
        """Go on waiting for `for` after a restart, if what was waited for still holds; tells whether it does."""
        return False

    @abstractmethod
    def attach(self, engine: Engine, fire: Fire) -> None:
        """Begin to listen."""

    @abstractmethod
    def detach(self, engine: Engine) -> None:
        """Stop listening."""

    def describe(self, fired: Fired, engine: Engine) -> dict[str, Any]:
        """The variable `trigger`."""
        named = {
            "platform": self.platform or self.kind,
            "id": self.id,
            "idx": str(self.number),
            "alias": self.alias or None,
        }
        return {**named, **fired.data}


def nowhere(fired: Fired) -> None:
    """Where a trigger fires that is attached to nothing."""


class EntityTrigger(Trigger):
    """Of one or more entities, perhaps only after something has been so for a while.

    Unless it `asks` for `unavailable` or `unknown`, the time in which an entity is away is left out: coming back to
    what it was is no change, and a wait for `for` goes on. What is first heard of an entity that was unavailable all
    the while counts as a first word. Where the rule says `ignore_unavailable`, coming back as something else is no
    change either: what was, is not known.
    """

    asks = False
    ignores = False
    kinds: frozenset[str] = frozenset()
    """Domains that `find` looks among."""

    def __init__(self, id: str, number: int, alias: str, entity_ids: tuple[str, ...], lasting: Duration | None) -> None:
        super().__init__(id, number, alias)
        self.entity_ids = entity_ids
        self.find: Callable[[View], tuple[str, ...]] | None = None
        """Tells the entities when it begins to listen, where the rule names them in another way."""
        self._lasting = lasting
        self.engine: Engine
        self.clear()

    def clear(self) -> None:
        self.pending: dict[str, tuple[Timer, EntityState | None, EntityState | None]] = {}
        self._before: dict[str, EntityState] = {}
        self._overdue: dict[str, float] = {}
        self._unfind: Callable[[], None] | None = None

    def attach(self, engine: Engine, fire: Fire) -> None:
        self.fire, self.engine = fire, engine
        if self.find is not None:
            self.entity_ids = self.find(engine.view)
            self._unfind = engine.view.follow(self._find_again, self.kinds)
        for entity_id in self.entity_ids:
            engine.listen(entity_id, self.hear if self.asks else self._hear_steadily)

    def _find_again(self, moved: set[str] | None) -> None:
        """Something was put elsewhere in the home, or is there only now."""
        if self.find is None or (found := self.find(self.engine.view)) == self.entity_ids:
            return
        engine, fire = self.engine, self.fire
        self.detach(engine)
        self.entity_ids = found
        self.attach(engine, fire)

    def detach(self, engine: Engine) -> None:
        for entity_id in self.entity_ids:
            engine.unlisten(entity_id, self.hear if self.asks else self._hear_steadily)
            self.forget(entity_id)
        if self._unfind is not None:
            self._unfind()
            self._unfind = None
        self._before.clear()
        self.fire = nowhere

    def _hear_steadily(self, entity_id: str, old: EntityState | None, new: EntityState | None) -> None:
        """Hear what changed but for the time away; `_before` is what was known before it."""
        if new is not None and new.state in AWAY:
            if old is not None and old.state not in AWAY:
                self._before[entity_id] = old
            if entity_id in self._before or new.state == UNAVAILABLE:
                return
        if old is not None and old.state in AWAY:
            old = self._before.pop(entity_id, None if old.state == UNAVAILABLE else old)
            if self._has_come_back(entity_id, old, new):
                return
            if self.ignores:
                self.settle(entity_id, new)
                return
        self.hear(entity_id, old, new)

    def ignore_unavailable(self) -> str:
        self.ignores = True
        return "this trigger asks for unavailable or unknown, which ignore_unavailable leaves out" if self.asks else ""

    def settle(self, entity_id: str, new: EntityState | None) -> None:
        """An entity that was away is back as something else, and that shall be no change: begin anew with it."""
        self.check(entity_id, new)

    def _has_come_back(self, entity_id: str, old: EntityState | None, new: EntityState | None) -> bool:
        """Whether an entity is what it was before it was away; what was due meanwhile happens now."""
        seconds = self._overdue.pop(entity_id, None)
        if seconds is not None and (pending := self.pending.get(entity_id)) is not None:
            self.check(entity_id, new)
            if entity_id in self.pending:
                self._lasted(entity_id, pending[1], pending[2], seconds)
        return bool(old and new and old.state == new.state and old.attributes == new.attributes)

    @abstractmethod
    def hear(self, entity_id: str, old: EntityState | None, new: EntityState | None) -> None:
        """A state changed."""

    @abstractmethod
    def still(self, entity_id: str, old: EntityState | None, seen: EntityState | None, new: EntityState | None) -> bool:
        """Whether `new` still is what `for` waits on; `old` and `seen` are what it began with."""

    def check(self, entity_id: str, new: EntityState | None) -> None:
        """End the wait for `for` where the entity is no longer so."""
        pending = self.pending.get(entity_id)
        if pending is not None and not self.still(entity_id, pending[1], pending[2], new):
            self.forget(entity_id)

    def forget(self, entity_id: str) -> None:
        pending = self.pending.pop(entity_id, None)
        self._overdue.pop(entity_id, None)
        if pending is not None:
            pending[0].cancel()
            self.engine.journal.waited(self, entity_id)

    def matched(self, entity_id: str, old: EntityState | None, new: EntityState | None) -> None:
        """Fire now, or after `for`."""
        if self._lasting is None:
            cause = new.cause if new is not None else None
            self.fire(Fired(self, entity_id, old, new, cause=cause))
            return
        if entity_id in self.pending:
            return  # it has been so for a part of the time already
        fired = Fired(self, entity_id, old, new)
        try:
            seconds = self._lasting(lambda: self.known_variables() | {"trigger": self.describe(fired, self.engine)})
        except (TemplateError, DurationError) as error:
            self.engine.complain(self, f"for: {error}")
            return
        timer = self.engine.clock.call_later(seconds, self._lasted, entity_id, old, new, seconds)
        self.pending[entity_id] = (timer, old, new)
        self.engine.journal.wait(self, entity_id, seconds, (old, new))

    def resume(self, wait: "Wait") -> bool:
        """Go on waiting after a restart, if the entity still is so or is away; tells whether it does."""
        entity_id, old, seen = wait.entity_id, wait.old, wait.new
        now = self.engine.view.said(entity_id)
        if entity_id not in self.entity_ids or entity_id in self.pending:
            return False
        if not self.asks and seen is not None and (now is None or now.state in AWAY):
            self._before[entity_id] = seen
        elif not self.still(entity_id, old, seen, now):
            return False
        timer = self.engine.clock.call_later(wait.left, self._lasted, entity_id, old, seen, wait.seconds)
        self.pending[entity_id] = (timer, old, seen)
        return True

    def _lasted(self, entity_id: str, old: EntityState | None, new: EntityState | None, seconds: float) -> None:
        if entity_id in self._before:
            self._overdue[entity_id] = seconds  # away: what it is will be known when it is back
            return
        self.pending.pop(entity_id, None)
        cause = new.cause if new is not None else None
        key = self.engine.journal.waited(self, entity_id)
        self.fire(Fired(self, entity_id, old, new, cause=cause, lasted=seconds, key=key))

    def describe(self, fired: Fired, engine: Engine) -> dict[str, Any]:
        return super().describe(fired, engine) | {
            "entity_id": fired.entity_id,
            "from_state": engine.shown(fired.entity_id, fired.old),
            "to_state": engine.shown(fired.entity_id, fired.new),
            "for": engine.span(fired.lasted),
            "description": f"{self.kind.replace('_', ' ')} of {fired.entity_id}",
        }
