"""Commands for entities: checked, made absolute, put into the outbox, answered, and handed on for delivery.

Accepted means that the command's row is committed. A command that makes no sense is answered with an error that
names the field; one that was heard before is answered like the first time and not carried out again.
"""

import sqlite3
from collections.abc import Callable, Mapping
from datetime import tzinfo
from typing import Any, Final

from pydantic import ValidationError

from homeserver.home.codes import FIELD
from homeserver.home.delivering import Delivering, changed
from homeserver.home.entity import STATE, Entity, Wish
from homeserver.home.holding import Holding
from homeserver.home.lockout import Lockout
from homeserver.home.outbox import Outbox, Row
from homeserver.home.pacing import Find, Pacing
from homeserver.home.pending import Pending, as_wished_of
from homeserver.home.refusals import Refusals
from homeserver.home.reporting import Reporting
from homeserver.runtime.calls import reply_address
from homeserver.runtime.heard import Heard
from homeserver.runtime.house import House
from homeserver.runtime.turn import Turn
from homeserver.topics.call import REPLY, CallError, Reply, ReplyError
from homeserver.topics.cause import Cause
from homeserver.topics.entity import COMMAND_ENDED, COMMAND_FAILED, Command, CommandOutcome, Outcome
from homeserver.topics.service import Service
from homeserver.topics.services import SERVICES
from homeserver.topics.topic import Topic

_LONGEST_ID: Final = 200
_LONGEST_TTL: Final = 86_400.0


class Commands:
    """What `home` does with a command."""

    def __init__(
        self,
        house: House,
        turn: Turn,
        outbox: Outbox,
        refusals: Refusals,
        pacing: Pacing,
        find: Find,
        assume: Callable[[Entity, Wish], None],
        say: Callable[[Entity, Cause], None],
        own: Callable[[str], Entity | None],
        zone: tzinfo,
        by_hand: float,
    ) -> None:
        """`own` finds an entity by its own id; `by_hand`: seconds that what people command holds by itself."""
        self._house = house
        self._turn = turn
        self._outbox = outbox
        self._refusals = refusals
        self._find = find
        self.reporting = Reporting(house, outbox)
        self.delivering = Delivering(house, turn, outbox, pacing, find, assume, say, self._ended)
        self.holding = Holding(house, turn, outbox, self.reporting, self.delivering, own, say, zone, by_hand)
        self._pacing = pacing
        self._lockout = Lockout(house.clock)

    def take(self, entity: Entity, command: Command, heard: Heard) -> None:
        """Carry out a command for an entity of ours."""
        try:
            self._accept(entity, command, heard)
            self._house.audit_command(heard.login, entity.id, command)
        except CallError as error:
            self._house.audit_command(heard.login, entity.id, command, error.error.code)
            self.refuse(command, heard, error.error)
        except sqlite3.Error as error:
            self.refuse(command, heard, ReplyError("failed", f"the home cannot write its file: {error}"))

    def _accept(self, entity: Entity, command: Command, heard: Heard) -> None:
        if len(command.id) > _LONGEST_ID:
            raise CallError("invalid", f"an id may have {_LONGEST_ID} signs", "id")
        self._house.check_command(heard.login, entity.id)
        service, data, once = resolved(entity, command.service, command.data)
        ttl = min(max(command.ttl, 0.0), _LONGEST_TTL)
        deadline = heard.received + ttl
        left = deadline - self._house.clock.monotonic()
        if left <= 0:
            raise CallError("expired", f"the command came {-left:.1f} s after its time was up", "ttl")
        cause = command.cause or Cause(command.id, heard.login)
        now = self._now()
        id = f"{heard.login} {command.id}"
        marked = once and self._house.connected and not self._pacing.lanes(entity)
        if data and FIELD in data and not self._outbox.knows(id):
            self._lockout.check(id, entity, service, data)
        tell = command.tell
        pending = Pending(id, entity, service, data, cause, deadline, once=once, marked=marked, tell=tell)
        if self.holding.concerns(entity, command, heard.login) and self._waits(pending, command, heard):
            return
        times = (now, now + left)
        if not self._outbox.add(id, entity.id, service, data, cause, times, once=once, sent=marked):
            self._turn.after(lambda fault: self._answer(command, heard, fault))
            return
        self.delivering.join(pending)
        self._turn.after(lambda fault: self._go(pending, command, heard, fault))

    def _waits(self, pending: Pending, command: Command, heard: Heard) -> bool:
        """Whether nothing more is to be done with a command now: somebody stronger holds the entity, or it was heard
        before. Raises `CallError`."""
        if self._outbox.knows(pending.id):
            self._turn.after(lambda fault: self._answer(command, heard, fault))
            return True
        try:
            why = self.holding.waits(pending, command, heard.login)
        except CallError as error:
            if error.error.code != "conflict":
                raise
            self._reply(command, heard, Reply(command.id, False, error=error.error))
            self._tell(COMMAND_FAILED, pending, "failed", str(error))
            return True
        if why:
            entity, now = pending.entity, self._now()
            link = (pending.service, pending.data, pending.cause)
            self._outbox.add(pending.id, entity.id, *link, (now, now), once=pending.once, sent=True)
            self._turn.after(lambda fault: self._put_back(pending, command, heard, why, fault))
        return bool(why)

    def _put_back(self, pending: Pending, command: Command, heard: Heard, why: str, fault: str) -> None:
        self._answer(command, heard, fault)
        if not fault:
            self._tell(COMMAND_ENDED, pending, "held", why)

    def _tell(self, topic: Topic[CommandOutcome], pending: Pending, outcome: Outcome, message: str) -> None:
        id = pending.id.partition(" ")[2]
        self._house.say(topic, CommandOutcome(id, pending.entity.id, pending.service, outcome, message, pending.cause))

    def _now(self) -> float:
        return self._house.clock.now().timestamp()

    def _go(self, pending: Pending, command: Command, heard: Heard, fault: str) -> None:
        if command.reply_to is not None:
            self._answer(command, heard, fault)
        if fault:
            self.delivering.drop(pending)
            return
        pending.entity.command = (pending.cause, pending.deadline, pending.wish.facts.get(STATE))
        self.delivering.send(pending)

    def resume(self) -> None:
        """Go on with what an earlier run left open; the wall clock tells what time is left."""
        now, monotonic = self._now(), self._house.clock.monotonic()
        for row in list(self._outbox.unfinished()):
            domain, _, object_id = row.entity_id.partition(".")
            entity = self._find((domain, object_id))
            left = min(row.deadline - now, _LONGEST_TTL)
            if entity is None:
                self._report(row.id, row.entity_id, row.service, row.cause, "failed", f"{row.entity_id} was taken away")
            else:
                self._resume(row, entity, monotonic + left)
        self.holding.settle_all()

    def _resume(self, row: Row, entity: Entity, deadline: float) -> None:
        """Whoever asked may have asked to be told the end."""
        id, service, data, cause, once = row.id, row.service, row.data, row.cause, row.once
        try:
            pending = Pending(id, entity, service, data, cause, deadline, once=once, marked=False, tell=True)
        except (CallError, KeyError) as error:
            self._report(id, row.entity_id, service, cause, "failed", changed(error))
            return
        entity.command = (cause, deadline, pending.wish.facts.get(STATE))
        self.delivering.join(pending)
        self.delivering.send(pending)

    # -- answers

    def refuse(self, command: Command, heard: Heard, error: ReplyError) -> None:
        """Answer that a command is not carried out, and count it."""
        self._refusals.add(heard.address, error.message, self._house.clock.now())
        self._reply(command, heard, Reply(command.id, False, error=error))

    def _answer(self, command: Command, heard: Heard, fault: str) -> None:
        error = ReplyError("failed", fault) if fault else None
        self._reply(command, heard, Reply(command.id, not fault, error=error))

    def _reply(self, command: Command, heard: Heard, reply: Reply) -> None:
        if address := reply_address(self._house.root, heard.login, command.reply_to):
            self._house.say(REPLY, reply, *address)

    def _ended(self, pending: Pending, outcome: Outcome, reason: str) -> None:
        id, service, cause = pending.id, pending.service, pending.cause
        if outcome in ("expired", "failed"):
            self._report(id, pending.entity.id, service, cause, outcome, reason or _why(pending))
            return
        message = reason or _ENDS[outcome].format(pending.entity.id, service)
        self._tell(COMMAND_ENDED, pending, outcome, message)

    def _report(self, id: str, entity_id: str, service: str, cause: Cause, outcome: Outcome, message: str) -> None:
        own_id = id.partition(" ")[2]
        self.reporting.report(id, CommandOutcome(own_id, entity_id, service, outcome, message, cause))


