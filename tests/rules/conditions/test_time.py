"""Condition `time` with times that entities hold, by https://www.home-assistant.io/docs/scripts/conditions/#time-condition

Plain times, midnight and weekdays are in test_table.
"""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from homeserver.runtime.clock import VirtualClock
from tests.rules.conditions.test_table import START, rule
from tests.rules.stage import Stage

MONDAY = datetime(2026, 1, 5, 7, 0, tzinfo=UTC)
WAKE = "input_datetime.wake"
STAMP = {"device_class": "timestamp"}
UNTIMED = {"has_date": True, "has_time": False}


@pytest.mark.parametrize(
    ("condition", "entity", "state", "attributes", "met"),
    [
        # "an input_datetime, or a sensor with device class timestamp"
        (f"after: {WAKE}", WAKE, "06:30:00", {}, True),
        (f"after: {WAKE}", WAKE, "07:30:00", {}, False),
        (f"before: {WAKE}", WAKE, "07:30:00", {}, True),
        # of a date and time, the time counts
        (f"after: {WAKE}", WAKE, "2030-12-31 06:30:00", {}, True),
        (f"after: '06:00'\n  before: {WAKE}", WAKE, "2020-01-01 06:30:00", {}, False),
        # one without a time stands for the last second of the day
        (f"before: {WAKE}", WAKE, "2026-01-05", UNTIMED, True),
        (f"after: {WAKE}", WAKE, "2026-01-05", UNTIMED, False),
        # a moment is taken in the home's zone
        ("after: sensor.train", "sensor.train", "2026-01-05T07:30:00+01:00", STAMP, True),
        ("after: sensor.train", "sensor.train", "2026-01-05T07:30:00+00:00", STAMP, False),
        # what holds no time now does not hold
        ("after: sensor.train", "sensor.train", "unavailable", STAMP, False),
        ("before: sensor.train", "sensor.train", "07:30:00", {}, False),
        # "time" entities
        ("after: time.alarm", "time.alarm", "06:30:00", {}, True),
        # over midnight, where after is later than before
        (f"after: '22:00'\n  before: {WAKE}", WAKE, "07:30:00", {}, True),
        (f"after: {WAKE}\n  before: '06:00:00'", WAKE, "06:30:00", {}, True),
        # ours: words for several days
        ("weekday: weekdays", WAKE, "06:30:00", {}, True),
        ("weekday: [weekend, Tuesday]", WAKE, "06:30:00", {}, False),
    ],
)
async def test_times_of_entities(
    tmp_path: Path, condition: str, entity: str, state: str, attributes: dict[str, Any], met: bool
) -> None:
    text = rule(f"- condition: time\n  {condition}")
    async with Stage(tmp_path, text, START, clock=VirtualClock(MONDAY)) as stage:
        assert stage.rules.book.problems == []
        await stage.set(entity, state, **attributes)
        await stage.set("binary_sensor.go", "on")
        assert bool(stage.told()) is met


async def test_an_entity_that_there_is_not_is_told(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async with Stage(tmp_path, rule(f"- condition: time\n  after: {WAKE}"), START, clock=VirtualClock(MONDAY)) as stage:
        await stage.set("binary_sensor.go", "on")
        assert stage.told() == []
    assert f"there is no entity {WAKE}" in caplog.text


@pytest.mark.parametrize(
    ("condition", "text"),
    [
        ("after: light.lamp", "light.lamp holds no time: name one of input_datetime, sensor"),
        ("after: Input Datetime.x", "'input datetime.x' is no entity id"),
        ("before: '7'", "before must be a time such as 07:30 or 07:30:00, in quotes, not '7'"),
        ("before: 450", "before must be a time such as 07:30 or 07:30:00, in quotes, not 450"),
    ],
)
async def test_faults(tmp_path: Path, condition: str, text: str) -> None:
    async with Stage(tmp_path, rule(f"- condition: time\n  {condition}")) as stage:
        assert text in " ".join(problem.text for problem in stage.rules.book.problems)
