"""The bus: one connection for all workers of a process, with hand-over between them.

What a worker says reaches hearers in the same process at once, in order, as the object itself; the broker gets a
copy for everybody else. What comes from elsewhere is decoded once and handed on the same way. Why it is built like
this: docs/decisions/0010.
"""

import asyncio
import logging
import os
import random
import socket
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import orjson

from homeserver.runtime.clock import Clock
from homeserver.runtime.codec import LIMIT, BadMessageError, encode, parse, validate
from homeserver.runtime.company import Company
from homeserver.runtime.delivery import Inbox
from homeserver.runtime.filters import matches
from homeserver.runtime.heard import Heard
from homeserver.runtime.identity import stamp
from homeserver.runtime.outgoing import Outgoing
from homeserver.runtime.routes import Hearing, Routes
from homeserver.runtime.subscriptions import Subscriptions
from homeserver.runtime.wire import LoginRefusedError, Will, Wire, WireError
from homeserver.topics.names import random_name
from homeserver.topics.process import PROCESS_STATUS, ProcessStatus
from homeserver.topics.topic import Topic

log = logging.getLogger(__name__)
_AT_ONCE: Final = 1000
"""Deliveries in one turn of the loop; more would starve the connection when two rules answer each other."""
_SEEN: Final = 20_000
_PATIENCE: Final = (0.1, 2.0)
"""Seconds before the first and the later attempts to connect."""
_GATHERING: Final = 3.0
"""Seconds that the others get to come back after the broker was away, before events are said again."""
_REFUSED: Final = 5.0
"""Seconds before a refused login is tried again: it may be made meanwhile."""
RawHandler = Callable[[str, bytes, bool], None]
"""Called with address, payload and whether it was retained, for topics outside the root prefix."""


@dataclass(slots=True)
class Present:
    """The last message of a retained topic, and whether it was said in this process."""

    topic: Topic[Any]
    where: tuple[str, ...]
    message: Any
    mine: bool
    stamp: tuple[str, int] = ("", 0)


