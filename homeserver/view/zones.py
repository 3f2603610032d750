"""Zones: how far it is from place to place, and who is in which zone.

A zone is an entity `zone.*` with `latitude`, `longitude` and `radius` in metres. Who is somewhere says so by
`in_zones`, by coordinates with `gps_accuracy` in metres, or by the state alone: `home`, or a zone's name.
Facts: Home Assistant's documentation of zones and of the zone condition. Keeps nothing.
"""

from collections.abc import Mapping
from math import asin, cos, radians, sin, sqrt
from typing import Any, Final

from homeserver.topics.entity import UNAVAILABLE, UNKNOWN, EntityState
from homeserver.topics.names import slug

HOME: Final = "zone.home"
_EARTH: Final = 6_371_000.0
_TRACKED: Final = ("device_tracker.", "person.")


class NoPlaceError(ValueError):
    """It cannot be said where something is; the text says why."""


def metres(one: tuple[float, float], two: tuple[float, float]) -> float:
    """The way over the ground between two places, latitude and longitude in degrees: haversine formula."""
    (lat1, lon1), (lat2, lon2) = (tuple(map(radians, place)) for place in (one, two))
    part = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return 2 * _EARTH * asin(sqrt(min(1.0, max(0.0, part))))  # rounding may leave either side


def place_of(attributes: Mapping[str, Any]) -> tuple[float, float] | None:
    """Latitude and longitude among some attributes."""
    latitude, longitude = number(attributes.get("latitude")), number(attributes.get("longitude"))
    return None if latitude is None or longitude is None else (latitude, longitude)


def number(value: Any) -> float | None:
    """What is a number and no truth value."""
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def within(zone: EntityState, place: tuple[float, float], accuracy: float = 0.0) -> bool:
    """Whether a place that is known to `accuracy` metres lies in a zone, or may."""
    centre, radius = place_of(zone.attributes), number(zone.attributes.get("radius"))
    if zone.state == UNAVAILABLE or centre is None or radius is None:
        return False
    return metres(centre, place) - accuracy < radius


def has_place(entity_id: str, state: EntityState) -> bool:
    """Whether it can be said at all in which zones an entity is."""
    return (
        place_of(state.attributes) is not None
        or isinstance(state.attributes.get("in_zones"), list)
        or entity_id.startswith(_TRACKED)
    )


def is_in(zone_id: str, zone: EntityState | None, entity_id: str, state: EntityState | None, name: str = "") -> bool:
    """Whether an entity is in a zone; `name` is what people call the zone. Raises `NoPlaceError`.

    Nobody who is unknown or unavailable is anywhere.
    """
    if state is None:
        raise NoPlaceError(f"there is no entity {entity_id}")
    if zone is None:
        raise NoPlaceError(f"there is no zone {zone_id}")
    if state.state in (UNAVAILABLE, UNKNOWN):
        return False
    listed = state.attributes.get("in_zones")
    if isinstance(listed, list):
        return zone_id in listed
    if (place := place_of(state.attributes)) is not None:
        return within(zone, place, number(state.attributes.get("gps_accuracy")) or 0.0)
    if not entity_id.startswith(_TRACKED):
        raise NoPlaceError(f"{entity_id} has no latitude and longitude")
    word = slug(state.state) if state.state else ""
    return word == zone_id.partition(".")[2] or bool(name and word == slug(name))
