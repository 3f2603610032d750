"""`sun.sun`, by https://www.home-assistant.io/integrations/sun/: what it says, when, and how often."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from homeserver.rules.engine import Engine
from homeserver.rules.owned.sun import SunThing
from homeserver.rules.sun import HORIZON, Sun
from homeserver.runtime.clock import VirtualClock
from tests.rules.owned.desk import Desk
from tests.rules.stage import Stage

DAY = datetime(2026, 3, 20, 0, 0, tzinfo=UTC)
"""In Berlin the sun rises at 05:09, is highest at 11:14 and sets at 17:19 UTC."""
BERLIN, TROMSO = Sun(52.52, 13.405), Sun(69.65, 18.96)


class SleepyClock(VirtualClock):
    slept = timedelta()

    def now(self) -> datetime:
        return super().now() + self.slept


def begun(start: datetime, sun: Sun = BERLIN) -> tuple[SunThing, Desk, SleepyClock]:
    clock = SleepyClock(start)
    desk = Desk(clock)
    desk.engine = cast(Engine, SimpleNamespace(sun=sun, zone=UTC))
    thing = SunThing()
    thing.desk = desk
    thing.begin()
    return thing, desk, clock


def test_what_it_says() -> None:
    thing, _, _ = begun(DAY + timedelta(hours=6))
    times = {name: value[:16] for name, value in thing.attributes.items() if name.startswith("next_")}
    assert thing.state == "above_horizon"
    assert times == {
        "next_dawn": "2026-03-21T04:32",
        "next_dusk": "2026-03-20T17:53",
        "next_midnight": "2026-03-20T23:13",
        "next_noon": "2026-03-20T11:13",
        "next_rising": "2026-03-21T05:06",
        "next_setting": "2026-03-20T17:19",
    }
    assert thing.attributes["next_noon"].endswith("+00:00")
    assert thing.attributes["elevation"] == pytest.approx(6.9, abs=0.2)
    assert thing.attributes["azimuth"] == pytest.approx(100, abs=2)
    assert thing.attributes["rising"] is True


async def test_it_is_said_when_it_changes_and_not_too_often() -> None:
    thing, desk, clock = begun(DAY)
    changes, before = [], thing.state
    for _ in range(24 * 60):
        await clock.advance(60)
        if thing.state != before:
            changes.append((thing.state, clock.now().strftime("%H:%M")))
            before = thing.state
    assert changes == [("above_horizon", "05:10"), ("below_horizon", "17:20")]
    assert 200 < len(desk.shown) < 400
    # with refraction it stands half a degree higher than it does
    assert all((state == "above_horizon") is (row["elevation"] > HORIZON + 0.397) for state, row in desk.shown)
    assert max(row["elevation"] for _, row in desk.shown) == pytest.approx(37.4, abs=0.1)


async def test_at_sunset_it_is_below_the_horizon_to_the_second() -> None:
    thing, _, clock = begun(DAY + timedelta(hours=17))
    setting = datetime.fromisoformat(thing.attributes["next_setting"])
    await clock.advance((setting - clock.now()).total_seconds() - 0.5)
    assert thing.state == "above_horizon"
    await clock.advance(1)
    assert thing.state == "below_horizon"
    assert datetime.fromisoformat(thing.attributes["next_setting"]) > setting + timedelta(hours=23)


@pytest.mark.parametrize("hours", [7, -7])
async def test_a_machine_that_slept_or_whose_clock_was_set(hours: int) -> None:
    thing, _, clock = begun(DAY + timedelta(hours=12))
    clock.slept = timedelta(hours=hours)
    await clock.advance(61)
    assert thing.state == "below_horizon"
    assert datetime.fromisoformat(thing.attributes["next_noon"]) > clock.now()


@pytest.mark.parametrize(
    ("month", "state"),
    [(6, "above_horizon"), (12, "below_horizon")],
)
def test_north_of_the_polar_circle(month: int, state: str) -> None:
    thing, _, _ = begun(datetime(2026, month, 15, tzinfo=UTC), TROMSO)
    assert thing.state == state
    found = datetime.fromisoformat(thing.attributes["next_rising"])
    assert found > thing.now
    assert found - thing.now < timedelta(days=60)


async def test_the_end() -> None:
    thing, desk, clock = begun(DAY)
    thing.end()
    await clock.advance(86_400)
    assert desk.shown == []


async def test_rules_react_to_it(tmp_path: Path) -> None:
    """The automations that most homes have: at `sun.sun` to `below_horizon`, and below a certain elevation."""
    text = """
- triggers: {trigger: state, entity_id: sun.sun, to: below_horizon}
  actions: {action: light.turn_on, target: {entity_id: light.lamp}}
- triggers: {trigger: numeric_state, entity_id: sun.sun, attribute: elevation, below: -4}
  conditions: {condition: state, entity_id: sun.sun, state: below_horizon}
  actions: {action: light.turn_off, target: {entity_id: light.lamp}}
"""
    clock = VirtualClock(DAY + timedelta(hours=17))
    async with Stage(tmp_path, text, {"light.lamp": "off"}, clock=clock) as stage:
        assert stage.rules.book.problems == []
        await stage.wait(15 * 60)
        assert stage.told() == []
        await stage.wait(10 * 60)
        assert stage.services() == [("light.lamp", "turn_on")]
        await stage.wait(30 * 60)
        assert stage.services() == [("light.lamp", "turn_off")]
