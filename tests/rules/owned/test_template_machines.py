"""Covers, fans, lights and locks of templates, held to Home Assistant's documentation of template."""

from pathlib import Path
from typing import Any

import pytest

from homeserver.rules.owned.template_blocks import KINDS
from homeserver.runtime.clock import VirtualClock
from homeserver.runtime.memory_broker import MemoryBroker
from homeserver.topics.call import CallError
from tests.rules.owned.test_owner import state, tell
from tests.rules.stage import Stage

SAY = '{{action: select.select_option, target: {{entity_id: select.log}}, data: {{option: "{}"}}}}'
START = {"select.log": "x", "sensor.place": "40", "light.lamp": "off", "sensor.level": "128"}


def say(text: str) -> str:
    return SAY.format(text)


def shown(stage: Stage, entity_id: str) -> dict[str, Any]:
    return dict(stage.rules.engine.view.states[entity_id].attributes)


def words(stage: Stage) -> list[str]:
    return [data["option"] for id, _, data in stage.told() if id == "select.log"]


COVERS = f"""
cover:
  - platform: template
    covers:
      blind:
        friendly_name: Kitchen blind
        device_class: blind
        position_template: "{{{{ states('sensor.place') }}}}"
        open_cover: {say("open")}
        close_cover: {say("close")}
        stop_cover: {say("stop")}
        set_cover_position: {say("to {{ position }}")}
template:
  - cover:
      - name: Awning
        set_cover_position: [{say("awning {{ position }}")}]
        set_cover_tilt_position: [{say("tilt {{ tilt }}")}]
      - name: Gate
        state: "{{{{ states('light.lamp') == 'on' }}}}"
        open_cover: []
        close_cover: []
"""


async def test_a_cover_is_where_its_template_says(tmp_path: Path) -> None:
    async with Stage(tmp_path, COVERS, START) as stage:
        assert stage.rules.book.problems == []
        assert (state(stage, "cover.blind"), shown(stage, "cover.blind")["current_position"]) == ("open", 40)
        await stage.set("sensor.place", "0")
        assert state(stage, "cover.blind") == "closed"
        await stage.set("sensor.place", "170")
        assert (state(stage, "cover.blind"), shown(stage, "cover.blind")["current_position"]) == ("unknown", None)
        for service, data in (("open_cover", {}), ("stop_cover", {}), ("set_cover_position", {"position": 30})):
            await tell(stage, "cover.blind", service, **data)
        assert words(stage) == ["open", "stop", "to 30"]
        assert state(stage, "cover.gate") == "closed"
        await stage.set("light.lamp", "on")
        assert state(stage, "cover.gate") == "open"
        with pytest.raises(CallError, match="set_cover_position"):
            await tell(stage, "cover.gate", "set_cover_position", position=3)


async def test_without_a_template_a_cover_is_what_it_was_told_over_restarts(tmp_path: Path) -> None:
    broker, clock = MemoryBroker(), VirtualClock()
    async with Stage(tmp_path, COVERS, START, broker=broker, clock=clock) as stage:
        assert state(stage, "cover.awning") == "unknown"
        await tell(stage, "cover.awning", "open_cover")
        assert (state(stage, "cover.awning"), words(stage)) == ("open", ["awning 100"])
        await tell(stage, "cover.awning", "toggle")
        await tell(stage, "cover.awning", "set_cover_position", position=25)
        await tell(stage, "cover.awning", "open_cover_tilt")
        assert words(stage) == ["awning 0", "awning 25", "tilt 100"]
    async with Stage(tmp_path, COVERS, START, broker=broker, clock=clock) as stage:
        assert state(stage, "cover.awning") == "open"
        attributes = shown(stage, "cover.awning")
        assert (attributes["current_position"], attributes["current_tilt_position"]) == (25, 100)


LIGHTS = f"""
light:
  - platform: template
    lights:
      strip:
        value_template: "{{{{ is_state('light.lamp', 'on') }}}}"
        level_template: "{{{{ states('sensor.level') }}}}"
        turn_on: {say("on")}
        turn_off: {say("off")}
        set_level: {say("level {{ brightness }}")}
        set_temperature: {say("mireds {{ color_temp }}")}
        set_color: {say("hs {{ h }} {{ s }}")}
template:
  - light:
      - name: Plain
        turn_on: [{say("plain {{ brightness is defined }}")}]
        turn_off: []
        set_rgb: [{say("rgb {{ r }} {{ g }} {{ b }}")}]
"""


