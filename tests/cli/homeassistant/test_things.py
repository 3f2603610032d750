"""Rows of entities that rule files make: what people said of them comes, their ids stay theirs."""

from pathlib import Path

import pytest

from homeserver.cli.homeassistant.folder import Folder
from homeserver.cli.homeassistant.made_on_pages import NOT_HERE
from homeserver.cli.homeassistant.source import Source, Stays
from homeserver.cli.homeassistant.things import entities
from homeserver.home.import_words import EntityRow
from tests.cli.homeassistant.folders import device, entity, modern, storage


def rows(folder: Path, *registry: object) -> dict[str, EntityRow]:
    modern(folder)
    storage(folder, "core.entity_registry", 1, 22, {"entities": list(registry)})
    return {one.key: one for one in entities(Source(Folder(folder))) if isinstance(one, EntityRow)}


@pytest.mark.parametrize("platform", ["automation", "script", "scene", "input_boolean", "timer", "group", "template"])
def test_what_people_said_of_a_rule_or_a_helper_comes(tmp_path: Path, platform: str) -> None:
    id = f"{platform if platform not in ('group', 'template') else 'light'}.night"
    more = {"name": "Good night", "area_id": "kitchen", "labels": ["evening", "gone"], "hidden_by": "user"}
    (row,) = rows(tmp_path, entity(id, "1", platform, icon="mdi:x", aliases_v2=[None, "Bed"], **more)).values()
    assert (row.theirs, row.expect, row.device) == (True, False, None)
    assert (row.name, row.area, row.labels, row.icon) == ("Good night", "kitchen", ("evening",), "mdi:x")
    assert (row.aliases, row.hidden) == (("Bed",), True)


def test_where_nothing_is_said_nothing_is_wished(tmp_path: Path) -> None:
    """`hidden: false` would be a word of its own, and a group hides its members by itself."""
    found = rows(tmp_path, entity("script.a", "a", "script"), entity("light.b", "b", "group", hidden_by="integration"))
    assert [row.hidden for row in found.values()] == [None, None]
    assert all((row.name, row.area, row.labels) == (None, None, ()) for row in found.values())


def test_a_helper_that_lies_on_a_device_is_not_of_the_device(tmp_path: Path) -> None:
    modern(tmp_path)
    storage(tmp_path, "core.device_registry", 3, 4, {"devices": [device("d4", [["zha", "00:12:4b:00:aa:bb:cc:dd"]])]})
    helper = entity("sensor.rate", "r", "derivative", device_id="d4")
    storage(tmp_path, "core.entity_registry", 1, 22, {"entities": [helper]})
    (row,) = (one for one in entities(Source(Folder(tmp_path))) if isinstance(one, EntityRow))
    assert (row.theirs, row.device) == (True, None)


def test_a_helper_that_does_not_come_has_no_row_and_no_second_telling(tmp_path: Path) -> None:
    modern(tmp_path)
    storage(
        tmp_path,
        "core.entity_registry",
        1,
        22,
        {"entities": [entity(f"sensor.{name}", name, name) for name in NOT_HERE]},
    )
    found = list(entities(Source(Folder(tmp_path))))
    assert not [one for one in found if isinstance(one, EntityRow | Stays)]
