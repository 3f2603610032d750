"""What a worker is handed: the bus as seen by this worker, clock, settings, its own store and folder, its log.

A narrow thing on purpose: it reaches no other worker and keeps nothing but what it was given.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Mapping
from contextlib import AbstractContextManager, ExitStack, aclosing
from pathlib import Path
from typing import Any, Protocol, TypeVar

from pydantic import BaseModel

from homeserver.runtime.arrivals import RawHandler
from homeserver.runtime.auditing import is_audited
from homeserver.runtime.blobs.blobs import Blobs
from homeserver.runtime.blobs.reading import Reader
from homeserver.runtime.bus import Bus
from homeserver.runtime.calls import Calls
from homeserver.runtime.clock import Clock
from homeserver.runtime.device_link import DeviceLink
from homeserver.runtime.judging import Guard, Sight
from homeserver.runtime.leftovers import Leftovers
from homeserver.runtime.people import PREFIX, People
from homeserver.runtime.routes import Hearing
from homeserver.runtime.settings import Settings
from homeserver.topics.audit import AuditEvent
from homeserver.topics.blob import Blob
from homeserver.topics.call import Call, Caller
from homeserver.topics.cause import Cause
from homeserver.topics.entity import COMMAND, Command
from homeserver.topics.priority import UNSAID, Weight
from homeserver.topics.topic import Topic

M = TypeVar("M")
T = TypeVar("T")
S = TypeVar("S", bound=BaseModel)
Q = TypeVar("Q", bound=BaseModel)
A = TypeVar("A", bound=BaseModel | None)


class UndeclaredError(Exception):
    """A worker said what it had not declared: add the topic to `says`, or do not say it."""


class Surroundings(Protocol):
    """The process around a worker, as far as a worker may use it."""

    bus: Bus
    calls: Calls
    blobs: Blobs
    clock: Clock
    settings: Settings
    links: Callable[[str], DeviceLink]

    def shared(self, kind: Callable[["House"], T]) -> T: ...
    async def speak_for(self, login: str) -> None: ...
    def condition(self, worker: str, reason: str) -> None: ...


class House:
    """The house as one worker sees it."""

    def __init__(self, around: Surroundings, worker: str, says: tuple[Topic[Any], ...], version: str = "") -> None:
        self._around = around
        self._bus = around.bus
        self._says = {topic.template for topic in says}
        self._tasks: set[asyncio.Task[Any]] = set()
        self._hearings: list[Hearing] = []
        self._raw: list[RawHandler] = []
        self._kept = ExitStack()
        self.worker = worker
        self.clock = around.clock
        self.log = logging.getLogger(f"homeserver.worker.{worker}")

    # -- who and where

    @property
    def login(self) -> str:
        return self._bus.login

    @property
    def root(self) -> str:
        return self._bus.root

    @property
    def folder(self) -> Path:
        """The data folder of the home; a worker's own file is `folder / f"{worker}.db"`."""
        return self._around.settings.home.data

    @property
    def settings(self) -> Settings:
        """The home's settings: place, time zone, currency, language, folders."""
        return self._around.settings

    @property
    def people(self) -> People:
        """Who may come in now, and what each may."""
        return self._around.calls.people

    def let_judge(self, guard: Guard) -> None:
        """Who judges, from now on, what persons ask of the workers of this process."""
        self._around.calls.guard = guard

    def sight(self, caller: Caller) -> Sight:
        """What the caller may know of a list that is made for him."""
        return Sight(self._around.calls.guard, caller)

    def check_command(self, login: str, entity_id: str) -> None:
        """Whether somebody may command an entity: the broker and the bridge have looked already, and no door may
        forget it. Raises `CallError`."""
        if login.startswith(PREFIX):
            self._around.calls.guard.command(login, entity_id)

    def audit(self, event: AuditEvent) -> None:
        """Have `people` keep what touches the safety of the home, numbered so that a loss is noticed."""
        self._around.calls.auditing.say(event)

    def audit_command(self, login: str, entity_id: str, command: Command, error: str = "") -> None:
        """The same of a command as it was taken or, with the code of the `error`, refused: of persons and the command
        line only, and of nobody else at no cost."""
        if is_audited(login):
            self._around.calls.auditing.of_command(login, entity_id, command, error)

    def options(self, model: type[S]) -> S:
        """This worker's own section of the settings; raises `SettingsError` that names file, line and field."""
        return self._around.settings.section(self.worker, model)

    def shared(self, kind: Callable[["House"], T]) -> T:
        """The one `kind(house)` of this process: a library object that its workers look at together."""
        return self._around.shared(kind)

    def degraded(self, reason: str) -> None:
        """Say on the status topic that a part of this worker does not work, in a plain sentence."""
        self._around.condition(self.worker, reason)

    def healthy(self) -> None:
        self._around.condition(self.worker, "")

    # -- saying and hearing

    def cause(self, by: str = "", parent: Cause | None = None) -> Cause:
        """A new link of the chain that leads from every effect to its first cause."""
        return Cause(self._around.calls.new_id(), by or f"worker:{self.worker}", parent.id if parent else None)

    def new_id(self) -> str:
        return self._around.calls.new_id()

    def say(self, topic: Topic[M], message: M, *where: str) -> None:
        """Say `message`; `where` are the topic's parameters in order, without `login`. Raises `UndeclaredError`."""
        self._check_says(topic)
        self._bus.say(topic, message, (*where, self._bus.login) if topic.many_writers else where)

    async def say_as(self, login: str, topic: Topic[M], message: M, *where: str) -> None:
        """The same for another that this process speaks for; raises `UndeclaredError` or `CallError`."""
        self._check_says(topic)
        await self._around.speak_for(login)
        self._bus.say(topic, message, (*where, login))

    def _check_says(self, topic: Topic[Any]) -> None:
        if topic.template not in self._says:
            raise UndeclaredError(f"{self.worker} says {topic.template}, which is not in its `says`")

    async def call(self, call: Call[Q, A], request: Q, *, cause: Cause | None = None, ttl: float = 30.0) -> A:
        """Call another worker; raises `CallError`."""
        result = await self._around.calls.ask(call.worker, call.verb, request, cause=cause, ttl=ttl)
        answer: A = call.reply_adapter.validate_python(result)
        return answer

    async def ask(
        self,
        worker: str,
        verb: str,
        args: dict[str, Any],
        *,
        cause: Cause | None = None,
        ttl: float = 30.0,
        login: str = "",
    ) -> Any:
        """The same by names, for doors that know only what was announced: the answer is plain JSON values.

        `login` is another one that this process speaks for: the bridge, for persons it has authenticated.
        """
        if login:
            await self._around.speak_for(login)
        result = await self._around.calls.ask(worker, verb, args, cause=cause, ttl=ttl, login=login)
        return result.model_dump(mode="json") if isinstance(result, BaseModel) else result

    async def stream(
        self, call: Call[Q, A], request: Q, *, cause: Cause | None = None, ttl: float = 30.0
    ) -> AsyncGenerator[A, None]:
        """Call another worker that answers in parts; raises `CallError` before or between them.

        `ttl`: seconds of the longest silence. `async with aclosing(house.stream(...)) as parts` ends it at the other
        side as soon as the block is left.
        """
        parts = self._around.calls.stream(call.worker, call.verb, request, cause=cause, ttl=ttl)
        async with aclosing(parts):
            async for part in parts:
                made: A = call.reply_adapter.validate_python(part)
                yield made

    async def ask_stream(
        self,
        worker: str,
        verb: str,
        args: dict[str, Any],
        *,
        cause: Cause | None = None,
        ttl: float = 30.0,
        login: str = "",
    ) -> AsyncGenerator[Any, None]:
        """The same by names, as `ask`: the parts are plain JSON values."""
        if login:
            await self._around.speak_for(login)
        parts = self._around.calls.stream(worker, verb, args, cause=cause, ttl=ttl, login=login)
        async with aclosing(parts):
            async for part in parts:
                yield part.model_dump(mode="json") if isinstance(part, BaseModel) else part

    async def blob(self, caller: Caller, root: Path, path: str, *, media_type: str = "", filename: str = "") -> Blob:
        """The file `path` below `root` for a reply to `caller`, and for nobody else; raises `CallError`.

        No link below `root` is followed. Type and name are guessed from the path where they are not given.
        """
        return await self._around.blobs.give(self.worker, caller.login, root, path, media_type, filename)

    async def open_blob(self, blob: Blob, login: str) -> Reader:
        """A blob that came as an argument from `login`, wherever it is, for an `async with`; raises `CallError`
        `not_found` where it was given to somebody else."""
        return await self.open_blob_by(blob.worker, blob.id, login)

    async def open_blob_by(self, worker: str, id: str, login: str) -> Reader:
        """The same by names."""
        return await self._around.blobs.open(self.ask, worker, id, login)

    async def command(
        self,
        entity_id: str,
        service: str,
        data: Mapping[str, Any],
        *,
        parent: Cause | None = None,
        ttl: float = 30.0,
        login: str = "",
        weight: Weight = UNSAID,
    ) -> Cause:
        """Command an entity and wait until its owner has accepted; the command's cause. Raises `CallError`."""
        self._check_says(COMMAND)
        if login:
            await self._around.speak_for(login)
        calls = self._around.calls
        return await calls.command(entity_id, service, data, parent=parent, ttl=ttl, login=login, weight=weight)

    def hear(self, topic: Topic[M], handler: Callable[[M, Any], None], **fixed: str) -> None:
        """Hear a part of a topic that the class cannot name, until the worker ends."""
        hearing = self._bus.hear(topic, handler, f"{self.worker}.{handler.__name__}", **fixed)
        self._bus.replay(hearing)
        self._hearings.append(hearing)

    async def leftovers(self, *topics: Topic[Any]) -> Leftovers:
        """What the broker still holds of this worker's own retained topics from an earlier run."""
        return await self._bus.leftovers(topics)

    async def snapshot(self) -> None:
        """Return when the retained messages of all that is heard have arrived."""
        await self._bus.sync()

    async def lull(self) -> None:
        """Return in a quiet moment: for work that nobody waits for."""
        await self._bus.lull()

    # -- topics of devices

    def hear_devices(self, filters: set[str], handler: RawHandler) -> None:
        """Hear topics outside the root prefix as bytes. Change `filters` in place, then call `refilter`."""
        self._device_right()
        self._bus.hear_raw(filters, handler)
        self._raw.append(handler)

    def refilter(self) -> None:
        self._bus.refilter()

    def unhear_devices(self, handler: RawHandler) -> None:
        self._bus.unhear_raw(handler)
        self._raw = [other for other in self._raw if other != handler]

    def publish(
        self, address: str, payload: bytes, qos: int = 0, retain: bool = False, on_ack: Callable[[], None] | None = None
    ) -> bool:
        """Say bytes on a device's topic at once; False when the broker cannot be reached now."""
        self._device_right()
        if address.startswith(f"{self._bus.root}/") or address.startswith("$"):
            raise UndeclaredError(f"{address} is no topic of a device")
        return self._bus.publish(address, payload, qos, retain, on_ack)

    def _device_right(self) -> None:
        if "#" not in self._says:
            raise UndeclaredError(f"{self.worker} needs ANY_DEVICE_TOPIC in its `says`")

    @property
    def connected(self) -> bool:
        return self._bus.up.is_set()

    async def until_connected(self) -> None:
        await self._bus.up.wait()

    def device_link(self, name: str) -> DeviceLink:
        """A connection of its own under the login `device.<name>`, as a device has."""
        return self._around.links(name)

    # -- work of its own

    def start(self, work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
        """Run something beside the handlers; it ends with the worker, and a bug in it is reported."""
        task = asyncio.get_running_loop().create_task(self._watch(work, name), name=f"{self.worker}.{name}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        task.add_done_callback(lambda _: work.close())  # one that is ended before it began was never awaited
        return task

    async def _watch(self, work: Awaitable[None], name: str) -> None:
        try:
            await work
        except Exception:
            self.log.exception("%s ended with a bug", name)
            self.degraded(f"{name} stopped working; the log says why")

    def keep(self, resource: AbstractContextManager[T]) -> T:
        """Enter something that is to be let go when the worker ends, such as its own file, whether it opened or not."""
        return self._kept.enter_context(resource)

    async def end(self) -> None:
        """End what `start`, `hear`, `hear_devices` and `keep` began; the process calls it after the worker closed, or
        could not open."""
        for handler in list(self._raw):
            self.unhear_devices(handler)
        for hearing in self._hearings:
            await self._bus.unhear(hearing)
        self._hearings.clear()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        try:
            self._kept.close()
        except Exception:
            self.log.exception("what it kept could not be let go")
