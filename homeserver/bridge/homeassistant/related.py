"""`search/related`: what leads to a thing of the home and what it leads to, as somebody may see it.

Shape: Home Assistant's component `search`: ids by kind, without the thing itself; kinds without any are left out.
"""

from collections.abc import Iterable
from typing import Any, Final, Literal

from homeserver.bridge.homeassistant.command import Asked, Message, Row
from homeserver.bridge.homeassistant.registries import platform_of
from homeserver.view.view import View

_ENTITIES: Final = ("automation", "group", "person", "scene", "script")
"""Kinds of entities that stand beside `entity` in the answer."""
_GATHER: Final = frozenset({"group", "scene", "person"})
"""Of these those whose attributes name other entities."""
Kind = Literal[
    "area", "automation", "automation_blueprint", "config_entry", "device", "entity", "floor", "group", "integration",
    "label", "person", "scene", "script", "script_blueprint",
]  # fmt: skip


class Search(Message):
    item_type: Kind
    item_id: str


class _Found:
    """What was found, by kind."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._ids: dict[str, dict[str, None]] = {}

    def add(self, kind: str, id: str | None) -> None:
        if id:
            self._ids.setdefault(kind, {})[id] = None

    def entity(self, entity_id: str) -> None:
        domain = entity_id.partition(".")[0]
        self.add(domain if domain in _ENTITIES else "entity", entity_id)

    def around(self, entity_id: str) -> None:
        """What an entity belongs to, and what gathers it."""
        view = self._view
        platform = platform_of(view.config(entity_id))
        self.add("device", view.device_of(entity_id))
        self.place(view.area_of(entity_id))
        self.add("config_entry", platform)
        self.add("integration", platform)
        for label in view.entry(entity_id).labels:
            self.add("label", label)
        for other in view.configs:
            if other.partition(".")[0] in _GATHER and entity_id in members(view, other):
                self.entity(other)

    def place(self, area_id: str | None) -> None:
        self.add("area", area_id)
        area = self._view.areas.get(area_id or "")
        self.add("floor", area.floor_id if area is not None else None)

    def told(self, without: tuple[str, str]) -> dict[str, list[str]]:
        self._ids.get(without[0], {}).pop(without[1], None)
        return {kind: list(ids) for kind, ids in self._ids.items() if ids}


def members(view: View, entity_id: str) -> Iterable[str]:
    """The entities that a group or scene has, or the trackers of a person, as far as they are there."""
    said = view.said(entity_id)
    named = [] if said is None else [said.attributes.get("entity_id"), said.attributes.get("device_trackers")]
    return [id for ids in named if isinstance(ids, list | tuple) for id in ids if id in view.configs]


def _of_place(view: View, kind: str, id: str) -> list[str]:
    """The entities to which a place, a label or a worker leads."""
    if kind in ("config_entry", "integration"):
        return [one for one, config in view.configs.items() if platform_of(config) == id]
    if kind == "device":
        return [one for one in view.configs if view.device_of(one) == id]
    if kind == "area":
        return [one for one in view.configs if view.area_of(one) == id]
    if kind == "label":
        return [one for one in view.configs if id in view.entry(one).labels]
    return [one for one in view.configs if (area := view.areas.get(view.area_of(one) or "")) and area.floor_id == id]


def _related(asked: Asked, message: Search) -> Any:
    view, kind, id = asked.desk.seen(asked.login), message.item_type, message.item_id
    found = _Found(view)
    if kind == "entity" or kind in _ENTITIES:
        if id not in view.configs:
            return {}
        found.around(id)
        for one in members(view, id):
            found.entity(one)
        return found.told((kind, id))
    if kind in ("automation_blueprint", "script_blueprint"):
        return {}
    for one in _of_place(view, kind, id):
        found.entity(one)
        found.add("device", view.device_of(one))
        found.place(view.area_of(one))
    return found.told((kind, id))


ROWS: Final = (Row("search/related", Search, _related),)
