"""A call as a typed object: one declaration from which the MQTT request, the HTTP route, the rule action, the
CLI command and the reference page all come."""

from functools import cached_property
from typing import Any, Final, Generic, Literal, TypeVar

from pydantic import BaseModel, TypeAdapter

from homeserver.topics.cause import Cause
from homeserver.topics.person import Verb
from homeserver.topics.record import record
from homeserver.topics.topic import Topic

Q = TypeVar("Q", bound=BaseModel)
A = TypeVar("A", bound=BaseModel | None)

Role = Literal["guest", "child", "adult", "owner"]
ROLES: Final[tuple[Role, ...]] = ("guest", "child", "adult", "owner")
"""In rising order: who may do a thing may do all that stands before it."""


def may(role: Role | None, least: Role) -> bool:
    """Whether a role is enough for what takes another."""
    return role is not None and ROLES.index(role) >= ROLES.index(least)


Named = Literal["entity", "device", "area", "floor", "label", "zone", "thing", "rule", "action", "home", "each"]
"""What a request may name: a `thing` is `area.kitchen` or another place; an `action` is what `rules.perform` is asked;
the `home` is everything there is, and named by no field. `each`: nothing is named, and of the answer everybody gets the
lines that he may know, which whoever answers asks the caller's `Sight` about."""


@record
class About:
    """What a person below an owner must be allowed with what a request names. `field`: where it stands, if it is not
    called as its kind is."""

    verb: Verb
    kind: Named
    field: str = ""


SEEN_ONLY: Final = (About("see", "each"),)
"""Of a list, that everybody gets what he sees of it."""


class Call(Generic[Q, A]):
    """`Call[Q, A]`: the worker, the verb, the request and reply models, and the least role that may call it.

    `stream`: the answer comes in parts, each an `A`; the handler is an async generator. `reads`: it changes nothing
    and makes nothing happen, so that the audit keeps only who was turned away.
    """

    def __init__(
        self,
        worker: str,
        verb: str,
        request: type[Q],
        reply: type[A],
        *,
        role: Role = "adult",
        doc: str = "",
        stream: bool = False,
        about: tuple[About, ...] = (),
        reads: bool = False,
    ) -> None:
        self.worker = worker
        self.verb = verb
        self.request = request
        self.reply = reply
        self.role = role
        self.stream = stream
        self.about = about
        self.reads = reads
        self.doc = doc or (request.__doc__ or "").strip().split("\n")[0]

    def __repr__(self) -> str:
        return f"Call({self.worker}.{self.verb})"

    @cached_property
    def reply_adapter(self) -> TypeAdapter[Any]:
        return TypeAdapter(self.reply)


@record
class Caller:
    """Who asks, as the broker vouches for it: never taken from a payload."""

    login: str
    role: Role | None
    cause: Cause


@record
class Request:
    """What is sent to `call/<worker>/<verb>/<login>`. `ttl` is the seconds left when it was sent; of a streamed call
    (`stream`, the caller says that he knows) the longest silence, before the first part and between two of them.
    `where`: the network address that it came from, as a door saw it; for the audit, and believed for nothing else."""

    id: str
    args: dict[str, Any]
    reply_to: str | None = None
    ttl: float = 30.0
    cause: Cause | None = None
    stream: bool = False
    where: str = ""


@record
class Flow:
    """What the caller of a streamed call says while it goes on, to `call/<worker>/<verb>/<login>/flow`: how many parts
    he has `taken` until now, at least every `LEASE / 3` seconds, and at last that it may `end`."""

    id: str
    taken: int = 0
    end: bool = False


@record
class ReplyError:
    """Why a call or command failed: `code` for programs, `message` for people, `field` names the argument at fault."""

    code: str
    message: str
    field: str | None = None


@record
class Reply:
    """What comes back on `reply/<login>/<client>/<replier>`. A streamed call has many: `part` counts them from 0, and
    the `last` one holds no result, but the error if there is one. `tell`: the caller is to say when he has taken it."""

    id: str
    ok: bool
    result: Any = None
    error: ReplyError | None = None
    part: int | None = None
    last: bool = False
    tell: bool = False


class CallError(Exception):
    """A call that failed as expected: raised by the answering handler, and again at the caller.

    `hints_seen`: what the text names beside what was asked for is seen by the caller, and may be told him. Codes of the
    platform: `invalid`, `denied`, `not_found`, `timeout`, `expired`, `unavailable`, `conflict`, `failed`.
    """

    def __init__(self, code: str, message: str, field: str | None = None, *, hints_seen: bool = False) -> None:
        super().__init__(message)
        self.error = ReplyError(code, message, field)
        self.hints_seen = hints_seen


REQUEST: Final = Topic[Request]("call/{worker}/{verb}/{login}", Request)
FLOW: Final = Topic[Flow]("call/{worker}/{verb}/{login}/flow", Flow)
WINDOW: Final = 32
"""Parts of a streamed answer that may be under way: more are made when the caller has taken some."""
LEASE: Final = 60.0
"""Seconds after which a caller of whom nothing was heard is gone."""
REPLY: Final = Topic[Reply]("reply/{caller}/{client}/{login}", Reply)
