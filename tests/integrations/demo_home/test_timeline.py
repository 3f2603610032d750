"""The timeline runs what is due, in order, at its moment, however time is cut."""

from datetime import UTC, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.demo_home.timeline import Timeline
from tests.integrations.demo_home.conftest import BERLIN, WINTER


def test_actions_run_at_their_moment_and_ties_in_the_order_they_were_put_down() -> None:
    timeline = Timeline(WINTER)
    ran: list[tuple[str, float]] = []
    timeline.at(5, lambda: ran.append(("late", timeline.now)))
    timeline.at(2, lambda: ran.append(("first", timeline.now)))
    timeline.at(2, lambda: ran.append(("second", timeline.now)))
    timeline.run(4)
    assert ran == [("first", 2), ("second", 2)]
    assert timeline.now == 4
    assert timeline.next_due() == 5


def test_what_an_action_puts_down_for_now_runs_in_the_same_run() -> None:
    timeline = Timeline(WINTER)
    ran: list[float] = []
    timeline.at(1, lambda: timeline.after(0, lambda: ran.append(timeline.now)))
    timeline.run(1)
    assert ran == [1]


@given(st.lists(st.floats(0.001, 50), min_size=1, max_size=30))
def test_how_time_is_cut_changes_nothing(cuts: list[float]) -> None:
    def ran(steps: list[float]) -> list[float]:
        timeline = Timeline(WINTER)
        moments: list[float] = []
        timeline.every(7, lambda: moments.append(timeline.now), first=3)
        for step in steps:
            timeline.run(timeline.now + step)
        return [moment for moment in moments if moment <= sum(cuts) - 1e-6]

    assert ran(cuts) == ran([sum(cuts)])


def test_local_clock_time_knows_the_change_to_summer_time() -> None:
    timeline = Timeline(datetime(2026, 3, 28, 22, 0, tzinfo=BERLIN))
    assert timeline.seconds_until(time(4), days=1) == 5 * 3_600  # the hour from two to three is left out
    timeline.run(5 * 3_600)
    assert timeline.time().strftime("%H:%M") == "04:00"


def test_a_start_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        Timeline(datetime(2026, 1, 1))  # noqa: DTZ001
    assert Timeline(datetime(2026, 1, 1, tzinfo=UTC)).utc() == datetime(2026, 1, 1, tzinfo=UTC)
