"""What a process says to the broker: states coalesced, the rest in order, and nothing lost to a broken connection.

States are last-value: of each address the broker gets the first after a silence at once, then at most one in each
window. What must arrive once (QoS 1) is kept until the broker has acknowledged it, and said again after a
reconnect; `from` and `seq` let the hearers drop a copy.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from homeserver.runtime.clock import Clock, Timer
from homeserver.runtime.codec import body_of, encode
from homeserver.runtime.wire import Wire
from homeserver.topics.call import Request
from homeserver.topics.entity import Command
from homeserver.topics.record import record
from homeserver.topics.topic import Topic

log = logging.getLogger(__name__)
WINDOW: Final = 0.05
"""Seconds in which an address is said at most once; five times that when a window held more than `BUSY` addresses."""
BUSY: Final = 300
KEPT: Final = 10_000
"""Unacknowledged messages that are kept for a reconnect."""
LIFE: Final = 300.0
"""Seconds for which a message without a `ttl` of its own is worth saying again."""


@record
class _Unacknowledged:
    address: str
    message: Any
    deadline: float


class Outgoing:
    """The queue between the bus and its wire."""

    def __init__(self, wire: Wire, clock: Clock, run: str, root: str) -> None:
        self._wire = wire
        self._clock = clock
        self._run = run
        self._root = root
        self._seq = 0
        self._connected = False
        self._released = False
        self._queue: deque[tuple[Topic[Any], str, Any, bool]] = deque()
        self._flush_is_due = False
        self._recent: set[str] = set()
        self._waiting: dict[str, tuple[Topic[Any], Any]] = {}
        self._window: Timer | None = None
        self._unacknowledged: dict[int, _Unacknowledged] = {}
        self._withdrawn: dict[str, int] = {}
        self.held: dict[str, bytes] = {}
        """What the broker holds of an earlier run of ours, by address: it need not be sent the same again."""
        self.dropped = 0

    def say(self, topic: Topic[Any], address: str, message: Any, *, for_watching: bool = False) -> None:
        """Queue a message for the broker; it leaves when the present turn of the loop is over. A message that has
        reached the one who acts on it and is `for_watching` only need not be kept for a reconnect."""
        if topic.retained and topic.qos == 0:
            if address in self._recent:
                self._waiting[address] = (topic, message)
                return
            self._recent.add(address)
            if self._window is None:
                self._window = self._clock.call_later(WINDOW, self._end_window)
        self._queue.append((topic, address, message, for_watching))
        if not self._flush_is_due:
            self._flush_is_due = True
            asyncio.get_running_loop().call_soon(self._flush_next)

    def _flush_next(self) -> None:
        """One turn later: what a device is waiting for is told first, by whoever does so in this turn."""
        asyncio.get_running_loop().call_soon(self._flush_last)

    def _flush_last(self) -> None:
        self._wire.flush()
        self.flush()

    def _end_window(self) -> None:
        waiting, self._waiting = self._waiting, {}
        self._recent = set(waiting)
        self._window = None
        if waiting:
            busy = len(waiting) > BUSY
            self._window = self._clock.call_later(WINDOW * 5 if busy else WINDOW, self._end_window)
            self._queue.extend((topic, address, message, False) for address, (topic, message) in waiting.items())
            self.flush()

    def flush(self) -> None:
        """Send all that is queued."""
        self._flush_is_due = False
        queue = self._queue
        while queue:
            self._send(*queue.popleft())

    def _send(self, topic: Topic[Any], address: str, message: Any, for_watching: bool = False) -> None:
        self._seq += 1
        full = f"{self._root}/{address}"
        try:
            payload = self._payload(message, self._seq)
        except TypeError as error:
            self.dropped += 1
            log.error("%s cannot be said: %s", address, error)
            return
        if topic.retained:
            held = self.held.pop(address, None) if self.held else None
            if held is None or body_of(held) != body_of(payload):
                self._send_retained(full, payload, topic.qos)
        elif for_watching or topic.qos == 0:
            if self._connected:
                self._wire.publish(full, payload, 0, False)
        else:
            self._keep(full, payload, message)

    def _payload(self, message: Any, seq: int) -> bytes:
        return b"" if message is None else encode(message, self._run, seq)

    def _send_retained(self, address: str, payload: bytes, qos: int) -> None:
        if self._connected:
            self._wire.publish(address, payload, qos, True)
        elif payload:
            self._withdrawn.pop(address, None)  # the bus says all that is present again after a reconnect
        else:
            self._withdrawn[address] = qos

    def _keep(self, address: str, payload: bytes, message: Any) -> None:
        seq = self._seq
        life = message.ttl if isinstance(message, Command | Request) else LIFE
        deadline = self._clock.monotonic() + life
        self._unacknowledged[seq] = _Unacknowledged(address, message, deadline)
        if len(self._unacknowledged) > KEPT:
            del self._unacknowledged[next(iter(self._unacknowledged))]
            if self.dropped % KEPT == 0:
                log.warning("the broker acknowledges nothing: more than %d messages wait, the oldest are lost", KEPT)
            self.dropped += 1
        if self._released:
            self._wire.publish(address, payload, 1, False, self._forget(seq))

    def connected(self) -> None:
        """Retained messages may be said: first the retractions that were missed."""
        self._connected = True
        for address, qos in self._withdrawn.items():
            self._wire.publish(address, b"", qos, True)
        self._withdrawn.clear()

    def release(self) -> None:
        """Those who hear are there: say what was never acknowledged and still lives, in order, and go on from there."""
        if self._released:
            return  # all of it is on its way
        self._released = True
        now = self._clock.monotonic()
        for seq, kept in list(self._unacknowledged.items()):
            if kept.deadline < now:
                del self._unacknowledged[seq]
            else:
                payload = self._payload(_with_time_left(kept, now), seq)
                self._wire.publish(kept.address, payload, 1, False, self._forget(seq))

    def _forget(self, seq: int) -> Callable[[], None]:
        def acknowledged() -> None:
            self._unacknowledged.pop(seq, None)

        return acknowledged

    def lost(self) -> None:
        """The connection is down: keep what must not be lost."""
        self._connected = self._released = False
        self.held.clear()

    def resay(self, topic: Topic[Any], address: str, message: Any) -> None:
        """Say a retained message again, past the window: after a reconnect, or when somebody overwrote it."""
        self._send(topic, address, message)

    async def drain(self, timeout: float) -> None:
        """Send what waits for its window, then wait for the acknowledgements; at a stop."""
        if self._window is not None:
            self._window.cancel()
            self._end_window()
        self.flush()
        for _ in range(max(1, int(timeout / 0.01))):
            if not self._unacknowledged or not self._connected:
                return
            await asyncio.sleep(0.01)


def _with_time_left(kept: _Unacknowledged, now: float) -> Any:
    """The hearer counts a `ttl` from when he gets it: the time that a message waited here is off it."""
    message = kept.message
    return replace(message, ttl=kept.deadline - now) if isinstance(message, Command | Request) else message
