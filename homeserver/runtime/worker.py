"""A worker: a class whose marked methods hear topics, answer calls and run at intervals.

The marks only mark. The class gathers its table once, checks it against the models, and a process binds it to the bus.
"""

import inspect
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import field
from types import TracebackType
from typing import Any, ClassVar, Final, Protocol, Self, TypeVar, get_type_hints, overload

from pydantic import BaseModel

from homeserver.runtime.heard import Heard as Heard  # given on: whoever writes a worker needs both
from homeserver.runtime.house import House as House
from homeserver.runtime.logins import EVERYBODY as EVERYBODY
from homeserver.runtime.own_page import Page as Page
from homeserver.topics.blob import ADDRESS
from homeserver.topics.call import Call, Caller
from homeserver.topics.page import MODULE
from homeserver.topics.record import record
from homeserver.topics.topic import Topic

M = TypeVar("M")
W = TypeVar("W")
R = TypeVar("R")
Q = TypeVar("Q", bound=BaseModel)
A = TypeVar("A", bound=BaseModel | None)

ANY_DEVICE_TOPIC: Final = Topic[bytes]("#", bytes)
"""The right to hear and say topics outside the root prefix, named in `says`: for home, rules and bridges."""


class MisdeclaredError(TypeError):
    """A worker's declaration that contradicts itself; the text names class, method and remedy."""


@record
class Hears:
    """A method that hears a topic, or the part of it whose parameters are `fixed`."""

    topic: Topic[Any]
    method: str
    fixed: dict[str, str]


@record
class Answers:
    """A method that answers a call."""

    call: Call[Any, Any]
    method: str


@record
class Every:
    """A method that runs every `seconds`, first one interval after the worker opened."""

    seconds: float
    method: str


@record
class Table:
    """All that a class declares."""

    hears: list[Hears] = field(default_factory=list)
    answers: list[Answers] = field(default_factory=list)
    every: list[Every] = field(default_factory=list)


class HearsMark(Protocol[M]):
    """What `hears(topic)` accepts: a method of the message, or of the message and `Heard`."""

    @overload
    def __call__(self, method: Callable[[W, M], R]) -> Callable[[W, M], R]: ...
    @overload
    def __call__(self, method: Callable[[W, M, Heard], R]) -> Callable[[W, M, Heard], R]: ...


def hears(topic: Topic[M], **fixed: str) -> HearsMark[M]:
    """Mark a method to be given each message of `topic` whose parameters are `fixed`."""

    def mark(method: Any) -> Any:
        _marks(method).append(Hears(topic, method.__name__, fixed))
        return method

    return mark


class AnswersMark(Protocol[Q, A]):
    """What `answers(call)` accepts: a coroutine method; for a streamed call an async generator method."""

    @overload
    def __call__(self, method: Callable[[W, Q, Caller], Awaitable[A]]) -> Callable[[W, Q, Caller], Awaitable[A]]: ...
    @overload
    def __call__(
        self, method: Callable[[W, Q, Caller], AsyncIterator[A]]
    ) -> Callable[[W, Q, Caller], AsyncIterator[A]]: ...


def answers(call: Call[Q, A]) -> AnswersMark[Q, A]:
    """Mark a method to answer `call`: one that returns the reply, or yields its parts where the call is streamed."""

    def mark(method: Any) -> Any:
        _marks(method).append(Answers(call, method.__name__))
        return method

    return mark


def every(
    *, seconds: float = 0.0, minutes: float = 0.0, hours: float = 0.0
) -> Callable[[Callable[[W], Awaitable[None]]], Callable[[W], Awaitable[None]]]:
    """Mark a coroutine method to run again and again; a run that takes longer than the interval delays the next."""
    interval = seconds + 60 * minutes + 3600 * hours
    if interval <= 0:
        raise MisdeclaredError("@every needs seconds, minutes or hours above nought")

    def mark(method: Callable[[W], Awaitable[None]]) -> Callable[[W], Awaitable[None]]:
        _marks(method).append(Every(interval, method.__name__))
        return method

    return mark


def _marks(method: Any) -> list[Any]:
    marks: list[Any] = method.__dict__.setdefault("__marks__", [])
    return marks


class Part:
    """Something with marked methods: a worker, or a library object that the workers of a process share."""

    table: ClassVar[Table] = Table()

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.table = Table()
        for mark, method in _gather(cls):
            _check(cls, mark, method)
            rows: list[Any] = getattr(cls.table, type(mark).__name__.lower())
            rows.append(mark)


def _gather(cls: type) -> Iterator[tuple[Any, Any]]:
    for name in dir(cls):
        method = inspect.getattr_static(cls, name)
        for mark in getattr(method, "__marks__", ()):
            yield mark, method


def _check(cls: type, mark: Any, method: Any) -> None:
    """The annotations of a handler must be the models of what it hears or answers."""
    place = f"{cls.__module__}.{cls.__name__}.{method.__name__}"
    if isinstance(mark, Every):
        return
    wanted = (mark.topic.model | None) if isinstance(mark, Hears) and mark.topic.retained else None
    if wanted is None:
        wanted = mark.topic.model if isinstance(mark, Hears) else mark.call.request
    parameters = [p for p in inspect.signature(method).parameters if p != "self"]
    given = get_type_hints(method).get(parameters[0]) if parameters else None
    if given != wanted:
        raise MisdeclaredError(f"{place} is given {wanted}, but its first parameter is annotated {given}")
    if isinstance(mark, Answers) and mark.call.verb in (ADDRESS, MODULE):
        raise MisdeclaredError(f"{place} answers {mark.call}, which the platform answers for each worker")
    if isinstance(mark, Answers) and mark.call.stream and not inspect.isasyncgenfunction(method):
        raise MisdeclaredError(f"{place} answers {mark.call} in parts: it must be `async def` and `yield` them")
    if isinstance(mark, Answers) and not mark.call.stream and not inspect.iscoroutinefunction(method):
        raise MisdeclaredError(f"{place} answers {mark.call}: it must be `async def`, without `yield`")


class Worker(Part):
    """One capability. Subclasses name themselves, list what they say, and mark what they hear and answer.

    Life: constructed by the module's `setup(house)`, opened (`async with`), then fed; closed in the reverse order.
    Nothing is delivered before `open` has returned. `open` may read the snapshot; it must not wait for messages. One
    that raises is tried again with a new worker and never closed: what it got from its house ends by itself.
    """

    name: ClassVar[str] = ""
    says: ClassVar[tuple[Topic[Any], ...]] = ()
    version: ClassVar[str] = ""
    options: ClassVar[type[BaseModel] | None] = None
    speaks_for: ClassVar[tuple[str, ...]] = ()
    """Logins beside its process's own that this worker may say messages as: the bridge, for people it authenticated.
    `EVERYBODY` stands for each person who exists, once the broker lets the process speak as him."""

    gives_blobs: ClassVar[bool] = False
    """Whether it gives blobs although it answers no calls; one that answers calls may in any case."""

    page: ClassVar[Page | None] = None
    """What it brings to the dashboard, where `bridge.pages` lets it."""

    def __init__(self, house: House) -> None:
        self.house = house

    @classmethod
    def is_called(cls) -> bool:
        """Whether anybody may call it, so that there can be one of it only."""
        return bool(cls.table.answers) or cls.gives_blobs or cls.page is not None

    async def open(self) -> None:
        """Get ready; called once, before anything is delivered."""

    async def close(self) -> None:
        """Let go; called once, after the last delivery."""

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()
