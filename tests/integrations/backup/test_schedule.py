"""When a backup is due, on the nights on which clocks are changed too."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from integrations.backup.schedule import latest, upcoming

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("now", "at", "before", "after"),
    [
        ("2026-01-05T01:59:59", time(3), "2026-01-04T02:00:00", "2026-01-05T02:00:00"),
        ("2026-01-05T02:00:00", time(3), "2026-01-05T02:00:00", "2026-01-06T02:00:00"),
        ("2026-07-05T12:00:00", time(3), "2026-07-05T01:00:00", "2026-07-06T01:00:00"),
        ("2026-03-28T12:00:00", time(2, 30), "2026-03-28T01:30:00", "2026-03-29T01:30:00"),  # 02:30 is left out
        ("2026-10-24T12:00:00", time(2, 30), "2026-10-24T00:30:00", "2026-10-25T00:30:00"),  # 02:30 comes twice
        ("2026-10-25T01:00:00", time(2, 30), "2026-10-25T00:30:00", "2026-10-26T01:30:00"),
        ("2026-01-04T23:30:00", time(0, 15), "2026-01-04T23:15:00", "2026-01-05T23:15:00"),  # already tomorrow there
    ],
)
def test_due_by_the_clock_on_the_wall(now: str, at: time, before: str, after: str) -> None:
    moment = datetime.fromisoformat(now).replace(tzinfo=UTC)
    assert latest(moment, at, BERLIN) == datetime.fromisoformat(before).replace(tzinfo=UTC)
    assert upcoming(moment, at, BERLIN) == datetime.fromisoformat(after).replace(tzinfo=UTC)


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Pacific/Apia", "Asia/Kathmandu", "Australia/Lord_Howe", "UTC"])
@pytest.mark.parametrize("at", [time(0), time(2, 30), time(23, 59)])
def test_one_a_day_all_year(zone: str, at: time) -> None:
    now, end, count = datetime(2025, 12, 30, 23, 59, 59, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC), 0
    while (due := upcoming(now, at, ZoneInfo(zone))) < end:
        assert latest(due, at, ZoneInfo(zone)) == due
        assert due - now <= timedelta(hours=26)
        now, count = due, count + 1
    assert count == 366
