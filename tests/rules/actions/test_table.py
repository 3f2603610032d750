"""What actions do, by https://www.home-assistant.io/docs/scripts/"""

from pathlib import Path
from typing import Any

import pytest
import yaml

from homeserver.rules.fired import Fired
from homeserver.rules.reading.rule_file import read_text
from homeserver.topics.event import EVENT
from homeserver.view.templates import Templates
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
        # until ends with a condition that cannot be checked; while does not begin with one
        ([repeat(log("u"), until=[UNKNOWN]), log("after")], ["u", "after"]),
        ([repeat(log("w"), **{"while": [UNKNOWN]}), log("after")], ["after"]),
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
        (
            [repeat(log("{{ 1 / 0 }}"), count=2) | {"continue_on_error": True}, log("{{ repeat is defined }}")],
            ["False"],
        ),
        # a step that is not enabled is left out, whatever it says
        ([{"nothing": "x", "enabled": False}, log("x", enabled="{{ 1 > 2 }}"), log("after")], ["after"]),
        # branches: each goes on by itself, and the action is over when all are
        ([{"parallel": [log("1"), log("2")]}, log("after")], ["1", "2", "after"]),
        ([{"parallel": []}, log("after")], ["after"]),
        ([{"parallel": [{"sequence": [log("1"), NO, log("never")]}, [log("2")]]}, log("after")], ["1", "2", "after"]),
        ([{"parallel": [NO, log("2"), log("x", enabled=False)]}, log("after")], ["2", "after"]),
        ([{"parallel": [{"delay": 0}, {"parallel": [log("1"), log("2")]}]}, log("3")], ["1", "2", "3"]),
        ([repeat({"parallel": [log("{{ repeat.item }}"), log("x")]}, for_each=["a", "b"])], ["a", "x", "b", "x"]),
        # a fault in one branch ends none of the others; it is the fault of the action when all are over
        ([{"parallel": [log("{{ 1 / 0 }}"), log("2")]}, log("after")], ["2"]),
        ([{"parallel": [log("{{ 1 / 0 }}"), log("2")], "continue_on_error": True}, log("after")], ["2", "after"]),
        (
            [{"if": YES, "then": {"parallel": [log("{{ 1 / 0 }}"), log("2")]}, "continue_on_error": True}, log("3")],
            ["2", "3"],
        ),
        ([{"parallel": [log("{{ 1 / 0 }}", continue_on_error=True), log("2")]}, log("after")], ["2", "after"]),
        # what a branch sets is known outside and in the others; what it waited for is its own
        ([{"parallel": [{"variables": {"a": 1}}, log("{{ a }}")]}, log("{{ a + 1 }}")], ["1", "2"]),
        ([{"parallel": [{"wait_template": "{{ true }}"}]}, log("{{ wait is defined }}")], ["False"]),
        ([{"wait_template": "{{ true }}"}, {"parallel": [log("{{ wait.completed }}")]}], ["True"]),
        # variables are of the run, whatever block sets them; only repeat is of its block
        ([{"if": YES, "then": {"variables": {"a": 1}}}, log("{{ a }}")], ["1"]),
        ([repeat({"variables": {"a": "{{ repeat.index }}"}}, count=2), log("{{ a }}")], ["2"]),
        # all of them or none: one that cannot be made keeps the others from being set
        ([{"variables": {"a": 1, "b": "{{ 1 / 0 }}"}, "continue_on_error": True}, log("never")], []),
        # what the rule itself says wrongly is not hidden by continue_on_error
        ([log("x") | {"action": "{{ 'nobody.does' }}", "continue_on_error": True}, log("never")], []),
        ([repeat(log("1"), for_each="{{ 5 }}") | {"continue_on_error": True}, log("never")], []),
        (
            [
                {"parallel": [repeat(log("1"), for_each="{{ 5 }}"), log("2")], "continue_on_error": True},
                log("never"),
            ],
            ["2"],
        ),
        (
            [
                {"parallel": [{"variables": {"a": "{{ 1 / 0 }}"}}, log("2")], "continue_on_error": True},
                log("never"),
            ],
            ["2"],
        ),
        # `stop` in a branch ends the run when the branches beside it are over
        ([{"parallel": [{"stop": "enough"}, log("2")]}, log("never")], ["2"]),
        ([{"parallel": [{"parallel": [{"stop": "enough"}, log("1")]}, log("2")]}, log("never")], ["1", "2"]),
        (
            [{"parallel": [{"stop": "bad", "error": True}, log("2")], "continue_on_error": True}, log("never")],
            ["2"],
        ),
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
        ([{"stop": "broken", "error": True, "continue_on_error": True}], "failed", "broken"),
        ([{"stop": "x", "response_variable": "a"}], "failed", "response_variable: there is no variable 'a'"),
        ([{"parallel": [{"stop": "enough"}, log("x")]}], "stopped", "enough"),
        ([{"parallel": [{"stop": "enough"}, {"stop": "bad", "error": True}]}], "stopped", "enough"),
        ([{"parallel": [{"parallel": [log("x"), {"stop": "bad", "error": True}]}, NO]}], "failed", "bad"),
        ([{"parallel": [repeat(for_each="{{ 5 }}"), {"stop": "enough"}]}], "failed", "for_each needs a list, not 5"),
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


