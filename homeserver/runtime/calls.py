"""Calls over the bus: a request, one answer, a time limit, and each id carried out once.

A call to a worker in the same process goes to its handler as objects; no copy of its arguments is said to anybody.
Commands are asked in the same way, save that the owner of the entity only answers that it has accepted.
"""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

import orjson
from pydantic import ValidationError

from homeserver.runtime.bus import Bus
from homeserver.runtime.codec import LIMIT, field_of, plain, sentence
from homeserver.runtime.heard import Heard
from homeserver.runtime.log import request_id
from homeserver.runtime.people import People
from homeserver.runtime.routes import Hearing
from homeserver.topics.call import (
    REPLY,
    REQUEST,
    Call,
    Caller,
    CallError,
    Reply,
    ReplyError,
    Request,
    may,
)
from homeserver.topics.cause import Cause
from homeserver.topics.entity import COMMAND, Command
from homeserver.topics.names import random_name, split_entity
from homeserver.topics.person import PERSON, Person
from homeserver.topics.priority import UNSAID, Weight
from homeserver.topics.topic import Topic

log = logging.getLogger(__name__)
Handler = Callable[[Any, Caller], Awaitable[Any]]
_REMEMBERED: Final = 2_000
_NO_LEVEL: Final = frozenset("/+#\0")
_AT_ONCE: Final = 1_000
_LONGEST: Final = 3_600.0
_LARGEST: Final = LIMIT - 1024
"""Bytes of a result: hearers refuse a message over `LIMIT`, and its envelope takes a little."""


