"""Answers in gzip, where the client takes it and it pays: whole JSON and texts, from a kilobyte on.

Streams of events, files and what is compressed already pass untouched. Keeps nothing.
"""

import asyncio
import gzip
import re
from typing import Any, Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LEAST: Final = 1024
"""Bytes below which the headers cost more than is gained."""
LARGE: Final = 128 * 1024
"""Bytes from which a thread does it, so that nobody else waits."""
_LEVEL: Final = 5
_TEXT: Final = re.compile(r"application/(\w[\w.-]*\+)?json|application/javascript|text/(?!event-stream)|image/svg\+xml")
_TAKEN: Final = re.compile(r"(?:^|,)\s*(gzip|\*)\s*(?:;\s*q\s*=\s*([01](?:\.\d{0,3})?))?\s*(?=,|$)", re.IGNORECASE)


def takes_gzip(accepted: str) -> bool:
    """Whether an `Accept-Encoding` allows it (RFC 9110, 12.5.3); what names gzip counts more than `*`."""
    found = {name.lower(): float(weight or 1) for name, weight in _TAKEN.findall(accepted)}
    return found.get("gzip", found.get("*", 0.0)) > 0


class Compression:
    """`app`, whose larger texts are sent in gzip."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not takes_gzip(Headers(scope=scope).get("accept-encoding", "")):
            await self._app(scope, receive, send)
            return
        await self._app(scope, receive, _Answer(send).pass_on)


class _Answer:
    """One answer: its head waits until it is known whether its body comes in one piece."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._start: Message | None = None

    async def pass_on(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._start = message
            return
        start, self._start = self._start, None
        if start is None:
            await self._send(message)
            return
        if message["type"] == "http.response.body" and not message.get("more_body") and _pays(start, message):
            message = await _compress(start, message)
        await self._send(start)
        await self._send(message)


def _pays(start: Message, message: Message) -> bool:
    headers = Headers(raw=start["headers"])
    fits = start["status"] == 200 and "content-encoding" not in headers and "content-range" not in headers
    return fits and len(message.get("body", b"")) >= LEAST and bool(_TEXT.match(headers.get("content-type", "")))


async def _compress(start: Message, message: Message) -> Message:
    body: bytes = message["body"]
    small = await asyncio.to_thread(_pack, body) if len(body) >= LARGE else _pack(body)
    headers = MutableHeaders(raw=start["headers"])
    headers["content-encoding"] = "gzip"
    headers["content-length"] = str(len(small))
    headers.add_vary_header("Accept-Encoding")
    if (tag := headers.get("etag")) and not tag.startswith("W/"):
        headers["etag"] = f"W/{tag}"  # these are other bytes of the same content
    start["headers"] = headers.raw
    made: dict[str, Any] = {**message, "body": small}
    return made


def _pack(body: bytes) -> bytes:
    return gzip.compress(body, _LEVEL, mtime=0)
