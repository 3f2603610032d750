"""The home as one person may see it over HTTP: what is hidden from him does not exist.

One question, one answer for every route, stream and command. Keeps nothing.
"""

from collections.abc import Mapping
from typing import Any

from homeserver.bridge.picture import Picture
from homeserver.bridge.refusals import Refusal
from homeserver.topics.entity import EntityConfig
from homeserver.topics.person import Verb
from homeserver.view.permission import Permissions


class Sight:
    """Cheap: made for each question."""

    def __init__(self, picture: Picture, permissions: Permissions, login: str) -> None:
        self._picture = picture
        self._permissions = permissions
        self.login = login

    def ids(self) -> list[str]:
        return [entity_id for entity_id in self._picture.ids() if self.may("see", entity_id)]

    def may(self, verb: Verb, entity_id: str) -> bool:
        return self._permissions.may(self.login, verb, entity_id)

    def find(self, entity_id: str) -> EntityConfig | None:
        return self._picture.find(entity_id) if self.may("see", entity_id) else None

    def config(self, entity_id: str) -> EntityConfig:
        """Raises the same `Refusal` for what is hidden and for what is not there."""
        if not self.may("see", entity_id):
            raise Refusal("not_found", "Entity not found.", "entity_id")
        return self._picture.config(entity_id)

    def state(self, entity_id: str) -> dict[str, Any]:
        self.config(entity_id)
        return self._picture.state(entity_id)

    def controlled(self, entity_id: str) -> EntityConfig:
        """The configuration of an entity that he may control; raises a `Refusal`."""
        config = self.config(entity_id)
        if not self.may("control", entity_id):
            raise Refusal("denied", f"You may see {entity_id}, and not control it.", "entity_id")
        return config

    def meant(self, named: Mapping[str, tuple[str, ...]], domain: str) -> list[str]:
        """As `Picture.meant`; of those found by place or label only what he may control."""
        asked = self._picture.current(named.get("entity_id", ()))
        found = self._picture.meant(named, domain)
        return [entity_id for entity_id in found if entity_id in asked or self.may("control", entity_id)]

    @property
    def whole(self) -> bool:
        """Whether he sees everything, whatever there is."""
        return self._permissions.sees_all(self.login)

    def why(self, entity_id: str) -> list[dict[str, Any]]:
        """As `Picture.why`, with no more of the causes than he may know; raises a `Refusal` for what is hidden."""
        self.config(entity_id)
        return self._why(self._picture.why(entity_id))

    def happening(self, line: dict[str, Any]) -> dict[str, Any] | None:
        """A line of what went on as he may know it; None where it is of something hidden."""
        entity_id = line.get("entity_id")
        if entity_id is None or not self.may("see", entity_id):
            return None
        return {**line, "why": self._why(line.get("why", []))}

    def _why(self, chain: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [self._link(link) for link in chain]

    def _link(self, link: dict[str, Any]) -> dict[str, Any]:
        """One cause; of a rule or script that is hidden from him, that it was one."""
        if "entity_id" in link and not self.may("see", link["entity_id"]):
            return {"by": "hidden"}
        kind, _, id = str(link["by"]).partition(":")
        entity_id = self._picture.rule(kind, id.partition("#")[0])
        return link if entity_id is None or self.may("see", entity_id) else {**link, "by": kind}
