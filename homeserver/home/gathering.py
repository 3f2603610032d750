"""What was taken away while nobody listened: the broker kept it before and does not now.

A broker that was killed may have lost the latest, which its devices say again, so they are given time before anything
is believed; one that holds no discovery at all has lost it, and proves nothing.
"""

from collections.abc import Callable
from typing import Final

from homeserver.home.registry import Registry
from homeserver.runtime.house import House

GATHERING: Final = 5.0
"""Seconds that devices are given after a start or a reconnect to announce themselves again."""


class Gathering:
    """Hears of every discovery message; `withdraw` is called with each topic that announces nothing any more."""

    def __init__(self, house: House, registry: Registry, withdraw: Callable[[str], None]) -> None:
        self._house = house
        self._registry = registry
        self._withdraw = withdraw
        self._seen: set[str] = set()
        self._holds = False
        self._doubted: set[str] = set()
        self._running = 0

    def heard(self, topic: str, payload: bytes, retained: bool) -> None:
        if payload and (retained or self._running or not self._house.connected):
            self._seen.add(topic)
            self._holds |= retained
        self._doubted.discard(topic)

    def opened(self, doubted: set[str]) -> None:
        """The home is open; these topics were kept in earlier runs, and not now."""
        self._seen.clear()
        self._holds = False
        self._doubted = doubted
        if doubted:
            self._house.start(self._settle(), "doubts")

    async def _settle(self) -> None:
        await self._house.clock.sleep(GATHERING)
        for topic in sorted(self._doubted):
            self._withdraw(topic)
        self._doubted.clear()

    async def reconnected(self, greet: Callable[[], None]) -> None:
        """Greet the devices once the connection stands, and see who answers."""
        self._running += 1
        await self._house.until_connected()
        greet()
        await self._house.clock.sleep(GATHERING)
        self._running -= 1
        if self._running or not self._house.connected:
            return  # the next connection's turn
        seen, self._seen = self._seen, set()
        holds, self._holds = self._holds, False
        if holds:
            for topic in self._registry.retained() - seen:
                self._withdraw(topic)
