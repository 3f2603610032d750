"""Named triggers fire as Home Assistant's do: its 2026 documentation of triggers, and `EntityTriggerBase`."""

from pathlib import Path
from typing import Any

import pytest

from homeserver.runtime.clock import VirtualClock, settle
from homeserver.runtime.memory_broker import MemoryBroker
from homeserver.topics.entity import ENTITY_CONFIG, Device, EntityConfig
from homeserver.topics.registry import AREA_ENTRY, DEVICE_ENTRY, ENTITY_ENTRY, AreaEntry, DeviceEntry, EntityEntry
from homeserver.view.view import FOLLOW
from tests.rules.purpose.documented import ROWS, Steps
from tests.rules.stage import Stage

FIRED = ("light.lamp", "turn_on")


def rule(trigger: str, target: str = "", options: str = "") -> str:
    more = f"\n      target: {target}" if target else ""
    more += f"\n      options: {options}" if options else ""
    return f"""
- id: test
  mode: parallel
  triggers:
    - trigger: {trigger}{more}
  actions:
    - action: light.turn_on
      target: {{entity_id: light.lamp}}
      data: {{brightness_pct: 5}}
"""


async def announce(stage: Stage, entity_id: str, **config: Any) -> None:
    domain, _, object_id = entity_id.partition(".")
    stage.props.house.say(ENTITY_CONFIG, EntityConfig(object_id, "props", **config), domain, object_id)
    await settle()
    await stage.wait(FOLLOW)


async def enter(stage: Stage, entity_id: str, **entry: Any) -> None:
    stage.props.house.say(ENTITY_ENTRY, EntityEntry(**entry), entity_id)
    await settle()
    await stage.wait(FOLLOW)


def fired(stage: Stage) -> int:
    told = stage.told()
    assert all(command[:2] == FIRED for command in told)
    return len(told)


@pytest.mark.parametrize(("name", "entity_id", "config", "options", "steps", "wanted"), ROWS)
async def test_fires(
    tmp_path: Path,
    name: str,
    entity_id: str,
    config: dict[str, Any],
    options: str,
    steps: Steps,
    wanted: list[int],
) -> None:
    text = rule(name, f"{{entity_id: {entity_id}}}", options)
    async with Stage(tmp_path, text, {"light.lamp": "off", "sensor.limit": "25"}) as stage:
        assert stage.rules.book.problems == []
        found = []
        for number, (state, attributes) in enumerate(steps):
            await stage.set(entity_id, state, **attributes)
            if number == 0:
                await announce(stage, entity_id, **config)
            found.append(fired(stage))
        assert found == [0, *wanted]  # the first word fires nothing


PAIR = {"light.lamp": "off", "light.a": "off", "light.b": "off"}
A, B = "light.a", "light.b"


@pytest.mark.parametrize(
    ("behavior", "steps", "wanted"),
    [
        ("each", [(A, "on"), (B, "on"), (A, "off")], [1, 1, 0]),
        ("any", [(A, "on"), (B, "on")], [1, 1]),
        (
            "first",
            [(A, "on"), (B, "on"), (A, "off"), (A, "on"), (A, "off"), (B, "off"), (B, "on")],
            [1, 0, 0, 0, 0, 0, 1],
        ),
        ("all", [(A, "on"), (B, "on"), (A, "off"), (A, "on")], [0, 1, 0, 1]),
        ("last", [(A, "on"), (B, "on")], [0, 1]),
        # what is unavailable does not count
        ("all", [(B, "unavailable"), (A, "on")], [0, 1]),
        ("first", [(B, "unavailable"), (A, "on")], [0, 1]),
    ],
)
async def test_one_of_several(tmp_path: Path, behavior: str, steps: list[tuple[str, str]], wanted: list[int]) -> None:
    text = rule("light.turned_on", f"{{entity_id: [{A}, {B}]}}", f"{{behavior: {behavior}}}")
    async with Stage(tmp_path, text, PAIR) as stage:
        found = []
        for entity_id, state in steps:
            await stage.set(entity_id, state)
            found.append(fired(stage))
        assert found == wanted


