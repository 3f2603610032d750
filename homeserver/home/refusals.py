"""What was refused, and why: configs that became no entity, values that could not be read, commands that made no
sense.

One entry for each topic with the latest reason and a count, so that a page can say why a device does not appear.
"""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime
from typing import Final

_MOST: Final = 2_000


@dataclass(slots=True)
class Refusal:
    """`count` times, the last `at` this time for this `reason`; `past`: what was said there since made sense."""

    reason: str
    count: int
    at: datetime
    past: bool = False


class Refusals:
    """The latest refusals by topic (within a bundle: topic, blank, component key)."""

    def __init__(self) -> None:
        self.entries: OrderedDict[str, Refusal] = OrderedDict()
        self.total = 0

    def add(self, topic: str, reason: str, at: datetime) -> None:
        self.total += 1
        topic = topic[:300]
        entry = self.entries.get(topic)
        if entry is not None:
            entry.reason, entry.count, entry.at, entry.past = reason[:500], entry.count + 1, at, False
            return
        self.entries[topic] = Refusal(reason[:500], 1, at)
        if len(self.entries) > _MOST:
            self.entries.popitem(last=False)

    def clear(self, topic: str) -> None:
        """What was refused there has been put right."""
        self.entries.pop(topic[:300], None)
