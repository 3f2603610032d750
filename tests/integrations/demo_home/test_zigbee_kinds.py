"""What Zigbee devices report and do, seen through their announcements."""

import json
from collections.abc import Callable

import pytest

from homeserver.view.templates import Templates
from tests.integrations.demo_home.conftest import Stage

LAMP = "light.office_desk_lamp"
THERMOSTAT = "climate.living_room_thermostat"
TARGET = "number.living_room_target_temperature"


def lamp(stage: Stage, name: str = "office_desk_lamp") -> dict[str, object]:
    report: dict[str, object] = json.loads(stage.ear.last[f"demo/zigbee/{name}"])
    return report


def test_a_lamp_obeys_the_json_schema_and_reports_after_a_moment(quiet: Stage) -> None:
    assert not quiet.ear.is_on(LAMP)
    assert quiet.command(LAMP, '{"state": "ON", "brightness": 127, "color_temp": 300}', wait=0.04) == []
    assert quiet.step(1) == ["demo/zigbee/office_desk_lamp"]
    assert quiet.ear.is_on(LAMP)
    assert (lamp(quiet)["brightness"], lamp(quiet)["color_temp"]) == (127, 300)
    assert quiet.house.world.load("office_desk_lamp").watts == pytest.approx(0.4 + 5.0)


def test_commands_are_carried_out_in_the_order_they_came(quiet: Stage) -> None:
    for level in range(10, 250, 10):
        quiet.house.command("demo/zigbee/office_desk_lamp/set", b'{"brightness": %d}' % level)
    quiet.step(3)
    assert lamp(quiet)["brightness"] == 240


def test_a_transition_takes_its_time(quiet: Stage) -> None:
    quiet.command(LAMP, '{"state": "ON", "transition": 20}', wait=10.3)
    assert 0.3 < quiet.house.world.lamps["office_desk_lamp"].shining < 0.7
    quiet.step(11)
    assert quiet.house.world.lamps["office_desk_lamp"].shining == 1


def test_a_toggle_and_a_single_field(quiet: Stage) -> None:
    quiet.command(LAMP, '{"state": "TOGGLE"}')
    assert quiet.ear.is_on(LAMP)
    quiet.tell("demo/zigbee/office_desk_lamp/set/brightness", "25")
    assert lamp(quiet)["brightness"] == 25
    quiet.command(LAMP, '{"state": "OFF"}')
    assert not quiet.ear.is_on(LAMP)


@pytest.mark.parametrize(
    "payload",
    [
        '{"state": "MAYBE"}', '{"brightness": 300}', '{"brightness": -1}', '{"brightness": true}',
        '{"color_temp": 9999}', '{"transition": 2}', '{"effect": "party"}', '{"state": ["ON"]}',
        '{"state": "ON", "brightness": "bright"}', '{"state": "ON", "transition": -1}', "ON", "{",
    ],
)  # fmt: skip
def test_what_a_lamp_cannot_do_changes_nothing_and_is_counted(quiet: Stage, payload: str) -> None:
    before = lamp(quiet)
    quiet.command(LAMP, payload)
    assert lamp(quiet) == before
    assert sum(quiet.house.ignored.values()) == 1
    assert quiet.house.told == 0


def test_a_dimmable_bulb_has_no_colour_temperature(quiet: Stage) -> None:
    assert quiet.ear.fields("light.hall_ceiling")["supported_color_modes"] == ["brightness"]
    quiet.command("light.hall_ceiling", '{"color_temp": 300}')
    assert quiet.house.ignored == {"unknown field": 1}
    assert "color_temp" not in lamp(quiet, "hall_ceiling")


def test_settings_and_buttons_of_a_lamp(quiet: Stage) -> None:
    quiet.command("select.office_desk_lamp_power_on_behavior", "on")
    assert quiet.ear.state("select.office_desk_lamp_power_on_behavior") == "on"
    quiet.command("select.office_desk_lamp_power_on_behavior", "sometimes")
    assert quiet.ear.state("select.office_desk_lamp_power_on_behavior") == "on"
    quiet.command("button.office_desk_lamp_identify", "identify")
    assert (quiet.house.told, quiet.house.ignored) == (2, {"not an option": 1})


def test_a_thermostat_takes_target_and_mode_and_the_room_follows(quiet: Stage) -> None:
    quiet.command("select.living_room_heating_mode", "manual")
    quiet.command(TARGET, "25.2")
    assert quiet.ear.number(TARGET) == 25.0  # in steps of a half
    assert quiet.ear.state("select.living_room_heating_mode") == "manual"
    before = quiet.ear.number("sensor.living_room_temperature")
    quiet.step(3 * 3_600)
    assert quiet.ear.number("sensor.living_room_heating_demand") > 50
    assert quiet.ear.number("sensor.living_room_temperature") > before + 1.5
    quiet.command(TARGET, "31")
    quiet.command(TARGET, "warm")
    assert quiet.ear.number(TARGET) == 25.0
    assert quiet.house.ignored == {"out of range": 1, "not a number": 1}


