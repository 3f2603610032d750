"""Converted numbers keep what their device said, and no more digits than that takes."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeserver.home.config import Config
from homeserver.home.measure import Measure, decimals, decimals_shown, measure_of, nice_step, number_text, turned
from homeserver.home.surroundings import Surroundings
from homeserver.home.tuning import Tuning
from homeserver.view.units import conversion


def measured(fields: dict[str, Any], units: str = "metric", **tuning: Any) -> Measure:
    config = Config(fields, around=Surroundings(units=units))
    config.tuning = Tuning(**tuning)
    return measure_of(config, "sensor")


def sensor(device_class: str, unit: str) -> dict[str, Any]:
    return {"device_class": device_class, "unit_of_measurement": unit}


@pytest.mark.parametrize(
    ("fields", "units", "tuning", "text", "shown"),
    [
        (sensor("temperature", "°C"), "us_customary", {}, "21.5", "70.7"),
        (sensor("temperature", "°F"), "metric", {}, "70", "21.1"),
        (sensor("temperature", "°F"), "metric", {}, "-40.0", "-40"),
        (sensor("temperature", "°C"), "us_customary", {}, "-0.04", "31.93"),
        (sensor("atmospheric_pressure", "hPa"), "us_customary", {}, "1013.2", "29.92"),
        (sensor("precipitation", "mm"), "us_customary", {}, "25.4", "1"),
        (sensor("distance", "mi"), "metric", {}, "1e-1", "0.2"),
        (sensor("power", "W"), "metric", {"unit": "kW"}, "1234.5", "1.2345"),
        (sensor("energy", "kWh"), "metric", {"unit": "Wh"}, "1.234", "1234"),
        (sensor("temperature", "°C"), "metric", {"offset": -0.5}, "21.3", "20.8"),
        (sensor("temperature", "°C"), "metric", {"offset": 0.125}, "21.3", "21.425"),
        (sensor("power", "W"), "metric", {"factor": 1.1}, "100", "110"),
        (sensor("temperature", "°C"), "us_customary", {"offset": 1, "factor": 2}, "10", "101"),
        (sensor("energy", "kWh"), "metric", {"offset": 1}, "1e20", "1e+20"),
    ],
)
def test_a_number_as_people_see_it(
    fields: dict[str, Any], units: str, tuning: dict[str, Any], text: str, shown: str
) -> None:
    assert measured(fields, units, **tuning).written(text) == shown


LINEAR = [
    (device_class, unit, other)
    for device_class, unit, other in (
        ("temperature", "°C", "°F"),
        ("temperature", "°F", "°C"),
        ("atmospheric_pressure", "hPa", "inHg"),
        ("distance", "in", "mm"),
        ("distance", "mm", "mi"),
        ("volume", "mL", "gal"),
        ("weight", "g", "st"),
    )
]


@given(
    pair=st.sampled_from(LINEAR),
    whole=st.integers(-99_999, 99_999),
    fine=st.integers(0, 3),
    offset=st.sampled_from([0, 0.5]),
)
def test_no_digit_of_the_device_is_lost(pair: tuple[str, str, str], whole: int, fine: int, offset: float) -> None:
    device_class, unit, other = pair
    text = f"{whole / 10**fine:.{fine}f}"
    measure = measured(sensor(device_class, unit), unit=other, offset=offset)
    made = measure.conversion
    assert made is not None
    assert f"{made.back(float(measure.written(text))):.{fine}f}".lstrip("-") == text.lstrip("-")


@pytest.mark.parametrize(
    ("fields", "tuning", "native", "unit"),
    [
        (sensor("temperature", "K"), {}, "K", "K"),
        (sensor("energy", "W"), {}, "W", "W"),
        (sensor("energy", "W"), {"unit": "kWh"}, "W", "W"),
        (sensor("paperweight", "°F"), {}, "°F", "°F"),
        ({"unit_of_measurement": "°F"}, {}, "°F", "°F"),
        (sensor("temperature", "°F"), {"unit": "°F"}, "°F", "°F"),
    ],
)
def test_what_needs_no_conversion_pays_for_none(
    fields: dict[str, Any], tuning: dict[str, Any], native: str, unit: str
) -> None:
    assert measured(fields, **tuning) == Measure(unit, native, None, 0)


@pytest.mark.parametrize(
    ("fields", "tuning", "units", "digits"),
    [
        ({}, {}, "metric", None),
        ({"suggested_display_precision": 1}, {}, "metric", 1),
        ({"suggested_display_precision": "1"}, {"precision": 0}, "metric", 0),
        (sensor("atmospheric_pressure", "hPa") | {"suggested_display_precision": 0}, {}, "us_customary", 2),
        (sensor("precipitation", "in") | {"suggested_display_precision": 2}, {}, "metric", 1),
        (sensor("temperature", "°C") | {"suggested_display_precision": 1}, {}, "us_customary", 1),
    ],
)
def test_how_many_digits_are_shown(
    fields: dict[str, Any], tuning: dict[str, Any], units: str, digits: int | None
) -> None:
    config = Config(fields, around=Surroundings(units=units))
    config.tuning = Tuning(**tuning)
    assert decimals_shown(config) == digits


def test_steps_that_people_can_count_with() -> None:
    steps = [1.8, 0.9, 5 / 9, 0.18, 0.1, 1, 0.0555, 12, 5, 0.5]
    assert [nice_step(step) for step in steps] == [1, 0.5, 0.5, 0.1, 0.1, 1, 0.05, 10, 5, 0.5]


def test_digits_are_counted_however_a_number_is_written() -> None:
    assert [decimals(text) for text in ("5", " 5.50 ", "1e-3", "1.25e-3", "1.25E1", "1e3")] == [0, 2, 3, 5, 1, 0]


def test_a_number_that_is_none() -> None:
    with pytest.raises(ValueError, match="no finite number"):
        number_text(float("inf"), 2)


def test_a_state_that_was_said_otherwise() -> None:
    made = conversion("temperature", "°C", "°F")
    assert made is not None
    assert turned("21.5", None, made.there) == "70.7"
    assert turned("70.7", made.back, None) == "21.5"
    assert turned("warm", made.back, made.there) == "warm"
    assert turned("0", lambda value: 1 / value, None) is None
