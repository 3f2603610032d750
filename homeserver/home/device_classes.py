"""The device classes that the field knows, by component; others are kept, and named as unknown.

Facts: Home Assistant's documentation of each component's device classes.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from homeserver.view.units import Unit, plain, units_of

_BINARY: Final = """
    battery battery_charging carbon_monoxide cold connectivity door garage_door gas heat light lock moisture motion
    moving occupancy opening plug power presence problem running safety smoke sound tamper update vibration window
"""
_COVERS: Final = "awning blind curtain damper door garage gate shade shutter window"
_QUANTITIES: Final = """
    absolute_humidity apparent_power aqi area atmospheric_pressure battery blood_glucose_concentration carbon_dioxide
    carbon_monoxide conductivity current data_rate data_size distance duration energy energy_distance energy_storage
    frequency gas humidity illuminance irradiance moisture monetary nitrogen_dioxide nitrogen_monoxide nitrous_oxide
    ozone ph pm1 pm10 pm25 pm4 power power_factor precipitation precipitation_intensity pressure reactive_energy
    reactive_power signal_strength sound_pressure speed sulphur_dioxide temperature temperature_delta
    volatile_organic_compounds volatile_organic_compounds_parts voltage volume volume_flow_rate volume_storage water
    weight wind_direction wind_speed
"""
NUMERIC: Final = frozenset(_QUANTITIES.split())
"""Classes of sensors and numbers whose value is a number."""
_CLASSES: Final[Mapping[str, frozenset[str]]] = {
    "binary_sensor": frozenset(_BINARY.split()),
    "button": frozenset(("identify", "restart", "update")),
    "cover": frozenset(_COVERS.split()),
    "event": frozenset(("button", "doorbell", "motion")),
    "humidifier": frozenset(("dehumidifier", "humidifier")),
    "number": NUMERIC,
    "sensor": NUMERIC | {"date", "enum", "timestamp", "uptime"},
    "switch": frozenset(("outlet", "switch")),
    "update": frozenset(("firmware",)),
    "valve": frozenset(("gas", "water")),
}


def remarks(domain: str, device_class: str | None, unit: Unit) -> Iterator[str]:
    """What is odd about class and unit of an entity, which are kept as they are all the same."""
    if device_class is None:
        return
    known = _CLASSES.get(domain)
    if known is not None and device_class not in known:
        yield f"`device_class` is {device_class[:60]!r}, which no {domain} is known to have: it is kept as it is"
    fitting = units_of(device_class) if domain in ("number", "sensor") else ()
    if fitting and plain(unit) not in fitting:
        names = ", ".join(one or "none" for one in fitting)
        given = f"is {unit[:60]!r}" if unit else "is missing"
        yield f"`unit_of_measurement` {given}, but {device_class} comes in {names}: it is never converted"
