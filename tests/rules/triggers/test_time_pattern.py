"""Trigger `time_pattern`, by https://www.home-assistant.io/docs/automation/trigger/#time-pattern-trigger"""

from datetime import timedelta
from pathlib import Path

import pytest

from homeserver.runtime.clock import VirtualClock
from homeserver.runtime.memory_broker import MemoryBroker
from tests.rules.stage import Stage
from tests.rules.triggers.clockwork import MONDAY, fired, problems, rule, said


@pytest.mark.parametrize(
    ("trigger", "seconds", "times"),
    [
        # "this automation will trigger every hour, at 5 minutes past"
        ("minutes: 5", 7200, ["07:05:00", "08:05:00"]),
        ("minutes: '5'", 3600, ["07:05:00"]),
        # "every 5 minutes": values divisible by five
        ("minutes: '/20'", 3600, ["07:20:00", "07:40:00", "08:00:00"]),
        ("minutes: '/45'", 7200, ["07:45:00", "08:00:00", "08:45:00", "09:00:00"]),
        ("hours: '/3'\nminutes: 0\nseconds: 0", 3600 * 6, ["09:00:00", "12:00:00"]),
        # units below the largest count as zero
        ("hours: '/2'", 3600 * 3, ["08:00:00", "10:00:00"]),
        # "*" is every value
        ("hours: '*'", 7200, ["08:00:00", "09:00:00"]),
        ("hours: '*'\nminutes: '/30'", 3600, ["07:30:00", "08:00:00"]),
        ("seconds: '/20'", 60, ["07:00:20", "07:00:40", "07:01:00"]),
        ("minutes: 1\nseconds: 30", 3600, ["07:01:30"]),
        ("hours: 7\nminutes: '*'\nseconds: 59", 120, ["07:00:59", "07:01:59"]),
        ("hours: 7\nseconds: 10", 3600 * 25, ["07:00:10", "07:00:10"]),
        # ours: a list
        ("minutes: [10, 15]", 3600, ["07:10:00", "07:15:00"]),
    ],
)
async def test_patterns(tmp_path: Path, trigger: str, seconds: float, times: list[str]) -> None:
    told = "{{ trigger.now.strftime('%H:%M:%S') }}"
    assert await fired(tmp_path, f"trigger: time_pattern\n{trigger}", seconds / 3600, told=told) == times


async def test_what_the_run_is_told(tmp_path: Path) -> None:
    told = "{{ trigger.platform }} {{ trigger.description }}"
    assert await fired(tmp_path, "trigger: time_pattern\nhours: 8", 1, told=told) == ["time_pattern time pattern"]


@pytest.mark.parametrize(
    ("trigger", "text"),
    [
        ("trigger: time_pattern", 'give hours, minutes or seconds, such as minutes: "/5"'),
        ("trigger: time_pattern\nminutes: 60", 'minutes must be a number from 0 to 59, "/n" for every nth'),
        ("trigger: time_pattern\nhours: 24", "hours must be a number from 0 to 23"),
        ("trigger: time_pattern\nminutes: '/0'", "not '/0'"),
        ("trigger: time_pattern\nminutes: /-5", "not '/-5'"),
        ("trigger: time_pattern\nminutes: '*/5'", "not '*/5'"),
        ("trigger: time_pattern\nminutes: true", "not True"),
        ("trigger: time_pattern\nminute: 5", "give hours, minutes or seconds"),
        ("trigger: time_pattern\nminutes: 5\nmissed: never", "missed must be"),
    ],
)
async def test_faults(tmp_path: Path, trigger: str, text: str) -> None:
    assert text in " ".join(await problems(tmp_path, trigger))


@pytest.mark.parametrize(
    ("missed", "times"),
    [("", []), ("\nmissed: run", ["Mon 07:35:00"]), ("\nmissed: {if_younger_than: 60}", [])],
)
async def test_what_passed_while_the_home_was_off(tmp_path: Path, missed: str, times: list[str]) -> None:
    """Without a word it is not made up for, since it comes again; of many that were missed the last one is."""
    broker, trigger = MemoryBroker(), f"trigger: time_pattern\nminutes: '/5'{missed}"
    for start, seconds in ((MONDAY, 10), (MONDAY + timedelta(minutes=38), 60)):
        clock = VirtualClock(start)
        async with Stage(tmp_path, rule(trigger), {"light.lamp": "off"}, clock=clock, broker=broker) as made:
            await made.wait(seconds)
            told = said(made)
    assert told == times
