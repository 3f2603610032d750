"""Sensors of templates, held to Home Assistant's documentation of the integration template."""

from pathlib import Path
from typing import Any

import pytest

from homeserver.runtime.clock import VirtualClock
from homeserver.runtime.memory_broker import MemoryBroker
from tests.rules.owned.test_owner import state
from tests.rules.stage import Stage

MODERN = """
template:
  - unique_id: mine
    sensor:
      - name: Mean warmth
        unique_id: mean
        unit_of_measurement: "°C"
        device_class: temperature
        state_class: measurement
        state: "{{ (states('sensor.a') | float + states('sensor.b') | float) / 2 }}"
        availability: "{{ is_number(states('sensor.a')) and is_number(states('sensor.b')) }}"
        icon: "{{ 'mdi:fire' if states('sensor.a') | float(0) > 30 else 'mdi:leaf' }}"
        attributes:
          pair: "{{ [states('sensor.a') | int(0), 5] }}"
  - binary_sensor:
      - name: Too warm
        device_class: heat
        delay_on: "00:00:10"
        delay_off: {seconds: 3}
        state: "{{ states('sensor.a') | float(0) > 25 }}"
"""


def attributes(stage: Stage, entity_id: str) -> dict[str, Any]:
    return stage.rules.engine.view.states[entity_id].attributes


async def test_a_sensor_follows_what_its_template_looks_at(tmp_path: Path) -> None:
    async with Stage(tmp_path, MODERN, {"sensor.a": "20", "sensor.b": "22"}) as stage:
        config = stage.rules.engine.view.configs["sensor.mean_warmth"]
        assert (config.unit, config.device_class, config.state_class) == ("°C", "temperature", "measurement")
        assert (config.unique_id, config.owner, config.services) == ("mine-mean", "rules", ())
        assert state(stage, "sensor.mean_warmth") == "21.0"
        assert attributes(stage, "sensor.mean_warmth") == {"pair": [20, 5], "icon": "mdi:leaf"}
        await stage.set("sensor.a", "40")
        assert state(stage, "sensor.mean_warmth") == "31.0"
        assert attributes(stage, "sensor.mean_warmth") == {"pair": [40, 5], "icon": "mdi:fire"}
        await stage.set("sensor.b", "unavailable")
        assert state(stage, "sensor.mean_warmth") == "unavailable"
        await stage.set("sensor.b", "20")
        assert state(stage, "sensor.mean_warmth") == "30.0"


async def test_a_binary_sensor_waits_before_it_changes(tmp_path: Path) -> None:
    """template: "delay_on: The amount of time the template state must be met before this sensor will switch to on." """
    async with Stage(tmp_path, MODERN, {"sensor.a": "20", "sensor.b": "22"}) as stage:
        assert state(stage, "binary_sensor.too_warm") == "off"
        await stage.set("sensor.a", "30")
        await stage.wait(9)
        await stage.set("sensor.a", "31")  # still so: the wait goes on
        assert state(stage, "binary_sensor.too_warm") == "off"
        await stage.wait(1)
        assert state(stage, "binary_sensor.too_warm") == "on"
        await stage.set("sensor.a", "20")
        await stage.wait(2)
        await stage.set("sensor.a", "30")
        await stage.wait(5)
        assert state(stage, "binary_sensor.too_warm") == "on"
        await stage.set("sensor.a", "20")
        await stage.wait(4)
        assert state(stage, "binary_sensor.too_warm") == "off"


async def test_a_template_that_fails_is_unknown_and_told_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    rules = "template: [{sensor: [{name: Half, state: \"{{ states('sensor.a') | float / 2 }}\"}]}]"
    async with Stage(tmp_path, rules, {"sensor.a": "warm"}) as stage:
        await stage.set("sensor.a", "cold")
        await stage.set("sensor.a", "cold", more=1)
        assert state(stage, "sensor.half") == "unknown"
        assert 1 <= sum("sensor.half" in record.message for record in caplog.records) <= 2
        await stage.set("sensor.a", "5")
        assert state(stage, "sensor.half") == "2.5"


