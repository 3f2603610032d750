"""The whole home on one machine: broker and processes, brought up in order, kept up, taken down within two seconds.

Makes the logins of everything that it starts, with rights derived from what the workers declare. Keeps `broker/` and
`logs/` in the data folder.
"""

import asyncio
import logging
import os
import sys
from collections.abc import Callable
from types import TracebackType
from typing import Final, Self

from homeserver.runtime.account import Account, address_of, authority_of
from homeserver.runtime.broker import Address as BrokerAddress
from homeserver.runtime.broker import BrokerKind, choose
from homeserver.runtime.broker.listener import Listener
from homeserver.runtime.child import Child
from homeserver.runtime.clock import Clock
from homeserver.runtime.enrolment import enrol, enrol_post
from homeserver.runtime.journal import Journal
from homeserver.runtime.listeners import ListenersError
from homeserver.runtime.logins import Logins
from homeserver.runtime.own_broker import OwnBroker
from homeserver.runtime.plan import Plan, Post
from homeserver.runtime.ports import reachable
from homeserver.runtime.settings import Settings

log = logging.getLogger(__name__)
KEEPER: Final = Post("keeper", ("keeper",))
_STOP: Final = 1.2
"""Seconds that the workers' processes have to end; the broker has what is left of `_STOP_ALL`."""
_STOP_ALL: Final = 1.7


class Supervisor:
    """`async with Supervisor(...)`: everything runs when the block begins, nothing when it has ended."""

    def __init__(
        self, settings: Settings, plan: Plan, journal: Journal, clock: Clock, say: Callable[[str, str], None]
    ) -> None:
        self.settings = settings
        self.plan = plan
        self.children: dict[str, Child] = {}
        self.wanted: dict[str, tuple[str, ...]] = {}
        self.logins = Logins(settings.home.data)
        self.kind: BrokerKind = choose(settings.home.broker)
        self._journal = journal
        self._clock = clock
        self._say = say
        self._broker = (
            OwnBroker(self.kind, settings.home, self.logins, journal, clock, say) if self.kind != "external" else None
        )

    @property
    def open_house(self) -> bool:
        """Whether the broker lets everybody in: anonymous ours, or an outside one without a login."""
        home = self.settings.home
        return home.anonymous if self.kind != "external" else BrokerAddress.parse(home.broker).login is None

    def address(self, login: str | None = None) -> str:
        """The broker's address for a process on this machine."""
        home = self.settings.home
        if self.kind == "external":
            return home.broker
        who = f"{login}@" if login and not self.open_house else ""
        return f"mqtt://{who}{reachable(home.mqtt_host)}:{home.mqtt_port}"

    def account(self) -> Account:
        """The keeper's own."""
        there = BrokerAddress.parse(self.address(KEEPER.login))
        given = self.settings.home.broker_password
        secret = None
        if there.login is not None:
            outside = given.get_secret_value() if given and self.kind == "external" else None
            secret = outside or self.logins.secret(there.login)
        authority = authority_of(self.settings.home) if there.tls else None
        return Account(KEEPER.process, KEEPER.login, address_of(there, there.login, secret, authority))

    # -- life

    async def __aenter__(self) -> Self:
        self._ensure_logins()
        try:
            if self._broker is not None:
                await self._broker.start()
            else:
                self._say("broker", f"{self.settings.home.broker} (started by others)")
            for post in list(self.plan.posts.values()):
                self._say(post.process, ", ".join(post.workers))
                await self.launch(post)
        except BaseException:
            await self._stop()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stop()

    async def _stop(self) -> None:
        began = self._clock.monotonic()
        await asyncio.gather(*(child.stop(_STOP) for child in self.children.values()))
        if self._broker is not None:
            await self._broker.stop(_STOP_ALL - (self._clock.monotonic() - began))

    # -- logins

    def _ensure_logins(self) -> None:
        for process, reason in enrol(self.logins, self.plan, self.settings.home, more=(KEEPER,)).items():
            self._say(process, f"not started: {reason}")
        self.logins.expel()

    def apply_logins(self) -> int:
        """Let the broker read the logins again; how many there are."""
        if self._broker is not None:
            self._broker.reload()
        return len(self.logins.all())

    # -- listeners

    @property
    def listeners(self) -> tuple[Listener, ...]:
        """Those beside the first."""
        return self._broker.listeners if self._broker is not None else ()

    @property
    def trouble(self) -> str:
        """What keeps a listener that was asked for from serving; "" when all is well."""
        return self._broker.trouble if self._broker is not None else ""

    def apply_listeners(self) -> bool:
        """Open and close what was asked for since; True: every connection is cut for a moment. `ListenersError`."""
        if self._broker is None:
            raise ListenersError("the broker is started by others, who decide where it listens")
        return self._broker.apply_listeners()

    async def renew(self) -> None:
        """Renew the certificate of a listener where that is due."""
        if self._broker is not None:
            await self._broker.renew()

    # -- processes

    def pids(self) -> dict[str, int]:
        """The numbers of all processes by name, of the broker and this one too; 0 where one does not run now."""
        broker = self._broker.child if self._broker is not None else None
        own = {"keeper": os.getpid()} | ({"broker": broker.pid} if broker is not None else {})
        return own | {name: child.pid for name, child in self.children.items()}

    async def launch(self, post: Post) -> None:
        """Start the process of a post with all of its workers."""
        if post.process not in self.plan.posts:
            enrol_post(self.logins, self.plan, post, self.settings.home)
            self.plan.add(post)
            self.apply_logins()
        self.wanted[post.process] = post.workers
        environment = self.settings.environment() | {"HOMESERVER_LOGIN_FILE": ""}  # ours, if any, is not theirs
        child = self.children[post.process] = Child(
            post.process, lambda: self._argv(post), environment, self._journal, self._clock
        )
        await child.start()

    def _argv(self, post: Post) -> list[str]:
        workers, broker = self.wanted[post.process], self.address(post.login)
        ours = [sys.executable, "-m", "homeserver", "run", *workers, "--process", post.process]
        return [*ours, "--broker", broker, "--data", str(self.settings.home.data), "--supervised"]

    async def renew_processes(self) -> None:
        """Start every process anew, one after the other, with the code as it is now."""
        for process in list(self.children):
            wanted = self.wanted[process]
            await self.end(process)
            await self.launch(self.plan.posts[process])
            self.wanted[process] = wanted

    async def end(self, process: str) -> None:
        """Stop one process."""
        self.wanted[process] = ()
        if child := self.children.pop(process, None):
            await child.stop(_STOP)
