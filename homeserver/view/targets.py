"""Who is meant: a target of entities, devices, areas, floors and labels, as the ids of entities."""

from collections.abc import Collection, Mapping
from dataclasses import field
from typing import Final

from homeserver.topics.record import record
from homeserver.view.view import View

FIELDS: Final = ("entity_id", "device_id", "area_id", "floor_id", "label_id")
ALL: Final = "all"


@record
class Target:
    """What a service is asked of. `named` holds the ids by field: `{"area_id": ("kitchen",)}`."""

    named: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def entity_ids(self) -> tuple[str, ...]:
        return self.named.get("entity_id", ())

    @property
    def fixed(self) -> bool:
        """Whether it means the same entities whatever the home looks like."""
        return not any(self.named.get(name) for name in FIELDS[1:]) and ALL not in self.entity_ids


def resolve(view: View, target: Target, domains: frozenset[str] | None = None) -> list[str]:
    """The present ids of the entities meant, each once; those found by place or label only if of one of `domains`, and
    not hidden."""
    found = dict.fromkeys(view.current(entity_id) for entity_id in target.entity_ids if entity_id not in (ALL, "none"))
    if target.fixed:
        return list(found)
    everything = ALL in target.entity_ids
    places = {field: {view.place(field[:-3], id) for id in target.named.get(field, ())} for field in FIELDS[1:]}
    for entity_id in view.known():
        domain = entity_id.partition(".")[0]
        if (domains is None or domain in domains) and (everything or _means(view, places, entity_id)):
            found[entity_id] = None
    return list(found)


def _means(view: View, named: Mapping[str, Collection[str]], entity_id: str) -> bool:
    """Whether place, device or label of a target lead to this entity."""
    entry = view.entry(entity_id)
    if entry.hidden or entry.disabled:
        return False
    device_id, area_id = view.device_of(entity_id), view.area_of(entity_id)
    area, device = view.areas.get(area_id or ""), view.device(device_id)
    labels = {*entry.labels, *(device.labels if device is not None else ())}
    return (
        device_id in named["device_id"]
        or area_id in named["area_id"]
        or (area is not None and area.floor_id is not None and area.floor_id in named["floor_id"])
        or not labels.isdisjoint(named["label_id"])
    )
