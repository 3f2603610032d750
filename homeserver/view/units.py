"""Units of measurement: which belong together, how large each is, and what becomes of a value in another.

Facts: the International System of Units and NIST SP 811 for sizes, Home Assistant's documentation of sensors for the
units that each device class may have. Gases are counted at 20 °C and 1013.25 hPa. A unit that is foreign to its class
is never converted.
"""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Final

from homeserver.topics.record import record

Unit = str | None
_INCH: Final = 0.0254
_FOOT: Final = 12 * _INCH
_YARD: Final = 3 * _FOOT
_MILE: Final = 1760 * _YARD
_GALLON: Final = 231 * _INCH**3
_POUND: Final = 453.59237
_MERCURY: Final = 9.80665 * 13595.1
_HOUR: Final = 3600.0
_DAY: Final = 24 * _HOUR
_MOLE: Final = 8.31446261815324 * 293.15 / 101325
"""Cubic metres that one mole of a gas takes."""
_BYTES: Final[Mapping[Unit, int]] = {
    "B": 0,
    "kB": 3,
    "MB": 6,
    "GB": 9,
    "TB": 12,
    "PB": 15,
    "EB": 18,
    "ZB": 21,
    "YB": 24,
}
_BINARY: Final[Mapping[Unit, int]] = {"KiB": 1, "MiB": 2, "GiB": 3, "TiB": 4, "PiB": 5, "EiB": 6, "ZiB": 7, "YiB": 8}
_WATT_HOURS: Final[Mapping[Unit, float]] = {"mWh": 1e-3, "Wh": 1.0, "kWh": 1e3, "MWh": 1e6, "GWh": 1e9, "TWh": 1e12}
_JOULES: Final[Mapping[Unit, float]] = {"J": 1.0, "kJ": 1e3, "MJ": 1e6, "GJ": 1e9}
_CALORIES: Final[Mapping[Unit, float]] = {"cal": 4.184, "kcal": 4184.0, "Mcal": 4.184e6, "Gcal": 4.184e9}


def _gas(molar_mass: float, *units: str) -> dict[Unit, float]:
    """Parts and masses of a gas, in parts per billion; `molar_mass` in grams."""
    mass = 1e3 * _MOLE / molar_mass
    sizes: dict[Unit, float] = {"ppb": 1, "ppm": 1e3, "μg/m³": mass, "mg/m³": 1e3 * mass}
    return {unit: sizes[unit] for unit in units}


