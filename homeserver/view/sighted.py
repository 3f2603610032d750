"""The live picture of the home as one person may see it, for as long as somebody looks: it goes on changing.

Where `seen` is a picture of one moment, this one lets through, at each look, what that person may see now: entities,
the devices, areas, floors and labels that they lead to, and what is told to watchers. Keeps what leads where until
something is put elsewhere or the rights change.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, TypeVar

from homeserver.runtime.heard import Heard
from homeserver.runtime.people import People
from homeserver.topics.entity import EntityState
from homeserver.view.former import Former
from homeserver.view.permission import Permissions
from homeserver.view.view import Follower, View, Watcher

V = TypeVar("V")
_KINDS: Final = ("device", "area", "floor", "label")


class Sighted(View):
    """The view for a login; `index` is its own."""

    def __init__(self, view: View, permissions: Permissions, people: People, login: str) -> None:
        self.__dict__.update(view.__dict__)
        self._view = view
        self._people = people
        self._login = login
        self._may = permissions
        self._key: tuple[object, int] = (None, -1)
        self._places: dict[str, frozenset[str]] = {}
        self.index = None
        self.moved = set()
        entities = {name: Through(getattr(view, name), self._own) for name in ("states", "configs", "entities")}
        places = {f"{kind}s": Through(getattr(view, f"{kind}s"), self._place(kind)) for kind in _KINDS}
        former = {kind: _former(names, self._place(kind)) for kind, names in view.former_places.items()}
        self.__dict__.update(entities, **places, former=_former(view.former, self._own), former_places=former)

    def sees(self, entity_id: str) -> bool:
        """Whether an entity is there for this person now."""
        return self._may.level(self._login, entity_id) >= 0

    def sees_device(self, device_id: str) -> bool:
        """Whether anything of a device is."""
        return self._place("device")(self.place("device", device_id), None)

    # -- what leads where

    def _own(self, entity_id: str, _: Any) -> bool:
        return self.sees(entity_id)

    def _place(self, kind: str) -> Callable[[str, Any], bool]:
        return lambda id, _: id in self._known()[kind]

    def _known(self) -> Mapping[str, frozenset[str]]:
        """Devices, areas, floors and labels to which an entity leads that is seen."""
        key = (self._people.person(self._login), self._view.moves)
        if key != self._key:
            self._key, self.index, view = key, None, self._view
            seen = list(self._may.seen(self._login))
            devices = {id for one in seen if (id := view.device_of(one))}
            areas = {id for one in seen if (id := view.area_of(one))}
            floors = {row.floor_id for id in areas if (row := view.areas.get(id)) is not None and row.floor_id}
            labels = {label for one in seen for label in view.entry(one).labels}
            labels |= {label for id in devices if (device := view.device(id)) is not None for label in device.labels}
            found = {"device": devices, "area": areas, "floor": floors, "label": labels}
            self._places = {kind: frozenset(ids) for kind, ids in found.items()}
        return self._places

    # -- watching

    def watch(self, entity_id: str, watcher: Watcher) -> Callable[[], None]:
        return self._view.watch(entity_id, self._only_seen(watcher))

    def watch_all(self, watcher: Watcher) -> Callable[[], None]:
        return self._view.watch_all(self._only_seen(watcher))

    def follow(self, follower: Follower, domains: frozenset[str]) -> Callable[[], None]:
        def moved(ids: set[str] | None) -> None:
            self.index = None
            follower(None if ids is None else {id for id in ids if self.sees(id)})

        return self._view.follow(moved, domains)

    def _only_seen(self, watcher: Watcher) -> Watcher:
        def changed(entity_id: str, old: EntityState | None, new: EntityState | None, heard: Heard) -> None:
            if self.sees(entity_id):
                watcher(entity_id, old, new, heard)

        return changed


class Through(Mapping[str, V]):
    """A mapping that changes, without what `keeps`, asked with key and value, does not let through now."""

    def __init__(self, source: Mapping[str, V], keeps: Callable[[str, V], bool]) -> None:
        self._source = source
        self._keeps = keeps

    def __getitem__(self, key: str) -> V:
        value = self._source[key]
        if not self._keeps(key, value):
            raise KeyError(key)
        return value

    def __iter__(self) -> Iterator[str]:
        return (key for key, value in list(self._source.items()) if self._keeps(key, value))

    def __len__(self) -> int:
        return sum(1 for _ in self)


def _former(names: Former, keeps: Callable[[str, Any], bool]) -> Former:
    made = Former()
    made.__dict__.update(now=Through(names.now, lambda _, id: keeps(id, None)), of=Through(names.of, keeps))
    return made
