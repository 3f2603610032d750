"""What plugs, relays and dimmers report and do, seen through their announcements."""

import json

import pytest

from tests.integrations.demo_home.conftest import Stage


@pytest.mark.parametrize(
    ("payload", "on"), [("OFF", False), ("off", False), ("0", False), ("ON", True), ("1", True), ("TOGGLE", False)]
)
def test_a_plug_switches(quiet: Stage, payload: str, on: bool) -> None:
    assert quiet.ear.is_on("switch.fridge_plug")
    quiet.command("switch.fridge_plug", payload)
    assert quiet.ear.is_on("switch.fridge_plug") == on
    assert quiet.house.world.fridge.powered == on


def test_a_plug_measures_what_stands_behind_it(quiet: Stage) -> None:
    quiet.house.world.appliances["computer"].use(True)
    quiet.step(20)
    assert quiet.ear.number("sensor.computer_plug_power") == pytest.approx(136, rel=0.03)
    assert quiet.ear.number("sensor.computer_plug_current") == pytest.approx(136 / 230, rel=0.03)
    before = quiet.ear.number("sensor.computer_plug_energy")
    quiet.step(3_600)
    assert quiet.ear.number("sensor.computer_plug_energy") - before == pytest.approx(0.136, abs=0.012)
    quiet.command("switch.computer_plug", "OFF")
    assert quiet.ear.number("sensor.computer_plug_power") == 0


@pytest.mark.parametrize(("payload", "key"), [("MAYBE", "command_topic"), ("", "command_topic")])
def test_words_that_it_does_not_know_change_nothing(quiet: Stage, payload: str, key: str) -> None:
    quiet.command("switch.fridge_plug", payload, key)
    assert quiet.ear.is_on("switch.fridge_plug")
    quiet.tell("demo/tasmota/fridge_plug/cmnd/Dance", "1")
    assert quiet.house.ignored == {"not an option": 1, "unknown command": 1}


def test_a_dimmer_obeys_the_basic_schema(quiet: Stage) -> None:
    light = "light.kitchen_ceiling"
    assert quiet.ear.fields(light)["on_command_type"] == "brightness"
    quiet.command(light, "40", "brightness_command_topic")
    assert quiet.ear.is_on(light)
    assert quiet.ear.state(light, "brightness_state_topic", "brightness_value_template") == "40"
    assert quiet.house.world.load("kitchen_ceiling").watts == pytest.approx(0.9 + 0.4 * 28)
    quiet.command(light, "250", "color_temp_command_topic")
    assert quiet.ear.state(light, "color_temp_state_topic", "color_temp_value_template") == "250"
    quiet.command(light, "OFF")
    assert not quiet.ear.is_on(light)
    quiet.command(light, "140", "brightness_command_topic")
    assert not quiet.ear.is_on(light)
    assert quiet.house.ignored == {"out of range": 1}


def test_a_relay_lamp_is_on_or_off(quiet: Stage) -> None:
    quiet.command("light.bathroom_mirror", "ON")
    assert quiet.ear.is_on("light.bathroom_mirror")
    assert quiet.house.world.lamps["bathroom_mirror"].shining == 1
    quiet.command("switch.bathroom_fan", "ON")
    assert quiet.ear.is_on("switch.bathroom_fan")
    assert quiet.house.world.load("fan").watts == 11.5


def test_a_restart_takes_it_off_the_network_for_a_moment(quiet: Stage) -> None:
    quiet.command("button.fridge_plug_restart", "1", wait=2)
    assert not quiet.ear.online("switch.fridge_plug")
    quiet.command("switch.fridge_plug", "OFF", wait=1)
    assert quiet.house.ignored == {"not reached": 1}
    quiet.step(8)
    assert quiet.ear.online("switch.fridge_plug")
    assert quiet.ear.is_on("switch.fridge_plug")
    quiet.command("button.fridge_plug_restart", "please")
    assert quiet.ear.online("switch.fridge_plug")


def test_signal_is_in_decibel(quiet: Stage) -> None:
    assert -80 < quiet.ear.number("sensor.television_plug_signal") < -50
    assert json.loads(quiet.ear.last["demo/tasmota/television_plug/tele/STATE"])["Wifi"]["RSSI"] < 0


def test_a_firmware_is_installed_in_a_while_and_the_device_starts_with_it(quiet: Stage) -> None:
    update = "update.washing_machine_firmware"

    def firmware() -> dict[str, object]:
        said: dict[str, object] = json.loads(quiet.ear.last[quiet.ear.fields(update)["state_topic"]])
        return said

    assert (firmware()["installed_version"], firmware()["latest_version"]) == ("14.1.0", "14.3.0")
    quiet.command(update, "1", wait=22)
    assert (firmware()["in_progress"], firmware()["update_percentage"]) == (True, 40)
    quiet.command(update, "1")
    assert quiet.house.ignored == {"nothing to install": 1}
    said = quiet.step(60)
    assert firmware()["installed_version"] == firmware()["latest_version"] == "14.3.0"
    assert "demo/tasmota/washing_machine/tele/LWT" in said
    configs = [topic for topic in said if topic.startswith("homeassistant/")]
    assert '"sw": "14.3.0"' in quiet.ear.last[configs[0]]
    quiet.command(update, "1")
    assert quiet.house.ignored == {"nothing to install": 2}
