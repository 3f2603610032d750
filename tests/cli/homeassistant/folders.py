"""Three configuration folders of Home Assistant, written by hand from its formats: of 2026, of 2021, and a broken one.

The files follow its `helpers/*_registry.py`, `core_config.py` and `components/zone` at the versions that are named.
"""

import json
from pathlib import Path
from typing import Any

KITCHEN = "0x00158d0001020304"


def storage(folder: Path, name: str, version: int, minor: int | None, data: Any) -> None:
    """One file below `.storage`, as Home Assistant's `Store` writes it."""
    document = {"version": version, "minor_version": minor, "key": name, "data": data}
    if minor is None:
        del document["minor_version"]
    place = folder / ".storage"
    place.mkdir(parents=True, exist_ok=True)
    (place / name).write_text(json.dumps(document, indent=2), "utf-8")


def entity(entity_id: str, unique_id: Any, platform: str = "mqtt", **more: Any) -> dict[str, Any]:
    """An entity of 2026.10: registry version 1.22."""
    plain: dict[str, Any] = dict.fromkeys(
        (
            *("area_id", "config_entry_id", "config_subentry_id", "device_class", "device_id", "disabled_by"),
            *("entity_category", "hidden_by", "icon", "name", "original_device_class", "original_icon"),
            *("original_name", "translation_key", "unit_of_measurement", "previous_unique_id", "suggested_object_id"),
        )
    )
    lists: dict[str, Any] = {
        "aliases": [],
        "aliases_v2": [None],
        "labels": [],
        "categories": {},
        "options": {},
        "capabilities": None,
    }
    own = {"entity_id": entity_id, "unique_id": unique_id, "platform": platform, "id": f"{unique_id}", **lists}
    return plain | own | {"has_entity_name": True, "supported_features": 0} | more


def device(id: str, identifiers: list[Any], **more: Any) -> dict[str, Any]:
    """A device of 2026.10: registry version 3.4."""
    plain = dict.fromkeys(
        (
            *("area_id", "configuration_url", "disabled_by", "entry_type", "hw_version", "model", "model_id"),
            *("manufacturer", "name", "name_by_user", "serial_number", "sw_version", "via_device_id"),
        )
    )
    return plain | {"id": id, "identifiers": identifiers, "connections": [], "labels": []} | more


def modern(folder: Path) -> Path:
    """A small home of 2026."""
    storage(
        folder,
        "core.config",
        1,
        4,
        {
            "latitude": 48.2,
            "longitude": 16.37,
            "elevation": 171,
            "unit_system_v2": "metric",
            "location_name": "Villa",
            "time_zone": "Europe/Vienna",
            "currency": "EUR",
            "country": "AT",
            "language": "de",
            "radius": 100,
            "external_url": None,
            "internal_url": None,
        },
    )
    _places(folder)
    devices = [
        device(
            "d1",
            [["mqtt", f"zigbee2mqtt_{KITCHEN}"]],
            name="Lamp",
            name_by_user="Kitchen lamp",
            area_id="kitchen",
            labels=["evening"],
        ),
        device("d2", [["mqtt", "plug"]], name="Plug", area_id="attic", connections=[["mac", "02:5B:26:A8:DC:12"]]),
        device("d3", [["hue", "abc"]], name="Hue lamp"),
        device("d4", [["zha", "00:12:4b:00:aa:bb:cc:dd"]], name="Motion", area_id="hall"),
        device("d5", [["backup", "backup_manager"]], name="Backup", entry_type="service"),
    ]
    children = [{"id": "c1", "parent_device_id": "d2", "identifiers": [["mqtt", "plug_two"]], "name": "Two"}]
    storage(folder, "core.device_registry", 3, 4, {"devices": devices, "child_devices": children})
    rows = [
        entity(
            "light.kitchen", "lamp_1", device_id="d1", name="Kitchen", aliases_v2=[None, "Cooker light"], icon="mdi:x"
        ),
        entity(
            "sensor.power",
            "plug_power",
            device_id="d2",
            hidden_by="user",
            disabled_by="integration",
            options={"sensor": {"display_precision": 2, "unit_of_measurement": "kW"}, "conversation": {}},
        ),
        entity("switch.attic_heater", "plug_switch", device_id="d2", labels=["evening", "gone"], disabled_by="user"),
        entity("light.hue_1", "hue_1", "hue", device_id="d3"),
        entity("binary_sensor.hall_motion", "zha_1", "zha", device_id="d4", original_name="Motion", name="Hall motion"),
        entity("sensor.backup", "backup_1", "backup", device_id="d5"),
        entity("zone.office", "work", "zone"),
        entity("automation.night", "1", "automation", name="Good night", area_id="hall", labels=["evening"]),
        entity("automation.renamed", "2", "automation"),
    ]
    storage(folder, "core.entity_registry", 1, 22, {"entities": rows, "deleted_entities": [entity("light.x", "x")]})
    _rest(folder)
    return folder


