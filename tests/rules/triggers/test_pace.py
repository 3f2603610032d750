"""Ours: debounce, min_interval, max_per and ignore_unavailable, on triggers of any kind."""

from pathlib import Path
from typing import Any

import pytest

from homeserver.topics.event import EVENT, Event
from tests.rules.stage import Stage
from tests.rules.triggers.telling import Told, problems_of, telling

Step = tuple[Any, ...]
A, B = "binary_sensor.a", "binary_sensor.b"
STATES = {A: "off", B: "off", "sensor.t": "20"}
BOTH = "trigger: state\nentity_id: [binary_sensor.a, binary_sensor.b]\nto: 'on'\n"


async def play(folder: Path, trigger: str, steps: list[Step]) -> list[str]:
    """What fired, as the number of the step and the entity."""
    fired: list[str] = []
    async with telling(folder, trigger, "trigger.entity_id[-1:]", states=STATES) as home:
        for number, step in enumerate(steps):
            found = await home.wait(step[0]) if isinstance(step[0], int | float) else await home.set(*step)
            fired += [f"{number}{name}" for name in found]
    return fired


@pytest.mark.parametrize(
    ("pace", "steps", "fired"),
    [
        # debounce: once it has been quiet for a while, with the last that happened
        ("debounce: 5", [(A, "on"), (4,), (A, "off"), (A, "on"), (4.9,), (0.1,)], ["5a"]),
        ("debounce: {minutes: 1}", [(A, "on"), (60,), (A, "off"), (A, "on"), (60,)], ["1a", "4a"]),
        # each entity on its own
        ("debounce: 5", [(A, "on"), (2,), (B, "on"), (3,), (2,)], ["3a", "4b"]),
        ("debounce: \"{{ states('sensor.t') | int }}\"", [(A, "on"), (19,), (1,)], ["2a"]),
        # min_interval: the first counts, and what follows too soon does not
        ("min_interval: 10", [(A, "on"), (A, "off"), (A, "on"), (10,), (A, "off"), (A, "on")], ["0a", "5a"]),
        ("min_interval: 10", [(A, "on"), (B, "on"), (A, "off"), (A, "on")], ["0a", "1b"]),
        # max_per: for all entities together
        (
            "max_per: 2/10s",
            [(A, "on"), (B, "on"), (A, "off"), (A, "on"), (10,), (B, "off"), (B, "on")],
            ["0a", "1b", "6b"],
        ),
        ("max_per: 1/min", [(A, "on"), (59,), (B, "on"), (1,), (A, "off"), (A, "on")], ["0a", "5a"]),
        # together: what was left out for one reason does not count for the other
        ("debounce: 1\nmax_per: 1/h", [(A, "on"), (0.5,), (A, "off"), (A, "on"), (1,), (B, "on"), (1,)], ["4a"]),
    ],
)
async def test_paces(tmp_path: Path, pace: str, steps: list[Step], fired: list[str]) -> None:
    assert await play(tmp_path, BOTH + pace, steps) == fired


async def test_any_kind_of_trigger_can_be_slowed(tmp_path: Path) -> None:
    async with telling(tmp_path, "trigger: event\nevent_type: ping\nmax_per: 2/min") as home:
        assert sum([len(await home.say(EVENT, Event("ping"))) for _ in range(50)]) == 2


async def test_a_flapper_fires_within_the_limit_and_says_so_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with telling(tmp_path, BOTH + "max_per: 5/10min", states=STATES) as home:
        count = 0
        for _ in range(300):
            count += len(await home.set(A, "on")) + len(await home.set(A, "off"))
        assert count == 5
        assert caplog.text.count("more often than max_per allows") == 1


async def test_what_settles_is_forgotten_when_the_rule_is_switched_off(tmp_path: Path) -> None:
    async with telling(tmp_path, BOTH + "debounce: 5", states=STATES) as home:
        await home.set(A, "on")
        home.stage.rules.rules["test"].disable()
        assert await home.wait(10) == []
        home.stage.rules.rules["test"].enable()
        await home.set(A, "off")
        await home.set(A, "on")
        assert await home.wait(5) == ["state"]


