"""The tables of the days are sound: every row is a place and an activity that exist, in order of the clock."""

from datetime import time

import pytest

from integrations.demo_home.plans import ACTIVITIES, AWAY, FAMILY, Member, Row, day_of
from integrations.demo_home.rooms import PLANS

ROOMS = {plan.key for plan in PLANS}
DAYS = [
    pytest.param(member, rows, id=f"{member.name}-{kind}") for member in FAMILY for kind, rows in member.days.items()
]


@pytest.mark.parametrize(("member", "rows"), DAYS)
def test_rows_name_rooms_and_activities_that_exist(member: Member, rows: tuple[Row, ...]) -> None:
    assert {row.room for row in rows} <= ROOMS | {AWAY}
    assert {row.activity for row in rows} <= set(ACTIVITIES)
    assert all((row.room == AWAY) == (row.activity == "out") for row in rows)


@pytest.mark.parametrize(("member", "rows"), DAYS)
def test_days_run_forward_from_after_four_and_end_asleep_in_the_own_bed(member: Member, rows: tuple[Row, ...]) -> None:
    clocks = [time.fromisoformat(row.clock) for row in rows]
    assert clocks == sorted(clocks)
    assert clocks[0] > time(4)
    assert (rows[-1].room, rows[-1].activity) == (member.bed, "sleep")
    assert sum(row.activity == "sleep" for row in rows) == 1


def test_the_kind_of_day_follows_the_week() -> None:
    anna, ben = FAMILY[:2]
    assert [day_of(anna, day) is anna.days["at_home"] for day in range(7)] == [
        True,
        False,
        True,
        False,
        True,
        False,
        False,
    ]
    assert [day_of(ben, day) is ben.days["weekend"] for day in range(7)] == [False] * 5 + [True] * 2


def test_there_is_a_wash_every_day() -> None:
    for day in range(7):
        assert any(row.activity == "laundry" for member in FAMILY for row in day_of(member, day))
