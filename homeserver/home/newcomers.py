"""Things that an import expects: the rows that they will have, before anything knows of them.

Nothing is written by thinking of them: their rows go into the file with the deed that expects them, or not at all.
"""

from collections.abc import Iterator
from typing import Final

from homeserver.home.device import Described
from homeserver.home.journal import Journal, Statement, own_for
from homeserver.home.registry import Registry
from homeserver.home.rows import DeviceRow, EntityRow, device_statements, entity_statement


class Newcomers:
    """`entities` and `devices` in the order in which they were thought of."""

    def __init__(self) -> None:
        self.entities: list[EntityRow] = []
        self.devices: list[DeviceRow] = []
        self._by_unique_id: dict[tuple[str, str], EntityRow] = {}
        self._by_key: dict[str, DeviceRow] = {}
        self._owns: set[str] = set()
        self._names: set[str] = set()
        self._mentioned: set[str] | None = None

    @property
    def owns(self) -> set[str]:
        """Their own ids."""
        return {*(row.own for row in self.entities), *(row.own for row in self.devices)}

    def statements(self) -> Iterator[Statement]:
        """What their rows are written with."""
        for device in self.devices:
            yield from device_statements(device, device.keys)
        yield from map(entity_statement, self.entities)

    def entity(self, id: str, unique_id: str, registry: Registry, journal: Journal) -> EntityRow | None:
        """One that will be called `id`; None where it was thought of already."""
        domain = id.partition(".")[0]
        if (domain, unique_id) in self._by_unique_id:
            return None
        if self._mentioned is None:
            self._mentioned = journal.mentioned("entity") | set(journal.owns("entity"))
        known = self._mentioned
        own = own_for(id, lambda own: own in registry.rows or own in self._owns or own in known)
        row = EntityRow(own, id, domain, unique_id, "", None, False)
        self._owns.add(own)
        self._by_unique_id[domain, unique_id] = row
        self.entities.append(row)
        return row

    def device(self, described: Described, registry: Registry) -> DeviceRow | None:
        """One that will go by these keys; None where it was thought of already."""
        if any(key in self._by_key for key in described.keys):
            return None
        own, id = registry.new_device_ids(described.wanted_id, self._names)
        self._names |= {own, id}
        row = DeviceRow(own, id, described.details, None, set(described.keys))
        self._by_key.update(dict.fromkeys(described.keys, row))
        self.devices.append(row)
        return row


NOBODY: Final = Newcomers()
