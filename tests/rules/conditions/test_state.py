"""Conditions on states, by https://www.home-assistant.io/docs/scripts/conditions/#state-condition, and their leaves."""

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from homeserver.rules.conditions.condition import Leaf
from homeserver.rules.fired import Fired
from homeserver.rules.run import Run
from tests.rules.conditions.test_table import rule
from tests.rules.stage import Stage

STATES = {"light.lamp": "off", "light.a": "on", "light.b": "off", "sensor.t": "20", "binary_sensor.go": "off"}


async def met(stage: Stage) -> bool:
    await stage.set("binary_sensor.go", "off")
    await stage.set("binary_sensor.go", "on")
    return bool(stage.told())


def leaves(stage: Stage) -> tuple[Leaf, ...]:
    return stage.rules.rules["test"].compiled.leaves


def run_of(stage: Stage) -> Run:
    return Run(stage.rules.rules["test"], Fired(None), 1)


@pytest.mark.parametrize(
    ("conditions", "holds"),
    [
        ("- condition: state\n  entity_id: light.a, light.b\n  state: ['on', 'off']", True),
        ("- condition: state\n  entity_id: [light.a, light.b]\n  state: on\n  match: ALL", False),
        ("- condition: state\n  entity_id: [light.a, light.b]\n  state: on\n  match: Any", True),
        # what is known of an entity besides what its owner says of its state
        ("- condition: state\n  entity_id: light.a\n  attribute: friendly_name\n  state: A", True),
        ("- condition: state\n  entity_id: light.a\n  attribute: nothing\n  state: ''", False),
        # texts and numbers of attributes are two things
        ("- condition: state\n  entity_id: sensor.level\n  attribute: level\n  state: [2, 3]", True),
        ("- condition: state\n  entity_id: sensor.level\n  attribute: level\n  state: '3'", False),
        # the state of another entity
        ("- condition: state\n  entity_id: light.a\n  state: input_boolean.wanted", True),
        ("- condition: state\n  entity_id: light.a\n  state: [input_boolean.wanted, 'x']", True),
        # lists in shorthand, and numbers of triggers
        ("- and:\n    - or: ['{{ false }}', '{{ true }}']\n    - not: ['{{ false }}']", True),
        ("- condition:\n    - '{{ true }}'\n    - '{{ false }}'", False),
        ("- or: []", False),
        ("- not: []", True),
        ("- condition: trigger\n  id: 3", False),
        ("- condition: trigger\n  id: [3, go]", True),
        # what is not enabled is left out, by a template too
        ("- condition: state\n  entity_id: light.a\n  state: off\n  enabled: '{{ 1 > 2 }}'", True),
        ("- '{{ true }}'\n- condition: state\n  entity_id: light.a\n  state: off\n  enabled: '{{ 2 > 1 }}'", False),
        ("- or:\n    - '{{ false }}'\n    - condition: time\n      after: '25'\n      enabled: false", False),
    ],
)
async def test_holds(tmp_path: Path, conditions: str, holds: bool) -> None:
    async with Stage(tmp_path, rule(conditions), {**STATES, "input_boolean.wanted": "on"}) as stage:
        assert stage.rules.book.problems == []
        await stage.set("sensor.level", "1", level=3)
        assert await met(stage) is holds


@pytest.mark.parametrize("lasting", ["'00:01:00'", "{minutes: 1}", "60", "'{{ 30 * 2 }}'", "{seconds: '{{ 60 }}'}"])
async def test_for_in_every_form(tmp_path: Path, lasting: str) -> None:
    text = f"- condition: state\n  entity_id: light.a\n  state: on\n  for: {lasting}"
    async with Stage(tmp_path, rule(text), STATES) as stage:
        await stage.wait(59)
        assert not await met(stage)
        await stage.wait(1)
        assert await met(stage)