_SIZES: Final[Mapping[str, Mapping[Unit, float]]] = {
    "apparent_power": {"mVA": 1e-3, "VA": 1, "kVA": 1e3},
    "area": {
        **{"m²": 1, "cm²": 1e-4, "mm²": 1e-6, "km²": 1e6, "ha": 1e4, "ac": 43560 * _FOOT**2},
        **{"in²": _INCH**2, "ft²": _FOOT**2, "yd²": _YARD**2, "mi²": _MILE**2},
    },
    "blood_glucose_concentration": {"mmol/L": 1, "mg/dL": 10 / 180.16},
    "carbon_monoxide": _gas(28.01, "ppb", "ppm", "μg/m³", "mg/m³"),
    "concentration": {"μg/m³": 1e-6, "mg/m³": 1e-3, "g/m³": 1},
    "conductivity": {"μS/cm": 1e-6, "mS/cm": 1e-3, "S/cm": 1},
    "current": {"mA": 1e-3, "A": 1},
    "data_rate": {
        **{"bit/s": 1, "kbit/s": 1e3, "Mbit/s": 1e6, "Gbit/s": 1e9},
        **{"B/s": 8, "kB/s": 8e3, "MB/s": 8e6, "GB/s": 8e9},
        **{"KiB/s": 2**13, "MiB/s": 2**23, "GiB/s": 2**33},
    },
    "data_size": {
        **{"bit": 1, "kbit": 1e3, "Mbit": 1e6, "Gbit": 1e9},
        **{unit: 8 * 10.0**power for unit, power in _BYTES.items()},
        **{unit: 8 * 1024.0**power for unit, power in _BINARY.items()},
    },
    "distance": {
        **{"mm": 1e-3, "cm": 1e-2, "m": 1, "km": 1e3},
        **{"in": _INCH, "ft": _FOOT, "yd": _YARD, "mi": _MILE, "nmi": 1852},
    },
    "duration": {"μs": 1e-6, "ms": 1e-3, "s": 1, "min": 60, "h": _HOUR, "d": _DAY, "w": 7 * _DAY},
    "energy": {**_JOULES, **{unit: 3600 * size for unit, size in _WATT_HOURS.items()}, **_CALORIES},
    "frequency": {"Hz": 1, "kHz": 1e3, "MHz": 1e6, "GHz": 1e9},
    "irradiance": {"W/m²": 1, "BTU/(h⋅ft²)": 1055.05585262 / _HOUR / _FOOT**2},
    "nitrogen_dioxide": _gas(46.0055, "ppb", "ppm", "μg/m³"),
    "nitrogen_monoxide": _gas(30.0061, "ppb", "μg/m³"),
    "ozone": _gas(48.0, "ppb", "ppm", "μg/m³"),
    "power": {
        **{"mW": 1e-3, "W": 1, "kW": 1e3, "MW": 1e6, "GW": 1e9, "TW": 1e12},
        **{"BTU/h": 1055.05585262 / _HOUR},
    },
    "pressure": {
        **{"mPa": 1e-3, "Pa": 1, "hPa": 100, "kPa": 1e3, "mbar": 100, "cbar": 1e3, "bar": 1e5},
        **{"inHg": _INCH * _MERCURY, "mmHg": 1e-3 * _MERCURY, "inH₂O": 249.08890833333, "psi": 6894.757293168},
    },
    "ratio": {None: 1, "%": 1e-2, "ppm": 1e-6, "ppb": 1e-9},
    "reactive_energy": {"varh": 1, "kvarh": 1e3},
    "reactive_power": {"mvar": 1e-3, "var": 1, "kvar": 1e3},
    "speed": {
        **{"mm/d": 1e-3 / _DAY, "mm/h": 1e-3 / _HOUR, "mm/s": 1e-3, "m/min": 1 / 60, "m/s": 1, "km/h": 1e3 / _HOUR},
        **{"in/d": _INCH / _DAY, "in/h": _INCH / _HOUR, "in/s": _INCH, "ft/s": _FOOT, "mph": _MILE / _HOUR},
        **{"kn": 1852 / _HOUR, "Beaufort": 1},
    },
    "sulphur_dioxide": _gas(64.066, "ppb", "μg/m³"),
    "temperature": {"°C": 1, "°F": 5 / 9, "K": 1},
    "temperature_delta": {"°C": 1, "°F": 5 / 9, "K": 1},
    "travel": {"kWh/100km": 1, "Wh/km": 0.1, "km/kWh": 100, "mi/kWh": 100e3 / _MILE},
    "voltage": {"μV": 1e-6, "mV": 1e-3, "V": 1, "kV": 1e3, "MV": 1e6},
    "volume": {
        **{"mL": 1e-6, "L": 1e-3, "m³": 1, "fl. oz.": _GALLON / 128, "gal": _GALLON},
        **{"ft³": _FOOT**3, "CCF": 100 * _FOOT**3, "MCF": 1000 * _FOOT**3},
    },
    "volume_flow_rate": {
        **{"m³/h": 1 / _HOUR, "m³/min": 1 / 60, "m³/s": 1, "ft³/min": _FOOT**3 / 60},
        **{"L/h": 1e-3 / _HOUR, "L/min": 1e-3 / 60, "L/s": 1e-3, "mL/s": 1e-6},
        **{"gal/d": _GALLON / _DAY, "gal/h": _GALLON / _HOUR, "gal/min": _GALLON / 60},
    },
    "weight": {
        **{"μg": 1e-6, "mg": 1e-3, "g": 1, "kg": 1e3},
        **{"oz": _POUND / 16, "lb": _POUND, "st": 14 * _POUND},
    },
}
"""By family, how much of the family's own unit each unit is."""
_ZERO: Final[Mapping[str, float]] = {"°C": 0.0, "°F": -160 / 9, "K": -273.15}
"""Where each scale of temperature begins, in °C."""
_INVERSE: Final = frozenset(("km/kWh", "mi/kWh"))
_BEAUFORT: Final = "Beaufort"
_DUST: Final = ("concentration", ("μg/m³", "mg/m³"))
_RAIN: Final = ("speed", ("in/d", "in/h", "mm/d", "mm/h"))
_METER: Final = ("volume", ("CCF", "ft³", "gal", "L", "m³", "MCF"))
_CLASSES: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    **{name: (name, ()) for name in _SIZES if name not in ("concentration", "ratio", "travel")},
    "absolute_humidity": ("concentration", ("g/m³", "mg/m³")),
    "atmospheric_pressure": ("pressure", ()),
    "energy_distance": ("travel", ()),
    "energy_storage": ("energy", ()),
    "gas": ("volume", ("CCF", "ft³", "L", "m³", "MCF")),
    **dict.fromkeys(("pm1", "pm10", "pm25", "pm4", "nitrous_oxide", "volatile_organic_compounds"), _DUST),
    "power_factor": ("ratio", ("", "%")),
    "precipitation": ("distance", ("cm", "in", "mm")),
    "precipitation_intensity": _RAIN,
    "volatile_organic_compounds_parts": ("ratio", ("ppb", "ppm")),
    "volume_storage": ("volume", ()),
    "water": _METER,
    "wind_speed": ("speed", ("Beaufort", "ft/s", "km/h", "kn", "m/min", "m/s", "mph", "mm/s", "in/s")),
}
"""The family of each device class that can be converted, and which units of it the class may have: all, or these."""
_FIXED: Final[Mapping[str, tuple[Unit, ...]]] = {
    **dict.fromkeys(("aqi", "ph"), (None,)),
    **dict.fromkeys(("battery", "humidity", "moisture"), ("%",)),
    "carbon_dioxide": ("ppm",),
    "illuminance": ("lx",),
    "signal_strength": ("dB", "dBm"),
    "sound_pressure": ("dB", "dBA"),
    "wind_direction": ("°",),
}
"""The units of classes that are never converted."""


