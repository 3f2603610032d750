"""What the registry remembers of an entity and of a device, and how that is written into the worker's file."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field

import orjson

from homeserver.home.device import Details
from homeserver.home.journal import Statement


@dataclass(slots=True)
class DeviceRow:
    """One device. `entities` are the ids of those present; `area_id`, the area it suggests, is an own id."""

    own: str
    id: str
    details: Details
    area_id: str | None
    keys: set[str] = field(default_factory=set)
    entities: set[str] = field(default_factory=set)

    called: str | None = None
    """Its name by people."""

    @property
    def name(self) -> str:
        return self.called or self.details.name or self.id


@dataclass(slots=True)
class EntityRow:
    """One entity, present or remembered; `device_id` is an own id. Without a `key` it was never announced."""

    own: str
    id: str
    domain: str
    unique_id: str
    key: str
    device_id: str | None
    present: bool
    forgotten: str | None = None
    name: str = ""
    device_class: str | None = None
    enabled: bool = True
    visible: bool = True
    """What its maker says of both."""

    @property
    def topic(self) -> str:
        """Where it was announced."""
        return self.key.partition(" ")[0]


def entity_statement(row: EntityRow) -> Statement:
    """What a row is written with."""
    values = (row.own, row.domain, row.unique_id, row.key, row.device_id, int(row.present), row.forgotten)
    return "INSERT OR REPLACE INTO entity VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", (*values, row.name, row.device_class)


def device_statements(row: DeviceRow, keys: Iterable[str]) -> Iterator[Statement]:
    """What a row and its further keys are written with."""
    details = orjson.dumps(asdict(row.details)).decode()
    yield (
        "INSERT INTO device VALUES (?, ?, ?, ?) ON CONFLICT (id) DO UPDATE"
        " SET name = excluded.name, area_id = excluded.area_id, details = excluded.details",
        (row.own, row.name, row.area_id, details),
    )
    for key in keys:
        yield "INSERT INTO device_key VALUES (?, ?)", (key, row.own)


def read_details(text: str) -> Details:
    """As they are written."""
    return Details(**orjson.loads(text))
