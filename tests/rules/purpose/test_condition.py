"""Named conditions hold as Home Assistant's do: its 2026 documentation of conditions, and `EntityConditionBase`."""

from pathlib import Path
from typing import Any

import pytest

from homeserver.rules.fired import Fired
from homeserver.rules.run import Run
from homeserver.runtime.clock import settle
from homeserver.topics.entity import ENTITY_CONFIG, EntityConfig
from homeserver.topics.registry import ENTITY_ENTRY, EntityEntry
from tests.rules.stage import Stage

GO = "binary_sensor.go"


def rule(condition: str, target: str = "", options: str = "") -> str:
    more = f"\n      target: {target}" if target else ""
    more += f"\n      options: {options}" if options else ""
    return f"""
- id: test
  triggers:
    - trigger: state
      entity_id: {GO}
      to: ["on"]
  conditions:
    - condition: {condition}{more}
  actions:
    - action: light.turn_on
      target: {{entity_id: light.lamp}}
"""


async def met(stage: Stage) -> bool:
    await stage.set(GO, "off")
    await stage.set(GO, "on")
    return bool(stage.told())


@pytest.mark.parametrize(
    ("name", "entity_id", "options", "state", "attributes", "holds"),
    [
        ("light.is_on", "light.x", "", "on", {}, True),
        ("light.is_on", "light.x", "", "off", {}, False),
        ("light.is_off", "light.x", "", "off", {}, True),
        ("light.is_on", "light.x", "", "unavailable", {}, False),
        ("light.is_off", "light.x", "", "unknown", {}, False),
        ("switch.is_on", "input_boolean.x", "", "on", {}, True),
        ("motion.is_detected", "binary_sensor.x", "", "on", {"device_class": "motion"}, True),
        ("door.is_open", "cover.x", "", "opening", {"device_class": "door", "current_position": 1}, True),
        ("door.is_closed", "cover.x", "", "opening", {"device_class": "door", "current_position": 0}, True),
        ("valve.is_closed", "valve.x", "", "closed", {}, True),
        ("climate.is_heating", "climate.x", "", "heat", {"hvac_action": "heating"}, True),
        ("climate.is_heating", "climate.x", "", "heat", {}, False),
        ("climate.is_on", "climate.x", "", "dry", {}, True),
        ("climate.is_hvac_mode", "climate.x", "{hvac_mode: [heat, dry]}", "dry", {}, True),
        ("climate.is_hvac_mode", "climate.x", "{hvac_mode: heat}", "dry", {}, False),
        ("select.is_option_selected", "input_select.x", "{option: [a, b]}", "b", {}, True),
        ("text.is_equal_to", "input_text.x", "{value: hello}", "hello", {}, True),
        ("media_player.is_not_playing", "media_player.x", "", "paused", {}, True),
        ("media_player.is_muted", "media_player.x", "", "on", {"volume_level": 0.0}, True),
        ("media_player.is_unmuted", "media_player.x", "", "on", {}, False),
        ("media_player.is_volume", "media_player.x", "{above: 40}", "on", {"volume_level": 0.5}, True),
        ("media_player.is_current_source", "media_player.x", "{source: TV}", "on", {"source": "TV"}, True),
        ("water_heater.is_on", "water_heater.x", "", "eco", {}, True),
        ("person.is_home", "person.x", "", "home", {}, True),
        ("person.is_not_home", "person.x", "", "Work", {}, True),
        ("person.is_not_home", "person.x", "", "unavailable", {}, False),
        ("todo.all_completed", "todo.x", "", "0", {}, True),
        ("counter.is_value", "counter.x", "{threshold: {type: above, value: {number: 3}}}", "4", {}, True),
        (
            "light.is_brightness",
            "light.x",
            "{threshold: {type: below, value: {number: 50}}}",
            "on",
            {"brightness": 100},
            True,
        ),
        ("light.is_brightness", "light.x", "{threshold: {type: below, value: {number: 50}}}", "off", {}, False),
        (
            "temperature.is_value",
            "sensor.x",
            "{threshold: {type: between, value_min: {number: 20}, value_max: {number: 20}}}",
            "20",
            {"device_class": "temperature"},
            True,
        ),
        (
            "temperature.is_value",
            "weather.x",
            "{threshold: {type: above, value: {number: 20, unit_of_measurement: °C}}}",
            "sunny",
            {"temperature": 70, "temperature_unit": "°F"},
            True,
        ),
        ("zone.in_zone", "person.x", "{zone: zone.work}", "Work", {"in_zones": ["zone.work"]}, True),
        ("zone.not_in_zone", "person.x", "{zone: zone.work}", "home", {"in_zones": ["zone.home"]}, True),
    ],
)
async def test_holds(
    tmp_path: Path, name: str, entity_id: str, options: str, state: str, attributes: dict[str, Any], holds: bool
) -> None:
    async with Stage(tmp_path, rule(name, f"{{entity_id: {entity_id}}}", options), {"light.lamp": "off"}) as stage:
        assert stage.rules.book.problems == []
        await stage.set("zone.work", "0", latitude=1, longitude=1, radius=5)
        await stage.set(entity_id, state, **attributes)
        assert await met(stage) is holds


