"""State and numeric state, what the table does not hold: https://www.home-assistant.io/docs/automation/trigger/"""

from pathlib import Path
from typing import Any

import pytest

from tests.rules.triggers.telling import problems_of, telling

Step = tuple[Any, ...]
A, B, T, LOW, HIGH = "sensor.a", "sensor.b", "sensor.t", "sensor.low", "sensor.high"
STATES = {A: "1", B: "1", T: "20", LOW: "10", HIGH: "30", "sensor.none": "unknown"}


async def play(folder: Path, trigger: str, steps: list[Step]) -> list[str]:
    """What fired, as number of the step and entity; a step is a wait, or an entity, its state and attributes."""
    fired: list[str] = []
    async with telling(folder, trigger, "trigger.entity_id", states=STATES) as home:
        for number, step in enumerate(steps):
            if isinstance(step[0], int | float):
                said = await home.wait(step[0])
            else:
                said = await home.set(step[0], step[1], **(step[2] if len(step) > 2 else {}))
            fired += [f"{number} {one.removeprefix('sensor.')}" for one in said]
    return fired


STATE = "trigger: state\nentity_id: [sensor.a, sensor.b]\n"


@pytest.mark.parametrize(
    ("trigger", "steps", "fired"),
    [
        # lists on both sides
        (
            STATE + "from: ['1', '2']\nto: ['3', '4']",
            [(A, "3"), (B, "5"), (B, "4"), (A, "2"), (A, "4")],
            ["0 a", "4 a"],
        ),
        (STATE + "not_from: ['1', '2']\nto: '3'", [(A, "3"), (B, "5"), (B, "3")], ["2 b"]),
        (STATE + "from: '1'\nnot_to: ['2', '3']", [(A, "2"), (B, "4")], ["1 b"]),
        # entities in one text with commas
        ("trigger: state\nentity_id: sensor.a, sensor.b\nto: '2'", [(A, "2"), (B, "2")], ["0 a", "1 b"]),
        # the star stands for any state, and attributes do not count then
        (STATE + "to: '*'", [(A, "1", {"x": 1}), (A, "2")], ["1 a"]),
        # values of an attribute, lists of them too, compared as they are
        (
            STATE + "attribute: x\nto: [1, two]",
            [(A, "1", {"x": "1"}), (A, "1", {"x": 1}), (A, "1", {"x": "two"})],
            ["1 a", "2 a"],
        ),
        (
            STATE + "attribute: x\nfrom: [1, 2]\nto: 3",
            [(A, "1", {"x": 2}), (A, "1", {"x": 3}), (A, "1", {"x": 3, "y": 1})],
            ["1 a"],
        ),
        (STATE + "attribute: x\nnot_to: 1", [(A, "1", {"x": 1}), (A, "1", {"x": 2})], ["1 a"]),
        (STATE + "attribute: x\nto: true", [(A, "1", {"x": False}), (A, "1", {"x": True})], ["1 a"]),
        # an attribute that is there no more has changed
        (STATE + "attribute: x", [(A, "1", {"x": 1}), (A, "1")], ["0 a", "1 a"]),
        # for an attribute: as long as that attribute is so, whatever the state does
        (STATE + "attribute: x\nto: 1\nfor: 5", [(A, "1", {"x": 1}), (3,), (A, "2", {"x": 1}), (2,)], ["3 a"]),
        (STATE + "attribute: x\nto: 1\nfor: 5", [(A, "1", {"x": 1}), (3,), (A, "1", {"x": 2}), (9,)], []),
        # "for" as a text, a mapping with several units, templates in each of them
        (STATE + "to: '2'\nfor: '00:01:30'", [(A, "2"), (89,), (1,)], ["2 a"]),
        (STATE + "to: '2'\nfor: '00:02'", [(A, "2"), (119,), (1,)], ["2 a"]),
        (STATE + "to: '2'\nfor: {minutes: 1, seconds: 30}", [(A, "2"), (89,), (1,)], ["2 a"]),
        (STATE + "to: '2'\nfor: {minutes: \"{{ states('sensor.low') | int }}\"}", [(A, "2"), (599,), (1,)], ["2 a"]),
        (STATE + "to: '2'\nfor: \"00:00:{{ states('sensor.low') }}\"", [(A, "2"), (9,), (1,)], ["2 a"]),
        (STATE + "to: '2'\nfor: \"{{ {'seconds': 7} }}\"", [(A, "2"), (6,), (1,)], ["2 a"]),
        # each entity waits on its own
        (STATE + "to: '2'\nfor: 10", [(A, "2"), (5,), (B, "2"), (5,), (5,)], ["3 a", "4 b"]),
        # a time that is no time is told of and fires nothing
        (STATE + "to: '2'\nfor: \"{{ states('sensor.none') }}\"", [(A, "2"), (600,)], []),
        # any change, but only once it has been so for a while
        (STATE + "to:\nfor: 5", [(A, "2"), (3,), (A, "3"), (3,), (2,)], ["4 a"]),
    ],
)
async def test_state(tmp_path: Path, trigger: str, steps: list[Step], fired: list[str]) -> None:
    assert await play(tmp_path, trigger, steps) == fired