def test_a_thermostat_says_its_own_modes_in_the_words_of_climate(quiet: Stage) -> None:
    fields = quiet.ear.fields(THERMOSTAT)

    def told(what: str, word: str) -> None:
        order = Templates().compile(fields[f"{what}_command_template"]).render({"value": word})
        quiet.tell(fields[f"{what}_command_topic"], order)

    def seen() -> tuple[str, str]:
        mode = quiet.ear.state(THERMOSTAT, "mode_state_topic", "mode_state_template")
        return mode, quiet.ear.state(THERMOSTAT, "preset_mode_state_topic", "preset_mode_value_template")

    assert seen() == ("auto", "none")
    told("mode", "heat")
    assert seen() == ("heat", "none")
    told("preset_mode", "boost")
    assert seen() == ("heat", "boost")
    told("preset_mode", "none")
    assert seen() == ("auto", "none")
    told("mode", "off")
    assert seen() == ("off", "none")
    assert quiet.house.ignored == {}


def test_permit_join_closes_by_itself(quiet: Stage) -> None:
    quiet.command("switch.zigbee_bridge_permit_join", "true")
    quiet.step(200)
    assert quiet.ear.is_on("switch.zigbee_bridge_permit_join")
    quiet.step(60)
    assert not quiet.ear.is_on("switch.zigbee_bridge_permit_join")


def test_a_child_lock_is_a_switch_of_words(quiet: Stage) -> None:
    quiet.command("switch.bedroom_thermostat_child_lock", "LOCK")
    assert quiet.ear.is_on("switch.bedroom_thermostat_child_lock")


def test_sensors_take_no_commands(quiet: Stage) -> None:
    quiet.tell("demo/zigbee/hall_motion/set", '{"occupancy": true}')
    assert not quiet.ear.is_on("binary_sensor.hall_motion")
    assert quiet.house.ignored == {"takes no commands": 1}


def test_sensors_report_what_happens(stage: Callable[..., Stage], quiet: Stage) -> None:
    world = quiet.house.world
    world.motions["hall"].trigger()
    world.openings["front_door"].set(True)
    assert quiet.step(0) == ["demo/zigbee/hall_motion", "demo/zigbee/front_door"]
    assert quiet.ear.is_on("binary_sensor.hall_motion")
    assert quiet.ear.state("binary_sensor.front_door") == "False"  # no contact: open
    assert quiet.ear.is_on("binary_sensor.front_door")
    quiet.step(61)
    assert not quiet.ear.is_on("binary_sensor.hall_motion")
    assert 0 < quiet.ear.number("sensor.hall_motion_battery") <= 87
    assert 2_500 < quiet.ear.number("sensor.hall_motion_voltage") < 3_100
    assert 100 < quiet.ear.number("sensor.hall_motion_linkquality") < 150


def test_a_scene_is_stored_in_the_lamp(quiet: Stage) -> None:
    ceiling = quiet.house.world.lamps["living_room_ceiling"]
    for name, brightness in (("reading", 1.0), ("cinema", 0.12)):
        scene = f"scene.living_room_{name}"
        quiet.command(scene, quiet.ear.fields(scene)["payload_on"])
        assert (ceiling.on, ceiling.brightness) == (True, brightness)
    for wrong in ('{"scene_recall": 9}', '{"scene_recall": "1"}'):
        quiet.command("scene.living_room_cinema", wrong)
    quiet.command(LAMP, '{"scene_recall": 1}')
    assert quiet.house.ignored == {"not a scene": 3}


def test_a_key_of_a_remote_is_a_trigger_and_no_state(quiet: Stage) -> None:
    triggers = [one.fields for one in quiet.ear.tellers if one.component == "device_automation"]
    assert {(one["type"], one["subtype"]) for one in triggers} == {
        (f"button_{kind}_press", f"button_{key}") for key in (1, 2, 3, 4) for kind in ("short", "double")
    }
    quiet.house.world.tell("living_room_remote", "action", "2_double")
    said = quiet.house.step(1)
    (heard,) = [message for message in said if message.topic == triggers[0]["topic"]]
    assert (heard.payload, heard.retain) == ("2_double", False)
    assert heard.payload in {one["payload"] for one in triggers}
    assert heard not in quiet.house.reports()
