"""Triggers `event`, `homeassistant`, `tag` and `persistent_notification`: facts that somebody tells.

https://www.home-assistant.io/docs/automation/trigger/#event-trigger and the sections that follow it.

What `trigger` holds, beside `platform`, `id`, `idx` and `alias`:
event and tag            event.event_type, event.data, event.context (id, parent_id, user_id), event.time_fired
homeassistant            event: start or shutdown
persistent_notification  update_type, notification (notification_id, title, message, created_at)
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from homeserver.rules.compiler import Compiler, rendered
from homeserver.rules.engine import Engine, Happening, Key
from homeserver.rules.reading.fields import Fields
from homeserver.rules.reading.problem import nearest
from homeserver.rules.reading.yaml_source import Map, Seq
from homeserver.rules.triggers.happening import HappeningTrigger, context_of
from homeserver.rules.triggers.trigger import AWAY, Trigger
from homeserver.runtime.heard import Heard
from homeserver.topics.cause import Cause
from homeserver.topics.entity import EntityState

STATE_CHANGED: Final = "state_changed"
TAG_SCANNED: Final = "tag_scanned"
UNTOLD: Final = frozenset(
    {"call_service", "service_registered", "service_removed", "component_loaded", "core_config_updated"}
    | {"device_registry_updated", "entity_registry_updated", "area_registry_updated"}
    | {"panels_updated", "themes_updated", "user_added", "user_removed", "state_reported"}
)
"""Events of Home Assistant's own insides, which nothing tells of here."""


def event_of(type: str, data: Mapping[str, Any], at: datetime, cause: Cause | None) -> dict[str, Any]:
    """An event as templates see it: `trigger.event`."""
    return {
        "event_type": type,
        "data": dict(data),
        "origin": "LOCAL",
        "time_fired": at,
        "time_fired_timestamp": at.timestamp(),
        "context": context_of(cause),
    }


def meets(wanted: Mapping[str, Any], told: Mapping[str, Any], *, any_of: bool = False) -> bool:
    """Whether everything that is wanted was told; mappings are compared likewise. With `any_of` lists are choices."""
    for name, value in wanted.items():
        if name not in told:
            return False
        found = told[name]
        if isinstance(value, Mapping):
            if not isinstance(found, Mapping) or not meets(value, found):
                return False
        elif any_of and isinstance(value, list):
            if found not in value:
                return False
        elif found != value:
            return False
    return True


class EventTrigger(HappeningTrigger):
    """An event of one of some types, with some data, perhaps by certain people.

    Types, data and context are rendered once, when the rule begins to listen. `state_changed` is read off the view: of
    one entity where the data name one, else of all; with `ignore_unavailable` without the going and coming back.
    """

    kind = "event"
    _ignores = False

    def __init__(self, id: str, number: int, alias: str, types: tuple[Any, ...], data: Any, context: Any) -> None:
        super().__init__(id, number, alias)
        self._types = types
        self._raw_data = data
        self._raw_context = context
        self._data: dict[str, Any] = {}
        self._context: dict[str, Any] = {}
        self._stop: Callable[[], None] | None = None

    def ignore_unavailable(self) -> str:
        self._ignores = True
        return ""

    def keys(self, engine: Engine) -> tuple[Key, ...]:
        known = self.known_variables()
        self._data = rendered(self._raw_data, known)
        self._context = rendered(self._raw_context, known)
        types = tuple(dict.fromkeys(str(rendered(type, known)) for type in self._types))
        if STATE_CHANGED in types:
            self._stop = self._watch(engine)
        return tuple(("event", type) for type in types if type != STATE_CHANGED)

    def _watch(self, engine: Engine) -> Callable[[], None]:
        entity_id = self._data.get("entity_id")
        if isinstance(entity_id, str):
            engine.listen(entity_id, self._changed)
            return lambda: engine.unlisten(entity_id, self._changed)

        def changed(entity_id: str, old: EntityState | None, new: EntityState | None, heard: Heard) -> None:
            self._changed(entity_id, old, new)

        return engine.view.watch_all(changed)

    def detach(self, engine: Engine) -> None:
        super().detach(engine)
        if self._stop is not None:
            self._stop()
            self._stop = None

    def _changed(self, entity_id: str, old: EntityState | None, new: EntityState | None) -> None:
        if old is None or (self.rule is not None and entity_id == f"automation.{self.rule.id}"):
            return  # the first word about an entity is none; and a rule that heard of its own runs would never end
        if self._ignores and (old.state in AWAY or (new is not None and new.state in AWAY)):
            return
        engine, cause = self.engine, new.cause if new is not None else None
        data = {
            "entity_id": entity_id,
            "old_state": engine.shown(entity_id, old),
            "new_state": engine.shown(entity_id, new),
        }
        event = event_of(STATE_CHANGED, data, new.updated if new is not None else engine.clock.now(), cause)
        self.noticed(Happening(("event", STATE_CHANGED), event, cause))

    def told(self, happening: Happening) -> dict[str, Any] | None:
        event = happening.data
        if not meets(self._data, event["data"]) or not meets(self._context, event["context"], any_of=True):
            return None
        return {"event": event, "description": f"event '{event['event_type']}'"}


