"""Rules and scripts as entities, held to Home Assistant's documentation of automation and script."""

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from homeserver.runtime.clock import VirtualClock, settle
from homeserver.runtime.memory_broker import MemoryBroker
from homeserver.topics.call import CallError
from homeserver.topics.entity import ENTITY_STATE
from tests.rules.owned.test_owner import state, tell
from tests.rules.stage import Stage

DOOR = """
- id: "1612"
  alias: Hall Light
  {more}
  triggers: {{trigger: state, entity_id: binary_sensor.door, to: "on"}}
  conditions: "{{{{ is_state('light.hall', 'off') }}}}"
  actions:
    - action: light.turn_on
      target: {{entity_id: light.hall}}
    - delay: 10
    - action: light.turn_off
      target: {{entity_id: light.hall}}
"""
THINGS = {"binary_sensor.door": "off", "light.hall": "off"}


def attributes(stage: Stage, entity_id: str) -> dict[str, Any]:
    return stage.rules.engine.view.states[entity_id].attributes


def lamp(stage: Stage) -> list[str]:
    """What the lamp was told since the last call."""
    return [service for entity_id, service, _ in stage.told() if entity_id == "light.hall"]


async def push(stage: Stage) -> None:
    await stage.set("binary_sensor.door", "off")
    await stage.set("binary_sensor.door", "on")


async def test_a_rule_is_an_entity_by_its_alias_with_what_it_is_doing(tmp_path: Path) -> None:
    async with Stage(tmp_path, DOOR.format(more="mode: queued"), THINGS) as stage:
        found = attributes(stage, "automation.hall_light")
        assert found == {"id": "1612", "last_triggered": None, "mode": "queued", "current": 0, "max": 10}
        await push(stage)
        assert (found := attributes(stage, "automation.hall_light"))["current"] == 1
        assert found["last_triggered"] == stage.clock.now()
        await stage.wait(11)
        assert attributes(stage, "automation.hall_light")["current"] == 0


async def test_turned_off_it_reacts_no_more_and_ends_what_it_does(tmp_path: Path) -> None:
    """automation.turn_off: "stop_actions: Stop currently active actions (defaults to true)." """
    async with Stage(tmp_path, DOOR.format(more=""), THINGS) as stage:
        await push(stage)
        await tell(stage, "automation.hall_light", "turn_off")
        await stage.wait(20)
        await push(stage)
        assert lamp(stage) == ["turn_on"]
        assert state(stage, "automation.hall_light") == "off"


async def test_turned_off_it_may_go_on_with_what_it_does(tmp_path: Path) -> None:
    async with Stage(tmp_path, DOOR.format(more=""), THINGS) as stage:
        await push(stage)
        await tell(stage, "automation.hall_light", "turn_off", stop_actions=False)
        await stage.wait(20)
        assert lamp(stage) == ["turn_on", "turn_off"]


async def test_toggle_goes_there_and_back(tmp_path: Path) -> None:
    async with Stage(tmp_path, DOOR.format(more=""), THINGS) as stage:
        await tell(stage, "automation.hall_light", "toggle")
        assert (state(stage, "automation.hall_light"), stage.rules.rules["1612"].enabled) == ("off", False)
        await tell(stage, "automation.hall_light", "toggle")
        assert (state(stage, "automation.hall_light"), stage.rules.rules["1612"].enabled) == ("on", True)


async def test_triggered_by_hand_it_skips_its_conditions_unless_told_not_to(tmp_path: Path) -> None:
    """automation.trigger: "skip_condition: Whether or not the automation's conditions will be skipped (defaults to
    true)"; and it works on an automation that is turned off."""
    async with Stage(tmp_path, DOOR.format(more=""), {**THINGS, "light.hall": "on"}) as stage:
        await tell(stage, "automation.hall_light", "turn_off")
        await tell(stage, "automation.hall_light", "trigger", skip_condition=False)
        assert lamp(stage) == []
        await tell(stage, "automation.hall_light", "trigger")
        assert lamp(stage) == ["turn_on"]


@pytest.mark.parametrize(("more", "before", "after"), [("", "off", "off"), ("initial_state: true", "off", "on")])
async def test_off_stays_off_over_a_restart_unless_the_file_says_otherwise(
    tmp_path: Path, more: str, before: str, after: str
) -> None:
    """automation: "When you create a new automation, it will be enabled unless you explicitly add initial_state: false
    ... otherwise the state of the last run is restored." """
    broker, clock = MemoryBroker(), VirtualClock()
    async with Stage(tmp_path, DOOR.format(more=more), THINGS, broker=broker, clock=clock) as stage:
        await push(stage)
        when = attributes(stage, "automation.hall_light")["last_triggered"]
        await tell(stage, "automation.hall_light", "turn_off")
        assert state(stage, "automation.hall_light") == before
    async with Stage(tmp_path, DOOR.format(more=more), THINGS, broker=broker, clock=clock) as stage:
        assert state(stage, "automation.hall_light") == after
        assert attributes(stage, "automation.hall_light")["last_triggered"] == when


