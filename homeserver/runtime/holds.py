"""Who holds an entity, and what waits meanwhile: one slot for each priority, in the owner's own file.

A slot is a lease until `until`, or only holds wishes that wait for a stronger lease to end (`until` 0). What goes out
undoes weaker wishes that wait, never a lease; when the strongest lease ends, the next slot has its say. A wish that
said for how long it holds is void after that; one of a lease is kept, to be said again should a stronger one come
between.
Why it is so: docs/decisions/0029. Needs the owner's turn; the caller sends what is given back.
"""

import math
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

import orjson

from homeserver.runtime.judging import Sight
from homeserver.runtime.turn import Turn
from homeserver.topics.call import Caller, CallError
from homeserver.topics.cause import Cause
from homeserver.topics.hold import HoldLine, HoldList
from homeserver.topics.priority import priority_of, word_of
from homeserver.topics.record import record

_PUT: Final = "INSERT OR REPLACE INTO hold VALUES (?, ?, ?, ?, ?)"
_DROP: Final = "DELETE FROM hold WHERE entity = ? AND priority = ?"
_NONE: Final[Mapping[int, "Slot"]] = {}
_MOST: Final = 8
"""Wishes of one priority that wait for one entity."""
_LISTED: Final = 1_000


@record
class Asked:
    """A wish that is not lost: an absolute command under its sender's id. `dies`: when it means nothing any more, in
    seconds since 1970, 0 for never."""

    id: str
    service: str
    data: Mapping[str, Any]
    cause: Cause
    dies: float = 0.0


@record
class Slot:
    """What one priority says of an entity, and who said it last; times in seconds since 1970."""

    priority: int
    by: str
    until: float = 0.0
    wishes: tuple[Asked, ...] = ()

    def is_over(self, now: float) -> bool:
        """Whether it was a lease and has ended."""
        return 0 < self.until <= now


Merge = Callable[[tuple[Asked, ...], tuple[Asked, ...]], tuple[Asked, ...]]
"""Older and newer wishes of one priority together: what is left of the older ones, then the newer ones."""


def last_wins(older: tuple[Asked, ...], newer: tuple[Asked, ...]) -> tuple[Asked, ...]:
    """Where one wish is all that can be said."""
    return newer