NUMBER = "trigger: numeric_state\nentity_id: sensor.t\n"


@pytest.mark.parametrize(
    ("trigger", "steps", "fired"),
    [
        # "above and below: a number or the id of an entity"
        (NUMBER + "below: sensor.low", [(T, "11"), (T, "9"), (T, "8")], ["1 t"]),
        (NUMBER + "above: sensor.high", [(T, "30"), (T, "30.1")], ["1 t"]),
        (NUMBER + "above: sensor.low\nbelow: sensor.high", [(T, "5"), (T, "15"), (T, "35"), (T, "25")], ["1 t", "3 t"]),
        # "only when the number changes": a change of the limit is not looked at
        (NUMBER + "above: sensor.high", [(HIGH, "10"), (T, "21")], ["1 t"]),
        # a limit that is not known now counts as outside, and so arms
        (NUMBER + "above: sensor.none", [(T, "21"), ("sensor.none", "5"), (T, "22")], ["2 t"]),
        # several entities, each on its own
        (
            "trigger: numeric_state\nentity_id: [sensor.a, sensor.t]\nabove: 25",
            [(A, "26"), (T, "27"), (A, "28"), (T, "1"), (T, "28")],
            ["0 a", "1 t", "4 t"],
        ),
        # numbers in texts
        (NUMBER + "above: '25.5'", [(T, "25.5"), (T, "25.51")], ["1 t"]),
        # for as a mapping and as a template that sees the trigger
        (NUMBER + "above: 25\nfor: {minutes: 1}", [(T, "26"), (59,), (1,)], ["2 t"]),
        (NUMBER + "above: 25\nfor: '{{ trigger.to_state.state }}'", [(T, "26"), (25,), (1,)], ["2 t"]),
        (NUMBER + "above: 25\nfor: \"{{ states('sensor.low') }}\"", [(T, "26"), (9,), (T, "27"), (1,)], ["3 t"]),
        # a template sees the state with its attributes; an attribute that is not there is outside
        (
            NUMBER + "value_template: '{{ state.attributes.x * 2 }}'\nattribute: x\nabove: 5",
            [(T, "20"), (T, "20", {"x": 2}), (T, "20", {"x": 3})],
            ["2 t"],
        ),
        # it fires again only after it has been outside, also where `for` was broken off
        (NUMBER + "above: 25\nfor: 5", [(T, "26"), (3,), (T, "20"), (T, "26"), (3,), (2,)], ["5 t"]),
    ],
)
async def test_numeric_state(tmp_path: Path, trigger: str, steps: list[Step], fired: list[str]) -> None:
    assert await play(tmp_path, trigger, steps) == fired


async def test_what_the_trigger_holds(tmp_path: Path) -> None:
    shown = (
        "[trigger.platform, trigger.above, trigger.below, trigger.attribute, trigger.from_state.state,"
        " trigger.to_state.attributes.x, trigger.to_state.last_changed.year, trigger.description] | join(' ')"
    )
    async with telling(tmp_path, NUMBER + "above: 25\nbelow: sensor.high", shown, states=STATES) as home:
        [said] = await home.set(T, "26", x=7)
    assert said.startswith("numeric_state 25.0 sensor.high None 20 7 20")
    assert said.endswith("numeric state of sensor.t")


@pytest.mark.parametrize(
    ("trigger", "text"),
    [
        ("trigger: state", "entity_id is missing"),
        ("trigger: state\nentity_id: lamp", "it must look like light.hall_ceiling"),
        ("trigger: state\nentity_id: sensor.a\nto: '1'\nnot_to: '2'", "say to or not_to, not both"),
        ("trigger: state\nentity_id: sensor.a\nfrom: {a: b}", "from must be text"),
        ("trigger: state\nentity_id: sensor.a\nfor: later", "is no length of time"),
        ("trigger: state\nentity_id: sensor.a\nfor: {minuets: 1}", "is no unit of time"),
        ("trigger: state\nentity_id: sensor.a\ntoo: '1'", "did you mean to?"),
        ("trigger: numeric_state\nentity_id: sensor.a", "give above, below or both"),
        (NUMBER + "above: hot", "must be a number or an entity"),
        (NUMBER + "above: 30\nbelow: 20", "nothing is above 30 and below 20"),
        (NUMBER + "above: 30\nvalue_template: '{{ 1'", "check brackets"),
        ("trigger: stat\nentity_id: sensor.a", "did you mean state?"),
    ],
)
async def test_what_is_wrong(tmp_path: Path, trigger: str, text: str) -> None:
    problems = [problem for problem in await problems_of(tmp_path, trigger) if problem.severity == "error"]
    assert [problem for problem in problems if text in problem.text], problems
