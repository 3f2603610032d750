"""From bytes of the connection to messages for hearers: decoded once, stamped with who spoke, no copies, no echoes."""

from collections import OrderedDict
from collections.abc import Callable
from sys import intern
from typing import Any, Final

from homeserver.runtime.clock import Clock
from homeserver.runtime.codec import LIMIT, BadMessageError, parse, validate
from homeserver.runtime.company import Company
from homeserver.runtime.delivery import OnFailure
from homeserver.runtime.dispatch import Dispatch
from homeserver.runtime.filters import matches
from homeserver.runtime.heard import Heard
from homeserver.runtime.identity import stamp
from homeserver.runtime.present import Fact, Present
from homeserver.runtime.routes import Route, Routes
from homeserver.topics.process import PROCESS_STATUS

_REMEMBERED: Final = 20_000
"""Stamps of events, and addresses of devices, that are remembered."""
_ENVELOPE: Final = 48
"""Bytes at the end of a payload in which its `from` stands."""
RawHandler = Callable[[str, bytes, bool], None]
"""Called with address, payload and whether it was retained, for topics outside the root prefix."""


class Arrivals:
    """What comes from the broker.

    `refused` is told of address and reason, `overwritten` of an own address somebody wrote on.
    """

    def __init__(
        self,
        routes: Routes,
        present: Present,
        dispatch: Dispatch,
        company: Company,
        clock: Clock,
        run: str,
        held: dict[str, bytes],
        *,
        refused: Callable[[str, str], None],
        failed: OnFailure,
        overwritten: Callable[[str], None],
    ) -> None:
        self._routes = routes
        self._present = present
        self._dispatch = dispatch
        self._company = company
        self._clock = clock
        self._mark = b'"from":"%b"' % run.encode()
        self._held = held
        self._refused = refused
        self._failed = failed
        self._overwritten = overwritten
        self._raw: list[tuple[set[str], RawHandler]] = []
        self._raw_routes: dict[str, tuple[RawHandler, ...]] = {}
        self._seen: OrderedDict[tuple[str, str, int], None] = OrderedDict()
        self._resync: set[str] | None = None
        self.reading = 0
        """How many read what the broker holds of our own from an earlier run."""

    # -- topics of devices

    def hear_raw(self, hearers: list[tuple[set[str], RawHandler]]) -> None:
        """Who hears topics outside the root prefix, from now on."""
        self._raw = hearers
        self._raw_routes.clear()

    def raw(self, address: str, payload: bytes, retained: bool) -> None:
        """A message on a full address outside the root prefix."""
        if len(payload) > LIMIT:
            self._refused(address, f"{len(payload)} bytes are more than the limit of {LIMIT}")
            return
        for handler in self._raw_routes.get(address) or self._raw_route(address):
            try:
                handler(address, payload, retained)
            except Exception as error:
                heard = Heard((), address, retained, self._clock.monotonic())
                self._failed("device message", error, payload, heard)

    def _raw_route(self, address: str) -> tuple[RawHandler, ...]:
        if len(self._raw_routes) >= _REMEMBERED:
            self._raw_routes.clear()
        route = tuple(handler for filters, handler in self._raw if any(matches(part, address) for part in filters))
        self._raw_routes[address] = route
        return route

    # -- topics of the house

    def own(self, address: str, payload: bytes, retained: bool) -> None:
        """A message on an address of the house, relative to the root prefix."""
        if self._resync is not None:
            self._resync.add(address)
        if self._mark in payload[-_ENVELOPE:]:
            return  # our own words: the envelope is the last thing in a payload
        fact = self._present.get(address)
        if fact is not None and fact.mine and fact.message is not None:
            self._overwritten(address)  # what only we may say: an older run's will, most likely
            return
        routes = self._routes.find(address)
        if self.reading and retained:
            self._held[address] = payload
        elif self._held:
            self._held.pop(address, None)  # the broker holds something else by now
        try:
            if routes and payload:
                self._take(routes, address, payload, retained, fact)
            elif routes:
                self.cleared(address, fact)
        except BadMessageError as error:
            self._refused(address, str(error))

    def _take(self, routes: tuple[Route, ...], address: str, payload: bytes, retained: bool, fact: Fact | None) -> None:
        fields = parse(payload)
        mark = (fields.pop("from", ""), fields.pop("seq", 0))
        if self._is_copy(address, mark, fact, kept=routes[0].topic.retained):
            return
        for route in routes:
            message = stamp(route.topic, route.where, validate(route.topic, dict(fields)))
            if route.topic is PROCESS_STATUS:
                self._company.seen(route.where[0], message)  # an equal one tells too: that he is back
            if route.topic.retained:
                if fact is not None and fact.message == message:
                    fact.stamp = mark
                    continue
                self._present[address] = Fact(route.topic, route.where, message, False, (intern(mark[0]), mark[1]))
            heard = Heard(route.where, address, retained and fact is None, self._clock.monotonic())
            self._dispatch.post(route.inboxes, message, heard)

    def _is_copy(self, address: str, mark: tuple[Any, Any], fact: Fact | None, *, kept: bool) -> bool:
        """Whether this was here before. `kept`: its mark stays with its fact, and nobody else must remember it."""
        if not isinstance(mark[0], str) or not isinstance(mark[1], int):
            raise BadMessageError("`from` must be text and `seq` a whole number")
        if not mark[0]:
            return False
        if fact is not None:
            return fact.is_older(mark)
        if kept:
            return False
        told = (address, *mark)  # by address: nobody else's `from` can make us deaf to somebody
        if told in self._seen:
            return True
        self._seen[told] = None
        if len(self._seen) > _REMEMBERED:
            self._seen.popitem(last=False)
        return False

    def cleared(self, address: str, fact: Fact | None) -> None:
        """A retained message is gone."""
        if fact is None or fact.message is None:
            return
        fact.message = None
        for route in self._routes.find(address):
            self._dispatch.post(route.inboxes, None, Heard(route.where, address, False, self._clock.monotonic()))

    # -- after a reconnect

    def begin_resync(self) -> None:
        """From now on note what the broker still has."""
        self._resync = set()

    def end_resync(self, holds: Callable[[str], bool]) -> None:
        """What others had retained, and the broker has no more on a filter that it `holds` for us, is gone."""
        still_there, self._resync = self._resync or set(), None
        for address, fact in list(self._present.items()):
            if not fact.mine and address not in still_there and holds(address):
                self.cleared(address, fact)
