"""Units against the figures of their definitions, there and back, and what the two systems take for what."""

from math import isclose

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeserver.home import unit_systems
from homeserver.home.device_classes import NUMERIC
from homeserver.home.unit_systems import home_unit
from homeserver.view.units import Unit, conversion, units_of

CLASSES = sorted(name for name in NUMERIC if len(units_of(name)) > 1 and conversion(name, *units_of(name)[:2]))
"""Device classes whose units can be converted."""
PAIRS = [(name, one, two) for name in CLASSES for one in units_of(name) for two in units_of(name) if one != two]


@pytest.mark.parametrize(
    ("device_class", "value", "unit", "other", "expected"),
    [
        ("temperature", 451, "°F", "°C", 232.7778),
        ("temperature", -40, "°C", "°F", -40),
        ("temperature", 300, "K", "°F", 80.33),
        ("temperature_delta", 10, "°C", "°F", 18),
        ("distance", 26.21875, "mi", "km", 42.194988),
        ("distance", 1, "nmi", "m", 1852),
        ("speed", 60, "mph", "km/h", 96.56064),
        ("wind_speed", 10, "kn", "m/s", 5.144444),
        ("wind_speed", 9, "Beaufort", "m/s", 22.572),
        ("wind_speed", 118, "km/h", "Beaufort", 12),
        ("atmospheric_pressure", 29.92, "inHg", "hPa", 1013.2080),
        ("pressure", 32, "psi", "bar", 2.206322),
        ("pressure", 1013.25, "mbar", "mmHg", 760.0),
        ("precipitation", 2, "in", "mm", 50.8),
        ("precipitation_intensity", 24, "mm/d", "mm/h", 1),
        ("volume", 1, "gal", "L", 3.785411784),
        ("volume", 12, "fl. oz.", "mL", 354.8824),
        ("gas", 1, "CCF", "m³", 2.831685),
        ("volume_flow_rate", 1, "gal/min", "L/min", 3.785411784),
        ("weight", 1, "lb", "g", 453.59237),
        ("weight", 11, "st", "kg", 69.85322),
        ("area", 1, "ac", "ha", 0.40468564),
        ("energy", 1, "kWh", "MJ", 3.6),
        ("energy", 1, "kcal", "J", 4184),
        ("power", 12000, "BTU/h", "kW", 3.516853),
        ("energy_distance", 18, "kWh/100km", "km/kWh", 5.555556),
        ("energy_distance", 4, "mi/kWh", "Wh/km", 155.3428),
        ("data_size", 1, "GiB", "MB", 1073.741824),
        ("data_rate", 100, "Mbit/s", "MB/s", 12.5),
        ("duration", 90, "min", "h", 1.5),
        ("carbon_monoxide", 9, "ppm", "mg/m³", 10.48),
        ("ozone", 100, "µg/m³", "ppb", 50.12),
        ("blood_glucose_concentration", 100, "mg/dL", "mmol/L", 5.550622),
        ("conductivity", 1500, "µS/cm", "mS/cm", 1.5),
        ("power_factor", 0.95, None, "%", 95),
        ("voltage", 3, "V", "mV", 3000),
        ("frequency", 50, "Hz", "kHz", 0.05),
        ("irradiance", 1000, "W/m²", "BTU/(h⋅ft²)", 316.998),
    ],
)
def test_a_value_in_another_unit(device_class: str, value: float, unit: Unit, other: Unit, expected: float) -> None:
    made = conversion(device_class, unit, other)
    assert made is not None
    assert made.there(value) == pytest.approx(
        expected, rel=2e-4 if device_class in ("ozone", "carbon_monoxide") else 2e-6
    )


@given(pair=st.sampled_from(PAIRS), value=st.floats(0.01, 1e6))
def test_there_and_back_it_is_the_same(pair: tuple[str, Unit, Unit], value: float) -> None:
    if "Beaufort" in pair:
        return  # whole forces only
    made, back = conversion(*pair), conversion(pair[0], pair[2], pair[1])
    assert made is not None
    assert back is not None
    assert isclose(made.back(made.there(value)), value, rel_tol=1e-9, abs_tol=1e-9)
    assert isclose(back.there(made.there(value)), value, rel_tol=1e-9, abs_tol=1e-9)
    if made.slope:
        assert isclose(made.there(value + 1) - made.there(value), made.slope, rel_tol=1e-3)


@pytest.mark.parametrize(
    ("device_class", "unit", "other"),
    [
        ("temperature", "°C", "W"),
        ("energy", "W", "kWh"),
        ("gas", "m³", "mL"),
        ("humidity", "%", "ppm"),
        (None, "°C", "°F"),
    ],
)
def test_what_is_foreign_is_never_converted(device_class: str | None, unit: str, other: str) -> None:
    assert conversion(device_class, unit, other) is None


@pytest.mark.parametrize("system", ["metric", "us_customary"])
def test_a_home_takes_units_that_stay(system: str) -> None:
    rows = unit_systems.SYSTEMS[system]
    assert len(rows) > 40
    for (device_class, unit), taken in rows.items():
        assert conversion(device_class, unit, taken) is not None, (device_class, unit, taken)
        assert home_unit(system, device_class, taken) == taken


def test_what_one_system_takes_the_other_gives_back() -> None:
    there = home_unit("us_customary", "temperature", "°C")
    assert (there, home_unit("metric", "temperature", there)) == ("°F", "°C")
    assert home_unit("us_customary", "wind_speed", "m/s") == "mph"
    assert home_unit("metric", "wind_speed", "m/s") == "km/h"
    kept = [
        ("wind_speed", "kn"),
        ("temperature", "K"),
        ("energy", "kWh"),
        ("power", "W"),
        ("weight", "kg"),
        (None, "°F"),
    ]
    for system in ("metric", "us_customary"):
        assert [home_unit(system, device_class, unit) for device_class, unit in kept] == [unit for _, unit in kept]
