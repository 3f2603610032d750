"""The home's memory of its things: ids that last, devices, areas, and what was announced.

An entity keeps its id by its maker's `unique_id` through restarts, removals and any order of arrival; a device by
any of its identifiers. An id of something that is gone is given away only when a new thing wants it. Kept in the
worker's SQLite file and mirrored in memory; writes go through the turn.
"""

from dataclasses import asdict, dataclass, field
from typing import Any, Final

import orjson

from homeserver.home.device import Described, Details
from homeserver.home.turn import Turn
from homeserver.topics.names import slug

_MOST: Final = 20_000
"""Announcements that are kept."""


@dataclass(slots=True)
class DeviceRow:
    """One device. `entities` are those present."""

    id: str
    details: Details
    area_id: str | None
    keys: set[str] = field(default_factory=set)
    entities: set[str] = field(default_factory=set)

    @property
    def name(self) -> str:
        return self.details.name or self.id


@dataclass(slots=True)
class EntityRow:
    """One entity, present or remembered."""

    id: str
    domain: str
    unique_id: str
    key: str
    device_id: str | None
    present: bool
    forgotten: str | None = None


class Registry:
    """Reads the file once; afterwards all questions are answered from memory."""

    def __init__(self, turn: Turn) -> None:
        self._turn = turn
        self.areas: dict[str, str] = {}
        self.devices: dict[str, DeviceRow] = {}
        self.entities: dict[str, EntityRow] = {}
        self._by_key: dict[str, str] = {}
        self._by_unique_id: dict[tuple[str, str], EntityRow] = {}
        self._announced: dict[str, tuple[int, bool]] = {}
        self.others: set[str] = set()
        """Ids of entities that other workers own."""
        self._load()

    def _load(self) -> None:
        fetch = self._turn.ledger.fetch
        self.areas = {row["id"]: row["name"] for row in fetch("SELECT * FROM area")}
        for row in fetch("SELECT * FROM device"):
            self.devices[row["id"]] = DeviceRow(row["id"], Details(**orjson.loads(row["details"])), row["area_id"])
        for row in fetch("SELECT * FROM device_key"):
            self._by_key[row["key"]] = row["device_id"]
            self.devices[row["device_id"]].keys.add(row["key"])
        for row in fetch("SELECT * FROM entity"):
            values: dict[str, Any] = dict(row)
            self._keep(EntityRow(**values | {"present": bool(row["present"])}))

    def _keep(self, row: EntityRow) -> None:
        self.entities[row.id] = row
        self._by_unique_id[row.domain, row.unique_id] = row

    # -- entities

    def find(self, domain: str, unique_id: str) -> EntityRow | None:
        return self._by_unique_id.get((domain, unique_id))

    def assign(self, domain: str, unique_id: str, key: str, object_id: str, device_id: str | None) -> EntityRow:
        """The row of an entity that is announced now; a new one gets `object_id`, with _2, _3 where that is taken."""
        row = self.find(domain, unique_id)
        if row is None:
            row = EntityRow(self._free_id(domain, object_id), domain, unique_id, key, device_id, True)
            self._keep(row)
            self._write(row)
        elif (row.key, row.device_id, row.present, row.forgotten) != (key, device_id, True, None):
            self._leave_device(row)
            row.key, row.device_id, row.present, row.forgotten = key, device_id, True, None
            self._write(row)
        if device_id is not None:
            self.devices[device_id].entities.add(row.id)
        return row

    def _free_id(self, domain: str, object_id: str) -> str:
        wanted, count = f"{domain}.{object_id}", 1
        entity_id = wanted
        while (holder := self.entities.get(entity_id)) is not None or entity_id in self.others:
            if holder is not None and not holder.present and entity_id not in self.others:
                self.drop(holder)
                break
            count += 1
            entity_id = f"{wanted}_{count}"
        return entity_id

    def leave(self, entity_id: str) -> None:
        """An entity is announced no more; its id is kept for its return."""
        row = self.entities.get(entity_id)
        if row is not None and row.present:
            row.present = False
            self._leave_device(row)
            self._write(row)

    def forget(self, entity_id: str, announcement: str) -> None:
        """The same because somebody said so: it stays away until it is announced otherwise."""
        self.leave(entity_id)
        row = self.entities[entity_id]
        row.forgotten = announcement
        self._write(row)

    def drop(self, row: EntityRow) -> None:
        """Forget even the id."""
        self._leave_device(row)
        del self.entities[row.id]
        del self._by_unique_id[row.domain, row.unique_id]
        self._turn.note("DELETE FROM entity WHERE id = ?", (row.id,))

    def _leave_device(self, row: EntityRow) -> None:
        if row.device_id is not None and (device := self.devices.get(row.device_id)):
            device.entities.discard(row.id)

    def _write(self, row: EntityRow) -> None:
        values = (row.id, row.domain, row.unique_id, row.key, row.device_id, int(row.present), row.forgotten)
        self._turn.note("INSERT OR REPLACE INTO entity VALUES (?, ?, ?, ?, ?, ?, ?)", values)

    # -- devices and areas

    def device(self, described: Described) -> tuple[DeviceRow, bool]:
        """The device that is described, known by any of its keys; True when something about it is new."""
        known = next((self._by_key[key] for key in described.keys if key in self._by_key), None)
        if known is None:
            row = DeviceRow(self._free_device_id(described.wanted_id), described.details, None)
            self.devices[row.id] = row
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
        details = orjson.dumps(asdict(row.details)).decode()
        self._turn.note(
            "INSERT INTO device VALUES (?, ?, ?, ?) ON CONFLICT (id) DO UPDATE"
            " SET name = excluded.name, area_id = excluded.area_id, details = excluded.details",
            (row.id, row.name, row.area_id, details),
        )
        for key in keys:
            if key not in self._by_key:
                self._by_key[key] = row.id
                row.keys.add(key)
                self._turn.note("INSERT INTO device_key VALUES (?, ?)", (key, row.id))

    def _free_device_id(self, wanted: str) -> str:
        device_id, count = wanted, 1
        while device_id in self.devices:
            count += 1
            device_id = f"{wanted}_{count}"
        return device_id

    def _area(self, name: str) -> str:
        area_id = slug(name)
        if area_id not in self.areas:
            self.areas[area_id] = name
            self._turn.note("INSERT INTO area VALUES (?, ?)", (area_id, name))
        return area_id

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
        self._turn.note(
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
        self._turn.note("DELETE FROM discovery WHERE topic = ?", (topic,))
