"""What is read out of a configuration folder: of 2026, of 2021, and of forms in between."""

from pathlib import Path
from typing import TypeVar

from homeserver.cli.homeassistant.folder import Folder
from homeserver.cli.homeassistant.importers import IMPORTERS, read
from homeserver.cli.homeassistant.source import Comes, Found, Lives, Source, Stays, Wanted
from homeserver.home.import_words import AreaRow, DeviceRow, EntityRow, FloorRow, LabelRow, ZoneRow
from tests.cli.homeassistant.folders import KITCHEN, modern, old, storage

F = TypeVar("F")


def found(folder: Path) -> list[Found]:
    return list(read(Source(Folder(folder))))


def of(kind: type[F], folder: Path) -> list[F]:
    return [one for one in found(folder) if isinstance(one, kind)]


def stays(folder: Path) -> dict[str, Stays]:
    return {one.kind: one for one in of(Stays, folder)}


def entities(folder: Path) -> dict[str, EntityRow]:
    return {row.key: row for row in of(EntityRow, folder)}


def test_places_of_a_modern_home(tmp_path: Path) -> None:
    modern(tmp_path)
    assert [(row.key, row.name, row.level) for row in of(FloorRow, tmp_path)] == [
        ("ground", "Ground floor", 0),
        ("up", "Upstairs", 1),
    ]
    assert [(row.key, row.name, row.color) for row in of(LabelRow, tmp_path)] == [("evening", "Evening", "blue")]
    assert [row.aliases for row in of(FloorRow, tmp_path)] == [(), ("Top",)]
    areas = [(row.key, row.name, row.floor, row.aliases) for row in of(AreaRow, tmp_path)]
    assert areas == [
        ("kitchen", "Kitchen", "ground", ("Cook's",)),
        ("attic", "Attic", "up", ()),
        ("hall", "Hall", None, ()),
    ]


def test_zones_of_the_pages_and_of_yaml_and_none_that_needs_a_secret(tmp_path: Path) -> None:
    office, school = of(ZoneRow, modern(tmp_path))
    assert (office.key, office.name, office.latitude, office.radius) == ("office", "Office", 48.21, 150.0)
    assert (school.key, school.passive, school.radius) == ("school", True, 100.0)
    assert "secrets are never read" in stays(tmp_path)["zones"].why
    assert stays(tmp_path)["zones"].names == ("Garden",)


def test_settings_where_yaml_outweighs_the_pages(tmp_path: Path) -> None:
    modern(tmp_path)
    values = {one.name: one.value for one in of(Wanted, tmp_path)}
    assert values["name"] == "Villa Anna"
    assert (values["elevation"], values["time_zone"], values["unit_system"]) == (171, "Europe/Vienna", "metric")
    assert not {"latitude", "longitude"} & set(values), "one is a secret in the YAML, which outweighs the pages"
    refused = [one.names for one in of(Stays, tmp_path) if one.kind == "settings"]
    assert refused == [("latitude", "longitude")]
    assert values["country"] == "AT"


def test_devices_by_their_identifiers(tmp_path: Path) -> None:
    rows = {row.key: row for row in of(DeviceRow, modern(tmp_path))}
    assert set(rows) == {"d1", "d2", "d4", "c1"}, (
        "what has neither identifier nor hardware here is told by its entities"
    )
    lamp = rows["d1"]
    assert (lamp.keys, lamp.addresses) == ((f"id:zigbee2mqtt_{KITCHEN}",), (KITCHEN[2:],))
    assert (lamp.name, lamp.title, lamp.area, lamp.labels) == ("Kitchen lamp", "Lamp", "kitchen", ("evening",))
    assert rows["d2"].keys == ("id:plug", "mac:02:5b:26:a8:dc:12")
    assert (rows["d4"].expect, rows["d4"].addresses) == (False, ("00124b00aabbccdd",))
    assert rows["c1"].area == "attic", "a child is where its parent is"


