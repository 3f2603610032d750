"""What people set of an entity's values: unit, digits, calibration, and how often it may change."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, Final

from homeserver.topics.record import record


@record
class Tuning:
    """`unit` and `precision` (digits behind the point) None are the maker's or the home's. A value is multiplied by
    `factor`, then `offset` is added, in the unit that is shown. A change must hold for `debounce` seconds; there is at
    most one state each `throttle` seconds. `restless`: it may change as often as it likes."""

    unit: str | None = None
    precision: int | None = None
    offset: float = 0.0
    factor: float = 1.0
    debounce: float = 0.0
    throttle: float = 0.0
    restless: bool = False


UNTUNED: Final = Tuning()
NAMES: Final = tuple(field.name for field in fields(Tuning))


def tuning_of(words: Mapping[str, Any]) -> Tuning:
    """What the words of people on an entity say of its values."""
    said = {name: words[name] for name in NAMES if words.get(name) is not None} if words else {}
    return Tuning(**said) if said else UNTUNED
