"""Schedules, held to Home Assistant's documentation of the integration schedule."""

from datetime import UTC, datetime
from typing import Any

import pytest

from homeserver.rules.owned.schedule import Schedule
from homeserver.rules.reading.fields import Fields
from homeserver.rules.reading.problem import RuleError
from homeserver.rules.reading.yaml_source import read
from homeserver.runtime.clock import VirtualClock
from tests.rules.owned.desk import Desk

WEEK = """
name: Heating
monday:
  - from: "07:30:00"
    to: "09:00"
    data: {warmth: 21}
  - from: "22:00"
    to: "24:00:00"
tuesday:
  - {from: "00:00:00", to: "01:00:00"}
"""


def begun(text: str, at: datetime, zone: str = "UTC") -> tuple[Schedule, VirtualClock, Desk]:
    clock = VirtualClock(at)
    one, desk = Schedule(Fields(read(text).root), "heating"), Desk(clock, zone)
    one.desk = desk
    one.begin()
    return one, clock, desk


async def test_it_is_on_within_its_spans() -> None:
    one, clock, desk = begun(WEEK, datetime(2026, 1, 5, 7, 0, tzinfo=UTC))
    assert (one.state, one.attributes["next_event"]) == ("off", "2026-01-05T07:30:00+00:00")
    await clock.advance(1799)
    assert one.state == "off"
    await clock.advance(1)
    assert (one.state, one.attributes["warmth"]) == ("on", 21)
    assert one.attributes["next_event"] == "2026-01-05T09:00:00+00:00"
    await clock.advance(5400)
    assert (one.state, "warmth" in one.attributes) == ("off", False)
    assert {state for state, _ in desk.shown} == {"on", "off"}


async def test_two_spans_that_meet_at_midnight_are_one() -> None:
    one, clock, desk = begun(WEEK, datetime(2026, 1, 5, 23, 0, tzinfo=UTC))
    assert one.state == "on"
    await clock.advance(3600 + 3599)
    assert one.state == "on"
    await clock.advance(1)
    assert (one.state, one.attributes["next_event"]) == ("off", "2026-01-12T07:30:00+00:00")
    assert "off" not in [state for state, _ in desk.shown[:-1]]


async def test_it_means_the_time_of_the_home() -> None:
    one, clock, _ = begun(WEEK, datetime(2026, 1, 5, 6, 29, 59, tzinfo=UTC), "Europe/Berlin")
    assert one.state == "off"
    await clock.advance(1)
    assert (one.state, one.attributes["next_event"]) == ("on", "2026-01-05T09:00:00+01:00")


async def test_a_week_without_spans_is_off() -> None:
    one, _, _ = begun("name: Empty", datetime(2026, 1, 5, tzinfo=UTC))
    assert (one.state, one.attributes["next_event"]) == ("off", None)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("monday: [{from: '09:00', to: '08:00'}]", "to must be later than from"),
        ("monday: [{from: '09:00', to: '10:00'}, {from: '09:30', to: '11:00'}]", "overlap at 09:30"),
        ("monday: [{from: nine, to: '10:00'}]", "from must be a time"),
        ("monday: [{from: '09:00'}]", "to is missing"),
        ("moonday: []", "unknown field 'moonday'; did you mean monday"),
    ],
)
def test_what_is_wrong_is_said(text: str, told: str) -> None:
    def read_it() -> Any:
        return Schedule(Fields(read(text).root), "heating")

    with pytest.raises(RuleError, match=told):
        read_it()
