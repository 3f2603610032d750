"""Trigger `time`, by https://www.home-assistant.io/docs/automation/trigger/#time-trigger"""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from homeserver.runtime.clock import VirtualClock
from homeserver.runtime.memory_broker import MemoryBroker
from tests.rules.stage import Stage
from tests.rules.triggers.clockwork import MONDAY, fired, problems, rule, said, stage


@pytest.mark.parametrize(
    ("trigger", "hours", "times"),
    [
        ("trigger: time\nat: '07:30'", 30, ["Mon 07:30:00", "Tue 07:30:00"]),
        ("platform: time\nat: '07:30:15'", 2, ["Mon 07:30:15"]),
        # "multiple times can be provided"
        ("trigger: time\nat: ['07:30', '08:30:00']", 24, ["Mon 07:30:00", "Mon 08:30:00"]),
        # weekday: one or a list
        ("trigger: time\nat: '07:30'\nweekday: wed", 24 * 3, ["Wed 07:30:00"]),
        ("trigger: time\nat: '07:30'\nweekday: [tue, thu]", 24 * 4, ["Tue 07:30:00", "Thu 07:30:00"]),
        # ours: full names, and words for several days
        (
            "trigger: time\nat: '07:30'\nweekday: [Tuesday, weekend]",
            24 * 7,
            [f"{day} 07:30:00" for day in ("Tue", "Sat", "Sun")],
        ),
        (
            "trigger: time\nat: '06:00'\nweekday: weekdays",
            24 * 5,
            [f"{day} 06:00:00" for day in ("Tue", "Wed", "Thu", "Fri")],
        ),
        # "limited templates": rendered once, with trigger_variables
        ("trigger: time\nat: '{{ early }}'", 24, ["Tue 06:45:00"]),
    ],
)
async def test_times_of_day(tmp_path: Path, trigger: str, hours: float, times: list[str]) -> None:
    assert await fired(tmp_path, trigger, hours) == times


async def test_local_time_of_the_home_counts(tmp_path: Path) -> None:
    assert await fired(tmp_path, "trigger: time\nat: '08:30'", 24, zone="Europe/Berlin") == ["Mon 08:30:00"]


WAKE = "input_datetime.wake"
STAMP = {"device_class": "timestamp"}
DATED = {"has_date": True, "has_time": True, "year": 2026, "month": 1, "day": 5, "hour": 7, "minute": 30, "second": 0}


@pytest.mark.parametrize(
    ("trigger", "entity", "state", "attributes", "times"),
    [
        # input_datetime with only a time: each day
        (f"at: {WAKE}", WAKE, "07:30:00", {"has_date": False, "has_time": True}, ["Mon 07:30:00", "Tue 07:30:00"]),
        # with date and time: once; with only a date: at its midnight
        (f"at: {WAKE}", WAKE, "2026-01-05 07:30:00", DATED, ["Mon 07:30:00"]),
        (f"at: {WAKE}", WAKE, "2026-01-06", {"has_date": True, "has_time": False}, ["Tue 00:00:00"]),
        # a time in the past fires nothing
        (f"at: {WAKE}", WAKE, "2026-01-05 06:59:59", {}, []),
        # "sensors with device class timestamp"
        (
            "at: sensor.train",
            "sensor.train",
            "2026-01-05T08:15:00+01:00",
            {"device_class": "timestamp"},
            ["Mon 07:15:00"],
        ),
        ("at: sensor.train", "sensor.train", "2026-01-05T08:15:00+01:00", {"device_class": "date"}, []),
        ("at: sensor.train", "sensor.train", "unknown", {"device_class": "timestamp"}, []),
        # entity_id and offset
        (f"at: {{entity_id: {WAKE}, offset: '-00:05'}}", WAKE, "07:30:00", {}, ["Mon 07:25:00", "Tue 07:25:00"]),
        (
            f"at: {{entity_id: {WAKE}, offset: {{minutes: -45}}}}",
            WAKE,
            "00:30:00",
            {},
            ["Mon 23:45:00", "Tue 23:45:00"],
        ),
        (
            "at: {entity_id: sensor.train, offset: '01:00:00'}",
            "sensor.train",
            "2026-01-05T07:15:00+00:00",
            {"device_class": "timestamp"},
            ["Mon 08:15:00"],
        ),
        # the weekday is that of the moment, with the offset
        (f"at: {{entity_id: {WAKE}, offset: '-01:00'}}\nweekday: tue", WAKE, "00:30:00", {}, ["Tue 23:30:00"]),
        (f"at: {WAKE}\nweekday: tue", WAKE, "2026-01-05 07:30:00", DATED, []),
        # a template may say an entity
        ("at: '{{ place }}'", WAKE, "07:30:00", {}, ["Mon 07:30:00", "Tue 07:30:00"]),
        # lists of all of these
        (
            f"at: ['07:10', {WAKE}]",
            WAKE,
            "2026-01-05 07:30:00",
            DATED,
            ["Mon 07:10:00", "Mon 07:30:00", "Tue 07:10:00"],
        ),
        # ours: entities of devices that hold a time
        ("at: time.alarm", "time.alarm", "07:30:00", {}, ["Mon 07:30:00", "Tue 07:30:00"]),
        ("at: datetime.alarm", "datetime.alarm", "2026-01-05T07:30:00+00:00", {}, ["Mon 07:30:00"]),
    ],
)
async def test_times_of_entities(
    tmp_path: Path, trigger: str, entity: str, state: str, attributes: dict[str, Any], times: list[str]
) -> None:
    async with stage(tmp_path, f"trigger: time\n{trigger}") as made:
        await made.set(entity, state, **attributes)
        await made.wait(41 * 3600)
        assert said(made) == times


