"""A process: one connection, one clock, and the workers that live on them."""

import asyncio
import gc
import logging
import os
import signal
import sys
from collections.abc import Callable, Iterable
from typing import Any, Final, TypeVar, cast

from homeserver.runtime.blobs.blobs import Blobs
from homeserver.runtime.bus import Bus
from homeserver.runtime.calls import Calls
from homeserver.runtime.clock import Clock
from homeserver.runtime.device_link import DeviceLink
from homeserver.runtime.heard import Heard
from homeserver.runtime.hosting import Hosted, Setup, listen
from homeserver.runtime.house import House, UndeclaredError
from homeserver.runtime.log import request_id
from homeserver.runtime.logins import EVERYBODY
from homeserver.runtime.settings import Settings
from homeserver.runtime.speaking import Speaking
from homeserver.runtime.worker import ANY_DEVICE_TOPIC, Part
from homeserver.topics.page import WORKER_PAGE
from homeserver.topics.process import (
    FAILURE,
    PROCESS_WANTED,
    REFUSED,
    WORKER_CALLS,
    WORKER_STATUS,
    Failure,
    Refused,
    Wanted,
)

log = logging.getLogger(__name__)
T = TypeVar("T")
_START: Final = 30.0
_NOTICE: Final = 10.0
"""Seconds between two notices of refused messages."""


