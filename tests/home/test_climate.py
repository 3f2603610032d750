"""What thermostats, humidifiers, water heaters and fans refuse, and what they are taken for before they speak."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeserver.home.amounts import Degrees
from homeserver.home.fan import Speeds
from homeserver.runtime.memory_broker import MemoryBroker
from tests.home.stage import Stage, memory_stage

THERMOSTAT = {
    "name": "Hall",
    "modes": ["off", "heat"],
    "mode_command_topic": "hall/mode",
    "temperature_command_topic": "hall/aim",
    "temperature_low_command_topic": "hall/low",
    "preset_mode_command_topic": "hall/preset",
    "preset_modes": ["eco"],
    "max_temp": 25,
}
FAN = {"name": "Hall", "command_topic": "hall/fan", "preset_modes": ["eco"]}


@pytest.mark.parametrize(
    ("service", "data", "field", "words"),
    [
        ("set_temperature", {"temperature": 25.5}, "temperature", "25.5 lies outside 7 to 25 °C"),
        ("set_temperature", {}, "temperature", "give temperature, or else"),
        ("set_temperature", {"temperature": 20, "target_temp_low": 1, "target_temp_high": 2}, "temperature", "or else"),
        ("set_temperature", {"target_temp_low": 20}, "target_temp_high", "belong together"),
        ("set_temperature", {"target_temp_low": 22, "target_temp_high": 20}, "target_temp_low", "is above"),
        ("set_temperature", {"temperature": 20, "hvac_mode": "cool"}, "hvac_mode", "'cool' is none of off, heat"),
        ("set_temperature", {"temperature": "warm"}, "temperature", "number"),
        ("set_hvac_mode", {"hvac_mode": "dry"}, "hvac_mode", "'dry' is none of off, heat"),
        ("set_preset_mode", {"preset_mode": "party"}, "preset_mode", "'party' is none of eco, none"),
        ("set_fan_mode", {"fan_mode": "low"}, "service", "has no service 'set_fan_mode'"),
        ("set_humidity", {"humidity": 50}, "service", "has no service 'set_humidity'"),
    ],
)
async def test_a_thermostat_refuses_what_it_cannot(
    tmp_path: Path, service: str, data: dict[str, Any], field: str, words: str
) -> None:
    async with memory_stage(tmp_path) as stage:
        await stage.announce("climate", THERMOSTAT)
        reply = await stage.command("climate.hall", service, **data)
        assert reply is not None
        assert reply.error is not None
        assert (reply.error.code, reply.error.field) == ("invalid", field)
        assert words in reply.error.message
        assert stage.told_on("hall/#") == []


async def test_of_two_temperatures_those_are_told_that_the_device_has(tmp_path: Path) -> None:
    async with memory_stage(tmp_path) as stage:
        await stage.announce("climate", THERMOSTAT)
        reply = await stage.command("climate.hall", "set_temperature", target_temp_low=18, target_temp_high=22)
        assert reply is not None
        assert reply.ok
        assert stage.told_on("hall/#") == ["18.0"]
        assert "target_temp_high" not in stage.states["climate.hall"].attributes


@pytest.mark.parametrize(
    ("component", "fields", "reason"),
    [
        ("climate", {"temperature_unit": "K"}, "`temperature_unit` is 'K': it must be C or F"),
        ("climate", {"min_temp": 30, "max_temp": "20"}, "`min_temp` 30 is above `max_temp` 20"),
        ("climate", {"temp_step": "fine"}, "`temp_step` must be a number"),
        (
            "humidifier",
            {"command_topic": "h", "target_humidity_command_topic": "h", "min_humidity": 60, "max_humidity": 50},
            "`min_humidity` 60 must be below",
        ),
        ("humidifier", {"command_topic": "h"}, "`target_humidity_command_topic` is missing"),
        ("fan", {}, "`command_topic` is missing"),
        (
            "fan",
            {"command_topic": "f", "percentage_command_topic": "p", "speed_range_min": 5, "speed_range_max": 5},
            "`speed_range_min` 5 must be below `speed_range_max` 5",
        ),
        (
            "fan",
            {"command_topic": "f", "percentage_command_topic": "p", "speed_range_min": 0},
            "`speed_range_min` is 0",
        ),
    ],
)
async def test_a_config_that_makes_no_sense_is_refused_with_the_reason(
    tmp_path: Path, component: str, fields: dict[str, Any], reason: str
) -> None:
    async with memory_stage(tmp_path) as stage:
        await stage.announce(component, {"name": "X", **fields})
        assert stage.configs == {}
        assert [reason in one.reason for one in stage.home.refusals.entries.values()] == [True]


@pytest.mark.parametrize(
    ("modes", "power", "services", "mode"),
    [
        (["off", "auto"], False, {"turn_on", "turn_off", "toggle"}, "auto"),
        (["auto", "cool", "heat", "off"], False, {"turn_on", "turn_off", "toggle"}, "heat"),
        (["off", "dry", "auto"], False, {"turn_on", "turn_off", "toggle"}, "dry"),
        (["heat"], False, {"turn_on"}, "heat"),
        (["off"], False, {"turn_off"}, None),
        (["heat"], True, {"turn_on", "turn_off", "toggle"}, "ON"),
    ],
)
async def test_a_thermostat_is_switched_by_power_or_else_by_the_mode_that_fits(
    tmp_path: Path, modes: list[str], power: bool, services: set[str], mode: str | None
) -> None:
    async with memory_stage(tmp_path) as stage:
        topics = {"mode_command_topic": "a/mode"} | ({"power_command_topic": "a/power"} if power else {})
        await stage.announce("climate", {"name": "A", "modes": modes, **topics})
        offered = set(stage.configs["climate.a"].services)
        assert offered & {"turn_on", "turn_off", "toggle"} == services
        if mode is not None:
            await stage.command("climate.a", "turn_on")
            assert stage.told_on("a/#") == [mode]


async def test_a_fan_refuses_what_it_has_no_topic_for(tmp_path: Path) -> None:
    async with memory_stage(tmp_path) as stage:
        await stage.announce("fan", FAN)
        assert set(stage.configs["fan.hall"].services) == {"turn_on", "turn_off", "toggle"}
        reply = await stage.command("fan.hall", "set_direction", direction="left")
        assert reply is not None
        assert reply.error is not None
        assert reply.error.field == "service"


async def test_what_was_assumed_outlives_a_restart(tmp_path: Path) -> None:
    """A device that reports nothing keeps what it was told, and not what such devices are set to at first."""
    broker = MemoryBroker()
    async with memory_stage(tmp_path, broker) as stage:
        await stage.announce("climate", THERMOSTAT)
        assert stage.states["climate.hall"].attributes["temperature"] == 21
        await stage.command("climate.hall", "set_temperature", temperature=23, hvac_mode="heat")
    async with memory_stage(tmp_path, broker) as stage:
        said = stage.states["climate.hall"]
        assert (said.state, said.attributes["temperature"], said.attributes["target_temp_low"]) == ("heat", 23, 21)


async def test_what_is_newly_assumed_joins_what_is_known(stage: Stage) -> None:
    await stage.announce("climate", THERMOSTAT)
    await stage.command("climate.hall", "set_temperature", temperature=23)
    await stage.announce("climate", THERMOSTAT | {"swing_mode_command_topic": "hall/swing"})
    attributes = stage.states["climate.hall"].attributes
    assert (attributes["temperature"], attributes["swing_mode"]) == (23, "off")


@given(low=st.integers(1, 50), count=st.integers(2, 100), percentage=st.integers(0, 100))
def test_a_speed_that_was_sent_is_at_least_as_fast_and_comes_back_as_itself(
    low: int, count: int, percentage: int
) -> None:
    speeds = Speeds(low, low + count - 1)
    speed = speeds.speed(percentage)
    assert low - 1 <= speed <= low + count - 1
    assert (speed == low - 1) == (percentage == 0)
    reported = speeds.percentage(speed)
    assert speeds.speed(reported) == speed
    assert reported > percentage - 1


@given(
    degrees=st.floats(-50, 150), precision=st.sampled_from([0.1, 0.5, 1.0, 0.25]), unit=st.sampled_from(["°C", "°F"])
)
def test_rounded_temperatures_are_near_and_stay_as_they_are(degrees: float, precision: float, unit: str) -> None:
    scale = Degrees(unit, -100, 200, precision, None, unit, None)
    once = scale.rounded(degrees)
    assert abs(once - degrees) <= precision / 2 + 1e-6
    assert scale.rounded(once) == once
