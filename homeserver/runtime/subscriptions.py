"""Which filters the connection holds, and the fence that tells when their retained messages are all here.

MQTT has no mark for "these were the retained ones": a message of our own, sent after SUBACK, comes back behind them.
Topics with one writer are subscribed to only when a process elsewhere announced that it says them, so nobody pays for
echoes of his own words. Filters of one connection never cover each other: amqtt would deliver two copies.
"""

import asyncio
import logging
from collections.abc import Iterable
from typing import Any, Final

from homeserver.runtime.filters import covers
from homeserver.runtime.routes import Routes
from homeserver.runtime.wire import UnreachableError, Wire, WireError
from homeserver.topics.process import PROCESS_STATUS
from homeserver.topics.topic import Topic

log = logging.getLogger(__name__)
FENCE_TIMEOUT: Final = 30.0
"""Seconds within which all retained messages must have arrived."""
_REFUSED: Final = 5.0
"""Seconds before a broker that is there and does not do what it is asked is asked again."""


class Subscriptions:
    """Keeps what is subscribed equal to what is wanted, one change at a time."""

    def __init__(self, wire: Wire, routes: Routes, root: str, process: str) -> None:
        self._wire = wire
        self._routes = routes
        self._root = root
        self._fence = f"{root}/process/{process}/fence"
        self._lock = asyncio.Lock()
        self._up = asyncio.Event()
        self._held: set[str] = set()
        self._fences: dict[bytes, asyncio.Future[None]] = {}
        self._count = 0
        self._session = 0
        self.foreign: set[str] = set()
        self.raw: set[str] = set()
        self.extra: set[str] = set()

    def wanted(self) -> set[str]:
        """The filters that ought to be held, none of them inside another."""
        own = {h.filter for h in self._routes.hearings if self._from_elsewhere(h.topic)} | self.extra
        filters = {f"{self._root}/{part}" for part in own} | self.raw
        return {one for one in filters if not any(one != two and covers(two, one) for two in filters)}

    def _from_elsewhere(self, topic: Topic[Any]) -> bool:
        return topic.many_writers or topic is PROCESS_STATUS or topic.template in self.foreign

    def holds(self, address: str) -> bool:
        """Whether retained messages on this full address are being sent to us."""
        return any(covers(held, address) for held in self._held)

    async def connected(self) -> None:
        """Subscribe anew after a connection: first to who is there, which decides what else there is to hear."""
        self._held = set()
        async with self._lock:
            session = self._session
            await self._wire.subscribe([(self._fence, 1)])
            await self._subscribe({f"{self._root}/{PROCESS_STATUS.filter()}"}, session)
            await self._change(session)
        self._up.set()

    def lost(self) -> None:
        """The connection is down; whoever waits for a fence tries again later."""
        self._up.clear()
        self._session += 1
        for fence in self._fences.values():
            if not fence.done():
                fence.set_exception(UnreachableError("the connection was lost"))
        self._fences.clear()

    async def sync(self) -> None:
        """Return once all that is wanted now is held and its retained messages have arrived, however long it takes."""
        while True:
            await self._up.wait()
            try:
                async with self._lock:
                    if self._up.is_set():  # it may have gone down while we waited for the lock
                        await self._change(self._session)
                        return
            except UnreachableError as error:
                log.debug("subscribing again: %s", error)
                await asyncio.sleep(0.05)
            except WireError as error:
                log.warning("%s; trying again", error)
                await asyncio.sleep(_REFUSED)

    async def _change(self, session: int) -> None:
        while True:
            wanted = self.wanted()
            fresh, stale = wanted - self._held, self._held - wanted
            if not fresh and not stale:
                return
            # A filter that takes another's place comes first, lest a message fall between them.
            await self._subscribe(fresh, session)
            if stale:
                self._held -= stale
                await self._wire.unsubscribe(sorted(stale))

    async def _subscribe(self, filters: Iterable[str], session: int) -> None:
        fresh = sorted(set(filters) - self._held)
        if fresh:
            await self._wire.subscribe([(part, 1) for part in fresh])
            await self._pass_fence(session)
            self._held.update(fresh)  # not before: whoever asks again after a failure must not find it done

    async def _pass_fence(self, session: int) -> None:
        if session != self._session:
            raise UnreachableError("the connection was lost")  # a fence said on the next one would never come back
        self._count += 1
        mark = b"%d" % self._count
        passed = self._fences[mark] = asyncio.get_running_loop().create_future()
        self._wire.publish(self._fence, mark, 1, False)
        try:
            async with asyncio.timeout(FENCE_TIMEOUT):
                await passed
        except TimeoutError as error:
            raise WireError("the broker did not send its retained messages in time") from error
        finally:
            self._fences.pop(mark, None)

    def fence(self, address: str, payload: bytes) -> bool:
        """Take a message that is a fence; False for any other."""
        if address != self._fence:
            return False
        passed = self._fences.get(payload)
        if passed is not None and not passed.done():
            passed.set_result(None)
        return True
