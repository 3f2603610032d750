"""Sensors that follow other sensors: a threshold, the least, greatest or mean of several.

Facts: https://www.home-assistant.io/integrations/threshold and /min_max. What several sources have in common stands in
`Derived`: it listens, reads figures, and shows itself when one of them has changed.
"""

import math
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from homeserver.rules.owned.thing import Thing, called, named, number
from homeserver.rules.reading.fields import Fields
from homeserver.topics.entity import UNAVAILABLE, UNKNOWN, EntityConfig, EntityState

_AWAY: Final = frozenset(("unknown", "unavailable"))


class Derived(Thing):
    """`heard` is called with each change of a source."""

    domain = "sensor"
    keeps = False

    def __init__(self, fields: Fields, sources: tuple[str, ...], name: str) -> None:
        own = fields.text("name") or name
        self.unique_id = fields.text("unique_id") or None
        super().__init__(called(fields, self.domain, own), own, named(fields, "")[2])
        self.device_class = fields.text("device_class") or None
        self.sources = sources

    def config(self) -> EntityConfig:
        state_class = "measurement" if self.domain == "sensor" else None
        made = super().config()
        return replace(made, unique_id=self.unique_id, device_class=self.device_class, state_class=state_class)

    def begin(self) -> None:
        for entity_id in self.sources:
            self.desk.engine.listen(entity_id, self._hear)
        self.first()

    def end(self) -> None:
        for entity_id in self.sources:
            self.desk.engine.unlisten(entity_id, self._hear)

    def _hear(self, entity_id: str, old: EntityState | None, new: EntityState | None) -> None:
        self.heard(entity_id, old, new)
        self.show(new.cause if new is not None else None)

    def first(self) -> None:
        """What it is by what its sources are now."""

    def heard(self, entity_id: str, old: EntityState | None, new: EntityState | None) -> None:
        """A source has changed."""
        self.first()

    # -- sources

    def source(self, entity_id: str) -> EntityState | None:
        return self.desk.engine.view.said(entity_id)

    def unit(self, entity_id: str) -> str | None:
        shown = self.desk.engine.view.state(entity_id)
        found = shown.attributes.get("unit_of_measurement") if shown is not None else None
        return str(found) if found is not None else None


def figure_of(said: EntityState | None, attribute: str = "") -> float | None:
    """The figure of a state, or of one of its attributes; None where there is none."""
    if said is None or (not attribute and said.state in _AWAY):
        return None
    try:
        value = float(said.attributes.get(attribute, "") if attribute else said.state)
    except (TypeError, ValueError):
        return None
    return value if abs(value) != float("inf") and value == value else None


def rounded(value: float, digits: int) -> str:
    """A figure with at most so many digits, as Home Assistant says it."""
    made = round(value, digits)
    return str(int(made)) if digits == 0 else str(float(made))


# -- a threshold


class Threshold(Derived):
    """On where a figure is below `lower`, above `upper`, or between both; within `hysteresis` it stays what it was."""

    domain = "binary_sensor"

    def __init__(self, fields: Fields, object_id: str) -> None:
        sources = fields.entities("entity_id")
        super().__init__(fields, sources[:1], "Threshold")
        self.lower, self.upper = number(fields, "lower"), number(fields, "upper")
        if self.lower is None and self.upper is None:
            raise fields.wrong("give lower, upper or both", "lower")
        self.hysteresis = number(fields, "hysteresis", 0.0) or 0.0
        self.position = "unknown"

    def first(self) -> None:
        value = figure_of(self.source(self.sources[0]))
        if value is None:
            self.state, self.position = UNKNOWN, "unknown"
        else:
            self._place(value)
        kind = "lower" if self.upper is None else "upper" if self.lower is None else "range"
        self.attributes = {
            "entity_id": self.sources[0],
            "hysteresis": self.hysteresis,
            "lower": self.lower,
            "upper": self.upper,
            "position": self.position,
            "sensor_value": value,
            "type": kind,
        }

    def _place(self, value: float) -> None:
        lower, upper, margin = self.lower, self.upper, self.hysteresis
        if lower is not None and upper is not None:
            if self.state == UNKNOWN:
                self.state, self.position = "on", "in_range"
            if value < lower - margin:
                self.state, self.position = "off", "below"
            elif value > upper + margin:
                self.state, self.position = "off", "above"
            elif lower + margin < value < upper - margin:
                self.state, self.position = "on", "in_range"
            return
        limit, on_side = (upper, "above") if upper is not None else (lower or 0.0, "below")
        side = "above" if value > limit + margin else "below" if value < limit - margin else ""
        if not side and self.state == UNKNOWN:
            side = "below" if on_side == "above" else "above"
        if side:
            self.state, self.position = ("on" if side == on_side else "off"), side