class Bus:
    """`say` and `hear`. Everything else follows from what was said and heard."""

    def __init__(
        self, wire: Wire, clock: Clock, *, process: str, login: str, root: str = "homeserver", guest: bool = False
    ) -> None:
        """A `guest` hosts no workers, so it says nothing of itself: the command line."""
        self.guest = guest
        self.process = process
        self.login = login
        self.root = root
        self.clock = clock
        self.run = random_name()
        self.present: dict[str, Present] = {}
        self.refused: Callable[[str, str], None] = lambda address, reason: None
        self.failed: Callable[[str, Exception, Any, Heard], None] = log_failure
        self.logins = {login}
        self.says: set[str] = {PROCESS_STATUS.template}
        self.up = asyncio.Event()
        self.fault = ""
        self._routes = Routes()
        self._wire = wire
        self._subscriptions = Subscriptions(wire, self._routes, root, process)
        self._outgoing = Outgoing(wire, clock, self.run, root)
        self._mark = b'"from":"%b"' % self.run.encode()
        self._prefix = f"{root}/"
        self._raw: list[tuple[set[str], RawHandler]] = []
        self._raw_routes: dict[str, tuple[RawHandler, ...]] = {}
        self._ready: deque[tuple[tuple[Inbox, ...], Any, Heard]] = deque()
        self._draining = False
        self._seen: OrderedDict[tuple[str, int], None] = OrderedDict()
        self._resync: set[str] | None = None
        self._lost = asyncio.Event()
        self._company = Company(clock)
        self._releasing: asyncio.Task[None] | None = None
        self._since = clock.now()
        self._task: asyncio.Task[None] | None = None
        self._sync_task: asyncio.Task[None] | None = None

    # -- life

    async def open(self) -> None:
        """Begin to connect, for as long as it takes; `up` tells when the connection stands."""
        self.hear(PROCESS_STATUS, self._process_status, "bus").inbox.open = True
        self._task = asyncio.create_task(self._stay_connected(), name="bus")

    async def close(self) -> None:
        """Say what is still to be said, say offline, and end."""
        if self.up.is_set():
            self._say_status("offline")
            await self._outgoing.drain(0.5)
        for task in (self._task, self._sync_task, self._releasing):
            if task is not None:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
        await self._wire.disconnect()
        for hearing in self._routes.hearings:
            await hearing.inbox.close()

    async def _stay_connected(self) -> None:
        shortest, longest = _PATIENCE
        delay = shortest
        while True:
            try:
                await self._connect()
                delay = shortest
                await self._lost.wait()
            except LoginRefusedError as error:
                self._trouble(str(error))
                delay = _REFUSED
            except (WireError, OSError) as error:
                self._trouble(str(error))
            self._down()
            await self.clock.sleep(delay * random.uniform(0.5, 1.0))
            delay = min(longest, delay * 1.6)

    async def _connect(self) -> None:
        self._lost.clear()
        self._resync = set()
        offline = orjson.dumps(ProcessStatus("offline", self.run))  # no `seq`: it is said after all others of this run
        will = Will(self._prefix + PROCESS_STATUS.address((self.process,)), offline)
        await self._wire.connect(None if self.guest else will, self._arrive, self._on_lost)
        await self._subscriptions.connected()
        self._outgoing.connected()
        self._say_status("online")
        self._forget_what_went()
        self._releasing = asyncio.create_task(self._release(), name="bus-release")
        for address, present in list(self.present.items()):
            if present.mine and present.message is not None:
                self._outgoing.resay(present.topic, address, present.message)
        if self._lost.is_set():
            raise WireError(self.fault)
        self.fault = ""
        self.up.set()
        log.info("connected to the broker as %s", self.login)

    async def _release(self) -> None:
        await self._company.gathered(_GATHERING)
        self._outgoing.release()

    def _on_lost(self, reason: str) -> None:
        self._trouble(reason)
        self._down()
        self._lost.set()

    def _down(self) -> None:
        self.up.clear()
        self._subscriptions.lost()
        self._outgoing.lost()
        self._company.lost()
        if self._releasing is not None:
            self._releasing.cancel()

    def _trouble(self, reason: str) -> None:
        if reason != self.fault:
            log.warning("no connection to the broker: %s", reason)
        self.fault = reason

    def _say_status(self, state: Any) -> None:
        if self.guest:
            return
        status = ProcessStatus(
            state, self.run, tuple(sorted(self.says)), self._since, socket.gethostname(), os.getpid()
        )
        self.say(PROCESS_STATUS, status, (self.process,))

    def announce(self, templates: set[str]) -> None:
        """Tell the others which one-writer topics this process may say from now on."""
        if not templates <= self.says:
            self.says |= templates
            if self.up.is_set():
                self._say_status("online")

    # -- hearing

    def hear(self, topic: Topic[Any], handler: Callable[..., Any], label: str, /, **fixed: str) -> Hearing:
        """Register a handler; it gets nothing before its `inbox.open` is set and `replay` was called."""
        hearing = Hearing(topic, fixed, Inbox(handler, self._failed, label))
        self._routes.add(hearing)
        self._change_filters()
        return hearing

    def replay(self, hearing: Hearing) -> None:
        """Open a hearing: first what is present, then whatever comes."""
        hearing.inbox.open = True
        if not hearing.topic.retained:
            return
        now = self.clock.monotonic()
        for address, present in list(self.present.items()):
            here = present.topic.template == hearing.topic.template and present.message is not None
            if here and hearing.wants(present.where):
                hearing.inbox.deliver(present.message, Heard(present.where, address, True, now))

    async def unhear(self, hearing: Hearing) -> None:
        """Take a hearing away."""
        await hearing.inbox.close()
        self._routes.remove(hearing)
        self._change_filters()

    def hear_raw(self, filters: set[str], handler: RawHandler) -> None:
        """Hear topics outside the root prefix, as bytes. `filters` may be changed later: call `refilter` then."""
        self._raw.append((filters, handler))
        self.refilter()

    def unhear_raw(self, handler: RawHandler) -> None:
        self._raw = [(filters, other) for filters, other in self._raw if other != handler]
        self.refilter()

    def refilter(self) -> None:
        """The filters of a raw hearer have changed."""
        self._raw_routes.clear()
        self._subscriptions.raw = {part for filters, _ in self._raw for part in filters}
        self._change_filters()

    def _change_filters(self) -> None:
        if self.up.is_set() and (self._sync_task is None or self._sync_task.done()):
            self._sync_task = asyncio.create_task(self.sync(), name="bus-sync")

    async def sync(self) -> None:
        """Return when everything that was asked for so far is subscribed to and its snapshot is complete."""
        await self._subscriptions.sync()

    async def leftovers(self, topic: Topic[Any]) -> list[tuple[tuple[str, ...], Any]]:
        """What the broker still holds on a topic of our own from an earlier run: parameters and message."""
        self._subscriptions.extra.add(topic.filter())
        reading = self.hear(topic, lambda _: None, "leftovers")
        await self.sync()
        self._subscriptions.extra.discard(topic.filter())
        await self.unhear(reading)
        return [
            (p.where, p.message)
            for p in self.present.values()
            if p.topic.template == topic.template and not p.mine and p.message is not None
        ]

    # -- saying

    def say(self, topic: Topic[Any], message: Any, where: tuple[str, ...]) -> None:
        """Say a message. `where` holds all parameters of the topic, the login included."""
        address = topic.address(where)
        if topic.retained:
            self.present[address] = Present(topic, where, message, True)
        handed_over = self._post(topic, where, address, message)
        self._outgoing.say(topic, address, message, for_watching=handed_over and topic.one_hearer)

    def publish(
        self, address: str, payload: bytes, qos: int = 0, retain: bool = False, on_ack: Callable[[], None] | None = None
    ) -> bool:
        """Say bytes on a full address at once; False when the connection is down."""
        if not self.up.is_set():
            return False
        self._wire.publish(address, payload, qos, retain, on_ack)
        return True

    def _post(self, topic: Topic[Any], where: tuple[str, ...], address: str, message: Any) -> bool:
        """Hand a message to its hearers in this process; whether there is one."""
        heard_here = False
        for route in self._routes.find(address):
            heard = Heard(route.where, address, False, self.clock.monotonic())
            if route.topic.template != topic.template:
                message = validate(route.topic, parse(encode(message, self.run, 0)))
            self._ready.append((route.inboxes, message, heard))
            heard_here = heard_here or any(inbox.open for inbox in route.inboxes)
        if not self._draining:
            self._drain()
        return heard_here

    def _drain(self) -> None:
        self._draining = True
        ready, left = self._ready, _AT_ONCE
        try:
            while ready and left:
                inboxes, message, heard = ready.popleft()
                left -= 1
                for inbox in inboxes:
                    if inbox.open:
                        inbox.deliver(message, heard)
        finally:
            self._draining = False
        if ready:
            asyncio.get_running_loop().call_soon(self._continue)

    def _continue(self) -> None:
        if not self._draining:
            self._drain()

    # -- arriving

    def _arrive(self, address: str, payload: bytes, retained: bool) -> None:
        if not address.startswith(self._prefix):
            self._arrive_raw(address, payload, retained)
        elif not self._subscriptions.fence(address, payload):
            self._arrive_own(address.removeprefix(self._prefix), payload, retained)

    def _arrive_raw(self, address: str, payload: bytes, retained: bool) -> None:
        handlers = self._raw_routes.get(address)
        if handlers is None:
            if len(self._raw_routes) >= _SEEN:
                self._raw_routes.clear()
            handlers = self._raw_routes[address] = tuple(
                handler for filters, handler in self._raw if any(matches(part, address) for part in filters)
            )
        if len(payload) > LIMIT:
            self.refused(address, f"{len(payload)} bytes are more than the limit of {LIMIT}")
            return
        for handler in handlers:
            try:
                handler(address, payload, retained)
            except Exception as error:
                self._failed("device message", error, payload, Heard((), address, retained, self.clock.monotonic()))

    def _arrive_own(self, address: str, payload: bytes, retained: bool) -> None:
        if self._resync is not None:
            self._resync.add(address)
        if self._mark in payload[-48:]:
            return  # our own words; the envelope is the last thing in a payload
        present = self.present.get(address)
        if present is not None and present.mine and present.message is not None:
            self._outgoing.resay(present.topic, address, present.message)
            return  # somebody overwrote what only we may say: an older run's will, most likely
        try:
            self._take(address, payload, retained, present)
        except BadMessageError as error:
            self.refused(address, str(error))

    def _take(self, address: str, payload: bytes, retained: bool, present: Present | None) -> None:
        routes = self._routes.find(address)
        if not routes:
            return
        if not payload:
            self._cleared(address, present)
            return
        fields = parse(payload)
        mark = (str(fields.pop("from", "")), fields.pop("seq", 0))
        if self._is_copy(mark, present):
            return
        for route in routes:
            message = stamp(route.topic, route.where, validate(route.topic, dict(fields)))
            if route.topic is PROCESS_STATUS:
                self._company.seen(route.where[0], message)  # before an equal one is dropped: it tells that he is back
            if route.topic.retained:
                if present is not None and present.message == message:
                    continue
                self.present[address] = Present(route.topic, route.where, message, False, mark)
            snapshot = retained and present is None
            heard = Heard(route.where, address, snapshot, self.clock.monotonic())
            self._ready.append((route.inboxes, message, heard))
        if not self._draining:
            self._drain()

    def _is_copy(self, mark: tuple[str, Any], present: Present | None) -> bool:
        if not mark[0] or not isinstance(mark[1], int):
            return False
        if present is not None:
            return present.stamp[0] == mark[0] and mark[1] <= present.stamp[1]
        if mark in self._seen:
            return True
        self._seen[mark] = None
        if len(self._seen) > _SEEN:
            self._seen.popitem(last=False)
        return False

    def _cleared(self, address: str, present: Present | None) -> None:
        if present is None or present.message is None:
            return
        present.message = None
        self._post(present.topic, present.where, address, None)

    def _forget_what_went(self) -> None:
        """After a reconnect: what others had retained and the broker no longer has is gone."""
        still_there, self._resync = self._resync or set(), None
        for address, present in list(self.present.items()):
            if not present.mine and address not in still_there and self._subscriptions.holds(self._prefix + address):
                self._cleared(address, present)

    def _process_status(self, status: ProcessStatus | None, heard: Heard) -> None:
        if status is not None and heard.where[0] != self.process:
            fresh = set(status.says) - self._subscriptions.foreign
            if fresh:
                self._subscriptions.foreign |= fresh
                self._change_filters()

    def _failed(self, name: str, error: Exception, message: Any, heard: Heard) -> None:
        self.failed(name, error, message, heard)


def log_failure(name: str, error: Exception, message: Any, heard: Heard) -> None:
    """What is done about a bug in a handler when nobody else looks after it."""
    log.error("%s failed on %s", name, heard.address, exc_info=error)
