"""Triggers of the sun, by https://www.home-assistant.io/docs/automation/trigger/#sun-trigger and, for the purpose-named
kinds, https://www.home-assistant.io/integrations/sun/"""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from homeserver.runtime.clock import VirtualClock
from homeserver.runtime.memory_broker import MemoryBroker
from tests.rules.stage import Stage
from tests.rules.triggers.clockwork import fired, problems, rule, said, stage

CROSSED = "trigger: sun.elevation_crossed_threshold"
DAY = datetime(2026, 3, 20, 0, 0, tzinfo=UTC)
"""In Berlin the sun rises at 05:09 and sets at 17:19 UTC; the other times are those of the library `astral`."""


@pytest.mark.parametrize(
    ("trigger", "times"),
    [
        ("trigger: sun\nevent: sunrise", ["05:0"]),
        ("platform: sun\nevent: sunset", ["17:1"]),
        ("trigger: sun\nevent: sunset\noffset: '-01:00:00'", ["16:1"]),
        ("trigger: sun\nevent: sunset\noffset: '+00:30'", ["17:4"]),
        ("trigger: sun\nevent: sunset\noffset: {hours: -2}", ["15:1"]),
        ("trigger: sun\nevent: sunset\noffset: -3600", ["16:1"]),
        # "-23:30" before tomorrow's
        ("trigger: sun\nevent: sunrise\noffset: '-23:30:00'", ["05:3"]),
        ("trigger: sun.sunrise", ["05:0"]),
        ("trigger: sun.sunset\noptions: {offset: '00:10:00', offset_type: before}", ["17:0"]),
        ("trigger: sun.sunset\noptions: {offset: {minutes: -10}}", ["17:0"]),
        ("trigger: sun.solar_noon", ["11:1"]),
        ("trigger: sun.solar_midnight", ["23:1"]),
        ("trigger: sun.dawn", ["04:3"]),
        ("trigger: sun.dusk\noptions: {type: nautical}", ["18:3"]),
        ("trigger: sun.dusk\noptions: {type: astronomical}", ["19:1"]),
        ("trigger: sun.golden_hour_started", ["04:4", "16:3"]),
        ("trigger: sun.golden_hour_ended\noptions: {period: evening}", ["17:4"]),
        ("trigger: sun.blue_hour_started\noptions: {period: morning}", ["04:3"]),
        ("trigger: sun.blue_hour_ended", ["04:4", "17:5"]),
        (
            f"{CROSSED}\noptions: {{threshold: {{type: above, value: {{number: 20}}}}}}",
            ["07:3"],
        ),
        (
            f"{CROSSED}\noptions: {{threshold: {{type: below, value: {{number: 20}}}}}}",
            ["14:5"],
        ),
        (
            "trigger: sun.elevation_crossed_threshold\n"
            "options: {threshold: {type: between, value_min: {number: 10}, value_max: {number: 20}}}",
            ["06:2", "14:5"],
        ),
        (
            "trigger: sun.elevation_crossed_threshold\n"
            "options: {threshold: {type: outside, value_min: {number: 10}, value_max: {number: 20}}}",
            ["07:3", "16:0"],
        ),
        (
            "trigger: sun.elevation_crossed_threshold\n"
            "options: {for: '01:00:00', threshold: {type: above, value: {number: 20}}}",
            ["08:3"],
        ),
        # ten hours later it is not so high any more
        (
            "trigger: sun.elevation_crossed_threshold\n"
            "options: {for: '10:00:00', threshold: {type: above, value: {number: 20}}}",
            [],
        ),
        ("trigger: sun.elevation_crossed_threshold\noptions: {threshold: {type: above, value: {number: 70}}}", []),
        ("trigger: sun.polar_night_started", []),
    ],
)
async def test_kinds(tmp_path: Path, trigger: str, times: list[str]) -> None:
    told = "{{ trigger.now.strftime('%H:%M') }}"
    found = await fired(tmp_path, trigger, 24.2, start=DAY - timedelta(minutes=5), told=told)
    assert [time[:4] for time in found] == times


@pytest.mark.parametrize(
    ("trigger", "told"),
    [
        ("trigger: sun\nevent: sunset\noffset: '-00:30'", "sun sunset -1 day, 23:30:00 sunset with offset"),
        ("trigger: sun\nevent: sunset", "sun sunset 0:00:00 sunset"),
        ("trigger: sun.dusk", "sun.dusk   sun event dusk"),
    ],
)
async def test_what_the_run_is_told(tmp_path: Path, trigger: str, told: str) -> None:
    text = "{{ trigger.platform }} {{ trigger.event }} {{ trigger.offset }} {{ trigger.description }}"
    assert await fired(tmp_path, trigger, 24, start=DAY, told=text) == [told]


