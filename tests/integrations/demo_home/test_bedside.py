"""The clock rings in the morning, not on holiday, and once for a reminder."""

from datetime import UTC, date, datetime, time

import pytest

from integrations.demo_home.bedside import RINGS, Clock
from integrations.demo_home.timeline import Timeline
from tests.integrations.demo_home.conftest import WINTER

DAY = 86_400


class Bedside:
    """A clock, and the local times at which it began to ring."""

    def __init__(self) -> None:
        self.timeline = Timeline(WINTER)
        self.rang: list[str] = []
        self.clock = Clock(self.timeline, self._changed)

    def _changed(self) -> None:
        if self.clock.ringing:
            self.rang.append(self.timeline.time().strftime("%d %H:%M"))


@pytest.fixture
def bedside() -> Bedside:
    return Bedside()


def test_it_rings_every_morning_and_for_the_reminder(bedside: Bedside) -> None:
    bedside.timeline.run(2 * DAY)
    assert bedside.rang == ["14 06:20", "14 19:45", "15 06:20"]
    assert not bedside.clock.ringing


def test_on_holiday_it_is_silent_and_afterwards_it_rings_again(bedside: Bedside) -> None:
    bedside.clock.adjust(wake=time(7, 30), holiday=date(2026, 1, 17))
    bedside.timeline.run(5 * DAY)
    assert bedside.rang == ["14 19:45", "18 07:30"]


def test_a_holiday_without_end_hurts_nothing(bedside: Bedside) -> None:
    bedside.clock.adjust(holiday=date.max)
    bedside.clock.adjust(reminder=datetime(2026, 1, 14, 10, 0, tzinfo=UTC))
    bedside.timeline.run(DAY)
    bedside.clock.adjust(holiday=date(2026, 1, 14))
    bedside.timeline.run(2 * DAY)
    assert bedside.rang == ["14 11:00", "15 06:20"]


def test_what_was_set_before_is_forgotten(bedside: Bedside) -> None:
    bedside.clock.adjust(reminder=datetime(2026, 1, 14, 10, 0, tzinfo=UTC), on=False)
    bedside.timeline.run(3 * DAY)
    assert bedside.rang == ["14 11:00"]


def test_whoever_is_quick_hushes_it(bedside: Bedside) -> None:
    bedside.timeline.run(6 * 3_600 + 20 * 60 + RINGS / 2)
    assert bedside.clock.ringing
    bedside.clock.hush()
    bedside.timeline.run(7 * 3_600)
    assert bedside.rang == ["14 06:20"]
