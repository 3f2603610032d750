"""What single attributes are for people: one row makes one sensor, or one number, choice or switch of the settings.

Numbers, scales and invalid values: Zigbee Cluster Library, revision 8, chapter by cluster. Report intervals are chosen
so that a battery lasts: what changes slowly is told seldom. Keeps nothing.
"""

from collections.abc import Callable, Mapping
from dataclasses import field as made
from typing import Any, Final

from homeserver.topics.record import record
from integrations.zigbee.part import ON_CHANGE, Report

SLOWLY: Final[Report] = (30, 900, 20)
STEADILY: Final[Report] = (30, 900, 100)
WHOLE: Final[Report] = (30, 900, 1)
FINELY: Final[Report] = (30, 900, 1e-6)
"""Where the count is a share of one."""
NO8: Final = (0, 0xFF)
NO16: Final = (0xFFFF,)
NOT16: Final = (-0x8000,)
NOT24: Final = (-0x800000,)
"""That nothing is known, of unsigned and of signed numbers of so many bits."""
POWER: Final[Report] = (5, 900, 1)
BATTERY: Final[Report] = (3600, 10800, 2)
_DIAGNOSTIC: Final = {"entity_category": "diagnostic"}
_SETTING: Final = {"entity_category": "config"}
_MEASURE: Final = {"state_class": "measurement"}


@record
class Row:
    """One attribute. `name`: None where the class of the sensor says it all. `scale` times what the device counts is
    the state, or what `read` makes of it. `invalid`: values that mean that nothing is known. `multiplier` and
    `divisor`: attributes of the same cluster. `known`: it is there only where the device has told a value; devices
    list clusters of which they have half. `once`: one of these is enough for a device, whatever endpoints have it.
    `code`: the manufacturer's, where the attribute is his own."""

    cluster: int
    attribute: int
    component: str
    key: str
    name: str | None = None
    config: Mapping[str, Any] = made(default_factory=dict)
    scale: float = 1.0
    read: Callable[[Any], Any] | None = None
    report: Report | None = None
    invalid: tuple[Any, ...] = ()
    multiplier: int | None = None
    divisor: int | None = None
    known: bool = False
    once: bool = False
    code: int | None = None
    options: Mapping[str, int] = made(default_factory=dict)
    """Of a choice: what people read, and the value."""


def _kind(device_class: str | None, unit: str | None, **more: Any) -> dict[str, Any]:
    said = {"device_class": device_class, "unit_of_measurement": unit, **_MEASURE}
    return {name: value for name, value in said.items() if value} | more


def illuminance(value: float) -> int:
    """Lux of MeasuredValue, which is 10,000 log10 of it, plus one; 0 is too little to be measured."""
    return round(10 ** ((min(value, 0xFFFE) - 1) / 10_000)) if value > 0 else 0


def heat(value: float) -> float:
    """Degrees inside a device. ZCL counts in whole ones, many makers in hundredths; none is that hot."""
    return value / 100 if abs(value) > 200 else value


def _first_bit(value: float) -> bool:
    return bool(int(value) & 1)


_COVERINGS: Final = {
    0: "Rollershade", 1: "Rollershade two motors", 2: "Rollershade exterior",
    3: "Rollershade exterior two motors", 4: "Drapery", 5: "Awning", 6: "Shutter",
    7: "Tilt blind tilt only", 8: "Tilt blind tilt and lift", 9: "Projector screen",
}  # fmt: skip


def _covering(value: float) -> str | None:
    return _COVERINGS.get(int(value))


_CELLS: Final = _kind("voltage", "V", **_DIAGNOSTIC, enabled_by_default=False)
_INSIDE: Final = _kind("temperature", "°C", **_DIAGNOSTIC)
_COUNTER: Final = {"device_class": "energy", "unit_of_measurement": "kWh", "state_class": "total_increasing"}
_BUILT: Final = {"device_class": "enum", "options": list(_COVERINGS.values()), **_DIAGNOSTIC}
_DIAL: Final = {"min": 0, "max": 1023, "step": 0.1, "mode": "box"}

_WATTS: Final = _kind("power", "W")
_APPARENT: Final = _kind("apparent_power", "VA")
_HERTZ: Final = _kind("frequency", "Hz")

