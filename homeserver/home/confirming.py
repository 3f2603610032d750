"""Whether a device's report confirms what was wished of it, allowing for what lamps and drives round on the way."""

from collections.abc import Callable, Mapping
from math import dist, inf
from typing import Any, Final

from homeserver.home.entity import STATE, Entity
from homeserver.view import colour

_DIGITS: Final = frozenset("0123456789.")
_TOLERANCE: Final[Mapping[str, float]] = {"brightness": 3.0, "current_position": 2.0, "current_tilt_position": 2.0}
_KELVIN_PART: Final = 0.03
"""Colour temperatures are rounded in mired: a few percent."""
_XY: Final = 0.06
"""Distance on the CIE 1931 diagram below which two colours are taken for the same: lamps have gamuts of their own."""
_TO_XY: Final[Mapping[str, Callable[[Any], colour.Xy]]] = {
    "hs_color": colour.hs_to_xy,
    "rgb_color": colour.rgb_to_xy,
    "xy_color": lambda xy: xy,
    "rgbw_color": lambda rgbw: colour.rgb_to_xy(colour.rgbw_to_rgb(rgbw)),
}


def confirmed(entity: Entity, wanted: Mapping[str, Any]) -> bool:
    """Whether all that is wanted is what the device reports."""
    if len(wanted) == 1 and STATE in wanted:
        state = wanted[STATE]
        return entity.state == state or _same_number(entity.state, state)
    return all(agrees(name, value, entity.known(name)) for name, value in wanted.items())


def agrees(name: str, wanted: Any, reported: Any) -> bool:
    """Whether one fact is as it was wanted."""
    if wanted == reported:
        return True
    if reported is None:
        return False
    if name == STATE:
        return _same_number(reported, wanted)
    if name == "color_temp_kelvin":
        return bool(abs(wanted - reported) <= _KELVIN_PART * wanted)
    if name in _TO_XY:
        to_xy = _TO_XY[name]
        return bool(dist(to_xy(wanted), to_xy(reported)) <= _XY)
    if isinstance(wanted, tuple) and isinstance(reported, tuple):
        return len(wanted) == len(reported) and all(abs(a - b) <= 8 for a, b in zip(wanted, reported, strict=True))
    tolerance = _TOLERANCE.get(name)
    return tolerance is not None and bool(abs(wanted - reported) <= tolerance)


def distance(entity: Entity, wanted: Mapping[str, Any]) -> float:
    """How far the numbers among what is wanted are from what the device reports, taken together."""
    pairs = [(value, entity.known(name)) for name, value in wanted.items()]
    gaps = [abs(one - two) for one, two in pairs if isinstance(one, int | float) and isinstance(two, int | float)]
    return float(sum(gaps)) if gaps else inf


def _same_number(one: str | None, two: str | None) -> bool:
    """`21` and `21.0`."""
    if not one or not two or one[-1] not in _DIGITS or two[-1] not in _DIGITS:
        return False
    try:
        return abs(float(one) - float(two)) < 1e-6
    except ValueError:
        return False
