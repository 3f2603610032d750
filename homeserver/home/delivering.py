"""Sees to it that what was accepted reaches its device, or is reported.

An absolute command is sent again after 1, 2, 4 ... seconds until the device's report confirms it, or the broker's
acknowledgement where the device reports nothing, or its time is up. A newer one for the same entity takes its place in
all that both are about. A press or step leaves once: it is marked before, and never leaves again; whether it came true
is watched all the same. What is not confirmed within a moment is shown as wanted. What was under way for an entity that
goes is reported; one that is built anew gets it in its new words.
"""

import heapq
import itertools
import sqlite3
from collections.abc import Callable
from typing import Final

from homeserver.home import marks
from homeserver.home.confirming import confirmed, distance
from homeserver.home.entity import Entity, Wish
from homeserver.home.outbox import Outbox
from homeserver.home.pacing import Find, Lane, Pacing
from homeserver.home.pending import FIRST, NEVER, Pending
from homeserver.runtime.clock import Timer
from homeserver.runtime.house import House
from homeserver.runtime.turn import Turn
from homeserver.topics.call import CallError
from homeserver.topics.cause import Cause
from homeserver.topics.entity import NOT_CONFIRMED, Outcome

_LONGEST: Final = 16.0
_NO_BROKER: Final = 0.25
"""Seconds until the next look for a connection."""
UNSEEN: Final = 0.05
"""Seconds in which a command may be confirmed before anybody is told that it is on its way."""
_DRIVE: Final = 1800.0
"""Seconds beyond its time that a device may report that it is on the way."""
_NEARER: Final = 10.0
"""Seconds for the next report of a device that came nearer to what is wanted."""
_HALTED: Final = 5.0
"""Seconds after which a device that stopped on its way is taken to come no further."""

OnEnd = Callable[[Pending, Outcome, str], None]
"""Called when a command ends of which somebody is to be told; with the reason, where there is one to tell."""


