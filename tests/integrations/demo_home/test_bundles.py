"""Bundles announce a whole device in one message."""

import json

from integrations.demo_home.bundles import BUNDLES
from tests.integrations.demo_home.conftest import Stage


def test_a_bundle_has_device_origin_and_components(quiet: Stage) -> None:
    message = next(m for m in quiet.house.announcements() if m.topic == "homeassistant/device/demo/heat_pump/config")
    bundle = json.loads(message.payload)
    assert {"dev", "o", "cmps", "state_topic", "avty"} <= set(bundle)
    assert bundle["o"]["name"]
    assert all(part["p"] in ("sensor", "select", "number", "button") for part in bundle["cmps"].values())
    fields = quiet.ear.fields("select.heat_pump_mode")
    assert fields["state_topic"] == "demo/gateway/heat_pump/state"
    assert fields["command_topic"] == "demo/gateway/heat_pump/set/mode"
    assert [place.get("payload_available") for place in fields["availability"]] == ["true", None]
    assert fields["device"]["serial_number"].startswith("A4C138")


def test_the_dishwasher_has_attributes_on_its_own_topic(quiet: Stage) -> None:
    topic = quiet.ear.fields("sensor.dishwasher")["json_attributes_topic"]
    assert topic == "demo/gateway/dishwasher/state"
    assert isinstance(json.loads(quiet.ear.last[topic]), dict)


def test_orders_are_taken_from_the_topic() -> None:
    assert BUNDLES.order("demo/gateway/heat_pump/set/mode", "eco") == ("heat_pump", {"mode": "eco"})
