"""`threshold` of Home Assistant's purpose-named kinds: above or below a number, between two, or outside of them; each
number may be that of an entity."""

from typing import Any, Final

from homeserver.rules.reading.fields import Fields
from homeserver.topics.record import record
from homeserver.view.view import View

_KINDS: Final = ("above", "below", "between", "outside")
ANY: Final = "any"
Limit = float | str | None
"""A number, an entity that has one, or nothing."""


@record
class Threshold:
    """`low` and `high` as far as the kind needs them."""

    kind: str
    low: Limit = None
    high: Limit = None

    @property
    def entities(self) -> tuple[str, ...]:
        return tuple(limit for limit in (self.low, self.high) if isinstance(limit, str))

    def numbers(self, view: View) -> tuple[float | None, float | None] | None:
        """Both limits now; None where an entity has no number."""
        found: list[float | None] = []
        for limit in (self.low, self.high):
            value = _number(view, limit) if isinstance(limit, str) else limit
            if value is None and limit is not None:
                return None
            found.append(value)
        return found[0], found[1]

    def holds(self, value: float, view: View) -> bool:
        limits = self.numbers(view)
        if limits is None:
            return False
        low, high = limits
        if self.kind in ("above", "below"):
            return (low is None or value > low) and (high is None or value < high)
        inside = (low is None or value >= low) and (high is None or value <= high)
        return inside if self.kind != "outside" else not inside


def _number(view: View, entity_id: str) -> float | None:
    state = view.said(entity_id)
    try:
        return float(state.state) if state is not None else None
    except ValueError:
        return None


def threshold(fields: Fields, name: str = "threshold", *, changed: bool = False) -> Threshold:
    """Read the field; `changed`: any change may be wanted too. Raises `RuleError`."""
    fields.need(name, "give a threshold, such as type: above with value: {number: 5}")
    inner = fields.inner(name)
    kind = inner.choice("type", (*_KINDS, ANY) if changed else _KINDS, "")
    if kind in ("between", "outside"):
        made = Threshold(kind, _limit(inner, "value_min"), _limit(inner, "value_max"))
        if isinstance(made.low, float) and isinstance(made.high, float) and made.low > made.high:
            raise inner.wrong(f"value_min {made.low} is above value_max {made.high}", "value_min")
    elif kind == ANY:
        made = Threshold(kind)
    else:
        limit = _limit(inner, "value")
        made = Threshold(kind, low=limit) if kind == "above" else Threshold(kind, high=limit)
    inner.done()
    return made


def _limit(fields: Fields, name: str) -> float | str:
    fields.need(name, "give {number: 5} or {entity: input_number.limit}")
    inner = fields.inner(name)
    inner.take("unit_of_measurement")
    chosen = inner.choice("active_choice", ("number", "entity"), "number" if "number" in inner else "entity")
    number: Any = inner.take("number")
    entity_ids = inner.entities("entity", required=chosen == "entity")
    inner.done()
    if chosen == "entity":
        return entity_ids[0]
    try:
        return float(number)
    except (TypeError, ValueError):
        raise inner.wrong(f"number must be a number, not {number!r}", "number") from None
