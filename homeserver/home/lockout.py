"""Wrong codes: after a few of them an entity takes no code for a while, and for a longer while after each further one.

Counted are the codes that are checked here; those that a panel or lock checks itself are its own to count. A code that
was right, or an hour without a wrong one, ends it. A command that the broker delivers twice is one try: whatever comes
under the id of a command that was refused is refused in the same words, untried. Kept in memory.
"""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from homeserver.home.codes import FIELD
from homeserver.home.entity import Entity
from homeserver.runtime.clock import Clock
from homeserver.topics.call import CallError, ReplyError

FREE: Final = 3
"""Wrong codes without a delay but the last."""
SHORTEST: Final = 10.0
LONGEST: Final = 300.0
"""Seconds of the first delay, which doubles, and of the longest: nobody waits for an alarm panel longer than that."""
_FORGOTTEN: Final = 3600.0
_REFUSED: Final = 500
"""Commands that are remembered as refused."""


@dataclass(slots=True)
class _Tries:
    count: int
    last: float
    until: float = 0.0


class Lockout:
    """Counts by entity, whatever it is called and whoever tries: a guesser has more than one login."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._tries: dict[str, _Tries] = {}
        self._refused: OrderedDict[str, ReplyError] = OrderedDict()

    def check(self, id: str, entity: Entity, service: str, data: Mapping[str, Any]) -> None:
        """Try the code of a command, whose id holds its speaker's login. Raises `CallError` at once while the entity
        takes none, else for a wrong one, and tells what comes of it."""
        if (before := self._refused.get(id)) is not None:
            raise CallError(before.code, before.message, before.field)
        try:
            self._try(entity, service, data)
        except CallError as error:
            self._refused[id] = error.error
            if len(self._refused) > _REFUSED:
                self._refused.popitem(last=False)
            raise

    def _try(self, entity: Entity, service: str, data: Mapping[str, Any]) -> None:
        tries, now = self._tries.get(entity.own), self._clock.monotonic()
        if tries is not None and now < tries.until:
            wait = tries.until - now
            raise CallError("denied", f"after {tries.count} wrong codes {entity.id} takes none for {wait:.0f} s", FIELD)
        if (error := _fault(entity, service, data)) is not None:
            raise CallError(error.error.code, f"{error}{self._count(entity)}", FIELD)
        without = {name: value for name, value in data.items() if name != FIELD}
        if tries is not None and _fault(entity, service, without) is not None:
            del self._tries[entity.own]  # a code that nobody checks does not wipe out the count

    def _count(self, entity: Entity) -> str:
        """What is to be said of one more wrong code."""
        now = self._clock.monotonic()
        tries = self._tries.get(entity.own)
        if tries is None or now - tries.last > _FORGOTTEN:
            tries = self._tries[entity.own] = _Tries(0, now)
        tries.count, tries.last = tries.count + 1, now
        left = FREE - tries.count
        if left > 0:
            return f"; {left} more and {entity.id} takes none for a while"
        delay = min(SHORTEST * 2.0 ** min(-left, 10), LONGEST)
        tries.until = now + delay
        return f"; {entity.id} takes none for {delay:.0f} s now"


def _fault(entity: Entity, service: str, data: Mapping[str, Any]) -> CallError | None:
    """What is wrong with the code of a command."""
    try:
        entity.face.services[service](entity, data)
    except CallError as error:
        return error if error.error.field == FIELD else None
    return None
