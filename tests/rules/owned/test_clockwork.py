"""Sensors of the time, held to Home Assistant's documentation of tod and time_date."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from homeserver.rules.owned.clockwork import SHAPES
from homeserver.runtime.clock import VirtualClock
from tests.rules.owned.test_owner import state
from tests.rules.stage import Stage


def at(hour: int, minute: int = 0) -> VirtualClock:
    return VirtualClock(datetime(2026, 6, 15, hour, minute, tzinfo=UTC))


@pytest.mark.parametrize(
    ("span", "clock", "first", "waits"),
    [
        ("after: '07:00', before: '09:00'", at(6, 59), "off", [(60, "on"), (7199, "on"), (1, "off")]),
        ("after: '22:00', before: '06:00'", at(23), "on", [(7 * 3600 - 1, "on"), (1, "off"), (16 * 3600, "on")]),
        ("after: '22:00', before: '06:00'", at(5), "on", [(3600, "off")]),
        ("after: '07:00', after_offset: '01:00', before: '09:00'", at(7, 30), "off", [(1800, "on")]),
        ("after: '07:00', before: '09:00', before_offset: '-01:00'", at(7, 30), "on", [(1800, "off")]),
    ],
)
async def test_between_two_times(
    tmp_path: Path, span: str, clock: VirtualClock, first: str, waits: list[tuple[float, str]]
) -> None:
    rules = f"binary_sensor: [{{platform: tod, name: Span, {span}}}]"
    async with Stage(tmp_path, rules, clock=clock) as stage:
        assert state(stage, "binary_sensor.span") == first
        for seconds, expected in waits:
            await stage.wait(seconds)
            assert state(stage, "binary_sensor.span") == expected


async def test_the_night_between_sunset_and_sunrise(tmp_path: Path) -> None:
    rules = "binary_sensor: [{platform: tod, name: Night, after: sunset, before: sunrise}]"
    async with Stage(tmp_path, rules, clock=at(0)) as stage:
        for _ in range(24):
            up = stage.rules.engine.sun.is_up(stage.clock.now())
            assert (state(stage, "binary_sensor.night") == "off") is up, stage.clock.now()
            await stage.wait(3600)


async def test_the_time_as_text(tmp_path: Path) -> None:
    rules = f"sensor: [{{platform: time_date, display_options: [{', '.join(SHAPES)}]}}]"
    async with Stage(tmp_path, rules, clock=at(22, 59), zone="Europe/Berlin") as stage:
        found = {option: state(stage, f"sensor.{option}") for option in SHAPES}
        assert found == {
            "time": "00:59",
            "date": "2026-06-16",
            "date_time": "2026-06-16, 00:59",
            "time_date": "00:59, 2026-06-16",
            "date_time_iso": "2026-06-16T00:59:00",
            "date_time_utc": "2026-06-15, 22:59",
            "time_utc": "22:59",
        }
        await stage.wait(60)
        assert (state(stage, "sensor.time"), state(stage, "sensor.time_utc")) == ("01:00", "23:00")


@pytest.mark.parametrize(
    ("rules", "told"),
    [
        ("binary_sensor: [{platform: tod, name: A, after: dusk, before: '09:00'}]", "after must be a time"),
        ("binary_sensor: [{platform: tod, after: '08:00', before: '09:00'}]", "name is missing"),
        ("sensor: [{platform: time_date, display_options: [beat]}]", "'beat' is none of time"),
    ],
)
async def test_what_is_wrong_is_said(tmp_path: Path, rules: str, told: str) -> None:
    async with Stage(tmp_path, rules) as stage:
        assert any(told in str(problem) for problem in stage.rules.book.problems), stage.rules.book.problems
