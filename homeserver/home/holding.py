"""Commands for entities that somebody holds: what is weaker waits and is carried out when the hold ends.

Absolute wishes wait, merged as those that are under way are: the last one wins for each attribute. What is done once
is refused meanwhile. What moves things that hurt or let people in waits no longer than its own time to live. People
see who holds an entity among its attributes. Decision: docs/decisions/0029. Keeps the table `hold`.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import tzinfo
from functools import partial
from typing import Final

from homeserver.home import marks
from homeserver.home.delivering import Delivering, changed
from homeserver.home.entity import STATE, Entity
from homeserver.home.outbox import Outbox
from homeserver.home.pending import Pending
from homeserver.home.reporting import Reporting
from homeserver.runtime.arbiter import Arbiter, moves_soon
from homeserver.runtime.holds import Asked, Slot
from homeserver.runtime.house import House
from homeserver.runtime.turn import Turn
from homeserver.topics.call import Caller, CallError
from homeserver.topics.cause import Cause
from homeserver.topics.entity import Command, CommandOutcome
from homeserver.topics.hold import HoldLine
from homeserver.topics.priority import MANUAL

_TTL: Final = 30.0
"""Seconds that a wish has to reach its device once it has waited long enough."""


class Holding:
    """`waits` before a command is carried out; `settle` now and then."""

    def __init__(
        self,
        house: House,
        turn: Turn,
        outbox: Outbox,
        reporting: Reporting,
        delivering: Delivering,
        find: Callable[[str], Entity | None],
        say: Callable[[Entity, Cause], None],
        zone: tzinfo,
        by_hand: float,
    ) -> None:
        """`find` gives an entity by its own id; `by_hand`: seconds that a command of a person holds by itself."""
        self._house = house
        self._turn = turn
        self._outbox = outbox
        self._reporting = reporting
        self._delivering = delivering
        self._find = find
        self._say = say
        self.arbiter = Arbiter(turn, house.clock, zone, by_hand)
        self.holds = self.arbiter.holds

    # -- a command comes

    def concerns(self, entity: Entity, command: Command, login: str) -> bool:
        """Whether anything here is to do with a command: nearly never, and told by one look-up."""
        return self.arbiter.concerns(entity.own, login, command.priority, command.hold_for)

    def waits(self, pending: Pending, command: Command, login: str) -> str:
        """Take note of a command; why it waits, or "" where it may go out now. Raises `CallError`."""
        priority, hold = self.arbiter.weight(login, command.priority, command.hold_for)
        entity, cause, once, now = pending.entity, pending.cause, pending.once, self.arbiter.now()
        self.settle(entity, now)
        dies = now + command.ttl if moves_soon(entity.where[0], entity.config.device_class) else 0.0
        asked = Asked(pending.id, pending.service, pending.data, cause, dies)
        slot = Slot(priority, cause.by, now + hold if hold else 0.0, () if once else (asked,))
        why = self.arbiter.decide(
            entity.own,
            entity.id,
            slot,
            pending.service,
            once=once,
            merge=lambda older, newer: self._merged(entity, older, newer),
        )
        self._turn.after(lambda fault: self._written(entity, cause, fault))
        return why

    def _merged(self, entity: Entity, older: tuple[Asked, ...], newer: tuple[Asked, ...]) -> tuple[Asked, ...]:
        """What is left of older wishes beside a newer one, as if both were under way."""
        kept: list[Asked] = []
        for one in older if newer else ():
            try:
                before, after = self._pending(entity, one, 0.0), self._pending(entity, newer[0], 0.0)
            except (CallError, KeyError):
                continue
            if not before.yields(after) and not before.quiet:
                kept.append(replace(one, data=before.data))
        return (*kept, *newer)

    @staticmethod
    def _pending(entity: Entity, asked: Asked, deadline: float, id: str = "") -> Pending:
        return Pending(id, entity, asked.service, asked.data, asked.cause, deadline, once=False, marked=False)

    def _written(self, entity: Entity, cause: Cause, fault: str) -> None:
        """What could not be written is not so."""
        if fault:
            self.holds.read()
        self.show(entity, cause)

    # -- what people see

    def mark(self, entity: Entity) -> bool:
        """Bring the attribute up to date; tells whether it is new."""
        return marks.hold(entity, self.arbiter.shown(entity.own))

    def show(self, entity: Entity, cause: Cause) -> None:
        """The same, and say so."""
        if self.mark(entity):
            self._say(entity, cause)

    def read(self) -> None:
        """The file is other than it was: take it in, and say who holds what."""
        self.holds.read()
        for own in list(self.holds.of):
            if (entity := self._find(own)) is not None:
                self.show(entity, self._house.cause())

    # -- holds end

    def settle_all(self) -> None:
        """Leases whose time is up are over: called every second, and as the home opens."""
        for own in self.arbiter.to_settle(lambda own: self._find(own) is not None):
            if (entity := self._find(own)) is not None:
                self.settle(entity, self.arbiter.now())

    def settle(self, entity: Entity, now: float) -> None:
        """The same for one entity."""
        over = self.holds.settle(entity.own, now)
        if over is not None:
            self._fall_back(entity, over, self._house.cause())

    def standing(self, entity: Entity, priority: int | None) -> Slot:
        """The strongest lease, or that of a priority. Raises `CallError`."""
        self.settle(entity, self.arbiter.now())
        return self.arbiter.standing(entity.own, entity.id, priority)

    def release(self, entity: Entity, priority: int | None, cause: Cause) -> tuple[Slot, tuple[str, ...]]:
        """Give up a lease; what it was, and the services that are asked for now. Raises `CallError`."""
        held = self.standing(entity, priority)
        asked = self.holds.release(entity.own, held.priority, self.arbiter.now())
        self._fall_back(entity, asked, cause)
        return held, tuple(one.service for one in asked)

    def hold(self, entity: Entity, seconds: float, said: int | None, caller: Caller) -> Slot:
        """Hold an entity as it is. Raises `CallError`."""
        self.settle(entity, self.arbiter.now())
        slot = self.arbiter.hold(entity.own, entity.id, seconds, said, caller)
        self._turn.after(lambda fault: self._written(entity, caller.cause, fault))
        return slot

    def touched(self, entity: Entity, seconds: float) -> None:
        """Somebody switched it at the device itself: he holds it as it is, unless somebody as strong does."""
        now = self.arbiter.now()
        self.settle(entity, now)
        held = self.holds.lease(entity.own, now)
        if held is None or held.priority < MANUAL or held.by == entity.by:
            self.holds.take(entity.own, Slot(MANUAL, entity.by, now + seconds), now, lambda older, newer: older)
            cause = self._house.cause(entity.by)
            self._turn.after(lambda fault: self._written(entity, cause, fault))

    def lines(self, own: str) -> list[HoldLine]:
        """The leases of an entity that live, the strongest first, each with what waits below it."""
        entity = self._find(own)
        return self.arbiter.lines(own, own if entity is None else entity.id)

    def _fall_back(self, entity: Entity, asked: tuple[Asked, ...], cause: Cause) -> None:
        """Carry out what had waited: its rows are written with the end of the hold, and each leaves after that."""
        now, monotonic = self.arbiter.now(), self._house.clock.monotonic()
        for one in asked:
            id = f"{self._house.login} {self._house.new_id()}"
            try:
                pending = self._pending(entity, one, monotonic + _TTL, id)
            except (CallError, KeyError) as error:
                self._tell_failed(entity, one, changed(error))
                continue
            times = (now, now + _TTL)
            self._outbox.add(id, entity.id, one.service, one.data, one.cause, times, once=False, sent=False)
            self._delivering.join(pending)
            self._turn.after(partial(self._go, pending))
        self._turn.after(lambda fault: self._written(entity, cause, fault))

    def _go(self, pending: Pending, fault: str) -> None:
        if fault:  # the hold is over in memory alone, and ends once more when the file can be written
            self._delivering.drop(pending)
            return
        pending.entity.command = (pending.cause, pending.deadline, pending.wish.facts.get(STATE))
        self._delivering.send(pending)

    def _tell_failed(self, entity: Entity, asked: Asked, reason: str) -> None:
        own_id = asked.id.partition(" ")[2]
        outcome = CommandOutcome(own_id, entity.id, asked.service, "failed", reason, asked.cause)
        self._reporting.report(asked.id, outcome)
