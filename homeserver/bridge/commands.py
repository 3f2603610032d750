"""Commands to entities: one message for each, and the wait for the owner's word that it took it on.

Keeps those that wait. A command lives as long as its sender waits, so "no answer" also means that it will not happen
later behind his back.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Final

from homeserver.bridge.refusals import Refusal
from homeserver.runtime.clock import Clock
from homeserver.runtime.house import House
from homeserver.topics.call import CallError, Reply, ReplyError
from homeserver.topics.cause import Cause
from homeserver.topics.entity import COMMAND, Command
from homeserver.topics.names import split_entity

LIFE: Final = 10.0
"""Seconds for which a command lives and its sender waits."""
CLIENT: Final = "bridge-commands"
"""The level of the reply address that tells replies to commands from replies to calls."""


class Commands:
    """Says commands for a person and gathers the answers."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._clock: Clock = house.clock
        self._waiting: dict[str, asyncio.Future[Reply]] = {}

    async def send(
        self, login: str, entities: Sequence[str], service: str, data: Mapping[str, Any], cause: Cause
    ) -> list[Cause]:
        """Ask each entity's owner; returns the causes when all have accepted, raises the first `Refusal`."""
        sent = [self._say(login, entity, service, data, cause) for entity in entities]
        timer = self._clock.call_later(LIFE, self._give_up, [command.id for command, _ in sent])
        try:
            replies = await asyncio.gather(*(answered for _, answered in sent))
        finally:
            timer.cancel()
            for command, _ in sent:
                del self._waiting[command.id]
        for entity, reply in zip(entities, replies, strict=True):
            if not reply.ok:
                error = reply.error or ReplyError("failed", "no reason was given")
                raise Refusal.of(CallError(error.code, f"{entity}: {error.message}", error.field))
        return [command.cause for command, _ in sent if command.cause]

    def _say(
        self, login: str, entity: str, service: str, data: Mapping[str, Any], parent: Cause
    ) -> tuple[Command, asyncio.Future[Reply]]:
        cause = self._house.cause(login, parent)
        reply_to = f"{self._house.root}/reply/{login}/{CLIENT}"
        command = Command(self._house.new_id(), service, dict(data), LIFE, cause, reply_to)
        answered = self._waiting[command.id] = asyncio.get_running_loop().create_future()
        self._house.say_as(login, COMMAND, command, *split_entity(entity))
        return command, answered

    def replied(self, reply: Reply) -> None:
        """An owner answered."""
        answered = self._waiting.get(reply.id)
        if answered is not None and not answered.done():
            answered.set_result(reply)

    def _give_up(self, ids: list[str]) -> None:
        for command_id in ids:
            late = ReplyError("timeout", f"no answer within {LIFE:g} s; it will not happen any more")
            self.replied(Reply(command_id, False, error=late))
