"""A state as templates see it: `trigger.to_state`, `states.light.hall`, with Home Assistant's names for its parts."""

from datetime import datetime
from functools import cached_property
from typing import Any, Protocol

from homeserver.topics.cause import Cause
from homeserver.topics.entity import EntityConfig, EntityState
from homeserver.view.digits import displayed


class Naming(Protocol):
    """What a state asks of the view."""

    def config(self, entity_id: str) -> EntityConfig | None: ...

    def name(self, entity_id: str) -> str: ...


class State:
    """One state of one entity; does not change when the entity does."""

    def __init__(self, entity_id: str, said: EntityState, naming: Naming) -> None:
        self.entity_id = entity_id
        self.state = said.state
        self._said = said
        self._naming = naming

    def __repr__(self) -> str:
        return f"<state {self.entity_id}={self.state}>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, State) and (self.entity_id, self._said) == (other.entity_id, other._said)

    def __hash__(self) -> int:
        return hash((self.entity_id, self.state))

    @cached_property
    def attributes(self) -> dict[str, Any]:
        """What the owner said, with the name, class and unit out of the configuration where it did not say them."""
        config = self._naming.config(self.entity_id)
        made: dict[str, Any] = {"friendly_name": self._naming.name(self.entity_id)}
        if config is not None:
            rows = ("device_class", config.device_class), ("unit_of_measurement", config.unit), ("icon", config.icon)
            made |= {name: value for name, value in rows if value is not None}
        return made | self._said.attributes

    @property
    def domain(self) -> str:
        return self.entity_id.partition(".")[0]

    @property
    def object_id(self) -> str:
        return self.entity_id.partition(".")[2]

    @property
    def name(self) -> str:
        return str(self.attributes["friendly_name"])

    @property
    def last_changed(self) -> datetime:
        return self._said.changed

    @property
    def last_updated(self) -> datetime:
        return self._said.updated

    @property
    def last_reported(self) -> datetime:
        return self._said.updated

    @property
    def cause(self) -> Cause | None:
        return self._said.cause

    @property
    def context(self) -> dict[str, Any]:
        """What Home Assistant calls the cause: `id`, `parent_id`, and `user_id` where a person did it."""
        cause = self._said.cause
        if cause is None:
            return {"id": "", "parent_id": None, "user_id": None}
        by = cause.by if cause.by.startswith("person.") else None
        return {"id": cause.id, "parent_id": cause.parent, "user_id": by}

    @property
    def displayed(self) -> str:
        """The state with the digits that people want to see."""
        return displayed(self.state, self._naming.config(self.entity_id))

    @property
    def state_with_unit(self) -> str:
        unit = self.attributes.get("unit_of_measurement")
        return f"{self.displayed} {unit}" if unit else self.displayed


def said_of(state: State) -> EntityState:
    """What was said of the entity, out of a state as templates see it."""
    return state._said
