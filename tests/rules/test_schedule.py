"""The schedule calls at the minute, also where the machine slept, its clock was set, or the home was off."""

from datetime import UTC, datetime, time, timedelta

import pytest

from homeserver.rules.moments import Moment, Once, Pattern
from homeserver.rules.schedule import SETTLED, Schedule
from homeserver.runtime.clock import VirtualClock

DAILY = frozenset(range(7))
SEVEN = datetime(2026, 1, 5, 7, 0, tzinfo=UTC)
AT_FIVE = Moment(time(7, 5), DAILY)
MINUTELY = Pattern(tuple(range(24)), tuple(range(60)), (0,))


class SleepyClock(VirtualClock):
    """A machine that slept, or whose clock was set: the wall clock is ahead of what the timers counted."""

    slept = timedelta()

    def now(self) -> datetime:
        return super().now() + self.slept


class Row:
    """How far was looked, kept over restarts."""

    def __init__(self, at: datetime | None = None) -> None:
        self.at = at

    def until(self) -> datetime | None:
        return self.at

    def mark(self, moment: datetime) -> None:
        self.at = moment


class Bench:
    """A schedule that has begun, and what it called."""

    def __init__(self, row: Row | None = None, start: datetime = SEVEN) -> None:
        self.clock = SleepyClock(start)
        self.row = row or Row()
        self.schedule = Schedule(self.clock, UTC, self.row)
        self.calls: list[datetime] = []

    def minutes(self) -> list[int]:
        return [moment.minute for moment in self.calls]


async def test_calls_at_the_minute() -> None:
    bench = Bench()
    bench.schedule.start()
    for minute in (15, 5, 30):
        bench.schedule.add(Moment(time(7, minute), DAILY), bench.calls.append)
    await bench.clock.advance(20 * 60)
    assert bench.minutes() == [5, 15]
    await bench.clock.advance(24 * 3600)
    assert bench.minutes() == [5, 15, 30, 5, 15]


async def test_calls_nothing_before_it_begins() -> None:
    bench = Bench()
    bench.schedule.add(AT_FIVE, bench.calls.append)
    await bench.clock.advance(3600)
    assert bench.calls == []


async def test_forgets_what_is_removed() -> None:
    bench = Bench()
    bench.schedule.start()
    entries = [bench.schedule.add(AT_FIVE, bench.calls.append) for _ in range(200)]
    for entry in entries[1:]:
        bench.schedule.remove(entry)
        bench.schedule.remove(entry)
    await bench.clock.advance(86_400)
    assert bench.minutes() == [5]


async def test_what_comes_once_is_over_then() -> None:
    bench = Bench()
    bench.schedule.start()
    entry = bench.schedule.add(Once(SEVEN + timedelta(minutes=5)), bench.calls.append)
    past = bench.schedule.add(Once(SEVEN), bench.calls.append)
    assert (entry.over, past.over) == (False, True)
    await bench.clock.advance(86_400)
    assert (bench.minutes(), entry.over) == ([5], True)


async def test_a_call_that_fails_keeps_nobody_else_from_theirs() -> None:
    bench = Bench()
    bench.schedule.start()

    def fail(moment: datetime) -> None:
        raise KeyError

    bench.schedule.add(AT_FIVE, fail)
    bench.schedule.add(AT_FIVE, bench.calls.append)
    with pytest.raises(KeyError):
        await bench.clock.advance(301)
    await bench.clock.advance(1)
    assert bench.minutes() == [5]


@pytest.mark.parametrize(
    ("slept", "missed", "called"),
    [
        # a moment that is a minute late was not missed: so often the schedule looks
        (timedelta(seconds=50), 0.0, 1),
        (timedelta(minutes=9), 0.0, 0),
        (timedelta(minutes=9), 600.0, 1),
        (timedelta(hours=3), 600.0, 0),
        (timedelta(days=3), float("inf"), 1),
    ],
)
async def test_a_machine_that_slept(slept: timedelta, missed: float, called: int) -> None:
    bench = Bench()
    bench.schedule.start()
    bench.schedule.add(AT_FIVE, bench.calls.append, missed)
    await bench.clock.advance(299)
    bench.clock.slept = slept
    await bench.clock.advance(1)
    await bench.clock.advance(61)
    assert len(bench.calls) == called
    await bench.clock.advance(86_400)
    assert len(bench.calls) == called + 1


