"""The bus: one connection for all workers of a process, with hand-over between them.

What a worker says reaches hearers in the same process at once, in order, as the object itself; the broker gets a
copy for everybody else. What comes from elsewhere is decoded once and handed on the same way. Why it is built like
this: docs/decisions/0010.
"""

import asyncio
import logging
import os
import socket
from collections.abc import Callable
from typing import Any, Final

import orjson

from homeserver.runtime.arrivals import Arrivals, RawHandler
from homeserver.runtime.clock import Clock
from homeserver.runtime.codec import encode, parse, validate
from homeserver.runtime.company import Company
from homeserver.runtime.connection import Connection
from homeserver.runtime.delivery import Inbox
from homeserver.runtime.dispatch import Dispatch
from homeserver.runtime.heard import Heard
from homeserver.runtime.leftovers import Leftovers
from homeserver.runtime.outgoing import Outgoing
from homeserver.runtime.present import Fact, Present
from homeserver.runtime.routes import Hearing, Routes
from homeserver.runtime.subscriptions import Subscriptions
from homeserver.runtime.wire import Will, Wire
from homeserver.topics.names import random_name
from homeserver.topics.process import PROCESS_STATUS, ProcessStatus
from homeserver.topics.topic import Topic

log = logging.getLogger(__name__)
_QUARREL: Final = 1.0
"""Seconds in which an own address is corrected at most once."""
_GATHERING: Final = 3.0
"""Seconds that the others get to come back after the broker was away, before events are said again."""
_LOOKS: Final = 30
_BETWEEN: Final = 0.1
"""How often one who waits for a lull looks for it, and seconds between two looks."""


