"""Speaking for people: a process that may, such as the bridge, learns for which of them the broker lets it by now.

Who exists is said by `people`; the broker's access list follows a moment later, and nobody tells when. So the process
says something as each person on an address of its own, until it comes back: what is said from then on is let through.
Needs no word from whoever keeps the logins, and at a broker without access lists is done at once. Keeps nothing.
"""

import asyncio
import logging
from typing import Final

from homeserver.runtime.bus import Bus
from homeserver.runtime.heard import Heard
from homeserver.runtime.people import OWNER, People
from homeserver.topics.call import CallError
from homeserver.topics.process import VOICE, Voice

log = logging.getLogger(__name__)
_PAUSES: Final = (0.02, 0.25)
"""Seconds between two tries: at first, and at most."""
_PATIENCE: Final = 3.0
"""Seconds that whoever speaks as somebody new waits for the broker."""


class Speaking:
    """Adds logins to those of the bus once they are let through, and takes away whoever may come in no longer."""

    def __init__(self, bus: Bus, people: People) -> None:
        self._bus = bus
        self._people = people
        self._trying: dict[str, asyncio.Task[None]] = {}
        self._woken: dict[str, asyncio.Event] = {}

    def begin(self) -> None:
        """From now on, for all who exist and who will."""
        self._bus.replay(self._bus.hear(VOICE, self._came_back, "speaking", process=self._bus.process))
        self._people.watch(self._changed)
        for login in self._people.logins():
            self._changed(login)

    async def close(self) -> None:
        for task in self._trying.values():
            task.cancel()
        await asyncio.gather(*self._trying.values(), return_exceptions=True)

    async def admitted(self, login: str) -> None:
        """Return when it is possible to speak as somebody; raises `CallError`."""
        if login in self._bus.logins:
            return
        trying = self._trying.get(login)
        if trying is None:
            raise CallError("denied", f"{login} is nobody who may come in now")
        done, _ = await asyncio.wait({trying}, timeout=_PATIENCE)
        if not done or login not in self._bus.logins:
            raise CallError("unavailable", f"the broker does not let {login} speak yet: try again in a moment")

    def _changed(self, login: str) -> None:
        if self._people.person(login) is None:
            if login != OWNER:
                self._bus.logins.discard(login)
            if trying := self._trying.pop(login, None):
                trying.cancel()
        elif login not in self._bus.logins and login not in self._trying:
            task = asyncio.get_running_loop().create_task(self._try(login), name=f"speak as {login}")
            self._trying[login] = task

    async def _try(self, login: str) -> None:
        woken = self._woken[login] = asyncio.Event()
        address, (pause, longest) = f"{self._bus.root}/{VOICE.address((self._bus.process, login))}", _PAUSES
        while login not in self._bus.logins:
            await self._bus.up.wait()
            woken.clear()
            self._bus.publish(address, b"{}")
            timer = self._bus.clock.call_later(pause, woken.set)
            await woken.wait()
            timer.cancel()
            pause = min(longest, pause * 2)
        self._trying.pop(login, None)

    def _came_back(self, voice: Voice, heard: Heard) -> None:
        if heard.login in self._trying:
            self._bus.logins.add(heard.login)
            self._woken[heard.login].set()