# -- several as one

Rows = Sequence[tuple[str, float]]
"""Entity and figure."""
KINDS: Final[Mapping[str, Callable[[Rows], tuple[float, str]]]] = {
    "min": lambda rows: _best(min(rows, key=lambda row: row[1])),
    "max": lambda rows: _best(max(rows, key=lambda row: row[1])),
    "mean": lambda rows: (statistics.fmean(value for _, value in rows), ""),
    "median": lambda rows: (statistics.median(value for _, value in rows), ""),
    "range": lambda rows: (max(value for _, value in rows) - min(value for _, value in rows), ""),
    "sum": lambda rows: (sum(value for _, value in rows), ""),
    "last": lambda rows: _best(rows[-1]),
}
"""The figure that several make, and the entity that it is of."""


def _best(row: tuple[str, float]) -> tuple[float, str]:
    return row[1], row[0]


class MinMax(Derived):
    """One figure of several sources; those of which nothing is known are left out, but not of a sum."""

    def __init__(self, fields: Fields, object_id: str) -> None:
        self.kind = fields.choice("type", tuple(KINDS), "max")
        self.digits = fields.whole("round_digits", 2)
        self._last: list[str] = []
        super().__init__(fields, fields.entities("entity_ids"), f"{self.kind.capitalize()} sensor")

    def heard(self, entity_id: str, old: EntityState | None, new: EntityState | None) -> None:
        if figure_of(new) is not None:
            self._last = [id for id in self._last if id != entity_id] + [entity_id]
        self.first()

    def first(self) -> None:
        order = (*(id for id in self.sources if id not in self._last), *self._last)
        rows = [(id, value) for id in order if (value := figure_of(self.source(id))) is not None]
        units = {self.unit(id) for id, _ in rows}
        unit = next(iter(units)) if len(units) == 1 else None
        self.attributes = {} if unit is None else {"unit_of_measurement": unit}
        if not rows or len(units) > 1 or (self.kind == "sum" and len(rows) < len(self.sources)):
            self.state = UNKNOWN
            return
        value, entity_id = KINDS[self.kind](rows)
        self.state = rounded(value, self.digits)
        if entity_id:
            self.attributes[f"{self.kind}_entity_id"] = entity_id


class SensorGroup(Derived):
    """One figure of sensors of a group. Unlike `MinMax` it knows none as soon as one of them tells none, unless those
    are ignored."""

    def __init__(self, fields: Fields, object_id: str) -> None:
        self.kind = fields.choice("type", tuple(OF_GROUPS), "")
        self.ignores = fields.flag("ignore_non_numeric", False)
        self.given_unit = fields.text("unit_of_measurement") or None
        self.given_class = fields.text("state_class") or "measurement"
        super().__init__(fields, fields.entities("entities"), f"Sensor group {self.kind}")

    def config(self) -> EntityConfig:
        return replace(super().config(), state_class=self.given_class)

    def first(self) -> None:
        said = {id: self.source(id) for id in self.sources}
        rows = [(id, value) for id, one in said.items() if (value := figure_of(one)) is not None]
        units = {self.unit(id) for id, _ in rows}
        unit = self.given_unit or (next(iter(units)) if len(units) == 1 else None)
        self.attributes = {"entity_id": list(self.sources)} | ({} if unit is None else {"unit_of_measurement": unit})
        if not rows or len(units) > 1 or (len(rows) < len(self.sources) and not self.ignores):
            is_away = all(one is None or one.state == UNAVAILABLE for one in said.values())
            self.state = UNAVAILABLE if is_away else UNKNOWN
            return
        if self.kind == "last":
            rows.sort(key=lambda row: said[row[0]].updated)  # type: ignore[union-attr]
        value, entity_id = OF_GROUPS[self.kind](rows)
        self.state = str(float(value))
        if entity_id:
            self.attributes[f"{self.kind}_entity_id"] = entity_id


OF_GROUPS: Final[Mapping[str, Callable[[Rows], tuple[float, str]]]] = {
    **KINDS,
    "product": lambda rows: (math.prod(value for _, value in rows), ""),
    "stdev": lambda rows: (statistics.stdev([value for _, value in rows]) if len(rows) > 1 else 0.0, ""),
}
"""As `KINDS`, for groups."""
