"""Tasmota devices announce themselves in abbreviations under a base topic, and answer on stat/ and tele/."""

import json

from integrations.demo_home.tasmota import TASMOTA
from tests.integrations.demo_home.conftest import Stage


def test_a_config_is_abbreviated_and_unfolds_to_full_topics(quiet: Stage) -> None:
    fields = quiet.ear.fields("sensor.washing_machine_power")
    assert fields["state_topic"] == "demo/tasmota/washing_machine/tele/SENSOR"
    own, network = fields["availability"]
    assert (own["topic"], own["payload_available"]) == ("demo/tasmota/washing_machine/tele/LWT", "Online")
    assert network == {"topic": "demo/network"}
    assert fields["device"]["suggested_area"] == "Utility room"
    message = next(
        m for m in quiet.house.announcements() if m.topic.endswith("_Power/config") and "washing" in m.payload
    )
    assert message.topic.startswith("homeassistant/sensor/demo/")
    raw = json.loads(message.payload)
    assert raw["~"] == "demo/tasmota/washing_machine/"
    assert raw["stat_t"] == "~tele/SENSOR"
    assert not {"state_topic", "unique_id", "availability", "value_template"} & set(raw)
    mac = raw["dev"]["cns"][0][1]
    assert len(mac.split(":")) == 6


def test_orders_are_taken_from_the_topic() -> None:
    assert TASMOTA.order("demo/tasmota/lamp/cmnd/POWER", "ON") == ("lamp", {"POWER": "ON"})


def test_a_report_holds_state_and_energy_apart_with_the_local_time(quiet: Stage) -> None:
    topics = quiet.tell("demo/tasmota/washing_machine/cmnd/POWER", "ON", wait=1)
    base = "demo/tasmota/washing_machine"
    assert topics == [f"{base}/stat/POWER", f"{base}/tele/STATE", f"{base}/tele/SENSOR", f"{base}/stat/UPDATE"]
    state = json.loads(quiet.ear.last[f"{base}/tele/STATE"])
    assert state["Time"].startswith("2026-01-14T02:00:0")
    assert state["POWER"] == "ON"
    assert set(json.loads(quiet.ear.last[f"{base}/tele/SENSOR"])["ENERGY"]) == {"Total", "Power", "Voltage", "Current"}
