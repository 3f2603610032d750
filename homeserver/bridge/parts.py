"""Streamed calls over HTTP: each part an event of a `text/event-stream`, or a line of JSON where the client wants that.

What goes wrong before the first part, or before `HEAD` seconds, is an ordinary refusal; later it is the last event. A
client that leaves ends the call. Keeps one part for each stream; the client's own slowness holds the worker up.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from typing import Any, Final

import orjson
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from homeserver.bridge.refusals import refused_call
from homeserver.runtime.log import request_id
from homeserver.topics.call import CallError

EVENTS: Final = "text/event-stream"
LINES: Final = "application/x-ndjson"
HEAD: Final = 1.0
"""Seconds that the first part has before the answer begins without it."""
BEAT: Final = 15.0
"""Seconds after which a silent stream shows that it is there."""
_WAITING: Final = object()
_OVER: Final = object()


class Source:
    """The parts of a call, one at a time; `leave` ends it whatever it is doing."""

    def __init__(self, parts: AsyncGenerator[Any, None]) -> None:
        self._parts = parts
        self._next: asyncio.Task[Any] | None = None
        self._ended = False

    def end(self) -> None:
        """Who asked may listen no longer: the next that is taken is an error, at once."""
        self._ended = True
        if self._next is not None:
            self._next.cancel()

    async def next(self, seconds: float) -> Any:
        """A part, `_OVER`, or `_WAITING` where none came in time; raises `CallError`."""
        if self._ended:
            raise _ended()
        if self._next is None:
            self._next = asyncio.create_task(anext(self._parts, _OVER))
        done, _ = await asyncio.wait({self._next}, timeout=seconds)
        if self._ended:
            raise _ended()
        if not done:
            return _WAITING
        finished, self._next = self._next, None
        return finished.result()

    def leave(self) -> None:
        """The task, or a new one, closes the generator: the one that calls this may be on its way out itself."""
        if self._next is not None and not self._next.done():
            self._next.cancel()  # which is thrown into the generator
        else:
            _closing.add(task := asyncio.create_task(self._parts.aclose()))
            task.add_done_callback(_closing.discard)


def _ended() -> CallError:
    return CallError("unauthorized", "The session or key with which this began has ended.")


_closing: Final[set[asyncio.Task[None]]] = set()


class PartsResponse(StreamingResponse):
    """Ends the call when the answer ended, however that came."""

    def __init__(self, source: Source, content: AsyncIterator[bytes], kind: str, done: Callable[[], None]) -> None:
        super().__init__(content, media_type=kind, headers={"x-accel-buffering": "no"})
        self._source = source
        self._done = done

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._done()
            self._source.leave()


Watch = Callable[[Callable[[str], None]], Callable[[], None]]
"""Calls its argument at each end of somebody's rights, until what it gives is called."""


async def in_parts(
    parts: AsyncGenerator[Any, None], accept: str, valid: Callable[[], bool], watch: Watch
) -> PartsResponse:
    """The answer of a streamed call; raises the `Refusal` with which it began. `valid`: whether who asks may still,
    looked at with each part, and when `watch` tells of an end."""
    source, kind = Source(parts), LINES if LINES in accept else EVENTS
    try:
        first = await source.next(HEAD)
    except CallError as error:
        raise refused_call(error) from error
    except asyncio.CancelledError:
        source.leave()
        raise
    done = watch(lambda _: None if valid() else source.end())
    return PartsResponse(source, _written(source, first, kind, valid), kind, done)


async def _written(source: Source, first: Any, kind: str, valid: Callable[[], bool]) -> AsyncIterator[bytes]:
    spell, count, part = _SPELT[kind], 0, first
    try:
        while part is not _OVER:
            if not valid():
                raise _ended()
            if part is _WAITING:
                yield b":\n\n" if kind == EVENTS else b"\n"
            else:
                yield spell("part", count, part)
                count += 1
            part = await source.next(BEAT)
        yield spell("last", count, None)
    except CallError as error:
        told = error.error
        fault = {"message": told.message, "code": told.code, "field": told.field, "request": request_id.get()}
        yield spell("error", count, fault)


def _event(kind: str, count: int, content: Any) -> bytes:
    return b"event: %b\nid: %d\ndata: %b\n\n" % (kind.encode(), count, _json(content))


def _line(kind: str, count: int, content: Any) -> bytes:
    fields = {"part": count, "result": content} if kind == "part" else {kind: content if kind == "error" else True}
    return _json(fields) + b"\n"


def _json(content: Any) -> bytes:
    return orjson.dumps(content, option=orjson.OPT_NON_STR_KEYS)


_SPELT: Final = {EVENTS: _event, LINES: _line}
