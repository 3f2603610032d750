"""What each login of our own may read and write at the broker, derived from what its workers declare.

MQTT access lists only grant, they cannot except. So a process whose worker holds `ANY_DEVICE_TOPIC` (devices choose
their own topics) is granted `#`, and is as trusted as the home itself; all others get exactly what their tables name.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from homeserver.runtime.logins import EVERYBODY
from homeserver.runtime.plan import Post
from homeserver.runtime.worker import ANY_DEVICE_TOPIC, Worker
from homeserver.topics.audit import AUDIT, AUDIT_TAKEN
from homeserver.topics.call import FLOW, REPLY, REQUEST
from homeserver.topics.entity import COMMAND, ENTITY_CONFIG, ENTITY_STATE
from homeserver.topics.page import WORKER_PAGE
from homeserver.topics.person import PERSON
from homeserver.topics.process import (
    FAILURE,
    PROCESS_STATUS,
    PROCESS_WANTED,
    REFUSED,
    VOICE,
    WORKER_CALLS,
    WORKER_STATUS,
)
from homeserver.topics.topic import Topic

Rights = tuple[tuple[str, ...], tuple[str, ...]]
"""Filters to read, filters to write, root prefix included."""
PRESENT: Final[tuple[str, ...]] = (
    PROCESS_STATUS.filter(),
    WORKER_STATUS.filter(),
    WORKER_CALLS.filter(),
    ENTITY_CONFIG.filter(),
    ENTITY_STATE.filter(),
    PERSON.filter(),
    AUDIT_TAKEN.filter(),
    "registry/#",
)
"""What every process of the home may read: who is there, who may what, and the live picture of the home."""
CLIENT: Final = "process.cli"
"""The login of the command line; only the owner of the data folder can read its secret."""


class NotForGuestsError(Exception):
    """A worker of an outside package asks for rights that only the house's own workers have."""


def rights_of(post: Post, kinds: Mapping[str, type[Worker]], root: str) -> Rights:
    """The filters of a process login that runs workers of these classes; raises `NotForGuestsError`."""
    if post.guest:
        _check_guests(kinds)
    any_topic = any(topic is ANY_DEVICE_TOPIC for kind in kinds.values() for topic in kind.says)
    persons = {person for kind in kinds.values() for person in kind.speaks_for}
    if post.guest and (any_topic or persons):
        what = "ANY_DEVICE_TOPIC" if any_topic else f"to speak for {', '.join(sorted(persons))}"
        raise NotForGuestsError(f"{', '.join(post.workers)} asks for {what}: that is for the house's own workers only")
    if any_topic:
        return ("#",), ("#",)
    speakers = (post.login, *sorted(persons))
    read, write = _own(post, speakers), set(_own_words(post, speakers))
    for name, kind in kinds.items():
        read |= {row.topic.filter(**row.fixed) for row in kind.table.hears}
        write |= _worker_words(name, post.process)
        for topic in kind.says:
            write |= _said(topic, speakers)
        if kind.is_called():
            read.add(REQUEST.filter(worker=name))
            write.add(REPLY.filter(login=post.login))
        if any(row.call.stream for row in kind.table.answers):
            read.add(FLOW.filter(worker=name))
    return _under(root, read), _under(root, write)


_OURS: Final = frozenset({"call", "reply", "process", "worker", "registry", "event", "entity", "people"})
"""First levels of the platform's own topics."""
_SECRET: Final = frozenset({"call", "reply"})
"""First levels under which others' arguments and answers pass."""


def _check_guests(kinds: Mapping[str, type[Worker]]) -> None:
    """A declaration is written by whoever wants the rights: it must not name what others say, or say to each other."""
    for name, kind in kinds.items():
        for topic in kind.says:
            if topic is not ANY_DEVICE_TOPIC and not _may_say(topic):
                raise NotForGuestsError(f"{name} says {topic.template}: an outside worker may not speak for others")
        for row in kind.table.hears:
            first = row.topic.filter(**row.fixed).partition("/")[0]
            if first in _SECRET or first in ("+", "#"):
                raise NotForGuestsError(f"{name} hears {row.topic.template}: that is not for an outside worker")


def _may_say(topic: Topic[Any]) -> bool:
    first = topic.levels[0]
    if first in _OURS:
        return topic.levels[-1] == "{login}" or topic.template in (ENTITY_CONFIG.template, ENTITY_STATE.template)
    return first not in ("+", "#") and not first.startswith("{")


def client_rights(root: str) -> Rights:
    """Of the command line: sees all, and asks in its own name."""
    write = {
        f"process/+/{FENCE}",
        REQUEST.filter(login=CLIENT),
        FLOW.filter(login=CLIENT),
        COMMAND.filter(login=CLIENT),
        f"event/+/{CLIENT}",
    }
    return ("#",), _under(root, write)


FENCE: Final = "fence"


def _own(post: Post, speakers: tuple[str, ...]) -> set[str]:
    """What a process reads for itself: the present, its fence, what it is to run, answers to what it asked."""
    replies = {f"reply/{post.login}/#"} | ({REPLY.filter(client=post.process)} if len(speakers) > 1 else set())
    voices = {VOICE.filter(process=post.process)} if EVERYBODY in speakers else set()
    wanted = PROCESS_WANTED.filter(process=post.process)
    return {*PRESENT, f"process/{post.process}/{FENCE}", wanted, *replies, *voices}


def _own_words(post: Post, speakers: tuple[str, ...]) -> Iterable[str]:
    """What a process says for itself and for whom it speaks."""
    yield PROCESS_STATUS.filter(process=post.process)
    yield f"process/{post.process}/{FENCE}"
    for login in speakers:
        yield REQUEST.filter(login=login)
        yield FLOW.filter(login=login)
        if login == EVERYBODY:
            yield VOICE.filter(process=post.process, login=login)
    yield REFUSED.filter(login=post.login)
    yield AUDIT.filter(login=post.login)
    yield FAILURE.filter(login=post.login)


def _worker_words(worker: str, process: str) -> set[str]:
    return {topic.filter(name=worker, process=process) for topic in (WORKER_STATUS, WORKER_CALLS, WORKER_PAGE)}


def _said(topic: Topic[Any], logins: Iterable[str]) -> set[str]:
    return {topic.filter(login=login) for login in logins} if topic.many_writers else {topic.filter()}


def _under(root: str, filters: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(f"{root}/{text}" for text in filters))