async def test_of_several_missed_moments_the_last_is_made_up_for() -> None:
    bench = Bench()
    bench.schedule.start()
    bench.schedule.add(MINUTELY, bench.calls.append, 600.0)
    bench.clock.slept = timedelta(minutes=5, seconds=30)
    await bench.clock.advance(61)
    assert bench.minutes() == [6]
    await bench.clock.advance(60)
    assert bench.minutes() == [6, 7]


async def test_a_clock_set_back_an_hour_or_less_makes_nothing_come_twice() -> None:
    bench = Bench()
    bench.schedule.start()
    bench.schedule.add(AT_FIVE, bench.calls.append, 600.0)
    await bench.clock.advance(301)
    bench.clock.slept = -timedelta(minutes=59)
    await bench.clock.advance(3600 + 600)
    assert len(bench.calls) == 1


async def test_a_clock_that_was_a_year_ahead_goes_on_from_what_it_says_now() -> None:
    bench = Bench(start=SEVEN + timedelta(days=365))
    bench.schedule.start()
    bench.schedule.add(AT_FIVE, bench.calls.append, 600.0)
    await bench.clock.advance(10)
    bench.clock.slept = -timedelta(days=365)
    await bench.clock.advance(400)
    assert bench.calls == [SEVEN + timedelta(minutes=5)]
    assert bench.row.at is not None
    assert bench.row.at < SEVEN + timedelta(minutes=10)


# -- over restarts


@pytest.mark.parametrize(
    ("off", "missed", "calls"),
    [
        (timedelta(minutes=9), 600.0, [5]),
        (timedelta(minutes=9), 0.0, []),
        (timedelta(minutes=30), 600.0, []),
        (timedelta(minutes=30), 3600.0, [5]),
        (timedelta(days=40), float("inf"), [5]),
        # up again before it was due
        (timedelta(minutes=2), 600.0, []),
    ],
)
async def test_what_passed_while_the_home_was_off(off: timedelta, missed: float, calls: list[int]) -> None:
    bench = Bench(Row(SEVEN), SEVEN + timedelta(minutes=1) + off)
    bench.schedule.add(AT_FIVE, bench.calls.append, missed)
    bench.schedule.start()
    await bench.clock.advance(30)
    assert bench.minutes() == calls


async def test_how_far_was_looked_is_kept_a_moment_after_a_call() -> None:
    bench = Bench()
    bench.schedule.start()
    bench.schedule.add(AT_FIVE, bench.calls.append, 600.0)
    await bench.clock.advance(300 + SETTLED / 2)
    assert bench.row.at is None or bench.row.at < bench.calls[0]
    await bench.clock.advance(SETTLED)
    assert bench.row.at == bench.calls[0]


async def test_the_end_is_kept_and_what_was_called_does_not_come_again() -> None:
    row = Row()
    bench = Bench(row)
    bench.schedule.start()
    bench.schedule.add(AT_FIVE, bench.calls.append, 600.0)
    await bench.clock.advance(300)
    bench.schedule.close()
    again = Bench(row, SEVEN + timedelta(minutes=6))
    again.schedule.add(AT_FIVE, again.calls.append, 600.0)
    again.schedule.start()
    await again.clock.advance(60)
    assert (bench.minutes(), again.minutes()) == ([5], [])


async def test_what_is_added_later_has_missed_nothing() -> None:
    bench = Bench(Row(SEVEN - timedelta(minutes=3)))
    bench.schedule.start()
    bench.schedule.add(Moment(time(6, 58), DAILY), bench.calls.append, 600.0)
    await bench.clock.advance(2)
    assert (bench.calls, bench.row.at) == ([], SEVEN)


async def test_a_clock_that_is_behind_what_was_looked_at() -> None:
    """An hour or less: nothing comes twice. More: the clock was wrong then, or is now, and time goes on."""
    for ahead, calls in ((timedelta(minutes=30), []), (timedelta(days=2), [5])):
        bench = Bench(Row(SEVEN + ahead))
        bench.schedule.add(AT_FIVE, bench.calls.append, 600.0)
        bench.schedule.start()
        await bench.clock.advance(600)
        assert bench.minutes() == calls
