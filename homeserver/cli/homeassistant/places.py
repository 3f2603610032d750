"""Where the home is and how it counts, floors, labels, areas and zones: what there is besides devices."""

from collections.abc import Iterator
from typing import Any, Final

from pydantic import ValidationError

from homeserver.cli.homeassistant.configuration import title
from homeserver.cli.homeassistant.folder import Stored
from homeserver.cli.homeassistant.source import Found, Source, Stays, Wanted
from homeserver.home.import_words import AreaRow, FloorRow, LabelRow, ZoneRow
from homeserver.rules.reading.yaml_source import Tagged
from homeserver.topics.names import slug

CONFIG: Final = Stored("core.config", (1,), "")
ZONES: Final = Stored("zone", (1,))
_SETTINGS: Final = (
    ("location_name", "name", "name"),
    ("latitude", "latitude", "latitude"),
    ("longitude", "longitude", "longitude"),
    ("elevation", "elevation", "elevation"),
    ("unit_system_v2", "unit_system", "unit_system"),
    ("time_zone", "time_zone", "time_zone"),
    ("currency", "currency", "currency"),
    ("language", "language", "language"),
    ("country", "country", "country"),
)
"""A field of `core.config`, the same in YAML, and the setting of ours."""
_PLACE: Final = {"latitude", "longitude"}
"""Settings that come together or not at all."""
_UNITS: Final = {"imperial": "us_customary"}
"""What a system of units was called before 2022.11."""
_SECRET: Final = "it is a !secret, and secrets are never read: "


def settings(source: Source) -> Iterator[Found]:
    """What is said on Home Assistant's pages, and over it what its YAML says."""
    stored, written = source.folder.data(CONFIG), source.configuration.place
    stored = {"unit_system_v2": stored.get("unit_system"), **stored}
    secret = {name for _, key, name in _SETTINGS if isinstance(written.get(key), Tagged)}
    if secret & _PLACE:
        secret |= _PLACE
    if secret:
        yield Stays("settings", tuple(sorted(secret)), f"{_SECRET}set it by hand in homeserver.toml")
    for field, key, name in _SETTINGS:
        value = written[key] if written.get(key) is not None else stored.get(field)
        if value is not None and name not in secret:
            yield Wanted(name, _UNITS.get(value, value) if isinstance(value, str) else value)


def floors(source: Source) -> Iterator[Found]:
    for floor in source.registries.floors:
        level = floor.level if floor.level is None or -20 <= floor.level <= 200 else None
        yield FloorRow(key=floor.floor_id, name=floor.name, level=level, aliases=floor.aliases, icon=floor.icon)


def labels(source: Source) -> Iterator[Found]:
    for label in source.registries.labels:
        about = label.description[:1_000] if label.description else None
        yield LabelRow(key=label.label_id, name=label.name, icon=label.icon, color=label.color, description=about)


def areas(source: Source) -> Iterator[Found]:
    floors = {floor.floor_id for floor in source.registries.floors}
    for area in source.registries.areas:
        floor = area.floor_id if area.floor_id in floors else None
        yield AreaRow(key=area.id, name=area.name, floor=floor, aliases=area.aliases, icon=area.icon)
    labelled = tuple(area.name for area in source.registries.areas if area.labels)
    if labelled:
        yield Stays("labels of areas", labelled, "areas have no labels here: put them on what is in them")


def zones(source: Source) -> Iterator[Found]:
    """Those of the pages, which keep the ids that people gave them, and those of the YAML."""
    ids = {one.unique_id: one.entity_id for one in source.registries.entities if one.platform == "zone"}
    for item in source.folder.rows(ZONES):
        fields = item if isinstance(item, dict) else {}
        key = ids.get(str(fields.get("id")), f"zone.{fields.get('id') or slug(title(item, 'zone'))}")
        yield _zone(key.removeprefix("zone."), fields)
    for name, item in source.configuration.items("zone"):
        yield _zone(slug(name), item if isinstance(item, dict) else {})


def _zone(key: str, fields: dict[Any, Any]) -> Found:
    name = title(fields, key)
    if key == "home":
        return Stays("zones", (name,), "the home's own place is in its settings, and zone.home follows them")
    if any(isinstance(fields.get(one), Tagged) for one in ("latitude", "longitude", "radius")):
        return Stays("zones", (name,), f"{_SECRET}make the zone by hand: homeserver call home.edit_zone")
    known = {one: fields[one] for one in ("latitude", "longitude", "radius", "passive", "icon") if one in fields}
    try:
        return ZoneRow(key=slug(key), name=name, **known)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        return Stays("zones", (name,), f"`{'.'.join(map(str, first['loc']))}`: {first['msg']}")
