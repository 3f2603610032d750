"""Where the sun is, and when it comes to be somewhere, by PyEphem: https://rhodesmill.org/pyephem/ (MIT).

Heights are of the sun's middle above the horizon of the sea, in degrees, without refraction, as almanacs have them: it
rises and sets at -0.833, which is refraction and half a disc. `shown` adds the refraction, as Home Assistant does for
the attribute `elevation`. All that the sun does is found by bisection between its highest and lowest points, so that
days without a sunrise are only days in which nothing is found.
Why this library, and no sunrise that depends on the height of the house: docs/decisions/0025.
"""

import math
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final, Literal

import ephem

from homeserver.topics.record import record

HORIZON: Final = -0.833
TWILIGHTS: Final = {"civil": -6.0, "nautical": -12.0, "astronomical": -18.0}
POLAR: Final = 65.0
"""Degrees of latitude below which every day has a sunrise and a sunset."""
_YEAR: Final = 370
_SECOND: Final = timedelta(seconds=1)
_DAY: Final = timedelta(days=1)
_ROUGH: Final = 3.0
"""Degrees by which the guess of a height may be wrong: a day's change, refraction, and the guess itself."""
_TILT: Final = 23.5
"""Degrees: how far the sun goes north and south, rounded up."""
Extreme = Literal["noon", "midnight"]


@record
class Crossing:
    """The sun passes a height on its way up or down. `shown`: the height with refraction."""

    height: float
    up: bool
    shown: bool = False


@record
class Turn:
    """The sun is at its highest or lowest point of the day."""

    which: Extreme


@record
class Season:
    """The noon or midnight from which on the sun is above the horizon, or below it, other than the one before."""

    which: Extreme
    above: bool


SunEvent = Crossing | Turn | Season
RISE, SET = Crossing(HORIZON, True), Crossing(HORIZON, False)
NOON, MIDNIGHT = Turn("noon"), Turn("midnight")


