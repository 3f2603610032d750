"""Streamed answers that this process gives: each a task that drives the generator of its handler.

A part is made when there is room for it: in the same process when the one before was taken, over the bus while no more
than `WINDOW` parts and `MOST` bytes are on their way. A stream ends when its caller says so, is gone, or may no longer
call; its generator is closed at once. Keeps the streams that go on. Why it is built like this: docs/decisions/0036.
"""

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncGenerator, Callable
from typing import Any, Final, Protocol

from homeserver.runtime.buffer import Buffer
from homeserver.runtime.clock import Clock, Timer
from homeserver.runtime.log import request_id
from homeserver.topics.call import LEASE, WINDOW, Caller, CallError, Flow, Reply, ReplyError

MOST: Final = 1024 * 1024
"""Bytes of parts that may be under way to one caller."""
STREAMS: Final = 500
"""Streams at once, of all callers; a quarter of them for one."""
Parts = AsyncGenerator[Any, None]


class Exit(Protocol):
    """Where parts leave: `put` waits until there is room."""

    async def put(self, part: Any) -> None: ...
    def end(self, error: CallError | None) -> None: ...


class Near:
    """To a caller in the same process: one part at a time, as the object itself."""

    def __init__(self, buffer: Buffer) -> None:
        self._buffer = buffer

    async def put(self, part: Any) -> None:
        self._buffer.add(part)
        await self._buffer.until_empty()

    def end(self, error: CallError | None) -> None:
        self._buffer.end(error)


class Far:
    """To a caller in another process. `spell` gives a part as JSON values and its bytes, or raises `CallError`."""

    def __init__(self, id: str, say: Callable[[Reply], None], spell: Callable[[Any], tuple[Any, int]]) -> None:
        self._id = id
        self._say = say
        self._spell = spell
        self._sizes: deque[int] = deque()
        self._made = 0
        self._bytes = 0
        self._untold = (0, 0)
        self._room = asyncio.Event()

    async def put(self, part: Any) -> None:
        value, size = self._spell(part)
        while len(self._sizes) >= WINDOW or (self._sizes and self._bytes + size > MOST):
            self._room.clear()
            await self._room.wait()
        parts, bytes_ = self._untold[0] + 1, self._untold[1] + size
        tell = parts >= WINDOW // 2 or bytes_ >= MOST // 2
        self._untold = (0, 0) if tell else (parts, bytes_)
        self._sizes.append(size)
        self._bytes += size
        self._say(Reply(self._id, True, value, part=self._made, tell=tell))
        self._made += 1

    def taken(self, count: int) -> None:
        """The caller has taken so many parts since the stream began."""
        for _ in range(min(count, self._made) - (self._made - len(self._sizes))):
            self._bytes -= self._sizes.popleft()
        self._room.set()

    def end(self, error: CallError | None) -> None:
        told = None if error is None else error.error
        self._say(Reply(self._id, error is None, error=told, part=self._made, last=True))


class Stream:
    """One that goes on. `client`: the process that takes the parts, empty where it is this one."""

    def __init__(self, name: str, caller: Caller, exit: Exit, client: str) -> None:
        self.name = name
        self.caller = caller
        self.exit = exit
        self.client = client
        self.task: asyncio.Task[None] | None = None
        self.heard = 0.0
        self.lease: Timer | None = None
        self.stopped: CallError | None = None
        self.left = False

    def stop(self, error: CallError | None) -> None:
        """End it at once; None: the caller has left, and nobody need be told."""
        if self.task is not None and not self.task.done() and not self.left and self.stopped is None:
            self.stopped, self.left = error, error is None
            self.task.cancel()