async def test_for_a_while(tmp_path: Path) -> None:
    """Home Assistant: `for` ends when the entity is no longer so, or is away."""
    text = rule("light.turned_on", f"{{entity_id: {A}}}", '{for: "00:01:00"}')
    async with Stage(tmp_path, text, PAIR) as stage:
        for state, seconds, count in (
            ("on", 59, 0),
            ("off", 5, 0),
            ("on", 60, 1),
            ("unavailable", 1, 0),
            ("off", 1, 0),
        ):
            await stage.set(A, state)
            await stage.wait(seconds)
            assert fired(stage) == count
        await stage.set(A, "on")
        await stage.wait(30)
        await stage.set(A, "unavailable")
        await stage.wait(60)
        assert fired(stage) == 0


async def test_all_for_a_while(tmp_path: Path) -> None:
    text = rule("light.turned_on", f"{{entity_id: [{A}, {B}]}}", "{behavior: all, for: {minutes: 1}}")
    async with Stage(tmp_path, text, PAIR) as stage:
        await stage.set(A, "on")
        await stage.wait(60)
        await stage.set(B, "on")
        await stage.wait(59)
        assert fired(stage) == 0
        await stage.wait(1)
        assert fired(stage) == 1
        await stage.set(B, "off")
        await stage.set(B, "on")
        await stage.wait(30)
        await stage.set(A, "off")  # another of them ends it
        await stage.wait(60)
        assert fired(stage) == 0


async def test_a_target_by_place_follows_the_home(tmp_path: Path) -> None:
    text = rule("light.turned_on", "{area_id: kitchen, exclude: {entity_id: light.b}}")
    states = {"light.lamp": "off", "light.a": "off", "light.b": "off", "switch.c": "off", "light.elsewhere": "off"}
    async with Stage(tmp_path, text, states) as stage:
        stage.props.house.say(AREA_ENTRY, AreaEntry("Kitchen"), "kitchen")
        for entity_id in ("light.a", "light.b", "switch.c"):
            await enter(stage, entity_id, area_id="kitchen")
        for entity_id, count in (("light.a", 1), ("light.b", 0), ("switch.c", 0), ("light.elsewhere", 0)):
            await stage.set(entity_id, "on")
            assert fired(stage) == count, entity_id
        await enter(stage, "light.elsewhere", area_id="kitchen")
        assert fired(stage) == 0  # it is on, and has not become it here
        await stage.set("light.elsewhere", "off")
        await stage.set("light.elsewhere", "on")
        assert fired(stage) == 1
        await enter(stage, "light.elsewhere", area_id=None)
        await stage.set("light.elsewhere", "off")
        await stage.set("light.elsewhere", "on")
        assert fired(stage) == 0
        # one that is announced later
        await announce(stage, "light.newcomer")
        await enter(stage, "light.newcomer", area_id="kitchen")
        await stage.set("light.newcomer", "on")
        assert fired(stage) == 0
        await stage.set("light.newcomer", "off")
        await stage.set("light.newcomer", "on")
        assert fired(stage) == 1


