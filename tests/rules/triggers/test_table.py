"""When triggers fire, by https://www.home-assistant.io/docs/automation/trigger/ (State, Numeric state, Time)."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from homeserver.rules.triggers.trigger import AWAY
from homeserver.runtime.clock import VirtualClock
from tests.rules.stage import Stage

Step = tuple[Any, ...]


def rule(trigger: str, service: str = "turn_on") -> str:
    """One rule with one trigger that switches the lamp."""
    body = trigger.strip("\n").replace("\n", "\n      ")
    return f"""
- id: test
  mode: parallel
  max: 100
  triggers:
    - {body}
  actions:
    - action: light.{service}
      target: {{entity_id: light.lamp}}
"""


START = {
    "binary_sensor.door": "off",
    "sensor.t": "20",
    "sensor.dim": "unknown",
    "sensor.far": "unavailable",
    "sensor.limit": "25",
    "light.lamp": "off",
}


async def play(folder: Path, trigger: str, steps: list[Step]) -> list[int]:
    """The numbers of the steps after which the rule fired; a step is a wait in seconds, or an entity and its state."""
    fired: list[int] = []
    async with Stage(folder, rule(trigger), START) as stage:
        assert stage.rules.book.problems == []
        for number, step in enumerate(steps):
            if isinstance(step[0], int | float):
                await stage.wait(step[0])
            else:
                await stage.set(step[0], step[1], **(step[2] if len(step) > 2 else {}))
            fired += [number] * len(stage.told())
    return fired


DOOR, T, LAMP = "binary_sensor.door", "sensor.t", "light.lamp"


@pytest.mark.parametrize(
    ("trigger", "steps", "fired"),
    [
        # "the trigger will fire on all state changes and all attribute changes" without from and to
        (
            "trigger: state\nentity_id: binary_sensor.door",
            [(DOOR, "on"), (DOOR, "on", {"a": 1}), (DOOR, "on", {"a": 1})],
            [0, 1],
        ),
        # how a command fares is no change of the device, unless it is asked for
        (
            "trigger: state\nentity_id: light.lamp",
            [
                (LAMP, "off", {"wanted": {"state": "on"}}),
                (LAMP, "off", {"not_confirmed": {"service": "turn_on"}}),
                (LAMP, "off", {"not_confirmed": {"service": "turn_on"}, "effect": "blink"}),
                (LAMP, "off", {"effect": "blink"}),
                (LAMP, "on", {"effect": "blink"}),
            ],
            [2, 4],
        ),
        (
            "trigger: state\nentity_id: light.lamp\nattribute: not_confirmed",
            [(LAMP, "off", {"wanted": {"state": "on"}}), (LAMP, "off", {"not_confirmed": {"service": "turn_on"}})],
            [1],
        ),
        # with to, only when the state becomes it, not when attributes change while it is so
        (
            "trigger: state\nentity_id: binary_sensor.door\nto: 'on'",
            [(DOOR, "on"), (DOOR, "on", {"a": 1}), (DOOR, "off")],
            [0],
        ),
        # unquoted on and off are read by YAML as true and false and mean the states
        ("trigger: state\nentity_id: binary_sensor.door\nfrom: off\nto: on", [(DOOR, "on"), (DOOR, "off")], [0]),
        # "from: / to: with no value": state changes only
        (
            "trigger: state\nentity_id: binary_sensor.door\nto:",
            [(DOOR, "off", {"a": 1}), (DOOR, "on"), (DOOR, "off")],
            [1, 2],
        ),
        ("trigger: state\nentity_id: binary_sensor.door\nfrom: ~", [(DOOR, "off", {"a": 1}), (DOOR, "on")], [1]),
        # lists
        (
            "trigger: state\nentity_id: [binary_sensor.door, sensor.t]\nto: ['on', '21']",
            [(DOOR, "on"), (T, "22"), (T, "21")],
            [0, 2],
        ),
        ("platform: state\nentity_id: binary_sensor.door, sensor.t\nto: '21'", [(T, "21")], [0]),
        # not_from and not_to
        (
            "trigger: state\nentity_id: sensor.t\nnot_from: [unknown, unavailable]\nnot_to: unavailable",
            [(T, "unavailable"), (T, "21"), (T, "22"), (T, "22", {"a": 1})],
            [2],
        ),
        # an attribute: other attributes are ignored, the state too
        (
            "trigger: state\nentity_id: sensor.t\nattribute: a",
            [(T, "20", {"a": 1}), (T, "21", {"a": 1}), (T, "21", {"a": 1, "b": 2}), (T, "21", {"a": 2})],
            [0, 3],
        ),
        (
            "trigger: state\nentity_id: sensor.t\nattribute: a\nfrom: 1\nto: 2",
            [(T, "20", {"a": 1}), (T, "20", {"a": 2}), (T, "20", {"a": 3})],
            [1],
        ),
        # an attribute that is true or false is compared as such
        ("trigger: state\nentity_id: sensor.t\nattribute: a\nto: on", [(T, "20", {"a": True})], [0]),
        # for: it must have been so all the time
        ("trigger: state\nentity_id: binary_sensor.door\nto: 'on'\nfor: 10", [(DOOR, "on"), (9,), (1,)], [2]),
        (
            "trigger: state\nentity_id: binary_sensor.door\nto: 'on'\nfor: {minutes: 1}",
            [(DOOR, "on"), (40,), (DOOR, "off"), (DOOR, "on"), (40,), (30,)],
            [5],
        ),
        # a change of attributes does not begin the time anew
        (
            "trigger: state\nentity_id: binary_sensor.door\nto: 'on'\nfor: 10",
            [(DOOR, "on"), (6,), (DOOR, "on", {"a": 1}), (6,)],
            [3],
        ),
        # with only from, for runs until the state is another than the one it left
        ("trigger: state\nentity_id: sensor.t\nfrom: '20'\nfor: 10", [(T, "21"), (6,), (T, "22"), (6,)], [3]),
        ("trigger: state\nentity_id: sensor.t\nfrom: '20'\nfor: 10", [(T, "21"), (6,), (T, "20"), (6,)], []),
        # for with a template
        (
            "trigger: state\nentity_id: binary_sensor.door\nto: 'on'\nfor: {seconds: \"{{ states('sensor.t') }}\"}",
            [(DOOR, "on"), (19,), (1,)],
            [2],
        ),
        (
            "trigger: state\nentity_id: binary_sensor.door\nto: 'on'\nfor: \"{{ trigger.entity_id | length }}\"",
            [(DOOR, "on"), (18,)],
            [1],
        ),
        # an entity that goes away is a change to no state
        ("trigger: state\nentity_id: binary_sensor.door\nfrom: 'off'", [(DOOR, None)], [0]),
        # the first word about an entity is none
        ("trigger: state\nentity_id: switch.new", [("switch.new", "on"), ("switch.new", "off")], [1]),
    ],
)
async def test_state(tmp_path: Path, trigger: str, steps: list[Step], fired: list[int]) -> None:
    assert await play(tmp_path, trigger, steps) == fired


GONE, BACK = (DOOR, "unavailable"), (DOOR, "off")


@pytest.mark.parametrize(
    ("trigger", "steps", "fired"),
    [
        # back to what it was is no change, whatever is asked for but the blink itself
        ("", [GONE, BACK], []),
        ("to:", [GONE, BACK], []),
        ("to: off", [GONE, BACK, (DOOR, "on"), (DOOR, "off")], [3]),
        ("from: off", [GONE, BACK, (DOOR, "on")], [2]),
        ("not_to: 'on'", [(DOOR, "on"), (DOOR, "unknown"), (DOOR, "on"), (DOOR, "off")], [3]),
        ("", [GONE, (DOOR, "unknown"), GONE, BACK], []),
        ("attribute: a", [(DOOR, "off", {"a": 1}), GONE, (DOOR, "off", {"a": 1}), (DOOR, "off", {"a": 2})], [0, 3]),
        # what became of it meanwhile is a change from what it was
        ("from: off\nto: on", [GONE, (DOOR, "on")], [1]),
        ("", [GONE, (DOOR, "off", {"a": 1})], [1]),
        ("from: off\nto: on", [GONE, (DOOR, None), (DOOR, "on")], []),
        # who names it is told of it
        ("to: unavailable", [GONE, BACK, (DOOR, "on"), GONE], [0, 3]),
        ("from: [unavailable, unknown]\nto: off", [GONE, BACK], [1]),
        ("not_from: unknown\nto: off", [GONE, BACK], [1]),
        # a wait goes on, and ends when the entity is back
        ("to: on\nfor: 10", [(DOOR, "on"), (5,), GONE, (2,), (DOOR, "on"), (4,)], [5]),
        ("to: on\nfor: 10", [(DOOR, "on"), (5,), GONE, (20,), (DOOR, "on"), (20,)], [4]),
        ("to: on\nfor: 10", [(DOOR, "on"), (5,), GONE, (20,), (DOOR, "off"), (20,)], []),
        ("to: on\nfor: 10", [(DOOR, "on"), (5,), GONE, (2,), (DOOR, "off"), (20,)], []),
        ("to: on\nfor: 10", [(DOOR, "on"), (5,), GONE, (20,), (DOOR, None), (20,)], []),
    ],
)
async def test_an_entity_that_was_away(tmp_path: Path, trigger: str, steps: list[Step], fired: list[int]) -> None:
    assert await play(tmp_path, f"trigger: state\nentity_id: {DOOR}\n{trigger}", steps) == fired


@pytest.mark.parametrize("word", sorted(AWAY))
async def test_each_word_for_being_away_is_left_out(tmp_path: Path, word: str) -> None:
    steps: list[Step] = [(DOOR, word), BACK, (DOOR, word), (DOOR, "on")]
    assert await play(tmp_path, f"trigger: state\nentity_id: {DOOR}", steps) == [3]
    assert await play(tmp_path, f"trigger: state\nentity_id: {DOOR}\nto: {word}", steps) == [0, 2]


async def test_what_was_unavailable_from_the_beginning_gives_a_first_word(tmp_path: Path) -> None:
    steps: list[Step] = [("sensor.far", "24"), ("sensor.far", "25"), ("sensor.far", "24")]
    assert await play(tmp_path, "trigger: state\nentity_id: sensor.far\nto: '24'", steps) == [2]
    assert await play(tmp_path, "trigger: state\nentity_id: sensor.dim\nto: '24'", [("sensor.dim", "24")]) == [0]


@pytest.mark.parametrize(
    ("trigger", "steps", "fired"),
    [
        # fires when crossing into the range, not again while inside, again after having been outside
        (
            "trigger: numeric_state\nentity_id: sensor.t\nabove: 25",
            [(T, "26"), (T, "27"), (T, "25"), (T, "26")],
            [0, 3],
        ),
        ("trigger: numeric_state\nentity_id: sensor.t\nbelow: 15", [(T, "15"), (T, "14.9")], [1]),
        (
            "trigger: numeric_state\nentity_id: sensor.t\nabove: 21\nbelow: '23'",
            [(T, "22"), (T, "30"), (T, "22")],
            [0, 2],
        ),
        # an entity that is inside when the rule starts must leave first
        ("trigger: numeric_state\nentity_id: sensor.t\nabove: 10", [(T, "21"), (T, "9"), (T, "11")], [2]),
        # one that did not exist when the rule started, too
        (
            "trigger: numeric_state\nentity_id: sensor.new\nabove: 5",
            [("sensor.new", "9"), ("sensor.new", "1"), ("sensor.new", "6")],
            [2],
        ),
        # unknown is outside and arms at the start and as its first word; coming back on the same side is no crossing
        ("trigger: numeric_state\nentity_id: sensor.dim\nabove: 25", [("sensor.dim", "26"), ("sensor.dim", "27")], [0]),
        ("trigger: numeric_state\nentity_id: sensor.far\nbelow: 25", [("sensor.far", "24")], []),
        (
            "trigger: numeric_state\nentity_id: sensor.new\nabove: 5",
            [("sensor.new", "unknown"), ("sensor.new", "6")],
            [1],
        ),
        ("trigger: numeric_state\nentity_id: sensor.t\nabove: 10", [(T, "unknown"), (T, "21")], []),
        ("trigger: numeric_state\nentity_id: sensor.t\nabove: 25", [(T, "unavailable"), (T, "26")], [1]),
        # so is an attribute that is not there
        ("trigger: numeric_state\nentity_id: sensor.t\nattribute: a\nabove: 5", [(T, "20", {"a": 6})], [0]),
        # what is no number is ignored
        ("trigger: numeric_state\nentity_id: sensor.t\nabove: 25", [(T, "26"), (T, "unavailable"), (T, "26")], [0]),
        ("trigger: numeric_state\nentity_id: sensor.t\nabove: 25", [(T, "26"), (T, "high"), (T, "27")], [0]),
        # limits that are entities
        (
            "trigger: numeric_state\nentity_id: sensor.t\nabove: sensor.limit",
            [(T, "26"), ("sensor.limit", "30"), (T, "27"), (T, "31")],
            [0, 3],
        ),
        # an attribute, a template
        (
            "trigger: numeric_state\nentity_id: sensor.t\nattribute: a\nabove: 5",
            [(T, "20", {"a": 3}), (T, "20", {"a": 6})],
            [1],
        ),
        (
            "trigger: numeric_state\nentity_id: sensor.t\nvalue_template: '{{ state.state | float * 2 }}'\nabove: 50",
            [(T, "25"), (T, "26")],
            [1],
        ),
        # for
        (
            "trigger: numeric_state\nentity_id: sensor.t\nabove: 25\nfor: 00:01:00",
            [(T, "26"), (30,), (T, "27"), (29,), (1,)],
            [4],
        ),
        ("trigger: numeric_state\nentity_id: sensor.t\nabove: 25\nfor: 60", [(T, "26"), (30,), (T, "20"), (60,)], []),
        ("trigger: numeric_state\nentity_id: sensor.t\nabove: 25\nfor: 60", [(T, "26"), (30,), (T, None), (60,)], []),
    ],
)
async def test_numeric_state(tmp_path: Path, trigger: str, steps: list[Step], fired: list[int]) -> None:
    assert await play(tmp_path, trigger, steps) == fired


MONDAY = datetime(2026, 1, 5, 6, 0, tzinfo=UTC)
DAY = 86_400


@pytest.mark.parametrize(
    ("trigger", "days", "times"),
    [
        ("trigger: time\nat: '07:30'", 2, ["05 07:30", "06 07:30"]),
        ("trigger: time\nat: 07:30", 1, ["05 07:30"]),
        ("trigger: time\nat: ['07:30:15', '22:00']", 1, ["05 07:45", "05 22:00"]),
        ("trigger: time\nat: '00:00:00'\nweekday: [tue, sun]", 8, ["06 00:00", "11 00:00", "13 00:00"]),
    ],
)
async def test_time(tmp_path: Path, trigger: str, days: int, times: list[str]) -> None:
    found: list[str] = []
    async with Stage(tmp_path, rule(trigger), START, clock=VirtualClock(MONDAY)) as stage:
        for _ in range(days * 24 * 4):
            await stage.wait(900)
            found += [f"{stage.clock.now():%d %H:%M}" for _ in stage.told()]
    assert found == times  # each the end of the quarter of an hour in which the command was given


async def test_time_is_that_of_the_home(tmp_path: Path) -> None:
    text = rule("trigger: time\nat: '02:30'")
    async with Stage(
        tmp_path, text, START, clock=VirtualClock(datetime(2026, 3, 28, 20, 0, tzinfo=UTC)), zone="Europe/Berlin"
    ) as stage:
        await stage.wait(5 * 3600 - 1)
        assert stage.told() == []
        await stage.wait(1)  # 02:00 becomes 03:00: the skipped 02:30 comes at the jump
        assert len(stage.told()) == 1
        await stage.wait(23 * 3600 + 1799)
        assert stage.told() == []
        await stage.wait(1)
        assert len(stage.told()) == 1


async def test_triggers_of_one_rule_have_ids_and_tell_what_they_saw(tmp_path: Path) -> None:
    text = """
