"""Events of calendars: https://www.home-assistant.io/integrations/calendar/#automation"""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from homeserver.runtime.clock import VirtualClock
from homeserver.topics.event import CALENDAR, CalendarAhead, CalendarEntry
from tests.rules.triggers.telling import Told, problems_of, telling

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
TRIGGER = "trigger: calendar\nentity_id: calendar.home\n"


def entry(start: float, end: float, summary: str = "bins") -> CalendarEntry:
    """Hours from noon."""
    return CalendarEntry(NOON + start * HOUR, NOON + end * HOUR, summary)


async def ahead(home: Told, *entries: CalendarEntry) -> list[str]:
    return await home.say(CALENDAR, CalendarAhead(NOON + 100 * HOUR, entries), "home")


@pytest.mark.parametrize(
    ("trigger", "hours"),
    [
        # "event: start is the default"
        ("", [2]),
        ("event: start", [2]),
        ("event: end", [3]),
        # "offset: a positive or negative time"
        ("offset: '-01:00:00'", [1]),
        ("offset: -0:30\nevent: end", [2.5]),
        ("event: end\noffset: '+01:30'", [4.5]),
        ("offset: {hours: -1}", [1]),
        ("offset: {hours: 1}", [3]),
        ("offset: 1800", [2.5]),
    ],
)
async def test_when_it_fires(tmp_path: Path, trigger: str, hours: list[float]) -> None:
    found: list[float] = []
    async with telling(tmp_path, TRIGGER + trigger, clock=VirtualClock(NOON)) as home:
        assert await ahead(home, entry(2, 3)) == []
        for half in range(1, 20):
            found += [half / 2] * len(await home.wait(1800))
    assert found == hours


async def test_what_the_trigger_holds(tmp_path: Path) -> None:
    shown = (
        "[trigger.event, trigger.offset, trigger.calendar_event.summary, trigger.calendar_event.start,"
        " trigger.calendar_event.end, trigger.calendar_event.all_day, trigger.calendar_event.location,"
        " trigger.calendar_event.description is defined] | join(' ')"
    )
    one = CalendarEntry(NOON + HOUR, NOON + 2 * HOUR, "bins", location="yard")
    day = CalendarEntry(NOON + 11 * HOUR, NOON + 35 * HOUR, "feast", all_day=True)
    async with telling(tmp_path, TRIGGER, shown, clock=VirtualClock(NOON), zone="Europe/Berlin") as home:
        await ahead(home, one, day)
        assert await home.wait(3600) == [
            "start 0:00:00 bins 2026-03-01T14:00:00+01:00 2026-03-01T15:00:00+01:00 False yard False"
        ]
        assert await home.wait(36_000) == ["start 0:00:00 feast 2026-03-02 2026-03-03 True  False"]


async def test_what_changes_in_the_calendar_is_followed(tmp_path: Path) -> None:
    async with telling(tmp_path, TRIGGER, "trigger.calendar_event.summary", clock=VirtualClock(NOON)) as home:
        await ahead(home, entry(1, 2), entry(3, 4, "moved"))
        await ahead(home, entry(2, 3, "moved"))
        assert await home.wait(3600) == []
        assert await home.wait(3600) == ["moved"]
        await ahead(home, entry(2, 3, "moved"), entry(3, 4, "one"), entry(3, 4, "two"))  # said again: not fired again
        assert await home.wait(3600) == ["one", "two"]
        await ahead(home, entry(4, 5))
        assert await home.say(CALENDAR, None, "home") == []
        assert await home.wait(36_000) == []


async def test_what_has_passed_when_it_is_told_does_not_fire(tmp_path: Path) -> None:
    async with telling(tmp_path, TRIGGER, clock=VirtualClock(NOON)) as home:
        assert await ahead(home, entry(-1, 1), entry(0, 1)) == []
        assert await home.wait(600) == []


async def test_a_rule_that_begins_later_knows_what_is_ahead(tmp_path: Path) -> None:
    async with telling(tmp_path, TRIGGER, clock=VirtualClock(NOON)) as home:
        rule = home.stage.rules.rules["test"]
        rule.disable()
        await ahead(home, entry(1, 2), entry(3, 4))
        assert await home.wait(7200) == []
        rule.enable()
        assert await home.wait(3600) == ["calendar"]


async def test_other_calendars_are_not_meant(tmp_path: Path) -> None:
    async with telling(tmp_path, TRIGGER, clock=VirtualClock(NOON)) as home:
        await home.say(CALENDAR, CalendarAhead(NOON + 9 * HOUR, (entry(1, 2),)), "work")
        assert await home.wait(7200) == []


@pytest.mark.parametrize(
    ("trigger", "text"),
    [
        ("trigger: calendar", "entity_id is missing"),
        ("trigger: calendar\nentity_id: sensor.x", "one calendar"),
        ("trigger: calendar\nentity_id: [calendar.a, calendar.b]", "one calendar"),
        (TRIGGER + "event: begin", "one of start, end"),
        (TRIGGER + "offset: later", "offset must be a length of time"),
        (TRIGGER + "offset: {weeks: 1}", "offset must be a length of time"),
        (TRIGGER + "ofset: 5", "did you mean offset?"),
    ],
)
async def test_what_is_wrong(tmp_path: Path, trigger: str, text: str) -> None:
    [problem] = await problems_of(tmp_path, trigger)
    assert text in problem.text
