"""A small HTTPS listener of a process whose files no other process of the home can open: it serves blobs, once asked.

HTTP/1.1 as far as our own processes need it: GET with one range, one request for each connection. Who comes needs an
address that this process has sealed a minute ago at most. Keeps a port open while the process runs.
"""

import asyncio
import contextlib
import importlib
import logging
import os
import re
import ssl
from collections.abc import Callable
from datetime import datetime
from typing import Final

from homeserver.runtime.blobs.files import NoSuchFileError, chunks

log = logging.getLogger(__name__)
PATIENCE: Final = 10.0
"""Seconds in which the head of a request must have arrived."""
UNREAD: Final = 60.0
"""Seconds after which a client that takes nothing is given up."""
CLIENTS: Final = 100
_HEAD: Final = 32 * 1024
_REQUEST: Final = re.compile(rb"GET /([A-Za-z0-9._-]+) HTTP/1\.1\r\n")
_RANGE: Final = re.compile(rb"\r\nrange: *bytes=(\d{1,18})-(\d{1,18})\r\n", re.IGNORECASE)

Opener = Callable[[str], int]
"""Gives a descriptor for the word in an address; raises `NoSuchFileError` where it is good for nothing."""


class BlobListener:
    """`open` listens on an address of this machine and gives the beginning of its addresses."""

    def __init__(self, opener: Opener) -> None:
        self._opener = opener
        self._server: asyncio.Server | None = None
        self._clients: set[asyncio.StreamWriter] = set()
        self.certificate = ""
        self.begin = ""

    async def open(self, address: str, now: datetime) -> None:
        """Listen, unless it does already; raises OSError."""
        if self._server is not None:
            return
        context, self.certificate = await asyncio.to_thread(_certified, address, now)
        self._server = await asyncio.start_server(
            self._serve, address, 0, ssl=context, limit=_HEAD, ssl_handshake_timeout=PATIENCE
        )
        port = self._server.sockets[0].getsockname()[1]
        host = f"[{address}]" if ":" in address else address
        self.begin = f"https://{host}:{port}/"
        log.info("blobs are served at %s", self.begin)

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
            for writer in list(self._clients):
                writer.transport.abort()
            self._server = None

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._clients.add(writer)
        try:
            with contextlib.suppress(OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
                async with asyncio.timeout(PATIENCE):
                    head = await reader.readuntil(b"\r\n\r\n")
                await self._answer(head, writer)
        finally:
            self._clients.discard(writer)
            writer.close()

    async def _answer(self, head: bytes, writer: asyncio.StreamWriter) -> None:
        request, wanted = _REQUEST.match(head), _RANGE.search(head)
        try:
            if request is None or len(self._clients) > CLIENTS:
                raise NoSuchFileError("no request of ours")
            file = await asyncio.to_thread(self._opener, request[1].decode())
        except NoSuchFileError:
            writer.write(b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
            return
        try:
            length = os.fstat(file).st_size
            start, end = (int(wanted[1]), int(wanted[2]) + 1) if wanted else (0, length)
            await self._send(file, start, min(end, length), writer)
        finally:
            os.close(file)

    async def _send(self, file: int, start: int, end: int, writer: asyncio.StreamWriter) -> None:
        head = f"HTTP/1.1 206 Partial Content\r\ncontent-length: {max(0, end - start)}\r\nconnection: close\r\n\r\n"
        writer.write(head.encode())
        with contextlib.suppress(NoSuchFileError):  # it became shorter: the other side misses what was promised
            async for chunk in chunks(file, start, end):
                writer.write(chunk)
                async with asyncio.timeout(UNREAD):
                    await writer.drain()


def _certified(address: str, now: datetime) -> tuple[ssl.SSLContext, str]:
    """Loaded when it is first needed: its library costs a process that never serves to another machine 8 MiB."""
    made: tuple[ssl.SSLContext, str] = importlib.import_module("homeserver.runtime.tls.fleeting").fleeting(address, now)
    return made


def trusting(certificate: str) -> ssl.SSLContext:
    """What a client of such a listener checks: that it shows this very certificate."""
    context = ssl.create_default_context(cadata=certificate)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    return context
