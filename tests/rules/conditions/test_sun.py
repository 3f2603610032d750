"""Conditions of the sun, by https://www.home-assistant.io/docs/scripts/conditions/#sun-condition

In Berlin on 20 March 2026 the sun rises at 05:09 UTC, is highest at 11:14 and sets at 17:19.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from homeserver.rules.fired import Fired
from homeserver.rules.run import Run
from homeserver.rules.sun import Sun
from homeserver.runtime.clock import VirtualClock
from tests.rules.conditions.test_table import START, rule
from tests.rules.stage import Stage

TROMSO = Sun(69.65, 18.96)
HOURS = (1, 4, 6, 12, 16, 18, 22)


async def met(folder: Path, condition: str, hours: Iterable[float]) -> set[float]:
    """The hours of the day at which a condition holds."""
    found, clock = set(), VirtualClock(datetime(2026, 3, 20, tzinfo=UTC))
    async with Stage(folder, rule(condition), START, clock=clock) as stage:
        assert stage.rules.book.problems == []
        for hour in hours:
            await stage.wait(hour * 3600 - clock.monotonic())
            stage.told()
            await stage.set(
                "binary_sensor.go", "on" if stage.props.states["binary_sensor.go"].state == "off" else "off"
            )
            if stage.told():
                found.add(hour)
    return found


@pytest.mark.parametrize(
    ("condition", "hours"),
    [
        # "after sunset": until midnight; "before sunrise": from midnight; both: all night
        ("after: sunset", {18, 22}),
        ("before: sunset", {1, 4, 6, 12, 16}),
        ("after: sunrise", {6, 12, 16, 18, 22}),
        ("before: sunrise", {1, 4}),
        ("after: sunset\n  before: sunrise", {1, 4, 18, 22}),
        ("after: sunrise\n  before: sunset", {6, 12, 16}),
        ("after: sunrise\n  after_offset: '03:00:00'", {12, 16, 18, 22}),
        ("before: sunset\n  before_offset: '-02:00:00'", {1, 4, 6, 12}),
        ("after: sunset\n  after_offset: '-02:00:00'\n  before: sunrise\n  before_offset: '-02:00'", {1, 16, 18, 22}),
        ("before: sunrise\n  before_offset: {hours: 1}", {1, 4, 6}),
    ],
)
async def test_before_and_after(tmp_path: Path, condition: str, hours: set[float]) -> None:
    assert await met(tmp_path, f"- condition: sun\n  {condition}", HOURS) == hours


@pytest.mark.parametrize(
    ("condition", "hours"),
    [
        ("sun.is_up", {6, 12, 16}),
        ("sun.is_set", {1, 4, 18, 22}),
        ("sun.is_ascending", {1, 4, 6}),
        ("sun.is_descending", {12, 16, 18, 22}),
        ("sun.is_night", {1, 22}),
        ("sun.is_golden_hour", {17}),
        ("sun.is_golden_hour\n  options: {period: morning}", {5}),
        ("sun.is_blue_hour\n  options: {period: any}", {17.75}),
        ("sun.is_morning_twilight", {4}),
        ("sun.is_evening_twilight", {18}),
        ("sun.is_evening_twilight\n  options: {type: nautical}", {18}),
        ("sun.is_evening_twilight\n  options: {type: civil}", {17.5}),
        ("sun.is_midnight_sun", set()),
        ("sun.is_polar_night", set()),
        ("sun.elevation\n  options: {threshold: {type: above, value: {number: 30}}}", {12}),
        ("sun.elevation\n  options: {threshold: {type: below, value: {entity: sensor.t}}}", {1, 4, 6, 16, 18, 22}),
    ],
)
async def test_purpose_named_kinds(tmp_path: Path, condition: str, hours: set[float]) -> None:
    assert await met(tmp_path, f"- condition: {condition}", HOURS if hours <= set(HOURS) else sorted(hours)) == hours


@pytest.mark.parametrize(
    ("condition", "month", "met"),
    [
        # no sunset that day, and no sunrise: neither is after or before it
        ("sun\n  after: sunset", 6, False),
        ("sun\n  before: sunset", 6, False),
        ("sun\n  after: sunset\n  before: sunrise", 12, False),
        ("sun.is_up", 6, True),
        ("sun.is_midnight_sun", 6, True),
        ("sun.is_polar_night", 6, False),
        ("sun.is_polar_night", 12, True),
        ("sun.is_set", 12, True),
    ],
)
async def test_north_of_the_polar_circle(tmp_path: Path, condition: str, month: int, met: bool) -> None:
    text = f"""
- id: test
  triggers: {{trigger: state, entity_id: binary_sensor.go}}
  conditions:
    - condition: {condition.replace(chr(10), chr(10) + "    ")}
  actions: {{action: light.turn_on, target: {{entity_id: light.lamp}}}}
"""
    states = {"binary_sensor.go": "off", "light.lamp": "off"}
    async with Stage(tmp_path, text, states, clock=VirtualClock(datetime(2026, month, 15, 12, tzinfo=UTC))) as stage:
        assert stage.rules.book.problems == []
        stage.rules.engine.sun = TROMSO
        await stage.set("binary_sensor.go", "on")
        assert bool(stage.told()) is met


@pytest.mark.parametrize(
    ("condition", "text"),
    [
        ("sun", "give before or after: sunrise or sunset"),
        ("sun\n  after: dusk", "after must be one of sunrise, sunset, not 'dusk'"),
        ("sun\n  after: sunset\n  after_offset: late", "after_offset: 'late' is no length of time"),
        ("sun\n  after: sunset\n  offset: 5", "unknown field 'offset'"),
        ("sun.is_up\n  options: {high: 5}", "unknown field 'high'"),
        ("sun.is_golden_hour\n  options: {period: noon}", "period must be one of any, morning, evening"),
        ("sun.elevation", "threshold is missing"),
        ("sun.is_gone", "sun.is_gone"),
    ],
)
async def test_faults(tmp_path: Path, condition: str, text: str) -> None:
    async with Stage(tmp_path, rule(f"- condition: {condition}")) as stage:
        assert text in " ".join(problem.text for problem in stage.rules.book.problems)


@pytest.mark.parametrize(
    ("condition", "told"),
    [
        ("sun\n  after: sunset", "it is 12:00:00, wanted after sunset (17:19:"),
        ("sun\n  before: sunrise\n  before_offset: '01:00'", "wanted before sunrise with its offset (06:09:"),
        ("holiday\n  country: DE", "Friday, 2026-03-20 is no holiday"),
        ("workday\n  country: DE\n  day: tomorrow", "Saturday, 2026-03-21 is no workday"),
    ],
)
async def test_what_was_not_met_is_told(tmp_path: Path, condition: str, told: str) -> None:
    clock = VirtualClock(datetime(2026, 3, 20, 12, tzinfo=UTC))
    async with Stage(tmp_path, rule(f"- condition: {condition}"), START, clock=clock) as stage:
        (leaf,) = stage.rules.rules["test"].compiled.leaves
        run = Run(stage.rules.rules["test"], Fired(None), 1)
        assert leaf.check(run) is False
        assert told in leaf.tell(run)
