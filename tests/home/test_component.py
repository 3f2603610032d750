"""What makes no sense: the state is unknown with the reason, for as long as it is, over restarts too."""

from pathlib import Path
from typing import Any

import pytest

from homeserver.runtime.memory_broker import MemoryBroker
from tests.home.stage import Stage, memory_stage

LEVEL: dict[str, Any] = {
    "name": "Level",
    "unique_id": "level",
    "state_topic": "level",
    "device_class": "enum",
    "options": ["low", "high"],
}


@pytest.mark.parametrize(
    ("component", "fields", "good", "bad", "reason"),
    [
        ("sensor", LEVEL, "low", "medium", "'medium' is none of the options low, high"),
        ("sensor", {"unit_of_measurement": "W"}, "5", "5 W", "'5 W' is no number"),
        ("sensor", {"state_class": "measurement"}, "5", "nan", "'nan' is no finite number"),
        ("sensor", {"device_class": "timestamp"}, "2026-01-01T00:00:00Z", "noon", "'noon' is no time in ISO 8601"),
        ("number", {"command_topic": "x"}, "5", "500", "'500' lies outside 1 to 100"),
        ("select", {"command_topic": "x", "options": ["a", "b"]}, "a", "c", "'c' is none of the options a, b"),
        ("text", {"command_topic": "x", "max": 3}, "abc", "abcd", "4 signs: it must have 0 to 3"),
        ("date", {"command_topic": "x"}, "2026-01-01", "soon", "'soon' is no date or time"),
        ("lock", {"command_topic": "x"}, "LOCKED", "AJAR", "'AJAR' is none of"),
    ],
)
async def test_nonsense_is_unknown_with_the_reason_until_it_is_known_again(
    stage: Stage, component: str, fields: dict[str, Any], good: str, bad: str, reason: str
) -> None:
    await stage.announce(component, {"name": "Thing", "unique_id": "t"} | fields | {"state_topic": "t"})
    (entity_id,) = stage.configs
    await stage.report("t", good)
    before = stage.states[entity_id]
    await stage.report("t", bad)
    said = stage.states[entity_id]
    assert said.state == "unknown"
    assert reason in said.attributes["unknown_reason"]
    await stage.report("t", good)
    assert (stage.states[entity_id].state, stage.states[entity_id].attributes) == (before.state, before.attributes)


@pytest.mark.parametrize(
    ("component", "fields"),
    [("binary_sensor", {}), ("switch", {"command_topic": "x"}), ("alarm_control_panel", {"command_topic": "x"})],
)
async def test_on_a_topic_of_many_a_word_for_another_changes_nothing(
    stage: Stage, component: str, fields: dict[str, Any]
) -> None:
    await stage.announce(component, {"name": "Thing", "unique_id": "t", "state_topic": "t"} | fields)
    word = "triggered" if component == "alarm_control_panel" else "ON"
    await stage.report("t", word)
    before = stage.states[f"{component}.thing"]
    await stage.report("t", "AAAAAA")
    assert stage.states[f"{component}.thing"] == before
    assert "'AAAAAA' is none of" in stage.home.refusals.entries["t"].reason


async def test_a_template_that_fails_says_nothing_of_the_state(stage: Stage) -> None:
    template = {"value_template": "{{ value_json.power + 1 }}", "unit_of_measurement": "W"}
    await stage.announce("sensor", {"name": "Thing", "unique_id": "t", "state_topic": "t"} | template)
    await stage.report("t", '{"power": 4}')
    await stage.report("t", '{"energy": 4}')
    assert stage.states["sensor.thing"].state == "5"


async def test_the_reason_is_known_after_a_restart(tmp_path: Path) -> None:
    broker = MemoryBroker()
    async with memory_stage(tmp_path, broker) as stage:
        await stage.announce("sensor", LEVEL)
        await stage.report("level", "medium")
        reason = stage.states["sensor.level"].attributes["unknown_reason"]
    async with memory_stage(tmp_path, broker) as stage:
        said = stage.states["sensor.level"]
        assert (said.state, said.attributes) == ("unknown", {"unknown_reason": reason})
        await stage.report("level", "high")
        assert (stage.states["sensor.level"].state, stage.states["sensor.level"].attributes) == ("high", {})
