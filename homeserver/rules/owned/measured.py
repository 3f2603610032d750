"""Sensors that look at how another one went: its rate, its integral, its trend, and what statistics say of it.

Facts: https://www.home-assistant.io/integrations/derivative, /integration, /trend, /statistics. An integral is there
again after a restart; the others begin anew with what their source says then.
"""

import cmath
import math
import statistics
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any, Final

from homeserver.rules.owned.derived import Derived, figure_of, rounded
from homeserver.rules.owned.thing import number
from homeserver.rules.reading.fields import Fields
from homeserver.runtime.clock import Timer
from homeserver.topics.entity import UNKNOWN, EntityState
from homeserver.topics.services_helpers import lasting

_PREFIXES: Final = {"": 1.0, "n": 1e-9, "µ": 1e-6, "m": 1e-3, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "P": 1e15}
_TIMES: Final = {"s": 1.0, "min": 60.0, "h": 3600.0, "d": 86_400.0}
_MOST: Final = 10_000
Sample = tuple[float, float]
"""Seconds since 1970, and the figure."""


def seconds(fields: Fields, name: str, default: float = 0.0) -> float:
    """A length of time; raises `RuleError`."""
    value = fields.take(name)
    if value is None:
        return default
    try:
        found = lasting(value)
    except ValueError as error:
        raise fields.wrong(f"{name} {error}", name) from error
    if found < 0:
        raise fields.wrong(f"{name} must not be below nought", name)
    return found


def _prefix(fields: Fields) -> tuple[str, float]:
    name = fields.text("unit_prefix").replace("μ", "µ")
    name = "" if name == "none" else name
    if name not in _PREFIXES:
        known = ", ".join(filter(None, _PREFIXES))
        raise fields.wrong(f"unit_prefix must be one of {known}, not {name!r}", "unit_prefix")
    return name, _PREFIXES[name]


class Derivative(Derived):
    """How fast its source changes, weighed over `time_window`."""

    def __init__(self, fields: Fields, object_id: str) -> None:
        source = fields.entities("source")[:1]
        super().__init__(fields, source, f"{source[0]} derivative")
        self.digits = fields.whole("round", 3)
        self.prefix, self.factor = _prefix(fields)
        self.time = fields.choice("unit_time", tuple(_TIMES), "h")
        self.given_unit = fields.text("unit") or None
        self.window = seconds(fields, "time_window")
        self.state = rounded(0.0, self.digits)
        self._rates: deque[tuple[float, float, float]] = deque(maxlen=_MOST)

    def first(self) -> None:
        unit = self.given_unit or f"{self.prefix}{self.unit(self.sources[0]) or ''}/{self.time}"
        self.attributes = {"source": self.sources[0], "unit_of_measurement": unit}

    def heard(self, entity_id: str, old: EntityState | None, new: EntityState | None) -> None:
        self.first()
        before, now = figure_of(old), figure_of(new)
        if before is None or now is None or old is None or new is None:
            return
        begin, end = old.updated.timestamp(), new.updated.timestamp()
        if end <= begin or (now < before and _counts_up(self, entity_id)):
            return
        rate = (now - before) / (end - begin) / self.factor * _TIMES[self.time]
        while self._rates and end - self._rates[0][1] >= self.window:
            self._rates.popleft()
        self._rates.append((begin, end, rate))
        if end - begin <= self.window:
            since = end - self.window
            rate = sum(one * (until - max(start, since)) / self.window for start, until, one in self._rates)
        self.state = rounded(rate, self.digits)


def _counts_up(thing: Derived, entity_id: str) -> bool:
    config = thing.desk.engine.view.config(entity_id)
    return config is not None and config.state_class == "total_increasing"