@pytest.mark.parametrize(
    ("behavior", "states", "holds"),
    [
        ("any", "on off", True),
        ("any", "off off", False),
        ("all", "on off", False),
        ("all", "on on", True),
        # what is unavailable or unknown does not count
        ("all", "on unavailable", True),
        ("any", "unknown unavailable", False),
        ("all", "unknown unavailable", True),
    ],
)
async def test_of_several(tmp_path: Path, behavior: str, states: str, holds: bool) -> None:
    text = rule("light.is_on", "{entity_id: [light.a, light.b]}", f"{{behavior: {behavior}}}")
    async with Stage(tmp_path, text, {"light.lamp": "off"}) as stage:
        for entity_id, state in zip(("light.a", "light.b"), states.split(), strict=True):
            await stage.set(entity_id, state)
        assert await met(stage) is holds


async def test_a_light_that_is_off_is_not_below_a_brightness(tmp_path: Path) -> None:
    """Home Assistant leaves out what cannot have a volume or a target, but not a light without a brightness."""
    options = "{behavior: all, threshold: {type: above, value: {number: 1}}}"
    async with Stage(tmp_path, rule("light.is_brightness", "{entity_id: [light.a, light.b]}", options)) as stage:
        await stage.set("light.a", "on", brightness=200)
        await stage.set("light.b", "off")
        assert not await met(stage)
    async with Stage(tmp_path, rule("media_player.is_volume", "{entity_id: all}", options)) as stage:
        await stage.set("light.lamp", "off")
        await stage.set("media_player.a", "on", volume_level=0.5)
        await stage.set("media_player.b", "on")
        assert await met(stage)


async def test_for_a_while(tmp_path: Path) -> None:
    text = rule("light.is_on", "{entity_id: light.a}", '{for: "00:01:00"}')
    async with Stage(tmp_path, text, {"light.lamp": "off", "light.a": "off"}) as stage:
        await stage.set("light.a", "on")
        await stage.wait(59)
        assert not await met(stage)
        await stage.set("light.a", "on", brightness=5)  # still on
        await stage.wait(1)
        assert await met(stage)


async def test_a_place_is_looked_at_as_it_is_now(tmp_path: Path) -> None:
    text = rule("light.is_on", "{area_id: kitchen}")
    async with Stage(tmp_path, text, {"light.lamp": "off", "light.a": "on"}) as stage:
        assert not await met(stage)
        stage.props.house.say(ENTITY_ENTRY, EntityEntry(area_id="kitchen"), "light.a")
        await settle()
        assert await met(stage)
        stage.props.house.say(ENTITY_CONFIG, EntityConfig("A", "props", category="config"), "light", "a")
        await settle()
        assert not await met(stage)


@pytest.mark.parametrize(
    ("name", "target", "why"),
    [
        ("light.is_on", "{entity_id: light.gone}", "there is no entity light.gone"),
        ("light.is_on", "{area_id: nowhere}", "light.is_on: the target means no entity that this is about"),
    ],
)
async def test_it_says_why_it_could_not_be_checked(tmp_path: Path, name: str, target: str, why: str) -> None:
    text = (
        rule("'{{ true }}'", "", "")
        .replace("  actions:\n", f"  actions:\n    - condition: {name}\n      target: {target}\n")
        .replace("    - condition: '{{ true }}'\n", "    - '{{ true }}'\n")
    )
    async with Stage(tmp_path, text, {"light.lamp": "off"}) as stage:
        assert stage.rules.book.problems == []
        assert not await met(stage)
        assert stage.runs[-1].error == why


async def test_one_that_is_missing_decides_nothing(tmp_path: Path) -> None:
    text = rule("light.is_on", "{entity_id: [light.gone, light.a]}")
    async with Stage(tmp_path, text, {"light.lamp": "off", "light.a": "on"}) as stage:
        assert await met(stage)


async def test_the_leaf_tells_what_it_looks_at(tmp_path: Path) -> None:
    text = rule("light.is_on", "{entity_id: [light.a, light.b]}", "{behavior: all}")
    async with Stage(tmp_path, text, {"light.lamp": "off", "light.a": "on", "light.b": "off"}) as stage:
        (leaf,) = stage.rules.rules["test"].compiled.leaves
        assert leaf.way == "conditions[0]"
        run = Run(stage.rules.rules["test"], Fired(None), 1)
        assert leaf.tell(run) == "light.a is on, light.b is off; wanted all on"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (rule("light.is_onn", "{area_id: a}"), "there is no condition 'light.is_onn'; did you mean light.is_on?"),
        (rule("light.turned_on", "{area_id: a}"), "there is no condition 'light.turned_on'"),
        (rule("moon.is_phase"), "not supported yet: condition moon.is_phase"),
        (rule("light.is_on"), "target is missing"),
        (rule("light.is_on", "{area_id: a}", "{behavior: first}"), "behavior must be one of any, all"),
        (rule("light.is_brightness", "{area_id: a}"), "threshold is missing"),
        (rule("zone.occupancy_is_detected"), "zone is missing"),
        (rule("light.is_on", "{area_id: a}", "{fro: 5}"), "unknown field 'fro'; did you mean for?"),
    ],
)
async def test_bad_input_is_told(tmp_path: Path, text: str, problem: str) -> None:
    async with Stage(tmp_path, text, {}) as stage:
        (found,) = stage.rules.book.problems
        assert problem in found.text
