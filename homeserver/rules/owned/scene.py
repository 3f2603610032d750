"""Scenes: how several entities are to be, brought about together.

Facts: https://www.home-assistant.io/docs/scene and /integrations/scene. A scene of a file is there as long as its file
says so; one that was made by `scene.create` is there until it is deleted, over restarts too (Home Assistant forgets
those), so that a run that goes on after a restart can bring back what it took a picture of.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Final

from homeserver.rules.owned.reproducing import WAYS, deeds
from homeserver.rules.owned.thing import Act, Desk, Thing
from homeserver.topics.call import CallError
from homeserver.topics.cause import Cause
from homeserver.topics.entity import UNAVAILABLE, UNKNOWN
from homeserver.topics.names import BadNameError, slug, split_entity

if TYPE_CHECKING:
    from homeserver.rules.owned.owner import Owner

States = Mapping[str, tuple[str, Mapping[str, Any]]]
"""State and attributes by entity id."""
MADE: Final = "made"
"""The print of a scene that no file names."""


class Scene(Thing):
    """Its state is the moment at which it was last brought about."""

    domain = "scene"

    def __init__(
        self, object_id: str, name: str, icon: str | None, wanted: States, *, id: str = "", is_made: bool = False
    ) -> None:
        super().__init__(object_id, name, icon)
        self.wanted = wanted
        self.is_made = is_made
        self.attributes = {"entity_id": list(wanted)} | ({"id": id} if id else {})

    def kept(self) -> dict[str, Any]:
        made = {"made": {id: [state, dict(rest)] for id, (state, rest) in self.wanted.items()}}
        return super().kept() | (made if self.is_made else {})

    def hands_on(self, service: str) -> bool:
        return True

    def turn_on(self, data: Mapping[str, Any], cause: Cause | None) -> None:
        apply(self.desk, self.wanted, data.get("transition"), cause)
        self.state = self.now.isoformat(timespec="milliseconds")
        self.show(cause)

    acts: ClassVar[Mapping[str, Act]] = {"turn_on": turn_on}


def apply(desk: Desk, wanted: States, transition: float | None, cause: Cause | None) -> None:
    """Tell each entity what it is to be, where it is not so already."""
    view = desk.engine.view
    for entity_id, state in wanted.items():
        current = view.current(entity_id)
        if current not in view.states and current not in view.configs:
            continue
        for service, data in deeds(current.partition(".")[0], view.said(current), state, transition):
            desk.command(current, service, data, cause)


# -- services that have no entity


def scene_apply(owner: "Owner", data: Mapping[str, Any], cause: Cause | None) -> None:
    """`scene.apply`: bring about what the data says."""
    apply(owner, states_of(data["entities"]), data.get("transition"), cause)


def scene_create(owner: "Owner", data: Mapping[str, Any], cause: Cause | None) -> None:
    """`scene.create`: a scene of what the data says and of what some entities are like now."""
    object_id = slug(str(data["scene_id"]))
    wanted = dict(states_of(data.get("entities") or {}))
    for entity_id in data.get("snapshot_entities") or ():
        said = owner.engine.view.said(entity_id)
        if said is None:
            raise CallError("not_found", f"there is no entity {entity_id}", "snapshot_entities")
        if said.state not in (UNKNOWN, UNAVAILABLE):
            attributes = {name: value for name, value in said.attributes.items() if _is_plain(value)}
            wanted[entity_id] = (said.state, attributes)
    if not wanted:
        raise CallError("invalid", "scene.create needs entities or snapshot_entities", "entities")
    former = owner.things.get(f"scene.{object_id}")
    if former is not None and not getattr(former, "is_made", False):
        raise CallError("conflict", f"scene.{object_id} is one of a file: choose another scene_id", "scene_id")
    owner.add(_made(object_id, wanted), MADE)


def scene_delete(owner: "Owner", entity_id: str) -> None:
    """`scene.delete`: forget a scene that was made by `scene.create`."""
    scene = owner.things.get(entity_id)
    if scene is None:
        raise CallError("not_found", f"there is no scene {entity_id}", "entity_id")
    if not getattr(scene, "is_made", False):
        raise CallError("conflict", f"{entity_id} is one of a file: take it out of the file", "entity_id")
    owner.remove(entity_id, for_good=True)


def made_scene(object_id: str, body: Mapping[str, Any]) -> Scene:
    """One that no file names, as it was written down."""
    return _made(object_id, {id: (str(state), rest) for id, (state, rest) in body.items()})


def _made(object_id: str, wanted: States) -> Scene:
    return Scene(object_id, object_id.replace("_", " ").capitalize(), None, wanted, is_made=True)


def states_of(entities: Mapping[str, Any]) -> States:
    """`light.hall: on` or `light.hall: {state: on, brightness: 100}`; raises `CallError`."""
    found = {}
    for entity_id, value in entities.items():
        try:
            domain, _ = split_entity(str(entity_id).lower())
        except BadNameError as error:
            raise CallError("invalid", str(error), "entities") from error
        if domain not in WAYS:
            raise CallError("invalid", f"{entity_id} cannot be a part of a scene", "entities")
        rest = dict(value) if isinstance(value, Mapping) else {"state": value}
        state = rest.pop("state", None)
        if state is None:
            raise CallError("invalid", f"{entity_id} needs a state", "entities")
        found[str(entity_id).lower()] = ("on" if state is True else "off" if state is False else str(state), rest)
    return found


def _is_plain(value: Any) -> bool:
    return value is None or isinstance(value, str | int | float | bool | list | dict | tuple)
