"""The broker that the home starts itself: brought up, told of changed logins and listeners, its certificate renewed.

A listener that cannot be opened never keeps the home from starting: it stays closed, and `trouble` says why. A broker
that cannot start anew starts as it was, and is tried until it does. Keeps the folder `broker/` in the data folder.
"""

import asyncio
import logging
import sys
from collections.abc import Callable
from typing import Final

from homeserver.runtime.broker import BrokerCommand, BrokerKind, prepare, reload
from homeserver.runtime.broker.listener import Listener
from homeserver.runtime.broker.mosquitto_words import MosquittoWords
from homeserver.runtime.child import Child
from homeserver.runtime.clock import Clock
from homeserver.runtime.home_settings import HomeSettings
from homeserver.runtime.journal import Journal
from homeserver.runtime.listeners import ListenersError, read_listeners
from homeserver.runtime.logins import Logins
from homeserver.runtime.ports import StartError, check_free, is_loopback, reachable
from homeserver.runtime.tls.context import CertificateFilesError, server_context
from homeserver.runtime.tls.upkeep import ensure_certificate, stamps

log = logging.getLogger(__name__)
_READY: Final = 15.0
"""Seconds within which it must listen."""
_DOOR_READY: Final = 2.0
"""The same for a listener beside the first, without which the home can do."""
_SETTLED: Final = 0.5
"""Seconds after which a broker has ended that could not open one of its doors."""
_STOP: Final = 1.7
_ANSWERED: Final = 0.2
"""Seconds before a restart in which whoever asked for it gets the answer."""
_AGAIN: Final = 1.0
"""Seconds between tries to start it as it was: nothing works without a broker."""


