"""Times of day come the declared number of times, whatever clocks do: once for each day, skipped or doubled or not;
rhythms come in each hour that is lived through."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeserver.rules.moments import Moment, Once, Pattern, latest, utc_of

BERLIN = ZoneInfo("Europe/Berlin")
DAILY = frozenset(range(7))
ALL = tuple(range(24)), tuple(range(60)), tuple(range(60))
ZONES = [
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "Asia/Kolkata",
    "Africa/Casablanca",
    "Pacific/Chatham",
]
TRANSITIONS = {  # a day on which clocks change in each zone
    "Europe/Berlin": [date(2026, 3, 29), date(2026, 10, 25)],
    "America/New_York": [date(2026, 3, 8), date(2026, 11, 1)],
    "Australia/Lord_Howe": [date(2026, 4, 5), date(2026, 10, 4)],
    "Asia/Kolkata": [date(2026, 6, 1)],
    "Africa/Casablanca": [date(2026, 2, 15), date(2026, 3, 22)],
    "Pacific/Chatham": [date(2026, 4, 5), date(2026, 9, 27)],
}


@pytest.mark.parametrize(
    ("day", "at", "utc"),
    [
        (date(2026, 1, 5), time(7, 30), datetime(2026, 1, 5, 6, 30, tzinfo=UTC)),
        (date(2026, 7, 5), time(7, 30), datetime(2026, 7, 5, 5, 30, tzinfo=UTC)),
        # Clocks go from 02:00 to 03:00: 02:30 is skipped and comes at the jump.
        (date(2026, 3, 29), time(2, 30), datetime(2026, 3, 29, 1, 0, tzinfo=UTC)),
        (date(2026, 3, 29), time(2, 0), datetime(2026, 3, 29, 1, 0, tzinfo=UTC)),
        (date(2026, 3, 29), time(3, 0), datetime(2026, 3, 29, 1, 0, tzinfo=UTC)),
        # Clocks go from 03:00 back to 02:00: 02:30 comes twice, the first counts.
        (date(2026, 10, 25), time(2, 30), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
    ],
)
def test_is_at(day: date, at: time, utc: datetime) -> None:
    assert utc_of(day, at, BERLIN) == utc


@given(
    zone=st.sampled_from(ZONES),
    at=st.times().map(lambda at: at.replace(microsecond=0)),
    days=st.frozensets(st.integers(0, 6), min_size=1),
    data=st.data(),
)
def test_comes_once_on_each_of_its_days(zone: str, at: time, days: frozenset[int], data: st.DataObject) -> None:
    middle = data.draw(st.sampled_from(TRANSITIONS[zone]))
    first = middle - timedelta(days=8)
    moment, home = Moment(at, days), ZoneInfo(zone)
    now = utc_of(first, time(), home) - timedelta(seconds=1)
    end = utc_of(first + timedelta(days=17), time(), home) - timedelta(seconds=1)
    found = []
    while (now := moment.after(now, home)) <= end:
        found.append(now)
    wanted = [first + timedelta(days=number) for number in range(17)]
    assert len(found) == sum(day.weekday() in days for day in wanted)
    for moment_of in found:
        local = moment_of.astimezone(home)
        assert local.time() == at or _skipped(local.date(), at, home)


def _skipped(day: date, at: time, zone: ZoneInfo) -> bool:
    local = datetime.combine(day, at, zone)
    return local.astimezone(UTC).astimezone(zone).time() != at


def comes(pattern: Pattern, start: datetime, hours: float) -> list[str]:
    """The local times of a pattern within some hours from `start` on."""
    now, found = start - timedelta(seconds=1), []
    while (now := pattern.after(now, BERLIN)) < start + timedelta(hours=hours):
        found.append(now.astimezone(BERLIN).strftime("%H:%M:%S"))
    return found


NOON = datetime(2026, 1, 5, 11, 0, tzinfo=UTC)
SPRING, AUTUMN = datetime(2026, 3, 29, 0, 0, tzinfo=UTC), datetime(2026, 10, 24, 23, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("pattern", "start", "hours", "found"),
    [
        (Pattern(ALL[0], (0, 30), (0,)), NOON, 1.5, ["12:00:00", "12:30:00", "13:00:00"]),
        (Pattern(*ALL), NOON, 2 / 3600, ["12:00:00", "12:00:01"]),
        (Pattern((13,), (59,), (58, 59)), NOON, 24, ["13:59:58", "13:59:59"]),
        (Pattern((0, 12), (0,), (0,)), NOON, 24, ["12:00:00", "00:00:00"]),
        # A rhythm leaves out the hour that there is not, and comes in both of two equal hours.
        (Pattern(ALL[0], (0, 30), (0,)), SPRING, 2, ["01:00:00", "01:30:00", "03:00:00", "03:30:00"]),
        (Pattern(ALL[0], (30,), (0,)), AUTUMN, 4, ["01:30:00", "02:30:00", "02:30:00", "03:30:00"]),
        # With hours named it is times of day: what is skipped comes once, at the jump; what is doubled, the first time.
        (Pattern((2,), (0, 15, 30), (0,)), SPRING, 22, ["03:00:00"]),
        (Pattern((1, 2), (15, 30), (0,)), SPRING, 22, ["01:15:00", "01:30:00", "03:00:00"]),
        (Pattern((2,), (0, 30), (0,)), AUTUMN, 24, ["02:00:00", "02:30:00"]),
        (Pattern((1, 2, 3), (0,), (0,)), AUTUMN, 24, ["01:00:00", "02:00:00", "03:00:00"]),
    ],
)
def test_a_pattern_comes(pattern: Pattern, start: datetime, hours: float, found: list[str]) -> None:
    assert comes(pattern, start, hours) == found


def test_once_comes_once() -> None:
    assert Once(NOON).after(NOON - timedelta(seconds=1), UTC) == NOON
    assert Once(NOON).after(NOON, UTC) is None


@pytest.mark.parametrize(
    ("since", "now", "found"),
    [
        (timedelta(hours=-2), timedelta(), timedelta()),
        (timedelta(hours=-2), timedelta(minutes=9, seconds=59), timedelta()),
        (timedelta(hours=-2), timedelta(days=3, minutes=11), timedelta(days=3, minutes=10)),
        (timedelta(), timedelta(minutes=9), None),
        (timedelta(days=-900), timedelta(days=-1, minutes=1), timedelta(days=-1)),
    ],
)
def test_the_latest_is_the_last_before_now(since: timedelta, now: timedelta, found: timedelta | None) -> None:
    every_ten = Pattern(ALL[0], tuple(range(0, 60, 10)), (0,))
    assert latest(every_ten, NOON + since, NOON + now, BERLIN) == (None if found is None else NOON + found)


def test_the_latest_of_what_comes_seldom() -> None:
    yearly = Once(NOON - timedelta(days=700))
    assert latest(yearly, NOON - timedelta(days=2000), NOON, BERLIN) == yearly.at
    assert latest(Moment(time(), DAILY), NOON - timedelta(hours=1), NOON, BERLIN) is None