async def test_a_light_does_the_action_that_fits_best(tmp_path: Path) -> None:
    async with Stage(tmp_path, LIGHTS, START) as stage:
        assert stage.rules.book.problems == []
        assert (state(stage, "light.strip"), shown(stage, "light.strip")["brightness"]) == ("off", 128)
        for data in (
            {},
            {"brightness_pct": 40},
            {"color_temp_kelvin": 4000, "brightness": 5},
            {"hs_color": (120.0, 50.0)},
            {"rgb_color": (255, 0, 0), "brightness": 9},
        ):
            await tell(stage, "light.strip", "turn_on", **data)
        await tell(stage, "light.strip", "turn_off")
        assert words(stage) == ["on", "level 102", "mireds 250", "hs 120 50", "hs 0 100", "off"]
        config = stage.rules.engine.view.configs["light.strip"]
        assert config.capabilities["supported_color_modes"] == ["color_temp", "hs"]
        await stage.set("light.lamp", "on")
        assert state(stage, "light.strip") == "on"


async def test_without_a_template_a_light_is_what_it_was_told(tmp_path: Path) -> None:
    async with Stage(tmp_path, LIGHTS, START) as stage:
        await tell(stage, "light.plain", "turn_on", brightness=9)
        assert (state(stage, "light.plain"), words(stage)) == ("on", ["plain True"])
        assert "brightness" not in shown(stage, "light.plain")  # nothing sets it
        await tell(stage, "light.plain", "turn_on", hs_color=(240.0, 100.0))
        assert (shown(stage, "light.plain")["rgb_color"], words(stage)) == ([0, 0, 255], ["rgb 0 0 255"])
        await tell(stage, "light.plain", "toggle")
        assert state(stage, "light.plain") == "off"


FANS = f"""
fan:
  - platform: template
    fans:
      attic:
        value_template: "{{{{ states('light.lamp') }}}}"
        percentage_template: "{{{{ states('sensor.place') }}}}"
        turn_on: {say("on {{ percentage }} {{ preset_mode }}")}
        turn_off: {say("off")}
        set_percentage: {say("at {{ percentage }}")}
        set_preset_mode: {say("preset {{ preset_mode }}")}
        preset_modes: [calm, storm]
        speed_count: 4
template:
  - fan:
      - name: Box
        turn_on: []
        turn_off: []
        set_direction: [{say("way {{ direction }}")}]
lock:
  - platform: template
    name: Front door
    value_template: "{{{{ is_state('light.lamp', 'on') }}}}"
    lock: {say("lock {{ code }}")}
    unlock: {say("unlock")}
"""


async def test_a_fan_has_a_speed_and_presets(tmp_path: Path) -> None:
    async with Stage(tmp_path, FANS, START) as stage:
        assert stage.rules.book.problems == []
        assert (state(stage, "fan.attic"), shown(stage, "fan.attic")["percentage"]) == ("off", 40)
        await tell(stage, "fan.attic", "turn_on", percentage=50)
        await tell(stage, "fan.attic", "turn_on", preset_mode="calm")
        await tell(stage, "fan.attic", "turn_off")
        assert words(stage) == ["on 50 None", "at 50", "on None calm", "preset calm", "off"]
        with pytest.raises(CallError, match="'rain' is none of calm, storm"):
            await tell(stage, "fan.attic", "set_preset_mode", preset_mode="rain")
        assert stage.rules.engine.view.configs["fan.attic"].capabilities["percentage_step"] == 25
        await tell(stage, "fan.box", "set_direction", direction="reverse")
        await tell(stage, "fan.box", "turn_on")
        assert (state(stage, "fan.box"), shown(stage, "fan.box")["direction"]) == ("on", "reverse")


async def test_a_lock_is_given_the_code(tmp_path: Path) -> None:
    async with Stage(tmp_path, FANS, START) as stage:
        assert state(stage, "lock.front_door") == "unlocked"
        await tell(stage, "lock.front_door", "lock", code="1234")
        assert (words(stage), state(stage, "lock.front_door")) == (["lock 1234"], "unlocked")
        await stage.set("light.lamp", "on")
        assert state(stage, "lock.front_door") == "locked"
        with pytest.raises(CallError, match="open"):
            await tell(stage, "lock.front_door", "open")
    assert set(KINDS) >= {"cover", "fan", "light", "lock"}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("template: [{cover: [{name: A}]}]", "open_cover is missing: say what to do, there or in set_cover_position"),
        ("template: [{light: [{name: A, turn_on: []}]}]", "turn_off is missing: say what to do"),
        (
            "template: [{light: [{name: A, turn_on: [], turn_off: [], lvel: 5}]}]",
            "unknown field 'lvel'; did you mean level?",
        ),
        ("lock: [{platform: template, lock: [], unlock: []}]", "value_template is missing: give a template"),
    ],
)
async def test_what_is_refused(tmp_path: Path, text: str, problem: str) -> None:
    async with Stage(tmp_path, text, START) as stage:
        assert problem in str(stage.rules.book.problems[0])
