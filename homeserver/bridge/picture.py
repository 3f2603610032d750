"""The home as HTTP and the page see it: entities with names and areas, each as one JSON object.

Reads the live view of the process; keeps nothing of its own.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from homeserver.bridge.causes import Causes
from homeserver.bridge.refusals import Refusal
from homeserver.bridge.states import state_body
from homeserver.topics.entity import EntityConfig
from homeserver.view.targets import Target, resolve
from homeserver.view.view import View


class Picture:
    """`since` is when this picture was begun: the age of a state that was never said."""

    def __init__(self, view: View, causes: Causes, since: datetime) -> None:
        self._view = view
        self._causes = causes
        self._since = since

    def ids(self) -> list[str]:
        """All entities that are in use."""
        return [entity_id for entity_id in self._view.configs if self.find(entity_id)]

    def find(self, entity_id: str) -> EntityConfig | None:
        """The configuration of an entity that exists and is in use, by its present or a former id."""
        config = self._view.config(entity_id)
        used = config is not None and config.enabled and not self._view.entry(entity_id).disabled
        return config if used else None

    def config(self, entity_id: str) -> EntityConfig:
        """The same; raises a `Refusal` where there is none."""
        config = self.find(entity_id)
        if config is None:
            raise Refusal("not_found", "Entity not found.", "entity_id")
        return config

    def rule(self, kind: str, id: str) -> str | None:
        """The entity of a rule or script that a cause names; None where it names neither."""
        if kind == "script":
            return f"script.{id}"
        if kind != "rule":
            return None
        found = (one.entity_id for one in self._view.all_states("automation") if one.attributes.get("id") == id)
        return next(found, f"automation.{id}")

    def name(self, entity_id: str) -> str:
        return self._view.name(entity_id)

    def device(self, device_id: str | None) -> str:
        """What people call a device."""
        entry = self._view.device(device_id)
        return entry.name if entry else "A device"

    def hidden(self, entity_id: str) -> bool:
        """Whether people want it off the pages."""
        return self._view.entry(entity_id).hidden

    def why(self, entity_id: str) -> list[dict[str, Any]]:
        """The causes of its present state, the nearest first."""
        state = self._view.said(entity_id)
        return self._causes.chain(state.cause if state else None)

    def area(self, entity_id: str) -> str | None:
        """The name of the room: what people decided for the entity, for its device, or what the device proposes."""
        area_id = self._view.area_of(entity_id)
        if area_id is None or area_id in self._view.areas:
            return self._view.areas[area_id].name if area_id else None
        config = self._view.config(entity_id)
        return config.device.suggested_area if config and config.device else None

    def meant(self, named: Mapping[str, tuple[str, ...]], domain: str) -> list[str]:
        """The entities that a target means; those found by place or label only where they are in use."""
        target = Target(named)
        found, asked = resolve(self._view, target, frozenset({domain})), self.current(target.entity_ids)
        return [entity_id for entity_id in found if entity_id in asked or self.find(entity_id)]

    def current(self, entity_ids: Iterable[str]) -> set[str]:
        """The present ids of entities that may be asked for by former ones."""
        return set(map(self._view.current, entity_ids))

    def state(self, entity_id: str) -> dict[str, Any]:
        """Home Assistant's state object, under the present id; raises a `Refusal` for an entity that does not exist."""
        config, entity_id = self.config(entity_id), self._view.current(entity_id)
        return state_body(entity_id, self.name(entity_id), config, self._view.states.get(entity_id), self._since)
