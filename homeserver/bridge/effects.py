"""What a command did: waits a moment for the entities it was meant for to change.

A device answers over the air, mostly within a few hundredths of a second, and not at all when nothing had to
change. Keeps those who wait.
"""

import asyncio
from collections.abc import Iterable

from homeserver.runtime.clock import Clock


class Watch:
    """Entities that are expected to change; `seen` are those that did."""

    def __init__(self, entities: Iterable[str]) -> None:
        self.missing = set(entities)
        self.seen: list[str] = []
        self.over = asyncio.Event()

    def changed(self, entity_id: str) -> None:
        if entity_id in self.missing:
            self.missing.discard(entity_id)
            self.seen.append(entity_id)
            if not self.missing:
                self.over.set()


class Effects:
    """All watches that are open."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._watches: set[Watch] = set()

    def watch(self, entities: Iterable[str]) -> Watch:
        """Begin before the command is sent, so that the fastest answer is not missed; then `finish`."""
        watch = Watch(entities)
        self._watches.add(watch)
        return watch

    def forget(self, watch: Watch) -> None:
        self._watches.discard(watch)

    async def finish(self, watch: Watch, seconds: float) -> list[str]:
        """The entities that changed, once all did or the time is over."""
        timer = self._clock.call_later(seconds, watch.over.set)
        try:
            await watch.over.wait()
        finally:
            timer.cancel()
        return watch.seen

    def changed(self, entity_id: str) -> None:
        for watch in self._watches:
            watch.changed(entity_id)
