"""Messages as JSON: a message's own fields, then `from` (random per run of a process) and `seq`.

Payloads are validated here, where they enter the process, and nowhere again.
"""

from collections.abc import Callable, Iterable
from typing import Any, Final

import orjson
from pydantic import BaseModel, ValidationError

from homeserver.runtime.given import nearest
from homeserver.topics.cause import Cause
from homeserver.topics.entity import Command, EntityState
from homeserver.topics.topic import Topic

LIMIT: Final = 256 * 1024
"""Bytes of the largest payload that is read; nothing that the house says of itself comes near it."""


class BadMessageError(Exception):
    """A payload that is not a message of its topic; the text says what is wrong with it."""


def encode(message: object, run: str, seq: int) -> bytes:
    """The payload of `message`; raises TypeError for what JSON cannot hold."""
    spell = _SPELT.get(message.__class__)
    body = orjson.dumps(message if spell is None else spell(message), default=plain)
    comma = b"," if len(body) > 2 else b""
    return b'%b%b"from":"%b","seq":%d}' % (body[:-1], comma, run.encode(), seq)


def _link(cause: Cause | None) -> dict[str, Any] | None:
    return None if cause is None else {"id": cause.id, "by": cause.by, "parent": cause.parent}


def _state(said: EntityState) -> dict[str, Any]:
    return {
        "state": said.state,
        "attributes": said.attributes,
        "changed": said.changed,
        "updated": said.updated,
        "cause": _link(said.cause),
    }


def _command(said: Command) -> dict[str, Any]:
    return {
        "id": said.id,
        "service": said.service,
        "data": said.data,
        "ttl": said.ttl,
        "cause": _link(said.cause),
        "reply_to": said.reply_to,
        "tell": said.tell,
        "priority": said.priority,
        "hold_for": said.hold_for,
        "where": said.where,
    }


_SPELT: Final[dict[type, Callable[[Any], dict[str, Any]]]] = {EntityState: _state, Command: _command}
"""What is said with every change, as the dicts that orjson writes in a third of the time that a record with slots
takes: all others it takes apart itself, to the same end."""


def body_of(payload: bytes) -> bytes:
    """A payload without the envelope at its end: who said it, and as which message."""
    body, mark, _ = payload.rpartition(b'"from":"')
    return body if mark else payload


def plain(value: object) -> Any:
    """What orjson does not know by itself."""
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if isinstance(value, set | frozenset):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} cannot be said as JSON")


def parse(payload: bytes) -> dict[str, Any]:
    """The JSON object of a payload; raises `BadMessageError`."""
    if len(payload) > LIMIT:
        raise BadMessageError(f"{len(payload)} bytes are more than the limit of {LIMIT}")
    try:
        fields = orjson.loads(payload)
    except orjson.JSONDecodeError as error:
        raise BadMessageError(f"no JSON: {error}") from error
    if not isinstance(fields, dict):
        raise BadMessageError(f"must be a JSON object, not {type(fields).__name__}")
    return fields


def validate(topic: Topic[Any], fields: dict[str, Any]) -> Any:
    """`fields` as a message of `topic`; raises `BadMessageError` that names the field."""
    try:
        return topic.adapter.validate_python(fields)
    except ValidationError as error:
        raise BadMessageError(sentence(error)) from error


def sentence(error: ValidationError, known: Iterable[str] = ()) -> str:
    """The first fault of a validation in words: field, what is wrong; `known`: the fields that there are."""
    first = error.errors(include_url=False, include_input=False)[0]
    if first["type"] == "extra_forbidden" and len(first["loc"]) == 1:
        return f"it takes no {first['loc'][0]!r}; {nearest(str(first['loc'][0]), list(known), 'leave it out')}"
    return f"{field_of(error) or 'the message'}: {first['msg']}"


def field_of(error: ValidationError) -> str | None:
    """The dotted name of the first field at fault."""
    return ".".join(str(part) for part in error.errors(include_url=False, include_input=False)[0]["loc"]) or None
