"""Which unit a home takes for what: the metric system, and that of the United States.

Facts: Home Assistant's documentation of unit systems. Only what is listed is converted by itself: energy and power are
the same everywhere, and a temperature in kelvin is a colour or a difference.
"""

from collections.abc import Mapping
from typing import Final

from homeserver.view.units import Unit, plain, units_of

System = Mapping[tuple[str, str], str]
"""The unit that a home takes for a device class instead of another."""
_WIND: Final = ("m/s", "mm/s", "m/min", "in/s", "ft/s", "kn", "km/h", "mph", "Beaufort")


def _rows(device_class: str, **units: str) -> dict[tuple[str, str], str]:
    return {(device_class, unit.replace("_", "/")): other for unit, other in units.items()}


def _all(device_class: str, to: str, units: tuple[str, ...]) -> dict[tuple[str, str], str]:
    """Every one of these units becomes `to`; knots are for those who sail or fly."""
    return {(device_class, unit): to for unit in units if unit not in (to, "kn")}


_PRESSURES: Final = tuple(str(unit) for unit in units_of("pressure"))
METRIC: Final[System] = {
    ("temperature", "°F"): "°C",
    **_all("atmospheric_pressure", "hPa", _PRESSURES),
    **_all("wind_speed", "km/h", _WIND),
    **{("area", unit): to for unit, to in (("in²", "cm²"), ("ft²", "m²"), ("yd²", "m²"), ("mi²", "km²"), ("ac", "ha"))},
    **_rows("distance", ft="m", mi="km", nmi="km", yd="m"),
    ("distance", "in"): "mm",
    **{("gas", unit): "m³" for unit in ("CCF", "MCF", "ft³")},
    ("precipitation", "in"): "mm",
    **_rows("precipitation_intensity", in_d="mm/d", in_h="mm/h"),
    **_rows("pressure", psi="kPa", inHg="hPa"),
    ("pressure", "inH₂O"): "kPa",
    **_rows("speed", ft_s="km/h", in_s="mm/s", mph="km/h", in_d="mm/d", in_h="mm/h"),
    **{("volume", unit): "m³" for unit in ("CCF", "MCF", "ft³")},
    **{("volume", "fl. oz."): "mL", ("volume", "gal"): "L"},
    **{("water", unit): "m³" for unit in ("CCF", "MCF", "ft³")},
    ("water", "gal"): "L",
}
US_CUSTOMARY: Final[System] = {
    ("temperature", "°C"): "°F",
    **_all("atmospheric_pressure", "inHg", _PRESSURES),
    **_all("wind_speed", "mph", _WIND),
    **{
        ("area", unit): to for unit, to in (("m²", "ft²"), ("cm²", "in²"), ("mm²", "in²"), ("km²", "mi²"), ("ha", "ac"))
    },
    **_rows("distance", cm="in", km="mi", m="ft", mm="in"),
    ("gas", "m³"): "ft³",
    **_rows("precipitation", cm="in", mm="in"),
    **_rows("precipitation_intensity", mm_d="in/d", mm_h="in/h"),
    **{("pressure", unit): "psi" for unit in ("mbar", "cbar", "bar", "Pa", "hPa", "kPa")},
    ("pressure", "mmHg"): "inHg",
    **_rows("speed", m_s="mph", mm_s="in/s", km_h="mph", mm_d="in/d", mm_h="in/h"),
    **{("volume", "m³"): "ft³", ("volume", "L"): "gal", ("volume", "mL"): "fl. oz."},
    **{("water", "m³"): "ft³", ("water", "L"): "gal"},
}
SYSTEMS: Final[Mapping[str, System]] = {"metric": METRIC, "us_customary": US_CUSTOMARY}


def home_unit(system: str, device_class: str | None, unit: Unit) -> Unit:
    """The unit that a home of this system takes for values that come in `unit`."""
    if not unit or not device_class:
        return unit
    return SYSTEMS[system].get((device_class, str(plain(unit))), unit)
