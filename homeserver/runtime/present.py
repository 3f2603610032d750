"""What is true now: the last message of each retained topic that this process says or hears."""

from dataclasses import dataclass
from typing import Any

from homeserver.topics.topic import Topic


@dataclass(slots=True)
class Fact:
    """The last message on one address; None once it was taken away. `mine`: said in this process.

    `stamp` is the `from` and `seq` it came with: an older copy of it says nothing.
    """

    topic: Topic[Any]
    where: tuple[str, ...]
    message: Any
    mine: bool
    stamp: tuple[str, int] = ("", 0)

    def is_older(self, stamp: tuple[str, int]) -> bool:
        """Whether a message with this stamp was said before, or is, what is here."""
        return stamp[0] == self.stamp[0] and stamp[1] <= self.stamp[1]


Present = dict[str, Fact]
"""By address, relative to the root prefix."""
