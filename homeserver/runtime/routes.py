"""From an address to those who want to hear it.

Addresses repeat, so each is taken apart once and remembered; after that a message costs one look-up in a dict.
"""

from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from homeserver.runtime.delivery import Inbox
from homeserver.topics.topic import Topic

_REMEMBERED: Final = 200_000


@dataclass(slots=True, eq=False)
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
        self._by_shape: dict[int, dict[tuple[int, ...], dict[tuple[str, ...], list[Hearing]]]] = {}
        """By number of levels, by which of them are words, by these words: a topic is found, not looked for."""
        self._routes: dict[str, tuple[Route, ...]] = {}

    def add(self, hearing: Hearing) -> None:
        self.hearings.append(hearing)
        self._of_topic(hearing.topic).append(hearing)
        self._routes.clear()

    def remove(self, hearing: Hearing) -> None:
        self.hearings.remove(hearing)
        self._of_topic(hearing.topic).remove(hearing)
        self._routes.clear()

    def _of_topic(self, topic: Topic[Any]) -> list[Hearing]:
        by_words = self._by_shape.setdefault(len(topic.levels), {}).setdefault(topic.words, {})
        return by_words.setdefault(tuple([topic.levels[at] for at in topic.words]), [])

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
        for places, by_words in self._by_shape.get(len(levels), {}).items():
            if hearings := by_words.get(tuple([levels[at] for at in places])):
                where = hearings[0].topic.where(levels)
                if wanting := tuple([one.inbox for one in hearings if one.wants(where)]):
                    found.append(Route(hearings[0].topic, where, wanting))
        return tuple(found)
