"""Sees to it that what was accepted reaches its device, or is reported.

An absolute command is sent again after 1, 2, 4 ... seconds until the device's report confirms it, or the broker's
acknowledgement where the device reports nothing, or its time is up. A newer one for the same entity takes its
place. A press or step leaves once: it is marked before, and never leaves again.
"""

import heapq
import itertools
from collections.abc import Callable
from typing import Any, Final

from homeserver.home.confirming import confirmed
from homeserver.home.entity import Entity, Wish
from homeserver.home.outbox import Outbox
from homeserver.home.turn import Turn
from homeserver.runtime.clock import Timer
from homeserver.runtime.house import House
from homeserver.topics.cause import Cause

_FIRST: Final = 1.0
_LONGEST: Final = 16.0
_NO_BROKER: Final = 0.25
"""Seconds until the next look for a connection."""


class Pending:
    """One accepted command. `deadline` on the monotonic clock; `wanted`: the facts that its device will report."""

    __slots__ = (
        "cause",
        "deadline",
        "delay",
        "done",
        "entity",
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
        wish: Wish,
        cause: Cause,
        deadline: float,
        *,
        once: bool,
        marked: bool,
    ) -> None:
        self.id = id
        self.entity = entity
        self.service = service
        self.wish = wish
        self.cause = cause
        self.deadline = deadline
        self.once = once
        self.marked = marked
        self.done = False
        self.left = False
        self.delay = _FIRST
        reported = entity.face.reported
        self.wanted: dict[str, Any] = {name: value for name, value in wish.facts.items() if name in reported}


OnEnd = Callable[[Pending, str], None]
"""Called when a command ends without having been carried out, with the reason."""


class Delivering:
    """`send` what is committed; `reported` when an entity's device has spoken."""

    def __init__(
        self, house: House, turn: Turn, outbox: Outbox, assume: Callable[[Entity, Wish], None], on_expired: OnEnd
    ) -> None:
        self._house = house
        self._clock = house.clock
        self._turn = turn
        self._outbox = outbox
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
        self._try(pending)

    def _replace(self, older: Pending, newer: Pending) -> None:
        """The last wish wins for each attribute; what only the older one wished, and never left, is reported."""
        if not older.left and not older.wish.facts.keys() <= newer.wish.facts.keys():
            self._expire(older, f"the newer command {newer.id} took its place before it could leave")
        else:
            self.end(older)

    def _try(self, pending: Pending) -> None:
        now = self._clock.monotonic()
        if pending.done:
            return
        if now >= pending.deadline:
            self._expire(pending)
        elif not self._house.connected:
            self._again(pending, now + _NO_BROKER)
        elif pending.once:
            self._send_once(pending)
        else:
            self._publish(pending)
            pause = pending.delay + pending.wish.patience
            pending.delay = min(pending.delay * 2, _LONGEST)
            if not pending.done:
                self._again(pending, now + pause)

    def _send_once(self, pending: Pending) -> None:
        if pending.marked:
            self.end(pending)
            if not self._publish(pending):
                self._on_expired(pending, "the connection to the broker broke as it was about to leave")
            return
        pending.marked = True
        self._outbox.mark_sent(pending.id)
        self._turn.after(lambda fault: self._expire(pending, fault) if fault else self._send_once(pending))

    def _publish(self, pending: Pending) -> bool:
        face = pending.entity.face
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
        return left

    def _acknowledged(self, pending: Pending) -> Callable[[], None]:
        return lambda: self.end(pending)

    def reported(self, entity: Entity) -> None:
        """An entity with a command under way has been heard of."""
        pending = entity.pending
        if pending is not None and pending.wanted and confirmed(entity, pending.wanted):
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

    def abandon(self, entity: Entity) -> None:
        """The entity has gone: nobody will obey."""
        if entity.pending is not None:
            self._expire(entity.pending, f"{entity.id} was taken away")

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