async def test_a_trigger_that_a_run_waits_for_is_slowed_too(tmp_path: Path) -> None:
    text = f"""
- id: test
  triggers: [{{trigger: event, event_type: begin}}]
  actions:
    - wait_for_trigger:
        - trigger: state
          entity_id: {A}
          to: 'on'
          debounce: 5
    - action: select.select_option
      target: {{entity_id: select.log}}
      data: {{option: "x{{{{ wait.trigger.platform }}}}"}}
"""
    async with Stage(tmp_path, text, {"select.log": "", **STATES}) as stage:
        home = Told(stage)
        assert await home.say(EVENT, Event("begin")) == []
        assert await home.set(A, "on") == []
        assert await home.wait(5) == ["state"]


@pytest.mark.parametrize(
    ("trigger", "text"),
    [
        ("trigger: state\nentity_id: a.b\nmax_per: often", "max_per must be a number and a time such as 5/10min"),
        ("trigger: state\nentity_id: a.b\nmax_per: 0/h", "would never let it fire"),
        ("trigger: state\nentity_id: a.b\nmax_per: 5/fortnight", "such as 5/10min"),
        ("trigger: state\nentity_id: a.b\nmax_per: 5", "such as 5/10min"),
        ("trigger: state\nentity_id: a.b\ndebounce: soon", "is no length of time"),
        ("trigger: state\nentity_id: a.b\nmin_interval: -1", "between 0 seconds and a year"),
        ("trigger: state\nentity_id: a.b\ndebounc: 1", "did you mean debounce?"),
        ("trigger: state\nentity_id: a.b\nignore_unavailable: perhaps", "must be true or false"),
        (
            "trigger: state\nentity_id: a.b\nto: unavailable\nignore_unavailable: true",
            "asks for unavailable or unknown",
        ),
    ],
)
async def test_what_is_wrong(tmp_path: Path, trigger: str, text: str) -> None:
    problems = await problems_of(tmp_path, trigger)
    assert [problem for problem in problems if text in problem.text], problems


NUMBER = "trigger: numeric_state\nentity_id: sensor.t\nabove: 25\n"


@pytest.mark.parametrize(
    ("trigger", "steps", "fired"),
    [
        # coming back as something else is no change, since nobody knows when it became that
        (BOTH, [(A, "unavailable"), (A, "on"), (A, "off"), (A, "on")], ["1a", "3a"]),
        (BOTH + "ignore_unavailable: true", [(A, "unavailable"), (A, "on"), (A, "off"), (A, "on")], ["3a"]),
        (BOTH + "ignore_unavailable: true", [(A, "unknown"), (A, "on")], []),
        (BOTH + "ignore_unavailable: true\nfor: 5", [(A, "on"), (2,), (A, "unavailable"), (A, "on"), (3,)], ["4a"]),
        (BOTH + "ignore_unavailable: true\nfor: 5", [(A, "on"), (2,), (A, "unavailable"), (A, "off"), (9,)], []),
        # a number that is inside when it is back has to go outside first
        (NUMBER, [("sensor.t", "unavailable"), ("sensor.t", "30")], ["1t"]),
        (
            NUMBER + "ignore_unavailable: true",
            [
                ("sensor.t", "unavailable"),
                ("sensor.t", "30"),
                ("sensor.t", "31"),
                ("sensor.t", "20"),
                ("sensor.t", "26"),
            ],
            ["4t"],
        ),
        (
            NUMBER + "ignore_unavailable: true",
            [("sensor.t", "unavailable"), ("sensor.t", "21"), ("sensor.t", "26")],
            ["2t"],
        ),
    ],
)
async def test_entities_that_were_away(tmp_path: Path, trigger: str, steps: list[Step], fired: list[str]) -> None:
    assert await play(tmp_path, trigger, steps) == fired


async def test_a_blink_of_two_hundred_devices_fires_nothing(tmp_path: Path) -> None:
    """A router that starts again takes every device away and brings it back, some as something else."""
    names = [f"binary_sensor.d{number}" for number in range(200)]
    trigger = f"trigger: state\nentity_id: [{', '.join(names)}]\nignore_unavailable: true"
    states = dict.fromkeys(names, "off")
    async with telling(tmp_path, trigger, states=states) as home:
        for state in ("unavailable", "unknown", "off"):
            for name in names:
                assert await home.set(name, state) == []
        for number, name in enumerate(names):
            await home.set(name, "unavailable")
            assert await home.set(name, "on" if number % 2 else "off") == []
        assert await home.set(names[0], "on") == ["state"]
