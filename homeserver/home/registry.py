"""The home's memory of its things: ids that last, devices, areas, and what was announced.

An entity keeps its id by its maker's `unique_id` through restarts, removals and any order of arrival; a device by
any of its identifiers. An id of something that is gone is given away only when a new thing wants it and people never
said a word about the old one; a former id that leads to something is never given away. Kept in the worker's SQLite
file, by own ids, and mirrored in memory; writes go through the turn.
"""

from collections.abc import Callable, Container, Iterable, Sequence
from typing import Any, Final

from homeserver.home.device import Described
from homeserver.home.journal import REMOVED, Journal, Kind, imported, own_for
from homeserver.home.rows import DeviceRow, EntityRow, device_statements, entity_statement, read_details
from homeserver.runtime.turn import Turn
from homeserver.topics.names import slug

__all__ = ["DeviceRow", "EntityRow", "Registry"]
MayFollow = Callable[[str, str], bool]
_MOST: Final = 20_000
"""Announcements that are kept."""


class Registry:
    """Reads the file once; afterwards all questions are answered from memory. `entities` and `device_ids` are by the
    ids that people see, all else by own ids. `may_follow` tells whether what is announced on a topic may take over what
    was announced on a former one."""

    def __init__(self, turn: Turn, journal: Journal, may_follow: MayFollow = lambda topic, former: True) -> None:
        self._turn = turn
        self._journal = journal
        self._may_follow = may_follow
        self.areas: dict[str, str] = {}
        self.devices: dict[str, DeviceRow] = {}
        self.device_ids: dict[str, str] = {}
        self.entities: dict[str, EntityRow] = {}
        self.rows: dict[str, EntityRow] = {}
        """All entities that are remembered, those that people removed too."""
        self._by_key: dict[str, str] = {}
        self._by_unique_id: dict[tuple[str, str], EntityRow] = {}
        self._device_topics: dict[str, str] = {}
        self._announced: dict[str, tuple[int, bool]] = {}
        self.edition = 0
        """Other after every change of what is known of things."""
        self.others: set[str] = set()
        """Ids of entities that other workers own."""
        self._load()

    def _load(self) -> None:
        fetch = self._turn.ledger.fetch
        self.areas = {row["id"]: row["name"] for row in fetch("SELECT * FROM area")}
        for row in fetch("SELECT * FROM device"):
            self.devices[row["id"]] = DeviceRow(row["id"], row["id"], read_details(row["details"]), row["area_id"])
        self.rename_devices()
        for row in fetch("SELECT * FROM device_key"):
            self._by_key[row["key"]] = row["device_id"]
            self.devices[row["device_id"]].keys.add(row["key"])
        for row in fetch("SELECT * FROM entity"):
            own, *values = tuple(row)
            entity = EntityRow(own, self._journal.id_of("entity", own), *values)
            entity.present = bool(entity.present)
            self._keep(entity)

    def announced_on(self, described: Described) -> set[str]:
        """The discovery topics of the devices that have any of these keys."""
        owns = {self._by_key[key] for key in described.keys if key in self._by_key}
        return {self._device_topics[own] for own in owns if own in self._device_topics}

    def _note_topic(self, row: EntityRow) -> None:
        if row.device_id is not None and row.key:
            self._device_topics[row.device_id] = row.topic

    def _keep(self, row: EntityRow) -> None:
        self._note_topic(row)
        self.rows[row.own] = row
        self._by_unique_id[row.domain, row.unique_id] = row
        if not self.is_removed(row):
            self.entities[row.id] = row

    def is_removed(self, row: EntityRow) -> bool:
        """Whether people took it out of the registry."""
        return REMOVED in self._journal.of("entity", row.own)

    def removed(self, row: EntityRow) -> str:
        """The announcement that does not bring back an entity that people took out; empty where any does."""
        return str(self._journal.of("entity", row.own).get(REMOVED, ""))

    def is_enabled(self, row: EntityRow) -> bool:
        """People's word, else the maker's."""
        return not self._journal.of("entity", row.own).get("disabled", not row.enabled)

    def rename(self, rows: Iterable[EntityRow]) -> None:
        """Bring the ids of entities in line with the words of people."""
        rows = list(rows)
        for row in rows:
            if self.entities.get(row.id) is row:  # else another thing is called so
                del self.entities[row.id]
                self._leave_device(row)
        for row in rows:
            row.id = self._journal.id_of("entity", row.own)
            if self.is_removed(row):
                continue
            self.entities[row.id] = row
            if row.present and row.device_id is not None:
                self.devices[row.device_id].entities.add(row.id)

    def rename_devices(self) -> None:
        """The same for ids and names of all devices."""
        self.device_ids.clear()
        for own, row in self.devices.items():
            words = self._journal.of("device", own)
            row.id, row.called = self._journal.id_of("device", own), words.get("name")
            if REMOVED not in words:
                self.device_ids[row.id] = own

    # -- entities

    def entity(self, id: str) -> EntityRow | None:
        """By its id, or one that it had."""
        row = self.entities.get(id)
        return row if row is not None else self.rows.get(self._journal.former("entity", id) or "")

    def find(self, domain: str, unique_id: str) -> EntityRow | None:
        return self._by_unique_id.get((domain, unique_id))

    def adopt(self, entities: Iterable[EntityRow], devices: Iterable[DeviceRow]) -> None:
        """Know of things that are expected and written down; `rename` gives the entities their ids."""
        self.edition += 1
        for entity in entities:
            self.rows[entity.own] = self._by_unique_id[entity.domain, entity.unique_id] = entity
        for device in devices:
            self.devices[device.own] = device
            self.device_ids[device.id] = device.own
            self._by_key.update(dict.fromkeys(device.keys, device.own))

    def assign(
        self,
        domain: str,
        unique_id: str,
        key: str,
        object_id: str,
        device_id: str | None,
        name: str = "",
        device_class: str | None = None,
    ) -> EntityRow:
        """The row of an entity that is announced now; a new one gets `object_id`, with _2, _3 where that is taken."""
        row = self.find(domain, unique_id)
        if row is not None and self.is_removed(row):
            self.drop(row)
            row = None
        told = (key, device_id, True, None, name, device_class)
        if row is None:
            own, entity_id = self._new_ids(domain, object_id, key)
            row = EntityRow(own, entity_id, domain, unique_id, *told)
            self._keep(row)
            self._write(row)
        elif (row.key, row.device_id, row.present, row.forgotten, row.name, row.device_class) != told:
            self._leave_device(row)
            row.key, row.device_id, row.present, row.forgotten, row.name, row.device_class = told
            self._write(row)
        else:
            row.key, row.device_id, row.name, row.unique_id = key, device_id, name, unique_id  # the same texts once
        if device_id is not None:
            self.devices[device_id].entities.add(row.id)
        return row

    def _new_ids(self, domain: str, object_id: str, key: str = "") -> tuple[str, str]:
        """An own id and an id that are free."""
        wanted, count = f"{domain}.{object_id}", 1
        entity_id = wanted
        while not (free := self._freed(entity_id, key)):
            count += 1
            entity_id = f"{wanted}_{count}"
        known = self._journal.mentions if free == "freed" else self._has_words
        return own_for(entity_id, lambda own: own in self.rows or known("entity", own)), entity_id

    def _freed(self, id: str, key: str) -> str:
        """Whether an id is free, perhaps because what had it is forgotten for good now."""
        if id in self.others or self._journal.former("entity", id):
            return ""
        holder = self.entities.get(id)
        if holder is None:
            return "free"
        if holder.present or self._has_words("entity", holder.own) or self._is_expected(holder):
            return ""
        if not self._may_follow(key.partition(" ")[0], holder.topic):
            return ""
        self.drop(holder)
        return "freed"

    def _is_expected(self, row: EntityRow) -> bool:
        """Whether an import said that it will come."""
        return not row.key and self._has_words("imported", imported(row.domain, row.unique_id))

    def _has_words(self, kind: Kind, own: str) -> bool:
        return (kind, own) in self._journal.words

    def leave(self, entity_id: str) -> None:
        """An entity is announced no more; its id is kept for its return."""
        row = self.entities.get(entity_id)
        if row is not None and row.present:
            row.present = False
            self._leave_device(row)
            self._write(row)

    def drop(self, row: EntityRow) -> None:
        """Forget even the id."""
        if self.entities.get(row.id) is row:
            self._leave_device(row)
            del self.entities[row.id]
        del self.rows[row.own]
        del self._by_unique_id[row.domain, row.unique_id]
        self._note("DELETE FROM entity WHERE id = ?", (row.own,))

    def _leave_device(self, row: EntityRow) -> None:
        if row.device_id is not None and (device := self.devices.get(row.device_id)):
            device.entities.discard(row.id)

    def _write(self, row: EntityRow) -> None:
        self._note_topic(row)
        self._note(*entity_statement(row))

    def _note(self, sql: str, values: Sequence[Any] = ()) -> None:
        self.edition += 1
        self._turn.note(sql, values)

    # -- devices and areas

    def device(self, described: Described) -> tuple[DeviceRow, bool]:
        """The device that is described, known by any of its keys; True when something about it is new."""
        known = next((self._by_key[key] for key in described.keys if key in self._by_key), None)
        if known is not None and REMOVED in self._journal.of("device", known):
            self.drop_device(self.devices[known])
            known = None
        if known is None:
            row = DeviceRow(*self.new_device_ids(described.wanted_id), described.details, None)
            self.devices[row.own] = row
            self.device_ids[row.id] = row.own
        else:
            row = self.devices[known]
            is_known = row.keys.issuperset(described.keys)
            if is_known and described.details == row.details:
                return row, False
            details = described.details.over(row.details)
            if is_known and details == row.details:
                return row, False
            row.details = details
        if row.area_id is None and row.details.suggested_area:
            row.area_id = self._area(row.details.suggested_area)
        self._write_device(row, described.keys)
        return row, True

    def _write_device(self, row: DeviceRow, keys: tuple[str, ...]) -> None:
        added = [key for key in dict.fromkeys(keys) if key not in self._by_key]
        for key in added:
            self._by_key[key] = row.own
            row.keys.add(key)
        for statement in device_statements(row, added):
            self._note(*statement)

    def new_device_ids(self, wanted: str, taken: Container[str] = ()) -> tuple[str, str]:
        """An own id and an id that are free; none of `taken`."""
        id, count = wanted, 1
        while id in self.device_ids or id in taken or self._journal.former("device", id):
            count += 1
            id = f"{wanted}_{count}"
        return own_for(id, lambda own: own in self.devices or own in taken or self._has_words("device", own)), id

    def drop_device(self, row: DeviceRow) -> None:
        """Forget it, so that one that announces itself by its keys is a new one."""
        if self.device_ids.get(row.id) == row.own:
            del self.device_ids[row.id]
        for key in row.keys:
            del self._by_key[key]
        del self.devices[row.own]
        self._device_topics.pop(row.own, None)
        self._note("DELETE FROM device_key WHERE device_id = ?", (row.own,))
        self._note("UPDATE entity SET device_id = NULL WHERE device_id = ?", (row.own,))
        self._note("DELETE FROM device WHERE id = ?", (row.own,))
        for entity in self.rows.values():
            if entity.device_id == row.own:
                entity.device_id = None

    def find_device(self, id: str) -> DeviceRow | None:
        """By its id, or one that it had."""
        own = self.device_ids.get(id) or self._journal.former("device", id)
        return self.devices.get(own) if own is not None else None

    def _area(self, name: str) -> str:
        """The area of that id by now or before, else a new one. One that people made has no row until a device is in
        it."""
        id = slug(name)
        own = self.place("area", id) or id
        if own not in self.areas:
            self.areas[own] = name
            self._note("INSERT INTO area VALUES (?, ?)", (own, name))
        return own

    def places(self, kind: Kind) -> dict[str, str]:
        """The areas, floors or labels there are: own ids by ids."""
        owns = [*self.areas, *self._journal.owns(kind)] if kind == "area" else self._journal.owns(kind)
        return {self._journal.id_of(kind, own): own for own in owns}

    def place(self, kind: Kind, id: str) -> str | None:
        """The own id of an area, floor or label by its id, or one that it had."""
        return self.places(kind).get(id) or self._journal.former(kind, id)

    # -- announcements

    def announced(self) -> list[tuple[str, bytes, bool]]:
        """Topic, payload and whether the broker was seen to keep it, of all that was announced and not taken back."""
        rows = self._turn.ledger.fetch("SELECT * FROM discovery")
        self._announced = {row["topic"]: (hash(row["payload"]), bool(row["retained"])) for row in rows}
        return [(row["topic"], row["payload"], bool(row["retained"])) for row in rows]

    def payload(self, topic: str) -> bytes | None:
        """What was announced on a topic, last."""
        rows = self._turn.ledger.fetch("SELECT payload FROM discovery WHERE topic = ?", (topic,))
        return rows[0]["payload"] if rows else None

    def keep_announcement(self, topic: str, payload: bytes, retained: bool) -> None:
        """`retained` is never unlearned: a live message does not tell."""
        if len(self._announced) >= _MOST and topic not in self._announced:
            return
        mark, before = hash(payload), self._announced.get(topic, (None, False))
        if before == (mark, before[1] or retained):
            return
        self._announced[topic] = (mark, before[1] or retained)
        self._note(
            "INSERT INTO discovery VALUES (?, ?, ?) ON CONFLICT (topic) DO UPDATE"
            " SET payload = excluded.payload, retained = max(retained, excluded.retained)",
            (topic, payload, int(retained)),
        )

    def retained(self) -> set[str]:
        """The discovery topics that the broker was seen to keep."""
        return {topic for topic, (_, retained) in self._announced.items() if retained}

    def leave_topic(self, topic: str) -> None:
        """All that was announced on a topic is announced no more."""
        for row in list(self.entities.values()):
            if row.present and (row.key == topic or row.key.startswith(f"{topic} ")):
                self.leave(row.id)
        self.drop_announcement(topic)

    def drop_announcement(self, topic: str) -> None:
        if self._announced.pop(topic, None) is None:
            return
        self._note("DELETE FROM discovery WHERE topic = ?", (topic,))
