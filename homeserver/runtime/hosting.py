"""One worker in a process: brought up, kept up, taken down.

A worker that cannot open says why on its status topic and is tried again; nothing else in the process notices. A
worker that answers calls is a singleton: while another process holds its lease, this one waits and says where.
"""

import asyncio
import logging
from collections.abc import Callable
from functools import partial
from typing import Any, Final, get_type_hints

from pydantic import BaseModel, TypeAdapter

from homeserver.runtime.bus import Bus
from homeserver.runtime.calls import Calls
from homeserver.runtime.clock import Clock
from homeserver.runtime.heard import Heard
from homeserver.runtime.house import House, Surroundings
from homeserver.runtime.lease import Lease
from homeserver.runtime.own_page import giver
from homeserver.runtime.routes import Hearing
from homeserver.runtime.worker import MisdeclaredError, Part, Worker
from homeserver.topics.blob import blob_address
from homeserver.topics.call import Call
from homeserver.topics.page import WORKER_PAGE, page_module
from homeserver.topics.process import (
    WORKER_CALLS,
    WORKER_STATUS,
    CallShape,
    State,
    WorkerCalls,
    WorkerStatus,
)

log = logging.getLogger(__name__)
Setup = Callable[[House], Worker]
_PATIENCE: Final = (0.5, 60.0)
"""Seconds before a worker that could not open is tried again: at first, and at most."""


def worker_class(setup: Setup) -> type[Worker]:
    """The class that a `setup` makes, read from its return annotation; raises `MisdeclaredError`."""
    made = get_type_hints(setup).get("return")
    if not isinstance(made, type) or not issubclass(made, Worker):
        raise MisdeclaredError(f"{setup.__module__}.setup must be annotated `-> YourWorker`, not {made}")
    if not made.name:
        raise MisdeclaredError(f"{made.__module__}.{made.__name__} has no `name`")
    return made