class Outflow:
    """`may`: whether a caller still may what a stream gives. `bug`: makes a `CallError` of what a handler raised."""

    def __init__(
        self, clock: Clock, may: Callable[[str, str], bool], bug: Callable[[str, Exception, Caller], CallError]
    ) -> None:
        self._clock = clock
        self._may = may
        self._bug = bug
        self._streams: dict[str, Stream] = {}

    def __len__(self) -> int:
        return len(self._streams)

    def __contains__(self, key: str) -> bool:
        return key in self._streams

    def begin(
        self, key: str, name: str, caller: Caller, parts: Parts, exit: Exit, *, ttl: float, client: str = ""
    ) -> None:
        """Give the parts of a handler to `exit`; raises `CallError` where too many streams go on."""
        own = sum(one.caller.login == caller.login for one in self._streams.values())
        if len(self._streams) >= STREAMS or own >= STREAMS // 4:
            raise CallError("unavailable", f"{own} streams of {caller.login} are under way; end one of them")
        stream = self._streams[key] = Stream(name, caller, exit, client)
        stream.heard = self._clock.monotonic()
        stream.task = asyncio.get_running_loop().create_task(self._drive(stream, parts, ttl), name=f"{name} stream")
        stream.task.add_done_callback(lambda _: self._forget(key))
        if client:
            self._watch(stream, LEASE)

    def _forget(self, key: str) -> None:
        stream = self._streams.pop(key)
        if stream.lease is not None:
            stream.lease.cancel()

    # -- how it ends

    def flow(self, key: str, flow: Flow) -> None:
        """The caller has taken parts, or wants no more."""
        if stream := self._streams.get(key):
            stream.heard = self._clock.monotonic()
            if flow.end:
                stream.stop(None)
            elif isinstance(stream.exit, Far):
                stream.exit.taken(flow.taken)

    def leave(self, key: str) -> None:
        """A caller in this process wants no more."""
        if stream := self._streams.get(key):
            stream.stop(None)

    def gone(self, process: str) -> None:
        """A process ended, and with it what it asked for."""
        for stream in self._streams.values():
            if stream.client == process:
                stream.stop(None)

    def cut_off(self) -> None:
        """The connection to the broker broke, and with it all that went over it."""
        for stream in self._streams.values():
            if stream.client:
                stream.stop(None)

    def changed(self, login: str) -> None:
        """Somebody's rights are others now."""
        for stream in self._streams.values():
            if stream.caller.login == login and not self._may(login, stream.name):
                stream.stop(CallError("denied", f"{login} may no longer call {stream.name}"))

    async def close(self, worker: str) -> None:
        """End the streams of a worker and wait until their generators are closed."""
        ending = [stream for stream in self._streams.values() if stream.name.startswith(f"{worker}.")]
        for stream in ending:
            stream.stop(CallError("unavailable", f"{worker} was stopped"))
        await asyncio.gather(*(one.task for one in ending if one.task is not None), return_exceptions=True)

    def _watch(self, stream: Stream, delay: float) -> None:
        stream.lease = self._clock.call_later(delay, self._look, stream)

    def _look(self, stream: Stream) -> None:
        left = stream.heard + LEASE - self._clock.monotonic()
        if left > 0:
            self._watch(stream, left)
        else:
            stream.stop(CallError("expired", f"nothing was heard of the caller of {stream.name} for {LEASE:g} s"))

    # -- driving

    async def _drive(self, stream: Stream, parts: Parts, ttl: float) -> None:
        request_id.set(stream.caller.cause.id)
        error: CallError | None = None
        try:
            async with contextlib.aclosing(parts):
                await self._put_all(stream, parts, ttl)
        except asyncio.CancelledError:
            if stream.stopped is None and not stream.left:
                raise  # the loop ends, not the stream
            error = stream.stopped
        except CallError as failure:
            error = failure
        except Exception as failure:
            error = self._bug(stream.name, failure, stream.caller)
        if not stream.left:
            stream.exit.end(error)

    async def _put_all(self, stream: Stream, parts: Parts, ttl: float) -> None:
        while True:
            try:
                async with asyncio.timeout(ttl) as limit:
                    part = await anext(parts)
            except StopAsyncIteration:
                return
            except TimeoutError:
                if limit.expired():
                    raise CallError("timeout", f"{stream.name} said nothing for {ttl:g} s") from None
                raise
            if stream.left or stream.stopped is not None:
                raise asyncio.CancelledError  # the handler took no notice of its own end
            if not self._may(stream.caller.login, stream.name):
                raise CallError("denied", f"{stream.caller.login} may no longer call {stream.name}")
            await stream.exit.put(part)


def error_of(reply: Reply) -> CallError:
    """What a reply that is not `ok` raises at the caller."""
    error = reply.error or ReplyError("failed", "no reason was given")
    return CallError(error.code, error.message, error.field)


def check_time(worker: str, verb: str, ttl: float) -> None:
    """Raises `CallError` where the time of a call is up before it begins."""
    if ttl <= 0:
        raise CallError("expired", f"{worker}.{verb} was called {-ttl:.1f} s after its time was up", "ttl")
