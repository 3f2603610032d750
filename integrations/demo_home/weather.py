"""The weather outside: temperature by season, hour and passing fronts; clouds; moisture.

Needs a random source of its own. Keeps the state of the front and of the clouds. Temperatures in °C, moisture in g/m³.
"""

from datetime import datetime
from math import cos, exp, pi, sqrt
from random import Random
from typing import Final

YEAR_MEAN: Final = 10.0
YEAR_SWING: Final = 9.0
DAY_SWING: Final = 4.5
HOTTEST_DAY: Final = 202
HOTTEST_HOUR: Final = 15.0
FRONT_SPREAD: Final = 3.0
FRONT_SECONDS: Final = 2.5 * 86_400
CLOUD_SECONDS: Final = 8 * 3_600


def vapour_pressure(temperature: float) -> float:
    """Saturation pressure over water in hPa: Magnus formula (WMO guide no. 8, annex 4.B)."""
    return 6.112 * exp(17.62 * temperature / (243.12 + temperature))


def saturation(temperature: float) -> float:
    """The most water that air can hold, g/m³: the gas law with the constant of water vapour, 461.5 J/(kg K)."""
    return 216.7 * vapour_pressure(temperature) / (temperature + 273.15)


def wander(value: float, spread: float, memory: float, seconds: float, chance: Random) -> float:
    """One exact step of an Ornstein-Uhlenbeck process around zero (Gillespie, Physical Review E 54, 1996)."""
    keep = exp(-seconds / memory)
    return value * keep + spread * sqrt(1 - keep * keep) * chance.gauss(0.0, 1.0)


class Weather:
    """`temperature` and `mean` (without the hour of the day) in °C, `cloud` 0 to 1, `vapour` in g/m³."""

    def __init__(self, chance: Random, local: datetime) -> None:
        self._chance = chance
        self._front = chance.gauss(0.0, FRONT_SPREAD / 2)
        self._sky = chance.gauss(0.0, 1.0)
        self.temperature = self.mean = self.cloud = self.vapour = 0.0
        self.step(0.0, local)

    def step(self, seconds: float, local: datetime) -> None:
        if seconds:
            self._front = wander(self._front, FRONT_SPREAD, FRONT_SECONDS, seconds, self._chance)
            self._sky = wander(self._sky, 1.0, CLOUD_SECONDS, seconds, self._chance)
        self.cloud = 1 / (1 + exp(-1.6 * self._sky - 0.3))
        day = local.timetuple().tm_yday
        hour = local.hour + local.minute / 60
        season = YEAR_SWING * cos(2 * pi * (day - HOTTEST_DAY) / 365)
        swing = DAY_SWING * (1 - 0.6 * self.cloud) * (1 + season / 20)
        self.mean = YEAR_MEAN + season + self._front
        self.temperature = self.mean + swing * cos(2 * pi * (hour - HOTTEST_HOUR) / 24)
        dew = min(self.temperature - 0.5, self.mean - 4.0 + 2.5 * self.cloud)
        self.vapour = saturation(dew)