class Calls:
    """All calls of a process: those it makes and those it answers."""

    def __init__(self, bus: Bus) -> None:
        self.bus = bus
        self.people = People(bus.clock)
        self._count = 0
        self._pending: dict[str, asyncio.Future[Any]] = {}
        self._answers: dict[tuple[str, str], tuple[Call[Any, Any], Handler]] = {}
        self._hearings: dict[str, Hearing] = {}
        self._replies: OrderedDict[str, Reply | None] = OrderedDict()
        self._serving: set[asyncio.Task[None]] = set()
        bus.replay(bus.hear(REPLY, self._replied, "calls", client=bus.process))
        bus.replay(bus.hear(PERSON, self._told_of, "people"))

    def _told_of(self, person: Person | None, heard: Heard) -> None:
        self.people.learn(heard.where[0], person)

    # -- answering

    def answer(self, call: Call[Any, Any], handler: Handler) -> None:
        """Answer `call` from now on; requests are heard once `open` was called for its worker."""
        self._answers[call.worker, call.verb] = (call, handler)

    def open(self, worker: str) -> None:
        self._hearings[worker] = hearing = self.bus.hear(REQUEST, self._requested, f"{worker}.calls", worker=worker)
        self.bus.replay(hearing)

    async def close(self, worker: str) -> None:
        if hearing := self._hearings.pop(worker, None):
            await self.bus.unhear(hearing)
        self._answers = {key: value for key, value in self._answers.items() if key[0] != worker}

    def _requested(self, request: Request, heard: Heard) -> None:
        if len(self._serving) >= _AT_ONCE:
            self._serve_not(request, heard)
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

    async def _carry_out(self, worker: str, verb: str, login: str, request: Request) -> Reply:
        key = f"{login} {request.id}"
        self._replies[key] = None
        if len(self._replies) > _REMEMBERED:
            self._replies.popitem(last=False)
        # Answers may be large: they are kept only as long as the same request can still arrive again.
        self.bus.clock.call_later(max(0.0, min(request.ttl, _LONGEST)), self._replies.pop, key, None)
        caller = Caller(login, self.people.role(login, worker, verb), request.cause or Cause(request.id, login))
        try:
            result = await self._perform(worker, verb, request.args, caller, request.ttl)
            reply = Reply(request.id, True, self._as_said(worker, verb, result, caller))
        except CallError as error:
            reply = Reply(request.id, False, error=error.error)
        self._replies[key] = reply
        return reply

    def _as_said(self, worker: str, verb: str, result: Any, caller: Caller) -> Any:
        """A result as JSON values; raises `CallError` where it cannot be said, lest the caller wait for nothing."""
        try:
            value = None if result is None else plain(result)
            size = len(orjson.dumps(value))
        except (TypeError, ValueError) as error:
            raise self._bug(worker, verb, error, result, caller) from error
        if size > _LARGEST:
            raise CallError("failed", f"{worker}.{verb} has {size} bytes to answer, {_LARGEST} fit: ask for less")
        return value

    async def _perform(self, worker: str, verb: str, args: Any, caller: Caller, ttl: float) -> Any:
        if ttl <= 0:
            raise CallError("expired", f"{worker}.{verb} was called {-ttl:.1f} s after its time was up", "ttl")
        try:
            async with asyncio.timeout(ttl):
                return await self.perform(worker, verb, args, caller)
        except TimeoutError:
            raise CallError("timeout", f"{worker}.{verb} did not answer within {ttl:g} s") from None

    async def perform(self, worker: str, verb: str, args: Any, caller: Caller) -> Any:
        """Check rights and arguments, then run the handler. Raises `CallError`, whatever happens inside."""
        call, handler = self._find(worker, verb)
        if not may(caller.role, call.role):
            raise CallError("denied", f"{caller.login} may not call {worker}.{verb}: it takes the role {call.role}")
        try:
            request = args if isinstance(args, call.request) else call.request.model_validate(args)
        except ValidationError as error:
            reason = sentence(error, call.request.model_fields)
            raise CallError("invalid", f"{worker}.{verb}: {reason}", field_of(error)) from error
        request_id.set(caller.cause.id)
        try:
            return await handler(request, caller)
        except CallError:
            raise
        except Exception as error:
            raise self._bug(worker, verb, error, request, caller) from error

    def _bug(self, worker: str, verb: str, error: Exception, message: Any, caller: Caller) -> CallError:
        heard = Heard((worker, verb, caller.login), f"call/{worker}/{verb}", False, 0.0)
        self.bus.failed(f"{worker}.{verb}", error, message, heard)
        return CallError("failed", f"{worker}.{verb} failed; the log has it under {caller.cause.id}")

    def _find(self, worker: str, verb: str) -> tuple[Call[Any, Any], Handler]:
        found = self._answers.get((worker, verb))
        if found is None:
            raise CallError("not_found", f"{worker} answers no call {verb!r}")
        return found

    # -- asking

    async def ask(
        self, worker: str, verb: str, args: Any, *, cause: Cause | None = None, ttl: float = 30.0, login: str = ""
    ) -> Any:
        """Call and wait for the answer: the handler's own result if it lives in this process, else JSON.

        Raises `CallError`.
        """
        speaker = login or self.bus.login
        if (worker, verb) in self._answers and worker in self._hearings:
            role = self.people.role(speaker, worker, verb)
            caller = Caller(speaker, role, cause or self._cause(speaker))
            return await self._perform(worker, verb, args, caller, ttl)
        args = args if isinstance(args, dict) else plain(args)
        request = Request(self._secret_id(), args, self._own_replies(speaker), ttl, cause or self._cause(speaker))
        return await self._answered(REQUEST, request, (worker, verb, speaker), f"{worker}.{verb} did not answer")

    async def command(
        self,
        entity_id: str,
        service: str,
        data: Mapping[str, Any],
        *,
        parent: Cause | None = None,
        ttl: float = 30.0,
        login: str = "",
        tell: bool = False,
        weight: Weight = UNSAID,
    ) -> Cause:
        """Command an entity and wait until its owner has accepted; gives the command's cause. Raises `CallError`.
        `tell`: its end is to be said in any case.

        The command lives as long as its sender waits: no answer also means that it will not happen later.
        """
        where, speaker = split_entity(entity_id), login or self.bus.login
        cause = self._cause(speaker, parent)
        command = Command(self._secret_id(), service, dict(data), ttl, cause, self._own_replies(speaker), tell, *weight)
        try:
            await self._answered(COMMAND, command, (*where, speaker), "nobody took it")
        except CallError as error:
            told = str(error)  # some owners name the entity themselves
            told = told if told.startswith(entity_id) else f"{entity_id}: {told}"
            raise CallError(error.error.code, told, error.error.field) from None
        return cause

    def _cause(self, speaker: str, parent: Cause | None = None) -> Cause:
        return Cause(self.new_id(), speaker, parent.id if parent else None)

    def new_id(self) -> str:
        """An id that no other process makes: its random run, and a count."""
        self._count += 1
        return f"{self.bus.run}-{self._count:x}"

    def _secret_id(self) -> str:
        """Whoever answers calls may say a reply to anybody: an id that only the asked one knows lets no other do it."""
        return f"{self.new_id()}-{random_name(16)}"

    def _own_replies(self, speaker: str) -> str:
        return f"{self.bus.root}/reply/{speaker}/{self.bus.process}"

    async def _answered(self, topic: Topic[Any], message: Any, where: tuple[str, ...], silence: str) -> Any:
        """Say a message that wants a reply and await it; raises `CallError`, with `silence` where none came in time."""
        answered = self._pending[message.id] = asyncio.get_running_loop().create_future()
        timer = self.bus.clock.call_later(message.ttl, _give_up, answered, f"{silence} within {message.ttl:g} s")
        try:
            self.bus.say(topic, message, where)
            return await answered
        finally:
            timer.cancel()
            del self._pending[message.id]

    def _replied(self, reply: Reply) -> None:
        answered = self._pending.get(reply.id)
        if answered is None or answered.done():
            return
        if reply.ok:
            answered.set_result(reply.result)
        else:
            error = reply.error or ReplyError("failed", "no reason was given")
            answered.set_exception(CallError(error.code, error.message, error.field))


def _give_up(answered: asyncio.Future[Any], silence: str) -> None:
    if not answered.done():
        answered.set_exception(CallError("timeout", silence))


def reply_address(root: str, login: str, reply_to: str | None) -> tuple[str, str] | None:
    """Where `login` is answered: only under its own replies, whatever it says; None where it wants no answer."""
    own, given = f"{root}/reply/{login}/", reply_to or ""
    client = given[len(own) :]
    return (login, client) if given.startswith(own) and client and not _NO_LEVEL & set(client) else None