async def test_a_target_by_device_and_label(tmp_path: Path) -> None:
    """A device leads to its entities, but not to hidden ones nor to those of a category; a label on them does."""
    text = rule("door.opened", "{device_id: d1, label_id: front}")
    async with Stage(tmp_path, text, {"light.lamp": "off"}) as stage:
        device = Device("d1", "Door")
        for name, category in (("main", None), ("hidden", None), ("test", "diagnostic"), ("labelled", None)):
            entity_id = f"binary_sensor.{name}"
            own = device if name != "labelled" else None
            await stage.set(entity_id, "off")
            await announce(stage, entity_id, device_class="door", device=own, category=category)
        await enter(stage, "binary_sensor.hidden", hidden=True)
        await enter(stage, "binary_sensor.labelled", labels=("front",))
        for name, count in (("main", 1), ("hidden", 0), ("test", 0), ("labelled", 1)):
            await stage.set(f"binary_sensor.{name}", "on")
            assert fired(stage) == count, name
        # a label on the device leads to its entities
        stage.props.house.say(DEVICE_ENTRY, DeviceEntry("Other", labels=("front",)), "d2")
        await stage.set("binary_sensor.other", "off")
        await announce(stage, "binary_sensor.other", device_class="door", device=Device("d2", "Other"))
        await stage.set("binary_sensor.other", "on")
        assert fired(stage) == 1


async def test_a_wait_of_all_ends_when_one_comes_that_is_not_so(tmp_path: Path) -> None:
    text = rule("light.turned_on", "{area_id: kitchen}", "{behavior: all, for: 60}")
    async with Stage(tmp_path, text, PAIR) as stage:
        await enter(stage, A, area_id="kitchen")
        await stage.set(A, "on")
        await enter(stage, B, area_id="kitchen")
        await stage.wait(120)
        assert fired(stage) == 0


async def test_what_the_rule_sees(tmp_path: Path) -> None:
    text = """
- id: test
  triggers:
    - trigger: light.turned_on
      id: lamp
      target: {entity_id: light.a}
  actions:
    - action: light.turn_on
      target: {entity_id: light.lamp}
      data:
        effect: "{{ trigger.platform }} {{ trigger.id }} {{ trigger.entity_id }} {{ trigger.from_state.state }}"
"""
    async with Stage(tmp_path, text, PAIR) as stage:
        await stage.set(A, "on")
        assert stage.told()[0][2]["effect"] == "light.turned_on lamp light.a off"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            rule("light.turn_on", "{entity_id: light.a}"),
            "there is no trigger 'light.turn_on'; did you mean light.turned_on?",
        ),
        (
            rule("motion.detect", "{area_id: hall}"),
            "there is no trigger 'motion.detect'; did you mean motion.detected?",
        ),
        (rule("samsungtv.turn_on"), "not supported yet: trigger samsungtv.turn_on"),
        (rule("light.turned_on"), "target is missing: say which entity, device, area, floor or label"),
        (rule("light.turned_on", "{}"), "target names nothing"),
        (rule("light.turned_on", "{area: kitchen}"), "unknown field 'area'; did you mean area_id?"),
        (rule("light.turned_on", "{entity_id: '{{ x }}'}"), "entity_id must be plain"),
        (rule("light.turned_on", "{entity_id: lamp}"), "'lamp' is no entity id"),
        (
            rule("light.turned_on", "{area_id: a}", "{behaviour: first}"),
            "unknown field 'behaviour'; did you mean behavior?",
        ),
        (rule("light.turned_on", "{area_id: a}", "{behavior: frist}"), "did you mean first?"),
        (rule("button.pressed", "{area_id: a}", "{behavior: first}"), "unknown field 'behavior'"),
        (rule("light.turned_on", "{area_id: a}", "{for: soon}"), "is no length of time"),
        (rule("light.turned_on", "{area_id: a}", "[1]"), "options must be a mapping"),
        (rule("climate.hvac_mode_changed", "{area_id: a}"), "hvac_mode is missing"),
        (rule("climate.hvac_mode_changed", "{area_id: a}", "{hvac_mode: []}"), "hvac_mode is an empty list"),
        (rule("humidity.crossed_threshold", "{area_id: a}"), "threshold is missing"),
        (rule("humidity.crossed_threshold", "{area_id: a}", "{threshold: {type: abvoe}}"), "did you mean above?"),
        (rule("humidity.crossed_threshold", "{area_id: a}", "{threshold: {type: any}}"), "type must be one of"),
        (rule("humidity.crossed_threshold", "{area_id: a}", "{threshold: {type: above}}"), "value is missing"),
        (
            rule("humidity.crossed_threshold", "{area_id: a}", "{threshold: {type: above, value: {number: x}}}"),
            "give a number",
        ),
        (
            rule(
                "humidity.crossed_threshold",
                "{area_id: a}",
                "{threshold: {type: above, value: {number: 1, entity: a.b}}}",
            ),
            "number or entity, not both",
        ),
        (rule("humidity.crossed_threshold", "{area_id: a}", "{above: 9, below: 2}"), "nothing is above 9 and below 2"),
        (rule("humidity.crossed_threshold", "{area_id: a}", "{above: [9]}"), "must be a number or an entity"),
        (
            rule("humidity.crossed_threshold", "{area_id: a}", "{threshold_type: between, lower_limit: 4}"),
            "upper_limit is missing",
        ),
        (
            rule(
                "temperature.changed",
                "{area_id: a}",
                "{threshold: {type: above, value: {number: 1, unit_of_measurement: lx}}}",
            ),
            "unit_of_measurement must be one of",
        ),
        (rule("zone.entered", "{area_id: a}"), "zone is missing"),
        (rule("zone.entered", "{area_id: a}", "{zone: light.x}"), "must be one zone"),
    ],
)
async def test_bad_input_is_told(tmp_path: Path, text: str, problem: str) -> None:
    async with Stage(tmp_path, text, {}) as stage:
        (found,) = stage.rules.book.problems
        assert problem in found.text
        assert found.severity == "error"


