"""What a named trigger or condition looks at: which entities, when one of them is so, when it has become so.

Facts: Home Assistant's `EntityTriggerBase` and `EntityConditionBase` of 2026: what is unavailable or unknown is left
out, and neither going nor coming back is a change.
"""

from collections.abc import Callable, Collection, Mapping
from typing import Any, Final

from homeserver.topics.entity import UNAVAILABLE, UNKNOWN, EntityState
from homeserver.topics.record import record
from homeserver.view.view import View
from homeserver.view.zones import number

AWAY: Final = frozenset((UNAVAILABLE, UNKNOWN))
IS_CLOSED: Final = "is_closed"
"""Of covers and valves: an attribute that is worked out where their owner does not say it."""
So = Callable[[View, str, EntityState], bool]
"""Whether an entity is so now."""
Turn = Callable[[View, str, EntityState, EntityState], bool]
"""Whether it became so between two states, of which the second is so."""


@record
class Source:
    """Entities of a domain, of one class where that is said, and what of them is looked at: the state, an attribute.
    `values` are what it is to be."""

    domain: str
    device_class: str | None = None
    attribute: str = ""
    values: frozenset[Any] = frozenset()

    def value(self, state: EntityState) -> Any:
        if not self.attribute:
            return state.state
        if self.attribute == IS_CLOSED:
            return is_closed(state)
        return state.attributes.get(self.attribute)

    def has(self, view: View, entity_id: str) -> bool:
        """Whether an entity of this domain is one of them."""
        return self.device_class is None or class_of(view, entity_id) == self.device_class


@record
class Kind:
    """One named trigger or condition with its options worked in.

    counts     whether an entity counts at all where all or the first of several matter
    aside      whether an area or a device leads to entities too that tell of its health, such as a battery
    combined   whether it may be asked for all or the first of several, or for a time
    anew       whether it has no state of its own, so that being unknown before is no hindrance
    """

    name: str
    sources: Mapping[str, Source]
    so: So
    turn: Turn
    counts: So
    tell: str
    aside: bool = False
    combined: bool = True
    anew: bool = False

    def members(self, view: View, entity_ids: Collection[str]) -> tuple[str, ...]:
        """Those of some entities that are looked at."""
        found = ((entity_id, self.sources.get(entity_id.partition(".")[0])) for entity_id in entity_ids)
        return tuple(entity_id for entity_id, source in found if source is not None and source.has(view, entity_id))

    def is_counted(self, view: View, entity_id: str, state: EntityState) -> bool:
        return state.state not in AWAY and (self.counts is always or self.counts(view, entity_id, state))

    def shown(self, entity_id: str, state: EntityState | None) -> Any:
        """What is looked at of an entity, for people."""
        if state is None:
            return "not there"
        return state.state if state.state in AWAY else self.sources[entity_id.partition(".")[0]].value(state)


def class_of(view: View, entity_id: str) -> str | None:
    """The class by its announcement, or by an attribute where nobody announced it."""
    config = view.config(entity_id)
    if config is not None and config.device_class is not None:
        return config.device_class
    state = view.said(entity_id)
    found = state.attributes.get("device_class") if state is not None else None
    return found if isinstance(found, str) else None


def is_closed(state: EntityState) -> bool | None:
    """Whether a cover or valve is closed; None where that is not known."""
    said = state.attributes.get(IS_CLOSED)
    if isinstance(said, bool):
        return said
    position = number(state.attributes.get("current_position"))
    if position is not None:
        return position == 0
    return None if state.state in AWAY else state.state == "closed"


def always(view: View, entity_id: str, state: EntityState) -> bool:
    return True


def by_source(sources: Mapping[str, Source]) -> Callable[[str], Source]:
    """The source of an entity, found by its domain."""
    if len(sources) == 1:
        only = next(iter(sources.values()))
        return lambda entity_id: only
    return lambda entity_id: sources[entity_id.partition(".")[0]]


def has_value(sources: Mapping[str, Source]) -> So:
    """That an entity has what is looked at."""
    of = by_source(sources)
    return lambda view, entity_id, state: of(entity_id).value(state) is not None


def of_states(sources: Mapping[str, Source], before: frozenset[Any] = frozenset()) -> tuple[So, Turn]:
    """To be one of the values, and to become one: coming from what is none of them, or from one of `before`."""
    of = by_source(sources)
    only = next(iter(sources.values()))
    if all(source.values == only.values and not source.attribute for source in sources.values()):
        return _of_words(only.values, before)

    def so(view: View, entity_id: str, state: EntityState) -> bool:
        source = of(entity_id)
        return source.value(state) in source.values

    def turn(view: View, entity_id: str, old: EntityState, new: EntityState) -> bool:
        source = of(entity_id)
        was = source.value(old)
        if before:
            return was in before and was != source.value(new)
        if was is None and source.attribute == IS_CLOSED:
            return False  # where it stood before is not known
        return was not in source.values

    return so, turn


def _of_words(values: frozenset[Any], before: frozenset[Any]) -> tuple[So, Turn]:
    """The ordinary case: words of the state."""

    def so(view: View, entity_id: str, state: EntityState) -> bool:
        return state.state in values

    def become(view: View, entity_id: str, old: EntityState, new: EntityState) -> bool:
        return old.state not in values

    def become_from(view: View, entity_id: str, old: EntityState, new: EntityState) -> bool:
        return old.state in before and old.state != new.state

    return so, become_from if before else become
