"""What persons and the command line ask of a process, said for the audit: once, where their calls and commands arrive.

Programs of the home are not listened to here: what they do has a cause, and that has a person or a rule at its
beginning. Says names of arguments and ids of what was asked about, never another value. Keeps what the book keeps.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from typing import Any, Final

from pydantic import BaseModel

from homeserver.runtime.audit_book import AuditBook
from homeserver.runtime.bus import Bus
from homeserver.runtime.people import PREFIX
from homeserver.topics.audit import AUDIT, AUDIT_TAKEN, AuditEvent, AuditTaken, Outcome
from homeserver.topics.call import Call, Caller, CallError
from homeserver.topics.entity import Command

came_from: Final[ContextVar[str]] = ContextVar("came_from", default="")
"""The network address of whoever is being served; a door sets it, and what is asked meanwhile carries it along."""
CLIENT: Final = "process.cli"
Around = AbstractContextManager[None]
_NOTHING: Final[Around] = nullcontext()
_ENTITIES: Final = ("entity", "entities", "entity_id")
_IDS: Final = ("user", "who", "worker", "rule", "policy", "device", "area", "floor", "label", "zone", "thing", "deed")
"""Arguments whose values are ids, and as such may be told."""
_ENTITY_ID: Final = re.compile(r"[a-z0-9_]{1,64}\.[a-z0-9_]{1,255}")
_ID: Final = re.compile(r"[A-Za-z0-9_.:#-]{1,100}")
_MOST: Final = 50
"""Entities that are told of one call."""
_LONGEST: Final = 64


def is_audited(login: str) -> bool:
    """Whether what this login does is kept in the audit."""
    return login.startswith(PREFIX) or login == CLIENT


class Auditing:
    """Says what the audit is to keep, numbered, in the name of this process."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self.book = AuditBook(bus.clock, lambda event: bus.say(AUDIT, event, (bus.login,)))
        bus.replay(bus.hear(AUDIT_TAKEN, self._taken, "audit"))

    def _taken(self, taken: AuditTaken | None) -> None:
        self.book.taken(taken, self._bus.login)

    def say(self, event: AuditEvent) -> None:
        """Have one event kept; what numbers it is filled in."""
        self.book.add(event)

    def of(self, known: tuple[Call[Any, Any], Any] | None, args: Any, caller: Caller, where: str) -> Around:
        """What to put around the carrying out of a call; `known`: the call, where there is such a one."""
        if known is None or not is_audited(caller.login):
            return _NOTHING
        return self._around(known[0], args, caller, where)

    @contextmanager
    def _around(self, call: Call[Any, Any], args: Any, caller: Caller, where: str) -> Iterator[None]:
        error = "cancelled"
        try:
            yield
            error = ""
        except CallError as raised:
            error = raised.error.code
            raise
        finally:
            if error == "denied" or not call.reads:
                details = told(call, args) | ({"error": error} if error else {})
                what = f"{call.worker}.{call.verb}"
                outcome = _outcome(error)
                self.say(AuditEvent("call", caller.login, what, outcome, where[:_LONGEST], details, caller.cause))

    def of_command(self, login: str, entity_id: str, command: Command, error: str) -> None:
        """A command that came; `error`: the code where it was not accepted."""
        details = {"entity": entity_id, "service": command.service[:_LONGEST]} | ({"error": error} if error else {})
        where, cause = command.where[:_LONGEST], command.cause
        self.say(AuditEvent("command", login, entity_id, _outcome(error), where, details, cause))


def _outcome(error: str) -> Outcome:
    return "ok" if not error else "refused" if error == "denied" else "failed"


def told(call: Call[Any, Any], args: Any) -> dict[str, str]:
    """What the audit is told of the arguments of a call: the names of those that were given, and ids."""
    given = _given(args)
    known = {field.alias or name for name, field in call.request.model_fields.items()}
    names = sorted(set(given) & known)
    about = [one.field or one.kind for one in call.about if one.kind == "entity"]
    entities = [id for name in dict.fromkeys((*about, *_ENTITIES)) for id in _texts(given.get(name))]
    found = {"args": " ".join(names), "entity": " ".join(id for id in entities[:_MOST] if _ENTITY_ID.fullmatch(id))}
    for name in _IDS:
        if name in known:
            found[name] = " ".join(id for id in _texts(given.get(name))[:_MOST] if _ID.fullmatch(id))
    return {name: text for name, text in found.items() if text}


def _given(args: Any) -> Mapping[str, Any]:
    if isinstance(args, BaseModel):
        return {name: getattr(args, name) for name in args.model_fields_set}
    return args if isinstance(args, Mapping) else {}


def _texts(value: Any) -> list[str]:
    """The texts and whole numbers that an argument holds."""
    values = value if isinstance(value, list | tuple | set | frozenset) else (value,)
    return [str(one) for one in values if isinstance(one, str | int) and not isinstance(one, bool)]
