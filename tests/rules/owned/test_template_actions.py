"""Entities of templates that can be told something, held to Home Assistant's documentation of template."""

from pathlib import Path

import pytest

from homeserver.rules.owned.template_actions import KINDS
from homeserver.runtime.clock import VirtualClock
from homeserver.runtime.memory_broker import MemoryBroker
from homeserver.topics.call import CallError
from tests.rules.owned.test_owner import state, tell
from tests.rules.stage import Stage

ALL = """
template:
  - switch:
      - name: Pump
        state: "{{ is_state('light.pump', 'on') }}"
        turn_on: {action: light.turn_on, target: {entity_id: light.pump}}
        turn_off: {action: light.turn_off, target: {entity_id: light.pump}}
      - name: Blind guess
        turn_on: []
        turn_off: []
  - button:
      - name: Knock
        press: [{action: light.turn_on, target: {entity_id: light.pump}, data: {brightness: 1}}]
  - number:
      - name: Level
        state: "{{ states('sensor.level') }}"
        min: 10
        max: 50
        step: 5
        set_value: [{action: light.turn_on, target: {entity_id: light.pump}, data: {brightness: "{{ value | int }}"}}]
  - select:
      - name: Mode
        state: "{{ states('sensor.mode') }}"
        options: "{{ ['eco', 'full'] }}"
        select_option: [{action: light.turn_on, target: {entity_id: light.pump}, data: {effect: "{{ option }}"}}]
switch:
  - platform: template
    switches:
      older:
        value_template: "{{ is_state('light.pump', 'on') }}"
        turn_on: {action: light.turn_on, target: {entity_id: light.pump}}
        turn_off: {action: nothing.here}
"""
THINGS = {"light.pump": "off", "sensor.level": "20", "sensor.mode": "eco"}


async def test_a_switch_follows_its_template_and_does_its_actions(tmp_path: Path) -> None:
    async with Stage(tmp_path, ALL, THINGS) as stage:
        stage.props.obeys = True
        assert [state(stage, id) for id in ("switch.pump", "switch.older")] == ["off", "off"]
        await tell(stage, "switch.pump", "turn_on")
        assert [state(stage, id) for id in ("light.pump", "switch.pump", "switch.older")] == ["on", "on", "on"]
        await tell(stage, "switch.pump", "toggle")
        assert state(stage, "switch.pump") == "off"
        assert set(KINDS) >= {"switch", "button", "number", "select"}


async def test_without_a_template_it_is_what_it_was_told(tmp_path: Path) -> None:
    """template switch: "state: if not defined, the switch will optimistically assume all commands are successful." """
    broker, clock = MemoryBroker(), VirtualClock()
    async with Stage(tmp_path, ALL, THINGS, broker=broker, clock=clock) as stage:
        assert state(stage, "switch.blind_guess") == "unknown"
        await tell(stage, "switch.blind_guess", "turn_on")
        assert state(stage, "switch.blind_guess") == "on"
    async with Stage(tmp_path, ALL, THINGS, broker=broker, clock=clock) as stage:
        assert state(stage, "switch.blind_guess") == "on"


async def test_numbers_selects_and_buttons_give_their_actions_what_was_said(tmp_path: Path) -> None:
    async with Stage(tmp_path, ALL, THINGS) as stage:

        def pump() -> list[dict[str, object]]:
            return [data for id, _, data in stage.told() if id == "light.pump"]

        assert [state(stage, id) for id in ("number.level", "select.mode")] == ["20.0", "eco"]
        assert stage.rules.engine.view.states["select.mode"].attributes["options"] == ["eco", "full"]
        await tell(stage, "number.level", "set_value", value=30)
        assert pump() == [{"brightness": 30}]
        await tell(stage, "select.mode", "select_option", option="full")
        assert pump() == [{"effect": "full"}]
        await tell(stage, "button.knock", "press")
        assert pump() == [{"brightness": 1}]
        assert state(stage, "button.knock") == "2026-01-05T07:00:00.000+00:00"
        with pytest.raises(CallError, match="70 is not between 10 and 50"):
            await tell(stage, "number.level", "set_value", value=70)
        with pytest.raises(CallError, match="'none' is none of eco, full"):
            await tell(stage, "select.mode", "select_option", option="none")
        assert pump() == []


async def test_actions_that_fail_fail_the_service(tmp_path: Path) -> None:
    async with Stage(tmp_path, ALL, THINGS) as stage:
        with pytest.raises(CallError, match=r"nobody answers nothing\.here"):
            await tell(stage, "switch.older", "turn_off")


async def test_a_switch_needs_its_actions(tmp_path: Path) -> None:
    async with Stage(tmp_path, "template: [{switch: [{name: A, turn_on: []}]}]") as stage:
        assert "turn_off is missing" in str(stage.rules.book.problems[0])
