"""Registries of any year: what a row says, what it leaves out, and rows that cannot be read."""

from pathlib import Path
from typing import Any

import pytest

from homeserver.cli.failures import Failure
from homeserver.cli.homeassistant import registries as room
from homeserver.cli.homeassistant.folder import Folder
from homeserver.cli.homeassistant.importers import read
from homeserver.cli.homeassistant.registries import Registries
from homeserver.cli.homeassistant.source import Source
from homeserver.home.import_words import EntityRow
from tests.cli.homeassistant.folders import device, entity, modern, storage


@pytest.mark.parametrize(
    ("minor", "fields", "name"),
    [
        (22, {"name": "Kitchen light"}, "Kitchen light"),
        (24, {"name": "Light"}, "Cooker Light"),
        (24, {"name": "Light", "area_id": "kitchen"}, "Light"),
        (24, {"name": "Light", "compat_name": "My light"}, "My light"),
        (24, {"name": None, "original_name": "Lamp"}, None),
        (16, {"name": ""}, None),
    ],
)
def test_names_as_people_see_them(tmp_path: Path, minor: int, fields: dict[str, Any], name: str | None) -> None:
    modern(tmp_path)
    devices = {"devices": [device("d", [["mqtt", "x"]], name="Stove", name_by_user="Cooker")]}
    storage(tmp_path, "core.device_registry", 1, 12, devices)
    storage(tmp_path, "core.entity_registry", 1, minor, {"entities": [entity("light.a", "a", device_id="d", **fields)]})
    registries = Registries.read(Folder(tmp_path))
    assert registries.name(registries.entities[0]) == name


def test_rows_that_cannot_be_read_are_passed_over_and_told(tmp_path: Path) -> None:
    rows = [entity("light.a", "a"), entity("Light.B", "b"), {"platform": "mqtt"}, 7, entity("light.c", "")]
    storage(modern(tmp_path), "core.entity_registry", 1, 22, {"entities": rows})
    registries = Registries.read(Folder(tmp_path))
    assert [row.entity_id for row in registries.entities] == ["light.a"]
    start = ".storage/core.entity_registry: data.entities"
    places = [bad.place for bad in registries.bad]
    assert places == [f"{start}[1].entity_id", f"{start}[2].entity_id", f"{start}[3]", f"{start}[4].unique_id"]


def test_more_rows_than_any_home_has_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "MOST", 2)
    with pytest.raises(Failure, match=r"core\.area_registry: data\.areas must be a list of at most 2"):
        Registries.read(Folder(modern(tmp_path)))


def test_odd_values_of_fields_that_do_not_matter_are_passed_over(tmp_path: Path) -> None:
    odd = device("d", [["mqtt", "x", "y"], ["one"], "text", ["n", 7]], model=7, connections=None, labels="x")
    storage(modern(tmp_path), "core.device_registry", 1, 9, {"devices": [odd]})
    (found,) = Registries.read(Folder(tmp_path)).devices.values()
    assert (found.identifiers, found.connections, found.labels) == ((("mqtt", "y"), ("n", "7")), (), ())


def test_texts_longer_than_any_name_are_cut_or_left_out(tmp_path: Path) -> None:
    long = "x" * 2_000
    odd = device("d", [["mqtt", long], ["mqtt", "x"]], name=long, name_by_user=long)
    rows = [entity("light.a", "a", device_id="d", name=long, icon=long, aliases_v2=[long], original_device_class=long)]
    storage(modern(tmp_path), "core.device_registry", 1, 9, {"devices": [odd]})
    storage(tmp_path, "core.entity_registry", 1, 22, {"entities": rows})
    found = list(read(Source(Folder(tmp_path))))
    (row,) = [one for one in found if isinstance(one, EntityRow)]
    assert {len(text) for text in (row.name, row.icon, *row.aliases, row.device_class) if text} == {255}
