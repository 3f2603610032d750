"""What is in force is said anew at each edge, and counts no longer than it may."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from homeserver.people.household import User
from homeserver.people.policy import Policy
from homeserver.people.standing import GRACE, standing
from homeserver.people.windows import Window
from homeserver.people.worker import setup
from homeserver.runtime.clock import VirtualClock
from homeserver.runtime.memory_broker import MemoryBroker
from homeserver.runtime.people import at
from homeserver.runtime.rehearsal import Rehearsal
from homeserver.topics.person import PERSON, Grant, Person

BERLIN = ZoneInfo("Europe/Berlin")
MEDIA = {"who": "role:child", "scope": "domain", "what": "media_player", "verb": "control", "allow": False}
NOON_BEFORE = datetime(2026, 3, 28, 12, tzinfo=UTC)
"""The day before Berlin's clocks go on an hour."""


class Said:
    """What is said of somebody, with when."""

    def __init__(self, home: Rehearsal) -> None:
        self.rows: list[tuple[datetime, Person | None]] = []
        home.bus.replay(home.bus.hear(PERSON, lambda person: self.rows.append((home.clock.now(), person)), "test"))

    @property
    def forbidden(self) -> list[tuple[str, bool]]:
        """When it was said, in the home's time, and whether media were forbidden then."""
        line = Grant("domain", "media_player", "control", allow=False)
        rows = [(f"{at.astimezone(BERLIN):%d %H:%M}", line in one.grants) for at, one in self.rows if one is not None]
        return [row for at, row in enumerate(rows) if at == 0 or row[1] != rows[at - 1][1]]


async def ask(home: Rehearsal, call: str, **args: Any) -> Any:
    return await home.process.calls.ask("people", call, args)


async def test_hours_begin_and_end_by_the_clock_on_the_wall() -> None:
    clock = VirtualClock(NOON_BEFORE)
    async with Rehearsal(setup, clock=clock, settings=["home.time_zone=Europe/Berlin"]) as home:
        await ask(home, "create_user", name="Carl", role="child")
        said = Said(home)
        await ask(home, "set_policy", **MEDIA, begins="20:00", ends="07:00")
        await clock.advance(2 * 86_400)
        assert said.forbidden == [
            ("28 13:00", False),
            ("28 20:00", True),
            ("29 07:00", False),
            ("29 20:00", True),
            ("30 07:00", False),
        ]
        first = said.rows[-1][1]
        assert first is not None
        assert first.until is not None
        assert first.until.astimezone(BERLIN) - GRACE == datetime(2026, 3, 30, 20, tzinfo=BERLIN)


async def test_without_people_windows_open_and_close_as_was_said_and_then_the_door_does() -> None:
    broker, clock = MemoryBroker(), VirtualClock(datetime(2026, 1, 5, 12, tzinfo=UTC))
    async with Rehearsal(broker=broker, clock=clock, process="far") as far:
        async with Rehearsal(setup, broker=broker, clock=clock, settings=["home.time_zone=UTC"]) as home:
            await ask(home, "create_user", name="Carl", role="child")
            await ask(home, "set_policy", **MEDIA, begins="20:00", ends="21:00")
            await clock.advance(1)
        known, line = far.process.calls.people, Grant("domain", "media_player", "control", allow=False)

        def forbidden(now: datetime) -> bool | None:
            clock.set(now)
            person = known.person("person.carl")
            return None if person is None else line in person.grants

        evening, second = datetime(2026, 1, 5, 20, tzinfo=UTC), timedelta(seconds=1)
        edges = [evening, evening + timedelta(hours=1), evening + timedelta(days=1)]
        for edge, before in zip(edges, (False, True, False), strict=True):
            assert (forbidden(edge - second), forbidden(edge)) == (before, not before)
        end = evening + timedelta(days=1, hours=1)
        assert forbidden(end + GRACE - second) is True
        assert forbidden(end + GRACE) is None


