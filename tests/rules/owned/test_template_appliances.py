"""Alarm panels and vacuum cleaners of templates, held to Home Assistant's documentation of template."""

from pathlib import Path

import pytest

from homeserver.runtime.clock import VirtualClock
from homeserver.runtime.memory_broker import MemoryBroker
from homeserver.topics.call import CallError
from tests.rules.owned.test_owner import state, tell
from tests.rules.owned.test_template_machines import say, shown, words
from tests.rules.stage import Stage

START = {"select.log": "x", "sensor.panel": "armed_home", "sensor.robot": "docked", "sensor.charge": "80"}
ALARMS = f"""
alarm_control_panel:
  - platform: template
    panels:
      safe:
        value_template: "{{{{ states('sensor.panel') }}}}"
        arm_away: {say("away {{ code }}")}
        disarm: {say("disarm {{ code }}")}
template:
  - alarm_control_panel:
      - name: Shed
        code_format: no_code
        arm_home: {say("home")}
        disarm: []
        trigger: []
"""
VACUUMS = f"""
template:
  - vacuum:
      - name: Robot
        state: "{{{{ states('sensor.robot') }}}}"
        battery_level: "{{{{ states('sensor.charge') }}}}"
        start: {say("start")}
        return_to_base: {say("home")}
        fan_speeds: [low, high]
        set_fan_speed: {say("blow {{ fan_speed }}")}
      - name: Guess
        start: []
        stop: []
        locate: {say("here")}
"""


async def test_a_panel_is_what_its_template_says_and_hands_on_the_code(tmp_path: Path) -> None:
    async with Stage(tmp_path, ALARMS, START) as stage:
        assert stage.rules.book.problems == []
        safe = "alarm_control_panel.safe"
        assert state(stage, safe) == "armed_home"
        assert shown(stage, safe)["code_format"] == "number"
        assert shown(stage, safe)["code_arm_required"] is True
        await tell(stage, safe, "alarm_arm_away", code="1234")
        await tell(stage, safe, "alarm_disarm")
        assert words(stage) == ["away 1234", "disarm None"]
        assert state(stage, safe) == "armed_home", "its template has the word"
        with pytest.raises(CallError, match="asks for a code to be armed"):
            await tell(stage, safe, "alarm_arm_away")
        with pytest.raises(CallError, match="no service 'alarm_arm_night'"):
            await tell(stage, safe, "alarm_arm_night", code="1")
        await stage.set("sensor.panel", "strange")
        assert state(stage, safe) == "unknown"


async def test_without_a_template_a_panel_is_what_it_was_told_over_restarts(tmp_path: Path) -> None:
    clock, broker, shed = VirtualClock(), MemoryBroker(), "alarm_control_panel.shed"
    async with Stage(tmp_path, ALARMS, START, clock=clock, broker=broker) as stage:
        assert state(stage, shed) == "unknown"
        await tell(stage, shed, "alarm_arm_home")
        assert (words(stage), state(stage, shed)) == (["home"], "armed_home")
        await tell(stage, shed, "alarm_trigger")
        assert state(stage, shed) == "triggered"
    async with Stage(tmp_path, ALARMS, START, clock=clock, broker=broker) as stage:
        assert state(stage, shed) == "triggered"
        assert "1234" not in str(shown(stage, shed))


async def test_a_vacuum_does_its_actions_and_shows_what_templates_tell(tmp_path: Path) -> None:
    async with Stage(tmp_path, VACUUMS, START) as stage:
        assert stage.rules.book.problems == []
        assert (state(stage, "vacuum.robot"), shown(stage, "vacuum.robot")["battery_level"]) == ("docked", 80)
        await tell(stage, "vacuum.robot", "start")
        await tell(stage, "vacuum.robot", "set_fan_speed", fan_speed="high")
        await tell(stage, "vacuum.robot", "return_to_base")
        assert words(stage) == ["start", "blow high", "home"]
        assert (state(stage, "vacuum.robot"), shown(stage, "vacuum.robot")["fan_speed"]) == ("docked", "high")
        with pytest.raises(CallError, match="'loud' is none of low, high"):
            await tell(stage, "vacuum.robot", "set_fan_speed", fan_speed="loud")
        with pytest.raises(CallError, match="no service 'pause'"):
            await tell(stage, "vacuum.robot", "pause")
        await stage.set("sensor.robot", "flying")
        await stage.set("sensor.charge", "800")
        assert (state(stage, "vacuum.robot"), shown(stage, "vacuum.robot")["battery_level"]) == ("unknown", None)


async def test_without_a_template_a_vacuum_is_what_it_was_told(tmp_path: Path) -> None:
    async with Stage(tmp_path, VACUUMS, START) as stage:
        await tell(stage, "vacuum.guess", "start")
        assert state(stage, "vacuum.guess") == "cleaning"
        await tell(stage, "vacuum.guess", "locate")
        assert (words(stage), state(stage, "vacuum.guess")) == (["here"], "cleaning")
        await tell(stage, "vacuum.guess", "stop")
        assert state(stage, "vacuum.guess") == "idle"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("template: [{vacuum: [{name: a}]}]", "start is missing: say what to do"),
        ("template: [{alarm_control_panel: [{name: a, code_format: words}]}]", "code_format must be one of number"),
        ("template: [{alarm_control_panel: [{name: a, arm: []}]}]", "unknown field 'arm'"),
        ("template: [{alarm_control_panel: 4}]", "an alarm_control_panel of a template is a mapping, not 4"),
    ],
)
async def test_what_is_refused(tmp_path: Path, text: str, problem: str) -> None:
    async with Stage(tmp_path, text, START) as stage:
        assert problem in str(stage.rules.book.problems[0])