class OwnBroker:
    """`start` it once, `stop` it once; `say` tells people at the terminal."""

    def __init__(
        self,
        kind: BrokerKind,
        home: HomeSettings,
        logins: Logins,
        journal: Journal,
        clock: Clock,
        say: Callable[[str, str], None],
    ) -> None:
        self.kind = kind
        self.child: Child | None = None
        self.listeners: tuple[Listener, ...] = ()
        self._shut = ""
        self._stale = ""
        self._down = ""
        self._home = home
        self._folder = home.data / "broker"
        self._logins = logins
        self._journal = journal
        self._clock = clock
        self._say = say
        self._stamps: tuple[float, ...] = ()
        self._changing: asyncio.Task[None] | None = None
        self._ending = False

    async def start(self) -> None:
        """Returns when it listens; raises `StartError`."""
        home = self._home
        check_free(home.mqtt_host, home.mqtt_port, "--mqtt-port", "the broker")
        await self._upkeep()
        self.listeners = self._possible()
        self._say("broker", f"{self.kind} on {home.mqtt_host}:{home.mqtt_port}{', open to everybody' * home.anonymous}")
        await self._run(self._prepare())

    async def stop(self, patience: float) -> None:
        self._ending = True
        if self._changing is not None:  # a child must not be left half stopped
            await asyncio.wait({self._changing}, timeout=patience)
        if self.child is not None:
            await self.child.stop(patience)

    async def _run(self, command: BrokerCommand) -> None:
        # The guard ends the broker in its own good time when we are gone, so that it can save what it retains.
        guarded = [sys.executable, "-m", "homeserver.runtime.guard", "--", *command.argv]
        read = MosquittoWords().read if self.kind == "mosquitto" else str
        self.child = Child(
            "broker", lambda: guarded, command.environment, self._journal, self._clock, tied=False, read=read
        )
        await self.child.start()
        await self._until_reachable(self.child, command)

    def _prepare(self) -> BrokerCommand:
        home = self._home
        self._stamps = stamps(self.listeners)
        return prepare(
            self.kind,
            self._folder,
            home.mqtt_port,
            self._logins,
            anonymous=home.anonymous,
            bind=home.mqtt_host,
            listeners=self.listeners,
        )

    async def _until_reachable(self, broker: Child, command: BrokerCommand) -> None:
        if not await self._listens(broker, command.host, command.port, _READY):
            raise StartError(f"the broker ({self.kind}) does not listen on port {command.port} after {_READY:g} s")
        for one in self.listeners:
            if not await self._listens(broker, one.host, one.port, _DOOR_READY):
                self._shut = f"the broker ({self.kind}) has not opened port {one.port}; its log says why"
                log.error("%s", self._shut)
        if self.listeners:  # a door that is another program's looks open, until the broker ends because of it
            await self._clock.sleep(_SETTLED)
            self._still_runs(broker)

    async def _listens(self, broker: Child, host: str, port: int, patience: float) -> bool:
        """Whether it comes to listen there in time; raises `StartError` when it ends meanwhile."""
        deadline = self._clock.monotonic() + patience
        while self._clock.monotonic() < deadline:
            self._still_runs(broker)
            try:
                _, writer = await asyncio.open_connection(reachable(host), port)
            except OSError:
                await self._clock.sleep(0.03)
            else:
                writer.close()
                return True
        return False

    def _still_runs(self, broker: Child) -> None:
        if broker.ended.is_set():
            raise StartError(f"the broker ({self.kind}) ended at once. Its last words:\n{broker.last_words()}")

    def reload(self) -> None:
        """Let it read the logins and certificates again."""
        if self.child is not None and self.child.pid:
            reload(self.kind, self._folder, self._logins, self.child.pid)

    # -- listeners

    @property
    def trouble(self) -> str:
        """What keeps a listener, or the broker itself, from serving; or ""."""
        return "; ".join(filter(None, (self._down, self._shut, self._stale)))

    def _possible(self) -> tuple[Listener, ...]:
        """Those asked for that can be opened; people are told why the others cannot."""
        try:
            asked = read_listeners(self._home.data).for_broker(self._home.data)
        except ListenersError as error:
            asked, faults = (), [str(error)]
        else:
            faults = [self._fault(one) for one in asked]
        self._shut = "; ".join(filter(None, faults))
        if self._shut:
            log.error("a listener stays closed: %s", self._shut)
            self._say("warning", f"a listener stays closed: {self._shut}")
        return tuple(one for one, fault in zip(asked, faults, strict=False) if not fault)

    def _fault(self, listener: Listener) -> str:
        """Why it cannot be opened, or ""."""
        if self._home.anonymous and not is_loopback(listener.host):
            return "this home wants no logins (--anonymous), and would want none of the network either"
        if listener.certificate is not None and listener.key is not None:
            try:
                server_context(listener.certificate, listener.key)
            except CertificateFilesError as error:
                return str(error)
        if listener.port == self._home.mqtt_port:
            return f"port {listener.port} is the one that the home's own processes use: choose another with --port"
        if listener.port in {one.port for one in self.listeners}:
            return ""  # it is ours already
        try:
            check_free(listener.host, listener.port, "homeserver listen --port", "the broker")
        except StartError as error:
            return str(error)
        return ""

    def apply_listeners(self) -> bool:
        """Open and close what was asked for since; whether that cuts all connections for a moment.

        Raises `ListenersError` where it cannot be done; then everything is as it was.
        """
        wanted = read_listeners(self._home.data).for_broker(self._home.data)
        if faults := [fault for one in wanted if (fault := self._fault(one))]:
            raise ListenersError("; ".join(faults))
        if self._changing is not None and not self._changing.done():
            raise ListenersError("the broker starts anew just now: ask again in a moment")
        self._shut = ""
        if wanted != self.listeners and self.kind == "mosquitto":
            self._changing = asyncio.create_task(self._restart(wanted), name="listeners")
            return True
        self.listeners = wanted
        self._prepare()
        self.reload()
        return False

    async def _restart(self, wanted: tuple[Listener, ...]) -> None:
        """Mosquitto opens and closes listeners only when it starts. What it retains it saves as it stops."""
        await self._clock.sleep(_ANSWERED)
        former, self.listeners = self.listeners, wanted
        try:
            command = self._prepare()
        except Exception as error:
            log.exception("the broker goes on as it is")
            self.listeners, self._shut = former, str(error)
            return
        try:
            await self._again(command)
        except Exception as error:  # whatever it is, a home without a broker is worse
            log.exception("the listeners stay as they were")
            self.listeners, self._shut = former, str(error)
            await self._go_back()

    async def _go_back(self) -> None:
        """Start it as it was, however often it takes."""
        while not self._ending:
            try:
                await self._again(self._prepare())
            except Exception as error:
                if self._down != (down := f"the broker does not run: {error}"):
                    log.exception("the broker does not start as it was either; it is tried again and again")
                self._down = down
                await self._clock.sleep(_AGAIN)
            else:
                self._down = ""
                return

    async def _again(self, command: BrokerCommand) -> None:
        if self.child is not None:
            await self.child.stop(_STOP)
        if not self._ending:
            await self._run(command)

    # -- certificates

    async def renew(self) -> None:
        """Renew the certificate if that is due, and show what has changed to whoever connects from now on."""
        await self._upkeep()
        if (written := stamps(self.listeners)) != self._stamps:
            self._stamps = written
            log.info("the certificate has changed: the broker reads it again")
            self.reload()

    async def _upkeep(self) -> None:
        fault = await ensure_certificate(self._home, self._clock.now())
        self._stale = f"its certificate cannot be renewed: {fault}" if fault else ""