async def test_a_threshold_of_an_entity_follows_it(tmp_path: Path) -> None:
    trigger = (
        "trigger: sun.elevation_crossed_threshold\n"
        "options: {threshold: {type: above, value: {active_choice: entity, entity: input_number.height}}}"
    )
    async with stage(tmp_path, trigger, start=DAY) as made:
        await made.wait(8 * 3600)
        assert said(made) == []
        await made.set("input_number.height", "30")
        await made.set("input_number.height", "35")
        await made.wait(2 * 3600)
        assert [time[:8] for time in said(made)] == ["Fri 09:5"]


async def test_changes_of_the_elevation(tmp_path: Path) -> None:
    trigger = "trigger: sun.elevation_changed\noptions: {threshold: {type: above, value: {number: 10}}}"
    async with stage(tmp_path, trigger, start=DAY, told="{{ trigger.elevation }}") as made:
        await made.wait(6 * 3600)
        assert said(made) == []
        await made.wait(3600)
        numbers = [float(text) for text in said(made)]
        assert len(numbers) > 5
        assert min(numbers) > 10
        assert numbers == sorted(numbers)


@pytest.mark.parametrize(
    ("trigger", "text"),
    [
        ("trigger: sun", "event is missing: say sunrise or sunset"),
        ("trigger: sun\nevent: sundown", "event must be one of sunrise, sunset, not 'sundown'"),
        ("trigger: sun\nevent: sunset\noffset: later", "offset: 'later' is no length of time"),
        ("trigger: sun\nevent: sunset\noffset: {days: 400}", "is longer than a year"),
        ("trigger: sun\nevent: sunset\nofset: 5", "unknown field 'ofset'; did you mean offset?"),
        ("trigger: sun.dawn\noptions: {type: sandy}", "type must be one of civil, nautical, astronomical"),
        ("trigger: sun.dawn\noptions: {kind: civil}", "unknown field 'kind'"),
        ("trigger: sun.golden_hour_started\noptions: {period: noon}", "period must be one of any, morning, evening"),
        ("trigger: sun.elevation_changed", "threshold is missing"),
        ("trigger: sun.elevation_changed\noptions: {threshold: {type: near}}", "type must be one of above"),
        ("trigger: sun.elevation_changed\noptions: {threshold: {type: above}}", "value is missing"),
        (
            "trigger: sun.elevation_changed\noptions: {threshold: {type: above, value: {number: high}}}",
            "number must be a number, not 'high'",
        ),
        (
            "trigger: sun.elevation_crossed_threshold\n"
            "options: {threshold: {type: between, value_min: {number: 2}, value_max: {number: 1}}}",
            "value_min 2.0 is above value_max 1.0",
        ),
        ("trigger: sun.elevation_crossed_threshold\noptions: {threshold: {type: any}}", "type must be one of above"),
        ("trigger: sun.sunbeam", "sun.sunbeam"),
    ],
)
async def test_faults(tmp_path: Path, trigger: str, text: str) -> None:
    assert text in " ".join(await problems(tmp_path, trigger))


async def test_a_sunset_while_the_home_was_off(tmp_path: Path) -> None:
    """Made up for when it is younger than ten minutes, as times of day are."""
    for off, count in ((timedelta(hours=17, minutes=22), 1), (timedelta(hours=17, minutes=40), 0)):
        broker, folder = MemoryBroker(), tmp_path / str(count)
        text = rule("trigger: sun\nevent: sunset")
        for start in (DAY, DAY + off):
            clock = VirtualClock(start)
            async with Stage(folder, text, {"light.lamp": "off"}, clock=clock, broker=broker) as made:
                await made.wait(2)
                told = said(made)
        assert len(told) == count


async def test_where_the_sun_does_not_set_for_weeks(tmp_path: Path) -> None:
    """North of the polar circle the trigger waits, and fires when the sun sets again."""
    made = stage(tmp_path, "trigger: sun\nevent: sunset", start=datetime(2026, 6, 1, tzinfo=UTC))
    made.home.process.settings.home.__dict__.update(latitude=69.65, longitude=18.96)
    async with made:
        (row,) = made.rules.engine.schedule._waiting[:1]
        assert abs(row[0] - datetime(2026, 7, 26, tzinfo=UTC)) < timedelta(days=2)
        await made.wait(24 * 3600)
        assert said(made) == []
