"""Home Assistant's registries as they lie in `.storage`: floors, labels, areas, devices, entities; of any year.

Facts: its `helpers/*_registry.py` from 2019 to 2026. A minor version only adds fields, so what an old file does not
have is empty; a row that Home Assistant itself would pass over is passed over and counted.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Annotated, Any, Final, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from homeserver.cli.failures import Failure
from homeserver.cli.homeassistant.folder import Folder, Stored
from homeserver.topics.record import record

MOST: Final = 20_000
"""Rows of one registry."""
_LONGEST: Final = 255
_MOST_TEXTS: Final = 50
_BOTH: Final = (1, 2, 3)
"""Version 2 of the device registry was announced and never written; 3 is that of 2026.8."""


def _texts(value: Any) -> Any:
    """A list as Home Assistant writes it: null stands for the thing's own name among its aliases."""
    found = value if isinstance(value, list) else ()
    return [str(one)[:_LONGEST] for one in found if one is not None and one != ""][:_MOST_TEXTS]


def _pairs(value: Any) -> Any:
    """`[["mqtt", "0x00158d"]]`; a few integrations write three parts, numbers among them."""
    found = value if isinstance(value, list) else ()
    pairs = [(str(one[0]), str(one[-1])[:_LONGEST]) for one in found if isinstance(one, list) and len(one) > 1]
    return pairs[:_MOST_TEXTS]


def _text(value: Any) -> Any:
    return str(value) if isinstance(value, int | float) else value


def _cut(value: Any) -> Any:
    return value[:_LONGEST] if isinstance(value, str) else value


Key = Annotated[str, Field(min_length=1, max_length=255)]
Name = Annotated[str, BeforeValidator(_cut), Field(min_length=1)]
Texts = Annotated[tuple[str, ...], BeforeValidator(_texts)]
Pairs = Annotated[tuple[tuple[str, str], ...], BeforeValidator(_pairs)]
Icon = Annotated[str | None, BeforeValidator(lambda value: _cut(value) or None)]
Text = Annotated[Key, BeforeValidator(_text)]


class _Row(BaseModel):
    model_config = ConfigDict(defer_build=True, extra="ignore", frozen=True)


class Floor(_Row):
    """A storey."""

    floor_id: Key
    name: Name
    level: int | None = None
    icon: Icon = None
    aliases: Texts = ()


class Label(_Row):
    """A label; its colour is one of Home Assistant's words for colours."""

    label_id: Key
    name: Name
    color: Icon = None
    icon: Icon = None
    description: str | None = None


class Area(_Row):
    """A room."""

    id: Key
    name: Name
    floor_id: str | None = None
    icon: Icon = None
    aliases: Texts = ()
    labels: Texts = ()


class Device(_Row):
    """A device, or since 2026.9 a child of one."""

    id: Key
    name: str | None = None
    name_by_user: str | None = None
    area_id: str | None = None
    identifiers: Pairs = ()
    connections: Pairs = ()
    labels: Texts = ()
    manufacturer: str | None = None
    model: Any = None
    disabled_by: str | None = None
    entry_type: str | None = None
    parent_device_id: str | None = None


class Entity(_Row):
    """An entity. `id` came with 2022.2, `aliases_v2` with 2026.2, `compat_name` with 2026.11."""

    id: str | None = None
    entity_id: Annotated[str, Field(pattern=r"^[a-z0-9_]{1,64}\.[a-z0-9_]{1,255}$")]
    unique_id: Text
    platform: str
    name: str | None = None
    compat_name: str | None = None
    original_name: str | None = None
    device_id: str | None = None
    area_id: str | None = None
    labels: Texts = ()
    hidden_by: str | None = None
    disabled_by: str | None = None
    icon: Icon = None
    aliases: Texts = ()
    aliases_v2: Texts = ()
    device_class: str | None = None
    original_device_class: str | None = None
    config_entry_id: str | None = None
    options: Any = None

    @property
    def domain(self) -> str:
        return self.entity_id.partition(".")[0]

    def option(self, name: str) -> Any:
        """What people set of its values, if its domain has that."""
        own = self.options.get(self.domain) if isinstance(self.options, dict) else None
        return own.get(name) if isinstance(own, dict) else None


