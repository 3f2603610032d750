"""Zigbee devices announce themselves in full spelling, behind three availabilities, and hear JSON or single fields."""

import json

import pytest

from integrations.demo_home.devices import DEVICES
from integrations.demo_home.unit import Ignored
from integrations.demo_home.zigbee import ZIGBEE
from tests.integrations.demo_home.conftest import Stage


def test_a_config_has_the_shape_that_zigbee_bridges_publish(quiet: Stage) -> None:
    message = next(m for m in quiet.house.announcements() if m.topic.endswith("/hall_motion_occupancy/config"))
    assert message.topic == "homeassistant/binary_sensor/demo/hall_motion_occupancy/config"
    assert message.retain
    config = json.loads(message.payload)
    assert config["state_topic"] == "demo/zigbee/hall_motion"
    assert config["value_template"] == "{{ value_json.occupancy }}"
    assert config["availability_mode"] == "all"
    assert [place["topic"] for place in config["availability"]] == [
        "demo/zigbee/zigbee_bridge/state",
        "demo/zigbee/hall_motion/availability",
        "demo/network",
    ]
    assert config["device"]["suggested_area"] == "Hall"
    assert config["device"]["via_device"] == f"zigbee_0x0015{DEVICES[0].serial}"
    assert (config["payload_on"], config["payload_off"]) == (True, False)


def test_the_bridge_is_a_device_that_depends_on_itself_alone(quiet: Stage) -> None:
    fields = quiet.ear.fields("switch.zigbee_bridge_permit_join")
    assert [place["topic"] for place in fields["availability"]] == ["demo/zigbee/zigbee_bridge/state", "demo/network"]
    assert "via_device" not in fields["device"]


@pytest.mark.parametrize(
    ("topic", "payload", "order"),
    [
        ("demo/zigbee/a/set", '{"state": "ON", "transition": 2}', {"state": "ON", "transition": 2}),
        ("demo/zigbee/a/set/system_mode", "auto", {"system_mode": "auto"}),
    ],
)
def test_orders(topic: str, payload: str, order: dict[str, object]) -> None:
    assert ZIGBEE.order(topic, payload) == ("a", order)


@pytest.mark.parametrize("payload", ["", "ON", "[]", "{}", "7", "null", '{"state":', "[" * 4_000])
def test_no_orders(payload: str) -> None:
    with pytest.raises(Ignored):
        ZIGBEE.order("demo/zigbee/a/set", payload)
