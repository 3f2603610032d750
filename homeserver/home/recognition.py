"""Which thing here is meant by a row from another system: by what it calls itself, else by its hardware.

An entity of an integration that has identifiers of its own is found on the device with the same hardware, if its name,
its class, or its being the only one of its domain leaves no doubt. Built for one import; keeps nothing else.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator

from homeserver.home import import_words as words
from homeserver.home.addresses import hardware
from homeserver.home.registry import DeviceRow, EntityRow, Registry
from homeserver.topics.names import slug

_MANY = ("sensor", "binary_sensor")
"""Domains of which a device has so many that being the only one left proves nothing."""


class Recognition:
    """`devices` and `entities`: the things here by the keys of the rows that mean them. `doubles`: kinds and keys of
    rows that mean what an earlier row does: a device may be there once for each integration that speaks to it."""

    def __init__(self, rows: Iterable[words.Row], registry: Registry) -> None:
        self._rows = tuple(rows)
        self._registry = registry
        self._by_key: dict[str, DeviceRow] = {}
        self._by_address: defaultdict[str, list[DeviceRow]] = defaultdict(list)
        self.devices: dict[str, DeviceRow] = {}
        self.doubles: set[tuple[str, str]] = set()
        self.entities: dict[str, EntityRow] = {}

    def work(self) -> Iterator[None]:
        """A little at each step."""
        for device in self._registry.devices.values():
            if self._registry.device_ids.get(device.id) == device.own:
                self._by_key.update(dict.fromkeys(device.keys, device))
                for address in hardware(device.keys):
                    self._by_address[address].append(device)
            yield
        meant: set[str] = set()
        for row in self._rows:
            if isinstance(row, words.DeviceRow) and (found := self._device(row)) is not None:
                self.devices[row.key] = found
                if found.own in meant:
                    self.doubles.add((row.kind, row.key))
                meant.add(found.own)
            yield
        yield from self._entities([row for row in self._rows if isinstance(row, words.EntityRow)])

    def _device(self, row: words.DeviceRow) -> DeviceRow | None:
        named = next((self._by_key[key] for key in row.keys if key in self._by_key), None)
        if named is not None:
            return named
        alike = {device.own: device for address in row.addresses for device in self._by_address[address]}
        return next(iter(alike.values())) if len(alike) == 1 else None

    def _entities(self, rows: list[words.EntityRow]) -> Iterator[None]:
        taken: set[str] = set()
        for row in rows:
            if row.theirs and row.key in self._registry.others:
                domain = row.key.partition(".")[0]
                self.entities[row.key] = EntityRow(row.key, row.key, domain, row.unique_id, "", None, False)
            found = self._registry.find(row.key.partition(".")[0], row.unique_id) if row.expect else None
            if found is None or self._registry.is_removed(found):
                continue
            if found.own in taken:
                self.doubles.add((row.kind, row.key))
            else:
                self.entities[row.key] = found
                taken.add(found.own)
            yield
        groups: defaultdict[tuple[str, str], list[words.EntityRow]] = defaultdict(list)
        for row in rows:
            device = self.devices.get(row.device or "")
            if device is not None and not row.expect and not row.theirs:
                groups[device.own, row.key.partition(".")[0]].append(row)
        for (own, domain), theirs in groups.items():
            ids = sorted(self._registry.devices[own].entities)
            ours = [self._registry.entities[id] for id in ids if id.startswith(f"{domain}.")]
            self._pair(theirs, [one for one in ours if one.own not in taken], domain)
            yield

    def _pair(self, theirs: list[words.EntityRow], ours: list[EntityRow], domain: str) -> None:
        """Those that are alike and like no other."""
        self._alike(theirs, ours, lambda one: slug(one.own) if one.own else "", lambda one: slug(one.name or ""))
        self._alike(theirs, ours, lambda one: one.device_class or "", lambda one: one.device_class or "")
        if domain not in _MANY:
            self._alike(theirs, ours, lambda one: domain, lambda one: domain)

    def _alike(
        self,
        theirs: list[words.EntityRow],
        ours: list[EntityRow],
        of_theirs: Callable[[words.EntityRow], str],
        of_ours: Callable[[EntityRow], str],
    ) -> None:
        for word in {of_theirs(row) for row in theirs} - {"", "unnamed"}:
            one = [row for row in theirs if of_theirs(row) == word]
            other = [row for row in ours if of_ours(row) == word]
            if len(one) == len(other) == 1:
                self.entities[one[0].key] = other[0]
                theirs.remove(one[0])
                ours.remove(other[0])
