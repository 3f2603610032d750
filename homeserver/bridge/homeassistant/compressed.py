"""An entity's state as `subscribe_entities` tells it: short keys, times as epoch seconds, and only what changed.

Format: `messages.py` of Home Assistant's `websocket_api`, `entities.ts` of home-assistant-js-websocket: `s` state,
`a` attributes, `c` context (its id alone where there is no parent and no user), `lc` last changed, `lu` last updated
where that is another moment; a change is `{"+": {...}, "-": {"a": [keys]}}`. Pure functions.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from homeserver.bridge.states import attributes_of, context
from homeserver.topics.entity import UNKNOWN, EntityConfig, EntityState
from homeserver.topics.record import record


@record
class Shown:
    """A state as clients were told of it. `changed` and `updated`: epoch seconds."""

    state: str
    attributes: Mapping[str, Any]
    context: Mapping[str, Any]
    changed: float
    updated: float


def shown(name: str, config: EntityConfig, state: EntityState | None, since: datetime) -> Shown:
    """`since` stands for an entity that never had a state."""
    return Shown(
        state.state if state else UNKNOWN,
        attributes_of(name, config, state),
        context(state.cause if state else None),
        (state.changed if state else since).timestamp(),
        (state.updated if state else since).timestamp(),
    )


def whole(now: Shown) -> dict[str, Any]:
    """All of it, for a client that knows nothing of the entity."""
    said: dict[str, Any] = {"s": now.state, "a": now.attributes, "c": _short(now.context), "lc": now.changed}
    return said if now.updated == now.changed else {**said, "lu": now.updated}


def difference(old: Shown, now: Shown) -> dict[str, Any] | None:
    """What changed; an empty one where nothing did, None where the format cannot say it and `whole` must."""
    more: dict[str, Any] = {}
    if old.state != now.state:
        more["s"] = now.state
    if old.changed != now.changed:
        if now.updated != now.changed:
            return None  # `lc` stands for both
        more["lc"] = now.changed
    elif old.updated != now.updated:
        more["lu"] = now.updated
    if old.context != now.context:
        same = all(old.context[key] == now.context[key] for key in ("parent_id", "user_id"))
        more["c"] = now.context["id"] if same else now.context
    missing = object()
    if changed := {key: value for key, value in now.attributes.items() if old.attributes.get(key, missing) != value}:
        more["a"] = changed
    gone = [key for key in old.attributes if key not in now.attributes]
    return {"+": more, "-": {"a": gone}} if gone else ({"+": more} if more else {})


def _short(context: Mapping[str, Any]) -> Any:
    return context if context["parent_id"] or context["user_id"] else context["id"]
