"""Conditions `holiday` and `workday`, our own: the days are those of the country that the condition or the home has."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from homeserver.runtime.clock import VirtualClock
from tests.rules.conditions.test_table import START, rule
from tests.rules.stage import Stage


async def met(folder: Path, condition: str, when: str, zone: str = "UTC", country: str = "") -> bool | str:
    """Whether it holds at a time in UTC; why not, where it cannot be told."""
    clock = VirtualClock(datetime.fromisoformat(when).replace(tzinfo=UTC))
    made = Stage(folder, rule(f"- condition: {condition}"), START, clock=clock, zone=zone)
    if country:
        home = made.home.process.settings.home
        code, _, province = country.partition("-")
        made.home.process.settings.home = home.model_copy(update={"country": code, "province": province})
    async with made as stage:
        assert stage.rules.book.problems == []
        await stage.set("binary_sensor.go", "on")
        return bool(stage.told())


@pytest.mark.parametrize(
    ("condition", "when", "holds"),
    [
        # Friday, 25 December 2026
        ("holiday\n  country: DE", "2026-12-25 12:00", True),
        ("holiday\n  country: de", "2026-12-25 12:00", True),
        ("holiday\n  country: DE", "2026-12-24 12:00", False),
        ("workday\n  country: DE", "2026-12-25 12:00", False),
        ("workday\n  country: DE", "2026-12-24 12:00", True),
        # a Saturday is no holiday, and no workday unless it is said
        ("holiday\n  country: DE", "2026-12-19 12:00", False),
        ("workday\n  country: DE", "2026-12-19 12:00", False),
        ("workday\n  country: DE\n  weekday: [weekdays, sat]", "2026-12-19 12:00", True),
        # Women's Day is a holiday in Berlin alone
        ("holiday\n  country: DE\n  province: BE", "2027-03-08 12:00", True),
        ("holiday\n  country: DE\n  province: BY", "2027-03-08 12:00", False),
        ("holiday\n  country: DE\n  day: tomorrow", "2026-12-24 12:00", True),
        ("workday\n  country: DE\n  day: yesterday", "2026-12-25 12:00", True),
        # Thanksgiving
        ("holiday\n  country: US", "2026-11-26 18:00", True),
    ],
)
async def test_days(tmp_path: Path, condition: str, when: str, holds: bool) -> None:
    assert await met(tmp_path, condition, when) is holds


async def test_the_day_is_that_of_the_home(tmp_path: Path) -> None:
    condition = "holiday\n  country: DE"
    assert await met(tmp_path, condition, "2026-12-24 23:30", zone="Europe/Berlin")
    assert not await met(tmp_path, condition, "2026-12-24 22:30", zone="Europe/Berlin")


async def test_the_country_is_that_of_the_home(tmp_path: Path) -> None:
    assert await met(tmp_path, "holiday", "2027-03-08 12:00", country="DE-BE")
    assert not await met(tmp_path, "holiday", "2027-03-08 12:00", country="DE")


@pytest.mark.parametrize(
    ("country", "text"),
    [("", "set country in homeserver.toml"), ("XX", "no holidays are known of country 'XX'")],
)
async def test_a_home_in_no_country(tmp_path: Path, caplog: pytest.LogCaptureFixture, country: str, text: str) -> None:
    assert not await met(tmp_path, "holiday", "2026-12-25 12:00", country=country)
    assert text in caplog.text


@pytest.mark.parametrize(
    ("condition", "text"),
    [
        ("holiday\n  country: XX", "no holidays are known of country 'XX'"),
        ("holiday\n  country: DE\n  province: XX", "DE has no part 'XX' with holidays of its own: one of"),
        ("holiday\n  province: BE", "province 'BE' needs its country beside it, such as country: DE"),
        ("holiday\n  country: DE\n  day: sunday", "day must be one of today, tomorrow, yesterday"),
        ("holiday\n  country: DE\n  weekday: mon", "unknown field 'weekday'"),
        ("workday\n  country: DE\n  weekday: [mon, payday]", "'payday' is no weekday"),
    ],
)
async def test_faults(tmp_path: Path, condition: str, text: str) -> None:
    async with Stage(tmp_path, rule(f"- condition: {condition}")) as stage:
        assert text in " ".join(problem.text for problem in stage.rules.book.problems)
