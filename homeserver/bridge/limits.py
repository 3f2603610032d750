"""How often an address may be wrong, or ask at all: a bucket each, which empties with time.

Only failures count and only failures are turned away: whoever has the right token comes in, however often another
program behind the same address (on loopback that is every program) was wrong. Keeps a bounded number of buckets.
"""

import ipaddress
from collections import OrderedDict
from functools import lru_cache
from typing import Final

from homeserver.runtime.clock import Clock

BURST: Final = 10.0
"""Failures in a row before an address is turned away."""
SECONDS: Final = 6.0
"""Time in which one failure is forgiven."""
_ADDRESSES: Final = 10_000


class Failures:
    """Failed attempts by address, or by any other name. `burst` in a row; each is forgiven after `seconds`."""

    def __init__(self, clock: Clock, burst: float = BURST, seconds: float = SECONDS) -> None:
        self._clock = clock
        self._burst = burst
        self._seconds = seconds
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait(self, address: str) -> float:
        """Seconds until this address may be wrong again; 0 when it may now."""
        level = self._level(group_of(address))
        return max(0.0, (level - self._burst + 1) * self._seconds) if level > self._burst - 1 else 0.0

    def count(self, address: str) -> None:
        """This address was wrong just now."""
        group = group_of(address)
        self._buckets[group] = (min(self._burst, self._level(group) + 1), self._clock.monotonic())
        self._buckets.move_to_end(group)
        if len(self._buckets) > _ADDRESSES:
            self._buckets.popitem(last=False)

    def forgive(self, address: str) -> None:
        """The last one that was counted was none."""
        group = group_of(address)
        if level := self._level(group):
            self._buckets[group] = (max(0.0, level - 1), self._clock.monotonic())

    def _level(self, group: str) -> float:
        level, then = self._buckets.get(group, (0.0, 0.0))
        return max(0.0, level - (self._clock.monotonic() - then) / self._seconds)


@lru_cache(maxsize=_ADDRESSES)
def group_of(address: str) -> str:
    """One bucket for the network that one customer has: an IPv6 /64, a single IPv4 address. What a listener for both
    calls `::ffff:192.0.2.7` is one of these."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    if isinstance(parsed, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)
