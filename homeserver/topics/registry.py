"""What people decided about the things of the house: names, areas, labels; retained, said by `home`.

`former` are the ids that a thing had before: whoever still names it so means it.
"""

from typing import Final

from homeserver.topics.record import record
from homeserver.topics.topic import Retained


@record
class EntityEntry:
    """People's word on an entity. None: the maker's word stands. `area_id` falls back to the device's. `values`: what
    is set of its values, by name: unit, precision, factor, offset, debounce, throttle, restless."""

    name: str | None = None
    area_id: str | None = None
    device_id: str | None = None
    labels: tuple[str, ...] = ()
    hidden: bool = False
    disabled: bool = False
    aliases: tuple[str, ...] = ()
    former: tuple[str, ...] = ()
    icon: str | None = None
    values: dict[str, str | float] | None = None


@record
class DeviceEntry:
    """People's word on a device."""

    name: str
    area_id: str | None = None
    labels: tuple[str, ...] = ()
    manufacturer: str | None = None
    model: str | None = None
    former: tuple[str, ...] = ()


@record
class AreaEntry:
    """A room, or any other part of the home."""

    name: str
    floor_id: str | None = None
    aliases: tuple[str, ...] = ()
    former: tuple[str, ...] = ()
    icon: str | None = None


@record
class FloorEntry:
    """A storey. `level`: 0 is the ground floor."""

    name: str
    level: int | None = None
    former: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    icon: str | None = None


@record
class LabelEntry:
    """A word that people put on entities and devices to speak of them together. `color`: a word, or #rrggbb."""

    name: str
    former: tuple[str, ...] = ()
    icon: str | None = None
    color: str | None = None
    description: str | None = None


ENTITY_ENTRY: Final = Retained("registry/entity/{entity_id}", EntityEntry)
DEVICE_ENTRY: Final = Retained("registry/device/{id}", DeviceEntry)
AREA_ENTRY: Final = Retained("registry/area/{id}", AreaEntry)
FLOOR_ENTRY: Final = Retained("registry/floor/{id}", FloorEntry)
LABEL_ENTRY: Final = Retained("registry/label/{id}", LabelEntry)
