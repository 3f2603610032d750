"""For how long it is remembered what is announced no more: devices that invent a new `unique_id` at each boot would
fill the file.

An entity that nobody ever said a word about goes half a year after it was announced last, or sooner where there are too
many such; its device goes with the last of its entities. Whatever people named, placed or edited is remembered for
ever, and so is what an import expects and what a deed speaks of, so that it can be undone. Keeps in the worker's file
since when each is gone.
"""

from collections.abc import Iterable, Iterator
from typing import Final

import orjson

from homeserver.home.journal import Journal, imported
from homeserver.home.registry import EntityRow, Registry
from homeserver.runtime.turn import Turn

KEPT: Final = 180 * 86_400.0
"""Seconds."""
MOST: Final = 5_000
"""Entities of which nobody said a word that are remembered; of more, those go first that are gone for longest."""
_SENSIBLE: Final = 1_704_067_200.0
"""2024: a small computer that has no clock of its own begins in 1970, until it has asked for the time."""
_AT_ONCE: Final = 200
"""Things that go in one sweep: others have their turn."""
_INSERT: Final = "INSERT OR IGNORE INTO gone SELECT value, ? FROM json_each(?)"
_DELETE: Final = "DELETE FROM gone WHERE entity_id IN (SELECT value FROM json_each(?))"


class Retention:
    """`sweep` it now and then."""

    def __init__(self, turn: Turn, registry: Registry, journal: Journal) -> None:
        self._turn = turn
        self._registry = registry
        self._journal = journal
        self._since: dict[str, float] = {
            row["entity_id"]: row["since"] for row in turn.ledger.fetch("SELECT * FROM gone")
        }

    def sweep(self, now: float) -> None:
        """Note what has gone and what has come back; forget what is gone for too long. `now` in seconds since 1970."""
        if now < _SENSIBLE:
            return
        gone = {own for own, row in self._registry.rows.items() if self._is_nobodys(row)}
        self._forget_since(self._since.keys() - gone)
        if new := sorted(gone - self._since.keys()):
            self._since.update(dict.fromkeys(new, now))
            self._turn.note(_INSERT, (now, orjson.dumps(new).decode()))
        if due := list(self._due(now)):
            spoken_of = self._journal.mentioned("entity")
            going = [self._registry.rows[own] for own in due if own not in spoken_of][:_AT_ONCE]
            for row in going:
                self._registry.drop(row)
            self._forget_since({row.own for row in going})
            self._devices({row.device_id for row in going if row.device_id is not None})

    def _is_nobodys(self, row: EntityRow) -> bool:
        """Gone, and neither edited nor told to stay away nor awaited."""
        if row.present or row.forgotten or ("entity", row.own) in self._journal.words:
            return False
        return ("imported", imported(row.domain, row.unique_id)) not in self._journal.words

    def _due(self, now: float) -> Iterator[str]:
        oldest = sorted(self._since, key=self._since.__getitem__)
        surplus = len(oldest) - MOST
        for place, own in enumerate(oldest):
            if place >= surplus and now - self._since[own] < KEPT:
                return
            yield own

    def _forget_since(self, owns: Iterable[str]) -> None:
        owns = sorted(owns)
        for own in owns:
            del self._since[own]
        if owns:
            self._turn.note(_DELETE, (orjson.dumps(owns).decode(),))

    def _devices(self, owns: set[str]) -> None:
        """Of those that lost an entity, the ones that have none left and of which nobody said a word."""
        bare = owns - {row.device_id for row in self._registry.rows.values()} - self._journal.awaited()
        bare = {own for own in bare if ("device", own) not in self._journal.words}
        for own in bare - self._journal.mentioned("device") if bare else ():
            self._registry.drop_device(self._registry.devices[own])