async def test_the_time_of_an_entity_changes(tmp_path: Path) -> None:
    async with stage(tmp_path, f"trigger: time\nat: {WAKE}") as made:
        await made.set(WAKE, "08:00:00")
        await made.set(WAKE, "07:30:00")
        await made.set(WAKE, "07:30:00", note="its attributes do not matter")
        await made.wait(3600 * 2)
        assert said(made) == ["Mon 07:30:00"]
        await made.set(WAKE, "unavailable")
        await made.wait(3600 * 24)
        await made.set(WAKE, None)
        await made.wait(3600 * 24)
        assert said(made) == []


async def test_what_the_run_is_told(tmp_path: Path) -> None:
    told = "{{ trigger.platform }} {{ trigger.description }} {{ trigger.entity_id }}"
    assert await fired(tmp_path, "trigger: time\nat: '07:30'", 1, told=told) == ["time time None"]
    async with stage(tmp_path, f"trigger: time\nat: {WAKE}", told=told) as made:
        await made.set(WAKE, "07:30:00")
        await made.wait(3600)
        assert said(made) == [f"time time set in {WAKE} {WAKE}"]


async def test_a_template_that_says_no_time_is_told_and_fires_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    assert await fired(tmp_path, "trigger: time\nat: '{{ 1 + 1 }}'", 24) == []
    assert "the template says '2', which is not a time" in caplog.text


@pytest.mark.parametrize(
    ("trigger", "text"),
    [
        ("trigger: time", "at is missing: give a time such as 07:30 in quotes"),
        ("trigger: time\nat: []", "at is empty"),
        ("trigger: time\nat: '25:00'", "at must be a time such as 07:30 or 07:30:00, in quotes, not '25:00'"),
        # YAML reads 07:30 without quotes as a number to the base of 60
        ("trigger: time\nat: 450", "at must be a time such as 07:30 in quotes"),
        ("trigger: time\nat: light.lamp", "light.lamp holds no time: name one of input_datetime, sensor"),
        ("trigger: time\nat: {entity_id: light.lamp}", "light.lamp holds no time"),
        ("trigger: time\nat: {entity_id: sensor.a, offset: soon}", "offset: 'soon' is no length of time"),
        ("trigger: time\nat: {entity_id: sensor.a, offsets: 5}", "unknown field 'offsets'; did you mean offset?"),
        ("trigger: time\nat: {offset: 5}", "entity_id is missing"),
        ("trigger: time\nat: '07:30'\nweekday: someday", "'someday' is no weekday"),
        ("trigger: time\nat: '07:30'\nweekday: tues", "did you mean tue"),
        ("trigger: time\nat: '07:30'\nweekday: []", "weekday names no day"),
        ("trigger: time\nat: '07:30'\nmissed: perhaps", "missed must be run, skip or if_younger_than"),
        ("trigger: time\nat: '07:30'\nmissed: {if_older_than: 5}", "if_younger_than is missing"),
        ("trigger: time\nat: '07:30'\nmissed: {if_younger_than: soon}", "'soon' is no length of time"),
    ],
)
async def test_faults(tmp_path: Path, trigger: str, text: str) -> None:
    assert text in " ".join(await problems(tmp_path, trigger))


# -- missed


async def restarted(folder: Path, trigger: str, off: timedelta) -> list[str]:
    """What fires after the home was off for a while from 07:00 on; it had run for a minute before."""
    broker = MemoryBroker()
    clock = VirtualClock(MONDAY - timedelta(minutes=1))
    async with Stage(folder, rule(trigger), {"light.lamp": "off"}, clock=clock, broker=broker) as made:
        await made.wait(60)
        assert said(made) == []
    clock = VirtualClock(MONDAY + off)
    async with Stage(folder, rule(trigger), {"light.lamp": "off"}, clock=clock, broker=broker) as made:
        await made.wait(2)
        return said(made)


