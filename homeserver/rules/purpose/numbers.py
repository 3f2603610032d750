"""Named triggers and conditions on numbers: changed, crossed a threshold, lie beyond one."""

from collections.abc import Mapping
from typing import Final

from homeserver.rules.purpose.kind import Kind, So, Source, always, by_source, has_value
from homeserver.rules.purpose.rows import ASIDE, Row
from homeserver.rules.purpose.thresholds import Threshold, float_of, read_threshold, unit_of
from homeserver.rules.reading.fields import Fields
from homeserver.topics.entity import EntityState
from homeserver.view.units import plain
from homeserver.view.view import View

CHANGED: Final = "changed"
CROSSED: Final = "crossed_threshold"
_TEMPERATURE: Final = "temperature_unit"


class Numbers:
    """The numbers of some sources. `extra` is the unit of a row in the table."""

    def __init__(self, sources: Mapping[str, Source], extra: str) -> None:
        self._of = by_source(sources)
        self._whole = float(extra[1:]) if extra.startswith("/") else 0.0
        self._unit = plain(extra[1:]) if extra.startswith("=") else None
        only = next(iter(sources.values()))
        self.unit_class = (
            (only.device_class or "") if extra == "class" else "" if extra[:1] in ("/", "=", "-") else extra
        )

    def value(self, view: View, entity_id: str, state: EntityState) -> float | None:
        """None where there is none, or one in a unit that it cannot have."""
        source = self._of(entity_id)
        found = float_of(source.value(state))
        if found is None:
            return None
        if self._unit is not None and not source.attribute:
            unit = unit_of(view, entity_id, state)
            return found if unit is None or plain(unit) == self._unit else None
        return found / self._whole * 100.0 if self._whole else found

    def unit(self, view: View, entity_id: str, state: EntityState) -> str | None:
        """The unit of a number that may have one of several."""
        if not self.unit_class:
            return None
        if self._of(entity_id).attribute:
            said = state.attributes.get(_TEMPERATURE)
            return said if isinstance(said, str) else unit_of(view, entity_id, None)
        return unit_of(view, entity_id, state)

    def beyond(self, threshold: Threshold) -> So:
        """That the number lies where the threshold says."""

        def so(view: View, entity_id: str, state: EntityState) -> bool:
            found = self.value(view, entity_id, state)
            if found is None:
                return False
            return threshold.holds(found, view, self.unit(view, entity_id, state), self.unit_class)

        return so


def of_numbers(row: Row, name: str, options: Fields) -> Kind:
    """The kind by a row of numbers; raises `RuleError`."""
    numbers = Numbers(row.sources, row.extra)
    changed = name.endswith(CHANGED)
    threshold = read_threshold(options, numbers.unit_class, required=not changed)
    so = numbers.beyond(threshold)

    def became_another(view: View, entity_id: str, old: EntityState, new: EntityState) -> bool:
        return numbers.value(view, entity_id, old) != numbers.value(view, entity_id, new)

    def crossed(view: View, entity_id: str, old: EntityState, new: EntityState) -> bool:
        return not so(view, entity_id, old)

    return Kind(
        name=name,
        sources=row.sources,
        so=so,
        turn=became_another if changed else crossed,
        counts=always if row.place == "light" else has_value(row.sources),  # a light that is off has no brightness
        tell=str(threshold),
        aside=row.place in ASIDE,
        combined=not changed,
    )
