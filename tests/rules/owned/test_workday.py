"""`platform: workday`, held to Home Assistant's documentation of workday; holidays of Germany as the law has them."""

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from homeserver.runtime.clock import VirtualClock
from tests.rules.owned.test_owner import state
from tests.rules.stage import Stage

BERLIN = ZoneInfo("Europe/Berlin")


def of(more: str) -> str:
    return f"binary_sensor: [{{platform: workday, {more}}}]"


async def word(tmp_path: Path, day: str, more: str = "country: DE") -> str:
    clock = VirtualClock()
    clock.set(datetime.fromisoformat(f"{day} 12:00").replace(tzinfo=BERLIN))
    async with Stage(tmp_path, of(more), {}, clock=clock, zone="Europe/Berlin") as stage:
        assert stage.rules.book.problems == []
        return state(stage, "binary_sensor.workday_sensor")


@pytest.mark.parametrize(
    ("day", "more", "expected"),
    [
        ("2026-01-05", "country: DE", "on"),  # a Monday
        ("2026-01-10", "country: DE", "off"),  # a Saturday
        ("2026-01-01", "country: DE", "off"),  # New Year, a Thursday
        ("2026-01-06", "country: DE", "on"),  # Epiphany is a holiday in some parts only
        ("2026-01-06", "country: DE, province: BY", "off"),
        ("2026-01-01", "country: DE, excludes: [sat, sun]", "on"),
        ("2026-01-03", "country: DE, workdays: [mon, sat], excludes: [holiday]", "on"),
        ("2026-01-01", "country: DE, workdays: [holiday], excludes: [sat]", "on"),
        ("2026-01-04", "country: DE, days_offset: 1", "on"),
        ("2026-01-05", "country: DE, add_holidays: ['2026-01-05']", "off"),
        ("2026-01-01", "country: DE, remove_holidays: ['2026-01-01']", "on"),
        ("2026-01-05", "add_holidays: []", "unknown"),  # nothing tells in which country
    ],
)
async def test_what_day_it_is(tmp_path: Path, day: str, more: str, expected: str) -> None:
    assert await word(tmp_path, day, more) == expected


async def test_it_changes_at_midnight_of_the_home(tmp_path: Path) -> None:
    clock = VirtualClock()
    clock.set(datetime(2026, 1, 4, 23, 59, 50, tzinfo=BERLIN))
    async with Stage(tmp_path, of("country: DE"), {}, clock=clock, zone="Europe/Berlin") as stage:
        assert state(stage, "binary_sensor.workday_sensor") == "off"
        await stage.wait(11)
        assert state(stage, "binary_sensor.workday_sensor") == "on"
        await stage.wait(5 * 86_400)
        assert state(stage, "binary_sensor.workday_sensor") == "off"


@pytest.mark.parametrize(
    ("more", "problem"),
    [
        ("country: ED", "no holidays are known of country 'ED'"),
        ("country: DE, province: XX", "DE has no part 'XX' with holidays of its own"),
        ("province: BE", "province 'BE' needs its country beside it"),
        ("country: DE, workdays: [monday]", "'monday' is none of mon, tue"),
        ("country: DE, days_offset: soon", "days_offset must be a whole number of days, not 'soon'"),
        ("country: DE, add_holidays: [Easter]", "add_holidays lists dates such as 2026-12-24, not 'Easter'"),
        ("country: DE, wrokdays: [mon]", "unknown field 'wrokdays'; did you mean workdays?"),
    ],
)
async def test_what_is_refused(tmp_path: Path, more: str, problem: str) -> None:
    async with Stage(tmp_path, of(more), {}) as stage:
        assert problem in str(stage.rules.book.problems[0])


async def test_what_needs_the_past_is_told_so(tmp_path: Path) -> None:
    text = "sensor: [{platform: history_stats, name: a, entity_id: light.a, state: 'on', type: time}]"
    async with Stage(tmp_path, text, {}) as stage:
        (problem,) = stage.rules.book.problems
        assert problem.severity == "warning"
        assert problem.text == (
            "not supported yet: sensor with platform history_stats, which counts what was: "
            "nothing in the home keeps the past of its entities yet"
        )