@record
class Conversion:
    """From one unit to another and back. `slope`: how much of the other one of it is; 0 where that depends."""

    there: Callable[[float], float]
    back: Callable[[float], float]
    slope: float


def plain(unit: Unit) -> Unit:
    """The micro sign has two code points: they are one."""
    return unit.replace("\N{MICRO SIGN}", "μ") if unit else None


def units_of(device_class: str | None) -> tuple[Unit, ...]:
    """The units that a class may have; none for one without rules of its own."""
    name = device_class or ""
    if name in _FIXED:
        return _FIXED[name]
    family, units = _CLASSES.get(name, ("", ()))
    return tuple(unit or None for unit in units) or tuple(_SIZES.get(family, ()))


@lru_cache(maxsize=256)
def conversion(device_class: str | None, unit: Unit, other: Unit) -> Conversion | None:
    """None where a class cannot have these units, or they are the same."""
    unit, other = plain(unit), plain(other)
    family = _CLASSES.get(device_class or "", ("",))[0]
    known = units_of(device_class) if family else ()
    if unit == other or unit not in known or other not in known:
        return None
    if family == "temperature":
        return _degrees(str(unit), str(other))
    sizes = _SIZES[family]
    ratio = sizes[unit] / sizes[other]
    if unit in _INVERSE or other in _INVERSE:
        return _travel(str(unit), str(other))
    if _BEAUFORT in (unit, other):
        return _wind(str(unit), str(other))
    return Conversion(lambda value: value * ratio, lambda value: value / ratio, ratio)


def _degrees(unit: str, other: str) -> Conversion:
    """The scales of temperature begin at different points."""
    sizes = _SIZES["temperature"]
    ratio, shift = sizes[unit] / sizes[other], (_ZERO[unit] - _ZERO[other]) / sizes[other]
    return Conversion(lambda value: value * ratio + shift, lambda value: (value - shift) / ratio, ratio)


def _travel(unit: str, other: str) -> Conversion:
    """How far a car goes is the inverse of what it takes."""
    sizes = _SIZES["travel"]
    if unit in _INVERSE and other in _INVERSE:
        ratio = sizes[other] / sizes[unit]
        return Conversion(lambda value: value * ratio, lambda value: value / ratio, ratio)
    product = sizes[other] / sizes[unit] if other in _INVERSE else sizes[unit] / sizes[other]
    return Conversion(lambda value: product / value, lambda value: product / value, 0.0)


def _wind(unit: str, other: str) -> Conversion:
    """The Beaufort scale: v = 0.836 B^1.5, in metres a second."""
    sizes = _SIZES["speed"]
    forth, size = unit == _BEAUFORT, sizes[other if unit == _BEAUFORT else unit]

    def speed(force: float) -> float:
        return 0.836 * float(abs(force) ** 1.5) / size

    def force(speed: float) -> float:
        return float(round((abs(speed) * size / 0.836) ** (2 / 3)))

    return Conversion(speed, force, 0.0) if forth else Conversion(force, speed, 0.0)
