"""Thresholds: bounds, units, and every form in which they were written; facts of Home Assistant's thresholds."""

from pathlib import Path

import pytest

from homeserver.rules.purpose.thresholds import Threshold, converted, float_of, read_threshold
from homeserver.rules.reading.fields import Fields
from homeserver.rules.reading.yaml_source import read
from tests.rules.stage import Stage


def threshold(text: str, unit_class: str = "") -> Threshold:
    options = Fields(read(f"options: {text}").root).inner("options")
    made = read_threshold(options, unit_class, required=False)
    options.done()
    return made


@pytest.mark.parametrize(
    ("text", "holds", "shown"),
    [
        ("{threshold: {type: above, value: {number: 5}}}", "6 7", "above 5"),
        ("{threshold: {type: below, value: {number: 5}}}", "3 4", "below 5"),
        # the bounds lie between, and not outside
        ("{threshold: {type: between, value_min: {number: 4}, value_max: {number: 6}}}", "4 5 6", "between 4 and 6"),
        ("{threshold: {type: outside, value_min: {number: 4}, value_max: {number: 6}}}", "3 7", "outside 4 and 6"),
        ("{threshold: {type: any}}", "3 4 5 6 7", "any"),
        ("{}", "3 4 5 6 7", "any"),
        # shorter, and as it was written before
        ("{above: 5}", "6 7", "above 5"),
        ("{below: '5'}", "3 4", "below 5"),
        ("{above: 4, below: 6}", "5", "between 4 and 6"),
        ("{threshold_type: above, lower_limit: 5}", "6 7", "above 5"),
        ("{threshold_type: outside, lower_limit: 4, upper_limit: 6}", "3 7", "outside 4 and 6"),
        # an entity, of which the editor leaves a number beside it
        ("{above: sensor.limit}", "6 7", "above sensor.limit"),
        (
            "{threshold: {type: above, value: {active_choice: entity, entity: sensor.limit, number: 3}}}",
            "6 7",
            "above sensor.limit",
        ),
        (
            "{threshold: {type: above, value: {active_choice: number, entity: sensor.limit, number: 3}}}",
            "4 5 6 7",
            "above 3",
        ),
        # what is not known holds nothing
        ("{above: sensor.gone}", "", "above sensor.gone"),
        ("{below: sensor.word}", "", "below sensor.word"),
        ("{threshold_type: outside, lower_limit: sensor.gone, upper_limit: 6}", "", "outside sensor.gone and 6"),
    ],
)
async def test_where_a_number_lies(tmp_path: Path, text: str, holds: str, shown: str) -> None:
    async with Stage(tmp_path, "[]", {"sensor.limit": "5", "sensor.word": "high"}) as stage:
        view, made = stage.rules.engine.view, threshold(text)
        assert " ".join(str(number) for number in range(3, 8) if made.holds(number, view, None, "")) == holds
        assert str(made) == shown


async def test_a_bound_is_in_the_unit_of_what_is_compared(tmp_path: Path) -> None:
    text = "{threshold: {type: above, value: {number: 20, unit_of_measurement: °C}}}"
    async with Stage(tmp_path, "[]", {}) as stage:
        view, made = stage.rules.engine.view, threshold(text, "temperature")
        assert made.holds(68.1, view, "°F", "temperature")
        assert not made.holds(67.9, view, "°F", "temperature")
        assert made.holds(21, view, None, "temperature")  # a unit that nobody says is the same
        assert not made.holds(1_000, view, "lx", "temperature")
        assert str(made) == "above 20 °C"
        await stage.set("sensor.limit", "293.15", unit_of_measurement="K")
        of_entity = threshold("{above: sensor.limit}", "temperature")
        assert of_entity.holds(20.1, view, "°C", "temperature")
        assert not of_entity.holds(19.9, view, "°C", "temperature")


@pytest.mark.parametrize(
    ("number", "unit", "other", "unit_class", "is_then"),
    [
        (1.5, "kW", "W", "power", 1500.0),
        (5.0, "µg/m³", "μg/m³", "pm25", 5.0),
        (5.0, None, "W", "power", 5.0),
        (5.0, "W", "%", "power", None),
        (5.0, "lx", "%", "", None),
    ],
)
def test_conversion(number: float, unit: str | None, other: str | None, unit_class: str, is_then: float | None) -> None:
    assert converted(number, unit, other, unit_class) == is_then


@pytest.mark.parametrize(
    ("value", "number"), [("1.5", 1.5), (2, 2.0), ("nan", None), (None, None), ("x", None), ([], None)]
)
def test_what_is_a_number(value: object, number: float | None) -> None:
    assert float_of(value) == number
