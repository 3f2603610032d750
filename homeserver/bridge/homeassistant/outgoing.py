"""What is on its way to one WebSocket client: gathered for a moment, written in one go, never a backlog.

The first message after silence leaves in the same turn of the loop; those that follow are gathered for `TICK` seconds.
Answers and events that a client asked for wait here while the client reads slowly; when too much waits, the connection
ends with a reason, and nobody else notices. Keeps what was not written yet.
"""

from collections.abc import Callable
from typing import Final

from homeserver.bridge.wire import Wire
from homeserver.runtime.clock import Clock

TICK: Final = 0.02
"""Seconds for which messages are gathered while a client is being told much."""
SLOW: Final = 256 * 1024
"""Bytes in the connection's buffer from which a client counts as slow: nothing more is written until it has read."""
MOST: Final = 8 * 1024 * 1024
"""Bytes that may wait for a slow client before it is let go."""
AGAIN: Final = 0.1
"""Seconds after which it is looked whether a slow client has read."""


class Outgoing:
    """`drop` ends the connection with a sentence."""

    def __init__(self, wire: Wire, clock: Clock, drop: Callable[[str], None]) -> None:
        self.wire = wire
        self.together = False
        """Whether the client takes several messages as one JSON list."""
        self._clock = clock
        self._drop = drop
        self._parts: list[bytes] = []
        self._size = 0
        self._due = False
        self._last = -TICK

    @property
    def slow(self) -> bool:
        """Whether the client has much to read still."""
        return self.wire.waiting > SLOW

    def add(self, message: bytes) -> None:
        """Send one JSON message soon."""
        if self._keep(message) and not self._due:
            self._flush_in(max(0.0, self._last + TICK - self._clock.monotonic()))

    def add_now(self, message: bytes) -> None:
        """Send one JSON message at once, with whatever waits: for a sender that has gathered enough itself."""
        if not self._keep(message):
            return
        if not self.slow:
            self.flush()
        elif not self._due:
            self._flush_in(AGAIN)

    def _keep(self, message: bytes) -> bool:
        """Let a message wait; False where there was too much, and the client is let go."""
        self._parts.append(message)
        self._size += len(message)
        if self._size <= MOST:
            return True
        self._parts, self._size = [], 0
        self._drop("too slow: it did not read what it had asked for")
        return False

    def _flush_in(self, seconds: float) -> None:
        self._due = True
        self._clock.call_later(seconds, self.flush)

    def flush(self) -> None:
        """Write what waits, if the client can take it."""
        self._due = False
        if not self._parts:
            return
        if self.slow:
            self._flush_in(AGAIN)
            return
        parts, self._parts, self._size = self._parts, [], 0
        self._last = self._clock.monotonic()
        if self.together and len(parts) > 1:
            self.wire.write(b"[" + b",".join(parts) + b"]")
        else:
            self.wire.write(*parts)
