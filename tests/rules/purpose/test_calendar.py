"""Triggers calendar.event_started and calendar.event_ended; facts of Home Assistant 2026.11, `calendar/trigger.py`."""

from pathlib import Path

import pytest

from homeserver.runtime.clock import VirtualClock
from homeserver.topics.event import CALENDAR, CalendarAhead
from tests.rules.triggers.telling import problems_of, telling
from tests.rules.triggers.test_calendar import HOUR, NOON, entry

SHOWN = "trigger.platform ~ ' ' ~ trigger.entity_id ~ ' ' ~ trigger.calendar_event.summary"


def trigger(name: str, options: str = "", target: str = "{entity_id: [calendar.a, calendar.b]}") -> str:
    more = f"\noptions: {options}" if options else ""
    return f"trigger: {name}\ntarget: {target}{more}"


@pytest.mark.parametrize(
    ("name", "options", "hours"),
    [
        ("event_started", "", [2, 4]),
        ("event_ended", "", [3, 5]),
        ("event_started", "{offset: {hours: -1}}", [1, 3]),
        ("event_ended", "{offset: {days: 0, hours: 0, minutes: 30, seconds: 0}}", [3.5, 5.5]),
        ("event_started", "{offset: {hours: 1}, offset_type: before}", [1, 3]),
    ],
)
async def test_of_each_calendar(tmp_path: Path, name: str, options: str, hours: list[float]) -> None:
    found: list[tuple[float, str]] = []
    async with telling(tmp_path, trigger(f"calendar.{name}", options), SHOWN, clock=VirtualClock(NOON)) as home:
        for calendar, begins in (("a", 2), ("b", 4)):
            await home.say(CALENDAR, CalendarAhead(NOON + 100 * HOUR, (entry(begins, begins + 1, calendar),)), calendar)
        for half in range(1, 20):
            found += [(half / 2, told) for told in await home.wait(1800)]
    told = [f"calendar.{name} calendar.{calendar} {calendar}" for calendar in ("a", "b")]
    assert found == list(zip(hours, told, strict=True))


async def test_it_ends_with_the_rule(tmp_path: Path) -> None:
    async with telling(tmp_path, trigger("calendar.event_started"), SHOWN, clock=VirtualClock(NOON)) as home:
        await home.say(CALENDAR, CalendarAhead(NOON + 100 * HOUR, (entry(1, 2),)), "a")
        home.stage.rules.rules["test"].disable()
        assert await home.wait(7200) == []


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (trigger("calendar.event_started", "{offset: soon}"), "offset must be a length of time"),
        (trigger("calendar.event_started", "{behavior: all}"), "unknown field 'behavior'"),
        (trigger("calendar.event_started", "{offset_type: later}"), "offset_type must be one of"),
        (trigger("calendar.event_start"), "did you mean calendar.event_started?"),
    ],
)
async def test_bad_input_is_told(tmp_path: Path, text: str, problem: str) -> None:
    assert problem in (await problems_of(tmp_path, text))[0].text
