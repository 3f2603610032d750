"""Numeric limits, shared by trigger and condition: above, below, of a state, an attribute or a template."""

from collections.abc import Callable, Mapping
from typing import Any

from homeserver.rules.compiler import Compiler
from homeserver.rules.program import RunError
from homeserver.rules.reading.fields import Fields, check_entity
from homeserver.topics.entity import UNAVAILABLE, UNKNOWN, EntityState
from homeserver.topics.record import record
from homeserver.view.templates import Template
from homeserver.view.view import View

Variables = Callable[[], Mapping[str, Any]]


@record
class Limits:
    """`above` and `below` are numbers or the ids of entities whose states are."""

    above: float | str | None
    below: float | str | None
    attribute: str
    template: Template | None

    def hold(self, view: View, entity_id: str, state: EntityState | None, variables: Variables) -> bool:
        """Whether the value lies between; raises `RunError` where there is no number to compare.

        As Home Assistant does, an unknown or unavailable state is outside.
        """
        if state is None:
            raise RunError(f"there is no entity {entity_id}")
        value = self._value(view, entity_id, state, variables)
        if value in (None, UNAVAILABLE, UNKNOWN):
            return False
        number = _number(value, entity_id)
        if self.below is not None and not number < _limit(self.below, view):
            return False
        return self.above is None or number > _limit(self.above, view)

    def _value(self, view: View, entity_id: str, state: EntityState, variables: Variables) -> Any:
        if self.template is not None:
            if self.attribute and self.attribute not in state.attributes:
                return None
            return self.template.render_native({**variables(), "state": view.state(entity_id)})
        return state.attributes.get(self.attribute) if self.attribute else state.state


def _number(value: Any, whose: str) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        raise RunError(f"{whose} is {value!r}, which is no number") from None


def _limit(limit: float | str, view: View) -> float:
    """NaN, with which no comparison holds, for a limit that is not known now."""
    if not isinstance(limit, str):
        return limit
    state = view.said(limit)
    if state is None:
        raise RunError(f"there is no entity {limit}")
    return float("nan") if state.state in (UNAVAILABLE, UNKNOWN) else _number(state.state, limit)


def limits(fields: Fields, compiler: Compiler) -> Limits:
    """Compile `above`, `below`, `attribute`, `value_template`; raises `RuleError`."""
    above, below = _read(fields, "above"), _read(fields, "below")
    if above is None and below is None:
        raise fields.wrong("give above, below or both")
    if isinstance(above, float) and isinstance(below, float) and above >= below:
        raise fields.wrong(f"nothing is above {above:g} and below {below:g} at once", "above")
    return Limits(above, below, fields.text("attribute"), compiler.template_in(fields, "value_template"))


def _read(fields: Fields, name: str) -> float | str | None:
    value = fields.take(name)
    if value is None or (isinstance(value, int | float) and not isinstance(value, bool)):
        return None if value is None else float(value)
    try:
        return float(value)
    except (TypeError, ValueError):
        pass
    if not isinstance(value, str) or "." not in value:
        raise fields.wrong(f"{name} must be a number or an entity such as sensor.limit, not {value!r}", name)
    check_entity(value, fields, name)
    return value
