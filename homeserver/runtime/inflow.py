"""Streamed answers that this process awaits from others: in order, none lost unnoticed, and told when it has enough.

Keeps the streams that go on, and of each the parts that were not taken yet.
"""

from collections.abc import AsyncGenerator, Callable
from typing import Any, Final

from homeserver.runtime.buffer import Buffer
from homeserver.runtime.bus import Bus
from homeserver.runtime.clock import Clock, Timer
from homeserver.runtime.outflow import error_of
from homeserver.topics.call import FLOW, LEASE, REQUEST, WINDOW, CallError, Flow, Reply, Request

SLACK: Final = 2.0
"""Seconds beyond a `ttl` in which the worker's own word on its silence may arrive."""


class Arrival:
    """One stream. `name` is `worker.verb`; `tell` says how many parts were taken."""

    def __init__(self, name: str, tell: Callable[[int], None]) -> None:
        self.buffer = Buffer()
        self.taken = 0
        self.replier = ""
        self.ended = False
        """Whether the other side has said that this was all."""
        self._name = name
        self._tell = tell
        self._due = 0
        self._telling: set[int] = set()

    def arrive(self, reply: Reply, login: str) -> None:
        """A reply to it from `login`: the first to answer is the one who does."""
        if self.buffer.over or login != (self.replier or login):
            return
        self.replier = login
        if reply.part is None:  # it was turned down before it began
            self.ended = True
            self.fail(error_of(reply) if not reply.ok else CallError("failed", f"{self._name} answered without parts"))
        elif reply.part > self._due:
            self.fail(CallError("unavailable", f"{self._name}: a part of the answer was lost on its way; ask again"))
        elif reply.part == self._due and reply.last:
            self.ended = True
            self.fail(None if reply.ok else error_of(reply))
        elif reply.part == self._due:
            self._add(reply)

    def _add(self, reply: Reply) -> None:
        if len(self.buffer) >= 2 * WINDOW:
            self.fail(CallError("failed", f"{self._name} sent more than was asked for"))
            return
        if reply.tell:
            self._telling.add(self._due)
        self._due += 1
        self.buffer.add(reply.result)

    def fail(self, error: CallError | None) -> None:
        """It is over, with an error or well."""
        self.buffer.end(error)

    def take(self) -> Any:
        part = self.buffer.take()
        if self.taken in self._telling:
            self._telling.discard(self.taken)
            self._tell(self.taken + 1)
        self.taken += 1
        return part


class Renewal:
    """Says again and again that the caller is there."""

    def __init__(self, clock: Clock, say: Callable[[], None]) -> None:
        self._clock = clock
        self._say = say
        self._timer = clock.call_later(LEASE / 3, self._renew)

    def _renew(self) -> None:
        self._say()
        self._timer = self._clock.call_later(LEASE / 3, self._renew)

    def cancel(self) -> None:
        self._timer.cancel()


class Inflow:
    """All streams that this process awaits."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._arrivals: dict[str, Arrival] = {}

    def __len__(self) -> int:
        return len(self._arrivals)

    async def parts(self, request: Request, where: tuple[str, ...]) -> AsyncGenerator[Any, None]:
        """Ask, and give the parts as JSON values; raises `CallError`. Closing the generator ends the stream."""
        name = f"{where[0]}.{where[1]}"
        arrival = Arrival(name, lambda taken: self._bus.say(FLOW, Flow(request.id, taken), where))
        self._arrivals[request.id] = arrival
        renewing = Renewal(self._bus.clock, lambda: self._bus.say(FLOW, Flow(request.id, arrival.taken), where))
        try:
            self._bus.say(REQUEST, request, where)
            while await self._is_more(arrival, name, request.ttl):
                yield arrival.take()
        finally:
            renewing.cancel()
            del self._arrivals[request.id]
            if not arrival.ended:
                self._bus.say(FLOW, Flow(request.id, arrival.taken, end=True), where)

    async def _is_more(self, arrival: Arrival, name: str, ttl: float) -> bool:
        silence = CallError("timeout", f"{name} did not answer within {ttl:g} s")
        timer: Timer = self._bus.clock.call_later(ttl + SLACK, arrival.fail, silence)
        try:
            return await arrival.buffer.until_some()
        finally:
            timer.cancel()

    def replied(self, reply: Reply, login: str) -> bool:
        """Take a reply in; whether it belongs to a stream."""
        arrival = self._arrivals.get(reply.id)
        if arrival is not None:
            arrival.arrive(reply, login)
        return arrival is not None

    def gone(self, process: str) -> None:
        """A process ended: nothing more comes of it."""
        for arrival in self._arrivals.values():
            if arrival.replier == f"process.{process}":
                arrival.fail(CallError("unavailable", f"{process}, which was answering, is gone"))

    def cut_off(self) -> None:
        """The connection to the broker broke: what is said meanwhile does not arrive."""
        for arrival in self._arrivals.values():
            arrival.fail(CallError("unavailable", "the connection to the broker broke; ask again"))