async def test_rules_fire_on_what_a_template_says(tmp_path: Path) -> None:
    rules = """
    template:
      - binary_sensor: [{name: Dark, state: "{{ states('sensor.lux') | int(0) < 10 }}"}]
    automation:
      - triggers: {trigger: state, entity_id: binary_sensor.dark, to: "on"}
        actions: {action: light.turn_on, target: {entity_id: light.hall}}
    """
    async with Stage(tmp_path, rules, {"sensor.lux": "50", "light.hall": "off"}) as stage:
        await stage.set("sensor.lux", "5")
        assert stage.services() == [("light.hall", "turn_on")]


LEGACY = """
sensor:
  - platform: template
    sensors:
      sum_of_both:
        friendly_name: Sum
        unit_of_measurement: W
        value_template: "{{ states('sensor.a') | int(0) + states('sensor.b') | int(0) }}"
        icon_template: mdi:flash
        attribute_templates: {first: "{{ states('sensor.a') }}"}
binary_sensor:
  - platform: template
    sensors:
      any_power: {value_template: "{{ states('sensor.a') | int(0) > 0 }}", device_class: power}
"""


async def test_the_older_form_means_the_same(tmp_path: Path) -> None:
    async with Stage(tmp_path, LEGACY, {"sensor.a": "1", "sensor.b": "2"}) as stage:
        assert (state(stage, "sensor.sum_of_both"), state(stage, "binary_sensor.any_power")) == ("3", "on")
        assert stage.rules.engine.view.configs["sensor.sum_of_both"].name == "Sum"
        assert attributes(stage, "sensor.sum_of_both") == {"first": 1, "icon": "mdi:flash"}
        await stage.set("sensor.a", "0")
        assert (state(stage, "sensor.sum_of_both"), state(stage, "binary_sensor.any_power")) == ("2", "off")


TRIGGERED = """
template:
  - triggers:
      - {trigger: state, entity_id: binary_sensor.door, to: "on"}
    variables: {word: open}
    actions:
      - variables: {more: "{{ states('sensor.a') | int + 1 }}"}
    sensor:
      - name: Last door
        state: "{{ trigger.entity_id }} {{ word }}"
        attributes: {number: "{{ more }}"}
    binary_sensor:
      - name: Just now
        auto_off: 5
        state: "true"
"""


async def test_a_trigger_tells_and_a_restart_forgets_nothing(tmp_path: Path) -> None:
    """template: trigger-based entities render when the trigger fires only, and are restored after a restart."""
    broker, clock = MemoryBroker(), VirtualClock()
    things = {"binary_sensor.door": "off", "sensor.a": "4"}
    async with Stage(tmp_path, TRIGGERED, things, broker=broker, clock=clock) as stage:
        assert (state(stage, "sensor.last_door"), state(stage, "binary_sensor.just_now")) == ("unknown", "unknown")
        await stage.set("binary_sensor.door", "on")
        assert state(stage, "sensor.last_door") == "binary_sensor.door open"
        assert attributes(stage, "sensor.last_door") == {"number": 5}
        assert state(stage, "binary_sensor.just_now") == "on"
        await stage.wait(5)
        assert state(stage, "binary_sensor.just_now") == "off"
        await stage.set("sensor.a", "9")
        assert attributes(stage, "sensor.last_door") == {"number": 5}
    async with Stage(tmp_path, TRIGGERED, things, broker=broker, clock=clock) as stage:
        assert state(stage, "sensor.last_door") == "binary_sensor.door open"
        assert attributes(stage, "sensor.last_door") == {"number": 5}


@pytest.mark.parametrize(
    ("rules", "told"),
    [
        ("template: [{sensor: [{name: A}]}]", "state is missing: give a template"),
        ("template: [{sensor: [{name: A, state: '{{ x('}]}]", "check brackets"),
        ("template: [{sensor: [{name: A, state: '1', colour: red}]}]", "unknown field 'colour'"),
        ("template: [{variables: {a: 1}, sensor: [{name: A, state: '1'}]}]", "variables needs triggers"),
        ("template: [{weather: [{name: A}]}]", "not supported yet: weather of a template"),
        ("sensor: [{platform: template, sensors: {a: {}}}]", "value_template is missing"),
    ],
)
async def test_what_is_wrong_is_told_with_its_line(tmp_path: Path, rules: str, told: str) -> None:
    async with Stage(tmp_path, rules) as stage:
        found = [str(problem) for problem in stage.rules.book.problems]
        assert any(line.startswith("test.yaml:1:") and told in line for line in found), found
