"""Templates that become true: https://www.home-assistant.io/docs/automation/trigger/#template-trigger"""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from homeserver.runtime.clock import VirtualClock
from homeserver.runtime.memory_broker import MemoryBroker
from tests.rules.triggers.telling import problems_of, telling

Step = tuple[Any, ...]
START = {"sensor.a": "1", "sensor.b": "1", "binary_sensor.door": "off", "light.one": "off", "sensor.far": "unavailable"}
NOON = datetime(2026, 3, 1, 11, 58, 30, tzinfo=UTC)


async def play(folder: Path, trigger: str, steps: list[Step]) -> list[int]:
    """The numbers of the steps after which it fired; a step is a wait, or an entity, its state and attributes."""
    fired: list[int] = []
    async with telling(folder, f"trigger: template\n{trigger}", states=START, clock=VirtualClock(NOON)) as home:
        for number, step in enumerate(steps):
            if isinstance(step[0], int | float):
                fired += [number] * len(await home.wait(step[0]))
            else:
                more = step[2] if len(step) > 2 else {}
                fired += [number] * len(await home.set(step[0], step[1], **more))
    return fired


A, B, DOOR = "sensor.a", "sensor.b", "binary_sensor.door"
OVER_FIVE = "value_template: \"{{ states('sensor.a') | float(0) > 5 }}\""


@pytest.mark.parametrize(
    ("trigger", "steps", "fired"),
    [
        # "fires when the template evaluates to true": once, and again after it was false
        (OVER_FIVE, [(A, "6"), (A, "7"), (A, "2"), (A, "8")], [0, 3]),
        # "if the template was true at the start it has to become false first"
        ("value_template: \"{{ states('sensor.a') == '1' }}\"", [(B, "2"), (A, "2"), (A, "1")], [2]),
        # "non-zero number or any of the strings true, yes, on, enable"
        ("value_template: \"{{ states('binary_sensor.door') }}\"", [(DOOR, "on"), (DOOR, "off"), (DOOR, "5")], [0, 2]),
        ("value_template: \"{{ states('sensor.a') }}\"", [(A, "0"), (A, "2"), (A, "3"), (A, "no"), (A, "Yes")], [1, 4]),
        # attributes
        (
            "value_template: \"{{ state_attr('light.one', 'brightness') | int(0) > 100 }}\"",
            [("light.one", "on", {"brightness": 50}), ("light.one", "on", {"brightness": 150})],
            [1],
        ),
        # what is looked at only now and then is still heard of
        (
            "value_template: \"{{ is_state('binary_sensor.door', 'on') and states('sensor.b') == '9' }}\"",
            [(B, "9"), (B, "1"), (DOOR, "on"), (B, "9")],
            [3],
        ),
        # a whole kind of entity: new ones count too
        (
            "value_template: \"{{ states.light | selectattr('state', 'eq', 'on') | list | count > 1 }}\"",
            [("light.one", "on"), (2,), ("light.two", "on"), (2,)],
            [2],
        ),
        # an entity that is not there yet
        ("value_template: \"{{ states('sensor.new') != 'unknown' }}\"", [("sensor.new", "1")], [0]),
        # a template that cannot be rendered changes nothing
        (
            "value_template: \"{{ states('sensor.a') | float > 5 }}\"",
            [(A, "6"), (A, "broken"), (A, "7"), (A, "1"), (A, "8")],
            [0, 4],
        ),
        # "templates that contain now() are rendered at the start of each minute"
        ("value_template: '{{ now().hour == 12 }}'", [(89,), (1,), (3600,)], [1]),
        # for: it must be true all the while; while it stays so, nothing begins anew
        (f"{OVER_FIVE}\nfor: 10", [(A, "6"), (6,), (A, "7"), (3.9,), (0.1,)], [4]),
        (f"{OVER_FIVE}\nfor: {{seconds: 10}}", [(A, "6"), (6,), (A, "2"), (A, "7"), (6,), (4,)], [5]),
        (f"{OVER_FIVE}\nfor: \"{{{{ states('sensor.b') }}}}\"", [(B, "20"), (A, "6"), (19,), (1,)], [3]),
        # `for` sees the trigger
        (f"{OVER_FIVE}\nfor: '{{{{ trigger.to_state.state }}}}'", [(A, "6"), (5,), (1,)], [2]),
        (f"{OVER_FIVE}\nfor: 'soon{{{{ 1 }}}}'", [(A, "6"), (600,)], []),
    ],
)
async def test_what_fires(tmp_path: Path, trigger: str, steps: list[Step], fired: list[int]) -> None:
    assert await play(tmp_path, trigger, steps) == fired