async def test_an_entity_that_it_is_not_about_is_told_of(tmp_path: Path) -> None:
    async with Stage(tmp_path, rule("light.turned_on", "{entity_id: [switch.x, light.a]}"), PAIR) as stage:
        (found,) = stage.rules.book.problems
        assert (found.severity, found.field) == ("warning", "triggers[0].target.entity_id")
        assert found.text == "light.turned_on does not look at switch.x: it is about light"
        await stage.set(A, "on")
        assert fired(stage) == 1


async def test_a_run_waits_for_one(tmp_path: Path) -> None:
    text = """
- id: test
  triggers:
    - trigger: switch.turned_on
      target: {entity_id: switch.begin}
  actions:
    - wait_for_trigger:
        - trigger: light.turned_on
          target: {area_id: kitchen}
          options: {for: 5}
      timeout: 60
    - action: light.turn_on
      target: {entity_id: light.lamp}
      data: {effect: "{{ wait.trigger.entity_id }}"}
"""
    async with Stage(tmp_path, text, {**PAIR, "switch.begin": "off"}) as stage:
        await enter(stage, A, area_id="kitchen")
        await stage.set("switch.begin", "on")
        await stage.set(B, "on")
        await stage.set(A, "on")
        await stage.wait(4)
        assert stage.told() == []
        await stage.wait(1)
        assert [data for _, _, data in stage.told()] == [{"effect": A}]
        await stage.set(A, "off")
        await stage.set(A, "on")  # nobody waits any more
        await stage.wait(10)
        assert stage.told() == []


@pytest.mark.parametrize(("state", "count"), [("on", 1), ("off", 0)])
async def test_a_wait_goes_on_after_a_restart(tmp_path: Path, state: str, count: int) -> None:
    broker, clock = MemoryBroker(), VirtualClock()
    text = rule("light.turned_on", f"{{entity_id: {A}}}", "{for: {minutes: 1}}")
    async with Stage(tmp_path, text, PAIR, broker=broker, clock=clock) as stage:
        await stage.set(A, "on")
        await stage.wait(30)
    async with Stage(tmp_path, text, PAIR | {A: state}, broker=broker, clock=clock) as stage:
        await stage.wait(29)
        assert fired(stage) == 0
        await stage.wait(2)
        assert fired(stage) == count
