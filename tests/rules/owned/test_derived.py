"""Sensors that follow others, held to Home Assistant's documentation of threshold and min_max."""

from pathlib import Path
from typing import Any

import pytest

from homeserver.rules.owned.derived import KINDS, OF_GROUPS, figure_of, rounded
from tests.rules.owned.test_owner import state
from tests.rules.stage import Stage


def attributes(stage: Stage, entity_id: str) -> dict[str, Any]:
    return stage.rules.engine.view.states[entity_id].attributes


@pytest.mark.parametrize(
    ("limits", "course"),
    [
        ("upper: 20", {"20": "off", "20.1": "on", "19": "off"}),
        ("lower: 10", {"10": "off", "9.9": "on", "11": "off"}),
        ("upper: 20, hysteresis: 2", {"21": "off", "22.1": "on", "19": "on", "17.9": "off"}),
        ("lower: 10, upper: 20", {"15": "on", "21": "off", "12": "on", "9": "off"}),
    ],
)
async def test_a_threshold(tmp_path: Path, limits: str, course: dict[str, str]) -> None:
    """threshold: "the state only changes when the threshold plus or minus the hysteresis is crossed." """
    rules = f"binary_sensor: [{{platform: threshold, name: Limit, entity_id: sensor.a, {limits}}}]"
    async with Stage(tmp_path, rules, {"sensor.a": "unknown"}) as stage:
        assert state(stage, "binary_sensor.limit") == "unknown"
        for value, expected in course.items():
            await stage.set("sensor.a", value)
            assert (value, state(stage, "binary_sensor.limit")) == (value, expected)
        await stage.set("sensor.a", "unavailable")
        assert state(stage, "binary_sensor.limit") == "unknown"


@pytest.mark.parametrize(
    ("kind", "expected", "of"),
    [
        ("min", "1.0", "sensor.a"),
        ("max", "8.5", "sensor.b"),
        ("mean", "4.17", None),
        ("median", "3.0", None),
        ("range", "7.5", None),
        ("sum", "12.5", None),
    ],
)
async def test_several_make_one(tmp_path: Path, kind: str, expected: str, of: str | None) -> None:
    assert kind in KINDS
    rules = f"sensor: [{{platform: min_max, name: One, type: {kind}, entity_ids: [sensor.a, sensor.b, sensor.c]}}]"
    async with Stage(tmp_path, rules, {"sensor.a": "1", "sensor.b": "8.5", "sensor.c": "3"}) as stage:
        assert state(stage, "sensor.one") == expected
        assert attributes(stage, "sensor.one").get(f"{kind}_entity_id") == of
        await stage.set("sensor.c", "unavailable")
        assert (state(stage, "sensor.one") == "unknown") == (kind == "sum")


async def test_the_last_one_heard(tmp_path: Path) -> None:
    rules = "sensor: [{platform: min_max, name: One, type: last, entity_ids: [sensor.a, sensor.b]}]"
    async with Stage(tmp_path, rules, {"sensor.a": "1", "sensor.b": "2"}) as stage:
        await stage.set("sensor.a", "7")
        assert (state(stage, "sensor.one"), attributes(stage, "sensor.one")["last_entity_id"]) == ("7.0", "sensor.a")


async def test_different_units_make_nothing(tmp_path: Path) -> None:
    rules = "sensor: [{platform: min_max, name: One, type: max, entity_ids: [sensor.a, sensor.b]}]"
    async with Stage(tmp_path, rules, {"sensor.a": "1", "sensor.b": "2"}) as stage:
        await stage.set("sensor.a", "1", unit_of_measurement="W")
        assert state(stage, "sensor.one") == "unknown"
        await stage.set("sensor.b", "2", unit_of_measurement="W")
        assert (state(stage, "sensor.one"), attributes(stage, "sensor.one")["unit_of_measurement"]) == ("2.0", "W")


@pytest.mark.parametrize(
    ("rules", "told"),
    [
        ("binary_sensor: [{platform: threshold, entity_id: sensor.a}]", "give lower, upper or both"),
        ("sensor: [{platform: min_max, entity_ids: [sensor.a], type: most}]", "type must be one of min, max"),
        ("sensor: [{platform: min_max, entity_ids: [sensor.a], digits: 2}]", "unknown field 'digits'"),
    ],
)
async def test_what_is_wrong_is_said(tmp_path: Path, rules: str, told: str) -> None:
    async with Stage(tmp_path, rules) as stage:
        assert any(told in str(problem) for problem in stage.rules.book.problems), stage.rules.book.problems


def test_figures() -> None:
    assert (rounded(1.005, 0), rounded(2.0, 2), rounded(1.2345, 2)) == ("1", "2.0", "1.23")
    assert figure_of(None) is None


@pytest.mark.parametrize(
    ("kind", "expected", "of"),
    [
        ("min", "1.0", "sensor.a"),
        ("max", "4.0", "sensor.b"),
        ("mean", "2.5", None),
        ("sum", "5.0", None),
        ("product", "4.0", None),
        ("stdev", "2.1213203435596424", None),
        ("last", "1.0", "sensor.a"),
    ],
)
async def test_a_group_of_sensors(tmp_path: Path, kind: str, expected: str, of: str | None) -> None:
    """group: "the sensor group becomes unknown" where a member is, unless `ignore_non_numeric` is on."""
    assert kind in OF_GROUPS
    rules = f"sensor: [{{platform: group, name: All, type: {kind}, entities: [sensor.a, sensor.b]}}]"
    async with Stage(tmp_path, rules, {"sensor.a": "0", "sensor.b": "4"}) as stage:
        await stage.wait(1)
        await stage.set("sensor.a", "1")
        assert state(stage, "sensor.all") == expected
        assert attributes(stage, "sensor.all").get(f"{kind}_entity_id") == of
        await stage.set("sensor.b", "unavailable")
        assert state(stage, "sensor.all") == "unknown"
        await stage.set("sensor.a", "unavailable")
        assert state(stage, "sensor.all") == "unavailable"


async def test_a_group_of_sensors_that_ignores_what_is_no_number(tmp_path: Path) -> None:
    rules = (
        "sensor: [{platform: group, name: All, type: sum, ignore_non_numeric: true, entities: [sensor.a, sensor.b]}]"
    )
    async with Stage(tmp_path, rules, {"sensor.a": "1", "sensor.b": "unknown"}) as stage:
        assert state(stage, "sensor.all") == "1.0"


async def test_it_has_the_id_that_is_asked_for(tmp_path: Path) -> None:
    rules = "sensor: [{platform: min_max, name: One, type: max, entity_ids: [sensor.a], default_entity_id: sensor.two}]"
    async with Stage(tmp_path, rules, {"sensor.a": "1"}) as stage:
        assert state(stage, "sensor.two") == "1.0"
        assert stage.rules.engine.view.configs["sensor.two"].name == "One"
    async with Stage(tmp_path, rules.replace("sensor.two", "light.two"), {"sensor.a": "1"}) as stage:
        (problem,) = stage.rules.cast.problems
        assert "default_entity_id must be like sensor.kitchen, not 'light.two'" in problem.text
