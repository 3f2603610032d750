"""Events for `subscribe_events`: what happens in the home, in Home Assistant's words, to those who may know it.

A change of a state is for whoever sees the entity; everything else for whoever may call `bridge.events`, which takes an
adult, or a service that was given it. An event is put into JSON once for all. Names and data of events:
https://www.home-assistant.io/docs/configuration/events/. Keeps who listens.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final, Protocol

import orjson

from homeserver.bridge.states import context, iso
from homeserver.topics.cause import Cause
from homeserver.topics.record import record
from homeserver.view.permission import Permissions

EVERYTHING: Final = "*"
"""Stands for all types, in a subscription that names none."""
OPEN: Final = frozenset(
    {
        "area_registry_updated",
        "component_loaded",
        "core_config_updated",
        "device_registry_updated",
        "entity_registry_updated",
        "floor_registry_updated",
        "label_registry_updated",
        "lovelace_updated",
        "panels_updated",
        "service_registered",
        "service_removed",
        "themes_updated",
    }
)
"""Types that tell a client to look again, and nothing of what there is; everybody may hear them."""
HEAD: Final = b'{"id":%d,"type":"event","event":'


class Out(Protocol):
    """The way to one client."""

    def add(self, message: bytes) -> None: ...


@record
class Ear:
    """One subscription."""

    out: Out
    id: int
    login: str


class Events:
    """All subscriptions to events."""

    def __init__(self, permissions: Permissions, now: Callable[[], datetime], new_id: Callable[[], str]) -> None:
        self._permissions = permissions
        self._now = now
        self._new_id = new_id
        self._ears: dict[str, dict[int, Ear]] = {}
        self._count = 0

    def listen(self, out: Out, id: int, login: str, type: str) -> Callable[[], None]:
        """Tell a client of events of one type, or of `EVERYTHING`, until the returned function is called."""
        self._count += 1
        number = self._count
        self._ears.setdefault(type, {})[number] = Ear(out, id, login)

        def leave() -> None:
            self._ears.get(type, {}).pop(number, None)
            if not self._ears.get(type):
                self._ears.pop(type, None)

        return leave

    def listeners(self) -> dict[str, int]:
        """How many listen to each type."""
        return {type: len(ears) for type, ears in sorted(self._ears.items())}

    def may_hear(self, login: str, type: str) -> bool:
        """Whether somebody may hear events of a type, all of them."""
        return type in OPEN or self._permissions.may_call(login, "bridge", "events", "adult")

    def state_changed(self, entity_id: str, old: Any, new: Any, cause: Cause | None) -> None:
        """`old` and `new` make state objects, None where there is none; they are called only if anybody listens."""
        ears = self._listening("state_changed")
        seeing = [ear for ear in ears if self._permissions.may(ear.login, "see", entity_id)]
        if seeing:
            data = {"entity_id": entity_id, "old_state": old(), "new_state": new()}
            self._tell(seeing, "state_changed", data, cause)

    def happened(self, type: str, data: Mapping[str, Any], cause: Cause | None = None) -> None:
        """Any other event."""
        hearing = [ear for ear in self._listening(type) if self.may_hear(ear.login, type)]
        if hearing:
            self._tell(hearing, type, data, cause)

    def registry_updated(self, kind: str, id: str) -> None:
        """Tell everybody to look again, and what changed only to those who may know it."""
        type = f"{kind}_registry_updated"
        name = "entity_id" if kind == "entity" else f"{kind}_id"
        for ear in self._listening(type):
            known = self.may_hear(ear.login, "*") or (kind == "entity" and self._permissions.may(ear.login, "see", id))
            self._tell([ear], type, {"action": "update", **({name: id} if known else {})}, None)

    def _listening(self, type: str) -> list[Ear]:
        if not self._ears:
            return []
        return [*self._ears.get(type, {}).values(), *self._ears.get(EVERYTHING, {}).values()]

    def _tell(self, ears: list[Ear], type: str, data: Mapping[str, Any], cause: Cause | None) -> None:
        said = context(cause)
        event = {
            "event_type": type,
            "data": data,
            "origin": "LOCAL",
            "time_fired": iso(self._now()),
            "context": said if said["id"] else {**said, "id": self._new_id()},
        }
        body = orjson.dumps(event, option=orjson.OPT_NON_STR_KEYS) + b"}"
        for ear in ears:
            ear.out.add(HEAD % ear.id + body)
