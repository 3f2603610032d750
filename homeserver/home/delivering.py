"""Sees to it that what was accepted reaches its device, or is reported.

An absolute command is sent again after 1, 2, 4 ... seconds until the device's report confirms it, or the broker's
acknowledgement where the device reports nothing, or its time is up. A newer one for the same entity takes its
place. A press or step leaves once: it is marked before, and never leaves again. What was under way for an entity that
goes is reported; one that is built anew gets it in its new words.
"""

import heapq
import itertools
from collections.abc import Callable, Mapping
from typing import Any, Final

from homeserver.home.confirming import confirmed
from homeserver.home.entity import Entity, Wish
from homeserver.home.outbox import Outbox
from homeserver.home.turn import Turn
from homeserver.runtime.clock import Timer
from homeserver.runtime.house import House
from homeserver.topics.call import CallError
from homeserver.topics.cause import Cause

_FIRST: Final = 1.0
_LONGEST: Final = 16.0
_NO_BROKER: Final = 0.25
"""Seconds until the next look for a connection."""


class Pending:
    """One accepted command. `deadline` on the monotonic clock; `wanted`: the facts that its device will report.

    Raises `CallError`, or KeyError where the entity has no such service.
    """

    __slots__ = (
        "cause",
        "data",
        "deadline",
        "delay",
        "done",
        "entity",
        "face",
        "id",
        "left",
        "marked",
        "once",
        "service",
        "wanted",
        "wish",
    )

    def __init__(
        self,
        id: str,
        entity: Entity,
        service: str,
        data: Mapping[str, Any],
        cause: Cause,
        deadline: float,
        *,
        once: bool,
        marked: bool,
    ) -> None:
        self.id = id
        self.service = service
        self.data = data
        self.cause = cause
        self.deadline = deadline
        self.once = once
        self.marked = marked
        self.done = False
        self.left = False
        self.delay = _FIRST
        self.aim(entity)

    def aim(self, entity: Entity) -> None:
        """Make the wish anew for the entity as it is now; raises as the making of a command does."""
        self.entity = entity
        self.face = entity.face
        self.wish = entity.face.services[self.service](entity, self.data)
        reported = entity.face.reported
        self.wanted: dict[str, Any] = {name: value for name, value in self.wish.facts.items() if name in reported}


Find = Callable[[tuple[str, str]], Entity | None]
OnEnd = Callable[[Pending, str], None]
"""Called when a command ends without having been carried out, with the reason."""