SENSORS: Final = (
    # cluster, attribute, component, key, name, kind, scale, read, report, invalid, multiplier, divisor
    Row(0x0402, 0, "sensor", "temperature", None, _kind("temperature", "°C"), 0.01, None, SLOWLY, NOT16),
    Row(0x0405, 0, "sensor", "humidity", None, _kind("humidity", "%"), 0.01, None, STEADILY, NO16),
    Row(0x0403, 0, "sensor", "pressure", None, _kind("pressure", "hPa"), 1, None, WHOLE, NOT16),
    Row(0x0400, 0, "sensor", "illuminance", None, _kind("illuminance", "lx"), 1, illuminance, (30, 900, 500), NO16),
    Row(0x0408, 0, "sensor", "soil_moisture", "Soil moisture", _kind("humidity", "%"), 0.01, None, STEADILY, NO16),
    Row(0x0407, 0, "sensor", "leaf_wetness", "Leaf wetness", _kind("humidity", "%"), 0.01, None, STEADILY, NO16),
    Row(0x0404, 0, "sensor", "flow", "Flow", _kind("volume_flow_rate", "m³/h"), 0.1, None, WHOLE, NO16),
    Row(0x040C, 0, "sensor", "carbon_monoxide", None, _kind("carbon_monoxide", "ppm"), 1e6, None, FINELY),
    Row(0x040D, 0, "sensor", "carbon_dioxide", None, _kind("carbon_dioxide", "ppm"), 1e6, None, FINELY),
    Row(0x042B, 0, "sensor", "formaldehyde", "Formaldehyde", _kind(None, "ppm"), 1e6, None, FINELY),
    Row(0x042E, 0, "sensor", "voc", None, _kind("volatile_organic_compounds_parts", "ppb"), 1, None, (30, 900, 5)),
    Row(0x042A, 0, "sensor", "pm25", None, _kind("pm25", "µg/m³"), 1, None, WHOLE),
    Row(0x0409, 0, "sensor", "ph", None, _kind("ph", None), 0.01, None, (30, 900, 10), NO16),
    Row(
        0x0001,
        0x20,
        "sensor",
        "battery_voltage",
        "Battery voltage",
        _CELLS,
        0.1,
        None,
        BATTERY,
        NO8,
        once=True,
        known=True,
    ),
    Row(0x0002, 0, "sensor", "device_temperature", "Device temperature", _INSIDE, 1, heat, WHOLE, NOT16, once=True),
    # -- electricity
    Row(0x0B04, 0x050B, "sensor", "power", None, _kind("power", "W"), 1, None, POWER, NOT16, 0x0604, 0x0605),
    Row(0x0B04, 0x050F, "sensor", "apparent_power", None, _APPARENT, 1, None, None, NO16, 0x0604, 0x0605, True),
    Row(0x0B04, 0x0508, "sensor", "current", None, _kind("current", "A"), 1, None, POWER, NO16, 0x0602, 0x0603, True),
    Row(0x0B04, 0x0505, "sensor", "voltage", None, _kind("voltage", "V"), 1, None, POWER, NO16, 0x0600, 0x0601, True),
    Row(0x0B04, 0x0300, "sensor", "ac_frequency", "AC frequency", _HERTZ, 1, None, None, NO16, 0x0400, 0x0401, True),
    Row(0x0B04, 0x0510, "sensor", "power_factor", None, _kind("power_factor", "%"), known=True),
    Row(0x0702, 0x0000, "sensor", "energy", None, _COUNTER, 1, None, WHOLE, (), 0x0301, 0x0302),
    Row(0x0702, 0x0400, "sensor", "demand", "Demand", _WATTS, 1000, None, POWER, NOT24, 0x0301, 0x0302),
    # -- what has two values, and what can be set
    Row(0x0406, 0, "binary_sensor", "occupancy", None, {"device_class": "occupancy"}, 1, _first_bit, ON_CHANGE),
    Row(0x000F, 0x55, "binary_sensor", "input", "Input", {}, 1, bool, ON_CHANGE),
    Row(0x000D, 0x55, "number", "output", "Output", _DIAL, 1, None, ON_CHANGE),
    # -- as it is built
    Row(0x0102, 0x17, "switch", "inverted", "Inverted", _SETTING, known=True),
    Row(0x0102, 0, "sensor", "window_covering_type", "Window covering type", _BUILT, 1, _covering, known=True),
)
"""In the order in which people care for them."""

_LAST: Final = {"Off": 0, "On": 1, "Toggle": 2, "PreviousValue": 0xFF}
_LEVEL: Final = {"min": 0, "max": 255, "mode": "box", **_SETTING}
_SPEED: Final = _LEVEL | {"unit_of_measurement": "1/s"}
_TENTHS: Final = {"min": 0, "max": 6553.4, "step": 0.1, "unit_of_measurement": "s", "mode": "box", **_SETTING}
_WARMTH: Final = {"min": 153, "max": 500, "mode": "box", "unit_of_measurement": "mired", **_SETTING}

SETTINGS: Final = (
    Row(0x0006, 0x4003, "select", "start_up", "When power returns", _SETTING, options=_LAST, known=True),
    Row(0x0008, 0x4000, "number", "start_up_level", "Level when power returns", _LEVEL, known=True),
    Row(0x0008, 0x0010, "number", "transition", "Transition of on and off", _TENTHS, 0.1, known=True),
    Row(0x0008, 0x0011, "number", "on_level", "Level when turned on", _LEVEL, known=True),
    Row(0x0008, 0x0012, "number", "on_transition", "Transition of on", _TENTHS, 0.1, known=True),
    Row(0x0008, 0x0013, "number", "off_transition", "Transition of off", _TENTHS, 0.1, known=True),
    Row(0x0008, 0x0014, "number", "move_rate", "Speed of dimming", _SPEED, known=True),
    Row(0x0300, 0x4010, "number", "start_up_color", "Colour temperature when power returns", _WARMTH, known=True),
)