class Process:
    """Hosts workers; `Surroundings` of each of them."""

    def __init__(
        self,
        bus: Bus,
        clock: Clock,
        settings: Settings,
        load: Callable[[str], Setup],
        links: Callable[[str], DeviceLink],
        broker: str = "127.0.0.1",
    ) -> None:
        """`broker`: the host of the broker, as this process reaches it."""
        self.bus = bus
        self.clock = clock
        self.settings = settings
        self.links = links
        self.calls = Calls(bus)
        self.blobs = Blobs(clock, settings.home.data, broker)
        self.hosted: dict[str, Hosted] = {}
        self._load = load
        self._shared: dict[Any, Any] = {}
        self._speaking: Speaking | None = None
        self._refused = 0
        self._notice_due = False
        bus.refused = self._refuse
        bus.failed = self._fail

    async def open(self, names: Iterable[str]) -> None:
        """Connect and bring the workers up, each in its own time; returns when the connection stands."""
        self.bus.announce({WORKER_STATUS.template, WORKER_CALLS.template, WORKER_PAGE.template})
        self.calls.auditing.book.open(self.settings.home.data / f"audit.{self.bus.process}-outbox")
        for name in names:
            self._add(name)
        self.bus.replay(self.bus.hear(PROCESS_WANTED, self._want, "process", process=self.bus.process))
        await self.bus.open()
        await self.bus.up.wait()
        for hosted in self.hosted.values():
            hosted.start()

    async def close(self) -> None:
        """Take the workers down, last first, then the connection."""
        for hosted in reversed(list(self.hosted.values())):
            await hosted.stop()
        if self._speaking is not None:
            await self._speaking.close()
        await self.blobs.close()
        await self.bus.close()
        self.calls.auditing.book.close()

    async def until_open(self) -> None:
        """Return when every worker has opened."""
        await asyncio.gather(*(hosted.opened.wait() for hosted in self.hosted.values()))

    async def first_try(self) -> None:
        """The same, and raise what keeps a worker from it: where time stands still it would be tried again never."""
        tries = [asyncio.create_task(hosted.first_try()) for hosted in self.hosted.values()]
        try:
            await asyncio.gather(*tries)
        finally:
            for one in tries:
                one.cancel()

    def _add(self, name: str) -> Hosted:
        hosted = self.hosted[name] = Hosted(self, self._load(name))
        one_writer = {topic.template for topic in hosted.kind.says if not topic.many_writers}
        self.bus.announce(one_writer - {ANY_DEVICE_TOPIC.template})
        self.bus.logins.update(login for login in hosted.kind.speaks_for if login != EVERYBODY)
        if EVERYBODY in hosted.kind.speaks_for and self._speaking is None:
            self._speaking = Speaking(self.bus, self.calls.people)
            self._speaking.begin()
        return hosted

    async def start(self, name: str) -> None:
        """Bring one more worker up while the others go on."""
        if name not in self.hosted:
            self._add(name).start()

    async def stop(self, name: str) -> None:
        """Take one worker down while the others go on."""
        if hosted := self.hosted.pop(name, None):
            await hosted.stop()

    async def _want(self, wanted: Wanted | None) -> None:
        if wanted is None:
            return
        for name in [name for name in self.hosted if name not in wanted.workers]:
            await self.stop(name)
        for name in wanted.workers:
            await self.start(name)

    # -- what workers need of it

    def shared(self, kind: Callable[[House], T]) -> T:
        """The one `kind(house)` of this process, made and bound at its first use."""
        if kind not in self._shared:
            name = getattr(kind, "__name__", "shared").lower()
            made = self._shared[kind] = kind(House(self, name, ()))
            if isinstance(made, Part):
                for hearing in listen(self.bus, made, name):
                    self.bus.replay(hearing)
        return cast(T, self._shared[kind])

    async def speak_for(self, login: str) -> None:
        """Return when this process can speak as a login of its own or somebody's; raises `CallError` or
        `UndeclaredError`."""
        if login in self.bus.logins:
            return
        if self._speaking is None:
            raise UndeclaredError(f"{self.bus.login} does not speak for {login}")
        await self._speaking.admitted(login)

    def condition(self, worker: str, reason: str) -> None:
        """A worker says that a part of it does not work, or works again."""
        if hosted := self.hosted.get(worker):
            hosted.condition(reason)

    # -- what goes wrong

    def _fail(self, name: str, error: Exception, message: Any, heard: Heard) -> None:
        cause = getattr(message, "cause", None)
        request = request_id.get() or (cause.id if cause else "")
        token = request_id.set(request)
        log.error("%s failed on %s", name, heard.address, exc_info=error)
        request_id.reset(token)
        worker, _, handler = name.partition(".")
        if heard.address != FAILURE.address((self.bus.login,)):
            failure = Failure(worker, handler, f"{type(error).__name__}: {error}", request, cause)
            self.bus.say(FAILURE, failure, (self.bus.login,))

    def _refuse(self, address: str, reason: str) -> None:
        self._refused += 1
        if not self._notice_due:
            self._notice_due = True
            self._notice(address, reason)
            self.clock.call_later(_NOTICE, self._next_notice, address, reason)

    def _next_notice(self, address: str, reason: str) -> None:
        self._notice_due = False
        if self._refused:
            self._notice(address, reason)

    def _notice(self, address: str, reason: str) -> None:
        log.warning("refused %d message(s), such as one on %s: %s", self._refused, address[:200], reason)
        self.bus.say(REFUSED, Refused(self._refused, address[:200], reason[:500]), (self.bus.login,))
        self._refused = 0


async def run(process: Process, names: list[str], *, watch_stdin: bool = False) -> None:
    """Host `names` until a signal, or until standard input ends where a supervisor holds its other end."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for sign in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(sign, stop.set)
    if watch_stdin:
        loop.add_reader(sys.stdin.fileno(), _read_to_end, sys.stdin.fileno(), stop)
    opening = asyncio.create_task(_open(process, names))
    await stop.wait()
    opening.cancel()
    await asyncio.gather(opening, return_exceptions=True)
    async with asyncio.timeout(1.5):
        await process.close()


def _read_to_end(descriptor: int, stop: asyncio.Event) -> None:
    if not os.read(descriptor, 1024):
        asyncio.get_running_loop().remove_reader(descriptor)
        stop.set()


async def _open(process: Process, names: list[str]) -> None:
    await process.open(names)
    # What is made now lives long: looking through it again and again would take a twentieth of the start.
    gc.disable()
    asyncio.get_running_loop().call_later(_START, gc.enable)  # even if a worker never opens
    await process.until_open()
    gc.freeze()  # uncollected: looking through it all would hold the first answers up for a fraction of a percent
    gc.enable()
    log.info("ready: %s", ", ".join(names))
