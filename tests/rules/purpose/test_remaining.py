"""Trigger timer.remaining_time_reached: a clock for each timer that runs.

Facts: Home Assistant 2026.11, `timer/trigger.py`.
"""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.rules.purpose.test_trigger import FIRED, fired, rule
from tests.rules.stage import Stage

REMAINING = rule("timer.remaining_time_reached", "{entity_id: timer.x}", "{remaining: {seconds: 10}}")


def ends(stage: Stage, seconds: float) -> str:
    return (stage.clock.now() + timedelta(seconds=seconds)).isoformat()


async def test_a_timer_that_runs_fires_before_its_end(tmp_path: Path) -> None:
    async with Stage(tmp_path, REMAINING, {"light.lamp": "off"}) as stage:
        await stage.set("timer.x", "active", finishes_at=ends(stage, 60))
        await stage.wait(49)
        assert fired(stage) == 0
        await stage.wait(1)
        assert fired(stage) == 1
        await stage.wait(60)
        assert fired(stage) == 0


async def test_a_timer_that_is_changed_paused_or_started_late(tmp_path: Path) -> None:
    async with Stage(tmp_path, REMAINING, {"light.lamp": "off"}) as stage:
        await stage.set("timer.x", "active", finishes_at=ends(stage, 60))
        await stage.wait(30)
        await stage.set("timer.x", "active", finishes_at=ends(stage, 60))  # begun anew
        await stage.wait(49)
        assert fired(stage) == 0
        await stage.set("timer.x", "paused", remaining="0:00:11")
        await stage.wait(60)
        assert fired(stage) == 0
        await stage.set("timer.x", "active", finishes_at=ends(stage, 9))  # less than that is left
        await stage.wait(60)
        assert fired(stage) == 0
        await stage.set("timer.x", "active", finishes_at="soon")
        await stage.wait(60)
        assert fired(stage) == 0


async def test_a_timer_that_runs_already_counts(tmp_path: Path) -> None:
    async with Stage(tmp_path, rule("light.turned_on", "{entity_id: light.x}"), {"light.lamp": "off"}) as stage:
        await stage.set("timer.x", "active", finishes_at=ends(stage, 60))
        stage.file.write_text(REMAINING)
        await stage.rules._load()
        await stage.wait(50)
        assert [command[:2] for command in stage.told()] == [FIRED]
        await stage.set("timer.x", "active", finishes_at=ends(stage, 60))
        stage.file.write_text("[]")
        await stage.rules._load()
        await stage.wait(60)
        assert fired(stage) == 0


@pytest.mark.parametrize(
    ("options", "problem"),
    [("{}", "remaining is missing"), ("{remaining: soon}", "is no length of time"), ("{remaining: 5, x: 1}", "'x'")],
)
async def test_bad_input_is_told(tmp_path: Path, options: str, problem: str) -> None:
    text = rule("timer.remaining_time_reached", "{entity_id: timer.x}", options)
    async with Stage(tmp_path, text, {}) as stage:
        (found,) = stage.rules.book.problems
        assert problem in found.text


async def test_the_timers_of_the_rules_tell_what_became_of_them(tmp_path: Path) -> None:
    text = """
timer:
  tea:
    duration: "00:01:00"
automation:
  - id: begin
    triggers:
      - trigger: switch.turned_on
        target: {entity_id: switch.kettle}
    actions:
      - action: timer.start
        target: {entity_id: timer.tea}
  - id: test
    mode: parallel
    triggers:
      - trigger: timer.started
        target: {entity_id: timer.tea}
      - trigger: timer.finished
        target: {entity_id: timer.tea}
    actions:
      - action: light.turn_on
        target: {entity_id: light.lamp}
"""
    async with Stage(tmp_path, text, {"light.lamp": "off", "switch.kettle": "off"}) as stage:
        assert stage.rules.book.problems == []
        for _ in range(2):
            await stage.set("switch.kettle", "off")
            await stage.set("switch.kettle", "on")
            assert [command[:2] for command in stage.told() if command[0] == "light.lamp"] == [FIRED]
            await stage.wait(61)
            assert fired(stage) == 1