class Delivering:
    """`join` what is accepted, `send` it once it is committed; `reported` when an entity's device has spoken."""

    def __init__(
        self,
        house: House,
        turn: Turn,
        outbox: Outbox,
        pacing: Pacing,
        find: Find,
        assume: Callable[[Entity, Wish], None],
        say: Callable[[Entity, Cause], None],
        on_end: OnEnd,
    ) -> None:
        """`say` says an entity's state because of a command."""
        self._house = house
        self._clock = house.clock
        self._turn = turn
        self._outbox = outbox
        self._pacing = pacing
        self._find = find
        self._assume = assume
        self._say = say
        self._on_end = on_end
        self._due: list[tuple[float, int, Pending]] = []
        self._order = itertools.count()
        self._timer: Timer | None = None
        self._timer_at = 0.0

    # -- from the command to the device

    def join(self, pending: Pending) -> None:
        """A command was accepted: what comes after it counts from what it wants, and a stop ends it."""
        pending.older = pending.entity.pending
        pending.entity.pending = pending

    def send(self, pending: Pending) -> None:
        """Send a command for the first time; its row is committed."""
        entity, now = pending.entity, self._clock.monotonic()
        if entity.marks and marks.forgive(entity):
            self._say(entity, pending.cause)
        if pending.older is not None:
            if turn := self._succeed(pending):
                pending.lane = len(self._pacing.lanes(entity))
                pending.shown_at = now + UNSEEN
                self._again(pending, turn)
                return
        elif pending.wanted and entity.available and confirmed(entity, pending.wanted):
            pending.already = True
            pending.wanted = {}  # the device may have nothing to report
        if pending.wanted or pending.shown:
            pending.shown_at = now + UNSEEN
        self._try(pending, now)

    def _succeed(self, newer: Pending) -> float:
        """The last wish wins for each attribute. Gives the turn in a queue that the newer one takes over, else 0."""
        turn, older = 0.0, newer.older
        while older is not None:
            before = older.older
            if older.yields(newer):
                turn = turn or (older.due if older.lane else 0.0)
                newer.shown = newer.shown or older.shown
                self._end(older, "superseded", _took_over(newer))
            older = before
        if newer.wish.halts and newer.shown:
            self._show(newer)
        return 0.0 if newer.once or newer.older is not None else turn

    def _try(self, pending: Pending, now: float) -> None:
        if pending.done or not self._is_aimed(pending):
            return
        pending.stale = pending.left
        if now >= pending.deadline or (pending.stale and pending.is_watched):
            self._watch(pending, now)
        elif now < pending.rests:
            self._again(pending, min(pending.rests, pending.deadline))
        elif not self._house.connected:
            self._unmark(pending)
            self._again(pending, min(now + _NO_BROKER, pending.deadline))
        elif (lanes := self._pacing.lanes(pending.entity)) and (at := _turn_in(lanes, pending, now)) > now:
            self._again(pending, min(at, pending.deadline))
        elif pending.once:
            self._send_once(pending)
        else:
            self._publish(pending, now)
            due = now + pending.delay + pending.wish.patience
            if pending.delay < _LONGEST:
                pending.delay *= 2
            if not pending.done:
                self._again(pending, due if due < pending.deadline else pending.deadline)

    def _is_aimed(self, pending: Pending) -> bool:
        """Whether there is somebody to obey: an entity may have gone since, or have been built anew."""
        entity = self._find(pending.entity.where)
        if entity is None:
            self._give_up(pending, f"{pending.entity.id} was taken away")
        elif pending.face is not entity.face:
            try:
                pending.aim(entity)
            except (CallError, KeyError) as error:
                self._give_up(pending, changed(error))
        return not pending.done

    def _send_once(self, pending: Pending) -> None:
        if not pending.marked:
            pending.marked = True
            try:
                self._outbox.mark_sent(pending.id)
            except sqlite3.Error as error:
                self._give_up(pending, f"the home cannot write its file: {error}")
                return
            self._turn.after(
                lambda fault: self._give_up(pending, fault) if fault else self._try(pending, self._clock.monotonic())
            )
            return
        self._outbox.finish(pending.id)  # before it leaves: whatever happens then, it never leaves again
        now = self._clock.monotonic()
        pending.left, pending.left_at = True, now
        self._publish(pending, now)
        if pending.wanted:
            self._again(pending, min(now + FIRST + pending.wish.patience, pending.until()))
        else:
            self._end(pending, "already" if pending.already else "sent")

    def _unmark(self, pending: Pending) -> None:
        """It was about to leave as the connection broke: it has not left, and must not be forgotten."""
        if pending.marked:
            pending.marked = False
            self._outbox.mark_open(pending.id)

    def _publish(self, pending: Pending, now: float) -> None:
        face = pending.face
        by_ack = not pending.wanted and not pending.once
        # QoS 1 may arrive twice: what must not comes at most once (0) or exactly once (2). Only QoS 1 tells `on_ack`.
        qos = 1 if by_ack else face.qos & 2 if pending.once else face.qos
        retain = face.retain and not pending.once  # else a press would be made again at each reconnect of the device
        sends = pending.wish.sends
        if not sends:
            self._end(pending, "already")
        left = True
        for place, send in enumerate(sends, 1):
            on_ack = self._acknowledged(pending) if by_ack and place == len(sends) else None
            left = self._house.publish(send.topic, send.payload, qos, retain, on_ack) and left
        pending.lane = 0
        if left:
            if not pending.left:
                pending.left, pending.left_at = True, now
            self._assume(pending.entity, pending.wish)

    def _acknowledged(self, pending: Pending) -> Callable[[], None]:
        return lambda: self._end(pending, "already" if pending.already else "acknowledged")

    # -- what the device says

    def reported(self, entity: Entity) -> bool:
        """An entity with a command under way, or one that was not confirmed, has been heard of. Tells whether there is
        anything new to be said of its commands."""
        pending, was_shown = entity.pending, False
        while pending is not None:
            older, via = pending.older, pending.wish.via
            if pending.left and pending.wanted:
                if confirmed(entity, pending.wanted) or (via and pending.is_as_good(entity.state)):
                    was_shown = was_shown or pending.shown
                    self._end(pending, "confirmed")
                elif pending.wish.patience:
                    self._follow(pending, entity)
            pending = older
        is_new = was_shown and marks.renew(entity)
        if entity.marks and NOT_CONFIRMED in entity.marks and marks.is_made_good(entity):
            return marks.forgive(entity) or is_new
        return is_new

    def _follow(self, pending: Pending, entity: Entity) -> None:
        """A drive was heard of that is not where it is wanted: it has obeyed once it moves, and is not told again."""
        now = self._clock.monotonic()
        if entity.state in pending.wish.via:
            if not pending.obeyed:
                pending.obeyed = True
                self._outbox.finish(pending.id)
            pending.ends = pending.deadline + _DRIVE
        elif pending.obeyed:
            if pending.ends > now + _HALTED:
                pending.ends = now + _HALTED
                self._again(pending, pending.ends)
        elif (gap := distance(entity, pending.wanted)) < pending.gap:
            pending.rests = now + _NEARER if pending.gap < NEVER else pending.rests
            pending.gap = gap

    def _watch(self, pending: Pending, now: float) -> None:
        """It is not sent any more, and has some time left to come true."""
        until = pending.until()
        if now < until:
            self._again(pending, until)
        elif pending.already:
            self._end(pending, "already")
        else:
            self._give_up(pending)

    def _show(self, pending: Pending) -> None:
        """Let everybody see that something is on its way."""
        pending.shown, pending.shown_at = True, NEVER
        if marks.renew(pending.entity):
            self._say(pending.entity, pending.cause)

    # -- ends

    def _end(self, pending: Pending, outcome: Outcome, reason: str = "") -> None:
        """It is carried out, or something newer has taken its place."""
        if self._closed(pending):
            self._outbox.finish(pending.id)
            if pending.shown and outcome not in ("confirmed", "superseded"):
                self._show(pending)
            if pending.tell:
                self._on_end(pending, outcome, reason)

    def _closed(self, pending: Pending) -> bool:
        """Nothing more is to be sent; False where that was so already."""
        if pending.done:
            return False
        pending.done = True
        entity = pending.entity
        if entity.pending is pending:
            entity.pending = pending.older
        elif (newer := entity.pending) is not None:
            while newer.older is not None and newer.older is not pending:
                newer = newer.older
            if newer.older is pending:
                newer.older = pending.older
        pending.older = None
        return True

    def abandon(self) -> None:
        """Entities have gone: whatever is under way for them is reported."""
        for _, _, pending in list(self._due):
            if not pending.done:
                self._is_aimed(pending)

    def drop(self, pending: Pending) -> None:
        """It was not accepted after all."""
        self._closed(pending)

    def _give_up(self, pending: Pending, reason: str = "") -> None:
        """Its row stays open until the report has been heard."""
        if not self._closed(pending):
            return
        entity = pending.entity
        if self._find(entity.where) is entity and pending.wish.facts:
            marks.renew(entity)
            marks.miss(entity, pending, self._clock.now())
            self._say(entity, pending.cause)
        self._on_end(pending, "failed" if reason else "expired", reason)

    # -- time

    def _again(self, pending: Pending, due: float) -> None:
        """Look at a command again; the earlier word on when to is void."""
        pending.due = due
        at = pending.look_at = due if due < pending.shown_at else pending.shown_at
        heapq.heappush(self._due, (at, next(self._order), pending))
        if self._timer is None or at < self._timer_at:
            self._wake(at)

    def _wake(self, at: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer_at = at
        self._timer = self._clock.call_later(max(0.0, at - self._clock.monotonic()), self._look)

    def _look(self) -> None:
        self._timer_at = 0.0  # nothing wakes us while we are awake: the earliest of all is looked for at the end
        now = self._clock.monotonic()
        try:
            while self._due and self._due[0][0] <= now:
                at, _, pending = heapq.heappop(self._due)
                if not pending.done and at == pending.look_at:
                    self._turn_came(pending, now)
        finally:  # a bug in one delivery must not keep the others from their turn
            while self._due and self._due[0][2].done:
                heapq.heappop(self._due)
            self._timer = None
            if self._due:
                self._wake(self._due[0][0])

    def _turn_came(self, pending: Pending, now: float) -> None:
        if pending.shown_at <= now:
            self._show(pending)
        if pending.due <= now:
            self._try(pending, now)
        else:
            self._again(pending, pending.due)

    def close(self) -> None:
        """Stop; what is open stays in the outbox for the next run."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def _turn_in(lanes: tuple[Lane, ...], pending: Pending, now: float) -> float:
    """When it may leave, by the paces of its device and bridge; what stops a device never waits."""
    while pending.lane < len(lanes) and not pending.wish.halts:
        at = lanes[pending.lane].reserve(now)
        pending.lane += 1
        if at > now:
            return at
    return now


def _took_over(newer: Pending) -> str:
    return f"{newer.service} by {newer.cause.by} ({newer.cause.id}), asked for later, took its place"


def changed(error: Exception) -> str:
    """Why a command that could be made once cannot be made any more."""
    return f"the device has changed: {error}"
