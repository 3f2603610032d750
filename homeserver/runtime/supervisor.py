"""The whole home on one machine: broker and processes, brought up in order, kept up, taken down within two seconds.

Makes the logins of everything that it starts, with rights derived from what the workers declare. Keeps `broker/` and
`logs/` in the data folder.
"""

import asyncio
import logging
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from homeserver.runtime.account import Account
from homeserver.runtime.broker import Address as BrokerAddress
from homeserver.runtime.broker import BrokerCommand, BrokerKind, choose, prepare, reload
from homeserver.runtime.child import Child
from homeserver.runtime.clock import Clock
from homeserver.runtime.journal import Journal
from homeserver.runtime.logins import Logins, device_rights
from homeserver.runtime.mqtt_wire import Address
from homeserver.runtime.plan import Plan, Post
from homeserver.runtime.rights import CLIENT, NotForGuestsError, client_rights, rights_of
from homeserver.runtime.settings import Settings

log = logging.getLogger(__name__)
KEEPER: Final = Post("keeper", ("keeper",))
_STOP: Final = 1.2
"""Seconds that the workers' processes have to end; the broker has what is left of `_STOP_ALL`."""
_STOP_ALL: Final = 1.7
_BROKER_READY: Final = 15.0


class StartError(Exception):
    """The home cannot start; the text says why and what to do."""


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
        self._broker: Child | None = None

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
        return f"mqtt://{who}{_reachable(home.mqtt_host)}:{home.mqtt_port}"

    def account(self) -> Account:
        """The keeper's own."""
        there = BrokerAddress.parse(self.address(KEEPER.login))
        given = self.settings.home.broker_password
        secret = None
        if there.login is not None:
            outside = given.get_secret_value() if given and self.kind == "external" else None
            secret = outside or self.logins.secret(there.login)
        return Account(KEEPER.process, KEEPER.login, Address(there.host, there.port, there.login, secret))

    # -- life

    async def __aenter__(self) -> Self:
        self._ensure_logins()
        try:
            await self._start_broker()
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
        root = self.settings.home.root
        for post in (*self.plan.posts.values(), KEEPER):
            try:
                self._ensure_login(post)
            except NotForGuestsError as error:
                del self.plan.posts[post.process]
                self._say(post.process, f"not started: {error}")
            except Exception as error:
                if not post.guest:
                    raise
                log.exception("the outside worker %s cannot be loaded", ", ".join(post.workers))
                del self.plan.posts[post.process]  # somebody else's fault must not keep the home from starting
                self._say(post.process, f"not started: it cannot be loaded: {type(error).__name__}: {error}")
        self.logins.ensure(CLIENT, *client_rights(root))

    def _ensure_login(self, post: Post) -> None:
        home = self.settings.home
        self.logins.ensure(post.login, *rights_of(post, self.plan.kinds(post), home.root))
        for device in post.devices:
            rights = device_rights(device, root=home.root, prefix=home.discovery_prefix)
            self.logins.ensure(f"device.{device}", *rights)

    def apply_logins(self) -> int:
        """Let the broker read the logins again; how many there are."""
        if self._broker is not None and self._broker.pid:
            reload(self.kind, self._folder, self.logins, self._broker.pid)
        return len(self.logins.all())

    # -- the broker

    @property
    def _folder(self) -> Path:
        return self.settings.home.data / "broker"

    async def _start_broker(self) -> None:
        home = self.settings.home
        if self.kind == "external":
            self._say("broker", f"{home.broker} (started by others)")
            return
        check_free(home.mqtt_host, home.mqtt_port, "--mqtt-port", "the broker")
        command = prepare(
            self.kind, self._folder, home.mqtt_port, self.logins, anonymous=home.anonymous, bind=home.mqtt_host
        )
        # The guard ends the broker in its own good time when we are gone, so that it can save what it retains.
        guarded = [sys.executable, "-m", "homeserver.runtime.guard", "--", *command.argv]
        self._broker = Child("broker", lambda: guarded, command.environment, self._journal, self._clock, tied=False)
        self._say("broker", f"{self.kind} on {command.host}:{command.port}{', open to everybody' * home.anonymous}")
        await self._broker.start()
        await self._until_reachable(self._broker, command)

    async def _until_reachable(self, broker: Child, command: BrokerCommand) -> None:
        host, deadline = _reachable(command.host), self._clock.monotonic() + _BROKER_READY
        while self._clock.monotonic() < deadline:
            if broker.ended.is_set():
                raise StartError(f"the broker ({self.kind}) ended at once. Its last words:\n{broker.last_words()}")
            try:
                _, writer = await asyncio.open_connection(host, command.port)
            except OSError:
                await self._clock.sleep(0.03)
            else:
                writer.close()
                return
        raise StartError(f"the broker ({self.kind}) does not listen on port {command.port} after {_BROKER_READY:g} s")

    # -- processes

    async def launch(self, post: Post) -> None:
        """Start the process of a post with all of its workers."""
        if post.process not in self.plan.posts:
            self._ensure_login(post)
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

    async def end(self, process: str) -> None:
        """Stop one process."""
        self.wanted[process] = ()
        if child := self.children.pop(process, None):
            await child.stop(_STOP)


def _reachable(host: str) -> str:
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - compared, not listened on


def check_free(host: str, port: int, option: str, what: str) -> None:
    """Say so in words, before anything starts, when somebody else listens there; raises `StartError`."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise StartError(
                f"{what} cannot listen on {host}:{port} ({error.strerror}): choose another port with {option}"
            ) from error