class Sun:
    """The sun as seen from one place on earth."""

    def __init__(self, latitude: float, longitude: float) -> None:
        self.latitude = latitude
        self._sun = ephem.Sun()
        self._place = ephem.Observer()
        self._place.lat, self._place.lon = math.radians(latitude), math.radians(longitude)
        self._place.pressure = 0  # no refraction
        self._known: dict[SunEvent, tuple[datetime, datetime | None]] = {}

    # -- where it is

    def height(self, moment: datetime) -> float:
        """Degrees above the horizon, without refraction."""
        self._look(moment)
        return math.degrees(self._sun.alt)

    def shown(self, moment: datetime) -> float:
        """The same with refraction."""
        height = self.height(moment)
        return height + refraction(height)

    def azimuth(self, moment: datetime) -> float:
        """Degrees from north over east."""
        self._look(moment)
        return math.degrees(self._sun.az)

    def is_up(self, moment: datetime) -> bool:
        return self.height(moment) >= HORIZON

    def climbs(self, moment: datetime) -> bool:
        """Whether it is on its way from midnight to noon."""
        return self._turn("noon", moment) < self._turn("midnight", moment)

    def last(self, which: Extreme, moment: datetime) -> datetime:
        """The noon or midnight before a moment."""
        at = self._turn(which, moment - timedelta(hours=36))
        while (later := self._turn(which, at + timedelta(hours=1))) <= moment:
            at = later
        return at

    def _look(self, moment: datetime) -> None:
        self._place.date = ephem.Date(moment.replace(tzinfo=None))
        self._sun.compute(self._place)

    def _turn(self, which: Extreme, moment: datetime) -> datetime:
        start = ephem.Date(moment.replace(tzinfo=None))
        find = self._place.next_transit if which == "noon" else self._place.next_antitransit
        found: datetime = find(self._sun, start=start).datetime()
        return found.replace(tzinfo=UTC)

    # -- when it will be somewhere

    def next(self, event: SunEvent, after: datetime) -> datetime | None:
        """The next time after a moment, on the second; None if there is none within a year."""
        begun, found = self._known.get(event, (after, after))
        if begun <= after < (found or begun + timedelta(days=1)):
            return found
        found = self._find(event, after.replace(microsecond=0))
        self._known[event] = (after, found)
        return found

    def _find(self, event: SunEvent, start: datetime) -> datetime | None:
        match event:
            case Turn(which=which):
                return _on_the_second(self._turn(which, start))
            case Season():
                return self._next_season(event, start)
            case Crossing():
                return self._next_crossing(event, start)

    def _next_season(self, season: Season, start: datetime) -> datetime | None:
        if abs(self.latitude) < POLAR:
            return None
        at, end = self.last(season.which, start), start + timedelta(days=_YEAR)
        above = self.is_up(at)
        while at < end:
            if (near := self._near(HORIZON, at, end, season.which)) > at:
                at = max(at, near - _DAY)
            at = self._turn(season.which, at + timedelta(hours=1))
            before, above = above, self.is_up(at)
            if before != above == season.above and at > start:
                return _on_the_second(at)
        return None

    def _next_crossing(self, crossing: Crossing, start: datetime) -> datetime | None:
        """Between two turns the sun goes one way, so that it is enough to look at both ends."""
        if not self._can_be(crossing.height):
            return None
        look = self.shown if crossing.shown else self.height
        noon, midnight = self._turn("noon", start), self._turn("midnight", start)
        above = look(start) >= crossing.height
        at, last = start, start + timedelta(days=_YEAR)
        while at < last:
            if (near := self._near(crossing.height, at, last)) > at:
                at, noon, midnight = near, self._turn("noon", near), self._turn("midnight", near)
                above = look(at) >= crossing.height
            end = min(noon, midnight)
            before, above = above, look(end) >= crossing.height
            if before != above == crossing.up:
                return _on_the_second(_passing(look, crossing.height, at, end))
            at = end
            if end == noon:
                noon = self._turn("noon", end + timedelta(hours=1))
            else:
                midnight = self._turn("midnight", end + timedelta(hours=1))
        return None

    def _near(self, height: float, start: datetime, end: datetime, which: Extreme | None = None) -> datetime:
        """The first of the days from `start` on which the sun may pass a height, or be near it at its highest or lowest
        point, by a rough guess: a polar night is passed over in a moment. `end` where there is none before it."""
        at = start
        while at < end:
            tilt = -23.44 * math.cos(2 * math.pi * (at.timetuple().tm_yday + 10) / 365.25)
            highest, lowest = 90.0 - abs(self.latitude - tilt), abs(self.latitude + tilt) - 90.0
            low, high = {"noon": (highest, highest), "midnight": (lowest, lowest)}.get(which or "", (lowest, highest))
            if low - _ROUGH <= height <= high + _ROUGH:
                return at
            at += _DAY
        return end

    def _can_be(self, height: float) -> bool:
        """Whether the sun is ever so high, and ever lower."""
        highest = min(90.0, 90.0 - abs(self.latitude) + _TILT)
        lowest = max(-90.0, abs(self.latitude) - 90.0 - _TILT)
        return lowest - 1.0 <= height <= highest + 1.0


@record
class SunMoment:
    """What the sun does, and so much later or earlier."""

    sun: Sun
    event: SunEvent
    offset: timedelta

    def after(self, moment: datetime, zone: tzinfo) -> datetime | None:
        found = self.sun.next(self.event, moment - self.offset)
        return None if found is None else found + self.offset


def refraction(height: float) -> float:
    """Degrees by which the air lifts the sun; NOAA's formula: https://gml.noaa.gov/grad/solcalc/calcdetails.html"""
    if height > 85.0:
        return 0.0
    slope = math.tan(math.radians(height))
    if height > 5.0:
        seconds = 58.1 / slope - 0.07 / slope**3 + 0.000086 / slope**5
    elif height > -0.575:
        seconds = 1735.0 + height * (-518.2 + height * (103.4 + height * (-12.79 + height * 0.711)))
    else:
        seconds = -20.774 / slope
    return seconds / 3600.0


def _passing(look: Callable[[datetime], float], height: float, low: datetime, high: datetime) -> datetime:
    """When the sun is on the other side of a height than at `low`, to the second or better."""
    before = look(low) >= height
    while high - low > _SECOND / 4:
        middle = low + (high - low) / 2
        if (look(middle) >= height) == before:
            low = middle
        else:
            high = middle
    return high


def _on_the_second(moment: datetime) -> datetime:
    """The next whole second."""
    whole = moment.replace(microsecond=0)
    return whole if whole == moment else whole + _SECOND
