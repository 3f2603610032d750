"""Entities of other people's programs: a program tells how one is, and it is an entity of the home like any other.

Its state is what was told last, over restarts too; nobody can command it. What a device, a rule or a person's trackers
tell of stays theirs: a program cannot take such an entity over. What phones tell is beside it, in `phones`. Keeps
`clients.db`.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import orjson

from homeserver.runtime.house import House
from homeserver.runtime.store import Ledger
from homeserver.runtime.worker import Worker, answers
from homeserver.topics.call import Caller, CallError
from homeserver.topics.cause import Cause
from homeserver.topics.entity import ENTITY_CONFIG, ENTITY_STATE, EntityConfig, EntityState
from homeserver.topics.event import DEVICE_EVENT
from homeserver.topics.names import split_entity
from homeserver.topics.record import record
from homeserver.view.guard import Guard
from homeserver.view.view import View
from integrations.clients import words
from integrations.clients.personal import Personal
from integrations.clients.phone_book import PhoneBook

MIGRATIONS: Final = Path(__file__).with_name("migrations")
MOST: Final = 1_000
"""Entities that programs may have."""
LARGEST: Final = 16 * 1024
"""Bytes of the attributes of one."""
_DESCRIBING: Final[Mapping[str, str]] = {
    "friendly_name": "name",
    "unit_of_measurement": "unit",
    "device_class": "device_class",
    "state_class": "state_class",
    "icon": "icon",
}
"""Attributes that say what an entity is, by the field of its configuration."""


@record
class Row:
    """What a program told of an entity."""

    state: str
    attributes: dict[str, Any]
    changed: datetime
    updated: datetime


class Clients(Personal, Worker):
    name = "clients"
    says = (ENTITY_CONFIG, ENTITY_STATE, DEVICE_EVENT)

    def __init__(self, house: House, view: View) -> None:
        super().__init__(house)
        self.view = view
        self.rows: dict[str, Row] = {}
        self.ledger: Ledger

    async def open(self) -> None:
        self.ledger = self.house.keep(Ledger.open(self.house.folder / "clients.db", MIGRATIONS))
        for row in self.ledger.fetch("SELECT * FROM told"):
            times = (datetime.fromtimestamp(row[name], UTC) for name in ("changed", "updated"))
            self.rows[row["entity"]] = Row(row["state"], orjson.loads(row["attributes"]), *times)
        said, book = await self.house.leftovers(ENTITY_CONFIG, ENTITY_STATE), PhoneBook(self.ledger)
        known = {*self.rows, *book.entities()}
        for where, config in said.of(ENTITY_CONFIG):
            if config.owner == self.name and ".".join(where) not in known:
                self._withdraw(".".join(where))
        for entity_id in self.rows:
            self._tell(entity_id, None)
        self.begin(book)

    @answers(words.TELL_STATE)
    async def tell_state(self, request: words.TellState, caller: Caller) -> words.Told:
        entity_id, before = request.entity, self.rows.get(request.entity)
        self._check(entity_id, request.attributes, new=before is None)
        now, whose = self.house.clock.now(), caller.login
        changed = before.changed if before is not None and before.state == request.state else now
        times = (changed.timestamp(), now.timestamp())
        self.rows[entity_id] = row = Row(request.state, request.attributes, changed, now)
        self.ledger.execute(
            "INSERT OR REPLACE INTO told VALUES (?, ?, ?, ?, ?, ?)",
            (entity_id, row.state, orjson.dumps(row.attributes).decode(), *times, whose),
        )
        self._tell(entity_id, caller.cause)
        return words.Told(entity=entity_id, new=before is None)

    @answers(words.FORGET_STATE)
    async def forget_state(self, request: words.ForgetState, caller: Caller) -> words.Told:
        if request.entity not in self.rows:
            raise CallError("not_found", f"no program told of {request.entity}", "entity")
        self.forget(request.entity)
        return words.Told(entity=request.entity)

    def forget(self, entity_id: str) -> None:
        self.rows.pop(entity_id, None)
        self.ledger.execute("DELETE FROM told WHERE entity = ?", (entity_id,))
        self._withdraw(entity_id)

    def _check(self, entity_id: str, attributes: dict[str, Any], *, new: bool) -> None:
        """Raises `CallError` where it cannot be told."""
        config = self.view.config(entity_id)
        if config is not None and config.owner != self.name:
            raise CallError(
                "conflict", f"{entity_id} is told by its owner, {config.owner}: take another name", "entity"
            )
        if entity_id in self.book.entities():
            raise CallError("conflict", f"{entity_id} is told by a phone: take another name", "entity")
        if new and len(self.rows) >= MOST:
            raise CallError("conflict", f"programs have {MOST} entities already: take one away", "entity")
        if len(orjson.dumps(attributes)) > LARGEST:
            raise CallError("invalid", f"the attributes of an entity have {LARGEST} bytes at most", "attributes")
        for name in _DESCRIBING:
            if not isinstance(attributes.get(name, ""), str | None):
                raise CallError("invalid", f"{name} must be text", "attributes")

    def _tell(self, entity_id: str, cause: Cause | None) -> None:
        row, where = self.rows[entity_id], split_entity(entity_id)
        told = {field: row.attributes[name] for name, field in _DESCRIBING.items() if row.attributes.get(name)}
        name = told.pop("name", where[1].replace("_", " ").capitalize())
        self.house.say(ENTITY_CONFIG, EntityConfig(name, self.name, unique_id=entity_id, **told), *where)
        rest = {key: value for key, value in row.attributes.items() if key not in _DESCRIBING}
        self.house.say(ENTITY_STATE, EntityState(row.state, rest, row.changed, row.updated, cause), *where)

    def _withdraw(self, entity_id: str) -> None:
        where = split_entity(entity_id)
        self.house.say(ENTITY_CONFIG, None, *where)
        self.house.say(ENTITY_STATE, None, *where)


def setup(house: House) -> Clients:
    house.shared(Guard)
    return Clients(house, house.shared(View))
