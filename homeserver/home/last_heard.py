"""When each device spoke last, over restarts. Retained messages tell nothing of that: the broker keeps them for ever.

What was heard in this run stands on the switchboard; it is written down in bulk now and then. Keeps a row for each
device in the worker's file.
"""

from collections.abc import Iterable
from typing import Final

import orjson

from homeserver.home.registry import DeviceRow, Registry
from homeserver.home.roster import Roster, where_of
from homeserver.home.switchboard import Switchboard
from homeserver.runtime.clock import Clock
from homeserver.runtime.turn import Turn

_WRITE: Final = (
    "INSERT INTO heard SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each(?) WHERE true"
    " ON CONFLICT (device_id) DO UPDATE SET at = coalesce(excluded.at, at)"
)
_DROP: Final = "DELETE FROM heard WHERE device_id IN (SELECT value FROM json_each(?))"


class LastHeard:
    """Times in seconds since 1970; devices by their own ids."""

    def __init__(self, turn: Turn, registry: Registry, roster: Roster, board: Switchboard, clock: Clock) -> None:
        self._turn = turn
        self._registry = registry
        self._roster = roster
        self._board = board
        self._clock = clock
        self._at: dict[str, float | None] = {}
        self._known: dict[str, float] = {}
        for row in turn.ledger.fetch("SELECT * FROM heard"):
            self._known[row["device_id"]], self._at[row["device_id"]] = row["known"], row["at"]

    def silent(self, device: DeviceRow) -> float | None:
        """Seconds since it spoke; None where it never did."""
        heard = self._heard(self.topics(device))
        before = self._at.get(device.own)
        if heard is not None:
            return round(self._clock.monotonic() - heard, 1)
        return None if before is None else round(max(0.0, self._now() - before), 1)

    def mute(self, device: DeviceRow) -> float:
        """The same, or since it was known where it never spoke; 0 for one that has nothing to say."""
        if not self.topics(device):
            return 0.0
        silent = self.silent(device)
        return silent if silent is not None else self._now() - self._known.get(device.own, self._now())

    def topics(self, device: DeviceRow) -> set[str]:
        """The topics on which it speaks."""
        entities = (self._roster.entities.get(where_of(id)) for id in device.entities)
        return {topic for entity in entities if entity is not None for topic, _ in entity.face.hears}

    def _heard(self, topics: Iterable[str]) -> float | None:
        heard = (line.heard for topic in topics if (line := self._board.lines.get(topic)) is not None)
        return max((at for at in heard if at is not None), default=None)

    def _now(self) -> float:
        return self._clock.now().timestamp()

    def write(self) -> None:
        """Write down what was heard since the last time, and drop what the registry knows no more."""
        if gone := sorted(self._known.keys() - self._registry.devices.keys()):
            for own in gone:
                del self._known[own], self._at[own]
            self._turn.note(_DROP, (orjson.dumps(gone).decode(),))
        now, monotonic, rows = self._now(), self._clock.monotonic(), []
        for own, device in self._registry.devices.items():
            heard = self._heard(self.topics(device)) if device.entities else None
            at = None if heard is None else now - (monotonic - heard)
            if own in self._known and (at is None or at - (self._at.get(own) or 0.0) < 1.0):
                continue
            self._known.setdefault(own, now)
            self._at[own] = at if at is not None else self._at.get(own)
            rows.append((own, now, at))
        if rows:
            self._turn.note(_WRITE, (orjson.dumps(rows).decode(),))
