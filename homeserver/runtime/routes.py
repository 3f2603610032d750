"""From an address to those who want to hear it.

Addresses repeat, so each is taken apart once and remembered; after that a message costs one look-up in a dict.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from homeserver.runtime.delivery import Inbox
from homeserver.topics.topic import Topic

_REMEMBERED: Final = 200_000


@dataclass(frozen=True, slots=True, eq=False)
class Hearing:
    """One wish to hear a topic, or the part of it whose parameters are `fixed`."""

    topic: Topic[Any]
    fixed: dict[str, str]
    inbox: Inbox

    @property
    def filter(self) -> str:
        return self.topic.filter(**self.fixed)

    def wants(self, where: tuple[str, ...]) -> bool:
        if not self.fixed:
            return True
        return all(self.fixed.get(name, part) == part for name, part in zip(self.topic.parameters, where, strict=True))


class Route(NamedTuple):
    """One topic that an address belongs to, its parameters there, and who hears it."""

    topic: Topic[Any]
    where: tuple[str, ...]
    inboxes: tuple[Inbox, ...]


class Routes:
    """All hearings of a process, by address."""

    def __init__(self) -> None:
        self.hearings: list[Hearing] = []
        self._by_shape: dict[tuple[int, str], dict[str, list[Hearing]]] = {}
        self._routes: dict[str, tuple[Route, ...]] = {}

    def add(self, hearing: Hearing) -> None:
        self.hearings.append(hearing)
        of_shape = self._by_shape.setdefault(_shape(hearing.topic.levels), {})
        of_shape.setdefault(hearing.topic.template, []).append(hearing)
        self._routes.clear()

    def remove(self, hearing: Hearing) -> None:
        self.hearings.remove(hearing)
        self._by_shape[_shape(hearing.topic.levels)][hearing.topic.template].remove(hearing)
        self._routes.clear()

    def find(self, address: str) -> tuple[Route, ...]:
        """The routes of an address relative to the root; empty where nobody hears it."""
        routes = self._routes.get(address)
        if routes is None:
            if len(self._routes) >= _REMEMBERED:
                self._routes.clear()
            routes = self._routes[address] = self._find(address)
        return routes

    def _find(self, address: str) -> tuple[Route, ...]:
        levels = address.split("/")
        found = []
        for hearings in self._by_shape.get(_shape(levels), {}).values():
            where = hearings[0].topic.taken_apart(levels) if hearings else None
            if where is not None and (wanting := tuple([one.inbox for one in hearings if one.wants(where)])):
                found.append(Route(hearings[0].topic, where, wanting))
        return tuple(found)


def _shape(levels: Sequence[str]) -> tuple[int, str]:
    """What tells most topics apart: how many levels they have, and the first, which is never a parameter."""
    return len(levels), levels[0]
