"""Health: how a process is, told in one line of JSON to whoever connects to its Unix socket; `pulse` asks.

Well is a process that is connected to the broker and whose workers have all opened; one that hangs does not answer at
all. A worker that is merely degraded is well: to start it again would not help. Keeps the socket while the process
lives, readable by its own user only.
"""

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator, Iterable, Iterator
from pathlib import Path
from typing import TypedDict

from homeserver.runtime.bus import Bus
from homeserver.runtime.hosting import Hosted
from homeserver.runtime.process import Process


class HealthError(Exception):
    """There can be no such socket; the text says why."""


class Health(TypedDict):
    """`reasons` is empty where `healthy`; `workers` tells the state of each."""

    healthy: bool
    reasons: list[str]
    workers: dict[str, str]


def health_of(bus: Bus, hosted: Iterable[Hosted]) -> Health:
    """As things are now."""
    workers = list(hosted)
    reasons = [] if bus.up.is_set() else [f"not connected: {bus.fault or 'still trying'}"]
    reasons += [f"{one.name} is {one.state}: {one.reason}" for one in workers if not one.opened.is_set()]
    return {"healthy": not reasons, "reasons": reasons, "workers": {one.name: one.state for one in workers}}


@contextlib.asynccontextmanager
async def telling(process: Process, path: Path) -> AsyncIterator[None]:
    """Tell at `path` for as long as the block lasts; what an earlier run left there makes room. `HealthError`."""

    async def tell(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(json.dumps(health_of(process.bus, process.hosted.values())).encode() + b"\n")
        with contextlib.suppress(OSError):  # it did not wait for the answer
            await writer.drain()
            writer.close()
            await writer.wait_closed()

    with _bound(path) as door:
        server = await asyncio.start_unix_server(tell, sock=door)
        try:
            yield
        finally:
            server.close()


@contextlib.contextmanager
def _bound(path: Path) -> Iterator[socket.socket]:
    door = socket.socket(socket.AF_UNIX)
    try:
        if path.is_socket():
            path.unlink()
        door.bind(str(path))
        path.chmod(0o600)
    except OSError as error:
        door.close()
        raise HealthError(f"--health {path}: {error.strerror or error}; name a file in a folder of your own") from error
    try:
        yield door
    finally:
        door.close()
        path.unlink(missing_ok=True)
