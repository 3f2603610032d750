"""Phones of persons, and what they tell of, as rows of `clients.db` and in memory."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

import orjson

from homeserver.runtime.store import Ledger
from homeserver.topics.record import record
from integrations.clients.words import PhoneFacts

Key = tuple[str, str]
"""Kind and the app's own name of what a phone tells of."""
TRACKER: Final = "device_tracker"


@record
class PhoneRow:
    """A phone. `place` is what it last told of where it is."""

    id: str
    login: str
    device: str
    tracker: str
    facts: PhoneFacts
    place: Mapping[str, Any]
    changed: datetime
    updated: datetime


@record
class SensorRow:
    """Something that a phone tells of. `facts`: name, class, unit, category, icon, and whether it is switched off."""

    phone: str
    kind: str
    unique_id: str
    entity: str
    facts: Mapping[str, Any]
    state: str
    attributes: Mapping[str, Any]
    changed: datetime
    updated: datetime

    @property
    def key(self) -> Key:
        return self.kind, self.unique_id


class PhoneBook:
    """All of them; `ledger` is the worker's own file."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self.phones: dict[str, PhoneRow] = {}
        self.sensors: dict[str, dict[Key, SensorRow]] = {}
        for row in ledger.fetch("SELECT * FROM phone"):
            facts, place = PhoneFacts.model_validate_json(row["facts"]), orjson.loads(row["place"])
            said = (row["id"], row["login"], row["device"], row["tracker"], facts, place)
            self.phones[row["id"]] = PhoneRow(*said, _time(row["changed"]), _time(row["updated"]))
        for row in ledger.fetch("SELECT * FROM phone_sensor"):
            named = (row["phone"], row["kind"], row["unique_id"], row["entity"], orjson.loads(row["facts"]))
            told = (row["state"], orjson.loads(row["attributes"]), _time(row["changed"]), _time(row["updated"]))
            sensor = SensorRow(*named, *told)
            self.sensors.setdefault(sensor.phone, {})[sensor.key] = sensor

    def entities(self) -> set[str]:
        """All entities of phones."""
        told = (sensor.entity for group in self.sensors.values() for sensor in group.values())
        return {*(phone.tracker for phone in self.phones.values()), *told}

    def of(self, login: str) -> list[PhoneRow]:
        return [phone for phone in self.phones.values() if phone.login == login]

    def keep(self, phone: PhoneRow) -> None:
        values = (phone.id, phone.login, phone.device, phone.tracker, phone.facts.model_dump_json())
        times = (phone.changed.timestamp(), phone.updated.timestamp())
        row = (*values, _json(phone.place), *times)
        self._ledger.execute("INSERT OR REPLACE INTO phone VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
        self.phones[phone.id] = phone

    def keep_sensors(self, sensors: Iterable[SensorRow]) -> None:
        rows = list(sensors)
        with self._ledger.transaction():
            self._ledger.execute_many(
                "INSERT OR REPLACE INTO phone_sensor VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", map(_values, rows)
            )
        for row in rows:
            self.sensors.setdefault(row.phone, {})[row.key] = row

    def move(self, old: str, phone: PhoneRow) -> None:
        """The same phone under another id, with all that it tells of."""
        with self._ledger.transaction():
            self._ledger.execute("DELETE FROM phone WHERE id = ?", (old,))
            self._ledger.execute("UPDATE phone_sensor SET phone = ? WHERE phone = ?", (phone.id, old))
            self.keep(phone)
        del self.phones[old]
        moved = self.sensors.pop(old, {})
        self.sensors[phone.id] = {key: _of_phone(row, phone.id) for key, row in moved.items()}

    def forget(self, id: str) -> list[str]:
        """Take a phone away; the entities that go with it."""
        phone, sensors = self.phones.pop(id), self.sensors.pop(id, {})
        with self._ledger.transaction():
            self._ledger.execute("DELETE FROM phone WHERE id = ?", (id,))
            self._ledger.execute("DELETE FROM phone_sensor WHERE phone = ?", (id,))
        return [phone.tracker, *(sensor.entity for sensor in sensors.values())]


def _of_phone(row: SensorRow, phone: str) -> SensorRow:
    told = (row.facts, row.state, row.attributes, row.changed, row.updated)
    return SensorRow(phone, row.kind, row.unique_id, row.entity, *told)


def _values(row: SensorRow) -> tuple[Any, ...]:
    named = (row.phone, row.kind, row.unique_id, row.entity, _json(row.facts), row.state, _json(row.attributes))
    return (*named, row.changed.timestamp(), row.updated.timestamp())


def _json(value: Mapping[str, Any]) -> str:
    return orjson.dumps(value).decode()


def _time(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
