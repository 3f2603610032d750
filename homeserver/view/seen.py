"""The picture of the home as one person may see it: what is hidden from him is not there.

A picture of one moment: make a new one for each rendering or question. Whoever sees everything gets the view itself.
"""

from homeserver.view.former import Former
from homeserver.view.permission import Permissions
from homeserver.view.view import View


def seen_by(view: View, permissions: Permissions, login: str) -> View:
    """The view for a login."""
    seen = frozenset(permissions.seen(login))
    return view if all(entity_id in seen for entity_id in view.known()) else SeenView(view, seen)


class SeenView(View):
    """`seen`: the entities that are there. Devices, areas, floors and labels are there as far as these lead to them."""

    def __init__(self, view: View, seen: frozenset[str]) -> None:
        self.__dict__.update(view.__dict__)
        self.states = {id: state for id, state in view.states.items() if id in seen}
        self.configs = {id: config for id, config in view.configs.items() if id in seen}
        self.entities = {id: entry for id, entry in view.entities.items() if id in seen}
        self.former = _former(view.former, seen)
        devices = {view.device_of(id) for id in seen}
        areas = {view.area_of(id) for id in seen}
        self.devices = {id: entry for id, entry in view.devices.items() if id in devices}
        self.areas = {id: entry for id, entry in view.areas.items() if id in areas}
        floors = {area.floor_id for area in self.areas.values()}
        labels = {label for entry in self.entities.values() for label in entry.labels}
        labels |= {label for device in self.devices.values() for label in device.labels}
        self.floors = {id: entry for id, entry in view.floors.items() if id in floors}
        self.labels = {id: entry for id, entry in view.labels.items() if id in labels}
        places = {
            "device": frozenset(self.devices),
            "area": frozenset(self.areas),
            "floor": frozenset(self.floors),
            "label": frozenset(self.labels),
        }
        self.former_places = {kind: _former(names, places[kind]) for kind, names in view.former_places.items()}
        self.index = None
        self.moved = set()
        self._followers = []
        self._watchers = {}
        self._watchers_of_all = []


def _former(names: Former, there: frozenset[str]) -> Former:
    made = Former()
    for id, former in names.of.items():
        if id in there:
            made.learn(id, former)
    return made
