"""Condition device, by Home Assistant's `device_condition` of each domain."""

from pathlib import Path
from typing import Any

import pytest

from homeserver.rules.conditions.device import STATES, types_of
from homeserver.runtime.clock import settle
from homeserver.topics.registry import ENTITY_ENTRY, EntityEntry
from tests.rules.conditions.test_state import met
from tests.rules.conditions.test_table import rule
from tests.rules.stage import Stage

ID = "0123456789abcdef0123456789abcdef"


def device(domain: str, type_: str, more: str = "", entity_id: str = "") -> str:
    head = f"- condition: device\n  device_id: {ID}\n  domain: {domain}\n  type: {type_}"
    return rule(f"{head}\n  entity_id: {entity_id or f'{domain}.x'}{more}")


@pytest.mark.parametrize(
    ("domain", "type_", "more", "state", "attributes", "holds"),
    [
        ("light", "is_on", "", "on", {}, True),
        ("light", "is_off", "", "on", {}, False),
        ("switch", "is_off", "", "off", {}, True),
        ("binary_sensor", "is_motion", "", "on", {}, True),
        ("binary_sensor", "is_no_motion", "", "on", {}, False),
        ("binary_sensor", "is_not_open", "", "off", {}, True),
        ("binary_sensor", "is_locked", "", "off", {}, True),
        ("binary_sensor", "is_not_locked", "", "on", {}, True),
        ("binary_sensor", "is_bat_low", "", "on", {}, True),
        ("lock", "is_locked", "", "locked", {}, True),
        ("cover", "is_closed", "", "open", {}, False),
        ("cover", "is_position", "\n  above: 50", "open", {"current_position": 60}, True),
        ("cover", "is_tilt_position", "\n  below: 50", "open", {"current_tilt_position": 60}, False),
        ("vacuum", "is_cleaning", "", "returning", {}, True),
        ("device_tracker", "is_home", "", "home", {}, True),
        ("device_tracker", "is_not_home", "", "Work", {}, True),
        ("climate", "is_hvac_mode", "\n  hvac_mode: heat", "heat", {}, True),
        ("climate", "is_preset_mode", "\n  preset_mode: eco", "heat", {"preset_mode": "away"}, False),
        ("humidifier", "is_mode", "\n  mode: auto", "on", {"mode": "auto"}, True),
        ("select", "selected_option", "\n  option: day", "day", {}, True),
        ("sensor", "is_temperature", "\n  above: 19\n  below: 21", "20", {}, True),
        ("sensor", "is_illuminance", "\n  below: 10", "20", {}, False),
        ("alarm_control_panel", "is_armed_away", "", "armed_away", {}, True),
        ("media_player", "is_playing", "", "paused", {}, False),
    ],
)
async def test_holds(
    tmp_path: Path, domain: str, type_: str, more: str, state: str, attributes: dict[str, Any], holds: bool
) -> None:
    async with Stage(tmp_path, device(domain, type_, more), {"light.lamp": "off"}) as stage:
        assert stage.rules.book.problems == []
        await stage.set(f"{domain}.x", state, **attributes)
        assert await met(stage) is holds


async def test_for(tmp_path: Path) -> None:
    text = device("light", "is_on", "\n  for: {hours: 0, minutes: 1, seconds: 0}")
    async with Stage(tmp_path, text, {"light.lamp": "off", "light.x": "on"}) as stage:
        await stage.wait(59)
        assert not await met(stage)
        await stage.wait(1)
        assert await met(stage)


async def test_a_registry_id_that_an_import_made_known(tmp_path: Path) -> None:
    async with Stage(tmp_path, device("light", "is_on", "", ID), {"light.lamp": "off", "light.x": "on"}) as stage:
        assert not await met(stage)
        stage.props.house.say(ENTITY_ENTRY, EntityEntry(former=(ID,)), "light.x")
        await settle()
        assert await met(stage)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (device("light", "is_onn"), "light has no condition 'is_onn'; did you mean is_on?"),
        (device("zwave_js", "node_status"), "not supported yet: device conditions of zwave_js"),
        (device("light", "is_on", "", "lamp"), "'lamp' is no entity id"),
        (device("sensor", "is_temperature"), "give above, below or both"),
        (device("climate", "is_hvac_mode"), "hvac_mode is missing"),
        (device("light", "is_on", "\n  subtype: left"), "unknown field 'subtype'"),
        (rule(f"- condition: device\n  device_id: {ID}\n  domain: light\n  type: is_on"), "entity_id is missing"),
        (rule(f"- condition: device\n  device_id: {ID}\n  domain: light\n  entity_id: light.x"), "type is missing"),
        (rule(f"- condition: device\n  device_id: {ID}"), "domain is missing"),
    ],
)
async def test_bad_input_is_told(tmp_path: Path, text: str, problem: str) -> None:
    async with Stage(tmp_path, text, {}) as stage:
        assert problem in stage.rules.book.problems[0].text


def test_binary_sensors_have_each_condition_and_its_opposite() -> None:
    rows = STATES["binary_sensor"]
    assert sorted(rows.values()).count("on") == sorted(rows.values()).count("off")
    assert "is_value" in types_of("sensor")
    assert types_of("nothing") == ()
