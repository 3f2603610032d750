"""Where the entities of a test are, for rules that speak of areas, labels, devices and floors.

    where:
      light.hall: hall                                  # the area alone
      light.desk: {area: study, labels: [evening]}
      binary_sensor.door: {device: contact}
    devices: {contact: {area: hall, labels: [battery]}}
    floors: {ground: [hall, study]}

What is named here is there. Faults name line and remedy.
"""

from collections.abc import Iterator, Mapping
from dataclasses import field
from typing import Any, Final

from homeserver.rules.reading.fields import Fields, check_entity, kind_of
from homeserver.rules.reading.problem import nearest
from homeserver.rules.reading.yaml_source import Map, Seq
from homeserver.topics.names import OBJECT_ID, BadNameError, level, slug
from homeserver.topics.record import record
from homeserver.topics.registry import (
    AREA_ENTRY,
    DEVICE_ENTRY,
    ENTITY_ENTRY,
    FLOOR_ENTRY,
    LABEL_ENTRY,
    AreaEntry,
    DeviceEntry,
    EntityEntry,
    FloorEntry,
    LabelEntry,
)
from homeserver.topics.topic import Topic

TOPICS: Final[tuple[Topic[Any], ...]] = (LABEL_ENTRY, FLOOR_ENTRY, AREA_ENTRY, DEVICE_ENTRY, ENTITY_ENTRY)


@record
class Spot:
    """Where one entity or device is."""

    area: str | None
    device: str | None
    labels: tuple[str, ...]
    line: int


@record
class Layout:
    """All of a test. `floors`: by area."""

    entities: Mapping[str, Spot] = field(default_factory=dict)
    devices: Mapping[str, Spot] = field(default_factory=dict)
    floors: Mapping[str, str] = field(default_factory=dict)

    def spots(self) -> tuple[Spot, ...]:
        return (*self.entities.values(), *self.devices.values())


def read_layout(fields: Fields) -> Layout:
    """The three fields of a test; raises `RuleError`."""
    entities, devices = _spots(fields, "where"), _spots(fields, "devices")
    return Layout(entities, devices, _floors(fields, {spot.area for spot in (*entities.values(), *devices.values())}))


def entries(layout: Layout) -> Iterator[tuple[Topic[Any], str, Any]]:
    """What the home would say of it: topic, id and entry."""
    named = {spot.device for spot in layout.entities.values() if spot.device}
    areas = {spot.area for spot in layout.spots() if spot.area} | set(layout.floors)
    yield from ((LABEL_ENTRY, id, LabelEntry(_words(id))) for spot in layout.spots() for id in spot.labels)
    yield from ((FLOOR_ENTRY, id, FloorEntry(_words(id))) for id in dict.fromkeys(layout.floors.values()))
    yield from ((AREA_ENTRY, id, AreaEntry(_words(id), layout.floors.get(id))) for id in sorted(areas))
    for id in sorted(named | set(layout.devices)):
        spot = layout.devices.get(id)
        area, labels = (spot.area, spot.labels) if spot is not None else (None, ())
        yield DEVICE_ENTRY, id, DeviceEntry(_words(id), area, labels)
    for id, spot in layout.entities.items():
        yield ENTITY_ENTRY, id, EntityEntry(area_id=spot.area, device_id=spot.device, labels=spot.labels)


def _words(id: str) -> str:
    return id.replace("_", " ").capitalize()


def _spots(fields: Fields, name: str) -> dict[str, Spot]:
    if fields.take(name) is None:
        return {}
    outer = fields.inner(name)
    return {str(id): _spot(outer, str(id), of_entity=name == "where") for id in outer.node}


def _spot(outer: Fields, id: str, *, of_entity: bool) -> Spot:
    if of_entity:
        check_entity(id, outer, id)
    else:
        _check_device(id, outer, id)
    value = outer.take(id)
    if not isinstance(value, Map):
        if not isinstance(value, str):
            raise outer.wrong(f"{id} is in an area such as hall, or {{area: hall}}, not {kind_of(value)}", id)
        return Spot(_id(value, "area", outer, id), None, (), outer.line(id))
    inner = outer.inner(id)
    area, device = inner.text("area") or None, (inner.text("device") or None) if of_entity else None
    labels = inner.words("labels") or ()
    inner.done()
    if device is not None:
        _check_device(device, inner, "device")
    area = None if area is None else _id(area, "area", inner, "area")
    return Spot(area, device, tuple(_id(each, "label", inner, "labels") for each in labels), outer.line(id))


def _check_device(id: str, fields: Fields, name: str) -> None:
    try:
        level(id)
    except BadNameError as error:
        raise fields.wrong(f"{id!r} is no id of a device: leave out / + and #", name) from error


def _id(text: str, what: str, fields: Fields, name: str) -> str:
    if not OBJECT_ID.fullmatch(text):
        raise fields.wrong(f"{text!r} is no id of {_ARTICLE[what]}: write {slug(text)}", name)
    return text


_ARTICLE: Final = {"area": "an area", "label": "a label", "floor": "a floor"}


def _floors(fields: Fields, areas: set[str | None]) -> dict[str, str]:
    """The floor of each area; the areas are those in which something is."""
    if fields.take("floors") is None:
        return {}
    inner, found = fields.inner("floors"), dict[str, str]()
    for floor in inner.node:
        id = _id(str(floor), "floor", inner, str(floor))
        value = inner.take(floor)
        if not isinstance(value, Seq | str):
            raise inner.wrong(f"{id} has a list of areas such as [hall, kitchen], not {kind_of(value)}", str(floor))
        for area in inner.words(floor) or ():
            if area not in areas:
                text = f"nothing of this test is in {area!r}{nearest(area, filter(None, areas))}: put something there"
                raise inner.wrong(f"{text} under `where`", str(floor))
            if found.setdefault(area, id) != id:
                raise inner.wrong(f"{area} is on two floors, {found[area]} and {id}: leave one out", str(floor))
    return found
