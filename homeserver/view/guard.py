"""The guard of a process: whether a person may do with the things of the home what he asks of their workers.

One place for all calls that name a thing: each says in its declaration what it is about. A thing that somebody does not
see is not there for him. A place may be changed by who may change all that is in it; what is about the whole home, by
who may so with everything. Needs the live view; keeps what `Permissions` keeps.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from homeserver.runtime.house import House
from homeserver.runtime.judging import Thing
from homeserver.topics.call import About, Call, Caller, CallError
from homeserver.topics.names import slug
from homeserver.topics.person import VERBS, Verb
from homeserver.topics.services import SERVICES
from homeserver.view.permission import Permissions
from homeserver.view.view import View

_TARGET: Final[Mapping[str, str]] = {
    "entity_id": "entity",
    "device_id": "device",
    "area_id": "area",
    "floor_id": "floor",
    "label_id": "label",
}
_PLACES: Final = ("device", "area", "floor", "label")
_EVERY_KIND: Final = frozenset(("homeassistant.turn_on", "homeassistant.turn_off", "homeassistant.toggle"))
"""Services of whatever has them."""
_DECIDED: Final = frozenset(("automation", "scene", "script"))
_PLATFORM: Final = frozenset(
    (
        *("group", "homeassistant", "logbook", "mqtt", "notify", "persistent_notification", "script", "system_log"),
        *("template", "utility_meter"),
    )
)
"""Kinds of actions that the rules carry out themselves, beside services of entities."""


class Guard:
    """`house.shared(Guard)` in the setup of a worker that has things."""

    def __init__(self, house: House) -> None:
        self.view = house.shared(View)
        self.permissions = Permissions(self.view, house.people)
        house.let_judge(self)

    def command(self, login: str, entity_id: str) -> None:
        """Raises `CallError` where somebody may not control an entity."""
        self._check(login, "control", "entity", entity_id, None)

    def call(self, call: Call[Any, Any], request: Any, caller: Caller) -> None:
        """Raises `CallError` where somebody may not do what he asks with what he names."""
        for about in call.about:
            if about.kind == "each":
                continue
            field = about.field or about.kind
            for kind, id in self._named(about, request, field):
                self._check(caller.login, about.verb, kind, id, field if about.kind != "home" else None)

    def told(self, error: CallError, caller: Caller) -> CallError:
        """What somebody is told of what is not there: what there is instead only if nothing is hidden from him, or
        whoever found it looked at no more than he sees."""
        if error.error.code != "not_found" or error.hints_seen or self.permissions.sees_all(caller.login):
            return error
        return CallError("not_found", str(error).partition(";")[0], error.error.field)

    def sees(self, login: str, thing: Thing) -> bool:
        """Whether a thing is there for somebody: a place that has nothing in it only where nothing is hidden."""
        kind, id = self._thing(*thing)
        return self._shows(login, id) if kind == "entity" and id is not None else self._level(login, kind, id) >= 0

    def knows(self, login: str, thing: Thing) -> bool:
        """Whether a place is there for somebody: he sees something in it, if not everything."""
        kind, id = self._thing(*thing)
        if self.sees(login, thing):
            return True
        return id is not None and kind in _PLACES and any(self._shows(login, one) for one in self._members(kind, id))

    def hides(self, login: str, entity_id: str) -> bool:
        """Whether an entity is there, and not for him."""
        return self._is_known(entity_id) and self.permissions.level(login, entity_id) < 0

    def _check(self, login: str, verb: Verb, kind: str, id: str | None, field: str | None) -> None:
        absent = kind == "entity" and id is not None and not self._shows(login, id)
        if not absent and self._level(login, kind, id) >= VERBS.index(verb):
            return
        if absent:
            raise CallError("not_found", f"there is no entity {id}", field)
        what = "everything here" if id is None or kind == "home" else f"{kind} {id}" if kind != "entity" else id
        raise CallError("denied", f"{login} may not {verb} {what}", field)

    def _shows(self, login: str, entity_id: str) -> bool:
        """Whether an entity is there for somebody: what does not exist is answered as what is hidden from him."""
        if self.permissions.sees_all(login):
            return True
        return self._is_known(entity_id) and self.permissions.level(login, entity_id) >= 0

    def _is_known(self, entity_id: str) -> bool:
        view, present = self.view, self.view.current(entity_id)
        return present in view.states or present in view.configs or present in view.entities

    def _named(self, about: About, request: Any, field: str) -> Iterator[tuple[str, str | None]]:
        """What a request names: kinds and ids; None stands for everything."""
        if about.kind == "home":
            yield "home", None
        elif about.kind == "action":
            yield from self._acted_on(request)
        else:
            named = getattr(request, field)
            for id in named if isinstance(named, tuple | list) else (named,):
                yield self._thing(about.kind, id)

    def _thing(self, kind: str, id: str | None) -> tuple[str, str | None]:
        if kind == "thing" and id is not None:
            kind, _, id = id.partition(".")
        if kind == "rule" and id is not None:
            return "entity", self._automation(id)
        return ("entity", f"zone.{id}") if kind == "zone" and id is not None else (kind, id)

    def _automation(self, rule: str) -> str:
        """The entity of a rule that is named by its id, its alias or its entity."""
        id = slug(rule.removeprefix("automation."))
        found = (one for one in self.view.all_states("automation") if one.attributes.get("id") in (rule, id))
        return next((one.entity_id for one in found), f"automation.{id}")

    def _acted_on(self, request: Any) -> Iterator[tuple[str, str | None]]:
        """What an action that is done by hand acts on. Only a service of entities says so by what it names, and a
        script by its name; all else may reach anything."""
        domain, _, service = action = request.action.strip().lower().partition(".")
        if "".join(action) == f"script.{service}" and f"script.{service}" in self.view.states:
            yield "entity", f"script.{service}"
        elif service in SERVICES.get(domain, ()) or "".join(action) in _EVERY_KIND:
            yield from [*self._of_target(request.target), *self._of_target(request.data)] or [("home", None)]
        elif domain in SERVICES or domain in _PLATFORM:
            yield "home", None
        else:
            why = f"{request.action[:100]} is no action of the rules: call {domain[:40]} itself"
            raise CallError("denied", why, "action")  # a call is made with the role of who makes it

    def _of_target(self, given: Mapping[str, Any]) -> Iterator[tuple[str, str | None]]:
        for field, kind in _TARGET.items():
            named = given.get(field, ())
            ids = named.split(",") if isinstance(named, str) else named if isinstance(named, list | tuple) else (None,)
            for id in ids:
                text = id.strip().lower() if isinstance(id, str) else "all"
                yield ("home", None) if text in ("all", "") else (kind, text)

    # -- what somebody may with it

    def _level(self, login: str, kind: str, id: str | None) -> int:
        if kind == "home" or id is None:
            return self.permissions.everywhere(login)
        if kind == "entity":
            return min(self.permissions.level(login, one) for one in self._told(id))
        members = [self.permissions.level(login, one) for one in self._members(kind, id)]
        return min(members, default=self.permissions.everywhere(login))

    def _told(self, entity_id: str) -> set[str]:
        """An entity, and where it is a group all that it hands on to: nobody opens a lock by a group that he may use.
        A scene, script or rule is the household's own word on what may happen."""
        told, look = {entity_id}, [entity_id]
        while look:
            id = look.pop()
            said = self.view.said(id) if id.partition(".")[0] not in _DECIDED else None
            members = said.attributes.get("entity_id") if said is not None else None
            if isinstance(members, list | tuple):
                fresh = {one for one in members if isinstance(one, str)} - told
                told |= fresh
                look += fresh
        return told

    def _members(self, kind: str, id: str) -> list[str]:
        """The entities of a device or place."""
        view = self.view
        wanted = view.place(kind, id)
        leads: Callable[[str], bool] = {
            "device": lambda one: view.place("device", view.device_of(one) or "") == wanted,
            "area": lambda one: view.place("area", view.area_of(one) or "") == wanted,
            "floor": lambda one: self._floor(one) == wanted,
            "label": lambda one: wanted in self.permissions.labels(one),
        }[kind]
        return [one for one in view.known() if leads(one)]

    def _floor(self, entity_id: str) -> str:
        area = self.view.areas.get(self.view.place("area", self.view.area_of(entity_id) or ""))
        return self.view.place("floor", area.floor_id) if area is not None and area.floor_id else ""
