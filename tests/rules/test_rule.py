"""Modes, chains and records of rules; modes by https://www.home-assistant.io/docs/automation/modes/"""

from pathlib import Path
from typing import Any

import pytest
import yaml

from homeserver.rules import engine as engine_module
from homeserver.rules import rule as rule_module
from homeserver.rules.fired import Fired
from homeserver.topics.process import FAILURE
from tests.rules.stage import Stage

START = {"sensor.n": "0", "select.log": "", "light.a": "off", "light.b": "off"}
LOG = {
    "action": "select.select_option",
    "target": {"entity_id": "select.log"},
    "data": {"option": "{{ trigger.to_state.state }}"},
}


def rule(*actions: Any, id: str = "test", trigger: dict[str, Any] | None = None, **more: Any) -> str:
    triggers = trigger or {"trigger": "state", "entity_id": "sensor.n"}
    return yaml.safe_dump([{"id": id, "triggers": triggers, "actions": list(actions), **more}], sort_keys=False)


async def logged(folder: Path, mode: dict[str, Any], times: int = 3) -> tuple[list[str], list[str]]:
    """What a rule logs that waits ten seconds between its two words, when it is triggered each second."""
    async with Stage(folder, rule(LOG, {"delay": 10}, LOG, **mode), START) as stage:
        for number in range(1, times + 1):
            await stage.set("sensor.n", str(number))
            await stage.wait(1)
        await stage.wait(60)
        return [data["option"] for _, _, data in stage.told()], [run.outcome for run in stage.runs]


@pytest.mark.parametrize(
    ("mode", "words"),
    [
        ({}, "1 1"),
        ({"mode": "single"}, "1 1"),
        ({"mode": "restart"}, "1 2 3 3"),
        ({"mode": "queued"}, "1 1 2 2 3 3"),
        ({"mode": "queued", "max": 2}, "1 1 2 2"),
        ({"mode": "parallel"}, "1 2 3 1 2 3"),
        ({"mode": "parallel", "max": 2, "max_exceeded": "silent"}, "1 2 1 2"),
    ],
)
async def test_mode(tmp_path: Path, mode: dict[str, Any], words: str) -> None:
    assert (await logged(tmp_path, mode))[0] == words.split()


async def test_a_run_that_is_replaced_is_said_to_be_cancelled(tmp_path: Path) -> None:
    assert (await logged(tmp_path, {"mode": "restart"}, 2))[1] == ["cancelled", "finished"]


async def test_max_exceeded_is_told_once_in_a_while(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    await logged(tmp_path, {"mode": "single"}, 3)
    said = [record.getMessage() for record in caplog.records if "running already" in record.getMessage()]
    assert said == ["rule test: it is running already (mode single)"]
    caplog.clear()
    await logged(tmp_path, {"mode": "single", "max_exceeded": "silent"}, 3)
    assert "running already" not in caplog.text


async def test_records_are_at_most_one_a_second_and_count_the_rest(tmp_path: Path) -> None:
    async with Stage(tmp_path, rule(LOG), START) as stage:
        for number in range(1, 51):
            await stage.set("sensor.n", str(number))
        assert [(run.number, run.runs) for run in stage.runs] == [(1, 1)]
        await stage.wait(1)
        assert [(run.number, run.runs) for run in stage.runs] == [(1, 1), (50, 49)]
        await stage.wait(5)
        await stage.set("sensor.n", "x")
        assert [(run.number, run.runs) for run in stage.runs][2:] == [(51, 1)]
        assert len(stage.told()) == 51


PING = [
    {"action": "light.turn_off", "target": {"entity_id": "light.b"}},
    {"action": "light.turn_on", "target": {"entity_id": "light.b"}},
]


def circle(*, wait: float = 0.0) -> str:
    """Two rules that switch each other's lamp for ever."""
    text = ""
    for own, other in (("a", "b"), ("b", "a")):
        trigger = {"trigger": "state", "entity_id": f"light.{own}"}
        toggle = {"action": f"light.turn_{{{{ 'off' if is_state('light.{other}', 'on') else 'on' }}}}"}
        actions = [{"delay": wait}] if wait else []
        text += rule(*actions, toggle | {"target": {"entity_id": f"light.{other}"}}, id=own, trigger=trigger)
    return text


async def test_a_circle_of_rules_ends_after_ten_runs_and_is_reported(tmp_path: Path) -> None:
    async with Stage(tmp_path, circle(), START) as stage:
        stage.props.obeys = True
        await stage.set("light.a", "on")
        assert len(stage.told()) == engine_module.DEEPEST
        await stage.wait(2)
        assert any("stopped a loop" in run.error and run.outcome == "failed" for run in stage.runs)
        # What people do is answered all the same.
        await stage.set("light.a", "flash")
        assert len(stage.told()) == engine_module.DEEPEST


async def test_a_slow_circle_is_a_way_to_blink(tmp_path: Path) -> None:
    async with Stage(tmp_path, circle(wait=1.0), START) as stage:
        stage.props.obeys = True
        await stage.set("light.a", "on")
        await stage.wait(30)
        assert len(stage.told()) == 30


async def test_a_rule_in_a_loop_that_nobody_can_follow_is_stopped_until_it_is_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rule_module, "RATE", 100)
    async with Stage(tmp_path, rule(LOG), START) as stage:
        for number in range(1, 200):
            stage.props.set("sensor.n", str(number))
        assert len(stage.told()) == 100
        rule_now = stage.rules.rules["test"]
        assert not rule_now.enabled
        assert rule_now.stopped.startswith("stopped: it ran 100 times in a second")
        await stage.rules._load()
        await stage.wait(1)
        await stage.set("sensor.n", "again")
        assert len(stage.told()) == 1


async def test_a_bug_in_one_rule_keeps_no_other_from_running(tmp_path: Path) -> None:
    text = rule(LOG, id="first") + rule(LOG, id="second") + rule(LOG, id="third")
    async with Stage(tmp_path, text, START) as stage:
        failures = stage.home.listen(FAILURE)

        def bug(run: Any) -> int:
            raise KeyError("a bug")

        stage.rules.rules["second"].program.steps[0] = bug
        await stage.set("sensor.n", "1")
        assert len(stage.told()) == 2
        assert [failure.error for failure in failures] == ["KeyError: 'a bug'"]


async def test_a_rule_may_restart_itself_in_the_middle(tmp_path: Path) -> None:
    """Its own command changes what it listens to, before the command's step has returned."""
    flip = {
        "action": "light.turn_{{ 'off' if is_state('light.a', 'on') else 'on' }}",
        "target": {"entity_id": "light.a"},
    }
    trigger = {"trigger": "state", "entity_id": ["light.a", "sensor.n"]}
    async with Stage(tmp_path, rule(flip, LOG, mode="restart", trigger=trigger), START) as stage:
        stage.props.obeys = True
        await stage.set("sensor.n", "1")
        await stage.wait(5)
        assert [command[0] for command in stage.told()].count("light.a") == engine_module.DEEPEST
        assert stage.rules.rules["test"].runs == []


@pytest.mark.parametrize(("name", "of"), [("RATE", 1), ("DEEPEST", 0)])
async def test_whoever_waits_for_a_run_is_told_that_a_loop_was_stopped(
    tmp_path: Path, name: str, of: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rule_module, name, of)
    async with Stage(tmp_path, rule(LOG), START) as stage:
        outcomes: list[str] = []
        for _ in range(2):
            fired = Fired(None)
            fired.done = lambda run, outcome: outcomes.append(outcome)
            stage.rules.rules["test"].fire(fired)
        assert len(outcomes) == 2
        assert outcomes[-1] == "refused"
