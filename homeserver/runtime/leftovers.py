"""What the broker still holds of a worker's own retained topics from an earlier run."""

from collections.abc import Iterable
from typing import Any, TypeVar

from homeserver.runtime.present import Present
from homeserver.topics.topic import Topic

M = TypeVar("M")


class Leftovers:
    """Parameters and messages by topic."""

    def __init__(self, present: Present, topics: Iterable[Topic[Any]]) -> None:
        self._found: dict[str, list[tuple[tuple[str, ...], Any]]] = {topic.template: [] for topic in topics}
        for fact in present.values():
            if not fact.mine and fact.message is not None and fact.topic.template in self._found:
                self._found[fact.topic.template].append((fact.where, fact.message))

    def of(self, topic: Topic[M | None]) -> list[tuple[tuple[str, ...], M]]:
        """Of one of the topics that were asked for."""
        return self._found[topic.template]