@pytest.mark.parametrize(
    ("missed", "off", "times"),
    [
        # without a word: made up for if younger than ten minutes
        ("", timedelta(minutes=39), ["Mon 07:30:00"]),
        ("", timedelta(minutes=41), []),
        ("\nmissed: skip", timedelta(minutes=31), []),
        ("\nmissed: run", timedelta(days=9), ["Tue 07:30:00"]),
        ("\nmissed: {if_younger_than: 01:00:00}", timedelta(minutes=89), ["Mon 07:30:00"]),
        ("\nmissed: {if_younger_than: 01:00:00}", timedelta(minutes=91), []),
        ("\nmissed: run", timedelta(minutes=29), []),
    ],
)
async def test_what_passed_while_the_home_was_off(
    tmp_path: Path, missed: str, off: timedelta, times: list[str]
) -> None:
    assert await restarted(tmp_path, f"trigger: time\nat: '07:30'{missed}", off) == times


async def test_what_was_done_is_not_done_again_after_a_restart(tmp_path: Path) -> None:
    broker, trigger = MemoryBroker(), "trigger: time\nat: '07:30'\nmissed: run"
    for start, times in ((MONDAY, ["Mon 07:30:00"]), (MONDAY + timedelta(minutes=31), [])):
        clock = VirtualClock(start)
        async with Stage(tmp_path, rule(trigger), {"light.lamp": "off"}, clock=clock, broker=broker) as made:
            await made.wait(30 * 60)
            assert said(made) == times


async def test_a_moment_met_twice_over_a_kill_says_its_commands_under_the_same_ids(tmp_path: Path) -> None:
    """A kill right after the moment, before it was kept that it had come: home knows the ids and does nothing twice."""
    trigger, ids = "trigger: time\nat: '07:30'", []
    for _ in range(2):
        async with Stage(tmp_path, rule(trigger), {"light.lamp": "off"}, clock=VirtualClock(MONDAY)) as made:
            schedule = made.rules.engine.schedule
            await made.wait(30 * 60)
            ids += [command.id for command in made.props.full]
            schedule.looked.mark(MONDAY)
            schedule._begun = False  # nothing is kept at the end
    assert len(ids) == 2
    assert ids[0] == ids[1]


async def test_a_moment_of_an_entity_is_made_up_for(tmp_path: Path) -> None:
    broker, trigger = MemoryBroker(), f"trigger: time\nat: {WAKE}"
    times = []
    for start in (MONDAY, MONDAY + timedelta(minutes=35)):
        states = {"light.lamp": "off", WAKE: "2026-01-05 07:30:00"}
        async with Stage(tmp_path, rule(trigger), states, clock=VirtualClock(start), broker=broker) as made:
            await made.wait(60)
            times += said(made)
    assert times == ["Mon 07:30:00"]


async def test_where_clocks_change(tmp_path: Path) -> None:
    """The whole way, on the two nights: skipped comes at the jump, doubled comes the first time."""
    for night, times in (
        (datetime(2026, 3, 28, 23, 0, tzinfo=UTC), ["Sun 03:00:00"]),
        (datetime(2026, 10, 24, 22, 0, tzinfo=UTC), ["Sun 02:30:00"]),
    ):
        assert await fired(tmp_path, "trigger: time\nat: '02:30'", 23, start=night, zone="Europe/Berlin") == times


async def test_runs_wait_for_a_time_each_by_itself(tmp_path: Path) -> None:
    text = """
- id: test
  mode: parallel
  triggers: {trigger: state, entity_id: binary_sensor.door}
  actions:
    - wait_for_trigger:
        - {trigger: time, at: input_datetime.wake}
        - {trigger: time_pattern, hours: 9}
        - {trigger: sun, event: sunset}
      timeout: "05:00:00"
    - action: light.turn_on
      target: {entity_id: light.lamp}
      data: {effect: "{{ wait.trigger.platform if wait.trigger else 'nothing' }} {{ now().strftime('%H:%M') }}"}
"""
    states = {"binary_sensor.door": "off", "light.lamp": "off", WAKE: "07:30:00"}
    async with Stage(tmp_path, text, states, clock=VirtualClock(MONDAY)) as made:
        assert made.rules.book.problems == []
        for state in ("on", "off"):
            await made.set("binary_sensor.door", state)
        await made.wait(3600)
        assert said(made) == ["time 07:30", "time 07:30"]
        await made.set("binary_sensor.door", "on")
        await made.wait(2 * 3600)
        assert said(made) == ["time_pattern 09:00"]
        await made.wait(9 * 3600)
        await made.set("binary_sensor.door", "off")
        await made.wait(6 * 3600)
        assert said(made) == ["nothing 00:00"]
        # nothing is waited for any more
        assert [entry for _, _, entry in made.rules.engine.schedule._waiting if not entry.over] == []