class Delivering:
    """`send` what is committed; `reported` when an entity's device has spoken."""

    def __init__(
        self,
        house: House,
        turn: Turn,
        outbox: Outbox,
        find: Find,
        assume: Callable[[Entity, Wish], None],
        on_expired: OnEnd,
    ) -> None:
        self._house = house
        self._clock = house.clock
        self._turn = turn
        self._outbox = outbox
        self._find = find
        self._assume = assume
        self._on_expired = on_expired
        self._due: list[tuple[float, int, Pending]] = []
        self._order = itertools.count()
        self._timer: Timer | None = None
        self._timer_at = 0.0

    def send(self, pending: Pending) -> None:
        """Send a command for the first time; its row is committed."""
        entity = pending.entity
        if not pending.once:
            older = entity.pending
            if older is not None and not older.done:
                self._replace(older, pending)
                settled = False
            else:
                settled = bool(pending.wanted) and entity.available and confirmed(entity, pending.wanted)
            if settled:
                pending.wanted = {}  # it is so already: the device may have nothing to report
            entity.pending = pending
        elif pending.wish.halts and entity.pending is not None:
            self.end(entity.pending)
        self._try(pending)

    def _replace(self, older: Pending, newer: Pending) -> None:
        """The last wish wins for each attribute; what only the older one wished, and never left, is reported."""
        if not older.left and not older.wish.facts.keys() <= newer.wish.facts.keys():
            self._expire(older, f"the newer command {newer.id} took its place before it could leave")
        else:
            self.end(older)

    def _try(self, pending: Pending) -> None:
        now = self._clock.monotonic()
        if pending.done or not self._is_aimed(pending):
            return
        if now >= pending.deadline:
            self._expire(pending)
        elif not self._house.connected:
            self._unmark(pending)
            self._again(pending, now + _NO_BROKER)
        elif pending.once:
            self._send_once(pending)
        else:
            self._publish(pending)
            pause = pending.delay + pending.wish.patience
            pending.delay = min(pending.delay * 2, _LONGEST)
            if not pending.done:
                self._again(pending, now + pause)

    def _is_aimed(self, pending: Pending) -> bool:
        """Whether there is somebody to obey: an entity may have gone since, or have been built anew."""
        entity = self._find(pending.entity.where)
        if entity is None:
            self._expire(pending, f"{pending.entity.id} was taken away")
        elif pending.face is not entity.face:
            try:
                pending.aim(entity)
            except (CallError, KeyError) as error:
                self._expire(pending, changed(error))
        return not pending.done

    def _send_once(self, pending: Pending) -> None:
        if pending.marked:
            self.end(pending)
            self._publish(pending)
            return
        pending.marked = True
        self._outbox.mark_sent(pending.id)
        self._turn.after(lambda fault: self._expire(pending, fault) if fault else self._try(pending))

    def _unmark(self, pending: Pending) -> None:
        """It was about to leave as the connection broke: it has not left, and must not be forgotten."""
        if pending.marked:
            pending.marked = False
            self._outbox.mark_open(pending.id)

    def _publish(self, pending: Pending) -> None:
        face = pending.face
        by_ack = not pending.wanted and not pending.once
        # QoS 1 may arrive twice: what must not comes at most once (0) or exactly once (2). Only QoS 1 tells `on_ack`.
        qos = 1 if by_ack else face.qos & 2 if pending.once else face.qos
        retain = (
            face.retain and not pending.once
        )  # a retained press would be made again at each reconnect of the device
        sends = pending.wish.sends
        if not sends:
            self.end(pending)
        left = True
        for place, send in enumerate(sends, 1):
            on_ack = self._acknowledged(pending) if by_ack and place == len(sends) else None
            left = self._house.publish(send.topic, send.payload, qos, retain, on_ack) and left
        if left:
            pending.left = True
            self._assume(pending.entity, pending.wish)

    def _acknowledged(self, pending: Pending) -> Callable[[], None]:
        return lambda: self.end(pending)

    def reported(self, entity: Entity) -> None:
        """An entity with a command under way has been heard of."""
        pending = entity.pending
        if pending is None or not pending.wanted:
            return
        if entity.state in pending.wish.via or confirmed(entity, pending.wanted):
            self.end(pending)

    def end(self, pending: Pending) -> None:
        """It is carried out, or something newer has taken its place."""
        if self._closed(pending):
            self._outbox.finish(pending.id)

    def _closed(self, pending: Pending) -> bool:
        """Nothing more is to be sent; False where that was so already."""
        if pending.done:
            return False
        pending.done = True
        if pending.entity.pending is pending:
            pending.entity.pending = None
        return True

    def abandon(self) -> None:
        """Entities have gone: whatever is under way for them is reported."""
        for _, _, pending in list(self._due):
            if not pending.done:
                self._is_aimed(pending)

    def _expire(self, pending: Pending, reason: str = "") -> None:
        """Its row stays open until the report has been heard."""
        if self._closed(pending):
            self._on_expired(pending, reason)

    # -- time

    def _again(self, pending: Pending, at: float) -> None:
        at = min(at, pending.deadline)
        heapq.heappush(self._due, (at, next(self._order), pending))
        if self._timer is None or at < self._timer_at:
            self._wake(at)

    def _wake(self, at: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer_at = at
        self._timer = self._clock.call_later(max(0.0, at - self._clock.monotonic()), self._look)

    def _look(self) -> None:
        self._timer = None
        now = self._clock.monotonic()
        try:
            while self._due and self._due[0][0] <= now:
                self._try(heapq.heappop(self._due)[2])
        finally:  # a bug in one delivery must not keep the others from their turn
            while self._due and self._due[0][2].done:
                heapq.heappop(self._due)
            if self._due and self._timer is None:
                self._wake(self._due[0][0])

    def close(self) -> None:
        """Stop; what is open stays in the outbox for the next run."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def changed(error: Exception) -> str:
    """Why a command that could be made once cannot be made any more."""
    return f"the device has changed: {error}"
