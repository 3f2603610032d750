"""Why something happened: the chain of causes, as far as this process heard its links.

Keeps the last `REMEMBERED` links in memory; who needs the whole past asks the history.
"""

from collections import OrderedDict
from typing import Any, Final

from homeserver.topics.cause import Cause
from homeserver.topics.record import record

REMEMBERED: Final = 5_000
LONGEST: Final = 6
"""Links of a chain that are told; more explain nothing to anybody."""


@record
class Link:
    """One cause and what it did: brought `entity_id` to `state`, where it is a change of state."""

    cause: Cause
    entity_id: str | None = None
    state: str | None = None


class Causes:
    """The latest links by the id of their cause."""

    def __init__(self) -> None:
        self._links: OrderedDict[str, Link] = OrderedDict()

    def remember(self, cause: Cause | None, entity_id: str | None = None, state: str | None = None) -> None:
        if cause is None:
            return
        if entity_id is None and cause.id in self._links:
            return  # a command that is heard after its effect would take the effect's place
        self._links[cause.id] = Link(cause, entity_id, state)
        self._links.move_to_end(cause.id)
        if len(self._links) > REMEMBERED:
            self._links.popitem(last=False)

    def chain(self, cause: Cause | None) -> list[dict[str, Any]]:
        """From the nearest cause to the first: `by`, and for a change of state that led on `entity_id` and `state`."""
        told: list[dict[str, Any]] = []
        seen: set[str] = set()
        link = Link(cause) if cause else None
        while link and link.cause.id not in seen and len(told) < LONGEST:
            seen.add(link.cause.id)
            told.append(_told(link))
            link = self._links.get(link.cause.parent or "")
        return told


def _told(link: Link) -> dict[str, Any]:
    if link.entity_id is None:
        return {"by": link.cause.by}
    return {"by": link.cause.by, "entity_id": link.entity_id, "state": link.state}
