"""What is printed to be typed into devices: read as the device would read it."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from homeserver.cli.recipes import RECIPES, Door, Guest, Kind, esphome, rights, tasmota, zigbee2mqtt
from homeserver.runtime.filters import FilterSet
from homeserver.runtime.logins import device_rights

PEM = "-----BEGIN CERTIFICATE-----\nMIIE+/=\nabc\n-----END CERTIFICATE-----\n"
KEY = "E3 CF A0 05 3D 97 D3 63 C5 79 D5 8C 80 D5 56 9B 2E E5 AB 43"
DOOR = Door("192.168.1.10", 8883, None, PEM, Path("/data/tls/authority.pem"), KEY, "AB:CD")
PLAIN = Door("192.168.1.10", plain=1884)
GUEST = Guest("plug1", "-0e9:s#cret")


def typed(text: str) -> dict[str, str]:
    """What Tasmota makes of one line: commands by name."""
    assert text.startswith("Backlog ")
    commands = [part.strip().split(" ", 1) for part in text.removeprefix("Backlog ").split(";")]
    assert len(commands) <= 30, "a Backlog takes no more"
    return {command[0]: command[1] for command in commands}


def test_tasmota_is_told_place_login_and_proof() -> None:
    assert typed(tasmota(DOOR, GUEST)) == {
        "MqttHost": "192.168.1.10", "MqttPort": "8883", "MqttUser": "device.plug1", "MqttPassword": GUEST.secret,
        "Topic": "plug1", "SetOption103": "1", "SetOption132": "1", "MqttFingerprint1": KEY,
    }  # fmt: skip


def test_tasmota_without_tls_comes_in_by_the_plain_door() -> None:
    assert typed(tasmota(PLAIN, GUEST))["MqttPort"] == "1884"
    assert "MqttFingerprint1" not in typed(tasmota(PLAIN, GUEST))
    secure, remark, plain = tasmota(replace(DOOR, plain=1884), GUEST).splitlines()
    assert (typed(secure)["MqttPort"], typed(plain)["MqttPort"]) == ("8883", "1884")
    assert remark.startswith("# ")
    assert "RSA" in tasmota(replace(DOOR, key_fingerprint=None), GUEST)


def test_esphome_trusts_the_authority() -> None:
    read: dict[str, Any] = yaml.safe_load(esphome(DOOR, GUEST))
    assert read == {
        "mqtt": {
            "broker": "192.168.1.10", "port": 8883, "username": "device.plug1", "password": GUEST.secret,
            "topic_prefix": "plug1", "certificate_authority": PEM,
        }
    }  # fmt: skip
    assert "#   - abcd" in esphome(DOOR, GUEST)
    assert yaml.safe_load(esphome(PLAIN, GUEST))["mqtt"].keys() == {
        "broker", "port", "username", "password", "topic_prefix"
    }  # fmt: skip


def test_zigbee2mqtt_trusts_the_authority() -> None:
    read = yaml.safe_load(zigbee2mqtt(DOOR, GUEST))
    assert read["mqtt"] == {
        "base_topic": "plug1", "server": "mqtts://192.168.1.10:8883", "user": "device.plug1",
        "password": GUEST.secret, "ca": "/data/tls/authority.pem",
    }  # fmt: skip
    assert read["homeassistant"] == {"enabled": True}
    assert yaml.safe_load(zigbee2mqtt(PLAIN, GUEST))["mqtt"]["server"] == "mqtt://192.168.1.10:1884"
    six = yaml.safe_load(zigbee2mqtt(replace(DOOR, host="fd00::10"), GUEST))
    assert six["mqtt"]["server"] == "mqtts://[fd00::10]:8883"


@pytest.mark.parametrize(
    ("kind", "topics"),
    [
        ("tasmota", ["cmnd/plug1/POWER", "tele/plug1/LWT", "homeassistant/switch/plug1/relay/config"]),
        ("esphome", ["plug1/status", "homeassistant/sensor/plug1/uptime/config"]),
        ("zigbee2mqtt", ["plug1/bridge/state", "homeassistant/light/0x0015a4c1380051f5/light/config"]),
    ],
)
def test_each_kind_may_say_what_it_says(kind: Kind, topics: list[str]) -> None:
    _, write = device_rights("plug1", *rights(kind, "plug1", "homeassistant"))
    allowed = FilterSet(write)
    assert [topic for topic in topics if not allowed.matches(topic)] == []
    assert not allowed.matches("homeserver/entity/light/hall/state")
    assert kind in RECIPES
