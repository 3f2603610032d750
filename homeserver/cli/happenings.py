"""What is said on the bus as lines for people: who changed, from what to what, and because of whom.

Needs address and payload of each message; keeps the last state of each entity, to tell what it was before. What calls
and replies hold is never shown: it may be personal.
"""

from collections.abc import Callable
from typing import Any, Final

import orjson

from homeserver.topics.call import REPLY, REQUEST
from homeserver.topics.entity import COMMAND, COMMAND_ENDED, COMMAND_FAILED, ENTITY_CONFIG, ENTITY_STATE
from homeserver.topics.process import PROCESS_STATUS, WORKER_STATUS
from homeserver.topics.record import record
from homeserver.topics.service import SECRETS
from homeserver.topics.topic import Topic

Fields = dict[str, Any]
Where = tuple[str, ...]
Tell = Callable[[Where, Fields], tuple[str, str]]
"""Makes of the parameters of an address and the fields of a message: about what, and what happened."""
EVENT: Final = Topic[Fields]("event/{kind}/{login}", dict)
RUN: Final = Topic[Fields]("rule/{id}/run", dict)
_LONGEST: Final = 160
_ENVELOPE: Final = ("id", "ttl", "cause", "reply_to", "from", "seq")


@record
class Happening:
    """One line: what kind of message, about what, what happened, and the cause's `by`. `fields` is for programs."""

    kind: str
    about: str
    what: str
    by: str
    fields: Fields

    @property
    def cause(self) -> str:
        """The id of its cause, empty where it has none; a wish without one is its own."""
        return _link(self.fields, "id") or str(self.fields.get("id") or "")

    @property
    def parent(self) -> str:
        """The id of the cause that its own follows from, empty where there is none."""
        return _link(self.fields, "parent")


@record
class Kind:
    """How messages of a topic are told. `quiet`: only where everything is asked for; `sealed`: nothing from inside."""

    name: str
    topic: Topic[Any]
    tell: Tell
    quiet: bool = False
    sealed: bool = False


class Happenings:
    """Makes lines of messages; `everything` also those that only repeat a state or tell a status."""

    def __init__(self, *, everything: bool = False) -> None:
        self._everything = everything
        self._states: dict[str, str] = {}

    def of(self, address: str, payload: bytes, *, retained: bool) -> Happening | None:
        """The line of a message on `address`, relative to the root; None where there is nothing to tell."""
        fields = _fields(payload)
        state = ENTITY_STATE.match(address)
        if state is not None:
            return self._state(".".join(state), fields, retained=retained)
        if retained:
            return None
        for kind in _KINDS:
            where = kind.topic.match(address)
            if where is not None:
                return self._told(kind, where, {} if kind.sealed else _without_secrets(fields))
        if not self._everything:
            return None
        return Happening(address.partition("/")[0], address, _data(fields), _by(fields, ""), fields)

    def _told(self, kind: Kind, where: Where, fields: Fields) -> Happening | None:
        if kind.quiet and not self._everything:
            return None
        about, what = kind.tell(where, fields)
        if not what:
            if not self._everything:
                return None
            what = _data(fields)
        return Happening(kind.name, about, what, _by(fields, where[-1] if kind.topic.many_writers else ""), fields)

    def _state(self, entity: str, fields: Fields, *, retained: bool) -> Happening | None:
        now, before = str(fields.get("state", "gone")), self._states.get(entity)
        self._states[entity] = now
        if retained or (before == now and not self._everything):
            return None
        what = f"{before} → {now}" if before not in (None, now) else now
        return Happening("state", entity, what, _by(fields, ""), fields)


def _fields(payload: bytes) -> Fields:
    try:
        fields = orjson.loads(payload)
    except orjson.JSONDecodeError:
        return {}
    return fields if isinstance(fields, dict) else {}


def _without_secrets(fields: Fields) -> Fields:
    """A code in a command's data is shown to nobody."""
    data = fields.get("data")
    if not isinstance(data, dict) or SECRETS.isdisjoint(data):
        return fields
    return {**fields, "data": {name: "…" if name in SECRETS else value for name, value in data.items()}}


def _by(fields: Fields, login: str) -> str:
    """The cause's `by`; else who said it."""
    return _link(fields, "by") or login


def _link(fields: Fields, name: str) -> str:
    cause = fields.get("cause")
    return str(cause.get(name) or "") if isinstance(cause, dict) else ""


def _data(fields: Fields) -> str:
    left = {name: value for name, value in fields.items() if name not in _ENVELOPE and value not in (None, "", {}, [])}
    text = " ".join(f"{name}={_short(value)}" for name, value in left.items())
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _short(value: object) -> str:
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def _command(where: Where, fields: Fields) -> tuple[str, str]:
    data = fields.get("data")
    return (
        f"{where[0]}.{where[1]}",
        f"{fields.get('service', '?')} {_data(data) if isinstance(data, dict) else ''}".strip(),
    )


def _config(where: Where, fields: Fields) -> tuple[str, str]:
    return ".".join(where), f"is {fields['name']}" if fields.get("name") else "was taken away"


def _event(where: Where, fields: Fields) -> tuple[str, str]:
    return where[0], _data(fields)


def _outcome(where: Where, fields: Fields) -> tuple[str, str]:
    """What became of a command, told of the entity that it was for."""
    what = f"{fields.get('service', '?')} {fields.get('outcome', 'ended')}"
    return str(fields.get("entity_id", "?")), f"{what}: {fields['message']}" if fields.get("message") else what


def _call(where: Where, fields: Fields) -> tuple[str, str]:
    return f"{where[0]}.{where[1]}", "called"


def _reply(where: Where, fields: Fields) -> tuple[str, str]:
    return where[0], f"answered by {where[2]}"


def _run(where: Where, fields: Fields) -> tuple[str, str]:
    """A run of a rule, where the rule has a sentence for it or it failed; its commands tell of the others."""
    explained, outcome = fields.get("explained") or "", str(fields.get("outcome", "ended"))
    if outcome == "failed":
        return where[0], f"failed: {fields.get('error') or 'nobody knows why'}"
    return where[0], str(explained)


def _worker(where: Where, fields: Fields) -> tuple[str, str]:
    reason = f": {fields['reason']}" if fields.get("reason") else ""
    return where[0], f"{fields.get('state', 'gone')} in {where[1]}{reason}"


def _process(where: Where, fields: Fields) -> tuple[str, str]:
    return where[0], str(fields.get("state", "gone"))


_KINDS: Final = (
    Kind("command", COMMAND, _command),
    Kind("event", COMMAND_FAILED, _outcome),
    Kind("event", COMMAND_ENDED, _outcome),
    Kind("event", EVENT, _event),
    Kind("run", RUN, _run),
    Kind("call", REQUEST, _call, sealed=True),
    Kind("worker", WORKER_STATUS, _worker),
    Kind("config", ENTITY_CONFIG, _config, quiet=True),
    Kind("process", PROCESS_STATUS, _process, quiet=True),
    Kind("reply", REPLY, _reply, quiet=True, sealed=True),
)
