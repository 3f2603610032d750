"""Thresholds of named triggers and conditions: above, below, between, outside; numbers or entities, with units.

Home Assistant writes `threshold: {type: above, value: {number: 20, unit_of_measurement: °C}}`; `above: 20` and
`below: 5` mean the same here, as they did there before. A number without a unit is one in the unit of the entity.
"""

from math import isnan
from typing import Any, Final

from homeserver.rules.reading.fields import Fields, check_entity
from homeserver.topics.entity import EntityState
from homeserver.topics.record import record
from homeserver.view.units import conversion, plain, units_of
from homeserver.view.view import View

_TYPES: Final = ("above", "below", "between", "outside")
ANY: Final = "any"
_FORM: Final = "such as {number: 20} or {entity: sensor.limit}"


@record
class Bound:
    """A number with its unit, or the id of an entity whose state is the number."""

    number: float | None
    entity_id: str
    unit: str | None

    def value(self, view: View, unit: str | None, unit_class: str) -> float | None:
        """In another unit; None where it is not known, or is of another kind."""
        if not self.entity_id:
            return None if self.number is None else converted(self.number, self.unit, unit, unit_class)
        state = view.said(self.entity_id)
        found = None if state is None else float_of(state.state)
        return None if found is None else converted(found, unit_of(view, self.entity_id, state), unit, unit_class)

    def __str__(self) -> str:
        return self.entity_id or f"{self.number:g}{f' {self.unit}' if self.unit else ''}"


@record
class Threshold:
    """Between and outside count the bounds as between; `open` counts them as outside."""

    type: str
    low: Bound | None = None
    high: Bound | None = None
    open: bool = False

    def holds(self, number: float, view: View, unit: str | None, unit_class: str) -> bool:
        if self.type == ANY:
            return True
        low = self.low.value(view, unit, unit_class) if self.low is not None else None
        high = self.high.value(view, unit, unit_class) if self.high is not None else None
        if (self.low is not None and low is None) or (self.high is not None and high is None):
            return False
        if self.type == "above":
            return low is not None and number > low
        if self.type == "below":
            return high is not None and number < high
        if low is None or high is None:
            return False
        if self.open:
            return low < number < high
        return (low <= number <= high) is (self.type == "between")

    def __str__(self) -> str:
        bounds = " and ".join(str(bound) for bound in (self.low, self.high) if bound is not None)
        return f"{self.type} {bounds}".strip()


def float_of(value: Any) -> float | None:
    try:
        found = float(value)
    except (TypeError, ValueError):
        return None
    return None if isnan(found) else found


def converted(number: float, unit: str | None, other: str | None, unit_class: str) -> float | None:
    """A number in another unit; as it is where one of the two is not known; None where they are of different kinds."""
    if unit is None or other is None or plain(unit) == plain(other):
        return number
    found = conversion(unit_class, unit, other) if unit_class else None
    return None if found is None else found.there(number)


def unit_of(view: View, entity_id: str, state: EntityState | None) -> str | None:
    """The unit of an entity's state, as its owner announced or said it."""
    if state is not None and isinstance(said := state.attributes.get("unit_of_measurement"), str):
        return said
    config = view.config(entity_id)
    return config.unit if config is not None else None


def read_threshold(options: Fields, unit_class: str, *, required: bool) -> Threshold:
    """Compile the options; raises `RuleError`. Without any it is `any`, unless one is `required`."""
    if "threshold" in options:
        return _modern(options.inner("threshold"), unit_class, required)
    if "threshold_type" in options:
        return _former(options, unit_class)
    low, high = _plain(options, "above"), _plain(options, "below")
    if low is None and high is None:
        if required:
            raise options.wrong("threshold is missing: write threshold: {type: above, value: {number: 20}}")
        return Threshold(ANY)
    kind = "between" if low is not None and high is not None else "above" if low is not None else "below"
    return _checked(options, Threshold(kind, low, high, open=True))


def _modern(inner: Fields, unit_class: str, required: bool) -> Threshold:
    inner.need("type", f"write one of {', '.join(_TYPES)}")
    kind = inner.choice("type", _TYPES if required else (*_TYPES, ANY), "above")
    if kind == ANY:
        inner.done()
        return Threshold(ANY)
    names = ("value",) if kind in ("above", "below") else ("value_min", "value_max")
    bounds = tuple(_bound(inner, name, unit_class) for name in names)
    made = Threshold(kind, None if kind == "below" else bounds[0], bounds[-1] if kind != "above" else None)
    made = _checked(inner, made)
    inner.done()
    return made


def _bound(fields: Fields, name: str, unit_class: str) -> Bound:
    fields.need(name, f"give a number or an entity, {_FORM}")
    inner = fields.inner(name)
    choice = inner.choice("active_choice", ("number", "entity", ""), "")
    entity_id, number, unit = inner.text("entity"), inner.take("number"), inner.text("unit_of_measurement") or None
    inner.done()
    if not choice and entity_id and number is not None:
        raise inner.wrong("say number or entity, not both", "entity")
    if (entity_id and choice != "number") or choice == "entity":
        if not entity_id:
            raise inner.wrong("entity is missing: name one, such as sensor.limit")
        check_entity(entity_id, inner, "entity")
        return Bound(None, entity_id, None)
    if isinstance(number, bool) or (found := float_of(number)) is None:
        raise inner.wrong(f"give a number or an entity, {_FORM}", "number" if "number" in inner else "")
    if unit is not None and unit_class and plain(unit) not in map(plain, units_of(unit_class)):
        known = ", ".join(str(one) for one in units_of(unit_class))
        raise inner.wrong(f"unit_of_measurement must be one of {known}, not {unit!r}", "unit_of_measurement")
    return Bound(found, "", unit)


def _former(options: Fields, unit_class: str) -> Threshold:
    """As Home Assistant wrote it until 2026.3."""
    kind = options.choice("threshold_type", _TYPES, "above")
    low, high = _plain(options, "lower_limit"), _plain(options, "upper_limit")
    if (low is None and kind != "below") or (high is None and kind != "above"):
        missing = "lower_limit" if low is None and kind != "below" else "upper_limit"
        raise options.wrong(f"{missing} is missing: give a number or an entity")
    return _checked(options, Threshold(kind, low if kind != "below" else None, high if kind != "above" else None))


def _plain(options: Fields, name: str) -> Bound | None:
    value = options.take(name)
    if value is None:
        return None
    if not isinstance(value, bool) and (found := float_of(value)) is not None:
        return Bound(found, "", None)
    if not isinstance(value, str):
        raise options.wrong(f"{name} must be a number or an entity such as sensor.limit", name)
    check_entity(value, options, name)
    return Bound(None, value, None)


def _checked(fields: Fields, made: Threshold) -> Threshold:
    low, high = made.low, made.high
    if low is None or high is None or low.number is None or high.number is None or low.unit != high.unit:
        return made
    if low.number > high.number or (made.open and low.number == high.number):
        raise fields.wrong(f"nothing is above {low} and below {high} at once")
    return made
