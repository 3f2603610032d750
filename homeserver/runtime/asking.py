"""Asking others over the bus: a request, the wait for its answer, and commands to owners of entities.

An answer is believed of whoever was asked alone: the id of a request is known to nobody else. Keeps what is awaited.
"""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from typing import Any

from homeserver.runtime.auditing import came_from
from homeserver.runtime.bus import Bus
from homeserver.runtime.codec import plain
from homeserver.runtime.heard import Heard
from homeserver.runtime.inflow import Inflow
from homeserver.runtime.outflow import error_of
from homeserver.topics.call import REPLY, REQUEST, CallError, Reply, Request
from homeserver.topics.cause import Cause
from homeserver.topics.entity import COMMAND, Command
from homeserver.topics.names import random_name, split_entity
from homeserver.topics.priority import UNSAID, Weight
from homeserver.topics.topic import Topic


class Asking:
    """What a process asks others."""

    def __init__(self, bus: Bus) -> None:
        self.bus = bus
        self.inflow = Inflow(bus)
        self._count = 0
        self._pending: dict[str, asyncio.Future[Any]] = {}
        bus.replay(bus.hear(REPLY, self._replied, "calls", client=bus.process))

    async def ask_far(self, worker: str, verb: str, args: Any, cause: Cause, ttl: float, speaker: str) -> Any:
        """Call a worker of another process and wait for the answer, as JSON values. Raises `CallError`."""
        request = self._request(args, cause, ttl, speaker)
        return await self._answered(REQUEST, request, (worker, verb, speaker), f"{worker}.{verb} did not answer")

    def stream_far(
        self, worker: str, verb: str, args: Any, cause: Cause, ttl: float, speaker: str
    ) -> AsyncGenerator[Any, None]:
        """The same for an answer in parts."""
        request = self._request(args, cause, ttl, speaker, stream=True)
        return self.inflow.parts(request, (worker, verb, speaker))

    def _request(self, args: Any, cause: Cause, ttl: float, speaker: str, *, stream: bool = False) -> Request:
        args = args if isinstance(args, dict) else plain(args)
        return Request(self._secret_id(), args, self._own_replies(speaker), ttl, cause, stream, came_from.get())

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
        cause = self.cause(speaker, parent)
        whence = (cause, self._own_replies(speaker), tell, *weight, came_from.get())
        command = Command(self._secret_id(), service, dict(data), ttl, *whence)
        try:
            await self._answered(COMMAND, command, (*where, speaker), "nobody took it")
        except CallError as error:
            told = str(error)  # some owners name the entity themselves
            told = told if told.startswith(entity_id) else f"{entity_id}: {told}"
            raise CallError(error.error.code, told, error.error.field) from None
        return cause

    def cause(self, speaker: str, parent: Cause | None = None) -> Cause:
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

    def _replied(self, reply: Reply, heard: Heard) -> None:
        answered = self._pending.get(reply.id)
        if self.inflow.replied(reply, heard.login) or answered is None or answered.done():
            return
        if reply.ok:
            answered.set_result(reply.result)
        else:
            answered.set_exception(error_of(reply))


def _give_up(answered: asyncio.Future[Any], silence: str) -> None:
    if not answered.done():
        answered.set_exception(CallError("timeout", silence))