async def test_who_slept_over_a_change_of_hours_is_let_in_at_once() -> None:
    """A machine that is suspended wakes hours later, and its timers up to a minute after that."""
    broker, clock = MemoryBroker(), VirtualClock(datetime(2026, 1, 5, 12, tzinfo=UTC))
    async with (
        Rehearsal(broker=broker, clock=clock, process="far") as far,
        Rehearsal(setup, broker=broker, clock=clock, settings=["home.time_zone=UTC"]) as home,
    ):
        await ask(home, "create_user", name="Carl", role="child")
        await ask(home, "set_policy", **MEDIA, begins="20:00", ends="21:00")
        await clock.advance(1)
        clock.set(datetime(2026, 1, 5, 20, 30, tzinfo=UTC))
        for process in (far.process, home.process):
            person = process.calls.people.person("person.carl")
            assert person is not None
            assert Grant("domain", "media_player", "control", allow=False) in person.grants


async def test_a_new_run_says_all_again_and_takes_back_who_is_gone(tmp_path: Any) -> None:
    broker = MemoryBroker()
    broker.retained["homeserver/people/person/ghost"] = b'{"name":"Ghost","role":"owner"}'
    async with Rehearsal(setup, broker=broker, folder=tmp_path) as home:
        await home.clock.advance(1)
        assert home.process.calls.people.person("person.ghost") is None
        await ask(home, "create_user", name="Anna")
        await home.clock.advance(1)
    assert "homeserver/people/person/ghost" not in broker.retained
    del broker.retained["homeserver/people/person/anna"]
    async with Rehearsal(setup, broker=broker, folder=tmp_path) as home:
        await home.clock.advance(1)
        assert "homeserver/people/person/anna" in broker.retained
        await ask(home, "update_user", user="anna", active=False)
        await home.clock.advance(1)
    assert "homeserver/people/person/anna" not in broker.retained


async def test_a_clock_that_was_set_is_noticed_within_a_minute() -> None:
    clock = VirtualClock(datetime(2026, 1, 5, 12, tzinfo=UTC))
    async with Rehearsal(setup, clock=clock) as home:
        await ask(home, "create_user", name="Gus", role="guest", expires="2026-01-06T12:00:00Z")
        clock.set(datetime(2026, 1, 7, tzinfo=UTC))
        await clock.advance(60)
        said = Said(home)
        assert said.rows == []
        clock.set(datetime(2026, 1, 5, 13, tzinfo=UTC))
        await clock.advance(60)
        assert [one.name for _, one in said.rows if one is not None] == ["Gus"]


HOURS = st.times().map(lambda at: at.replace(second=0, microsecond=0))


@given(
    windows=st.lists(st.tuples(st.sets(st.integers(0, 6), min_size=1), HOURS, HOURS), min_size=1, max_size=3),
    shift=st.integers(-2_000, 2_000),
    stay=st.none() | st.integers(1, 3_000),
    step=st.integers(0, 4_000),
)
@settings(max_examples=200)
def test_what_was_said_is_right_until_it_says_so(
    windows: list[tuple[set[int], Any, Any]], shift: int, stay: int | None, step: int
) -> None:
    """Over the change of clocks: whoever looks again when told to never holds a word that is out of date."""
    now = datetime(2026, 3, 29, 1, tzinfo=UTC) + timedelta(minutes=shift)
    expires = None if stay is None else now + timedelta(minutes=stay)
    user = User("gus", "Gus", "guest", 1, now, expires=expires)
    lines = [
        Policy("gus", "entity", f"light.l{at}", "control", window=Window(frozenset(days), begins, ends))
        for at, (days, begins, ends) in enumerate(windows)
    ]
    person, look = standing(user, lines, now, BERLIN)
    assert person is not None
    later = now + timedelta(minutes=step)
    if look is None or later < look:
        assert standing(user, lines, later, BERLIN) == (person, look)
    said, true = at(person, later), standing(user, lines, later, BERLIN)[0]
    if true is None:
        assert said.until is not None
        assert said.until <= later
    elif said.until is None or later < said.until - GRACE:
        assert said.grants == true.grants
    if look is not None:
        assert now < look <= (person.until or look) <= look + GRACE
    if expires is not None:
        assert person.until is not None
        assert person.until <= expires
        assert standing(user, lines, expires, BERLIN)[0] is None


@pytest.mark.parametrize("role", ["adult", "child", "service"])
def test_who_has_no_hours_has_no_end(role: Any) -> None:
    user = User("anna", "Anna", role, 1, NOON_BEFORE)
    person, look = standing(user, [Policy("anna", "all", "", "see")], NOON_BEFORE, BERLIN)
    assert (person, look) == (Person("Anna", role, (Grant("all", "", "see", own=True),), 1), None)
