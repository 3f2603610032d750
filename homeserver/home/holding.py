"""Commands for entities that somebody holds: what is weaker waits and is carried out when the hold ends.

Absolute wishes wait, merged as those that are under way are: the last one wins for each attribute. What is done once
is refused meanwhile. What moves things that hurt or let people in waits no longer than its own time to live. People
see who holds an entity among its attributes. Decision: docs/decisions/0029. Keeps the table `hold`.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, tzinfo
from functools import partial
from typing import Final

from homeserver.home import marks
from homeserver.home.delivering import Delivering, changed
from homeserver.home.entity import STATE, Entity
from homeserver.home.outbox import Outbox
from homeserver.home.pending import Pending
from homeserver.home.reporting import Reporting
from homeserver.runtime.holds import Asked, Holds, Slot, line_of
from homeserver.runtime.house import House
from homeserver.runtime.turn import Turn
from homeserver.topics.call import Caller, CallError
from homeserver.topics.cause import Cause
from homeserver.topics.entity import Command, CommandOutcome
from homeserver.topics.hold import HoldLine
from homeserver.topics.priority import MANUAL, RULE, priority_of, weight_said, word_of

_TTL: Final = 30.0
"""Seconds that a wish has to reach its device once it has waited long enough."""
_MOST: Final = 8
"""Wishes of one priority that wait for one entity."""
_SOON: Final = ("alarm_control_panel", "lawn_mower", "lock", "siren", "vacuum", "valve")
_DOORS: Final = ("door", "garage", "gate")
"""Classes of covers that let people in: with the domains above, what must not move long after it was asked to."""


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
        self._zone = zone
        self.by_hand = by_hand
        self.holds = Holds(turn)

    def _now(self) -> float:
        return self._house.clock.now().timestamp()

    # -- a command comes

    def concerns(self, entity: Entity, command: Command, login: str) -> bool:
        """Whether anything here is to do with a command: nearly never, and told by one look-up."""
        return (
            entity.own in self.holds.of
            or command.hold_for is not None
            or (self.by_hand > 0 and priority_of(login, command.priority) == MANUAL)
        )

    def waits(self, pending: Pending, command: Command, login: str) -> str:
        """Take note of a command; why it waits, or "" where it may go out now. Raises `CallError`."""
        priority, hold = self._weight(command, login)
        entity, cause, once, now = pending.entity, pending.cause, pending.once, self._now()
        self.settle(entity, now)
        held = self.holds.lease(entity.own, now)
        until = now + hold if hold else 0.0
        if held is not None and held.priority > priority and once:
            raise CallError("conflict", f"{self._told(entity, held)}; {pending.service} is done once and cannot wait")
        dies = now + command.ttl if _is_soon(entity) else 0.0
        asked = Asked(pending.id, pending.service, pending.data, cause, dies)
        slot = Slot(priority, cause.by, until, () if once else (asked,))
        in_the_way = self.holds.take(entity.own, slot, now, lambda older, newer: self._merged(entity, older, newer))
        self._turn.after(lambda fault: self._written(entity, cause, fault))
        return f"{self._told(entity, in_the_way)}; {pending.service} waits until then" if in_the_way else ""

    def _weight(self, command: Command, login: str) -> tuple[int, float]:
        """Priority and seconds of hold; raises `CallError`."""
        said, hold = weight_said(login, command.priority, command.hold_for)
        priority = RULE if said is None else said
        return priority, (self.by_hand if priority == MANUAL else 0.0) if hold is None else hold

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
        return (*kept[1 - _MOST :], *newer)

    @staticmethod
    def _pending(entity: Entity, asked: Asked, deadline: float, id: str = "") -> Pending:
        return Pending(id, entity, asked.service, asked.data, asked.cause, deadline, once=False, marked=False)

    def _written(self, entity: Entity, cause: Cause, fault: str) -> None:
        """What could not be written is not so."""
        if fault:
            self.holds.read()
        self.show(entity, cause)

    # -- what people see

    def _told(self, entity: Entity, held: Slot) -> str:
        until = datetime.fromtimestamp(held.until, self._zone)
        return f"{entity.id} is held by {held.by} ({word_of(held.priority)}) until {until:%Y-%m-%d %H:%M:%S}"

    def mark(self, entity: Entity) -> bool:
        """Bring the attribute up to date; tells whether it is new."""
        held = self.holds.lease(entity.own, self._now())
        return marks.hold(entity, None if held is None else held_words(held))

    def show(self, entity: Entity, cause: Cause) -> None:
        """The same, and say so."""
        if self.mark(entity):
            self._say(entity, cause)

    # -- holds end

    def settle_all(self) -> None:
        """Leases whose time is up are over: called every second, and as the home opens."""
        now = self._now()
        if now < self.holds.due:
            return
        for own in list(self.holds.of):
            entity = self._find(own)
            if entity is None:  # whatever comes under this id another day begins anew
                if self.holds.lease(own, now) is None:
                    self.holds.forget(own)
            else:
                self.settle(entity, now)

    def settle(self, entity: Entity, now: float) -> None:
        """The same for one entity."""
        over = self.holds.settle(entity.own, now)
        if over is not None:
            self._fall_back(entity, over, self._house.cause())

    def standing(self, entity: Entity, priority: int | None) -> Slot:
        """The strongest lease, or that of a priority. Raises `CallError`."""
        now = self._now()
        self.settle(entity, now)
        if priority is None:
            held = self.holds.lease(entity.own, now)
        else:
            slot = self.holds.of.get(entity.own, {}).get(priority)
            held = slot if slot is not None and slot.until else None
        if held is None:
            what = "nobody holds it" if priority is None else f"nobody holds it with the priority {word_of(priority)}"
            raise CallError("not_found", f"{entity.id}: {what}", "entity")
        return held

    def release(self, entity: Entity, priority: int | None, cause: Cause) -> tuple[Slot, tuple[str, ...]]:
        """Give up a lease; what it was, and the services that are asked for now. Raises `CallError`."""
        held = self.standing(entity, priority)
        asked = self.holds.release(entity.own, held.priority, self._now())
        self._fall_back(entity, asked, cause)
        return held, tuple(one.service for one in asked)

    def hold(self, entity: Entity, seconds: float, said: int | None, caller: Caller) -> Slot:
        """Hold an entity as it is. Raises `CallError`."""
        now, priority = self._now(), priority_of(caller.login, said)
        self.settle(entity, now)
        slot = Slot(priority, caller.cause.by, now + seconds)
        if held := self.holds.take(entity.own, slot, now, lambda older, newer: older):
            raise CallError("conflict", f"{self._told(entity, held)}, who is stronger", "priority")
        self._turn.after(lambda fault: self._written(entity, caller.cause, fault))
        return slot

    def lines(self, own: str) -> list[HoldLine]:
        """The leases of an entity that live, the strongest first, each with what waits below it."""
        entity, now = self._find(own), self._now()
        slots = sorted(self.holds.of.get(own, {}).values(), key=lambda slot: -slot.priority)
        id = own if entity is None else entity.id
        return [line_of(id, slot, slots[place + 1 :]) for place, slot in enumerate(slots) if slot.until > now]

    def _fall_back(self, entity: Entity, asked: tuple[Asked, ...], cause: Cause) -> None:
        """Carry out what had waited: its rows are written with the end of the hold, and each leaves after that."""
        now, monotonic = self._now(), self._house.clock.monotonic()
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


def held_words(held: Slot) -> dict[str, object]:
    """A lease as it stands among the attributes; the time in UTC."""
    until = datetime.fromtimestamp(held.until, UTC).isoformat(timespec="seconds")
    return {"by": held.by, "priority": held.priority, "until": until}


def _is_soon(entity: Entity) -> bool:
    domain = entity.where[0]
    return domain in _SOON or (domain == "cover" and entity.config.device_class in _DOORS)
