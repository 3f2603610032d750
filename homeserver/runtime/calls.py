"""Calls over the bus: a request, one answer or a stream of parts, a time limit, and each id carried out once.

A call to a worker in the same process goes to its handler as objects; no copy of its arguments is said to anybody.
What goes to others is in `asking`; commands are asked in the same way, save that the owner of the entity only answers
that it has accepted.
"""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import Any, Final

import orjson
from pydantic import ValidationError

from homeserver.runtime.asking import Asking
from homeserver.runtime.auditing import Auditing, came_from
from homeserver.runtime.buffer import Buffer
from homeserver.runtime.bus import Bus
from homeserver.runtime.codec import LIMIT, field_of, plain, sentence
from homeserver.runtime.heard import Heard
from homeserver.runtime.judging import Guard, Nobody
from homeserver.runtime.log import request_id
from homeserver.runtime.outflow import Far, Near, Outflow, Parts, check_time
from homeserver.runtime.people import People
from homeserver.runtime.routes import Hearing
from homeserver.topics.call import (
    FLOW,
    REPLY,
    REQUEST,
    Call,
    Caller,
    CallError,
    Flow,
    Reply,
    ReplyError,
    Request,
    may,
)
from homeserver.topics.cause import Cause
from homeserver.topics.person import PERSON, Person
from homeserver.topics.process import PROCESS_STATUS, ProcessStatus

log = logging.getLogger(__name__)
Handler = Callable[[Any, Caller], Any]
"""A coroutine function, or an async generator function where the call is streamed."""
_REMEMBERED: Final = 2_000
_NO_LEVEL: Final = frozenset("/+#\0")
_AT_ONCE: Final = 1_000
_LONGEST: Final = 3_600.0
_LARGEST: Final = LIMIT - 1024
"""Bytes of a result: hearers refuse a message over `LIMIT`, and its envelope takes a little."""


