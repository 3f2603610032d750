"""From an announcement to an entity: names, identity and device, and what all components have in common."""

from collections.abc import Callable, Mapping
from typing import Any, Final

import orjson

from homeserver.home.availability import availability_of
from homeserver.home.component import Component, face_of
from homeserver.home.components import component_of
from homeserver.home.config import Config
from homeserver.home.device import Described, described
from homeserver.home.device_classes import remarks
from homeserver.home.discovery import Announcement
from homeserver.home.entity import BY_HOME, STATE, Entity, Face, Read
from homeserver.home.measure import measure_of
from homeserver.home.parsing import is_number
from homeserver.home.registry import DeviceRow, Registry
from homeserver.home.report import Report, Unreadable
from homeserver.home.steadying import pace_of, steady_of
from homeserver.home.surroundings import Surroundings
from homeserver.home.values import value
from homeserver.topics.entity import Device, EntityConfig
from homeserver.topics.names import slug
from homeserver.topics.services import SERVICES
from homeserver.view.templates import Templates

OWNER: Final = "home"
_BLOCKED: Final = BY_HOME | {
    *("device_class", "entity_category", "friendly_name", "icon", "state", "unique_id", "unit_of_measurement")
}
"""Names that a device's own attributes may not take: they say something else of an entity."""
_CATEGORIES: Final = ("", "config", "diagnostic")
_LONGEST_NAME: Final = 255
_TEXTS: Final = ("device_class", "entity_picture", "icon", "unique_id", "unit_of_measurement")
_OFF_AT_FIRST: Final = ("climate", "fan", "humidifier", "light", "siren", "switch", "water_heater")
"""Components that are taken to be off until a command, where their device reports nothing."""
_MOMENTARY: Final = ("button", "infrared", "notify", "scene")
"""Components that only do something: there is no state of theirs to be assumed."""
_CLASS_NAMES: Final = ("binary_sensor", "button", "number", "sensor")
"""Components whose entities without a name are called after their device class."""


class Draft:
    """An announcement that was read without fault, before it has an id: nothing was kept of it yet."""

    def __init__(
        self, announcement: Announcement, templates: Templates, root: str, around: Surroundings | None = None
    ) -> None:
        self.announcement = announcement
        config = Config(announcement.fields, root, key=announcement.key, around=around)
        self._names = config.names = {"entity_id": "", "name": ""}
        self.component: Component = component_of(announcement.component, config)
        self.domain = self.component.domain
        self.unique_id = config.maybe_text("unique_id") or announcement.key
        config.tuning = config.around.tuned(self.domain, self.unique_id)
        self.face: Face = face_of(self.component, config, templates)
        self.described: Described | None = described(config)
        self.category = config.word("entity_category", "", _CATEGORIES) or None
        self.name = self._name(config)
        self.object_id = self._object_id(config)
        self._texts = {key: config.maybe_text(key) for key in _TEXTS}
        self._state_class = config.maybe_text("state_class") if self.domain == "sensor" else None
        self._classed = "device_class" in config.fields
        self._unit = self._texts["unit_of_measurement"]
        if self.domain == "number" or (self.domain == "sensor" and is_number(config)):
            measure = self.face.measure = config.once(measure_of, self.domain)
            self._unit = measure.unit
        self.remarks = tuple(remarks(self.domain, self._texts["device_class"], self._texts["unit_of_measurement"]))
        self.tuning = config.tuning
        numeric = self.face.measure is not None
        self.face.pace = pace_of(self.domain, self._texts["device_class"], self.tuning, numeric=numeric)
        self._enabled = config.flag("enabled_by_default", True)
        self._visible = config.flag("visible_by_default", True)
        self._maker_id = config.maybe_text("object_id")
        self._origin = _origin(config)
        self._group = config.texts("group")
        self._add_common(config, templates)
        self.tells = config.tells
        self.unused: tuple[str, ...] = tuple(config.unused)
        """The keys that mean nothing here."""

    def _add_common(self, config: Config, templates: Templates) -> None:
        face = self.face
        face.availability, hears = availability_of(config, templates)
        face.force = config.flag("force_update")
        if self.domain in _OFF_AT_FIRST and STATE not in face.reported:
            face.initial = "off"
        face.expire_after = config.number("expire_after", 0, 0, 10**8)
        face.off_delay = config.number("off_delay", 0, 0, 10**8) if self.domain == "binary_sensor" else 0.0
        if face.expire_after or face.off_delay:
            face.timed = frozenset(topic for topic, _ in face.hears)
        face.hears += hears
        if topic := config.filter("json_attributes_topic"):
            face.hears.append((topic, _extra(config, templates)))
            face.has_extra = True

    def _object_id(self, config: Config) -> str:
        """The wish of the config for its entity's id, else the names of device and entity."""
        for key in ("default_entity_id", "object_id"):
            if text := config.maybe_text(key):
                return slug(text.removeprefix(f"{self.domain}."))
        device = self.described.details.name if self.described else None
        return slug(_joined(device, self.name) or self.announcement.object_id)

    def _name(self, config: Config) -> str:
        """The entity's own name: empty where the device's name is enough."""
        if "name" in config.fields:
            return config.text("name", "")[:_LONGEST_NAME]
        device_class = config.maybe_text("device_class")
        if device_class and self.domain in _CLASS_NAMES:
            return device_class.replace("_", " ").capitalize()
        return self.component.names

    def entity(self, registry: Registry) -> tuple[Entity, DeviceRow | None]:
        """Give the draft its id, old or new, and its device."""
        device, _ = registry.device(self.described) if self.described else (None, False)
        device_id = device.own if device else None
        key, kind = self.announcement.key, self._texts["device_class"]
        row = registry.assign(self.domain, self.unique_id, key, self.object_id, device_id, self.name, kind)
        row.enabled, row.visible = self._enabled, self._visible
        by = f"device:{self.described.keys[0].partition(':')[2]}" if self.described else f"device:{row.id}"
        config = self.said(device)
        self._names |= {"entity_id": row.id, "name": config.name}
        where = (self.domain, row.id.partition(".")[2])
        topic = self.announcement.topic
        entity = Entity(self.announcement.key, topic, row.id, where, config, self.face, by)
        entity.own = row.own
        begin(entity)
        entity.steady = steady_of(self.tuning)
        return entity, device

    def call(self, entity_id: str) -> None:
        """Let templates know the entity by another id."""
        self._names["entity_id"] = entity_id

    def said(self, device: DeviceRow | None) -> EntityConfig:
        """What is said of the entity."""
        texts = self._texts
        table, offered = SERVICES.get(self.domain, {}), self.face.services
        services = [name for name in table if name in offered]
        services += [name for name, service in table.items() if service.turns_with(offered)]
        capabilities = dict(self.face.capabilities)
        if STATE not in self.face.reported and services and self.domain not in _MOMENTARY:
            capabilities["assumed_state"] = True
        if picture := texts["entity_picture"]:
            capabilities["entity_picture"] = picture
        if self._group:
            capabilities["group"] = list(self._group)
        named = _joined(device.details.name, self.name, device.called) if device else self.name
        return EntityConfig(
            name=named or self.announcement.object_id,
            owner=OWNER,
            services=tuple(services),
            unique_id=texts["unique_id"],
            maker_id=self._maker_id,
            origin=self._origin,
            device=_said_device(device) if device else None,
            device_class=texts["device_class"] if self._classed else self.component.device_class,
            state_class=self._state_class,
            unit=self._unit,
            icon=texts["icon"],
            category=self.category,
            capabilities=capabilities,
        )


