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
from homeserver.topics.registry import EntityEntry
from homeserver.view.view import View

FIELDS: Final = ("entity_id", "device_id", "area_id", "floor_id", "label_id")
ALL: Final = "all"
_BY_LABEL: Final = "own label"
"""Labels that an entity has itself."""
_KIND: Final = {**{name: name.removesuffix("_id") for name in FIELDS[1:]}, _BY_LABEL: "label"}
_NOBODY: Final[Mapping[str, int]] = {}
Way = tuple[str, str]
"""A field and an id: `("area_id", "kitchen")`."""


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
    """Entities by what leads to them, each with its place among all. `aside` are those that only their own id and their
    label lead to."""

    def __init__(self, view: View) -> None:
        self.everything: dict[str, int] = {}
        self.aside: set[str] = set()
        self.hidden: set[str] = set()
        self._ways: dict[str, tuple[Way, ...]] = {}
        self._by: dict[Way, dict[str, int]] = defaultdict(dict)
        self._last = 0
        for entity_id in view.known():
            self.add(view, entity_id)

    def add(self, view: View, entity_id: str) -> None:
        """Take an entity in as it is now, or out if it is there no more."""
        for way in self._ways.pop(entity_id, ()):
            del self._by[way][entity_id]
        self.aside.discard(entity_id)
        self.hidden.discard(entity_id)
        if entity_id not in view.states and entity_id not in view.configs:
            self.everything.pop(entity_id, None)
            return
        number = self.everything.get(entity_id)
        if number is None:
            number = self.everything[entity_id] = self._last = self._last + 1
        entry, config = view.entities.get(entity_id), view.configs.get(entity_id)
        if entry is not None and entry.disabled:
            return
        if entry is not None and entry.hidden:
            self.hidden.add(entity_id)
        if config is not None and config.category is not None:
            self.aside.add(entity_id)
        ways = self._ways[entity_id] = tuple(_ways(view, entity_id, entry))
        for way in ways:
            self._by[way][entity_id] = number

    def of(self, name: str, id: str) -> Mapping[str, int]:
        return self._by.get((name, id), _NOBODY)

    def lead(self, view: View, target: Target, entity_id: str, aside: bool = False) -> bool:
        """Whether a target means an entity now."""
        if target.but is not None and entity_id in resolve(view, target.but, aside=True, hidden=True):
            return False
        if entity_id in target.entity_ids or any(view.current(id) == entity_id for id in target.entity_ids):
            return True
        if entity_id not in self.everything or (ALL not in target.entity_ids and entity_id in self.hidden):
            return False
        besides = aside or entity_id not in self.aside
        for name, id in self._ways.get(entity_id, ()):
            named = target.named.get("label_id" if name == _BY_LABEL else name, ())
            if named and (besides or name == _BY_LABEL) and any(view.place(_KIND[name], one) == id for one in named):
                return True
        return ALL in target.entity_ids


def _ways(view: View, entity_id: str, entry: EntityEntry | None) -> Iterator[Way]:
    """What leads to an entity, each once."""
    if entry is not None:
        for label in entry.labels:
            yield _BY_LABEL, label
    device_id, area_id = view.device_of(entity_id), view.area_of(entity_id)
    if device_id is not None:
        yield "device_id", device_id
        device = view.device(device_id)
        for label in device.labels if device is not None else ():
            yield "label_id", label
    if area_id is not None:
        yield "area_id", area_id
        area = view.areas.get(area_id)
        if area is not None and area.floor_id is not None:
            yield "floor_id", area.floor_id


def places(view: View) -> Places:
    """The index of what is so now."""
    if view.index is None:
        view.index = Places(view)
    elif view.moved:
        for entity_id in view.moved:
            view.index.add(view, entity_id)
    view.moved.clear()
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
