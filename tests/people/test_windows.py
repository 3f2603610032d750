"""Windows: hours of the week in local time, over midnight and where clocks change."""

from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeserver.people.windows import EVERY_DAY, Window

BERLIN = ZoneInfo("Europe/Berlin")
ZONES = [BERLIN, ZoneInfo("America/New_York"), ZoneInfo("Australia/Lord_Howe"), ZoneInfo("Asia/Kolkata")]
CHANGES = [datetime(2026, 3, 29, 1, tzinfo=UTC), datetime(2026, 10, 25, 1, tzinfo=UTC)]
"""When Berlin's clocks change."""
SOME_DAYS = frozenset({0, 4})
MINUTE = timedelta(minutes=1)


def local(text: str, zone: ZoneInfo = BERLIN) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


@pytest.mark.parametrize(
    ("window", "inside", "outside"),
    [
        (Window(), ["2026-01-05 00:00", "2026-03-29 02:30"], []),
        (Window(begins=time(7), ends=time(20)), ["2026-01-05 07:00", "2026-01-05 19:59:59"], ["2026-01-05 20:00"]),
        (Window(begins=time(20), ends=time(7)), ["2026-01-05 23:00", "2026-01-06 06:59"], ["2026-01-06 07:00"]),
        # Friday's window reaches into Saturday, Saturday has none of its own; the 9th is a Friday
        (
            Window(frozenset({4}), time(20), time(2)),
            ["2026-01-09 20:00", "2026-01-10 01:59"],
            ["2026-01-09 01:00", "2026-01-10 02:00", "2026-01-10 20:00"],
        ),
        (Window(frozenset({5, 6})), ["2026-01-10 00:00", "2026-01-11 23:59"], ["2026-01-09 23:59", "2026-01-12 00:00"]),
        (Window(begins=time(18)), ["2026-01-05 18:00", "2026-01-05 23:59"], ["2026-01-06 00:00", "2026-01-05 17:59"]),
        (Window(ends=time(6)), ["2026-01-05 00:00", "2026-01-05 05:59"], ["2026-01-05 06:00"]),
        # half past two is skipped: the window begins at the jump
        (Window(begins=time(2, 30), ends=time(4)), ["2026-03-29 03:00", "2026-03-29 03:59"], ["2026-03-29 01:59"]),
        # it ends at the first of two half past twos
        (Window(begins=time(1), ends=time(2, 30)), ["2026-10-25 02:29"], ["2026-10-25 02:30"]),
    ],
)
def test_what_lies_in_it(window: Window, inside: list[str], outside: list[str]) -> None:
    for text in inside:
        assert window.holds(local(text).astimezone(UTC), BERLIN), text
    for text in outside:
        assert not window.holds(local(text).astimezone(UTC), BERLIN), text


def test_of_two_equal_hours_the_first_counts() -> None:
    window = Window(begins=time(2), ends=time(2, 30))
    first = datetime(2026, 10, 25, 0, 15, tzinfo=UTC)
    assert window.holds(first, BERLIN)
    assert not window.holds(first + timedelta(hours=1), BERLIN)


def test_whole_weeks_have_no_edge() -> None:
    assert Window().edge(CHANGES[0], BERLIN) is None


@given(
    days=st.sets(st.integers(0, 6), min_size=1).map(frozenset),
    begins=st.none() | st.times().map(lambda at: at.replace(second=0, microsecond=0)),
    ends=st.none() | st.times().map(lambda at: at.replace(second=0, microsecond=0)),
    zone=st.sampled_from(ZONES),
    change=st.sampled_from(CHANGES),
    shift=st.integers(-3_000, 3_000),
)
def test_it_changes_at_its_edges_and_nowhere_else(
    days: frozenset[int], begins: time | None, ends: time | None, zone: ZoneInfo, change: datetime, shift: int
) -> None:
    """Minute by minute over the change of the clocks, with the local clock as witness away from it."""
    window, moment = Window(days, begins, ends), change + shift * MINUTE
    edge, was = window.edge(moment, zone), window.holds(moment, zone)
    assert edge is None or edge > moment
    last = min(edge, moment + timedelta(days=2)) if edge is not None else moment + timedelta(days=2)
    steps = int((last - moment) / MINUTE)
    for step in (0, 1, steps // 3, steps // 2, max(0, steps - 1)):
        at = moment + step * MINUTE
        if edge is None or at < edge:
            assert window.holds(at, zone) == was


@given(days=st.sampled_from([EVERY_DAY, SOME_DAYS]), begins=st.times(), ends=st.times())
def test_far_from_a_change_it_is_what_the_clock_on_the_wall_says(
    days: frozenset[int], begins: time, ends: time
) -> None:
    begins, ends = begins.replace(second=0, microsecond=0), ends.replace(second=0, microsecond=0)
    window = Window(days, begins, ends)
    for hour, after in pairwise(range(0, 7 * 24, 5)):
        at = local("2026-06-01 00:00") + timedelta(hours=hour, minutes=after)
        wall, today, yesterday = at.time(), at.weekday(), (at.weekday() - 1) % 7
        if begins < ends:
            expected = today in days and begins <= wall < ends
        else:
            expected = (today in days and wall >= begins) or (yesterday in days and wall < ends)
        assert window.holds(at.astimezone(UTC), BERLIN) == expected
