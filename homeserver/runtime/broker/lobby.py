"""Lobby: who came through a door and has not logged in yet. So many at a time and no more.

While it is full nobody else is let in: they wait in the kernel, as five hundred devices do whose power came back. Who
is slow then makes room, so that whoever sends nothing keeps the others out for seconds only. Needs the event loop.
"""

import asyncio
import contextlib

MOST = 500
"""A connection costs up to 100 kB while TLS is agreed upon."""
HURRY = 5.0
"""Seconds that everybody has, however many wait: the small processors in devices take a few of them for TLS."""


class Lobby:
    """`enter` once, `leave` as often as one likes."""

    def __init__(self) -> None:
        self._guests: dict[asyncio.Task[None], float] = {}
        self._left = asyncio.Event()

    def __len__(self) -> int:
        return len(self._guests)

    def enter(self, guest: asyncio.Task[None]) -> None:
        self._guests[guest] = asyncio.get_running_loop().time()

    def leave(self, guest: asyncio.Task[None]) -> None:
        if self._guests.pop(guest, None) is not None:
            self._left.set()

    async def room(self) -> None:
        """Return when there is room for one more; the task of who has been there for too long is cancelled."""
        while len(self._guests) >= MOST:
            longest, since = next(iter(self._guests.items()))
            patience = since + HURRY - asyncio.get_running_loop().time()
            if patience <= 0:
                longest.cancel()
                self.leave(longest)
                continue
            self._left.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(patience):
                    await self._left.wait()
