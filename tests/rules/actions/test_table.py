"""What actions do, by https://www.home-assistant.io/docs/scripts/"""

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.rules.stage import Stage

START = {"binary_sensor.go": "off", "light.a": "off", "light.b": "off", "select.log": "", "sensor.t": "20"}
Action = dict[str, Any] | str | list[Any]
TRIGGER = {"trigger": "state", "entity_id": "binary_sensor.go", "to": "on"}
YES, NO = "{{ true }}", "{{ false }}"
UNKNOWN = {"condition": "state", "entity_id": "light.nope", "state": "on"}


def rule(*actions: Action, **more: Any) -> str:
    made = {"id": "test", "triggers": TRIGGER, "actions": list(actions)}
    return yaml.safe_dump([made | more], sort_keys=False)


def log(text: str, **more: Any) -> dict[str, Any]:
    """An action that leaves a word behind."""
    target = {"entity_id": "select.log"}
    return {"action": "select.select_option", "target": target, "data": {"option": text}, **more}


def repeat(*sequence: Action, **kind: Any) -> dict[str, Any]:
    return {"repeat": {**kind, "sequence": list(sequence)}}


def choose(*options: tuple[Any, Action], default: list[Action] | None = None) -> dict[str, Any]:
    made: dict[str, Any] = {"choose": [{"conditions": met, "sequence": [then]} for met, then in options]}
    return made if default is None else made | {"default": default}


async def played(folder: Path, *actions: Action) -> tuple[list[str], str, str]:
    """What the rule logged, how the run ended, and the fault it met."""
    async with Stage(folder, rule(*actions), START) as stage:
        assert stage.rules.book.problems == []
        await stage.set("binary_sensor.go", "on")
        words = [str(data.get("option", service)) for _, service, data in stage.told()]
        run = stage.runs[-1] if stage.runs else None
        return words, run.outcome if run else "", run.error if run else ""


@pytest.mark.parametrize(
    ("actions", "words"),
    [
        ([log("{{ 1 + 1 }} {{ trigger.entity_id }}")], ["2 binary_sensor.go"]),
        # choose takes the first option whose conditions hold, else default
        ([choose(([NO], log("1")), (YES, log("2")), (YES, log("3")), default=[log("4")])], ["2"]),
        ([choose(([NO], log("1")), default=[log("4")])], ["4"]),
        ([choose((NO, log("1"))), log("after")], ["after"]),
        ([{"choose": []}, log("after")], ["after"]),
        # a condition that cannot be checked is not met
        ([choose(([UNKNOWN], log("1")), default=[log("4")])], ["4"]),
        ([{"if": YES, "then": [log("yes")], "else": [log("no")]}], ["yes"]),
        ([{"if": [NO], "then": log("yes"), "else": log("no")}], ["no"]),
        ([{"if": NO, "then": [log("yes")]}, log("after")], ["after"]),
        # variables see those before them
        ([{"variables": {"a": 2, "b": "{{ a * 3 }}"}}, log("{{ a }} {{ b + 1 }}")], ["2 7"]),
        # a condition stops its own block only
        ([NO, log("never")], []),
        ([{"condition": "state", "entity_id": "light.a", "state": "off"}, log("on")], ["on"]),
        ([{"sequence": [NO, log("never")]}, log("after")], ["after"]),
        ([{"if": YES, "then": [{"and": [NO]}, log("never")]}, log("after")], ["after"]),
        ([choose((YES, {"sequence": [log("1"), NO, log("never")]})), log("after")], ["1", "after"]),
        # repeat
        ([repeat(log("{{ repeat.index }} {{ repeat.last }}"), count=3)], ["1 False", "2 False", "3 True"]),
        ([repeat(log("{{ repeat.first }}"), count="{{ 1 + 1 }}")], ["True", "False"]),
        ([repeat(log("{{ repeat.item }}"), for_each=["x", "y"])], ["x", "y"]),
        ([repeat(log("{{ repeat.item[0] }}"), for_each="{{ [[1], [2]] }}")], ["1", "2"]),
        ([repeat(log("w"), **{"while": "{{ repeat.index < 3 }}"})], ["w", "w"]),
        ([repeat(log("u"), until="{{ repeat.index == 2 }}")], ["u", "u"]),
        ([repeat(log("u"), until=[YES])], ["u"]),
        ([repeat(log("never"), count=0), log("after")], ["after"]),
        # a condition ends one pass of the repeat
        ([repeat("{{ repeat.item != 2 }}", log("{{ repeat.item }}"), for_each=[1, 2, 3])], ["1", "3"]),
        # the outer repeat is there again after an inner one
        ([repeat(repeat(count=1), log("{{ repeat.item }}"), for_each=["a", "b"])], ["a", "b"]),
        # stop
        ([log("before"), {"stop": "enough"}, log("after")], ["before"]),
        ([repeat(log("1"), {"stop": ""}, count=3), log("after")], ["1"]),
        # one step that fails ends the run, unless it may
        ([log("{{ 1 / 0 }}"), log("after")], []),
        ([log("{{ 1 / 0 }}", continue_on_error=True), log("after")], ["after"]),
        ([repeat(log("{{ 1 / 0 }}"), count=2) | {"continue_on_error": True}, log("{{ repeat }}.")], ["None."]),
        # a step that is not enabled is left out, whatever it says
        ([{"event": "x", "enabled": False}, log("x", enabled="{{ 1 > 2 }}"), log("after")], ["after"]),
        # lists inside lists, as anchors make them
        ([[log("inner"), NO], log("after")], ["inner"]),
        ([log("x", alias="named", note="x", metadata={})], ["x"]),
    ],
)
async def test_does(tmp_path: Path, actions: list[Action], words: list[str]) -> None:
    assert (await played(tmp_path, *actions))[0] == words


