"""The sun and its light: where it stands, and what falls on a wall and on the ground.

Needs time and place. Keeps nothing. Angles in degrees, azimuth clockwise from north, irradiance in W/m².
"""

from datetime import datetime
from math import acos, cos, degrees, exp, pi, radians, sin
from typing import Final, NamedTuple

LUX_PER_WATT: Final = 110.0
"""Luminous efficacy of daylight, lm/W: 105 to 120 (Littlefair, Lighting Research & Technology 17, 1985)."""


class Place(NamedTuple):
    """Degrees north and east."""

    latitude: float
    longitude: float


class Light(NamedTuple):
    """What the sky gives: `beam` on a plane that faces the sun, `diffuse` on the ground; where the sun stands."""

    elevation: float
    azimuth: float
    beam: float
    diffuse: float

    def on_ground(self) -> float:
        return self.beam * max(0.0, sin(radians(self.elevation))) + self.diffuse

    def on_wall(self, facing: float) -> float:
        """Beam by the angle of incidence, and half of the sky's diffuse light, for a vertical wall."""
        angle = cos(radians(self.elevation)) * cos(radians(self.azimuth - facing))
        return self.beam * max(0.0, angle) + self.diffuse / 2


def position(utc: datetime, place: Place) -> tuple[float, float]:
    """Elevation and azimuth: declination after Cooper (1969), equation of time after Woolf (1968); good to a degree."""
    day = utc.timetuple().tm_yday
    declination = radians(23.45) * sin(2 * pi * (284 + day) / 365)
    b = 2 * pi * (day - 81) / 364
    equation = 9.87 * sin(2 * b) - 7.53 * cos(b) - 1.5 * sin(b)  # minutes
    hour = utc.hour + utc.minute / 60 + utc.second / 3600 + place.longitude / 15 + equation / 60
    angle = radians(15 * (hour - 12))
    latitude = radians(place.latitude)
    height = sin(latitude) * sin(declination) + cos(latitude) * cos(declination) * cos(angle)
    elevation = pi / 2 - acos(max(-1.0, min(1.0, height)))
    toward = (sin(declination) - sin(latitude) * height) / max(1e-9, cos(latitude) * cos(elevation))
    azimuth = degrees(acos(max(-1.0, min(1.0, toward))))
    return degrees(elevation), azimuth if sin(angle) < 0 else 360 - azimuth


def air_mass(elevation: float) -> float:
    """How many vertical atmospheres the beam crosses (Kasten and Young, Applied Optics 28, 1989)."""
    return 1 / (sin(radians(elevation)) + 0.50572 * float((elevation + 6.07995) ** -1.6364))


def light(utc: datetime, place: Place, cloud: float) -> Light:
    """The light under a sky covered to the part `cloud` (0 to 1).

    Clear beam after Meinel and Meinel (1976), clear diffuse a tenth of it; the clouds' share of the global light after
    Kasten and Czeplak (Solar Energy 24, 1980). Below the horizon the light of dusk fades over six degrees.
    """
    elevation, azimuth = position(utc, place)
    if elevation <= 0:
        dusk = 2.0 * exp(elevation) if elevation > -6 else 0.0
        return Light(elevation, azimuth, 0.0, dusk)
    direct = 1353 * 0.7 ** (air_mass(elevation) ** 0.678)
    height = sin(radians(elevation))
    clear = direct * height + 0.1 * direct + 2.0
    total = clear * (1 - 0.75 * cloud**3.4)
    beam = direct * (1 - cloud)
    return Light(elevation, azimuth, beam, max(0.0, total - beam * height))
