"""Doors: the listeners of the embedded broker beside its first one; they open and close while it runs.

TLS is agreed upon before a connection is handed to the broker, so that what fails there can be told with the address of
came. A door that closes ends the connections that came through it. How many may be there that have not logged in yet,
and for how long, is bounded: `Lobby`.
"""

import asyncio
import errno
import logging
import socket
import ssl
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from functools import partial
from typing import Any

from homeserver.runtime.broker.listener import Listener
from homeserver.runtime.broker.lobby import Lobby
from homeserver.runtime.broker.repeats import Repeats
from homeserver.runtime.tls.context import CertificateFilesError, load, server_context
from homeserver.runtime.tls.handshakes import told

log = logging.getLogger(__name__)
PATIENCE = 10.0  # seconds from the TCP connection to the end of the handshake
_GOODBYE = 2.0  # seconds that the other side has to end TLS
_BACKLOG = 1000  # devices that come back at once when the power does
Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter, Callable[[], None]], Awaitable[None]]
"""The life of a connection on which nothing is left to agree on. It calls the last of these once it has logged in."""


class Door:
    """One open listener."""

    def __init__(self, listener: Listener, serve: Serve, repeats: Repeats) -> None:
        self.listener = listener
        self._serve = serve
        self._repeats = repeats
        self._lobby = Lobby()
        self._context: ssl.SSLContext | None = None
        self._sockets: list[socket.socket] = []
        self._tasks: set[asyncio.Task[None]] = set()

    def open(self) -> None:
        """Raises OSError and `CertificateFilesError`."""
        one = self.listener
        if one.certificate is not None and one.key is not None:
            self._context = server_context(one.certificate, one.key)
        self._sockets = _listening(one.host, one.port)
        for listening in self._sockets:
            self._start(self._accept(listening))

    def _start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work, name=f"door-{self.listener.port}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def reload(self) -> None:
        """Show a renewed certificate to whoever comes from now on; raises `CertificateFilesError`."""
        if self._context is not None and self.listener.certificate is not None and self.listener.key is not None:
            load(self._context, self.listener.certificate, self.listener.key)

    async def close(self) -> None:
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for listening in self._sockets:
            listening.close()

    async def _accept(self, listening: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await self._lobby.room()
            try:
                guest, where = await loop.sock_accept(listening)
            except OSError as error:  # no file is left for it, or it went at once
                log.error("nobody can be let in on port %d: %s", self.listener.port, error)
                await asyncio.sleep(1)
                continue
            task = self._start(self._receive(guest, str(where[0])))
            self._lobby.enter(task)
            task.add_done_callback(self._lobby.leave)

    async def _receive(self, guest: socket.socket, who: str) -> None:
        """The life of one connection."""
        loop, reader = asyncio.get_running_loop(), asyncio.StreamReader()
        task, protocol = asyncio.current_task(), asyncio.StreamReaderProtocol(reader)
        assert task is not None
        tls = {"ssl_handshake_timeout": PATIENCE, "ssl_shutdown_timeout": _GOODBYE} if self._context else {}
        try:
            transport, _ = await loop.connect_accepted_socket(lambda: protocol, guest, ssl=self._context, **tls)
        except ssl.SSLError as error:
            self._repeats.tell(who, f"it came to port {self.listener.port}, and TLS failed: {told(error.reason or '')}")
        except OSError:
            pass  # it said nothing in time, or went
        else:
            writer = asyncio.StreamWriter(transport, protocol, reader, loop)
            await self._serve(reader, writer, partial(self._lobby.leave, task))


def _listening(host: str, port: int) -> list[socket.socket]:
    """On every address that `host` stands for; "": on every interface, by IPv4 and by IPv6 where there is such."""
    rows = socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    made: list[socket.socket] = []
    fault: OSError | None = None
    for family, *_, where in rows:
        try:
            made.append(socket.create_server(where[:2], family=family, backlog=_BACKLOG))
        except OSError as error:
            fault = error
    if fault is not None and (not made or fault.errno == errno.EADDRINUSE):
        for one in made:
            one.close()
        raise fault
    for one in made:
        one.setblocking(False)
    return made


class Doors:
    """All of them."""

    def __init__(self, serve: Serve, repeats: Repeats) -> None:
        self._serve = serve
        self._repeats = repeats
        self._open: dict[Listener, Door] = {}
        self._turn = asyncio.Lock()

    async def set(self, wanted: Iterable[Listener]) -> None:
        """Open these and close all others; what cannot be is logged and left out."""
        async with self._turn:
            listeners = tuple(wanted)
            for gone in [one for one in self._open if one not in listeners]:
                await self._open.pop(gone).close()
            for listener in listeners:
                try:
                    self._ensure(listener)
                except (OSError, CertificateFilesError) as error:
                    log.error("nobody is let in at %s: %s", listener.place, error)

    def _ensure(self, listener: Listener) -> None:
        if listener in self._open:
            self._open[listener].reload()
            return
        door = Door(listener, self._serve, self._repeats)
        door.open()
        self._open[listener] = door

    async def close(self) -> None:
        await self.set(())