@pytest.mark.parametrize(
    ("trigger", "steps", "fired"),
    [
        # a blink makes it false and true again, and it fires, as in Home Assistant
        ("", [(DOOR, "on"), (DOOR, "unavailable"), (DOOR, "on")], [0, 2]),
        # unless that is left out
        ("ignore_unavailable: true", [(DOOR, "on"), (DOOR, "unavailable"), (DOOR, "on")], [0]),
        ("ignore_unavailable: true", [(DOOR, "unavailable"), (DOOR, "on"), (DOOR, "off"), (DOOR, "on")], [3]),
        # a wait goes on over it
        ("ignore_unavailable: true\nfor: 10", [(DOOR, "on"), (5,), (DOOR, "unavailable"), (DOOR, "on"), (5,)], [4]),
        ("ignore_unavailable: true\nfor: 10", [(DOOR, "on"), (5,), (DOOR, "unavailable"), (DOOR, "off"), (5,)], []),
    ],
)
async def test_an_entity_that_was_away(tmp_path: Path, trigger: str, steps: list[Step], fired: list[int]) -> None:
    door = "value_template: \"{{ is_state('binary_sensor.door', 'on') }}\"\n"
    assert await play(tmp_path, door + trigger, steps) == fired


async def test_what_the_trigger_holds(tmp_path: Path) -> None:
    shown = (
        "trigger.platform ~ ' ' ~ trigger.entity_id ~ ' ' ~ trigger.from_state.state ~ '>' ~ trigger.to_state.state"
        " ~ ' ' ~ trigger.for ~ ' ' ~ trigger.description"
    )
    async with telling(tmp_path, f"trigger: template\n{OVER_FIVE}\nfor: 5", shown, states=START) as home:
        await home.set(A, "6")
        assert await home.wait(5) == ["template sensor.a 1>6 0:00:05 sensor.a via template"]


async def test_what_the_trigger_holds_when_only_time_went_on(tmp_path: Path) -> None:
    trigger, shown = (
        "trigger: template\nvalue_template: '{{ now().hour == 12 }}'",
        "trigger.entity_id ~ trigger.to_state",
    )
    async with telling(tmp_path, trigger, shown, clock=VirtualClock(NOON)) as home:
        assert await home.wait(90) == ["NoneNone"]


async def test_constants_of_the_rule_are_seen(tmp_path: Path) -> None:
    trigger = "trigger: template\nvalue_template: \"{{ states('sensor.a') | int(0) > limit }}\""
    async with telling(tmp_path, trigger, more="  trigger_variables: {limit: 5}", states=START) as home:
        assert await home.set(A, "5") == []
        assert await home.set(A, "6") == ["template"]


async def test_a_rule_that_is_switched_off_waits_for_nothing(tmp_path: Path) -> None:
    async with telling(tmp_path, f"trigger: template\n{OVER_FIVE}\nfor: 10", states=START) as home:
        await home.set(A, "6")
        home.stage.rules.rules["test"].disable()
        assert await home.wait(20) == []
        assert home.stage.rules.engine._index.get(A, ()) == ()


@pytest.mark.parametrize(
    ("trigger", "text"),
    [
        ("trigger: template", "value_template is missing"),
        ("trigger: template\nvalue_template: '{{ 1'", "check brackets"),
        ("trigger: template\nvalue_template: is_state('a.b', 'on')", "put {{ }} around"),
        ("trigger: template\nvalue_template: '{{ x }}'\nfor: soon", "is no length of time"),
        ("trigger: template\nvalue_template: '{{ x }}'\nfo: 5", "did you mean for?"),
    ],
)
async def test_what_is_wrong(tmp_path: Path, trigger: str, text: str) -> None:
    [problem] = await problems_of(tmp_path, trigger)
    assert text in problem.text


@pytest.mark.parametrize(("state", "fires"), [("7", ["template 0:00:10"]), ("2", [])])
async def test_a_wait_goes_on_over_a_restart(tmp_path: Path, state: str, fires: list[str]) -> None:
    """Ours: Home Assistant forgets it."""
    clock, broker, shown = VirtualClock(NOON), MemoryBroker(), "trigger.platform ~ ' ' ~ trigger.for"
    trigger = f"trigger: template\n{OVER_FIVE}\nfor: 10"
    async with telling(tmp_path, trigger, shown, states=START, clock=clock, broker=broker) as home:
        await home.set(A, "6")
        assert await home.wait(4) == []
    async with telling(tmp_path, trigger, shown, states=START | {A: state}, clock=clock, broker=broker) as home:
        assert await home.wait(5.5) == []
        assert await home.wait(1) == fires
