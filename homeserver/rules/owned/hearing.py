"""A command of anybody for an entity of the rules: looked at, carried out once or kept waiting, and answered.

The answer goes out when what came of the command is written down.
"""

import sqlite3
from collections.abc import Callable, Mapping
from typing import Any, Final, Protocol

from homeserver.rules.owned.holding import Holding
from homeserver.rules.owned.service_data import checked
from homeserver.rules.owned.thing import Thing
from homeserver.runtime.calls import reply_address
from homeserver.runtime.clock import Clock
from homeserver.runtime.heard import Heard
from homeserver.runtime.house import House
from homeserver.topics.call import REPLY, CallError, Reply, ReplyError
from homeserver.topics.cause import Cause
from homeserver.topics.entity import Command
from homeserver.topics.priority import Weight, weight_said

_LONGEST_ID: Final = 200


class Hearer(Protocol):
    """The owner, as far as it is needed here."""

    house: House
    clock: Clock
    holding: Holding

    def first_time(self, id: str) -> bool: ...
    def after(self, then: Callable[[str], None]) -> None: ...
    def do(
        self, thing: Thing, service: str, data: Mapping[str, Any], cause: Cause | None, weight: Weight = ...
    ) -> None: ...


def hear(owner: Hearer, thing: Thing, command: Command, heard: Heard) -> None:
    """Take one command."""
    try:
        _carry_out(owner, thing, command, heard)
        owner.house.audit_command(heard.login, thing.entity_id, command)
    except CallError as error:
        owner.house.audit_command(heard.login, thing.entity_id, command, error.error.code)
        _reply(owner.house, command, heard, error.error)
    except sqlite3.Error as error:
        _reply(owner.house, command, heard, ReplyError("failed", f"the rules cannot write their file: {error}"))


def _carry_out(owner: Hearer, thing: Thing, command: Command, heard: Heard) -> None:
    if len(command.id) > _LONGEST_ID:
        raise CallError("invalid", f"an id may have {_LONGEST_ID} signs", "id")
    owner.house.check_command(heard.login, thing.entity_id)
    late = owner.clock.monotonic() - heard.received - command.ttl
    if late >= 0:
        raise CallError("expired", f"the command came {late:.1f} s after its time was up", "ttl")
    weight = weight_said(heard.login, command.priority, command.hold_for)
    thing.act(command.service)
    data = checked(thing.domain, command.service, command.data)
    cause = command.cause or Cause(command.id, heard.login)
    if owner.first_time(f"{heard.login} {command.id}") and not owner.holding.waits(thing, command, heard.login, cause):
        before = thing.said
        owner.do(thing, command.service, data, cause, weight)
        if command.tell:
            is_new = thing.said is not before
            message = f"{thing.entity_id} {'did' if is_new else 'was so already:'} {command.service}"
            owner.holding.tell(thing, command, cause, "confirmed" if is_new else "already", message)
    owner.after(lambda fault: _reply(owner.house, command, heard, ReplyError("failed", fault) if fault else None))


def _reply(house: House, command: Command, heard: Heard, error: ReplyError | None) -> None:
    if address := reply_address(house.root, heard.login, command.reply_to):
        house.say(REPLY, Reply(command.id, error is None, error=error), *address)
