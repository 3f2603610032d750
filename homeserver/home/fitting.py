"""Whether what people set of an entity's values can be done with it."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from homeserver.home.entity import Entity
from homeserver.home.measure import fitting_conversion
from homeserver.home.tuning import UNTUNED
from homeserver.topics.call import CallError
from homeserver.view.units import units_of

_OF: Final[Mapping[str, tuple[str, ...]]] = {
    "unit": ("sensor", "number"),
    "precision": ("sensor", "number"),
    "offset": ("sensor",),
    "factor": ("sensor",),
    "debounce": ("binary_sensor",),
}
"""The components that a wish is for; the others are for all."""
_NUMBERS: Final = ("unit", "precision", "offset", "factor")
"""Wishes that only numbers can have."""


def check(entity: Entity, asked: Mapping[str, Any]) -> None:
    """Raise `CallError` for the first wish that does not fit."""
    for name, reason in misfits(entity, asked):
        raise CallError("invalid", f"{entity.id}: {reason}", name)


def misfits(entity: Entity, asked: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Wishes that do not fit, with the reason."""
    domain = entity.where[0]
    for name, value in asked.items():
        if value is None or name not in _OF:
            continue
        if domain not in _OF[name]:
            yield name, f"a {domain} has no {name}: a {' or a '.join(_OF[name])} has"
        elif name in _NUMBERS and entity.face.measure is None:
            yield name, f"its state is no number, so that it has no {name}"
        elif name == "factor" and not value:
            yield name, "a factor of 0 leaves nothing of its values"
        elif name == "unit":
            yield from _unit(entity, value)


def _unit(entity: Entity, wanted: str) -> Iterator[tuple[str, str]]:
    measure, device_class = entity.face.measure, entity.config.device_class
    native = measure.native if measure is not None else None
    domain = entity.where[0]
    if wanted == native or fitting_conversion(domain, device_class, native, wanted) is not None:
        return
    known = [
        unit
        for unit in units_of(device_class)
        if unit == native or fitting_conversion(domain, device_class, native, unit)
    ]
    others = ", ".join(unit or "no unit" for unit in known)
    told = f"it can be {others}" if len(known) > 1 else f"{native or 'what it says'} cannot be converted"
    yield "unit", f"it cannot be shown in {wanted[:40]!r}: {told}"


def plain(asked: dict[str, Any]) -> dict[str, Any]:
    """Wishes without those that wish for nothing: an offset of 0 is none."""
    return {name: None if value == getattr(UNTUNED, name, _NO_WISH) else value for name, value in asked.items()}


_NO_WISH: Final = object()