async def test_its_id_stays_when_its_alias_changes(tmp_path: Path) -> None:
    text = DOOR.format(more="")
    broker, clock = MemoryBroker(), VirtualClock()
    async with Stage(tmp_path, text, THINGS, broker=broker, clock=clock) as stage:
        await tell(stage, "automation.hall_light", "turn_off")
        stage.file.write_text(text.replace("Hall Light", "Entrance"))
        await stage.rules._load()
        await settle()
        assert state(stage, "automation.hall_light") == "off"
        assert stage.rules.engine.view.configs["automation.hall_light"].name == "Entrance"
    async with Stage(tmp_path, text.replace("Hall Light", "Entrance"), THINGS, broker=broker, clock=clock) as stage:
        assert state(stage, "automation.hall_light") == "off"
        assert "automation.entrance" not in stage.rules.engine.view.configs


async def test_two_of_one_alias_are_told_apart(tmp_path: Path) -> None:
    text = DOOR.format(more="") + DOOR.format(more="").replace("1612", "1613")
    async with Stage(tmp_path, text, THINGS) as stage:
        found = {id: attributes(stage, id)["id"] for id in ("automation.hall_light", "automation.hall_light_2")}
        assert found == {"automation.hall_light": "1612", "automation.hall_light_2": "1613"}


async def test_one_with_a_fault_is_unavailable_and_says_why(tmp_path: Path) -> None:
    text = DOOR.format(more="mode: quick")
    async with Stage(tmp_path, text, THINGS) as stage:
        assert state(stage, "automation.hall_light") == "unavailable"
        with pytest.raises(CallError, match="mode must be one of single"):
            await tell(stage, "automation.hall_light", "turn_on")


async def test_a_rule_sees_in_this_when_it_last_ran(tmp_path: Path) -> None:
    """Automations: `this` is the state of the automation at the moment of triggering, so `last_triggered` is the time
    of the run before."""
    text = """
    - alias: Once an hour
      triggers: {trigger: state, entity_id: binary_sensor.door, to: "on"}
      conditions: >-
        {{ this.attributes.last_triggered is none
           or (now() - this.attributes.last_triggered).total_seconds() > 3600 }}
      actions:
        - action: light.turn_on
          target: {entity_id: light.hall}
          data: {brightness: "{{ 1 if this.attributes.last_triggered is none else 2 }}"}
    """
    async with Stage(tmp_path, text, THINGS) as stage:
        for _ in range(2):
            await push(stage)
        assert stage.told() == [("light.hall", "turn_on", {"brightness": 1})]
        await stage.wait(3700)
        await push(stage)
        assert stage.told() == [("light.hall", "turn_on", {"brightness": 2})]


async def test_when_it_ran_is_known_at_once_here_and_told_once_a_second(tmp_path: Path) -> None:
    text = """
    - alias: Busy
      mode: parallel
      triggers: {trigger: state, entity_id: sensor.many}
      actions: {variables: {a: 1}}
    """
    async with Stage(tmp_path, text, {"sensor.many": "0"}) as stage:
        await stage.wait(5)
        told: list[Any] = stage.home.listen(ENTITY_STATE, domain="automation", object_id="busy")
        told.clear()
        for number in range(1, 50):
            await stage.set("sensor.many", str(number))
            assert attributes(stage, "automation.busy")["last_triggered"] == stage.clock.now()
            await stage.wait(0.05)
        await stage.wait(2)
        assert 2 <= len(told) <= 5
        assert isinstance(told[-1].attributes["last_triggered"], datetime)


async def test_the_calls_of_the_worker_and_the_entity_are_one(tmp_path: Path) -> None:
    async with Stage(tmp_path, DOOR.format(more=""), THINGS) as stage:
        await stage.home.process.calls.ask("rules", "disable", {"rule": "automation.hall_light"})
        assert state(stage, "automation.hall_light") == "off"
        found = await stage.home.process.calls.ask("rules", "enable", {"rule": "1612"})
        assert (found.enabled, state(stage, "automation.hall_light")) == (True, "on")


SCRIPTS = """
script:
  evening:
    alias: Evening
    fields:
      level: {description: How bright, required: true}
    sequence:
      - action: light.turn_on
        target: {entity_id: light.hall}
        data: {brightness: "{{ level }}"}
      - delay: 5
      - variables: {answer: {was: "{{ level * 2 }}"}}
      - stop: done
        response_variable: answer
automation:
  - alias: Call
    mode: restart
    triggers: {trigger: state, entity_id: binary_sensor.door, to: "on"}
    actions:
      - action: script.evening
        data: {level: 30}
        response_variable: told
      - action: light.turn_on
        target: {entity_id: light.hall}
        data: {brightness: "{{ told.was }}"}
  - alias: Begin
    triggers: {trigger: state, entity_id: binary_sensor.window, to: "on"}
    actions:
      - action: script.turn_on
        target: {entity_id: script.evening}
        data: {variables: {level: 7}}
      - action: light.turn_off
        target: {entity_id: light.hall}
"""


