"""What waiting does, by https://www.home-assistant.io/docs/scripts/#wait-for-a-template and the sections after it."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from homeserver.rules.reading.rule_file import read_text
from homeserver.view.templates import Templates
from tests.rules.stage import Stage

START = {
    "binary_sensor.go": "off",
    "binary_sensor.door": "off",
    "light.a": "off",
    "select.log": "",
    "sensor.t": "20",
    "switch.s": "off",
}
TRIGGER = {"trigger": "state", "entity_id": "binary_sensor.go", "to": "on"}
DOOR = {"wait_for_trigger": {"trigger": "state", "entity_id": "binary_sensor.door", "to": "on", "id": "door"}}
DARK = {"wait_template": "{{ is_state('light.a', 'on') }}"}


def rule(*actions: Any, **more: Any) -> str:
    made = {"id": "test", "triggers": TRIGGER, "actions": list(actions)}
    return yaml.safe_dump([made | more], sort_keys=False)


def log(text: str, **more: Any) -> dict[str, Any]:
    """An action that leaves a word behind."""
    target = {"entity_id": "select.log"}
    return {"action": "select.select_option", "target": target, "data": {"option": text}, **more}


WAITED = log("{{ wait.completed }} {{ wait.remaining }}")


def words(stage: Stage) -> list[str]:
    return [str(data.get("option", service)) for _, service, data in stage.told()]


# -- delay


async def test_a_delay_of_nought_is_none(tmp_path: Path) -> None:
    async with Stage(tmp_path, rule({"delay": 0}, log("after")), START) as stage:
        await stage.set("binary_sensor.go", "on")
        assert words(stage) == ["after"]


async def test_a_delay_that_cannot_be_rendered_ends_the_run_whatever_may_fail(tmp_path: Path) -> None:
    """Home Assistant aborts: `continue_on_error` is not for faults of the script itself."""
    text = rule({"delay": "{{ 'soon' }}", "continue_on_error": True}, log("after"))
    async with Stage(tmp_path, text, START) as stage:
        await stage.set("binary_sensor.go", "on")
        assert words(stage) == []
        assert stage.runs[-1].outcome == "failed"


# -- wait_template


async def test_a_template_that_is_true_already_is_not_waited_for(tmp_path: Path) -> None:
    """`wait.remaining` is the whole timeout then."""
    async with Stage(tmp_path, rule(DARK | {"timeout": 5}, WAITED), START | {"light.a": "on"}) as stage:
        await stage.set("binary_sensor.go", "on")
        assert words(stage) == ["True 5.0"]


async def test_waits_until_the_template_is_true(tmp_path: Path) -> None:
    async with Stage(tmp_path, rule(DARK | {"timeout": "00:00:10"}, WAITED), START) as stage:
        await stage.set("binary_sensor.go", "on")
        await stage.wait(4)
        assert words(stage) == []
        await stage.set("light.a", "on")
        assert words(stage) == ["True 6.0"]
        await stage.wait(20)
        await stage.set("light.a", "off")
        await stage.set("light.a", "on")
        assert words(stage) == []
        assert len(stage.runs) == 1


async def test_without_a_timeout_nothing_remains(tmp_path: Path) -> None:
    async with Stage(tmp_path, rule(DARK, WAITED), START) as stage:
        await stage.set("binary_sensor.go", "on")
        await stage.wait(86_400)
        await stage.set("light.a", "on")
        assert words(stage) == ["True None"]


async def test_goes_on_after_the_timeout_where_nothing_else_is_said(tmp_path: Path) -> None:
    async with Stage(tmp_path, rule(DARK | {"timeout": {"seconds": 5}}, WAITED), START) as stage:
        await stage.set("binary_sensor.go", "on")
        await stage.wait(4.9)
        assert words(stage) == []
        await stage.wait(0.1)
        assert words(stage) == ["False 0.0"]


@pytest.mark.parametrize("wait", [DARK, DOOR])
async def test_stops_after_the_timeout_where_it_is_to(tmp_path: Path, wait: dict[str, Any]) -> None:
    """The whole run ends, and `continue_on_error` changes nothing about it."""
    told = wait | {"timeout": 5, "continue_on_timeout": False, "continue_on_error": True}
    text = rule({"if": "{{ true }}", "then": [told, log("inner")]}, log("outer"))
    async with Stage(tmp_path, text, START) as stage:
        await stage.set("binary_sensor.go", "on")
        await stage.wait(6)
        assert words(stage) == []
        assert stage.runs[-1].outcome == "stopped"
        assert stage.runs[-1].error == "actions[0].then[0]: what it waited for did not come in time"


@pytest.mark.parametrize("wait", [DARK, DOOR])
async def test_a_timeout_of_nought_is_over_at_once(tmp_path: Path, wait: dict[str, Any]) -> None:
    async with Stage(tmp_path, rule(wait | {"timeout": 0}, WAITED), START) as stage:
        await stage.set("binary_sensor.go", "on")
        assert words(stage) == ["False 0.0"]


async def test_a_timeout_may_be_a_template(tmp_path: Path) -> None:
    async with Stage(tmp_path, rule(DARK | {"timeout": "{{ states('sensor.t') | int / 4 }}"}, WAITED), START) as stage:
        await stage.set("binary_sensor.go", "on")
        await stage.wait(5)
        assert words(stage) == ["False 0.0"]


async def test_a_word_other_than_true_counts_when_it_comes_and_not_at_first(tmp_path: Path) -> None:
    """Home Assistant: the first look wants true; later looks take yes, on and numbers, when they become so."""
    wait = {"wait_template": "{{ states('light.a') }}"}
    async with Stage(tmp_path, rule(wait, log("on")), START | {"light.a": "on"}) as stage:
        await stage.set("binary_sensor.go", "on")
        await stage.set("light.a", "on", brightness=5)
        assert words(stage) == []
        await stage.set("light.a", "off")
        await stage.set("light.a", "on")
        assert words(stage) == ["on"]


async def test_a_template_that_fails_while_it_is_watched_is_waited_for(tmp_path: Path) -> None:
    wait = {"wait_template": "{{ 10 / (states('sensor.t') | float) > 1 }}"}
    async with Stage(tmp_path, rule(wait, log("small")), START) as stage:
        await stage.set("binary_sensor.go", "on")
        await stage.set("sensor.t", "0")
        assert words(stage) == []
        await stage.set("sensor.t", "5")
        assert words(stage) == ["small"]


async def test_a_template_that_fails_at_first_ends_the_run(tmp_path: Path) -> None:
    async with Stage(tmp_path, rule({"wait_template": "{{ 1 / 0 }}"}, log("after")), START) as stage:
        await stage.set("binary_sensor.go", "on")
        assert words(stage) == []
        assert stage.runs[-1].outcome == "failed"


async def test_sees_the_variables_of_the_run(tmp_path: Path) -> None:
    wait = {"wait_template": "{{ is_state(lamp, 'on') }}"}
    async with Stage(tmp_path, rule({"variables": {"lamp": "light.a"}}, wait, log("lit")), START) as stage:
        await stage.set("binary_sensor.go", "on")
        await stage.set("light.a", "on")
        assert words(stage) == ["lit"]


async def test_waits_for_a_time_of_day_by_the_minute(tmp_path: Path) -> None:
    async with Stage(tmp_path, rule({"wait_template": "{{ now().minute == 2 }}"}, log("now")), START) as stage:
        await stage.set("binary_sensor.go", "on")
        await stage.wait(119)
        assert words(stage) == []
        await stage.wait(2)
        assert words(stage) == ["now"]


async def test_a_run_that_is_stopped_watches_no_more(tmp_path: Path) -> None:
    async with Stage(tmp_path, rule(DARK, log("lit"), mode="restart"), START) as stage:
        await stage.set("binary_sensor.go", "on")
        await stage.set("binary_sensor.go", "off")
        await stage.set("binary_sensor.go", "on")
        await stage.set("light.a", "on")
        assert words(stage) == ["lit"]


# -- wait_for_trigger


async def test_the_trigger_that_came_is_told(tmp_path: Path) -> None:
    told = log("{{ wait.trigger.id }} {{ wait.trigger.to_state.state }} {{ wait.completed }} {{ wait.remaining }}")
    async with Stage(tmp_path, rule(DOOR | {"timeout": 10}, told, log("{{ trigger.entity_id }}")), START) as stage:
        await stage.set("binary_sensor.go", "on")
        await stage.wait(3)
        await stage.set("binary_sensor.door", "on")
        assert words(stage) == ["door on True 7.0", "binary_sensor.go"]
        await stage.set("binary_sensor.door", "off")
        await stage.set("binary_sensor.door", "on")
        assert words(stage) == []


async def test_no_trigger_is_told_after_the_timeout(tmp_path: Path) -> None:
    text = rule(DOOR | {"timeout": 10}, log("{{ wait.trigger is none }} {{ wait.completed }}"))
    async with Stage(tmp_path, text, START) as stage:
        await stage.set("binary_sensor.go", "on")
        await stage.wait(10)
        assert words(stage) == ["True False"]
        await stage.set("binary_sensor.door", "on")
        assert len(stage.runs) == 1


async def test_the_first_of_several_triggers_counts(tmp_path: Path) -> None:
    triggers = [
        {"trigger": "state", "entity_id": "binary_sensor.door"},
        {"triggers": [{"trigger": "numeric_state", "entity_id": "sensor.t", "above": 25, "id": "hot"}]},
        {"trigger": "state", "entity_id": "switch.s", "enabled": False},
    ]
    async with Stage(tmp_path, rule({"wait_for_trigger": triggers}, log("{{ wait.trigger.id }}")), START) as stage:
        await stage.set("binary_sensor.go", "on")
        await stage.set("switch.s", "on")
        assert words(stage) == []
        await stage.set("sensor.t", "26")
        await stage.set("binary_sensor.door", "on")
        assert words(stage) == ["hot"]


async def test_a_trigger_that_is_waited_for_has_its_own_for_in_each_run(tmp_path: Path) -> None:
    wait = {"wait_for_trigger": DOOR["wait_for_trigger"] | {"for": "{{ seconds }}"}}
    variables = {"variables": {"seconds": "{{ states('sensor.t') | int }}"}}
    async with Stage(tmp_path, rule(variables, wait, log("{{ seconds }}"), mode="parallel"), START) as stage:
        await stage.set("binary_sensor.go", "on")
        await stage.set("sensor.t", "5")
        await stage.set("binary_sensor.go", "off")
        await stage.set("binary_sensor.go", "on")
        await stage.set("binary_sensor.door", "on")
        await stage.wait(5)
        assert words(stage) == ["5"]
        await stage.wait(15)
        assert words(stage) == ["20"]


async def test_what_began_the_run_does_not_end_its_wait(tmp_path: Path) -> None:
    """A trigger that is attached while a change is told hears of the next change only."""
    wait = {"wait_for_trigger": {"trigger": "state", "entity_id": "binary_sensor.go"}}
    async with Stage(tmp_path, rule(wait, log("{{ wait.trigger.to_state.state }}")), START) as stage:
        await stage.set("binary_sensor.go", "on")
        assert words(stage) == []
        await stage.set("binary_sensor.go", "off")
        assert words(stage) == ["off"]


async def test_an_event_is_waited_for(tmp_path: Path) -> None:
    wait = {"wait_for_trigger": {"trigger": "event", "event_type": "answer", "event_data": {"to": "{{ question }}"}}}
    event = {"event": "answer", "event_data": {"to": "{{ trigger.to_state.state }}", "text": "yes"}}
    answer = {"id": "other", "triggers": {"trigger": "state", "entity_id": "switch.s"}, "actions": [event]}
    text = rule({"variables": {"question": "on"}}, wait, log("{{ wait.trigger.event.data.text }}"))
    async with Stage(tmp_path, text + yaml.safe_dump([answer]), START | {"switch.s": "on"}) as stage:
        await stage.set("binary_sensor.go", "on")
        await stage.set("switch.s", "off")
        assert words(stage) == []
        await stage.set("switch.s", "on")
        assert words(stage) == ["yes"]


async def test_wait_is_known_after_its_block_and_in_the_next_wait(tmp_path: Path) -> None:
    text = rule({"sequence": [DOOR | {"timeout": 5}]}, log("{{ wait.completed }}"), DARK, log("{{ wait }}"))
    async with Stage(tmp_path, text, START) as stage:
        await stage.set("binary_sensor.go", "on")
        await stage.wait(5)
        await stage.set("light.a", "on")
        assert words(stage) == ["False", "{'remaining': None, 'completed': True}"]


# -- over a restart


async def restarted(tmp_path: Path, actions: list[Any], away: float, changed: dict[str, str]) -> list[str]:
    """What is logged by a run that waits, is away for some seconds, and waits on for half an hour."""
    async with Stage(tmp_path, rule(*actions), START) as stage:
        await stage.set("binary_sensor.go", "on")
        await stage.wait(3)
        clock, broker = stage.clock, stage.home.broker
        assert words(stage) == []
    await clock.advance(away)
    async with Stage(tmp_path, rule(*actions), START | changed, clock=clock, broker=broker) as stage:
        await stage.wait(1)
        first = words(stage)
        await stage.wait(1800)
        return [*first, "later", *words(stage)]


@pytest.mark.parametrize(
    ("actions", "away", "changed", "told"),
    [
        ([{"delay": 10}, log("on")], 2, {}, ["later", "on"]),
        ([{"delay": 10}, log("on")], 60, {}, ["on", "later"]),
        ([DARK | {"timeout": 60}, WAITED], 7, {}, ["later", "False 0.0"]),
        ([DARK | {"timeout": 60}, WAITED], 90, {}, ["False 0.0", "later"]),
        # what the template says after the restart counts
        ([DARK | {"timeout": 60}, log("{{ wait.completed }}")], 7, {"light.a": "on"}, ["True", "later"]),
        ([DOOR | {"timeout": 60}, WAITED], 7, {}, ["later", "False 0.0"]),
        ([DOOR | {"timeout": 5, "continue_on_timeout": False}, log("never")], 60, {}, ["later"]),
    ],
)
async def test_a_wait_goes_on_after_a_restart(
    tmp_path: Path, actions: list[Any], away: float, changed: dict[str, str], told: list[str]
) -> None:
    assert await restarted(tmp_path, actions, away, changed) == told


# -- faults


@pytest.mark.parametrize(
    ("action", "problem"),
    [
        ({"wait_template": None}, "wait_template is missing: give a template that says true or false"),
        ({"wait_template": ["x"]}, "wait_template must be a template, not a list"),
        ({"wait_template": "{{ 1 | nope }}"}, "there is no filter 'nope'"),
        (DARK | {"timeout": "soon"}, "'soon' is no length of time"),
        (DARK | {"timout": 5}, "unknown field 'timout'; did you mean timeout?"),
        (DARK | {"continue_on_timeout": "maybe"}, "continue_on_timeout must be true or false, not 'maybe'"),
        ({"wait_for_trigger": [5]}, "a trigger is a mapping such as trigger: state, not 5"),
        ({"wait_for_trigger": {"trigger": "stat"}}, "there is no trigger 'stat'; did you mean state?"),
    ],
)
def test_refuses_when_it_is_read(action: Any, problem: str) -> None:
    (found, *_) = read_text(rule(action), "x.yaml", Templates()).problems
    assert problem in found.text
