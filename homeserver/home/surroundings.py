"""What the reading of a device's reports may know of the home besides the device's own config."""

from collections.abc import Callable
from dataclasses import field
from datetime import UTC, datetime, tzinfo
from typing import Final

from homeserver.home.gallery import Gallery
from homeserver.home.tuning import UNTUNED, Tuning
from homeserver.topics.record import record

RADIUS: Final = 100.0
"""Metres around the home that count as home, and around a zone whose radius nobody said."""


@record
class Zone:
    """A place on earth that people gave a name: latitude and longitude in degrees, radius in metres."""

    name: str
    place: tuple[float, float]
    radius: float


@record
class Surroundings:
    """`now` tells the time in UTC, `zone` is the home's own; `place` its latitude and longitude in degrees; `zones` are
    the other places that people named, changed in place; `units` is the home's system of units. `tuned` tells what
    people set of the values of an entity, by domain and `unique_id`."""

    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    zone: tzinfo = UTC
    place: tuple[float, float] | None = None
    gallery: Gallery = field(default_factory=Gallery)
    zones: list[Zone] = field(default_factory=list)
    units: str = "metric"
    tuned: Callable[[str, str], Tuning] = lambda domain, unique_id: UNTUNED
