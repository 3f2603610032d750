"""Scenes as files write them: a name, and for each entity the state that it is to have.

https://www.home-assistant.io/integrations/scene/
"""

from typing import Any

from homeserver.rules.reading.book import Scene, SceneState
from homeserver.rules.reading.fields import Fields, check_entity, kind_of, word
from homeserver.rules.reading.yaml_source import Map
from homeserver.topics.names import slug


def read_scene(fields: Fields, file: str, line: int, print: str) -> Scene:
    """One scene; raises `RuleError`."""
    name = str(fields.need("name", "give the scene a name"))
    given, icon = fields.text("id"), fields.text("icon")
    fields.need("entities", "name the entities and the state that each is to have, such as light.hall: on")
    inner = fields.inner("entities")
    entities = {}
    for key in inner.node:
        entity_id = str(key).strip().lower()
        check_entity(entity_id, inner, str(key))
        entities[entity_id] = _wanted(key, inner)
    fields.done("metadata", "platform", "note", "category", "labels", "area")
    return Scene(slug(name), name, icon, given, entities, file, line, print)


def _wanted(key: Any, entities: Fields) -> SceneState:
    """A state by itself, or a mapping with `state` and attributes."""
    value = entities.take(key)
    if not isinstance(value, Map):
        if value is None:
            raise entities.wrong(f"say which state {key} is to have", str(key))
        return SceneState(word(value, entities, str(key)), {})
    inner = Fields(value, entities.where(str(key)))
    state = word(inner.need("state", "say which state, such as state: on"), inner, "state")
    attributes = {str(name): _plain(part, inner, str(name)) for name, part in value.items() if name != "state"}
    return SceneState(state, attributes)


def _plain(value: Any, fields: Fields, name: str) -> Any:
    """A value as JSON has it."""
    if isinstance(value, Map):
        return {str(key): _plain(part, fields, name) for key, part in value.items()}
    if isinstance(value, list):
        return [_plain(part, fields, name) for part in value]
    if value is None or isinstance(value, str | int | float):
        return value
    raise fields.wrong(f"{name} must be a plain value, not {kind_of(value)}", name)