_ENDS: Final[Mapping[str, str]] = {
    "confirmed": "{0} confirms {1}",
    "already": "{0} was so already",
    "acknowledged": "{0} was told and reports nothing",
    "sent": "{0} was told once, and nothing that it reports can show it",
}


def _why(pending: Pending) -> str:
    """Why a command was given up."""
    entity, service = pending.entity, pending.service
    if not pending.left:
        return f"{service} could not be sent to {entity.id} in time"
    if pending.obeyed:
        return f"{entity.id} stopped on its way: {service} is not confirmed"
    away = ": it is unavailable" if not entity.available else ""
    return f"{entity.id} did not confirm {service} in time{away}"


def resolved(entity: Entity, name: str, data: Mapping[str, Any]) -> tuple[str, Mapping[str, Any], bool]:
    """The absolute service behind a command, its checked data, and whether it may be sent once only. Raises
    `CallError`."""
    service = SERVICES.get(entity.where[0], {}).get(name)
    has = entity.face.services
    if service is None or not (name in has or service.turns_with(has)):
        offered = ", ".join(entity.config.services) or "none"
        raise CallError("invalid", f"{entity.id} has no service {name[:60]!r}; it has {offered}", "service")
    checked = _checked(service, data)
    effect = service.effect_of(checked)
    if effect != "toggle":
        return name, checked, effect == "once"
    behind = service.behind(as_wished_of(entity, service.of), has)
    meant = SERVICES[entity.where[0]][behind]
    fitting = {key: checked[key] for key in checked if key in meant.model.model_fields}
    return behind, fitting, meant.effect_of(fitting) == "once"


def _checked(service: Service, data: Mapping[str, Any]) -> Mapping[str, Any]:
    if not data and service.model not in _NEEDY:
        return _EMPTY
    try:
        return service.model.model_validate(dict(data)).model_dump(exclude_none=True)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        field = ".".join(str(part) for part in first["loc"]) or None
        raise CallError("invalid", f"{field or 'data'}: {first['msg']}", field) from None


_EMPTY: Final[Mapping[str, Any]] = {}
_NEEDY: Final = frozenset(
    service.model
    for services in SERVICES.values()
    for service in services.values()
    if any(field.is_required() for field in service.model.model_fields.values())
)
"""Models that no empty data fits."""
