"""Runs: steps in order, a turn for others, and a record of the way that was taken."""

from pathlib import Path
from typing import Any

import pytest

from homeserver.rules.fired import Fired
from homeserver.rules.program import END, Label, Program
from homeserver.rules.run import AT_ONCE, REMEMBERED, Run
from homeserver.topics.process import FAILURE
from tests.rules.actions.test_table import NO, START, YES, choose, log, repeat, rule
from tests.rules.stage import Stage


async def test_a_loop_without_end_gives_others_their_turn_and_is_ended(tmp_path: Path) -> None:
    async with Stage(tmp_path, rule(repeat(**{"while": YES})), START) as stage:
        await stage.set("binary_sensor.go", "on")
        assert stage.runs == []  # still under way, a portion at a time
        await stage.wait(1)
        assert [(run.outcome, run.error) for run in stage.runs] == [
            ("failed", "repeat went on for more than 10000 passes")
        ]


async def test_the_record_tells_the_way(tmp_path: Path) -> None:
    async with Stage(tmp_path, rule(choose((NO, log("x")), (YES, log("y")))), START) as stage:
        await stage.set("binary_sensor.go", "on")
        run = stage.runs[-1]
        first, second = "actions[0].choose[0]", "actions[0].choose[1]"
        assert run.path == (first, second, f"{second}.sequence[0]", second)
        assert run.commands == (stage.props.full[0].id,)
        assert run.trigger == "0"


async def test_a_long_run_remembers_its_beginning_and_tells_everybody(tmp_path: Path) -> None:
    async with Stage(tmp_path, rule(repeat(log("x"), count=REMEMBERED + 50)), START) as stage:
        await stage.set("binary_sensor.go", "on")
        await stage.wait(1)
        assert len(stage.told()) == REMEMBERED + 50
        run = stage.runs[-1]
        assert (len(run.path), len(run.commands), run.outcome) == (REMEMBERED, REMEMBERED, "finished")


@pytest.fixture
def program() -> Program:
    return Program()


async def bare(folder: Path, program: Program) -> tuple[Stage, Run]:
    """A run through a program of the test's own."""
    stage = await Stage(folder, rule(log("x")), START).__aenter__()
    owner = stage.rules.rules["test"]
    owner.program = program
    run = Run(owner, Fired(None), 1)
    owner.runs.append(run)
    return stage, run


def bug(run: Run) -> int:
    """A step that nobody meant."""
    raise KeyError("where it is")


INNER = {"parallel": [{"delay": 1}, {"parallel": [{"delay": 1}, log("y")]}]}


@pytest.mark.parametrize("way", ["actions[0]", "actions[1].parallel[0]", "actions[1].parallel[1].parallel[1]"])
async def test_a_bug_in_a_step_ends_the_run_and_is_told(tmp_path: Path, way: str) -> None:
    async with Stage(tmp_path, rule(log("x"), INNER), START) as stage:
        failures = stage.home.listen(FAILURE)
        owner = stage.rules.rules["test"]
        owner.program.steps[owner.program.ways.index(way)] = bug
        await stage.set("binary_sensor.go", "on")
        assert owner.runs == []
        assert [(run.outcome, run.error) for run in stage.runs] == [
            ("failed", "a bug in homeserver; its log tells more")
        ]
        assert [failure.error for failure in failures] == ["KeyError: 'where it is'"]


async def test_a_bug_in_one_run_keeps_those_that_wait_for_their_turn_from_nothing(tmp_path: Path) -> None:
    async with Stage(tmp_path, rule({"delay": 1}, log("x"), mode="queued"), START) as stage:
        for _ in range(2):
            await stage.set("binary_sensor.go", "on")
            await stage.set("binary_sensor.go", "off")
        owner = stage.rules.rules["test"]
        late, owner.program.steps[1] = owner.program.steps[1], bug
        with pytest.raises(KeyError):  # a timer has nobody else to tell
            await stage.wait(1)
        owner.program.steps[1] = late
        await stage.wait(1)
        assert [run.outcome for run in stage.runs] == ["failed", "finished"]


async def test_steps_lead_where_they_say(tmp_path: Path, program: Program) -> None:
    taken: list[int] = []
    label = Label()

    def step(number: int, then: int) -> Any:
        def work(run: Run) -> int:
            taken.append(number)
            return label.at if then == END else then

        return work

    program.add("a", step(0, 2))
    program.add("b", step(1, 3))
    program.add("c", step(2, END))
    program.place(label)
    program.add("d", step(3, 99))
    stage, run = await bare(tmp_path, program)
    run.advance(0)
    assert taken == [0, 2, 3]
    assert run.ended
    assert stage.rules.rules["test"].runs == []
    await stage.__aexit__(None, None, None)


async def test_a_portion_is_bounded_and_the_next_one_follows(tmp_path: Path, program: Program) -> None:
    taken: list[int] = []

    def again(run: Run) -> int:
        taken.append(1)
        return 0 if len(taken) < 3 * AT_ONCE else END

    program.add("again", again)
    stage, run = await bare(tmp_path, program)
    run.advance(0)
    assert len(taken) == AT_ONCE
    await stage.wait(0)
    assert len(taken) == 3 * AT_ONCE
    assert run.ended
    await stage.__aexit__(None, None, None)


async def test_a_run_that_was_ended_does_not_go_on(tmp_path: Path, program: Program) -> None:
    program.add("wait", lambda run: run.wait(5, 1))
    program.add("after", lambda run: run.end("stopped"))
    stage, run = await bare(tmp_path, program)
    run.advance(0)
    assert not run.ended
    run.end("cancelled")
    run.end("finished")
    await stage.wait(10)
    assert [record.outcome for record in stage.runs] == ["cancelled"]
    await stage.__aexit__(None, None, None)
