"""What is said on the bus as lines for people: who changed, from what to what, and because of whom.

Needs address and payload of each message; keeps the last state of each entity, to tell what it was before. What calls
and replies hold is never shown: it may be personal.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import orjson

Fields = dict[str, Any]
_LONGEST: Final = 160


@dataclass(frozen=True, slots=True)
class Happening:
    """One line: what kind of message, about what, what happened, and the cause's `by`. `fields` is for programs."""

    kind: str
    about: str
    what: str
    by: str
    fields: Fields


class Happenings:
    """Makes lines of messages; `everything` also those that only repeat a state or tell a status."""

    def __init__(self, *, everything: bool = False) -> None:
        self._everything = everything
        self._states: dict[str, str] = {}

    def of(self, address: str, payload: bytes, *, retained: bool) -> Happening | None:
        """The line of a message on `address`, relative to the root; None where there is nothing to tell."""
        levels = address.split("/")
        tell = _TELL.get((levels[0], len(levels))) or _TELL.get((levels[0], 0))
        if address.endswith("/calls"):
            tell = _other  # what a worker can be asked is no news
        if levels[0] in ("call", "reply"):
            payload = b"{}"
        fields = _fields(payload)
        if levels[0] == "entity" and levels[-1] == "state":
            return self._state(levels, fields, retained=retained)
        if retained or tell is None or (tell in _QUIET and not self._everything):
            return None
        about, what = tell(levels, fields)
        return Happening(levels[0] if levels[-2] != "command" else "command", about, what, _by(levels, fields), fields)

    def _state(self, levels: list[str], fields: Fields, *, retained: bool) -> Happening | None:
        entity, now = f"{levels[1]}.{levels[2]}", str(fields.get("state", "gone"))
        before = self._states.get(entity)
        self._states[entity] = now
        if retained or (before == now and not self._everything):
            return None
        what = f"{before} → {now}" if before not in (None, now) else now
        return Happening("state", entity, what, _by(levels, fields), fields)


def _fields(payload: bytes) -> Fields:
    try:
        fields = orjson.loads(payload)
    except orjson.JSONDecodeError:
        return {}
    return fields if isinstance(fields, dict) else {}


def _by(levels: list[str], fields: Fields) -> str:
    cause = fields.get("cause")
    by = str(cause.get("by", "")) if isinstance(cause, dict) else ""
    return by or (levels[-1] if levels[0] in ("event", "call") or levels[-2] == "command" else "")


def _short(value: object) -> str:
    text = orjson.dumps(value).decode() if not isinstance(value, str) else value
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _data(fields: Fields, *without: str) -> str:
    left = {name: value for name, value in fields.items() if name not in without and value not in (None, "", {}, [])}
    return " ".join(f"{name}={_short(value)}" for name, value in left.items())[:_LONGEST]


_ENVELOPE: Final = ("id", "ttl", "cause", "reply_to", "from", "seq")
Tell = Callable[[list[str], Fields], tuple[str, str]]


def _command(levels: list[str], fields: Fields) -> tuple[str, str]:
    data = fields.get("data")
    shown = _data(data) if isinstance(data, dict) else ""
    return f"{levels[1]}.{levels[2]}", f"{fields.get('service', '?')} {shown}".strip()


def _event(levels: list[str], fields: Fields) -> tuple[str, str]:
    return levels[1], _data(fields, *_ENVELOPE)


def _call(levels: list[str], fields: Fields) -> tuple[str, str]:
    return f"{levels[1]}.{levels[2]}", "called"


def _reply(levels: list[str], fields: Fields) -> tuple[str, str]:
    return levels[1], f"answered by {levels[-1]}"


def _config(levels: list[str], fields: Fields) -> tuple[str, str]:
    return f"{levels[1]}.{levels[2]}", f"is {fields['name']}" if fields.get("name") else "was taken away"


def _worker(levels: list[str], fields: Fields) -> tuple[str, str]:
    reason = f": {fields['reason']}" if fields.get("reason") else ""
    return levels[1], f"{fields.get('state', 'gone')} in {levels[2]}{reason}"


def _process(levels: list[str], fields: Fields) -> tuple[str, str]:
    return levels[1], str(fields.get("state", "gone")) if levels[-1] == "status" else levels[-1]


def _other(levels: list[str], fields: Fields) -> tuple[str, str]:
    return "/".join(levels[1:]), _data(fields, *_ENVELOPE)


_TELL: Final[dict[tuple[str, int], Tell]] = {
    ("entity", 5): _command,
    ("entity", 4): _config,
    ("event", 0): _event,
    ("call", 0): _call,
    ("reply", 0): _reply,
    ("worker", 4): _worker,
    ("process", 0): _process,
    ("registry", 0): _other,
    ("rule", 0): _other,
    ("job", 0): _other,
    ("prediction", 0): _other,
}
"""By the first level of the address and their number; nought: any."""
_QUIET: Final = {_reply, _process, _config, _other}