@pytest.mark.parametrize(
    ("conditions", "why"),
    [
        ("condition: state\n      entity_id: light.gone\n      state: on", "there is no entity light.gone"),
        (
            "condition: state\n      entity_id: light.a\n      state: input_text.gone",
            "there is no entity input_text.gone, whose state is wanted",
        ),
        (
            "condition: numeric_state\n      entity_id: light.a\n      above: 1",
            "light.a is 'on', which is no number",
        ),
        (
            "condition: device\n      domain: light\n      type: is_on\n"
            "      entity_id: 0123456789abcdef0123456789abcdef",
            "nothing here has the registry id 0123456789abcdef0123456789abcdef: name the entity, or bring it in by an"
            " import",
        ),
        ("condition: zone\n      entity_id: person.x\n      zone: zone.home", "there is no entity person.x"),
    ],
)
async def test_the_run_says_why_it_could_not_be_checked(tmp_path: Path, conditions: str, why: str) -> None:
    text = rule("- '{{ true }}'").replace("  actions:\n", f"  actions:\n    - {conditions}\n")
    async with Stage(tmp_path, text, STATES) as stage:
        assert stage.rules.book.problems == []
        assert not await met(stage)
        assert stage.runs[-1].error == why


async def test_every_check_is_a_leaf_that_tells(tmp_path: Path) -> None:
    text = """- condition: state
  entity_id: [light.a, light.gone]
  state: 'off'
- or:
    - condition: numeric_state
      entity_id: sensor.t
      above: sensor.limit
      below: 30
    - '{{ states("sensor.t") }}'
- condition: trigger
  id: go
- condition: time
  after: "08:00"
"""
    async with Stage(tmp_path, rule(text), {**STATES, "sensor.limit": "25"}, zone="Asia/Kolkata") as stage:
        found = {leaf.way: leaf.tell(run_of(stage)) for leaf in leaves(stage)}
        assert list(found) == [
            "conditions[0]",
            "conditions[1].or[0]",
            "conditions[1].or[1]",
            "conditions[2]",
            "conditions[3]",
        ]
        first = found["conditions[0]"]
        since = stage.clock.now().astimezone(ZoneInfo("Asia/Kolkata"))
        assert first == f"light.a is on since {since:%Y-%m-%d %H:%M:%S}, light.gone is not there; wanted off"
        limits = "sensor.t is 20, sensor.limit is 25; wanted above sensor.limit and below 30.0"
        assert found["conditions[1].or[0]"] == limits
        assert found["conditions[1].or[1]"].startswith("the template says '20'")
        assert found["conditions[2]"] == "no trigger fired; wanted go"
        assert "08:00" in found["conditions[3]"]
        assert [leaf.line for leaf in leaves(stage)] == sorted(leaf.line for leaf in leaves(stage))


@pytest.mark.parametrize(
    ("conditions", "problem"),
    [
        ("- condition: state\n  entity_id: light.a\n  state: []", "state is an empty list"),
        ("- condition: state\n  entity_id: light.a", "state is missing"),
        ("- condition: state\n  entity_id: light.a\n  state: on\n  match: some", "match must be all or any"),
        ("- condition: state\n  entity_id: light.a\n  state: on\n  for: soon", "is no length of time"),
        ("- light.a is on", "a condition is a mapping or a template such as {{ ... }}, not 'light.a is on'"),
        ("- condition: statte\n  entity_id: light.a", "did you mean state?"),
        ("- condition: zone\n  entity_id: person.x\n  zone: work", "'work' is no entity id"),
        ("- condition: zone\n  entity_id: person.x\n  zone: light.a", "light.a is no zone"),
        ("- condition: zone\n  entity_id: person.x", "zone is missing"),
        ("- condition: zone\n  zone: zone.home", "entity_id is missing"),
    ],
)
async def test_bad_input_is_told(tmp_path: Path, conditions: str, problem: str) -> None:
    async with Stage(tmp_path, rule(conditions), STATES) as stage:
        assert problem in stage.rules.book.problems[0].text
