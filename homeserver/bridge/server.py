"""The listener: uvicorn inside the process's own event loop, patient with a port that is in use.

Signals stay with the process. Keeps one socket while it runs.
"""

import asyncio
import contextlib
import errno
import logging
import socket
from collections.abc import Callable, Iterator
from typing import Any, Final, cast

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

from homeserver.bridge.certificate import Certificate, Front
from homeserver.bridge.limits import group_of
from homeserver.bridge.wire import SocketWire
from homeserver.runtime.clock import Clock

log = logging.getLogger(__name__)
RETRY: Final = 5.0
"""Seconds before a port that was in use is tried again."""
HEAD: Final = 10.0
"""Seconds in which the head of a request must have arrived."""
LARGEST: Final = 1024 * 1024
"""Bytes of the largest message that a WebSocket may bring."""
MOST: Final = 2_000
"""Connections at a time. From one address half of them, so that no single machine takes all; when nearly all are taken,
the one that has asked nothing for longest makes room."""
_CROWD: Final = MOST * 9 // 10
_HEAD_BYTES: Final = 32 * 1024
_UNREAD: Final = 60_000
"""Milliseconds after which the kernel gives up on a client that takes nothing of what was sent."""
_FAULTS: Final = {
    errno.EADDRINUSE: "another program uses it already; stop that program, or choose another port with --http-port",
    errno.EACCES: "only the system's administrator may listen there; choose a port above 1023 with --http-port",
    errno.EADDRNOTAVAIL: "this machine has no such address; correct the setting http_host",
}


class Impatient(H11Protocol):
    """uvicorn's protocol, which by itself waits without end for a head that comes in drops."""

    _due: asyncio.TimerHandle | None = None
    _gone = False
    _quiet_since = 0.0

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._quiet_since = self.loop.time()
        if self._is_too_many():
            self.transport.close()
            return
        self._make_room()
        self._due = self.loop.call_later(HEAD, self._late)

    def data_received(self, data: bytes) -> None:
        self._quiet_since = self.loop.time()
        super().data_received(data)
        if self._between() and self._due is None:
            self._due = self.loop.call_later(HEAD, self._late)
        elif not self._between():
            self._settle()

    def _is_too_many(self) -> bool:
        """Whether one address has half of all connections."""
        if len(self.connections) <= MOST // 2:
            return False
        mine = _group(self)
        return sum(_group(one) == mine for one in self.connections) > MOST // 2

    def _make_room(self) -> None:
        if len(self.connections) > _CROWD:
            idle = [one for one in self.connections if isinstance(one, Impatient) and one._between()]
            if idle:
                min(idle, key=lambda one: one._quiet_since).transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        self._settle()
        super().connection_lost(exc)

    def handle_websocket_upgrade(self, event: Any) -> None:
        self._gone = True  # from here on another protocol has the connection, with patience of its own
        super().handle_websocket_upgrade(event)

    def _between(self) -> bool:
        cycle = cast(RequestResponseCycle | None, self.cycle)  # None before the first request
        return not self._gone and (cycle is None or cycle.response_complete)

    def _settle(self) -> None:
        if self._due is not None:
            self._due.cancel()
            self._due = None

    def _late(self) -> None:
        self._due = None
        if self._between():
            self.transport.close()


def _group(connection: Any) -> str:
    """The network that a connection comes from."""
    return group_of(connection.client[0]) if connection.client else ""


class _Quiet(uvicorn.Server):
    """Leaves signals to the process, and wakes once a second (for the `Date` header) instead of ten times."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._over = asyncio.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def main_loop(self) -> None:
        while not await self.on_tick(0):
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(1):
                    await self._over.wait()

    def stop(self) -> None:
        self.should_exit = True
        self._over.set()


class Listener:
    """`run` serves until `close`; `tell` gets a sentence when it cannot, and nothing when it can again."""

    def __init__(
        self,
        app: ASGIApp,
        host: str,
        port: int,
        clock: Clock,
        tell: Callable[[str], None],
        front: Front = Front(),  # noqa: B008 - frozen
    ) -> None:
        self._app = app
        self._front = front
        self._host = host
        self._port = port
        self._clock = clock
        self._tell = tell
        self._server: _Quiet | None = None
        self.up = asyncio.Event()

    async def run(self) -> None:
        while True:
            if fault := self._front.check():
                self._tell(fault)
                await self._clock.sleep(RETRY)
                continue
            try:
                listening = bind(self._host, self._port)
            except OSError as error:
                self._tell(_sentence(error, self._host, self._port))
                await self._clock.sleep(RETRY)
                continue
            self._tell("")
            config = self._config()
            config.load()
            self._server = _Quiet(config)
            self.up.set()
            following = asyncio.create_task(self._follow(config), name="certificate")
            try:
                await self._server.serve([listening])
            finally:
                following.cancel()
            return

    async def _follow(self, config: uvicorn.Config) -> None:
        """Serve the certificate that its files hold, whenever they are replaced."""
        if config.ssl is not None:
            await Certificate(self._front, config.ssl, self._clock, self._tell, self._renewed).follow()

    def _renewed(self) -> None:
        log.info("new connections get the certificate that is in %s now", self._front.certificate)

    def _config(self) -> uvicorn.Config:
        return uvicorn.Config(
            self._app,
            http=Impatient,
            ws=SocketWire,
            ws_max_size=LARGEST,
            ws_per_message_deflate=False,
            lifespan="off",
            log_config=None,
            log_level="warning",
            access_log=False,
            proxy_headers=bool(self._front.proxies),
            forwarded_allow_ips=list(self._front.proxies),
            ssl_certfile=self._front.certificate,
            ssl_keyfile=self._front.key,
            server_header=False,
            limit_concurrency=MOST,
            timeout_keep_alive=15,
            timeout_graceful_shutdown=1,
            h11_max_incomplete_event_size=_HEAD_BYTES,
        )

    def stop(self) -> None:
        """Take no more requests; `run` returns when those under way are done, a second later at most."""
        if self._server is not None:
            self._server.stop()


def bind(host: str, port: int) -> socket.socket:
    """A listening socket; raises `OSError`."""
    family, kind, protocol, _, address = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    listening = socket.socket(family, kind, protocol)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if hasattr(socket, "TCP_USER_TIMEOUT"):
            listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, _UNREAD)
        listening.bind(address)
        listening.listen(256)
    except OSError:
        listening.close()
        raise
    listening.setblocking(False)
    return listening


def _sentence(error: OSError, host: str, port: int) -> str:
    reason = _FAULTS.get(error.errno or 0, error.strerror)
    return f"cannot listen on {host} port {port}: {reason}"
