"""Devices and entities: those that speak MQTT become ours by the very ids that they announce; what other integrations
of Home Assistant speak to does not come over by itself, and each is said why and what helps."""

import re
from collections.abc import Iterator
from typing import Any, Final

from homeserver.cli.homeassistant.configuration import HELPERS
from homeserver.cli.homeassistant.made_on_pages import DOMAINS, NOT_HERE
from homeserver.cli.homeassistant.registries import Device, Entity, Registries, grouped
from homeserver.cli.homeassistant.source import Found, Source, Stays
from homeserver.home.addresses import hardware
from homeserver.home.import_words import DeviceRow, EntityRow

MQTT: Final = "mqtt"
_LONGEST: Final = 255
_ID: Final = re.compile(r"[0-9a-f]{32}")
"""An id of the entity registry, by which its editor names entities in device triggers, conditions and actions."""
_AGAIN: Final = "then import again: what has the same hardware address is recognised"
_REMEDIES: Final = {
    "zha": f"pair its devices with Zigbee2MQTT, {_AGAIN}",
    "deconz": f"pair its devices with Zigbee2MQTT, {_AGAIN}",
    "hue": "pair its lamps with Zigbee2MQTT, and name them here: their bridge tells no hardware addresses",
    "tradfri": "pair its devices with Zigbee2MQTT, and name them here: their gateway tells no hardware addresses",
    "esphome": f"give its nodes a block `mqtt:`, {_AGAIN}",
    "tasmota": f"let its devices announce themselves (SetOption19 1), {_AGAIN}",
    "zwave_js": "let Z-Wave JS UI announce its nodes by MQTT discovery, and name them here",
}
"""What helps, for the integrations that have a way over MQTT."""
_RULED: Final = frozenset(("automation", "script", "scene", *HELPERS, *DOMAINS)) - NOT_HERE.keys()
"""Platforms whose entities are made by rule files."""
_OWN: Final = frozenset(("person", "zone", *NOT_HERE)) | _RULED
"""Platforms whose entities are told of as what they are."""


def devices(source: Source) -> Iterator[Found]:
    """All that may be recognised by an identifier or by its hardware, if people said a word of it."""
    found = source.registries
    speaking = {entity.device_id for entity in found.entities if entity.platform == MQTT}
    known = _Known(found)
    for device in found.devices.values():
        ids = tuple(f"id:{id}" for domain, id in device.identifiers if domain == MQTT)
        ways = tuple(f"{kind}:{address.lower()}" for kind, address in device.connections)
        addresses = tuple(sorted(_addresses(device)))
        if not (ids or addresses):
            continue
        yield DeviceRow(
            key=device.id,
            keys=tuple(key for key in (*ids, *ways) if len(key) <= _LONGEST)[:50],
            addresses=addresses[:50],
            expect=bool(ids) or device.id in speaking,
            title=(device.name or "")[:1000],
            name=(device.name_by_user or "")[:_LONGEST] or None,
            area=known.area(found.area(device)),
            labels=known.labels(device.labels),
        )


class _Known:
    """References that lead to something: a registry may name what was taken away."""

    def __init__(self, found: Registries) -> None:
        self._areas = {area.id for area in found.areas}
        self._labels = {label.label_id for label in found.labels}

    def area(self, key: str | None) -> str | None:
        return key if key in self._areas else None

    def labels(self, keys: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(key for key in keys if key in self._labels)


def entities(source: Source) -> Iterator[Found]:
    found = source.registries
    known, seen = _Known(found), set[tuple[str, str, str]]()
    addressed = {device.id for device in found.devices.values() if _addresses(device)}
    for entity in found.entities:
        identity = (entity.domain, entity.platform, entity.unique_id)
        if identity in seen or not (entity.platform == MQTT or entity.device_id in addressed or is_ruled(entity)):
            continue
        seen.add(identity)
        if is_ruled(entity):
            yield _ruled(entity, found, known)
            continue
        yield EntityRow(
            key=entity.entity_id,
            unique_id=entity.unique_id,
            registry_id=entity.id if entity.id is not None and _ID.fullmatch(entity.id) else None,
            device=entity.device_id if entity.device_id in found.devices else None,
            expect=entity.platform == MQTT,
            own=_own_name(entity, found)[:1000],
            device_class=(entity.device_class or entity.original_device_class or "")[:_LONGEST] or None,
            name=(found.name(entity) or "")[:_LONGEST] or None,
            area=known.area(entity.area_id),
            labels=known.labels(entity.labels),
            aliases=entity.aliases_v2 or entity.aliases,
            icon=entity.icon,
            hidden=_decided(entity.hidden_by),
            disabled=_decided(entity.disabled_by),
            unit=_unit(entity.option("unit_of_measurement")),
            precision=_digits(entity.option("display_precision")),
        )
    yield from _others(source.registries)


def is_ruled(entity: Entity) -> bool:
    """Whether rule files make it."""
    return entity.platform in _RULED


def _ruled(entity: Entity, found: Registries, known: _Known) -> EntityRow:
    """What people said of a rule, a scene or a helper."""
    return EntityRow(
        key=entity.entity_id,
        unique_id=entity.unique_id,
        theirs=True,
        name=(found.name(entity) or "")[:_LONGEST] or None,
        area=known.area(entity.area_id),
        labels=known.labels(entity.labels),
        aliases=entity.aliases_v2 or entity.aliases,
        icon=entity.icon,
        hidden=True if entity.hidden_by == "user" else None,
    )


def _unit(said: Any) -> str | None:
    return said[:_LONGEST] if isinstance(said, str) and said else None


def _digits(said: Any) -> int | None:
    return said if isinstance(said, int) and 0 <= said <= 15 else None


def _decided(by: str | None) -> bool | None:
    """Whether a thing is hidden or disabled by people there; None where its maker wants it so."""
    return None if by == "integration" else by is not None


def _addresses(device: Device) -> frozenset[str]:
    return hardware(text for _, text in (*device.identifiers, *device.connections))


def _own_name(entity: Entity, found: Registries) -> str:
    """The maker's name of an entity, without that of its device."""
    name, device = entity.original_name or "", found.devices.get(entity.device_id or "")
    before = (device.name or "") if device else ""
    return name[len(before) :].strip() if before and name.lower().startswith(before.lower()) else name


def _others(found: Registries) -> Iterator[Found]:
    """What other integrations speak to, one line for each of them."""
    strangers = (entity for entity in found.entities if entity.platform not in (MQTT, *_OWN))
    for platform, entities in grouped(strangers, lambda entity: entity.platform).items():
        names = tuple(entity.entity_id for entity in entities)
        yield Stays(f"entities of {platform}", names, _why(platform, entities, found))
    if found.deleted:
        why = "Home Assistant keeps them in case they return; here they are not missed"
        yield Stays("deleted entities", (f"{found.deleted} deleted",), why)
    for bad in found.bad:
        yield Stays("unreadable", (bad.place,), f"{bad.reason}; Home Assistant passes it over too")


def _why(platform: str, entities: list[Entity], found: Registries) -> str:
    things = (found.devices.get(entity.device_id or "") for entity in entities)
    if not any(thing is not None and thing.entry_type != "service" for thing in things):
        return f"{platform} is a part of Home Assistant or a service that it asks: there is no device to bring over"
    remedy = _REMEDIES.get(platform, "announce its devices by MQTT discovery if a bridge for them can, and name them")
    return f"{platform} speaks to its devices itself, inside Home Assistant: {remedy}"
