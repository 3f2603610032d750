"""Events as server-sent events, `GET /api/stream`: for programs that speak no WebSocket.

Each event is `data: {...}`, as a subscription of the WebSocket has it; `data: ping` comes first, and after each
silence. https://developers.home-assistant.io/docs/api/rest. Who reads too slowly is let go. Keeps what was not sent.
"""

import asyncio
from collections import Counter, deque
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import ExitStack
from typing import Final

from homeserver.bridge.homeassistant.events import HEAD, Events
from homeserver.bridge.refusals import Refusal
from homeserver.runtime.clock import Clock

PING: Final = 50.0
"""Seconds of silence after which a ping is sent."""
MOST: Final = 200
"""Streams at a time; half of them may be one person's."""
WAITING: Final = 2_000
"""Events that may wait for a slow reader."""
_ID: Final = 0
_FRONT: Final = len(HEAD % _ID)


class Tap:
    """Takes events as a WebSocket's way out does. `over` is set where too many wait."""

    def __init__(self) -> None:
        self.waiting: deque[bytes] = deque()
        self.wake = asyncio.Event()
        self.over = False

    def add(self, message: bytes) -> None:
        """One event as the WebSocket has it; what is around it is for that alone."""
        if len(self.waiting) >= WAITING:
            self.over = True
        else:
            self.waiting.append(b"data: " + message[_FRONT:-1] + b"\n\n")
        self.wake.set()


class EventStreams:
    """All streams. `watch` calls back when a proof has ended."""

    def __init__(
        self, events: Events, clock: Clock, watch: Callable[[Callable[[str], None]], Callable[[], None]]
    ) -> None:
        self._events = events
        self._clock = clock
        self._watch = watch
        self._open = Counter[str]()

    def check(self, login: str, types: Iterable[str]) -> None:
        """Raises `Refusal` where somebody may not hear one of these, or there are too many streams."""
        for type in types:
            if type != "state_changed" and not self._events.may_hear(login, type):
                raise Refusal("denied", f"You may not hear events of the type {type[:100]}.", "restrict")
        if self._open.total() >= MOST or self._open[login] >= MOST // 2:
            raise Refusal("unavailable", f"{MOST} streams are open already, or half as many of yours.")

    async def lines(self, login: str, types: tuple[str, ...], valid: Callable[[], bool]) -> AsyncIterator[bytes]:
        """What to send, for as long as `valid`."""
        tap = Tap()
        self._open[login] += 1
        with ExitStack() as undo:
            undo.callback(self._closed, login)
            undo.callback(self._watch(lambda _: tap.wake.set()))
            for type in types:
                undo.callback(self._events.listen(tap, _ID, login, type))
            yield b"data: ping\n\n"
            while valid() and not tap.over:
                await self._some(tap)
                if not valid():
                    return
                lines = b"".join(tap.waiting) or (b"" if tap.wake.is_set() else b"data: ping\n\n")
                tap.waiting.clear()
                tap.wake.clear()
                if lines:
                    yield lines

    async def _some(self, tap: Tap) -> None:
        """Until there is something to say, or it was silent for long."""
        silent = asyncio.Event()
        timer = self._clock.call_later(PING, silent.set)
        waits = [asyncio.ensure_future(event.wait()) for event in (tap.wake, silent)]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            timer.cancel()
            for wait in waits:
                wait.cancel()

    def _closed(self, login: str) -> None:
        self._open[login] -= 1