FLOORS: Final = Stored("core.floor_registry", (1,), "floors")
LABELS: Final = Stored("core.label_registry", (1,), "labels")
AREAS: Final = Stored("core.area_registry", (1,), "areas")
DEVICES: Final = Stored("core.device_registry", _BOTH, "devices")
CHILDREN: Final = Stored("core.device_registry", _BOTH, "child_devices")
ENTITIES: Final = Stored("core.entity_registry", (1,), "entities")
_STRIPPED: Final = 24
"""The minor version of the entity registry since which a name is told without its device's."""
R = TypeVar("R", bound=_Row)


@record
class Bad:
    """A row that cannot be read: where it stands, and why."""

    place: str
    reason: str


@dataclass(slots=True)
class Registries:
    """All that the registries say."""

    floors: list[Floor] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)
    areas: list[Area] = field(default_factory=list)
    devices: dict[str, Device] = field(default_factory=dict)
    entities: list[Entity] = field(default_factory=list)
    deleted: int = 0
    bad: list[Bad] = field(default_factory=list)
    _names_are_short: bool = False

    @classmethod
    def read(cls, folder: Folder) -> "Registries":
        """Read them; raises `Failure`."""
        found = cls()
        found.floors = found._rows(folder, FLOORS, Floor)
        found.labels = found._rows(folder, LABELS, Label)
        found.areas = found._rows(folder, AREAS, Area)
        found.devices = {row.id: row for row in found._rows(folder, DEVICES, Device)}
        children = folder.data(CHILDREN).get(CHILDREN.key, [])
        found.devices |= {row.id: row for row in found._read(children, Device, CHILDREN)}
        found.entities = found._rows(folder, ENTITIES, Entity)
        found._names_are_short = folder.minor(ENTITIES) >= _STRIPPED
        gone = folder.data(ENTITIES).get("deleted_entities")
        found.deleted = len(gone) if isinstance(gone, list) else 0
        return found

    def _rows(self, folder: Folder, file: Stored, kind: type[R]) -> list[R]:
        return list(self._read(folder.rows(file), kind, file))

    def _read(self, rows: Any, kind: type[R], file: Stored) -> Iterator[R]:
        place = f".storage/{file.name}: data.{file.key}"
        if not isinstance(rows, list) or len(rows) > MOST:
            raise Failure(f"{place} must be a list of at most {MOST}")
        for number, row in enumerate(rows):
            try:
                yield kind.model_validate(row)
            except ValidationError as error:
                first = error.errors(include_url=False, include_input=False)[0]
                below = "".join(f".{part}" for part in first["loc"])
                self.bad.append(Bad(f"{place}[{number}]{below}", first["msg"]))

    def name(self, entity: Entity) -> str | None:
        """What people called an entity, in full; None where they left it to its maker."""
        if not entity.name:
            return None
        if entity.compat_name or not self._names_are_short or entity.area_id:
            return entity.compat_name or entity.name
        device = self.devices.get(entity.device_id or "")
        before = (device.name_by_user or device.name or "") if device else ""
        return f"{before} {entity.name}".strip()

    def area(self, device: Device) -> str | None:
        """The area of a device: its own, else that of the device it is a part of."""
        parent = self.devices.get(device.parent_device_id or "")
        return device.area_id or (parent.area_id if parent else None)


def grouped(entities: Iterable[Entity], by: Callable[[Entity], str]) -> dict[str, list[Entity]]:
    """Entities by what `by` says of each, in order."""
    found: dict[str, list[Entity]] = {}
    for entity in entities:
        found.setdefault(by(entity), []).append(entity)
    return dict(sorted(found.items()))
