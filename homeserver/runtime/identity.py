"""Who said a message: taken from the login in its address, which the broker enforces, never from its payload."""

from dataclasses import replace
from typing import Any

from homeserver.topics.cause import Cause
from homeserver.topics.names import random_name
from homeserver.topics.topic import Topic


def stamp(topic: Topic[Any], where: tuple[str, ...], message: Any) -> Any:
    """`message` with a cause whose `by` its speaker may claim. Only for topics that anybody may say something on."""
    if not topic.many_writers or message is None or not hasattr(message, "cause"):
        return message
    login, cause = where[-1], message.cause
    if cause is None:
        return replace(message, cause=Cause(getattr(message, "id", None) or random_name(16), login))
    if may_claim(login, cause.by):
        return message
    return replace(message, cause=Cause(cause.id, login, cause.parent))


def may_claim(login: str, by: str) -> bool:
    """Our own processes host rules and predictions and name them; nobody but himself speaks as a person."""
    kind = login.partition(".")[0]
    return by == login or (kind == "process" and by.partition(".")[0] not in ("person", "process"))
