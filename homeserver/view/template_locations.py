"""Where things are: `distance` and `closest`.

Reference: https://www.home-assistant.io/template-functions/distance/ and /closest/
"""

import math
from collections.abc import Callable
from typing import Any, Final

from homeserver.view.state import State
from homeserver.view.template_questions import Questions
from homeserver.view.view import View

_AXIS: Final = 6378.137
_FLATTENING: Final = 1 / 298.257223563
"""The ellipsoid of WGS 84: kilometres to the equator."""
_MILE: Final = 1.609344
_ROUNDS: Final = 200
Point = tuple[float, float]


def kilometres(first: Point, second: Point) -> float | None:
    """How far two points on Earth are apart, after Vincenty; None for points that he cannot tell of (antipodes)."""
    if first == second:
        return 0.0
    polar = (1 - _FLATTENING) * _AXIS
    u1, u2 = (math.atan((1 - _FLATTENING) * math.tan(math.radians(point[0]))) for point in (first, second))
    length = turn = math.radians(second[1] - first[1])
    sin1, cos1, sin2, cos2 = math.sin(u1), math.cos(u1), math.sin(u2), math.cos(u2)
    for _ in range(_ROUNDS):
        sin_turn, cos_turn = math.sin(turn), math.cos(turn)
        sine = math.hypot(cos2 * sin_turn, cos1 * sin2 - sin1 * cos2 * cos_turn)
        if sine == 0:
            return 0.0
        cosine = sin1 * sin2 + cos1 * cos2 * cos_turn
        angle = math.atan2(sine, cosine)
        azimuth = cos1 * cos2 * sin_turn / sine
        square = 1 - azimuth**2
        middle = cosine - 2 * sin1 * sin2 / square if square else 0.0
        c = _FLATTENING / 16 * square * (4 + _FLATTENING * (4 - 3 * square))
        series = angle + c * sine * (middle + c * cosine * (2 * middle**2 - 1))
        before, turn = turn, length + (1 - c) * _FLATTENING * azimuth * series
        if abs(turn - before) < 1e-12:
            return _along(square * (_AXIS**2 - polar**2) / polar**2, polar, angle, sine, cosine, middle)
    return None


def _along(square: float, polar: float, angle: float, sine: float, cosine: float, middle: float) -> float:
    """The length of the way, once its angle is known."""
    a = 1 + square / 16384 * (4096 + square * (-768 + square * (320 - 175 * square)))
    b = square / 1024 * (256 + square * (-128 + square * (74 - 47 * square)))
    inner = cosine * (2 * middle**2 - 1) - b / 6 * middle * (4 * sine**2 - 3) * (4 * middle**2 - 3)
    return round(polar * a * (angle - b * sine * (middle + b / 4 * inner)), 6)


class LocationQuestions(Questions):
    """Distances are kilometres in a metric home, else miles."""

    def __init__(self, view: View, where: tuple[float, float, bool] | None, expand: Callable[..., list[State]]) -> None:
        super().__init__(view)
        self._home: Point | None = where[:2] if where is not None else None
        self._metric = where is None or where[2]
        self._expand = expand

    def functions(self) -> dict[str, Callable[..., Any]]:
        return {"distance": self.distance, "closest": self.closest, "|closest": self.closest_filter}

    def distance(self, *places: Any) -> float | None:
        """Between two places, or from home to one; None where a place is not known."""
        points: list[Point] = []
        waiting = list(places)
        while waiting:
            state = self._state(waiting[0])
            point = _point_of(state) if state is not None else _point(*waiting[:2])
            del waiting[: 1 if state is not None else 2]
            if point is None:
                return None
            points.append(point)
        if len(points) == 1 and self._home is not None:
            points.insert(0, self._home)
        if len(points) < 2:
            return None
        far = kilometres(*points[:2])
        return far if far is None or self._metric else far / _MILE

    def closest(self, *given: Any) -> State | None:
        """The nearest of some entities to home, to an entity, or to coordinates that stand before them."""
        point = self._home
        if len(given) == 2:
            state = self._state(given[0])
            point = _point_of(state) if state is not None else None
        elif len(given) > 2:
            point = _point(*given[:2])
        if not given or point is None:
            return None
        far: dict[str, tuple[float, State]] = {}
        for state in self._expand(given[-1]):
            at = _point_of(state)
            length = kilometres(point, at) if at is not None else None
            if length is not None:
                far[state.entity_id] = (length, state)
        return min(far.values(), key=lambda row: row[0])[1] if far else None

    def closest_filter(self, things: Any, *point: Any) -> State | None:
        """As a filter the things come first."""
        return self.closest(*point, things)

    def _state(self, thing: Any) -> State | None:
        if isinstance(thing, State):
            return thing
        return self.view.state(thing) if isinstance(thing, str) and "." in thing else None


def _point_of(state: State) -> Point | None:
    return _point(state.attributes.get("latitude"), state.attributes.get("longitude"))


def _point(latitude: Any = None, longitude: Any = None) -> Point | None:
    try:
        north, east = float(latitude), float(longitude)
    except (TypeError, ValueError):
        return None
    return (north, east) if abs(north) <= 90 and math.isfinite(east) else None
