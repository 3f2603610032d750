"""`homeserver import homeassistant` against a running home on Mosquitto: shown, done, undone."""

import asyncio
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from homeserver.runtime.clock import RealClock
from homeserver.runtime.device_link import DeviceLink
from homeserver.runtime.mqtt_wire import Address, MqttWire
from tests.cli.conftest import Run
from tests.cli.homeassistant.folders import KITCHEN, broken, modern, storage
from tests.cli.homes import Home, running_home

LAMP = {
    "name": None,
    "unique_id": "lamp_1",
    "command_topic": "zigbee2mqtt/lamp/set",
    "device": {"identifiers": [f"zigbee2mqtt_{KITCHEN}"], "name": "Lamp"},
}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    with running_home(tmp_path_factory.mktemp("home"), "--broker", "mosquitto") as home:
        yield home


async def announce(home: Home, secret: str, topic: str, config: dict[str, Any]) -> None:
    """Say what a device says of itself."""
    link = DeviceLink(
        MqttWire(Address("127.0.0.1", home.mqtt_port, "device.zigbee2mqtt", secret), "bridge"), RealClock()
    )

    async def say() -> None:
        link.publish(topic, json.dumps(config).encode(), retain=True)

    async with asyncio.timeout(10):
        await link.open(lambda topic, payload: None, say)
    await link.close()


def until(at: Run, *arguments: str, holds: str) -> Any:
    """Ask again until the answer holds something."""
    deadline = time.monotonic() + 20
    while holds not in (found := at(*arguments)).out:
        assert time.monotonic() < deadline, found.out
        time.sleep(0.1)
    return found.json


def test_a_house_moves_in(home: Home, at: Run, tmp_path: Path) -> None:
    modern(tmp_path)
    secret = at("device-login", "add", "zigbee2mqtt", "--discovery", "homeassistant/+/+/config", "--json").json
    asyncio.run(announce(home, secret["password"], "homeassistant/light/lamp/config", LAMP))
    before = until(at, "entities", "light.*", "--json", holds="light.lamp")
    assert [one["id"] for one in before] == ["light.lamp"]

    shown = at("import", "homeassistant", str(tmp_path))
    assert shown.code == 0
    for told in ("id light.lamp -> light.kitchen", "Europe/Vienna", "nothing was done: --yes does it", "Anna"):
        assert told in shown.out
    assert at("entities", "light.*", "--json").json == before, "showing changes nothing"

    done = at("import", "homeassistant", str(tmp_path), "--yes", "--json").json
    assert (done["done"], done["deed"]["changes"]) == (True, done["changes"] + 1), "and a rule that the files brought"
    (lamp,) = until(at, "entities", "light.*", "--json", holds='"light.kitchen"')
    assert (lamp["id"], lamp["name"], lamp["area"]) == ("light.kitchen", "Kitchen", "Kitchen")
    assert [one["id"] for one in at("entities", "zone.*", "--json").json] == ["zone.home", "zone.office", "zone.school"]
    anna = at("call", "people.list_users", "--json").json["users"][0]
    assert (anna["id"], anna["role"], anna["source"]) == ("anna", "adult", "homeassistant:anna")
    assert done["settled"] == 1
    assert 'time_zone = "Europe/Vienna"' in (home.data / "homeserver.toml").read_text()

    assert set(done["written"]) >= {"homeassistant/configuration.yaml", "homeassistant/packages/garden.yaml"}
    rules = home.data / "rules" / "homeassistant"
    assert (rules / "secrets.yaml").read_text() == "garden: 1.5\n"
    assert until(at, "entities", "input_boolean.guests", "--json", holds="Guests")
    listed = until(at, "call", "rules.list", "--json", holds="Night")
    (night,) = until(at, "entities", "automation.night", "--json", holds="Good night")
    assert (night["name"], night["area"]) == ("Good night", "Hall"), "rules keep what people called them"
    assert {"Night", "Water"} <= {one["alias"] for one in listed["rules"]}

    (tmp_path / "secrets.yaml").write_text("garden: 2.5\n")
    later = at("import", "homeassistant", str(tmp_path), "--yes")
    assert "homeassistant/secrets.yaml" in later.out
    assert "2.5" not in later.out
    assert "ids of Home Assistant here, as people gave them on its pages: automation.renamed." in later.out
    assert (rules / "secrets.yaml").read_text() == "garden: 2.5\n"

    again = at("import", "homeassistant", str(tmp_path), "--yes")
    assert "nothing to do" in again.out
    assert "changes here: 0, so already: " in again.out
    assert "has a place here" not in again.out
    assert len(at("undo", "--list", "--json").json) == 1
    assert "light.kitchen: " in at("undo").out
    after = until(at, "entities", "light.*", "--json", holds="light.lamp")
    assert [one | {"cause": None} for one in after] == [one | {"cause": None} for one in before]


@pytest.mark.parametrize("options", [(), ("--yes",), ("--json", "--yes")])
def test_of_a_broken_folder_nothing_is_done(at: Run, tmp_path: Path, options: tuple[str, ...]) -> None:
    deeds = at("undo", "--list", "--json").json
    failed = at("import", "homeassistant", str(broken(tmp_path)), *options)
    assert (failed.code, failed.out) == (1, "")
    assert "core.entity_registry:1: no JSON" in failed.err
    assert "copy the folder again" in failed.err
    assert at("undo", "--list", "--json").json == deeds


def test_settings_that_make_no_sense_here_and_those_that_are_not_wanted(at: Run, tmp_path: Path) -> None:
    config = {"time_zone": "Mars/Olympus", "currency": "euro", "elevation": 5, "unit_system_v2": "metric"}
    storage(modern(tmp_path), "core.config", 1, 4, config)
    (tmp_path / "configuration.yaml").write_text("homeassistant:\n  name: Elsewhere\n  latitude: !secret latitude\n")
    told = at("import", "homeassistant", str(tmp_path), "--json").json
    assert {one["name"]: one["there"] for one in told["settings"]} == {"name": "Elsewhere", "elevation": 5}
    reasons = {one["names"][0]: one["why"] for one in told["stays"] if one["kind"] == "settings"}
    assert "there is no time zone 'Mars/Olympus'" in reasons["time_zone"]
    assert "'euro'" in reasons["currency"]
    assert "set it by hand" in reasons["latitude"]
    assert at("import", "homeassistant", str(tmp_path), "--json", "--no-settings").json["settings"] == []


def test_without_a_home_it_says_so(run: Run, tmp_path: Path, nowhere: str) -> None:
    failed = run("import", "homeassistant", str(modern(tmp_path)), "--data", nowhere, "--broker", "mqtt://127.0.0.1:1")
    assert failed.code != 0
    assert failed.err.startswith("homeserver: ")