async def test_a_stop_in_a_branch_lets_the_others_come_to_their_end(tmp_path: Path) -> None:
    """Home Assistant gathers all branches before it looks at what came of them."""
    second = [{"delay": 3}, log("2")]
    text = rule({"parallel": [{"stop": "enough"}, {"sequence": second}]}, log("never"))
    async with Stage(tmp_path, text, START) as stage:
        await stage.set("binary_sensor.go", "on")
        assert stage.runs == []
        await stage.wait(4)
        assert [data["option"] for _, _, data in stage.told()] == ["2"]
        assert [(run.outcome, run.error) for run in stage.runs] == [("stopped", "enough")]


async def test_branches_wait_beside_each_other(tmp_path: Path) -> None:
    first, second = [{"delay": 5}, log("1")], [{"delay": 3}, log("2")]
    text = rule({"parallel": [{"sequence": first}, {"sequence": second}]}, log("after"))
    async with Stage(tmp_path, text, START) as stage:
        await stage.set("binary_sensor.go", "on")
        await stage.wait(3)
        assert [data["option"] for _, _, data in stage.told()] == ["2"]
        await stage.wait(2)
        assert [data["option"] for _, _, data in stage.told()] == ["1", "after"]


@pytest.mark.parametrize(
    ("action", "problem"),
    [
        ({"stop": "x", "error": True, "response_variable": "a"}, "answers nothing: leave one out"),
        ({"parallel": [5]}, "an action is a mapping, not 5"),
        ({"parallel": [{"delay": "soon"}]}, "'soon' is no length of time"),
        ({"event": ""}, "event needs a name"),
        ({"event": "x", "event_data": 5}, "event_data must be a mapping, not 5"),
        ({"scene": "light.a"}, "scene must name a scene, such as scene.movie, not 'light.a'"),
        ({"set_conversation_response": [1]}, "set_conversation_response must be a text, not a list"),
        ({"nothing": 1}, "no action is known by nothing: it needs one of delay, wait_template"),
    ],
)
def test_refuses_when_it_is_read(action: Action, problem: str) -> None:
    (found, *_) = read_text(rule(action), "x.yaml", Templates()).problems
    assert problem in found.text


async def test_answers_with_a_variable(tmp_path: Path) -> None:
    text = rule({"variables": {"a": {"b": [1, "{{ 1 + 1 }}"]}}}, {"stop": "done", "response_variable": "a"})
    async with Stage(tmp_path, text, START) as stage:
        given: list[Any] = []
        stage.rules.rules["test"].run_now(Fired(None), given={}, done=lambda run, how: given.append(run.response))
        assert given == [{"b": [1, 2]}]


@pytest.mark.parametrize(
    ("actions", "answer"),
    [
        ([{"set_conversation_response": "It is {{ states('sensor.t') }} degrees"}], "It is 20 degrees"),
        ([{"set_conversation_response": "a"}, {"parallel": [{"set_conversation_response": "b"}]}], "b"),
        ([{"set_conversation_response": "a"}, {"set_conversation_response": None}], None),
        ([{"set_conversation_response": ""}], ""),
        ([{"delay": 0}], None),
    ],
)
async def test_answers_a_sentence(tmp_path: Path, actions: list[Action], answer: str | None) -> None:
    async with Stage(tmp_path, rule(*actions), START) as stage:
        given: list[Any] = []
        stage.rules.rules["test"].run_now(Fired(None), given={}, done=lambda run, how: given.append(run.conversation))
        await stage.wait(0)
        assert given == [answer]


@pytest.mark.parametrize(
    ("action", "data"),
    [
        ({"event": "rung"}, {}),
        ({"event": "rung", "event_data": {"a": "{{ 1 + 1 }}", "b": [1]}}, {"a": 2, "b": [1]}),
        ({"event": "rung", "event_data": {"a": 1}, "event_data_template": {"a": "{{ 2 }}"}}, {"a": 2}),
        ({"event": "rung", "event_data": "{{ {'a': 5} }}"}, {"a": 5}),
        ({"event": "{{ 'rung' }}", "alias": "x", "enabled": True}, {}),
        # data that cannot be rendered is left out, and the event happens
        ({"event": "rung", "event_data": {"a": "{{ 1 / 0 }}"}}, {}),
    ],
)
async def test_an_event_happens(tmp_path: Path, action: Action, data: dict[str, Any]) -> None:
    heard = {
        "id": "hear",
        "triggers": {"trigger": "event", "event_type": "rung"},
        "actions": [log("{{ trigger.event.data }}")],
    }
    async with Stage(tmp_path, rule(action) + yaml.safe_dump([heard]), START) as stage:
        events = stage.home.listen(EVENT)
        await stage.set("binary_sensor.go", "on")
        (event,) = [event for event in events if event.type == "rung"]
        assert event.data == data
        assert event.cause is not None
        assert event.cause.by == "rule:test#1"
        assert [data["option"] for _, _, data in stage.told()] == [str(data)]


async def test_rules_that_call_each_other_by_events_are_stopped(tmp_path: Path) -> None:
    text = [
        {"id": one, "triggers": {"trigger": "event", "event_type": one}, "actions": [log(one), {"event": other}]}
        for one, other in (("a", "b"), ("b", "a"))
    ]
    async with Stage(tmp_path, rule({"event": "a"}) + yaml.safe_dump(text), START) as stage:
        await stage.set("binary_sensor.go", "on")
        await stage.wait(3)
        assert 5 <= len(stage.told()) <= 10
        assert "stopped a loop" in " ".join(run.error for run in stage.runs)
