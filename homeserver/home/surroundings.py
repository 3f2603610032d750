"""What the reading of a device's reports may know of the home besides the device's own config."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo

from homeserver.home.gallery import Gallery


@dataclass(frozen=True, slots=True)
class Surroundings:
    """`now` tells the time in UTC, `zone` is the home's own; `place` its latitude and longitude in degrees."""

    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    zone: tzinfo = UTC
    place: tuple[float, float] | None = None
    gallery: Gallery = field(default_factory=Gallery)
