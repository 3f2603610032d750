"""What templates can ask about areas, floors, devices and labels.

Reference for names and results: https://www.home-assistant.io/template-functions/
"""

from typing import Any, Final

from homeserver.topics.entity import Device
from homeserver.topics.names import slug
from homeserver.topics.registry import DeviceEntry, EntityEntry
from homeserver.view.template_questions import Questions

_OF_MAKER: Final = (
    *("name", "manufacturer", "model", "sw_version", "hw_version", "serial_number", "suggested_area"),
    *("configuration_url", "via_device", "identifiers"),
)


class PlaceQuestions(Questions):
    """Areas, floors, devices and labels."""

    # areas

    def areas(self) -> list[str]:
        return list(self.view.areas)

    def area_id(self, thing: str) -> str | None:
        """Of an entity, a device, or an area's name."""
        view = self.view
        if "." in thing and (area := view.area_of(thing)):
            return area
        if device := view.device(thing):
            return device.area_id
        wanted = view.place("area", slug(thing))
        for area_id, entry in view.areas.items():
            if wanted in (area_id, slug(entry.name), *map(slug, entry.aliases)):
                return area_id
        return None

    def area_name(self, thing: str) -> str | None:
        area_id = self.area_id(thing)
        entry = self.view.areas.get(area_id or "")
        return entry.name if entry is not None else area_id

    def area_entities(self, area: str) -> list[str]:
        area_id = self.area_id(area) or area
        return [entity_id for entity_id in self.view.known() if self.view.area_of(entity_id) == area_id]

    def area_devices(self, area: str) -> list[str]:
        area_id = self.area_id(area) or area
        return [device_id for device_id, entry in self.view.devices.items() if entry.area_id == area_id]

    def aliases(self, thing: str) -> list[str]:
        """The other names of an entity, an area or a floor."""
        view = self.view
        if "." in thing:
            return sorted(view.entry(thing).aliases)
        entry = view.areas.get(view.place("area", thing)) or view.floors.get(view.place("floor", thing))
        return sorted(entry.aliases) if entry is not None else []

    # floors

    def floors(self) -> list[str]:
        """All that are known, and those that an area names."""
        named = (entry.floor_id for entry in self.view.areas.values() if entry.floor_id)
        return list(dict.fromkeys((*self.view.floors, *named)))

    def floor_id(self, thing: str) -> str | None:
        """Of a floor's name or alias, an area, a device or an entity."""
        if (floor := self.view.place("floor", thing)) in self.floors():
            return floor
        wanted = slug(thing)
        for floor_id, entry in self.view.floors.items():
            if wanted in (slug(entry.name), *map(slug, entry.aliases)):
                return floor_id
        area = self.view.areas.get(self.area_id(thing) or "")
        return area.floor_id if area is not None else None

    def floor_name(self, thing: str) -> str | None:
        floor = self.view.floors.get(self.floor_id(thing) or "")
        return floor.name if floor is not None else None

    def floor_icon(self, thing: str) -> str | None:
        floor = self.view.floors.get(self.floor_id(thing) or "")
        return floor.icon if floor is not None else None

    def floor_areas(self, floor: str) -> list[str]:
        floor_id = self.floor_id(floor)
        return [area_id for area_id, entry in self.view.areas.items() if floor_id and entry.floor_id == floor_id]

    def floor_entities(self, floor: str) -> list[str]:
        return [entity_id for area_id in self.floor_areas(floor) for entity_id in self.area_entities(area_id)]

    # devices

    def device_id(self, thing: str) -> str | None:
        """Of an entity, or of a device's name."""
        if "." in thing and (device := self.view.device_of(thing)):
            return device
        return next((key for key, entry in self.view.devices.items() if entry.name == thing), None)

    def device_entities(self, device_id: str) -> list[str]:
        device_id = self.view.place("device", device_id)
        return [entity_id for entity_id in self.view.known() if self.view.device_of(entity_id) == device_id]

    def device_name(self, thing: str) -> str | None:
        device = self._device(thing)
        return device["name"] if device is not None else None

    def device_attr(self, thing: str, name: str) -> Any:
        """What its maker and people said of the device of this id, or of the device of this entity."""
        device = self._device(thing)
        return device.get(name) if device is not None else None

    def is_device_attr(self, thing: str, name: str, value: Any) -> bool:
        return bool(self.device_attr(thing, name) == value)

    def _device(self, thing: str) -> dict[str, Any] | None:
        """By the names that Home Assistant gives to the parts; people's word goes before the maker's."""
        id = (self.view.device_of(thing) if "." in thing else None) or self.view.place("device", thing)
        entry, made = self.view.device(id), self._made(id)
        if entry is None and made is None:
            return None
        said = {name: getattr(made, name) for name in _OF_MAKER} if made is not None else {}
        if entry is None:
            return {"id": id, "labels": [], **said}
        own = {name: value for name in ("manufacturer", "model") if (value := getattr(entry, name)) is not None}
        return {**said, **own, "id": id, "name": entry.name, "area_id": entry.area_id, "labels": list(entry.labels)}

    def _made(self, id: str) -> Device | None:
        """What the maker says of the device, at any of its entities."""
        devices = (config.device for config in self.view.configs.values() if config.device is not None)
        return next((device for device in devices if device.id == id), None)

    # labels

    def labels(self, thing: str | None = None) -> list[str]:
        """Of an entity or a device; without one all that there are or that are in use. An area has none here."""
        view = self.view
        if thing is None or thing == "":
            entries: list[EntityEntry | DeviceEntry] = [*view.entities.values(), *view.devices.values()]
            return sorted({*view.labels, *(label for entry in entries for label in entry.labels)})
        device = view.device(thing)
        return list(device.labels if device is not None else view.entry(thing).labels)

    def label_id(self, thing: Any) -> str | None:
        """Of a label's name."""
        wanted = slug(str(thing))
        found = (id for id, entry in self.view.labels.items() if slug(entry.name) == wanted)
        return next(found, None)

    def label_name(self, label: str) -> str | None:
        entry = self.view.labels.get(self.view.place("label", label))
        return entry.name if entry is not None else None

    def label_description(self, label: str) -> str | None:
        entry = self.view.labels.get(self.view.place("label", label))
        return entry.description if entry is not None else None

    def label_areas(self, label: str) -> list[str]:
        """None: areas bear no labels here."""
        return []

    def label_entities(self, label: str) -> list[str]:
        label, entries = self._label(label), self.view.entities.items()
        return [entity_id for entity_id, entry in entries if label in entry.labels and not entry.disabled]

    def label_devices(self, label: str) -> list[str]:
        label = self._label(label)
        return [device_id for device_id, entry in self.view.devices.items() if label in entry.labels]

    def _label(self, label: str) -> str:
        id = self.view.place("label", label)
        return id if id in self.view.labels else self.label_id(label) or id
