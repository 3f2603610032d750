"""Who is meant: a target of entities, devices, areas, floors and labels, as the ids of entities.

What leads where is kept in an index of the view until a thing of the home is put elsewhere, so that a target by place
costs what it finds and not what there is. Facts: Home Assistant's documentation of targets: entities that are hidden or
disabled are meant by their own id only, those that set a device up or tell of its health (their category) by their own
id and by a label.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import field
from typing import Any, Final

from homeserver.topics.record import record
from homeserver.view.view import View

FIELDS: Final = ("entity_id", "device_id", "area_id", "floor_id", "label_id")
ALL: Final = "all"
_BY_LABEL: Final = "own label"
"""Labels that an entity has itself."""
_NOBODY: Final[Mapping[str, int]] = {}


@record
class Target:
    """What a service is asked of. `named` holds the ids by field: `{"area_id": ("kitchen",)}`; `but` is left out."""

    named: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    but: Any = None

    @property
    def entity_ids(self) -> tuple[str, ...]:
        return self.named.get("entity_id", ())

    @property
    def fixed(self) -> bool:
        """Whether it means the same entities whatever the home looks like."""
        own = not any(self.named.get(name) for name in FIELDS[1:]) and ALL not in self.entity_ids
        return own and (self.but is None or self.but.fixed)


class Places:
    """Entities by what leads to them: each with its place among all. `aside` are those that only their own id and
    their label lead to."""

    def __init__(self, view: View) -> None:
        self.everything: dict[str, int] = {}
        self.aside: set[str] = set()
        self.hidden: set[str] = set()
        self._by: dict[str, dict[str, dict[str, int]]] = {}
        for name in (*FIELDS[1:], _BY_LABEL):
            self._by[name] = defaultdict(dict)
        for number, entity_id in enumerate(view.known()):
            self.everything[entity_id] = number
            self._add(view, entity_id, number)

    def _add(self, view: View, entity_id: str, number: int) -> None:
        entry, config = view.entry(entity_id), view.configs.get(entity_id)
        if entry.disabled:
            return
        if entry.hidden:
            self.hidden.add(entity_id)
        if config is not None and config.category is not None:
            self.aside.add(entity_id)
        device_id, area_id = view.device_of(entity_id), view.area_of(entity_id)
        area, device = view.areas.get(area_id or ""), view.device(device_id)
        rows: list[tuple[str, str | None]] = [("device_id", device_id), ("area_id", area_id)]
        rows += [("floor_id", area.floor_id)] if area is not None else []
        rows += [("label_id", label) for label in (device.labels if device is not None else ())]
        rows += [(_BY_LABEL, label) for label in entry.labels]
        for name, id in rows:
            if id is not None:
                self._by[name][id][entity_id] = number

    def of(self, name: str, id: str) -> Mapping[str, int]:
        return self._by[name].get(id, _NOBODY)


def places(view: View) -> Places:
    """The index of what is so now."""
    if view.index is None:
        view.index = Places(view)
    index: Places = view.index
    return index


def resolve(
    view: View, target: Target, domains: frozenset[str] | None = None, *, aside: bool = False, hidden: bool = False
) -> list[str]:
    """The present ids of the entities meant, each once; those found by place or label only if of one of `domains`, and
    not those that are `hidden` or stand `aside`, unless so asked."""
    found = dict.fromkeys(view.current(entity_id) for entity_id in target.entity_ids if entity_id not in (ALL, "none"))
    if not target.fixed:
        index = places(view)
        led = dict(_led(view, index, target, aside, hidden))
        for entity_id in sorted(led, key=index.everything.__getitem__):
            if domains is None or entity_id.partition(".")[0] in domains:
                found[entity_id] = None
    if target.but is not None:
        for entity_id in resolve(view, target.but, aside=True, hidden=True):
            found.pop(entity_id, None)
    return list(found)


def _led(view: View, index: Places, target: Target, aside: bool, hidden: bool) -> Iterator[tuple[str, None]]:
    """Entities to which all, place, device or label lead."""
    if ALL in target.entity_ids:
        yield from dict.fromkeys(index.everything).items()
    for name in FIELDS[1:]:
        for asked in target.named.get(name, ()):
            id = view.place(name[:-3], asked)
            for entity_id in index.of(name, id):
                if (aside or entity_id not in index.aside) and (hidden or entity_id not in index.hidden):
                    yield entity_id, None
            for entity_id in index.of(_BY_LABEL, id) if name == "label_id" else ():
                if hidden or entity_id not in index.hidden:
                    yield entity_id, None