def begin(entity: Entity) -> None:
    """Nothing is known of an entity yet."""
    face = entity.face
    entity.state, entity.facts, entity.extra, entity.fault = face.initial, dict(face.assumed), {}, ""
    entity.said_state, entity.said_attributes, entity.changed = "", None, None
    if face.availability is not None:
        face.availability.forget()
    entity.available = face.availability is None
    entity.expired = face.expire_after > 0


def _joined(device: str | None, name: str, called: str | None = None) -> str:
    """`Hall lamp` and `Power` are `Hall lamp Power`; a name that begins with the device's is left as it is. `called` is
    what people call the device."""
    if device and name.lower().startswith(device.lower()):
        return f"{called}{name[len(device) :]}" if called else name
    return f"{called or device or ''} {name}".strip()


def _origin(config: Config) -> str | None:
    """Name and version of the program that announces; whatever else stands there says nothing of the entity."""
    part = config.get("origin")
    if not isinstance(part, dict):
        return None
    own = Config(part, config.root)
    return " ".join(text for key in ("name", "sw_version") if (text := own.maybe_text(key)))[:_LONGEST_NAME] or None


def _said_device(row: DeviceRow) -> Device:
    details = row.details
    return Device(
        id=row.id,
        name=row.name,
        manufacturer=details.manufacturer,
        model=details.model or details.model_id,
        sw_version=details.sw_version,
        hw_version=details.hw_version,
        serial_number=details.serial_number,
        suggested_area=details.suggested_area,
        configuration_url=details.configuration_url,
        via_device=details.via_device,
        identifiers=tuple(sorted(key.partition(":")[2] for key in row.keys)),
    )


def _extra(config: Config, templates: Templates) -> Read:
    """Attributes that the device sends as a JSON object on a topic of their own."""
    found: Callable[[Report], Any] = value(config, "json_attributes_template", templates)
    templated = config.has("json_attributes_template")

    def read(entity: Entity, report: Report) -> bool:
        values = _json(found(report)) if templated else report.json
        if not isinstance(values, dict):
            raise Unreadable("the attributes are no JSON object")
        taken = entity.face.facts
        extra = {name: one for name, one in values.items() if name not in _BLOCKED and name not in taken}
        changed = entity.set_extra(extra)
        return entity.rederive() or changed

    return read


def _json(text: str) -> Mapping[str, Any] | None:
    try:
        values = orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
    return values if isinstance(values, dict) else None
