"""Admission: who exists, and what the persons with a login of their own may, as the broker is to know it.

Is told what `people` says, writes it into the logins and lets the broker read them: at the keeper in a home that runs
its own broker, at `people` where others run Mosquitto. What an earlier run granted, and nobody says now, is taken back.
Past its `until` nothing that was said is granted.
"""

import asyncio
import inspect
import logging
from collections.abc import Callable
from typing import Final

from homeserver.runtime.clock import Clock, Timer
from homeserver.runtime.logins import LoginError, Logins
from homeserver.runtime.people import PREFIX
from homeserver.runtime.reach import NOTHING, reach_rights
from homeserver.runtime.rights import Rights
from homeserver.topics.names import BadNameError
from homeserver.topics.person import Person, Reach

log = logging.getLogger(__name__)
_GATHERED: Final = 0.05
"""Seconds in which what is said is gathered: each change lets the broker read all logins anew."""
_AGAIN: Final = 5.0
"""Seconds until what could not be written is tried again."""


class Admission:
    """`learn` and `reach` are told at once and wait for nothing; `run` brings it to the broker. `apply` may have
    to be awaited."""

    def __init__(self, logins: Logins, root: str, clock: Clock, apply: Callable[[], object]) -> None:
        self._logins = logins
        self._root = root
        self._clock = clock
        self._apply = apply
        self._persons: set[str] = set()
        self._gone: set[str] = set()
        self._reach: dict[str, Reach] = {}
        self._changed = asyncio.Event()
        self._changed.set()  # to take back what an earlier run granted
        self._timer: Timer | None = None

    def learn(self, id: str, person: Person | None) -> None:
        """Somebody may come in now, or no longer."""
        login = f"{PREFIX}{id}"
        if (person is not None) == (login in self._persons):
            return
        if person is None:
            self._persons.discard(login)
        else:
            self._persons.add(login)
        self._changed.set()

    def reach(self, id: str, reach: Reach | None) -> None:
        """What the login of somebody may now; None: he is to have none."""
        login = f"{PREFIX}{id}"
        if reach is None:
            self._reach.pop(login, None)
            self._gone.add(login)
        else:
            self._reach[login] = reach
            self._gone.discard(login)
        self._changed.set()

    def renew(self) -> None:
        """Logins were made or changed by others: grant what was said."""
        self._changed.set()

    async def run(self) -> None:
        """For as long as the home runs."""
        while True:
            await self._changed.wait()
            await self._clock.sleep(_GATHERED)
            self._changed.clear()
            persons, wanted, gone = set(self._persons), self._wanted(), set(self._gone)
            try:
                changed = await asyncio.to_thread(self._write, persons, wanted, gone)
            except LoginError as error:
                log.error("who may speak cannot be written: %s", error)
                self._clock.call_later(_AGAIN, self._changed.set)
                continue
            self._gone -= gone
            if changed and inspect.isawaitable(done := self._apply()):
                await done

    def _wanted(self) -> dict[str, Rights]:
        """What each login may now; at the next end it is looked at again."""
        now = self._clock.now()
        ends = [reach.until for reach in self._reach.values() if reach.until is not None and reach.until > now]
        if self._timer is not None:
            self._timer.cancel()
        if ends:
            self._timer = self._clock.call_later((min(ends) - now).total_seconds(), self._changed.set)
        return {login: self._rights(login, reach) for login, reach in self._reach.items()}

    def _rights(self, login: str, reach: Reach) -> Rights:
        if reach.until is not None and reach.until <= self._clock.now():
            return NOTHING
        try:
            return reach_rights(login, reach, self._root)
        except BadNameError as error:
            log.error("%s is granted nothing: %s", login, error)
            return NOTHING

    def _write(self, persons: set[str], wanted: dict[str, Rights], gone: set[str]) -> bool:
        """In a thread: writing waits for the disk. Whether anything is other than it was."""
        changed = self._logins.admit(persons)
        for login, known in self._logins.all().items():
            if login in gone:
                self._logins.remove(login)
            elif login.startswith(PREFIX) and (known.read, known.write) != (rights := wanted.get(login, NOTHING)):
                self._logins.grant(login, *rights)
            else:
                continue
            changed = True
        return changed
