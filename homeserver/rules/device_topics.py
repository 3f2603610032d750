"""The topics of devices that rules listen to: subscribed to only while some rule wants them.

Keeps an index from filter to hearers, and for each address that came which of them it concerns.
"""

from collections.abc import Callable
from typing import Final

from homeserver.rules.telling import tell
from homeserver.runtime.filters import filter_fault, matches
from homeserver.runtime.house import House
from homeserver.topics.cause import Cause

Hear = Callable[[str, bytes, Cause | None], None]
_ECHO: Final = 1.0
"""Seconds within which a message is what a rule published just now."""
_REMEMBERED: Final = 10_000
"""Addresses of which it is known who hears them."""


class DeviceTopics:
    """`listen` and `unlisten` are cheap; the bus is told of a change once it is there."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._hears: dict[str, tuple[Hear, ...]] = {}
        self._filters: set[str] = set()
        self._routes: dict[str, tuple[Hear, ...]] = {}
        self._begun = False
        self._published: dict[str, tuple[bytes, Cause, float]] = {}

    def published(self, address: str, payload: bytes, cause: Cause) -> None:
        """A rule says this now: if a rule hears it, it is known why."""
        if self._begun:
            self._published.pop(address, None)
            self._published[address] = (payload, cause, self._house.clock.monotonic())
            if len(self._published) > _REMEMBERED:
                del self._published[next(iter(self._published))]

    def _cause(self, address: str, payload: bytes) -> Cause | None:
        said, cause, at = self._published.get(address) or (b"", None, 0.0)
        is_echo = cause is not None and said == payload and self._house.clock.monotonic() - at < _ECHO
        return cause if is_echo else None

    def listen(self, pattern: str, hear: Hear) -> None:
        """Call `hear` with address, payload and cause, where known, of each message inside the filter from now on."""
        self._hears[pattern] = (*self._hears.get(pattern, ()), hear)
        self._routes.clear()
        if pattern in self._filters:
            return
        self._filters.add(pattern)
        if self._begun:
            self._house.refilter()
        else:
            self._begun = True
            self._house.hear_devices(self._filters, self._take)

    def unlisten(self, pattern: str, hear: Hear) -> None:
        left = tuple(other for other in self._hears.get(pattern, ()) if other != hear)
        self._routes.clear()
        if left:
            self._hears[pattern] = left
        elif self._hears.pop(pattern, None) is not None:
            self._filters.discard(pattern)
            self._house.refilter()

    def close(self) -> None:
        """Hear nothing more."""
        if self._begun:
            self._begun = False
            self._house.unhear_devices(self._take)

    def _take(self, address: str, payload: bytes, retained: bool) -> None:
        if retained:
            return
        hears = self._routes.get(address)
        if hears is None:
            hears = tuple(hear for pattern, group in self._hears.items() if matches(pattern, address) for hear in group)
            if len(self._routes) >= _REMEMBERED:
                self._routes.clear()
            self._routes[address] = hears
        tell(iter(hears), address, payload, self._cause(address, payload) if self._published else None)


def reason_against(pattern: str, root: str) -> str | None:
    """Why rules may not listen to this filter; None where they may."""
    if fault := filter_fault(pattern):
        return f"{pattern!r} is no topic that can be listened to: {fault}"
    first = pattern.partition("/")[0]
    if first == root:
        return (
            f"{pattern} is a topic of the home itself, whose messages may change: what it tells of has triggers of its"
            " own, such as state, event, tag and device"
        )
    if first.startswith("$"):
        return f"{pattern} is a topic of the broker itself, which rules do not hear"
    return None