class Calls(Asking):
    """All calls of a process: those it makes and those it answers."""

    def __init__(self, bus: Bus) -> None:
        super().__init__(bus)
        self.people = People(bus.clock)
        self.guard: Guard = Nobody()
        self.auditing = Auditing(bus)
        self._answers: dict[tuple[str, str], tuple[Call[Any, Any], Handler]] = {}
        self._hearings: dict[str, list[Hearing]] = {}
        self._replies: OrderedDict[str, Reply | None] = OrderedDict()
        self._serving: set[asyncio.Task[None]] = set()
        self._runs: dict[str, str] = {}
        self.outflow = Outflow(bus.clock, self._may_still, self._stream_bug)
        self.people.watch(self.outflow.changed)
        bus.cut_off = self._cut_off
        bus.replay(bus.hear(PERSON, self._told_of, "people"))
        bus.replay(bus.hear(PROCESS_STATUS, self._process, "calls"))

    def _told_of(self, person: Person | None, heard: Heard) -> None:
        self.people.learn(heard.where[0], person)

    def _cut_off(self) -> None:
        """Without a connection parts get lost: who takes them asks again."""
        self.outflow.cut_off()
        self.inflow.cut_off()

    def _process(self, status: ProcessStatus | None, heard: Heard) -> None:
        """A process that ended, or began anew, answers and awaits no streams of before."""
        if status is None:
            return  # a broker that lost its memory: the process says it again
        process = heard.where[0]
        before, self._runs[process] = self._runs.get(process, status.run), status.run
        if status.state == "offline" or before != status.run:
            self.outflow.gone(process)
            self.inflow.gone(process)

    # -- answering

    def answer(self, call: Call[Any, Any], handler: Handler) -> None:
        """Answer `call` from now on; requests are heard once `open` was called for its worker."""
        self._answers[call.worker, call.verb] = (call, handler)

    def open(self, worker: str) -> None:
        hearings = [self.bus.hear(REQUEST, self._requested, f"{worker}.calls", worker=worker)]
        if any(call.stream for call, _ in self._answers.values() if call.worker == worker):
            hearings.append(self.bus.hear(FLOW, self._flows, f"{worker}.streams", worker=worker))
        self._hearings[worker] = hearings
        for hearing in hearings:
            self.bus.replay(hearing)

    async def close(self, worker: str) -> None:
        for hearing in self._hearings.pop(worker, ()):
            await self.bus.unhear(hearing)
        await self.outflow.close(worker)
        self._answers = {key: value for key, value in self._answers.items() if key[0] != worker}

    def _requested(self, request: Request, heard: Heard) -> None:
        if len(self._serving) >= _AT_ONCE:
            self._serve_not(request, heard)
            return
        if request.stream:
            self._serve_stream(request, heard)
            return
        task = asyncio.get_running_loop().create_task(self._serve(request, heard))
        self._serving.add(task)
        task.add_done_callback(self._serving.discard)

    def _serve_not(self, request: Request, heard: Heard) -> None:
        error = ReplyError("unavailable", f"{_AT_ONCE} calls are under way; try again later")
        self._reply(request, heard.login, Reply(request.id, False, error=error))

    def _reply(self, request: Request, login: str, reply: Reply) -> None:
        if address := reply_address(self.bus.root, login, request.reply_to):
            self.bus.say(REPLY, reply, (*address, self.bus.login))

    async def _serve(self, request: Request, heard: Heard) -> None:
        worker, verb, login = heard.where
        known = self._replies.get(f"{login} {request.id}", ...)
        if known is None:
            return  # being carried out; its answer is on the way
        reply = known if isinstance(known, Reply) else await self._carry_out(worker, verb, login, request)
        self._reply(request, login, reply)

    def _begin(self, worker: str, verb: str, login: str, request: Request) -> tuple[str, Caller]:
        """Note that a request is being carried out; its key, and who asks."""
        key = f"{login} {request.id}"
        self._replies[key] = None
        if len(self._replies) > _REMEMBERED:
            self._replies.popitem(last=False)
        # Answers may be large: they are kept only as long as the same request can still arrive again.
        self.bus.clock.call_later(max(0.0, min(request.ttl, _LONGEST)), self._replies.pop, key, None)
        role = self.people.role(login, worker, verb)
        return key, Caller(login, role, request.cause or Cause(request.id, login))

    async def _carry_out(self, worker: str, verb: str, login: str, request: Request) -> Reply:
        key, caller = self._begin(worker, verb, login, request)
        try:
            result = await self._perform(worker, verb, request.args, caller, request.ttl, request.where)
            reply = Reply(request.id, True, self._as_said(worker, verb, result, caller)[0])
        except CallError as error:
            reply = Reply(request.id, False, error=error.error)
        self._replies[key] = reply
        return reply

    def _as_said(self, worker: str, verb: str, result: Any, caller: Caller) -> tuple[Any, int]:
        """A result as JSON values, and its bytes; raises `CallError` where it cannot be said, lest the caller wait for
        nothing."""
        try:
            value = None if result is None else plain(result)
            size = len(orjson.dumps(value))
        except (TypeError, ValueError) as error:
            raise self._bug(worker, verb, error, result, caller) from error
        if size > _LARGEST:
            raise CallError("failed", f"{worker}.{verb} has {size} bytes to answer, {_LARGEST} fit: ask for less")
        return value, size

    async def _perform(self, worker: str, verb: str, args: Any, caller: Caller, ttl: float, where: str) -> Any:
        check_time(worker, verb, ttl)
        try:
            async with asyncio.timeout(ttl):
                with self.auditing.of(self._answers.get((worker, verb)), args, caller, where):
                    return await self.perform(worker, verb, args, caller)
        except TimeoutError:
            raise CallError("timeout", f"{worker}.{verb} did not answer within {ttl:g} s") from None

    async def perform(self, worker: str, verb: str, args: Any, caller: Caller) -> Any:
        """Check rights and arguments, then run the handler. Raises `CallError`, whatever happens inside."""
        request, handler = self._admit(worker, verb, args, caller, stream=False)
        request_id.set(caller.cause.id)
        try:
            return await handler(request, caller)
        except CallError as error:
            raise (error if caller.role == "owner" else self.guard.told(error, caller)) from error
        except Exception as error:
            raise self._bug(worker, verb, error, request, caller) from error

    def _admit(self, worker: str, verb: str, args: Any, caller: Caller, *, stream: bool) -> tuple[Any, Handler]:
        """The request and who carries it out, if the caller may ask so; raises `CallError`."""
        call, handler = self._find(worker, verb)
        if not may(caller.role, call.role):
            raise CallError("denied", f"{caller.login} may not call {worker}.{verb}: it takes the role {call.role}")
        if call.stream is not stream:
            how = "in parts: ask for a stream" if call.stream else "at once, not in parts"
            raise CallError("invalid", f"{worker}.{verb} answers {how}", "stream")
        try:
            request = args if isinstance(args, call.request) else call.request.model_validate(args)
        except ValidationError as error:
            reason = sentence(error, call.request.model_fields)
            raise CallError("invalid", f"{worker}.{verb}: {reason}", field_of(error)) from error
        if call.about and caller.role != "owner":
            self.guard.call(call, request, caller)
        return request, handler

    def _bug(self, worker: str, verb: str, error: Exception, message: Any, caller: Caller) -> CallError:
        heard = Heard((worker, verb, caller.login), f"call/{worker}/{verb}", False, 0.0)
        self.bus.failed(f"{worker}.{verb}", error, message, heard)
        return CallError("failed", f"{worker}.{verb} failed; the log has it under {caller.cause.id}")

    def _find(self, worker: str, verb: str) -> tuple[Call[Any, Any], Handler]:
        found = self._answers.get((worker, verb))
        if found is None:
            raise CallError("not_found", f"{worker} answers no call {verb!r}")
        return found

    # -- answering in parts

    def _serve_stream(self, request: Request, heard: Heard) -> None:
        worker, verb, login = heard.where
        address = reply_address(self.bus.root, login, request.reply_to)
        known = f"{login} {request.id}"
        if address is None or known in self._replies or known in self.outflow:
            return
        key, caller = self._begin(worker, verb, login, request)
        try:
            with self.auditing.of(self._answers.get((worker, verb)), request.args, caller, request.where):
                parts = self._parts(worker, verb, request.args, caller, request.ttl)
            exit = Far(
                request.id,
                lambda reply: self._reply(request, login, reply),
                lambda part: self._as_said(worker, verb, part, caller),
            )
            name = f"{worker}.{verb}"
            self.outflow.begin(key, name, caller, parts, exit, ttl=request.ttl, client=address[1])
        except CallError as error:
            self._reply(request, login, Reply(request.id, False, error=error.error))

    def _parts(self, worker: str, verb: str, args: Any, caller: Caller, ttl: float) -> Parts:
        check_time(worker, verb, ttl)
        request, handler = self._admit(worker, verb, args, caller, stream=True)
        parts: Parts = handler(request, caller)
        return parts

    def _flows(self, flow: Flow, heard: Heard) -> None:
        self.outflow.flow(f"{heard.login} {flow.id}", flow)

    def _may_still(self, login: str, name: str) -> bool:
        worker, _, verb = name.partition(".")
        known = self._answers.get((worker, verb))
        return known is not None and may(self.people.role(login, worker, verb), known[0].role)

    def _stream_bug(self, name: str, error: Exception, caller: Caller) -> CallError:
        worker, _, verb = name.partition(".")
        return self._bug(worker, verb, error, None, caller)

    # -- asking

    async def stream(
        self, worker: str, verb: str, args: Any, *, cause: Cause | None = None, ttl: float = 30.0, login: str = ""
    ) -> AsyncGenerator[Any, None]:
        """Call and take the parts of the answer: the handler's own if it lives in this process, else JSON values.

        `ttl`: the longest silence, before the first part and between two. Raises `CallError`. Whoever closes the
        generator, or is cancelled while he waits in it, ends the stream at its worker at once.
        """
        speaker = login or self.bus.login
        cause = cause or self.cause(speaker)
        if self._is_here(worker, verb):
            caller = Caller(speaker, self.people.role(speaker, worker, verb), cause)
            taking = self._near(worker, verb, args, caller, ttl)
        else:
            taking = self.stream_far(worker, verb, args, cause, ttl, speaker)
        async with aclosing(taking):
            async for part in taking:
                yield part

    async def _near(self, worker: str, verb: str, args: Any, caller: Caller, ttl: float) -> AsyncGenerator[Any, None]:
        buffer, key = Buffer(), f"{caller.login} {self.new_id()}"
        with self.auditing.of(self._answers.get((worker, verb)), args, caller, came_from.get()):
            parts = self._parts(worker, verb, args, caller, ttl)
        self.outflow.begin(key, f"{worker}.{verb}", caller, parts, Near(buffer), ttl=ttl)
        try:
            while await buffer.until_some():
                yield buffer.take()
        finally:
            self.outflow.leave(key)

    def _is_here(self, worker: str, verb: str) -> bool:
        return (worker, verb) in self._answers and worker in self._hearings

    async def ask(
        self, worker: str, verb: str, args: Any, *, cause: Cause | None = None, ttl: float = 30.0, login: str = ""
    ) -> Any:
        """Call and wait for the answer: the handler's own result if it lives in this process, else JSON.

        Raises `CallError`.
        """
        speaker = login or self.bus.login
        if self._is_here(worker, verb):
            role = self.people.role(speaker, worker, verb)
            caller = Caller(speaker, role, cause or self.cause(speaker))
            return await self._perform(worker, verb, args, caller, ttl, came_from.get())
        return await self.ask_far(worker, verb, args, cause or self.cause(speaker), ttl, speaker)


def reply_address(root: str, login: str, reply_to: str | None) -> tuple[str, str] | None:
    """Where `login` is answered: only under its own replies, whatever it says; None where it wants no answer."""
    own, given = f"{root}/reply/{login}/", reply_to or ""
    client = given[len(own) :]
    return (login, client) if given.startswith(own) and client and not _NO_LEVEL & set(client) else None
