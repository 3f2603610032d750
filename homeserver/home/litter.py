"""What lies on the broker and belongs to nobody: found, taken off, and put there again.

Discovery messages that became no entity, and states, configs and entries of the house that nobody says. Keeps the
discovery messages that could not be read, within bounds: those that could are in the registry.
"""

from collections import OrderedDict
from collections.abc import Iterator
from typing import Any, Final

import orjson
from pydantic import ValidationError

from homeserver.home.entries import TOPICS
from homeserver.home.refusals import Refusals
from homeserver.home.registry import Registry
from homeserver.home.roster import Roster
from homeserver.runtime.house import House
from homeserver.runtime.leftovers import Leftovers
from homeserver.topics.entity import ENTITY_CONFIG, ENTITY_STATE
from homeserver.topics.record import record
from homeserver.topics.topic import Topic

_MOST: Final = 500
_LARGEST: Final = 64 * 1024
_OWN: Final[tuple[Topic[Any], ...]] = (ENTITY_STATE, ENTITY_CONFIG, *TOPICS)


@record
class Piece:
    """One retained message. `kind`: discovery, state, config or entry."""

    topic: str
    kind: str
    reason: str
    payload: bytes


class Litter:
    """`pieces` lists it; `put` changes what the broker keeps."""

    def __init__(self, house: House, registry: Registry, roster: Roster, refusals: Refusals, prefix: str) -> None:
        self._house = house
        self._registry = registry
        self._roster = roster
        self._refusals = refusals
        self._prefix = f"{prefix}/"
        self._root = f"{house.root}/"
        self._unread: OrderedDict[str, bytes] = OrderedDict()
        self._restored: dict[tuple[str, tuple[str, ...]], Any] = {}
        """What an undo said again: to the bus it is the home's own in this run."""

    def heard(self, topic: str, payload: bytes, *, read: bool) -> None:
        """A discovery message came; an empty one is always read."""
        self._unread.pop(topic, None)
        if not read and len(payload) <= _LARGEST:
            self._unread[topic] = payload
            if len(self._unread) > _MOST:
                self._unread.popitem(last=False)

    async def pieces(self) -> list[Piece]:
        """All of it, as it is now."""
        left = await self._house.leftovers(*_OWN)
        found = [*self._refused(), *self._states(left), *self._configs(left), *self._entries(left)]
        return sorted(found, key=lambda piece: piece.topic)

    def _refused(self) -> Iterator[Piece]:
        """Discovery messages of which nothing came. One that announces anything besides is none of it."""
        announcing = self._roster.topics
        for topic, refusal in self._refusals.entries.items():
            if not topic.startswith(self._prefix) or topic in announcing:
                continue
            payload = self._unread.get(topic) or self._registry.payload(topic)
            if payload is not None:
                yield Piece(topic, "discovery", refusal.reason, payload)
        for topic, payload in self._unread.items():
            if topic not in announcing and topic not in self._refusals.entries:
                yield Piece(topic, "discovery", "it announces nothing: what it was for is announced elsewhere", payload)

    def _states(self, left: Leftovers) -> Iterator[Piece]:
        owned = {where for where, _ in self._left(left, ENTITY_CONFIG)} | set(self._roster.entities)
        for where, state in self._left(left, ENTITY_STATE):
            if where not in owned and ".".join(where) not in self._registry.others:
                yield self._piece(ENTITY_STATE, where, "state", "nobody says what it is the state of", state)

    def _configs(self, left: Leftovers) -> Iterator[Piece]:
        for where, config in self._left(left, ENTITY_CONFIG):
            if config.owner == self._house.worker and where not in self._roster.entities:
                yield self._piece(ENTITY_CONFIG, where, "config", "`home` is to own it, and knows it not", config)

    def _entries(self, left: Leftovers) -> Iterator[Piece]:
        """Those that the home said are not among what is left."""
        for topic in TOPICS:
            for where, entry in self._left(left, topic):
                yield self._piece(topic, where, "entry", "the registry knows no such thing", entry)

    def _left(self, left: Leftovers, topic: Topic[Any]) -> Iterator[tuple[tuple[str, ...], Any]]:
        yield from left.of(topic)
        yield from ((where, said) for (template, where), said in self._restored.items() if template == topic.template)

    def _piece(self, topic: Topic[Any], where: tuple[str, ...], kind: str, reason: str, message: Any) -> Piece:
        return Piece(f"{self._root}{topic.address(where)}", kind, reason, orjson.dumps(message))

    def put(self, topic: str, payload: bytes) -> bool:
        """Let the broker keep a payload, or nothing where it is empty; True for a discovery message, which the home is
        to hear at once."""
        if not topic.startswith(self._root):
            self._house.publish(topic, payload, 1, True)
            return topic.startswith(self._prefix)
        for own, where in self._own(topic):
            message = own.adapter.validate_json(payload) if payload else None
            self._restored.pop((own.template, where), None)
            if message is not None:
                self._restored[own.template, where] = message
            self._house.say(own, message, *where)
        return False

    def is_strange(self, topic: str, payload: bytes) -> bool:
        """Whether `put` could not say a payload: another version of the home took it off the broker."""
        try:
            for own, _ in self._own(topic):
                own.adapter.validate_json(payload)
        except ValidationError:
            return True
        return False

    def _own(self, topic: str) -> Iterator[tuple[Topic[Any], tuple[str, ...]]]:
        """The home's own topic that an address is of, with its parameters."""
        if topic.startswith(self._root):
            address = topic.removeprefix(self._root)
            yield from ((own, where) for own in _OWN if (where := own.match(address)) is not None)
