"""Names of backups, the list of a folder, and which nightly ones are let go."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from integrations.backup.catalogue import Entry, Retention, entries, expired, kind_of, name_of, remove
from tests.integrations.backup.sample import back_up, make_home

ZONE = ZoneInfo("Europe/Berlin")
USUAL = Retention(daily=7, weekly=4, monthly=6)


def nightly(made: datetime) -> Entry:
    return Entry(name_of("nightly", made), "nightly", made, 1)


def test_the_list_names_backups_and_nothing_else(tmp_path: Path) -> None:
    folders, out = make_home(tmp_path), tmp_path / "out"
    times = [datetime(2026, 1, day, 2, tzinfo=UTC) for day in (3, 1, 2)]
    names = [name_of("nightly", times[0]), name_of("home", times[1]), name_of(kind_of("home"), times[2], plain=True)]
    for name in names:
        back_up(folders, out / name, worker="home" if "worker" in name else "", plain=not name.endswith(".gz"))
    for other in (
        "home-1.db",
        "nightly-20269999T000000Z.tar.gz",
        ".nightly-20260101T000000Z.tar.gz.unfinished",
        "notes",
    ):
        (out / other).write_text("x")
    (out / "home-20260101T000000Z").mkdir()  # a folder without a manifest
    found = entries(out)
    assert [(one.kind, one.made) for one in found] == [
        ("nightly", times[0]),
        ("worker-home", times[2]),
        ("home", times[1]),
    ]
    assert found[0].size == (out / found[0].name).stat().st_size
    remove(out, found[0])
    remove(out, found[1])
    assert [one.kind for one in entries(out)] == ["home"]
    assert entries(tmp_path / "nothing") == []


def test_a_year_of_nights_leaves_seven_days_four_weeks_six_months() -> None:
    kept: list[Entry] = []
    for day in range(365):
        made = datetime(2026, 1, 1, 2, tzinfo=UTC) + timedelta(days=day)
        kept = [*kept, nightly(made)]
        gone = {entry.name for entry in expired(kept, USUAL, ZONE)}
        kept = [entry for entry in kept if entry.name not in gone]
    days = [entry.made.date().isoformat() for entry in reversed(kept)]
    assert days == [
        *("2026-12-31", "2026-12-30", "2026-12-29", "2026-12-28", "2026-12-27", "2026-12-26", "2026-12-25"),  # days
        *("2026-12-20", "2026-12-13"),  # weeks: these and the two whose Sunday or last day is above
        *("2026-11-30", "2026-10-31", "2026-09-30", "2026-08-31", "2026-07-31"),  # months
    ]


def test_only_nightly_ones_are_let_go_and_never_the_newest() -> None:
    made = datetime(2026, 1, 1, 2, tzinfo=UTC)
    by_hand = [Entry(name_of("home", made + timedelta(days=day)), "home", made, 1) for day in range(30)]
    nights = [nightly(made + timedelta(days=day)) for day in range(3)]
    gone = expired([*by_hand, *nights], Retention(0, 0, 0), ZONE)
    assert [entry.made.day for entry in gone] == [2, 1]
    assert expired(by_hand, Retention(0, 0, 0), ZONE) == []


def test_days_are_those_of_the_home() -> None:
    evening = datetime(2026, 1, 5, 22, 30, tzinfo=UTC)  # half past eleven in Berlin
    night = datetime(2026, 1, 5, 23, 30, tzinfo=UTC)  # half past midnight there, the next day
    assert expired([nightly(evening), nightly(night)], Retention(2, 0, 0), ZONE) == []
    assert expired([nightly(evening), nightly(night)], Retention(2, 0, 0), UTC) == [nightly(evening)]


@given(
    st.lists(st.integers(0, 900), max_size=60, unique=True),
    st.integers(0, 8),
    st.integers(0, 5),
    st.integers(0, 7),
)
def test_what_is_kept_is_never_more_than_asked_and_stays_kept(
    hours: list[int], daily: int, weekly: int, monthly: int
) -> None:
    found = [nightly(datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=7 * hour)) for hour in hours]
    keep = Retention(daily, weekly, monthly)
    gone = expired(found, keep, ZONE)
    kept = [entry for entry in found if entry not in gone]
    assert len(kept) <= max(1, daily + weekly + monthly)
    assert bool(kept) == bool(found)
    assert expired(kept, keep, ZONE) == []