@pytest.mark.parametrize(
    ("actions", "outcome", "error"),
    [
        ([log("x")], "finished", ""),
        ([{"stop": "enough"}], "stopped", "enough"),
        ([{"stop": "broken {{ 1 }}", "error": True}], "failed", "broken 1"),
        ([NO], "condition", ""),
        ([log("{{ 1 / 0 }}")], "failed", "template line 1: divides by nought: test the divisor first"),
        ([{"action": "light.turn_on", "target": {"entity_id": "light.x"}}], "finished", "there is no entity light.x"),
        ([repeat(for_each="{{ 5 }}")], "failed", "for_each needs a list, not 5"),
        ([repeat(count="{{ 'x' }}")], "failed", "repeat count must be a whole number, not 'x'"),
    ],
)
async def test_ends(tmp_path: Path, actions: list[Action], outcome: str, error: str) -> None:
    assert (await played(tmp_path, *actions))[1:] == (outcome, error)


@pytest.mark.parametrize(
    ("delay", "seconds"),
    [
        (5, 5),
        ("00:00:05", 5),
        ({"seconds": 5}, 5),
        ({"minutes": "{{ 1 }}", "milliseconds": 500}, 60.5),
        ("{{ states('sensor.t') | int }}", 20),
    ],
)
async def test_delay(tmp_path: Path, delay: Any, seconds: float) -> None:
    async with Stage(tmp_path, rule(log("a"), {"delay": delay}, log("b")), START) as stage:
        await stage.set("binary_sensor.go", "on")
        await stage.wait(seconds - 0.1)
        assert len(stage.told()) == 1
        await stage.wait(0.1)
        assert len(stage.told()) == 1
        assert stage.runs[-1].seconds == seconds


async def test_rule_variables_are_made_for_each_run(tmp_path: Path) -> None:
    variables = {"t": "{{ states('sensor.t') | int }}", "double": "{{ t * 2 }}", "list": [1, "{{ t }}"]}
    text = rule(log("{{ double }} {{ list }}"), variables=variables)
    async with Stage(tmp_path, text, START) as stage:
        await stage.set("binary_sensor.go", "on")
        await stage.set("sensor.t", "21")
        await stage.set("binary_sensor.go", "off")
        await stage.set("binary_sensor.go", "on")
        assert [data["option"] for _, _, data in stage.told()] == ["40 [1, 20]", "42 [1, 21]"]


async def test_this_and_context(tmp_path: Path) -> None:
    text = "{{ this.entity_id }} {{ this.attributes.id }} {{ context.id | length > 0 }}"
    assert (await played(tmp_path, log(text)))[0] == ["automation.test test True"]