class Integration(Derived):
    """The area under its source: watts become watt hours."""

    def __init__(self, fields: Fields, object_id: str) -> None:
        source = fields.entities("source")[:1]
        super().__init__(fields, source, f"{source[0]} integral")
        self.keeps, self.starts_anew = True, False
        self.digits = fields.whole("round", 3)
        self.prefix, self.factor = _prefix(fields)
        self.time = fields.choice("unit_time", tuple(_TIMES), "h")
        self.method = fields.choice("method", ("trapezoidal", "left", "right"), "trapezoidal")
        self.longest = seconds(fields, "max_sub_interval")
        fields.take("unit")
        self.total: float | None = None
        self._at: Sample | None = None
        self._timer: Timer | None = None

    def kept(self) -> dict[str, Any]:
        return {"total": self.total}

    def restore(self, kept: Mapping[str, Any]) -> None:
        total = kept.get("total")
        self.total = float(total) if isinstance(total, int | float) else None

    def first(self) -> None:
        source = self.sources[0]
        unit = f"{self.prefix}{self.unit(source) or ''}{self.time}"
        self.attributes = {"source": source, "unit_of_measurement": unit}
        value = figure_of(self.source(source))
        self._at = (self.now.timestamp(), value) if value is not None else None
        self._tell()
        self._again()

    def _tell(self) -> None:
        self.state = UNKNOWN if self.total is None else rounded(self.total, self.digits)

    def heard(self, entity_id: str, old: EntityState | None, new: EntityState | None) -> None:
        self._add(figure_of(new), new.updated if new is not None else self.now)
        self._again()

    def _add(self, value: float | None, at: datetime) -> None:
        before, now = self._at, at.timestamp()
        self._at = (now, value) if value is not None else None
        if before is not None and value is not None:
            heights = {"left": before[1], "right": value, "trapezoidal": (before[1] + value) / 2}
            area = heights[self.method] * max(0.0, now - before[0]) / _TIMES[self.time] / self.factor
            self.total = (self.total or 0.0) + area
        self._tell()

    def _again(self) -> None:
        """Count on while the source says nothing new."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self.longest > 0 and self._at is not None:
            self._timer = self.desk.clock.call_later(self.longest, self._steady)

    def _steady(self) -> None:
        self._timer = None
        if self._at is not None:
            self._add(self._at[1], self.now)
            self.show()
        self._again()

    def end(self) -> None:
        super().end()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


class Trend(Derived):
    """On while its source rises faster than `min_gradient` a second, by the straight line through the last samples."""

    domain = "binary_sensor"

    def __init__(self, fields: Fields, name: str) -> None:
        source = fields.entities("entity_id")[:1]
        super().__init__(fields, source, fields.text("friendly_name") or name)
        self.object_id, self.entity_id = name, f"binary_sensor.{name}"
        self.attribute = fields.text("attribute")
        self.invert = fields.flag("invert", False)
        self.least = number(fields, "min_gradient", 0.0) or 0.0
        self.age = seconds(fields, "sample_duration")
        self.fewest = fields.whole("min_samples", 2, 2)
        self._samples: deque[Sample] = deque(maxlen=max(fields.whole("max_samples", 2, 2), self.fewest))

    def first(self) -> None:
        self._take(self.source(self.sources[0]))

    def heard(self, entity_id: str, old: EntityState | None, new: EntityState | None) -> None:
        self._take(new)

    def _take(self, said: EntityState | None) -> None:
        value = figure_of(said, self.attribute)
        if said is not None and value is not None:
            self._samples.append((said.updated.timestamp(), value))
        if self.age > 0:
            oldest = self.now.timestamp() - self.age
            while self._samples and self._samples[0][0] < oldest:
                self._samples.popleft()
        samples = self._samples
        told: dict[str, Any] = {"entity_id": self.sources[0], "sample_count": len(samples), "invert": self.invert}
        self.attributes = told | {"min_gradient": self.least, "sample_duration": self.age}
        if len(samples) < self.fewest or samples[0][0] == samples[-1][0]:
            return
        gradient = statistics.linear_regression([at for at, _ in samples], [value for _, value in samples]).slope
        same_way = (gradient >= 0) == (self.least >= 0)
        rises = abs(gradient) > abs(self.least) and same_way
        self.state = "on" if rises != self.invert else "off"
        self.attributes["gradient"] = gradient


def _steps(samples: Sequence[Sample]) -> list[float]:
    return [late[1] - early[1] for early, late in pairwise(samples)]


def _values(samples: Sequence[Sample]) -> list[float]:
    return [value for _, value in samples]


def _mean_over_time(samples: Sequence[Sample], height: Callable[[float, float], float]) -> float:
    span = samples[-1][0] - samples[0][0]
    pairs = pairwise(samples)
    return sum(height(one[1], two[1]) * (two[0] - one[0]) for one, two in pairs) / span


CHARACTERISTICS: Final[Mapping[str, tuple[int, Callable[[Sequence[Sample]], float]]]] = {
    "average_linear": (2, lambda rows: _mean_over_time(rows, lambda one, two: (one + two) / 2)),
    "average_step": (2, lambda rows: _mean_over_time(rows, lambda one, two: one)),
    "average_timeless": (1, lambda rows: statistics.fmean(_values(rows))),
    "change": (1, lambda rows: rows[-1][1] - rows[0][1]),
    "change_sample": (2, lambda rows: (rows[-1][1] - rows[0][1]) / (len(rows) - 1)),
    "change_second": (2, lambda rows: (rows[-1][1] - rows[0][1]) / (rows[-1][0] - rows[0][0])),
    "count": (0, lambda rows: float(len(rows))),
    "distance_absolute": (1, lambda rows: max(_values(rows)) - min(_values(rows))),
    "distance_95_percent_of_values": (2, lambda rows: 2 * 1.96 * statistics.stdev(_values(rows))),
    "distance_99_percent_of_values": (2, lambda rows: 2 * 2.58 * statistics.stdev(_values(rows))),
    "mean": (1, lambda rows: statistics.fmean(_values(rows))),
    "mean_circular": (1, lambda rows: _circular(_values(rows))),
    "median": (1, lambda rows: statistics.median(_values(rows))),
    "noisiness": (2, lambda rows: statistics.fmean(abs(step) for step in _steps(rows))),
    "standard_deviation": (2, lambda rows: statistics.stdev(_values(rows))),
    "sum": (1, lambda rows: sum(_values(rows))),
    "sum_differences": (2, lambda rows: sum(abs(step) for step in _steps(rows))),
    "sum_differences_nonnegative": (2, lambda rows: sum(step if step >= 0 else 0.0 for step in _steps(rows))),
    "total": (1, lambda rows: sum(_values(rows))),
    "value_max": (1, lambda rows: max(_values(rows))),
    "value_min": (1, lambda rows: min(_values(rows))),
    "variance": (2, lambda rows: statistics.variance(_values(rows))),
}
"""How many samples each needs, and what it makes of them."""
_PLAIN: Final = frozenset(("count", "variance"))
"""Those that have not the unit of their source."""


def _circular(degrees: Sequence[float]) -> float:
    return math.degrees(cmath.phase(sum(cmath.rect(1, math.radians(one)) for one in degrees))) % 360


class Statistics(Derived):
    """One figure about the last samples of its source."""

    def __init__(self, fields: Fields, object_id: str) -> None:
        source = fields.entities("entity_id")[:1]
        super().__init__(fields, source, "Stats")
        self.kind = fields.choice("state_characteristic", tuple(CHARACTERISTICS), "")
        size = fields.take("sampling_size")
        self.age = seconds(fields, "max_age")
        if size is None and not self.age:
            raise fields.wrong("give sampling_size, max_age or both", "sampling_size")
        most = _MOST if size is None else fields.whole("sampling_size", 20, 1)
        self.digits = fields.whole("precision", 2)
        self.keeps_last = fields.flag("keep_last_sample", False)
        fields.take("percentile")
        self._samples: deque[Sample] = deque(maxlen=most)
        self._timer: Timer | None = None

    def first(self) -> None:
        self._take(self.source(self.sources[0]))

    def heard(self, entity_id: str, old: EntityState | None, new: EntityState | None) -> None:
        self._take(new)

    def _take(self, said: EntityState | None) -> None:
        value = figure_of(said)
        if said is not None and value is not None:
            self._samples.append((said.updated.timestamp(), value))
        self._look()

    def _look(self) -> None:
        self.end_timer()
        fewest, make = CHARACTERISTICS[self.kind]
        if self.age:
            self._drop()
        rows = list(self._samples)
        unit = None if self.kind in _PLAIN else self.unit(self.sources[0])
        self.attributes = {"buffer_usage_ratio": round(len(rows) / (self._samples.maxlen or 1), 2)}
        if unit is not None:
            self.attributes["unit_of_measurement"] = unit
        if len(rows) < fewest or (fewest == 2 and rows[0][0] == rows[-1][0]):
            self.state = UNKNOWN
        else:
            self.state = rounded(make(rows), 0 if self.kind == "count" else self.digits)

    def _drop(self) -> None:
        oldest = self.now.timestamp() - self.age
        least = 1 if self.keeps_last else 0
        while len(self._samples) > least and self._samples[0][0] < oldest:
            self._samples.popleft()
        if len(self._samples) > least:
            left = self._samples[0][0] - oldest
            self._timer = self.desk.clock.call_later(left + 0.001, self._aged)

    def _aged(self) -> None:
        self._look()
        self.show()

    def end_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def end(self) -> None:
        super().end()
        self.end_timer()
