"""An entity as HTTP shows it: Home Assistant's state object, and what a page needs beside it.

Pure functions. Times are ISO 8601 in UTC with microseconds.
"""

from datetime import UTC, datetime
from typing import Any

from homeserver.topics.cause import Cause
from homeserver.topics.entity import UNKNOWN, EntityConfig, EntityState


def state_body(
    entity_id: str, name: str, config: EntityConfig, state: EntityState | None, since: datetime
) -> dict[str, Any]:
    """The state object of Home Assistant's REST interface; `since` stands for an entity that never had a state."""
    return {
        "entity_id": entity_id,
        "state": state.state if state else UNKNOWN,
        "attributes": attributes_of(name, config, state),
        "last_changed": iso(state.changed if state else since),
        "last_updated": iso(state.updated if state else since),
        "context": context(state.cause if state else None),
    }


def attributes_of(name: str, config: EntityConfig, state: EntityState | None) -> dict[str, Any]:
    """What the owner says of an entity, and what stands in its configuration."""
    return {**(state.attributes if state else {}), **_described(name, config)}


def _described(name: str, config: EntityConfig) -> dict[str, Any]:
    """What Home Assistant keeps among the attributes, though it never changes."""
    fields = {
        "device_class": config.device_class,
        "state_class": config.state_class,
        "unit_of_measurement": config.unit,
        "icon": config.icon,
    }
    given = {key: value for key, value in fields.items() if value is not None}
    return {**config.capabilities, **given, "friendly_name": name}


def context(cause: Cause | None) -> dict[str, Any]:
    """Home Assistant's words for a cause."""
    if cause is None:
        return {"id": "", "parent_id": None, "user_id": None}
    person = cause.by.removeprefix("person.") if cause.by.startswith("person.") else None
    return {"id": cause.id, "parent_id": cause.parent, "user_id": person}


def iso(time: datetime) -> str:
    return time.astimezone(UTC).isoformat(timespec="microseconds")
