"""Who else is on the bus, and whether they are back after the broker was away.

A broker keeps nothing for those who are not connected. What happened meanwhile is therefore said again only when
those who were there before are there again, or when they have had their time.
"""

import asyncio

from homeserver.runtime.clock import Clock
from homeserver.topics.process import ProcessStatus


class Company:
    """The other processes, by what they say of themselves."""

    def __init__(self, clock: Clock, process: str) -> None:
        self._clock = clock
        self._process = process
        self._online: set[str] = set()
        self._awaited: set[str] = set()
        self._complete = asyncio.Event()
        self._complete.set()

    def lost(self) -> None:
        """The connection is down: whoever was here has to come back."""
        self._awaited |= self._online
        if self._awaited:
            self._complete.clear()

    def seen(self, process: str, status: ProcessStatus | None) -> None:
        """A process has said something new of itself."""
        if process == self._process:
            return  # an earlier run of our own, which nobody need wait for
        if status is not None and status.state == "online":
            self._online.add(process)
        else:
            self._online.discard(process)
        self._awaited.discard(process)
        if not self._awaited:
            self._complete.set()

    async def gathered(self, patience: float) -> None:
        """Return when all are back, or after `patience` seconds."""
        timer = self._clock.call_later(patience, self._complete.set)
        try:
            await self._complete.wait()
        finally:
            timer.cancel()  # else it would cut the next gathering short
        self._awaited.clear()
