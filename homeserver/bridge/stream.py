"""Server-sent events: all of the home once, then what changed, at most `PER_SECOND` times a second for each client.

A client that reads slowly is told the latest state of each entity and the latest happenings, never a backlog. An entity
is put into JSON once for all clients. Keeps, for each client, the names of what it has not seen; of one that may not
see all of the home also of what it was told, for nothing else is ever named to it as gone.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable
from typing import Any, Final

import orjson

from homeserver.bridge.refusals import Refusal
from homeserver.bridge.sight import Sight
from homeserver.runtime.clock import Clock

Happening = tuple[dict[str, Any], bytes]
"""A line and its JSON."""
PER_SECOND: Final = 10
HEARTBEAT: Final = 15.0
"""Seconds; a page that hears nothing for thrice as long takes the connection for lost."""
MOST_CLIENTS: Final = 200
"""Half of them may be one person's."""
HAPPENINGS: Final = 60
"""Happenings that are remembered, and that may wait for one client."""


class Client:
    """One open stream: what it has not seen yet."""

    def __init__(self, valid: Callable[[], bool], sight: Sight) -> None:
        self.sight = sight
        self.told: set[str] | None = set()
        """What it holds; None: all that there is."""
        self.changed: dict[str, None] = {}
        self.happened: deque[Happening] = deque(maxlen=HAPPENINGS)
        self.all = False
        self.beat = False
        self.open = True
        self.wake = asyncio.Event()
        self._valid = valid

    def check(self) -> None:
        """A heartbeat; the stream ends when its session did."""
        self.beat = True
        self.open = self.open and self._valid()
        self.wake.set()


class Stream:
    """All clients. `body` gives an entity as the page sees it, None when it is gone; `entities` lists them all."""

    def __init__(
        self,
        clock: Clock,
        head: Callable[[], dict[str, Any]],
        body: Callable[[str], Any],
        entities: Callable[[], Iterable[str]],
    ) -> None:
        self._clock = clock
        self._head = head
        self._body = body
        self._entities = entities
        self._frames: dict[str, bytes] = {}
        self._happened: deque[Happening] = deque(maxlen=HAPPENINGS)
        self.clients: set[Client] = set()

    def changed(self, entity_id: str) -> None:
        """Something about an entity is different, or it is gone."""
        self._frames.pop(entity_id, None)
        for client in self.clients:
            client.changed[entity_id] = None
            client.wake.set()

    def all_changed(self) -> None:
        """Something about every entity may be different, or somebody may see others. Costs nothing each: a home begins
        with a thousand devices."""
        self._frames.clear()
        for client in self.clients:
            client.all = True
            client.wake.set()

    def happened(self, happening: dict[str, Any]) -> None:
        """A line for the list of what went on."""
        said = (happening, _json(happening))
        self._happened.append(said)
        for client in self.clients:
            client.happened.append(said)
            client.wake.set()

    def check(self) -> None:
        """A heartbeat to everybody; ends the streams whose session has ended."""
        for client in self.clients:
            client.check()

    def close(self) -> None:
        """End every stream."""
        for client in self.clients:
            client.open = False
            client.wake.set()

    def join(self, valid: Callable[[], bool], sight: Sight) -> Client:
        """A new client, who is told what is in his `sight`; raises a `Refusal` when there are too many."""
        if len(self.clients) >= MOST_CLIENTS:
            raise Refusal("unavailable", f"{MOST_CLIENTS} pages are open already; close one of them.")
        if sum(client.sight.login == sight.login for client in self.clients) >= MOST_CLIENTS // 2:
            raise Refusal("unavailable", f"{MOST_CLIENTS // 2} pages of yours are open already; close one of them.")
        client = Client(valid, sight)
        self.clients.add(client)
        return client

    async def events(self, client: Client) -> AsyncIterator[bytes]:
        """What to send to a client, until its stream ends."""
        try:
            yield b"retry: 2000\n" + self._snapshot(client)
            while True:
                await client.wake.wait()
                client.wake.clear()
                if not client.open:
                    return
                yield self._news(client)
                await self._clock.sleep(1 / PER_SECOND)
        finally:
            self.clients.discard(client)

    def _snapshot(self, client: Client) -> bytes:
        client.changed.clear()
        client.happened.clear()
        client.all = False
        client.told = None if client.sight.whole else set(client.sight.ids())
        frames = [frame for id in self._entities() if (frame := self._frame(client, id))]
        head = _json({**self._head(), "time": self._clock.now()})
        parts = (
            head[:-1],
            b',"entities":[',
            b",".join(frames),
            b'],"happened":[',
            _told(client, self._happened),
            b"]}",
        )
        return b"event: home\ndata: " + b"".join(parts) + b"\n\n"

    def _news(self, client: Client) -> bytes:
        changed, client.changed = client.changed, {}
        happened, client.happened = client.happened, deque(maxlen=HAPPENINGS)
        lines = _told(client, happened)
        if client.all:
            client.all = False
            changed |= dict.fromkeys(self._entities())
        frames = {entity_id: self._frame(client, entity_id) for entity_id in changed}
        present, gone = self._told(client, frames)
        news = b""
        if present or gone or lines:
            parts = (b'{"entities":[', present, b'],"gone":', _json(gone), b',"happened":[', lines, b"]}")
            news = b"event: news\ndata: " + b"".join(parts) + b"\n\n"
        if client.beat:
            client.beat = False
            news += b"event: beat\ndata: {}\n\n"
        return news

    def _told(self, client: Client, frames: dict[str, bytes]) -> tuple[bytes, list[str]]:
        """What is there, and what of that which the client holds is gone, or hidden from it by now."""
        if client.told is None and not client.sight.whole:
            client.told = {*self._entities(), *frames}  # until now it saw everything
        gone = [id for id, frame in frames.items() if not frame and (client.told is None or id in client.told)]
        if client.sight.whole:
            client.told = None
        elif client.told is not None:
            client.told.update(id for id, frame in frames.items() if frame)
            client.told.difference_update(gone)
        return b",".join(frame for frame in frames.values() if frame), gone

    def _frame(self, client: Client, entity_id: str) -> bytes:
        if not client.sight.whole:
            tile = client.sight.tile(entity_id)
            return b"" if tile is None else _json(tile)
        frame = self._frames.get(entity_id)
        if frame is None:
            body = self._body(entity_id)
            if body is None:
                return b""
            frame = self._frames[entity_id] = _json(body)
        return frame


def _told(client: Client, happened: Iterable[Happening]) -> bytes:
    """The lines that a client may know, with no more of their causes than he may know."""
    if client.sight.whole:
        return b",".join(frame for _, frame in happened)
    lines = (client.sight.happening(line) for line, _ in happened)
    return b",".join(_json(line) for line in lines if line is not None)


def _json(value: Any) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS)
