"""What templates can ask of the home: states, attributes, areas, devices, labels.

Reference for names and results: https://www.home-assistant.io/template-functions/
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

from homeserver.topics.entity import UNAVAILABLE, UNKNOWN
from homeserver.topics.names import slug
from homeserver.topics.registry import DeviceEntry, EntityEntry
from homeserver.view.state import State
from homeserver.view.template_rows import NOTHING
from homeserver.view.view import View

_NO_VALUE: Final = (UNKNOWN, UNAVAILABLE)


class Questions:
    """Functions of templates that look at `view`; the public methods of a group are functions under their own names."""

    def __init__(self, view: View) -> None:
        self.view = view

    def functions(self) -> dict[str, Callable[..., Any]]:
        """By name."""
        names = (name for name in dir(type(self)) if not name.startswith("_") and name != "functions")
        return {name: getattr(self, name) for name in names}


class DomainStates:
    """`states.light`: the states of one kind of entity, by object id."""

    def __init__(self, view: View, domain: str) -> None:
        self._view = view
        self._domain = domain

    def __getitem__(self, object_id: str) -> State | None:
        return self._view.state(f"{self._domain}.{object_id}")

    def __iter__(self) -> Iterator[State]:
        return self._view.all_states(self._domain)

    def __len__(self) -> int:
        return sum(1 for _ in self)


class AllStates:
    """`states('light.hall')`, `states.light`, `states['light.hall']`, or all of them in a loop."""

    def __init__(self, asking: Questions) -> None:
        self._asking = asking

    def __getitem__(self, name: str) -> DomainStates | State | None:
        view = self._asking.view
        return view.state(name) if "." in name else DomainStates(view, name)

    def __iter__(self) -> Iterator[State]:
        return self._asking.view.all_states()

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __call__(self, entity_id: str, rounded: bool = False, with_unit: bool = False) -> str:
        view = self._asking.view
        if not with_unit and not rounded:
            said = view.said(entity_id)
            return UNKNOWN if said is None else said.state
        state = view.state(entity_id)
        if state is None:
            return UNKNOWN
        return state.state_with_unit if with_unit else state.displayed


def template_questions(view: View) -> tuple[Questions, ...]:
    """All groups."""
    return _StateQuestions(view), _PlaceQuestions(view)


def template_functions(view: View) -> dict[str, Callable[..., Any]]:
    """By name, for `Templates`."""
    return {name: function for group in template_questions(view) for name, function in group.functions().items()}


class _StateQuestions(Questions):
    """States and attributes."""

    def functions(self) -> dict[str, Callable[..., Any]]:
        return {"states": AllStates(self), **super().functions()}

    def is_state(self, entity_id: str, state: Any) -> bool:
        said = self.view.said(entity_id)
        return said is not None and (said.state in state if isinstance(state, list) else said.state == state)

    def state_attr(self, entity_id: str, name: str) -> Any:
        state = self.view.state(entity_id)
        return None if state is None else state.attributes.get(name)

    def is_state_attr(self, entity_id: str, name: str, value: Any) -> bool:
        state = self.view.state(entity_id)
        return state is not None and bool(state.attributes.get(name, NOTHING) == value)

    def has_value(self, entity_id: str) -> bool:
        said = self.view.said(entity_id)
        return said is not None and said.state not in _NO_VALUE

    def expand(self, *things: Any) -> list[State]:
        """The states of entities and of the members of groups, each once."""
        found: dict[str, State] = {}
        waiting: list[Any] = list(reversed(things))
        seen: set[str] = set()
        while waiting:
            thing = waiting.pop()
            if isinstance(thing, str):
                thing = self.view.state(thing)
            if isinstance(thing, State):
                if (id := self.view.current(thing.entity_id)) not in seen:
                    seen.add(id)
                    if thing.domain == "group":
                        waiting.extend(thing.attributes.get("entity_id") or ())
                    else:
                        found[thing.entity_id] = thing
            elif isinstance(thing, Iterable):
                waiting.extend(thing)
        return sorted(found.values(), key=lambda state: state.entity_id)

    def entity_name(self, entity_id: str) -> str:
        return self.view.name(entity_id)

    def is_hidden_entity(self, entity_id: str) -> bool:
        return self.view.entry(entity_id).hidden


class _PlaceQuestions(Questions):
    """The same for areas, floors, devices and labels."""

    # areas

    def areas(self) -> list[str]:
        return list(self.view.areas)

    def area_id(self, thing: str) -> str | None:
        """Of an entity, a device, or an area's name."""
        view = self.view
        if "." in thing and (area := view.area_of(thing)):
            return area
        if device := view.device(thing):
            return device.area_id
        wanted = view.place("area", slug(thing))
        for area_id, entry in view.areas.items():
            if wanted in (area_id, slug(entry.name), *map(slug, entry.aliases)):
                return area_id
        return None

    def area_name(self, thing: str) -> str | None:
        area_id = self.area_id(thing)
        entry = self.view.areas.get(area_id or "")
        return entry.name if entry is not None else area_id

    def area_entities(self, area: str) -> list[str]:
        area_id = self.area_id(area) or area
        return [entity_id for entity_id in self.view.known() if self.view.area_of(entity_id) == area_id]

    def area_devices(self, area: str) -> list[str]:
        area_id = self.area_id(area) or area
        return [device_id for device_id, entry in self.view.devices.items() if entry.area_id == area_id]

    # floors

    def floors(self) -> list[str]:
        return list(dict.fromkeys(entry.floor_id for entry in self.view.areas.values() if entry.floor_id))

    def floor_id(self, thing: str) -> str | None:
        if (floor := self.view.place("floor", thing)) in self.floors():
            return floor
        entry = self.view.areas.get(self.area_id(thing) or "")
        return entry.floor_id if entry is not None else None

    def floor_areas(self, floor: str) -> list[str]:
        floor_id = self.view.place("floor", floor)
        return [area_id for area_id, entry in self.view.areas.items() if entry.floor_id == floor_id]

    def floor_entities(self, floor: str) -> list[str]:
        return [entity_id for area_id in self.floor_areas(floor) for entity_id in self.area_entities(area_id)]

    # devices

    def device_id(self, thing: str) -> str | None:
        """Of an entity, or of a device's name."""
        if "." in thing and (device := self.view.device_of(thing)):
            return device
        return next((key for key, entry in self.view.devices.items() if entry.name == thing), None)

    def device_entities(self, device_id: str) -> list[str]:
        device_id = self.view.place("device", device_id)
        return [entity_id for entity_id in self.view.known() if self.view.device_of(entity_id) == device_id]

    def device_name(self, thing: str) -> str | None:
        entry = self.view.device(self.device_id(thing) or thing)
        return entry.name if entry is not None else None

    def device_attr(self, thing: str, name: str) -> Any:
        entry = self.view.device(self.device_id(thing) or thing)
        shown = ("name", "area_id", "labels", "manufacturer", "model")
        return getattr(entry, name) if entry is not None and name in shown else None

    def is_device_attr(self, thing: str, name: str, value: Any) -> bool:
        return bool(self.device_attr(thing, name) == value)

    # labels

    def labels(self, thing: str = "") -> list[str]:
        """Of an entity or a device; without one all that are in use."""
        view = self.view
        if not thing:
            entries: list[EntityEntry | DeviceEntry] = [*view.entities.values(), *view.devices.values()]
            return sorted({label for entry in entries for label in entry.labels})
        device = view.device(thing)
        return list(device.labels if device is not None else view.entry(thing).labels)

    def label_entities(self, label: str) -> list[str]:
        label, entries = self.view.place("label", label), self.view.entities.items()
        return [entity_id for entity_id, entry in entries if label in entry.labels and not entry.disabled]

    def label_devices(self, label: str) -> list[str]:
        label = self.view.place("label", label)
        return [device_id for device_id, entry in self.view.devices.items() if label in entry.labels]