class StartTrigger(HappeningTrigger):
    """The home has started, or is about to stop. A rule that is read later does not fire for the start."""

    kind = "homeassistant"

    def __init__(self, id: str, number: int, alias: str, event: str) -> None:
        super().__init__(id, number, alias)
        self._event = event

    def keys(self, engine: Engine) -> tuple[Key, ...]:
        return (("home", self._event),)

    def told(self, happening: Happening) -> dict[str, Any] | None:
        doing = "starting" if self._event == "start" else "stopping"
        return {"event": self._event, "description": f"Home Assistant {doing}"}


class TagTrigger(HappeningTrigger):
    """One of some tags was scanned, perhaps by one of some devices."""

    kind = "tag"

    def __init__(self, id: str, number: int, alias: str, tags: tuple[str, ...], devices: tuple[str, ...]) -> None:
        super().__init__(id, number, alias)
        self._tags = tags
        self._devices = devices

    def keys(self, engine: Engine) -> tuple[Key, ...]:
        return tuple(("tag", tag) for tag in self._tags)

    def told(self, happening: Happening) -> dict[str, Any] | None:
        event = happening.data
        scanner = event["data"].get("device_id")
        if self._devices and scanner not in {self.engine.view.place("device", device) for device in self._devices}:
            return None
        return {"event": event, "description": "Tag scanned"}


class NotificationTrigger(HappeningTrigger):
    """A notification that stays until it is dismissed was made, changed or taken away."""

    kind = "persistent_notification"

    def __init__(self, id: str, number: int, alias: str, notification: str, updates: tuple[str, ...]) -> None:
        super().__init__(id, number, alias)
        self._notification = notification
        self._updates = updates

    def keys(self, engine: Engine) -> tuple[Key, ...]:
        return (("notification", self._notification or "*"),)

    def told(self, happening: Happening) -> dict[str, Any] | None:
        return dict(happening.data) if not self._updates or happening.data["update_type"] in self._updates else None


# -- reading


def compile_event(fields: Fields, compiler: Compiler, id: str, number: int, alias: str) -> Trigger:
    value = fields.need("event_type", "name an event, such as doorbell_rung")
    given = value if isinstance(value, Seq) else (value,)
    if not given or not all(isinstance(type, str) for type in given):
        raise fields.wrong("event_type must be the name of an event or a list of names", "event_type")
    line, way = fields.line("event_type"), fields.where("event_type")
    types = tuple(compiler.data(type, line, way) for type in given)
    if "state_reported" in types:
        raise fields.wrong("state_reported cannot be waited for: use trigger: state", "event_type")
    for type in types:
        if not type:  # of a blueprint whose gap was left empty
            compiler.warn("an event without a name never comes", line, way, "doubtful")
        if type in UNTOLD:
            compiler.warn(f"nothing in this home tells of {type}", line, way, "doubtful")
    return EventTrigger(id, number, alias, types, _mapping(fields, compiler, "event_data"), _context(fields, compiler))


def _mapping(fields: Fields, compiler: Compiler, name: str) -> Any:
    value = fields.take(name)
    if value is None:
        return {}
    if not isinstance(value, Map):
        raise fields.wrong(f"{name} must be a mapping of what the event must hold", name)
    return compiler.data(value, fields.line(name), fields.where(name))


def _context(fields: Fields, compiler: Compiler) -> Any:
    wanted = _mapping(fields, compiler, "context")
    known = ("id", "parent_id", "user_id")
    for name in wanted:
        if name not in known:
            raise fields.wrong(f"a context has {', '.join(known)}, not {name!r}{nearest(str(name), known)}", "context")
    return wanted


def compile_start(fields: Fields, compiler: Compiler, id: str, number: int, alias: str) -> Trigger:
    fields.need("event", "say start or shutdown")
    return StartTrigger(id, number, alias, fields.choice("event", ("start", "shutdown"), "start"))


def compile_tag(fields: Fields, compiler: Compiler, id: str, number: int, alias: str) -> Trigger:
    fields.need("tag_id", "give the id of a tag")
    return TagTrigger(id, number, alias, fields.words("tag_id") or (), fields.words("device_id") or ())


UPDATES: Final = ("added", "removed", "updated", "current")


def compile_notification(fields: Fields, compiler: Compiler, id: str, number: int, alias: str) -> Trigger:
    updates = fields.words("update_type") or ()
    for update in updates:
        if update not in UPDATES:
            known = ", ".join(UPDATES)
            raise fields.wrong(f"update_type may be {known}, not {update!r}{nearest(update, UPDATES)}", "update_type")
    return NotificationTrigger(id, number, alias, fields.text("notification_id"), updates)