class Holds:
    """`of` is empty in a home in which nobody holds anything: what is not in there costs one look-up."""

    def __init__(self, turn: Turn) -> None:
        self._turn = turn
        self.of: dict[str, dict[int, Slot]] = {}
        self.due = math.inf
        """When the first lease ends."""
        self.read()

    def read(self) -> None:
        """Take in what is in the file: at the start, and after a turn that could not be written."""
        self.of = {}
        for row in self._turn.ledger.fetch("SELECT * FROM hold"):
            wishes = tuple(
                Asked(id, service, data, Cause(*cause), dies)
                for id, service, data, cause, dies in orjson.loads(row["wishes"])
            )
            slot = Slot(row["priority"], row["by"], row["until"], wishes)
            self.of.setdefault(row["entity"], {})[slot.priority] = slot
        self._look()

    def _look(self) -> None:
        ends = (slot.until for slots in self.of.values() for slot in slots.values() if slot.until)
        self.due = min(ends, default=math.inf)

    # -- what is so

    def lease(self, entity: str, now: float) -> Slot | None:
        """The strongest lease that lives."""
        slots = self.of.get(entity, _NONE).values()
        return max((slot for slot in slots if slot.until > now), key=lambda slot: slot.priority, default=None)

    # -- what happens

    def take(self, entity: str, new: Slot, now: float, merge: Merge = last_wins) -> Slot | None:
        """Somebody asks: None where it may go out, else the lease that it waits for. Leases that have ended were
        settled before."""
        held = self.lease(entity, now)
        old = self.of.get(entity, _NONE).get(new.priority)
        if held is not None and held.priority > new.priority:
            self._put(
                entity, Slot(new.priority, new.by, new.until, merge(old.wishes if old else (), new.wishes)[-_MOST:])
            )
            return held
        for priority, slot in list(self.of.get(entity, _NONE).items()):
            if priority <= new.priority and not slot.until:
                self._drop(entity, priority)
        if new.until > now:
            kept = old.wishes if old is not None and old.until and new.wishes else ()
            self._put(entity, Slot(new.priority, new.by, new.until, merge(kept, new.wishes)[-_MOST:]))
        elif old is not None:
            self._drop(entity, new.priority)
        return None

    def settle(self, entity: str, now: float) -> tuple[Asked, ...] | None:
        """Let go of what has ended; what is to be sent now, in this order, where that was the strongest lease. None:
        nothing has ended."""
        slots = self.of.get(entity, _NONE)
        over = [slot.priority for slot in slots.values() if slot.is_over(now)]
        if not over:
            return None
        strongest = max(slot.priority for slot in slots.values() if slot.until)
        for priority in over:
            self._drop(entity, priority)
        return self._fall(entity, now) if strongest in over else ()

    def release(self, entity: str, priority: int, now: float) -> tuple[Asked, ...]:
        """A lease is given up; what is to be sent now. Leases that have ended were settled before."""
        held = self.lease(entity, now)
        self._drop(entity, priority)
        return self._fall(entity, now) if held is not None and held.priority == priority else ()

    def forget(self, entity: str) -> None:
        """The entity is gone."""
        for priority in list(self.of.get(entity, _NONE)):
            self._drop(entity, priority)

    def _fall(self, entity: str, now: float) -> tuple[Asked, ...]:
        """The strongest of what is left has its say; what only waited is done with then."""
        slots = self.of.get(entity, _NONE)
        if not slots:
            return ()
        top = slots[max(slots)]
        if not top.until:
            for slot in list(slots.values()):
                if not slot.until:
                    self._drop(entity, slot.priority)
        return tuple(asked for asked in top.wishes if not 0 < asked.dies <= now)

    # -- the file

    def _put(self, entity: str, slot: Slot) -> None:
        slots = self.of.setdefault(entity, {})
        before, slots[slot.priority] = slots.get(slot.priority), slot
        rows = [
            (one.id, one.service, one.data, (one.cause.id, one.cause.by, one.cause.parent), one.dies)
            for one in slot.wishes
        ]
        self._turn.note(_PUT, (entity, slot.priority, slot.by, slot.until, orjson.dumps(rows).decode()))
        if before is not None and before.until == self.due:
            self._look()
        else:
            self.due = min(self.due, slot.until or math.inf)

    def _drop(self, entity: str, priority: int) -> None:
        slots = self.of.get(entity)
        if slots is None or (slot := slots.pop(priority, None)) is None:
            return
        if not slots:
            del self.of[entity]
        self._turn.note(_DROP, (entity, priority))
        if slot.until:
            self._look()


def line_of(entity_id: str, held: Slot, below: Iterable[Slot]) -> HoldLine:
    """A lease as people are told of it; `below`: the weaker slots of the entity, the strongest first."""
    return HoldLine(
        entity=entity_id,
        by=held.by,
        priority=held.priority,
        until=datetime.fromtimestamp(held.until, UTC),
        wishes=tuple(one.service for one in held.wishes),
        waiting=tuple(one.service for slot in below for one in slot.wishes),
    )


def listed(lines: Iterable[HoldLine], sight: Sight) -> HoldList:
    """Leases as an owner answers with them to whoever asks."""
    seen = (line.model_copy(update={"by": sight.author(line.by)}) for line in lines if sight.entity(line.entity))
    found = sorted(seen, key=lambda line: (line.entity, -line.priority))
    return HoldList(holds=tuple(found[:_LISTED]), total=len(found))


def may_release(held: Slot, entity_id: str, caller: Caller) -> None:
    """Nobody ends what is stronger than he is; raises `CallError`."""
    if priority_of(caller.login, held.priority) < held.priority:
        what = f"{held.by} holds {entity_id} with the priority {word_of(held.priority)}"
        raise CallError("denied", f"{what}: {caller.login} cannot end that", "entity")
