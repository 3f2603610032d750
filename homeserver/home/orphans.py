"""What nobody owns any more, with the reason: devices and entities that are announced no more, devices that say nothing
for long, and what lies on the broker. Keeps nothing.

A thing is certain where it is seen to be gone. That a device is silent proves nothing, so it is listed and never
cleared unless it is named.
"""

from collections.abc import Iterator
from typing import Final

from homeserver.home.journal import Journal
from homeserver.home.last_heard import LastHeard
from homeserver.home.litter import Litter, Piece
from homeserver.home.orphan_words import OrphanKind
from homeserver.home.registry import DeviceRow, EntityRow, Registry
from homeserver.topics.record import record

_SILENT: Final = 30.0
_SHOWN: Final = 20
_DAY: Final = 86_400.0


@record
class Orphan:
    """One of them, with what is to be removed: a device with its entities, an entity, or a message."""

    thing: str
    kind: OrphanKind
    reason: str
    certain: bool = True
    entities: tuple[str, ...] = ()
    device: DeviceRow | None = None
    entity: EntityRow | None = None
    piece: Piece | None = None


class Orphans:
    """`all` looks at the registry and at the broker."""

    def __init__(self, registry: Registry, journal: Journal, litter: Litter, last_heard: LastHeard) -> None:
        self._registry = registry
        self._journal = journal
        self._litter = litter
        self._last_heard = last_heard

    async def all(self, silent_days: float = _SILENT) -> list[Orphan]:
        """Devices first, then entities, then messages."""
        pieces = await self._litter.pieces()
        devices = list(self._devices())  # only now: one may have come back meanwhile
        gone = {orphan.device.own for orphan in devices if orphan.device is not None}
        return [*devices, *self._silent(silent_days), *self._entities(gone), *map(_orphan, pieces)]

    def _devices(self) -> Iterator[Orphan]:
        parts: dict[str | None, list[EntityRow]] = {}
        for row in self._registry.rows.values():
            if not self._registry.is_removed(row):
                parts.setdefault(row.device_id, []).append(row)
        awaited = self._journal.awaited()
        for id, own in sorted(self._registry.device_ids.items()):
            device = self._registry.devices[own]
            if not device.entities and (own in parts or own not in awaited):
                ids = tuple(sorted(row.id for row in parts.get(own, ())))
                why = f"it is announced no more; {_ids(len(ids))} kept for it"
                yield Orphan(f"device.{id}", "device", why, True, ids[:_SHOWN], device=device)

    def _silent(self, days: float) -> Iterator[Orphan]:
        """Devices that are announced, perhaps by a message that was left behind, and say nothing."""
        for id, own in sorted(self._registry.device_ids.items()):
            device = self._registry.devices[own]
            if device.entities and (silent := self._last_heard.mute(device)) >= days * _DAY:
                ids = tuple(sorted(device.entities))
                why = f"it has said nothing for {_span(silent)}"
                yield Orphan(f"device.{id}", "silent", why, False, ids[:_SHOWN], device=device)

    def _entities(self, gone: set[str]) -> Iterator[Orphan]:
        """Those of devices that are there, or of none; what was only imported is not awaited in vain yet."""
        for id, row in sorted(self._registry.entities.items()):
            if not row.present and row.key and row.device_id not in gone:
                why = "it was told to be forgotten" if row.forgotten else "its device announces it no more"
                yield Orphan(id, "entity", why, entity=row)


def _ids(count: int) -> str:
    return "1 id is" if count == 1 else f"{count or 'no'} ids are"


def _span(seconds: float) -> str:
    return f"{seconds / _DAY:.0f} days" if seconds >= 2 * _DAY else f"{seconds / 3600:.1f} hours"


def _orphan(piece: Piece) -> Orphan:
    kinds: dict[str, OrphanKind] = {"state": "state", "config": "config", "entry": "entry"}
    return Orphan(piece.topic, kinds.get(piece.kind, "discovery"), piece.reason, piece=piece)