class Bus:
    """`say` and `hear`. Everything else follows from what was said and heard."""

    def __init__(
        self, wire: Wire, clock: Clock, *, process: str, login: str, root: str = "homeserver", guest: bool = False
    ) -> None:
        """A `guest` hosts no workers, so it says nothing of itself: the command line."""
        self.guest = guest
        self.process = process
        self.login = login
        self.logins = {login}
        self.root = root
        self.clock = clock
        self.run = random_name()
        self.present: Present = {}
        self.says: set[str] = {PROCESS_STATUS.template}
        self.refused: Callable[[str, str], None] = log_refusal
        self.failed: Callable[[str, Exception, Any, Heard], None] = log_failure
        self.cut_off: Callable[[], None] = lambda: None
        self._prefix = f"{root}/"
        self._since = clock.now()
        self._raw: list[tuple[set[str], RawHandler]] = []
        self._routes = Routes()
        self._dispatch = Dispatch()
        self._company = Company(clock, process)
        self._subscriptions = Subscriptions(wire, self._routes, root, process)
        self._outgoing = Outgoing(wire, clock, self.run, root)
        self._wire = wire
        self._connection = Connection(wire, clock, self._will(), self._arrive, self._on_up, self._on_down)
        self._arrivals = Arrivals(
            self._routes,
            self.present,
            self._dispatch,
            self._company,
            clock,
            self.run,
            self._outgoing.held,
            refused=lambda address, reason: self.refused(address, reason),
            failed=self._failed,
            overwritten=self._overwritten,
        )
        self._corrected: set[str] = set()
        self._releasing: asyncio.Task[None] | None = None
        self._syncing: asyncio.Task[None] | None = None

    # -- life

    @property
    def up(self) -> asyncio.Event:
        """Set while the connection stands and all that is wanted is subscribed to."""
        return self._connection.up

    @property
    def fault(self) -> str:
        """Why there is no connection, in words; empty while there is one."""
        return self._connection.fault

    async def open(self) -> None:
        """Begin to connect, for as long as it takes; `up` tells when the connection stands."""
        self.hear(PROCESS_STATUS, self._process_status, "bus").inbox.open = True
        self._connection.open()

    async def close(self) -> None:
        """Say what is still to be said, say offline, and end."""
        if self.up.is_set():
            self._say_status("offline")
            self._outgoing.release()
            await self._outgoing.drain(0.5)
        for task in (self._syncing, self._releasing):
            if task is not None:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
        await self._connection.close()
        for hearing in self._routes.hearings:
            await hearing.inbox.close()

    def _will(self) -> Will | None:
        if self.guest:
            return None
        offline = orjson.dumps(ProcessStatus("offline", self.run))  # no `seq`: it comes after all others of this run
        return Will(self._prefix + PROCESS_STATUS.address((self.process,)), offline)

    async def _on_up(self) -> None:
        self._arrivals.begin_resync()
        await self._subscriptions.connected()
        self._outgoing.connected()
        self._say_status("online")
        self._arrivals.end_resync(lambda address: self._subscriptions.holds(self._prefix + address))
        for address in list(self.present):
            self._resay(address)
        self._releasing = asyncio.create_task(self._release(), name="bus-release")

    async def _release(self) -> None:
        await self._company.gathered(_GATHERING)
        self._outgoing.release()

    def _on_down(self) -> None:
        self.cut_off()
        self._subscriptions.lost()
        self._outgoing.lost()
        self._company.lost()
        if self._releasing is not None:
            self._releasing.cancel()

    def _resay(self, address: str) -> None:
        fact = self.present[address]
        if fact.mine and fact.message is not None:
            self._outgoing.resay(fact.topic, address, fact.message)

    def _overwritten(self, address: str) -> None:
        """Somebody wrote on an own address: say the truth again, but do not quarrel with one who insists."""
        if address not in self._corrected:
            self._corrected.add(address)
            self.clock.call_later(_QUARREL, self._corrected.discard, address)
            self._resay(address)

    def _say_status(self, state: Any) -> None:
        if not self.guest:
            says = tuple(sorted(self.says))
            status = ProcessStatus(state, self.run, says, self._since, socket.gethostname(), os.getpid())
            self.say(PROCESS_STATUS, status, (self.process,))

    def announce(self, templates: set[str]) -> None:
        """Tell the others which one-writer topics this process may say from now on."""
        if not templates <= self.says:
            self.says |= templates
            if self.up.is_set():
                self._say_status("online")

    # -- hearing

    def hear(self, topic: Topic[Any], handler: Callable[..., Any], label: str, /, **fixed: str) -> Hearing:
        """Register a handler; it gets nothing before `replay` opened its hearing."""
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
        for address, fact in list(self.present.items()):
            here = fact.topic.template == hearing.topic.template and fact.message is not None
            if here and hearing.wants(fact.where):
                hearing.inbox.deliver(fact.message, Heard(fact.where, address, True, now))

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
        self._arrivals.hear_raw(self._raw)
        self._subscriptions.raw = {part for filters, _ in self._raw for part in filters}
        self._change_filters()

    def _change_filters(self) -> None:
        if self.up.is_set() and (self._syncing is None or self._syncing.done()):
            self._syncing = asyncio.create_task(self.sync(), name="bus-sync")

    async def sync(self) -> None:
        """Return when everything that was asked for so far is subscribed to and its snapshot is complete."""
        await self._subscriptions.sync()

    async def leftovers(self, topics: tuple[Topic[Any], ...]) -> Leftovers:
        """What the broker still holds on topics of our own from an earlier run; saying the same again costs nothing."""
        filters = {topic.filter() for topic in topics}
        self._subscriptions.extra |= filters
        readings = [self.hear(topic, lambda _: None, "leftovers") for topic in topics]
        self._arrivals.reading += 1
        await self.sync()
        self._arrivals.reading -= 1
        self._subscriptions.extra -= filters
        for reading in readings:
            await self.unhear(reading)
        return Leftovers(self.present, topics)

    async def lull(self) -> None:
        """Return once nothing has arrived for a moment, or after three seconds: for work that nobody waits for."""
        for _ in range(_LOOKS):
            if not self._wire.is_busy():
                return
            await asyncio.sleep(_BETWEEN)

    # -- saying

    def say(self, topic: Topic[Any], message: Any, where: tuple[str, ...]) -> None:
        """Say a message. `where` holds all parameters of the topic, the login included."""
        address = topic.address(where)
        if topic.retained:
            self._remember(address, topic, where, message)
        handed_over = self._post(topic, address, message)
        self._outgoing.say(topic, address, message, for_watching=handed_over and topic.one_hearer)

    def _remember(self, address: str, topic: Topic[Any], where: tuple[str, ...], message: Any) -> None:
        fact = self.present.get(address)
        if fact is not None:
            fact.message, fact.mine, fact.where = message, True, where  # `where`: the sayer has these texts anyway
        else:
            self.present[address] = Fact(topic, where, message, True)

    def _post(self, topic: Topic[Any], address: str, message: Any) -> bool:
        """Hand a message to its hearers in this process; whether there is one."""
        heard_here = False
        for route in self._routes.find(address):
            as_heard = message
            if route.topic is not topic and route.topic.template != topic.template:
                as_heard = validate(route.topic, parse(encode(message, self.run, 0)))
            for inbox in route.inboxes:
                heard_here = heard_here or inbox.open
            self._dispatch.post(route.inboxes, as_heard, Heard(route.where, address, False, self.clock.monotonic()))
        return heard_here

    def publish(
        self,
        address: str,
        payload: bytes,
        qos: int = 0,
        retain: bool = False,
        on_ack: Callable[[], None] | None = None,
    ) -> bool:
        """Say bytes on a full address at once; False when the connection is down."""
        if not self.up.is_set():
            return False
        self._wire.publish(address, payload, qos, retain, on_ack)
        return True

    # -- arriving

    def _arrive(self, address: str, payload: bytes, retained: bool) -> None:
        if not address.startswith(self._prefix):
            self._arrivals.raw(address, payload, retained)
        elif not self._subscriptions.fence(address, payload):
            self._arrivals.own(address.removeprefix(self._prefix), payload, retained)

    def _process_status(self, status: ProcessStatus | None, heard: Heard) -> None:
        if status is not None and heard.where[0] != self.process:
            fresh = set(status.says) - self._subscriptions.foreign
            if fresh:
                self._subscriptions.foreign |= fresh
                self._change_filters()

    def _failed(self, name: str, error: Exception, message: Any, heard: Heard) -> None:
        self.failed(name, error, message, heard)


def log_refusal(address: str, reason: str) -> None:
    """What is done about a message that cannot be understood when nobody else looks after it."""
    log.warning("refused a message on %s: %s", address, reason)


def log_failure(name: str, error: Exception, message: Any, heard: Heard) -> None:
    """What is done about a bug in a handler when nobody else looks after it."""
    log.error("%s failed on %s", name, heard.address, exc_info=error)