def test_entities_and_those_that_stay(tmp_path: Path) -> None:
    rows = entities(modern(tmp_path))
    lamp, power, heater = rows["light.kitchen"], rows["sensor.power"], rows["switch.attic_heater"]
    assert (lamp.name, lamp.aliases, lamp.icon, lamp.expect) == ("Kitchen", ("Cooker light",), "mdi:x", True)
    assert (power.hidden, power.disabled) == (True, None), "disabled by its maker is the maker's word"
    assert (power.unit, power.precision, heater.unit) == ("kW", 2, None)
    assert (heater.hidden, heater.disabled, heater.labels) == (False, True, ("evening",))
    assert rows["binary_sensor.hall_motion"].expect is False
    assert not {"light.hue_1", "sensor.backup", "zone.office"} & set(rows)
    night = rows["automation.night"]
    assert (night.theirs, night.name, night.area, night.labels) == (True, "Good night", "hall", ("evening",))
    assert not rows["light.kitchen"].theirs
    told = stays(tmp_path)
    assert told["entities of hue"].names == ("light.hue_1",)
    assert "hue speaks to its devices itself" in told["entities of hue"].why
    assert "Zigbee2MQTT" in told["entities of zha"].why
    assert "there is no device to bring over" in told["entities of backup"].why
    assert told["deleted entities"].names == ("1 deleted",)
    assert "entities of automation" not in told


def test_what_has_no_place_yet_is_counted_and_named(tmp_path: Path) -> None:
    told = {kind: one.names for kind, one in stays(modern(tmp_path)).items() if one.later}
    assert told == {"dashboards": ("Wall", "the first")}
    assert {one.kind for one in IMPORTERS if one.becomes == "not yet"} == {*told}


def test_who_lives_there_comes_with_the_trackers_that_are_some(tmp_path: Path) -> None:
    person = {"id": "b", "name": "Ben", "device_trackers": ["device_tracker.phone", "light.hall", 3]}
    modern(tmp_path)
    storage(tmp_path, "person", 2, 1, {"items": [person]})
    yaml = "person:\n  - {name: Carl, id: c, device_trackers: [device_tracker.bike]}\n  - {name: Ben again, id: b}\n"
    with (tmp_path / "configuration.yaml").open("a") as file:
        file.write(yaml)
    assert of(Lives, tmp_path) == [
        Lives("b", "Ben", ("device_tracker.phone",)),
        Lives("c", "Carl", ("device_tracker.bike",)),
    ]


def test_what_comes_in_files_of_rules_is_counted_and_named(tmp_path: Path) -> None:
    assert {one.kind: one.names for one in of(Comes, modern(tmp_path))} == {
        "automations": ("Night", "Water"),
        "scripts": ("good_night",),
        "blueprints": ("automation/me/motion.yaml",),
        "packages": ("garden",),
        "helpers": ("input_boolean Guests", "timer tea"),
    }


def test_a_home_of_2021(tmp_path: Path) -> None:
    old(tmp_path)
    for kind in (FloorRow, LabelRow, ZoneRow):
        assert [one for one in found(tmp_path) if isinstance(one, kind)] == []
    assert [row.name for row in of(AreaRow, tmp_path)] == ["Living Room"]
    rows = entities(tmp_path)
    assert (rows["light.sofa"].name, rows["light.sofa"].icon, rows["light.sofa"].labels) == ("Sofa", "mdi:sofa", ())
    assert rows["sensor.sofa_power"].unique_id == "77"
    assert {one.name: one.value for one in of(Wanted, tmp_path)}["unit_system"] == "us_customary"
    assert stays(tmp_path) == {}
    assert of(Lives, tmp_path) == [Lives("bob", "Bob")]


def test_zones_that_make_no_sense(tmp_path: Path) -> None:
    zones = [
        {"id": "a", "name": "A", "latitude": 99, "longitude": 0},
        {"id": "b", "name": "B", "latitude": 9},
        {"id": "home", "name": "Home", "latitude": 9, "longitude": 0},
        "x",
    ]
    storage(modern(tmp_path), "zone", 1, 1, {"items": zones})
    told = [(one.names, one.why) for one in of(Stays, tmp_path) if one.kind == "zones"]
    assert [names for names, _ in told[:3]] == [("A",), ("B",), ("Home",)]
    assert "`latitude`" in told[0][1]
    assert "`longitude`" in told[1][1]
    assert "settings" in told[2][1]
