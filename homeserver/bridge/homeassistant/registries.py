"""Commands of the registries: areas, floors, labels, devices and entities, listed as somebody may see them, and edited
by the calls of `home`, which keeps them and can undo each change.

Shapes: Home Assistant's `config` component; keys that mean nothing here are there with what stands for nothing.
"""

from collections.abc import Mapping
from typing import Any, Final

from homeserver.bridge.homeassistant.command import Asked, Bare, Message, Row
from homeserver.bridge.homeassistant.failure import Failure
from homeserver.topics.entity import EntityConfig
from homeserver.topics.registry import EntityEntry
from homeserver.view.view import View

_NEVER: Final = {"created_at": 0.0, "modified_at": 0.0}


def area_row(id: str, view: View) -> dict[str, Any]:
    entry = view.areas[id]
    return {
        "area_id": id,
        "name": entry.name,
        "floor_id": entry.floor_id,
        "icon": entry.icon,
        "aliases": list(entry.aliases),
        "labels": [],
        "picture": None,
        "temperature_entity_id": None,
        "humidity_entity_id": None,
        **_NEVER,
    }


def floor_row(id: str, view: View) -> dict[str, Any]:
    entry = view.floors[id]
    said = {"floor_id": id, "name": entry.name, "level": entry.level, "icon": entry.icon}
    return {**said, "aliases": list(entry.aliases), **_NEVER}


def label_row(id: str, view: View) -> dict[str, Any]:
    entry = view.labels[id]
    said = {"label_id": id, "name": entry.name, "color": entry.color, "icon": entry.icon}
    return {**said, "description": entry.description, **_NEVER}


def device_row(id: str, view: View, found: Mapping[str, EntityConfig]) -> dict[str, Any]:
    """`found`: by device, the configuration of one of its entities."""
    entry, config = view.devices.get(id), found.get(id)
    device = config.device if config is not None else None
    made, platform = device.name if device is not None else None, platform_of(config)
    return {
        "id": id,
        "name": made or (entry.name if entry else id),
        "name_by_user": entry.name if entry and entry.name != made else None,
        "area_id": (entry.area_id if entry else None),
        "labels": list(entry.labels) if entry else [],
        "manufacturer": device.manufacturer if device else entry and entry.manufacturer,
        "model": device.model if device else entry and entry.model,
        "model_id": None,
        "sw_version": device.sw_version if device else None,
        "hw_version": device.hw_version if device else None,
        "serial_number": device.serial_number if device else None,
        "configuration_url": device.configuration_url if device else None,
        "via_device_id": device.via_device if device else None,
        "identifiers": [["mqtt", identifier] for identifier in (device.identifiers if device else ())],
        "connections": [],
        "config_entries": [platform],
        "config_entries_subentries": {platform: [None]},
        "config_entry_id": platform,
        "primary_config_entry": platform,
        "disabled_by": None,
        "entry_type": None,
        **_NEVER,
    }


def platform_of(config: EntityConfig | None) -> str:
    """What brings an entity into the home; the id of its configuration entry too."""
    return "mqtt" if config is None or config.owner == "home" else config.owner


def entity_row(id: str, view: View) -> dict[str, Any]:
    config, entry = view.configs.get(id), view.entities.get(id, EntityEntry())
    return {
        "entity_id": id,
        "id": id,
        "unique_id": (config.unique_id if config else None) or id,
        "platform": platform_of(config),
        "name": entry.name,
        "original_name": config.name if config else None,
        "icon": entry.icon,
        "area_id": entry.area_id,
        "device_id": view.device_of(id),
        "labels": list(entry.labels),
        "categories": {},
        "disabled_by": "user" if entry.disabled else (None if config is None or config.enabled else "integration"),
        "hidden_by": "user" if entry.hidden else None,
        "entity_category": config.category if config else None,
        "has_entity_name": False,
        "translation_key": None,
        "config_entry_id": platform_of(config),
        "config_subentry_id": None,
        "options": {},
        **_NEVER,
    }