- id: test
  triggers:
    - trigger: state
      entity_id: sensor.t
      id: warmer
    - trigger: numeric_state
      entity_id: sensor.t
      above: 25
      for: 5
      variables: {extra: "{{ trigger.entity_id }}!"}
  mode: parallel
  actions:
    - action: select.select_option
      target: {entity_id: select.log}
      data:
        option: >-
          {{ trigger.platform }} {{ trigger.id }} {{ trigger.idx }} {{ trigger.from_state.state }}
          {{ trigger.to_state.state }} {{ trigger.to_state.attributes.unit }} {{ trigger.for }}
          {{ extra | default('-') }}
"""
    async with Stage(tmp_path, text, START | {"select.log": ""}) as stage:
        await stage.set("sensor.t", "30", unit="C")
        await stage.wait(5)
        assert [data["option"] for _, _, data in stage.told()] == [
            "state warmer 0 20 30 C None -",
            "numeric_state 1 1 20 30 C 0:00:05 sensor.t!",
        ]


async def test_a_trigger_that_is_not_enabled_is_left_out_whatever_it_is(tmp_path: Path) -> None:
    text = rule("trigger: state\nentity_id: sensor.t\nenabled: false").replace(
        "  actions", "    - trigger: sun\n      enabled: no\n  actions"
    )
    async with Stage(tmp_path, text, START) as stage:
        assert stage.rules.book.problems == []
        await stage.set("sensor.t", "30")
        assert stage.told() == []