def _places(folder: Path) -> None:
    storage(
        folder,
        "core.floor_registry",
        1,
        3,
        {
            "floors": [
                {"floor_id": "ground", "name": "Ground floor", "level": 0, "icon": None, "aliases": []},
                {"floor_id": "up", "name": "Upstairs", "level": 1, "icon": None, "aliases": ["Top"]},
            ]
        },
    )
    label = {"label_id": "evening", "name": "Evening", "color": "blue", "icon": None, "description": None}
    storage(folder, "core.label_registry", 1, 2, {"labels": [label]})
    blank: dict[str, Any] = {
        "icon": None,
        "picture": None,
        "labels": [],
        "temperature_entity_id": None,
        "humidity_entity_id": None,
    }
    areas = [
        blank | {"id": "kitchen", "name": "Kitchen", "floor_id": "ground", "aliases": ["Cook's"]},
        blank | {"id": "attic", "name": "Attic", "floor_id": "up", "aliases": []},
        blank | {"id": "hall", "name": "Hall", "floor_id": "nowhere", "aliases": []},
    ]
    storage(folder, "core.area_registry", 1, 9, {"areas": areas})
    place = {"name": "Office", "latitude": 48.21, "longitude": 16.35, "radius": 150, "passive": False}
    storage(folder, "zone", 1, 1, {"items": [place | {"id": "work", "icon": "mdi:briefcase"}]})


def _rest(folder: Path) -> None:
    """What has no place here yet, and the YAML."""
    storage(folder, "person", 2, 1, {"items": [{"id": "anna", "name": "Anna", "user_id": "u"}], "storage_version": 2})
    storage(folder, "input_boolean", 1, 1, {"items": [{"id": "guests", "name": "Guests"}]})
    storage(folder, "lovelace", 1, 1, {"config": {}})
    storage(folder, "lovelace_dashboards", 1, 1, {"items": [{"id": "wall", "url_path": "wall", "title": "Wall"}]})
    files = {
        "configuration.yaml": CONFIGURATION,
        "zones.yaml": "- name: School\n  latitude: 48.3\n  longitude: 16.4\n  passive: true\n",
        "automations.yaml": "- id: '1'\n  alias: Night\n  triggers: []\n  actions: []\n",
        "packages/garden.yaml": "zone:\n  name: Garden\n  latitude: !secret garden\n  longitude: 1\n"
        "automation garden:\n  - alias: Water\n    trigger: []\n",
        "blueprints/automation/me/motion.yaml": "blueprint:\n  name: Motion\n",
        "secrets.yaml": "garden: 1.5\n",
    }
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")


CONFIGURATION = """\
homeassistant:
  name: Villa Anna
  latitude: !secret latitude
  packages: !include_dir_named packages
default_config:
zone: !include zones.yaml
automation: !include automations.yaml
script:
  good_night:
    sequence: []
timer:
  tea:
    duration: 300
"""


def old(folder: Path) -> Path:
    """A home of 2021: no floors, no labels, no minor versions, areas with hexadecimal ids, numbers as unique ids."""
    config = {"latitude": 40.0, "longitude": -74.0, "elevation": 10, "unit_system": "imperial"}
    storage(folder, "core.config", 1, None, config | {"location_name": "Loft", "time_zone": "America/New_York"})
    area = {"id": "0123456789abcdef0123456789abcdef", "name": "Living Room"}
    storage(folder, "core.area_registry", 1, None, {"areas": [area]})
    lamp = {
        "config_entries": ["1"],
        "connections": [["mac", "02:5b:26:a8:dc:12"]],
        "identifiers": [["mqtt", "lamp"]],
        "manufacturer": None,
        "model": None,
        "name": "Lamp",
        "sw_version": None,
        "entry_type": None,
        "id": "d1",
        "via_device_id": None,
        "area_id": area["id"],
        "name_by_user": None,
    }
    storage(folder, "core.device_registry", 1, None, {"devices": [lamp], "deleted_devices": []})
    plain: dict[str, Any] = {"config_entry_id": "1", "platform": "mqtt", "disabled_by": None, "capabilities": {}}
    rows = [
        plain
        | {"entity_id": "light.sofa", "device_id": "d1", "unique_id": "lamp_1", "name": "Sofa", "icon": "mdi:sofa"},
        plain | {"entity_id": "sensor.sofa_power", "device_id": "d1", "unique_id": 77, "name": None, "area_id": None},
    ]
    storage(folder, "core.entity_registry", 1, None, {"entities": rows})
    storage(folder, "person", 1, None, {"persons": [{"id": "bob", "name": "Bob"}]})
    return folder


def broken(
    folder: Path, name: str = "core.entity_registry", text: str = '{"version": 1, "data": {"entities": ['
) -> Path:
    """A modern home whose file of that name breaks off."""
    modern(folder)
    (folder / ".storage" / name).write_text(text, "utf-8")
    return folder