class Hosted:
    """A worker's life in one process. `start` returns at once; the rest happens in its own task."""

    def __init__(self, around: Surroundings, setup: Setup) -> None:
        self.kind = worker_class(setup)
        self.name = self.kind.name
        self.opened = asyncio.Event()
        self._tried = asyncio.Event()
        self._fault: Exception | None = None
        self.worker: Worker | None = None
        self._around = around
        self._setup = setup
        self._bus: Bus = around.bus
        self._calls: Calls = around.calls
        self._clock: Clock = around.clock
        self._house: House | None = None
        self._hearings: list[Hearing] = []
        self._tasks: list[asyncio.Task[None]] = []
        self.state: State = "starting"
        self.reason = ""
        self._since = self._clock.now()
        self._lease = Lease(self._bus, self.name) if self.kind.is_called() else None
        self._life: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._life = asyncio.create_task(self._live(), name=f"{self.name}.life")

    async def first_try(self) -> None:
        """Return when the worker has opened for the first time; raises what kept it from that."""
        await self._tried.wait()
        if self._fault is not None:
            raise self._fault

    async def stop(self) -> None:
        """Close the worker and say that it is offline."""
        if self._life is not None:
            self._life.cancel()
            await asyncio.gather(self._life, return_exceptions=True)
        await self._take_down()
        if self._lease is not None:
            await self._lease.close()
        self.status("offline", "stopped")

    async def _live(self) -> None:
        """For as long as the process wants the worker: run it, and where it is a singleton, while nobody else does."""
        self._claim()
        if self._lease is None:
            await self._bring_up()
            return
        await self._lease.open()
        while True:
            running = asyncio.create_task(self._bring_up(), name=f"{self.name}.opening")
            try:
                rival = await self._lease.rival()
            finally:
                running.cancel()
                await asyncio.gather(running, return_exceptions=True)
            await self._take_down()
            self.status("offline", f"{self.name} already runs in {rival}")
            await self._lease.free()
            await self._clock.sleep(_PATIENCE[0])  # one whose connection broke is back in a moment, and then stronger
            self._claim()

    def _claim(self) -> None:
        self._since = self._clock.now()
        self.status("starting")

    async def _bring_up(self) -> None:
        delay, longest = _PATIENCE
        while True:
            try:
                await self._open()
            except Exception as error:
                log.exception("%s could not start", self.name)
                await self._take_down()
                self.status("offline", f"could not start: {error}")
                self._fault = error
                self._tried.set()
            else:
                self._tried.set()
                return
            await self._clock.sleep(delay)
            delay = min(longest, delay * 2)
            self._claim()

    async def _open(self) -> None:
        self._house = House(self._around, self.name, self.kind.says, self.kind.version)
        worker = self._setup(self._house)
        self._hearings = listen(self._bus, worker, self.name)
        await self._bus.sync()
        await worker.open()
        self.worker = worker
        for hearing in self._hearings:
            self._bus.replay(hearing)
        self._answer(worker)
        self._tasks = [
            asyncio.create_task(
                self._repeat(row.seconds, getattr(worker, row.method)), name=f"{self.name}.{row.method}"
            )
            for row in worker.table.every
        ]
        if self.state == "starting":
            self.status("online")
        self.opened.set()

    def _answer(self, worker: Worker) -> None:
        if self._lease is None:
            return
        self._calls.answer(blob_address(self.name), partial(self._around.blobs.address, self.name))
        for row in worker.table.answers:
            self._calls.answer(row.call, getattr(worker, row.method))
        if worker.page is not None:
            self._calls.answer(page_module(self.name), giver(self.name, worker.page, self._around.blobs.give))
        self._calls.open(self.name)
        self._bring(worker)
        self._say(WORKER_CALLS, WorkerCalls({row.call.verb: shape(row.call) for row in worker.table.answers}))

    def _bring(self, worker: Worker) -> None:
        """Announce the worker's own page; one that is not there costs the page and nothing else."""
        if worker.page is None:
            return
        try:
            self._say(WORKER_PAGE, worker.page.announced())
        except (OSError, ValueError) as error:
            log.error("%s brings no page: %s", self.name, error)

    async def _repeat(self, seconds: float, method: Callable[[], Any]) -> None:
        while True:
            await self._clock.sleep(seconds)
            try:
                await method()
            except Exception as error:
                self._bus.failed(f"{self.name}.{method.__name__}", error, None, Heard((), "every", False, 0.0))

    async def _take_down(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._calls.close(self.name)
        if self._lease is not None:
            self._say(WORKER_CALLS, None)
        if self.kind.page is not None:
            self._say(WORKER_PAGE, None)
        for hearing in self._hearings:
            await self._bus.unhear(hearing)
        self._hearings = []
        worker, self.worker = self.worker, None
        self.opened.clear()
        if worker is not None:
            try:
                await worker.close()
            except Exception:
                log.exception("%s did not close cleanly", self.name)
        if self._house is not None:
            await self._house.end()

    # -- status

    def condition(self, reason: str) -> None:
        """The worker's own word on itself: a reason makes it degraded, none makes it whole."""
        self.status("degraded" if reason else "online", reason)

    def status(self, state: State, reason: str = "") -> None:
        """Say the worker's status."""
        if state != self.state:
            log.info("%s is %s%s", self.name, state, f": {reason}" if reason else "")
        self.state, self.reason = state, reason
        says = tuple(topic.template for topic in self.kind.says)
        hears = tuple(row.topic.template for row in self.kind.table.hears)
        status = WorkerStatus(state, self._bus.run, self._since, reason, self.kind.version, hears, says)
        self._say(WORKER_STATUS, status)

    def _say(self, topic: Any, message: Any) -> None:
        self._bus.say(topic, message, (self.name, self._bus.process))


def listen(bus: Bus, part: Part, name: str) -> list[Hearing]:
    """Register all that a part hears; nothing is delivered before `bus.replay`."""
    return [
        bus.hear(row.topic, getattr(part, row.method), f"{name}.{row.method}", **row.fixed) for row in part.table.hears
    ]


def shape(call: Call[Any, Any]) -> CallShape:
    """A call as it is announced."""
    reply = TypeAdapter(call.reply).json_schema() if issubclass(call.reply, BaseModel) else {"type": "null"}
    return CallShape(call.request.model_json_schema(), reply, call.role, call.doc, call.stream)
