"""The declared number of firings, never more or fewer: every zone of the time zone database, every change of its clocks
from 2020 to 2040, 24 rules.

What is expected is counted from nothing but the clock itself, minute by minute around each change: a time of day
comes once for each day, the first time it is on the clock, or at the jump where it never is; a rhythm comes whenever
the clock shows such minutes. Zones that have the same clocks are followed once. The seeded tenth of `make test` takes a
tenth of the zones.
"""

import random
import zoneinfo
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, time, timedelta
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

import pytest

from homeserver.rules.moments import EVERY_DAY, Comes, Moment, Pattern
from homeserver.rules.schedule import Schedule
from homeserver.runtime.clock import VirtualClock

SEED: Final = 2040
BEGIN, END = datetime(2020, 1, 1, tzinfo=UTC), datetime(2041, 1, 1, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
LOOK, REACH = 26 * HOUR, 32 * HOUR
"""How far around a change rules are followed, and how far the clock is read."""
HOURS, MINUTES = tuple(range(24)), tuple(range(60))
TIMES = "00:00 00:01 00:30 01:00 01:30 01:59 02:00 02:15 02:30 02:59 03:00 03:30 12:00 22:30 23:00 23:30 23:59"
RULES: tuple[Comes, ...] = (
    *(Moment(time.fromisoformat(at), EVERY_DAY) for at in TIMES.split()),
    Moment(time(2, 30), frozenset({6})),
    Pattern(HOURS, tuple(range(0, 60, 5)), (0,)),
    Pattern(HOURS, (0,), (0,)),
    Pattern(HOURS[::2], (0,), (0,)),
    Pattern((2,), tuple(range(0, 60, 15)), (0,)),
    Pattern((0, 1, 2, 3), (0, 30), (0,)),
    Pattern((23,), MINUTES, (0,)),
)


class Change(NamedTuple):
    """When the clocks of a zone change."""

    zone: ZoneInfo
    at: datetime


def offset(zone: ZoneInfo, moment: datetime) -> timedelta:
    return moment.astimezone(zone).utcoffset() or timedelta()


def changes(zone: ZoneInfo) -> Iterator[Change]:
    """Found by looking at each day, so that changes less than a day apart count as one."""
    day, before = BEGIN, offset(zone, BEGIN)
    while day < END:
        following = day + timedelta(days=1)
        after = offset(zone, following)
        if after != before:
            low, high = day, following
            while high - low > MINUTE:
                middle = low + (high - low) // 2
                middle = middle.replace(second=0, microsecond=0)
                if offset(zone, middle) == before:
                    low = middle
                else:
                    high = middle
            yield Change(zone, high)
        day, before = following, after


class Clock:
    """What the clock on the wall shows around a change, minute by minute."""

    def __init__(self, change: Change) -> None:
        self.change = change
        self.shown: list[tuple[datetime, datetime]] = []
        self.first: dict[datetime, datetime] = {}
        moment = change.at - REACH
        while moment <= change.at + REACH:
            local = (moment + offset(change.zone, moment)).replace(tzinfo=None)
            self.shown.append((moment, local))
            self.first.setdefault(local, moment)
            moment += MINUTE

    def expected(self, rule: Comes) -> list[datetime]:
        """When the rule is to fire within `LOOK` of the change."""
        if isinstance(rule, Pattern) and len(rule.hours) == 24:
            found = {moment for moment, local in self.shown if local.minute in rule.minutes}
        elif isinstance(rule, Pattern):
            found = {self.comes(local) for local in self.locals() if self.fits(rule, local)}
        else:
            assert isinstance(rule, Moment)
            wanted = (local for local in self.locals() if local.time() == rule.at and local.weekday() in rule.days)
            found = {self.comes(local) for local in wanted}
        return sorted(moment for moment in found if abs(moment - self.change.at) < LOOK)

    def locals(self) -> Iterator[datetime]:
        """All minutes of the days around, on the clock or not."""
        local, end = self.shown[0][1], self.shown[-1][1]
        while local <= end:
            yield local
            local += MINUTE

    def comes(self, local: datetime) -> datetime:
        return self.first.get(local, self.change.at)

    @staticmethod
    def fits(rule: Pattern, local: datetime) -> bool:
        return local.hour in rule.hours and local.minute in rule.minutes


def fired(rule: Comes, change: Change) -> list[datetime]:
    found, moment = [], change.at - LOOK
    while (following := rule.after(moment, change.zone)) is not None and following < change.at + LOOK:
        found.append(following)
        moment = following
    return found


def zones(portion: Callable[[int], int]) -> list[ZoneInfo]:
    """Zones in a seeded order; many have the same clocks as another one, and those are left out in `all_changes`."""
    names = sorted(zoneinfo.available_timezones())
    random.Random(SEED).shuffle(names)
    return [ZoneInfo(name) for name in names[: portion(len(names))]]


def all_changes(portion: Callable[[int], int]) -> list[Change]:
    seen: set[tuple[tuple[datetime, timedelta], ...]] = set()
    found: list[Change] = []
    for zone in zones(portion):
        rows = list(changes(zone))
        clocks = ((BEGIN, offset(zone, BEGIN)), *((row.at, offset(zone, row.at)) for row in rows))
        if clocks not in seen:
            seen.add(clocks)
            found += rows
    return found


@pytest.mark.proof
@pytest.mark.timeout(600)
def test_every_zone_and_every_change(portion: Callable[[int], int]) -> None:
    found = all_changes(portion)
    assert len(RULES) == 24
    assert len(found) > portion(1_400)
    for change in found:
        clock = Clock(change)
        for rule in RULES:
            assert fired(rule, change) == clock.expected(rule), (change, rule)


@pytest.mark.proof
@pytest.mark.timeout(600)
async def test_the_schedule_over_changes(portion: Callable[[int], int]) -> None:
    """The same through the schedule itself, whose looks and timers are those of the home."""
    dice = random.Random(SEED)
    for change in dice.sample(all_changes(portion), portion(100)):
        shown = Clock(change)
        clock = VirtualClock(change.at - LOOK)
        schedule = Schedule(clock, change.zone)
        schedule.start()
        calls: dict[int, list[datetime]] = {number: [] for number in range(len(RULES))}
        for number, rule in enumerate(RULES):
            schedule.add(rule, calls[number].append)
        await clock.advance((2 * LOOK - timedelta(seconds=1)).total_seconds())
        for number, rule in enumerate(RULES):
            assert calls[number] == shown.expected(rule), (change, rule)
        schedule.close()


def test_the_night_that_is_expected() -> None:
    """The count of expectations is right itself: Berlin, both nights, as everybody knows them."""
    berlin = ZoneInfo("Europe/Berlin")
    spring, autumn = (change for change in changes(berlin) if change.at.year == 2026)
    assert (spring.at, autumn.at) == (datetime(2026, 3, 29, 1, 0, tzinfo=UTC), datetime(2026, 10, 25, 1, 0, tzinfo=UTC))
    half_past_two = Moment(time(2, 30), EVERY_DAY)
    assert Clock(spring).expected(half_past_two)[1] == spring.at
    assert Clock(autumn).expected(half_past_two)[1] == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    hourly = Pattern(HOURS, (0,), (0,))
    assert [len(Clock(change).expected(hourly)) for change in (spring, autumn)] == [51, 51]