async def test_a_script_that_is_called_is_waited_for_and_answers(tmp_path: Path) -> None:
    async with Stage(tmp_path, SCRIPTS, THINGS) as stage:
        assert state(stage, "script.evening") == "off"
        await push(stage)
        assert state(stage, "script.evening") == "on"
        assert stage.told() == [("light.hall", "turn_on", {"brightness": 30})]
        await stage.wait(6)
        assert state(stage, "script.evening") == "off"
        assert stage.told() == [("light.hall", "turn_on", {"brightness": 60})]


async def test_a_script_that_is_turned_on_is_not_waited_for(tmp_path: Path) -> None:
    """script.turn_on: "the automation will continue with the next action right away"; variables are passed on."""
    async with Stage(tmp_path, SCRIPTS, {**THINGS, "binary_sensor.window": "off"}) as stage:
        await stage.set("binary_sensor.window", "on")
        told = [command for command in stage.told() if command[0] == "light.hall"]
        assert told == [("light.hall", "turn_on", {"brightness": 7}), ("light.hall", "turn_off", {})]
        assert state(stage, "script.evening") == "on"


async def test_a_script_ends_with_the_run_that_called_it(tmp_path: Path) -> None:
    async with Stage(tmp_path, SCRIPTS, THINGS) as stage:
        await push(stage)
        await tell(stage, "automation.call", "turn_off")
        assert state(stage, "script.evening") == "off"


async def test_a_script_is_told_by_hand(tmp_path: Path) -> None:
    async with Stage(tmp_path, SCRIPTS, THINGS) as stage:
        await tell(stage, "script.evening", "turn_on", variables={"level": 99})
        assert (state(stage, "script.evening"), stage.told()[-1][2]) == ("on", {"brightness": 99})
        await tell(stage, "script.evening", "turn_off")
        await stage.wait(10)
        assert state(stage, "script.evening") == "off"
        await tell(stage, "script.evening", "toggle", variables={"level": 1})
        assert state(stage, "script.evening") == "on"
        assert attributes(stage, "script.evening")["last_triggered"] == stage.clock.now()


async def test_a_script_that_waits_goes_on_after_a_restart_and_so_does_its_caller(tmp_path: Path) -> None:
    broker, clock = MemoryBroker(), VirtualClock()
    async with Stage(tmp_path, SCRIPTS, THINGS, broker=broker, clock=clock) as stage:
        await push(stage)
        assert stage.told() == [("light.hall", "turn_on", {"brightness": 30})]
    async with Stage(tmp_path, SCRIPTS, {**THINGS, "binary_sensor.door": "on"}, broker=broker, clock=clock) as stage:
        stage.told()
        assert state(stage, "script.evening") == "on"
        await stage.wait(6)
        assert state(stage, "script.evening") == "off"
        assert stage.told() == [("light.hall", "turn_on", {"brightness": 60})]


async def test_scripts_that_call_each_other_in_a_circle_are_stopped(tmp_path: Path) -> None:
    rules = """
    script:
      one: {mode: parallel, sequence: [{action: script.two}]}
      two: {mode: restart, sequence: [{action: script.one}]}
    """
    async with Stage(tmp_path, rules) as stage:
        await tell(stage, "script.one", "turn_on")
        await stage.wait(1)
        assert state(stage, "script.one") == "off"


async def test_events_tell_of_runs_and_everything_can_be_turned_on_alike(tmp_path: Path) -> None:
    """automation_triggered and script_started hold name and entity_id; homeassistant.turn_on reaches rules, scripts,
    scenes and helpers."""
    rules = """
    input_boolean: {guests: }
    scene: [{name: Quiet, entities: {light.hall: "on"}}]
    script: {evening: {alias: Evening, sequence: [{delay: 1}]}}
    automation:
      - {alias: Off, initial_state: false, triggers: [], actions: []}
      - alias: All
        triggers: {trigger: state, entity_id: binary_sensor.door, to: "on"}
        actions:
          - action: homeassistant.turn_on
            target: {entity_id: [input_boolean.guests, scene.quiet, script.evening, automation.off]}
      - alias: Told
        mode: parallel
        triggers:
          - {trigger: event, event_type: script_started}
          - {trigger: event, event_type: automation_triggered, event_data: {name: All}}
        actions:
          - action: light.turn_off
            target: {entity_id: light.desk}
            data: {transition: "{{ 1 if trigger.event.data.entity_id == 'script.evening' else 2 }}"}
    """
    async with Stage(tmp_path, rules, {**THINGS, "light.desk": "on"}) as stage:
        await push(stage)
        found = [state(stage, id) for id in ("input_boolean.guests", "script.evening", "automation.off")]
        assert found == ["on", "on", "on"]
        told = stage.told()
        assert ("light.hall", "turn_on", {}) in told
        assert sorted(data["transition"] for id, _, data in told if id == "light.desk") == [1, 2]
