"""What meter, heat pump and dishwasher report and do, seen through their announcements."""

from collections.abc import Callable
from datetime import datetime

from tests.integrations.demo_home.conftest import BERLIN, Stage


def test_the_meter_reports_every_ten_seconds_and_sees_a_lamp(quiet: Stage) -> None:
    topics = quiet.step(600)
    assert topics.count("demo/gateway/electricity_meter/state") == 60
    for entity, payload in (("select.heat_pump_mode", "off"), ("switch.fridge_plug", "OFF")):
        quiet.command(entity, payload)
    quiet.step(7_200)
    watts = [quiet.ear.number("sensor.house_power")]
    for payload in ("50", "100"):
        quiet.command("light.kitchen_ceiling", payload, "brightness_command_topic", wait=11)
        watts.append(quiet.ear.number("sensor.house_power"))
    assert [round(watts[1] - watts[0], 1), round(watts[2] - watts[1], 1)] == [14.0, 14.0]
    assert 225 < quiet.ear.number("sensor.house_voltage") < 237


def test_the_counters_only_rise(quiet: Stage) -> None:
    names = ("house", "heat_pump", "dishwasher", "fridge_plug")
    last = {name: quiet.ear.number(f"sensor.{name}_energy") for name in names}
    for _ in range(16):
        quiet.step(1_800)
        for name in names:
            now = quiet.ear.number(f"sensor.{name}_energy")
            assert now >= last[name]
            last[name] = now


def test_the_heat_pump_obeys(quiet: Stage) -> None:
    quiet.command("select.heat_pump_mode", "off")
    quiet.command("number.heat_pump_curve_offset", "-2.5")
    assert quiet.ear.state("select.heat_pump_mode") == "off"
    assert quiet.ear.number("number.heat_pump_curve_offset") == -2.5
    quiet.step(2 * 3_600)
    assert quiet.ear.number("sensor.heat_pump_power") < 10
    quiet.command("select.heat_pump_mode", "turbo")
    quiet.tell("demo/gateway/heat_pump/set/dance", "1")
    assert quiet.house.ignored == {"not an option": 1, "unknown command": 1}


def test_the_dishwasher_runs_its_programme_once(quiet: Stage) -> None:
    quiet.command("select.dishwasher_program", "quick")
    quiet.command("button.dishwasher_start", "PRESS")
    assert quiet.ear.state("sensor.dishwasher") == "heating"
    assert 25 < quiet.ear.number("sensor.dishwasher_remaining") < 40
    quiet.command("button.dishwasher_start", "PRESS")
    quiet.command("select.dishwasher_program", "eco")
    assert quiet.ear.state("select.dishwasher_program") == "quick"
    assert quiet.house.ignored == {"it is running": 1, "not while it is running": 1}
    quiet.step(2_700)
    assert quiet.ear.state("sensor.dishwasher") == "finished"
    assert quiet.ear.number("sensor.dishwasher_cycles") == 1


def test_a_stop_is_a_stop(quiet: Stage) -> None:
    quiet.command("button.dishwasher_start", "PRESS")
    quiet.command("button.dishwasher_stop", "PRESS")
    assert quiet.ear.state("sensor.dishwasher") == "idle"
    quiet.command("button.dishwasher_stop", "stop it")
    assert quiet.house.ignored == {"not an option": 1}


def test_hot_water_and_dehumidifier_obey(quiet: Stage) -> None:
    quiet.command("water_heater.hot_water", "electric", "mode_command_topic")
    quiet.command("water_heater.hot_water", "60.3", "temperature_command_topic")
    assert quiet.ear.state("water_heater.hot_water", "mode_state_topic", "mode_state_template") == "electric"
    assert quiet.house.world.tank.target == 60.5
    assert quiet.ear.number("sensor.hot_water_power") == 2_001
    quiet.command("humidifier.dehumidifier", "laundry", "mode_command_topic")
    assert quiet.ear.state("humidifier.dehumidifier", "action_topic", "action_template") == "drying"
    quiet.command("humidifier.dehumidifier", "OFF")
    quiet.command("humidifier.dehumidifier", "45", "target_humidity_command_topic")
    assert quiet.ear.number("sensor.dehumidifier_power") == 1
    assert quiet.house.world.dehumidifier.target == 45
    for entity, key, wrong in (
        ("water_heater.hot_water", "temperature_command_topic", "90"),
        ("water_heater.hot_water", "mode_command_topic", "gas"),
        ("humidifier.dehumidifier", "target_humidity_command_topic", "5"),
    ):
        quiet.command(entity, wrong, key)
    assert quiet.house.ignored == {"out of range": 2, "not an option": 1}


def test_phones_are_at_home_as_long_as_their_people(stage: Callable[..., Stage]) -> None:
    morning = stage(datetime(2026, 1, 14, 6, 30, tzinfo=BERLIN))
    names = ("anna", "ben", "mia")
    assert [morning.ear.state(f"device_tracker.{name}_phone") for name in names] == ["home"] * 3
    morning.step(1.7 * 3_600)  # on Wednesdays Anna works at home
    assert morning.house.world.whereabouts["Ben"] == "away"
    assert [morning.ear.state(f"device_tracker.{name}_phone") for name in names] == ["home", "not_home", "not_home"]
