"""What templates can ask of the home: its states and their attributes; the other groups of questions are gathered here.

Reference for names and results: https://www.home-assistant.io/template-functions/
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

from homeserver.runtime.home_settings import HomeSettings
from homeserver.topics.entity import UNAVAILABLE, UNKNOWN
from homeserver.view.state import State
from homeserver.view.state_words import attribute_words, state_words
from homeserver.view.template_locations import LocationQuestions
from homeserver.view.template_places import PlaceQuestions
from homeserver.view.template_questions import Questions, must_be_given
from homeserver.view.template_rows import NOTHING
from homeserver.view.template_things import ThingQuestions
from homeserver.view.view import View

_NO_VALUE: Final = (UNKNOWN, UNAVAILABLE)
_NO_GROUPS: Final = frozenset(("automation", "scene", "script"))
"""Kinds that name other entities and do not consist of them."""


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
        must_be_given(name)
        view = self._asking.view
        return view.state(name) if "." in name else DomainStates(view, name)

    def __iter__(self) -> Iterator[State]:
        return self._asking.view.all_states()

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __call__(self, entity_id: str, rounded: bool | None = None, with_unit: bool = False) -> str:
        view = self._asking.view
        if not with_unit and not rounded:
            said = view.said(entity_id)
            if said is not None:
                return said.state
        state = view.state(entity_id)
        if state is None:
            must_be_given(entity_id)
            return UNKNOWN
        text = state.state if rounded is False else state.displayed
        unit = state.attributes.get("unit_of_measurement")
        return f"{text} {unit}" if with_unit and unit else text


def template_questions(view: View, home: HomeSettings | None = None) -> tuple[Questions, ...]:
    """All groups; `home` tells where the home is."""
    where = (home.latitude, home.longitude, home.unit_system == "metric") if home is not None else None
    states = _StateQuestions(view)
    return states, PlaceQuestions(view), ThingQuestions(view), LocationQuestions(view, where, states.expand)


def template_functions(view: View, home: HomeSettings | None = None) -> dict[str, Callable[..., Any]]:
    """By name, for `Templates`."""
    groups = template_questions(view, home)
    return {name: function for group in groups for name, function in group.functions().items()}


class _StateQuestions(Questions):
    """States and attributes."""

    def functions(self) -> dict[str, Callable[..., Any]]:
        return {"states": AllStates(self), **super().functions()}

    def is_state(self, entity_id: str, state: Any) -> bool:
        said = self.view.said(entity_id)
        if said is None:
            must_be_given(entity_id)
            return False
        return said.state in state if isinstance(state, list) else bool(said.state == state)

    def state_attr(self, entity_id: str, name: str) -> Any:
        state = self.view.state(entity_id)
        if state is None:
            must_be_given(entity_id)
            return None
        return state.attributes.get(name)

    def is_state_attr(self, entity_id: str, name: str, value: Any) -> bool:
        state = self.view.state(entity_id)
        if state is None:
            must_be_given(entity_id)
            return False
        return bool(state.attributes.get(name, NOTHING) == value)

    def has_value(self, entity_id: str) -> bool:
        said = self.view.said(entity_id)
        if said is None:
            must_be_given(entity_id)
            return False
        return said.state not in _NO_VALUE

    def expand(self, *things: Any) -> list[State]:
        """The states of entities, of the members of groups and of the people in zones, each once, by id."""
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
                    members = self._members(thing)
                    if members is None:
                        found[thing.entity_id] = thing
                    else:
                        waiting.extend(members)
            elif isinstance(thing, Iterable):
                waiting.extend(thing)
        return sorted(found.values(), key=lambda state: state.entity_id)

    def _members(self, state: State) -> Iterable[Any] | None:
        """Who a group or a zone consists of; None for what is neither."""
        if state.domain == "zone":
            return state.attributes.get("persons") or ()
        members = state.attributes.get("entity_id")
        config = self.view.config(state.entity_id)
        made_here = config is not None and config.owner == "rules" and state.domain not in _NO_GROUPS
        if state.domain == "group" or (made_here and isinstance(members, list)):
            return members or ()
        return None

    def state_translated(self, entity_id: str) -> str:
        """The state as people say it, in English."""
        state = self.view.state(entity_id)
        return UNKNOWN if state is None else state_words(state)

    def state_attr_translated(self, entity_id: str, name: str) -> Any:
        """An attribute as people say it, in English."""
        state = self.view.state(entity_id)
        return None if state is None else attribute_words(state.attributes.get(name))

    def entity_name(self, entity_id: str) -> str | None:
        view = self.view
        known = entity_id in view.entities or view.config(entity_id) is not None or view.said(entity_id) is not None
        return view.name(entity_id) if known else None

    def is_hidden_entity(self, entity_id: str) -> bool:
        return self.view.entry(entity_id).hidden