def _extended(id: str, view: View) -> dict[str, Any]:
    """An entity as `get` and `update` tell it, with more than a list has."""
    config, entry = view.configs.get(id), view.entities.get(id, EntityEntry())
    more = {"aliases": list(entry.aliases), "capabilities": config.capabilities if config else {}}
    kinds = {"device_class": None, "original_device_class": config.device_class if config else None}
    return {**entity_row(id, view), **more, **kinds, "original_icon": config.icon if config else None}


def _display_row(id: str, view: View) -> dict[str, Any]:
    """The short form, for pages that show hundreds."""
    row = entity_row(id, view)
    long = {"ai": "area_id", "di": "device_id", "ic": "icon", "en": "name", "lb": "labels", "pl": "platform"}
    said = {"ei": id, **{short: row[name] for short, name in long.items() if row[name] or short == "pl"}}
    said.setdefault("lb", [])
    if row["entity_category"]:
        said["ec"] = {"config": 0, "diagnostic": 1}.get(row["entity_category"], 1)
    if row["hidden_by"]:
        said["hb"] = True
    if not row["name"] and row["original_name"]:
        said["en"] = row["original_name"]
    return said


# -- lists


def _areas(asked: Asked, _: Bare) -> Any:
    view = asked.desk.seen(asked.login)
    return [area_row(id, view) for id in view.areas]


def _floors(asked: Asked, _: Bare) -> Any:
    view = asked.desk.seen(asked.login)
    return [floor_row(id, view) for id in view.floors]


def _labels(asked: Asked, _: Bare) -> Any:
    view = asked.desk.seen(asked.login)
    return [label_row(id, view) for id in view.labels]


def _devices(asked: Asked, _: Bare) -> Any:
    view = asked.desk.seen(asked.login)
    found = {device: config for id, config in view.configs.items() if (device := view.device_of(id))}
    return [device_row(id, view, found) for id in dict.fromkeys((*view.devices, *found))]


def _entities(asked: Asked, _: Bare) -> Any:
    view = asked.desk.seen(asked.login)
    return [entity_row(id, view) for id in view.configs]


def _display(asked: Asked, _: Bare) -> Any:
    view = asked.desk.seen(asked.login)
    return {
        "entity_categories": {"0": "config", "1": "diagnostic"},
        "entities": [_display_row(i, view) for i in view.configs],
    }


# -- one entity


class OneEntity(Message):
    entity_id: str


class SeveralEntities(Message):
    entity_ids: list[str]


def _entity(asked: Asked, message: OneEntity) -> Any:
    view = asked.desk.seen(asked.login)
    id = view.current(message.entity_id)
    if id not in view.configs:
        raise Failure("not_found", "Entity not found")
    return _extended(id, view)


def _several(asked: Asked, message: SeveralEntities) -> Any:
    view = asked.desk.seen(asked.login)
    return {id: _extended(id, view) if id in view.configs else None for id in message.entity_ids}


# -- edits: the fields that `home` knows, by the name that each has there


class _Edit(Message):
    name: str | None = None
    icon: str | None = None
    labels: list[str] | None = None
    aliases: list[str] | None = None


class UpdateEntity(_Edit):
    entity_id: str
    area_id: str | None = None
    new_entity_id: str | None = None
    hidden_by: str | None = None
    disabled_by: str | None = None


class UpdateDevice(Message):
    device_id: str
    name_by_user: str | None = None
    area_id: str | None = None
    labels: list[str] | None = None


class EditArea(_Edit):
    area_id: str | None = None
    floor_id: str | None = None
    picture: str | None = None


class EditFloor(_Edit):
    floor_id: str | None = None
    level: int | None = None


class EditLabel(_Edit):
    label_id: str | None = None
    color: str | None = None
    description: str | None = None


class RemoveArea(Message):
    area_id: str


class RemoveFloor(Message):
    floor_id: str


