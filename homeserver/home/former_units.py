"""States that were said in another unit: before the home got another system of units, or people another wish."""

from dataclasses import replace
from typing import Any, Final

from homeserver.home.measure import turned
from homeserver.topics.entity import EntityConfig, EntityState
from homeserver.view.units import conversion

_DEGREES: Final = ("temperature", "current_temperature", "target_temp_low", "target_temp_high")
"""Attributes of what heats and cools that are temperatures."""


def unit_said(config: EntityConfig) -> str | None:
    """The unit in which an entity's values are said."""
    unit: str | None = config.unit or config.capabilities.get("temperature_unit")
    return unit


def in_unit(before: EntityState, then: str | None, config: EntityConfig) -> EntityState:
    """A state of an earlier run, whose unit was `then`, in the unit of the entity now."""
    now = unit_said(config)
    if then is None or now is None or then == now:
        return before
    if config.unit is None:
        made = conversion("temperature", then, now)
        heat: dict[str, Any] = {name: value for name, value in before.attributes.items() if name in _DEGREES}
        heat = {name: _degrees(value, made) for name, value in heat.items()}
        return replace(before, attributes={**before.attributes, **heat})
    made = conversion(config.device_class, then, now)
    state = turned(before.state, None, made.there) if made is not None else None
    return replace(before, state=state or "unknown")


def _degrees(value: Any, made: Any) -> Any:
    return round(made.there(value), 1) if made is not None and isinstance(value, int | float) else None
