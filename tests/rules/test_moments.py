"""Times of day come the declared number of times, whatever clocks do: once for each day, skipped or doubled or not."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeserver.rules.moments import Moment, Schedule, utc_of
from homeserver.runtime.clock import VirtualClock

BERLIN = ZoneInfo("Europe/Berlin")
DAILY = frozenset(range(7))
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


class Fires:
    def __init__(self) -> None:
        self.at: list[datetime] = []

    def due(self, trigger: object, moment: datetime) -> None:
        self.at.append(moment)


async def test_a_schedule_calls_at_the_minute_and_keeps_one_timer() -> None:
    clock, fires = VirtualClock(datetime(2026, 1, 5, 7, 0, tzinfo=UTC)), Fires()
    schedule = Schedule(clock, UTC, fires.due)
    for minute in (15, 5, 30):
        schedule.add(Moment(time(7, minute), DAILY), object())
    await clock.advance(20 * 60)
    assert [moment.minute for moment in fires.at] == [5, 15]
    await clock.advance(24 * 3600)
    assert [moment.minute for moment in fires.at] == [5, 15, 30, 5, 15]


async def test_a_schedule_forgets_a_trigger() -> None:
    clock, fires, trigger = VirtualClock(), Fires(), object()
    schedule = Schedule(clock, UTC, fires.due)
    schedule.add(Moment(time(7, 15), DAILY), trigger)
    schedule.remove(trigger)
    await clock.advance(86_400)
    assert fires.at == []


class SleepyClock(VirtualClock):
    """A machine that slept: the wall clock is ahead of what the timers counted."""

    slept = timedelta()

    def now(self) -> datetime:
        return super().now() + self.slept


@pytest.mark.parametrize(("slept", "fired"), [(timedelta(minutes=9), 1), (timedelta(hours=3), 0)])
async def test_a_short_sleep_is_made_up_for_a_long_one_is_not(slept: timedelta, fired: int) -> None:
    clock, fires = SleepyClock(datetime(2026, 1, 5, 7, 0, tzinfo=UTC)), Fires()
    Schedule(clock, UTC, fires.due).add(Moment(time(7, 5), DAILY), object())
    clock.slept = timedelta(minutes=5) + slept
    await clock.advance(61)
    assert len(fires.at) == fired
    await clock.advance(86_400)
    assert len(fires.at) == fired + 1


async def test_a_clock_set_back_fires_nothing_twice() -> None:
    clock, fires = SleepyClock(datetime(2026, 1, 5, 7, 0, tzinfo=UTC)), Fires()
    Schedule(clock, UTC, fires.due).add(Moment(time(7, 5), DAILY), object())
    await clock.advance(301)
    clock.slept = -timedelta(minutes=4)
    await clock.advance(600)
    assert len(fires.at) == 1