class RemoveLabel(Message):
    label_id: str


_NAMES: Final[Mapping[str, str]] = {
    "area_id": "area",
    "floor_id": "floor",
    "label_id": "label",
    "device_id": "device",
    "entity_id": "entity",
    "name_by_user": "name",
    "new_entity_id": "id",
}
_NOT_HERE: Final = frozenset({"picture"})


def _args(message: Message, *flags: str) -> dict[str, Any]:
    """What was said, in the words of `home`."""
    said = {name: getattr(message, name) for name in message.model_fields_set if name not in _NOT_HERE}
    given = {_NAMES.get(name, name): value for name, value in said.items()}
    for flag in flags:
        if f"{flag}_by" in given:
            given[flag] = given.pop(f"{flag}_by") is not None
    return given


async def _edited(asked: Asked, verb: str, args: dict[str, Any]) -> str:
    answer = await asked.desk.ask(asked.login, "home", verb, args, asked.session.cause())
    return str(answer["thing"])


async def _update_entity(asked: Asked, message: UpdateEntity) -> Any:
    _entity(asked, OneEntity(entity_id=message.entity_id))
    thing = await _edited(asked, "edit_entity", _args(message, "hidden", "disabled"))
    await asked.desk.house.snapshot()
    return {"entity_entry": _extended(thing, asked.desk.view)}


async def _update_device(asked: Asked, message: UpdateDevice) -> Any:
    await _edited(asked, "edit_device", _args(message))
    await asked.desk.house.snapshot()
    view = asked.desk.seen(asked.login)
    found = {device: config for id, config in view.configs.items() if (device := view.device_of(id))}
    return device_row(view.place("device", message.device_id), view, found)


def _place(verb: str, kind: str, row: Any) -> Any:
    async def edit(asked: Asked, message: Message) -> Any:
        thing = await _edited(asked, verb, _args(message))
        await asked.desk.house.snapshot()
        id = thing.removeprefix(f"{kind}.")
        return row(id, asked.desk.view)

    return edit


def _removal(kind: str, field: str) -> Any:
    async def remove(asked: Asked, message: Message) -> Any:
        await _edited(asked, "remove", {"thing": f"{kind}.{getattr(message, field)}"})
        return "success"

    return remove


async def _remove_entity(asked: Asked, message: OneEntity) -> None:
    _entity(asked, message)
    await _edited(asked, "forget", {"entity": message.entity_id})


ROWS: Final = (
    Row("config/area_registry/list", Bare, _areas),
    Row("config/floor_registry/list", Bare, _floors),
    Row("config/label_registry/list", Bare, _labels),
    Row("config/device_registry/list", Bare, _devices),
    Row("config/entity_registry/list", Bare, _entities),
    Row("config/entity_registry/list_for_display", Bare, _display),
    Row("config/entity_registry/get", OneEntity, _entity),
    Row("config/entity_registry/get_entries", SeveralEntities, _several),
    Row("config/entity_registry/update", UpdateEntity, _update_entity),
    Row("config/entity_registry/remove", OneEntity, _remove_entity),
    Row("config/device_registry/update", UpdateDevice, _update_device),
    Row("config/area_registry/create", EditArea, _place("edit_area", "area", area_row)),
    Row("config/area_registry/update", EditArea, _place("edit_area", "area", area_row)),
    Row("config/area_registry/delete", RemoveArea, _removal("area", "area_id")),
    Row("config/floor_registry/create", EditFloor, _place("edit_floor", "floor", floor_row)),
    Row("config/floor_registry/update", EditFloor, _place("edit_floor", "floor", floor_row)),
    Row("config/floor_registry/delete", RemoveFloor, _removal("floor", "floor_id")),
    Row("config/label_registry/create", EditLabel, _place("edit_label", "label", label_row)),
    Row("config/label_registry/update", EditLabel, _place("edit_label", "label", label_row)),
    Row("config/label_registry/delete", RemoveLabel, _removal("label", "label_id")),
)
