"""Edits of names and places: checked, put into the journal, said. Each answers a call of `home`."""

import sqlite3
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from homeserver.home import edit_words as words
from homeserver.home.entries import Entries
from homeserver.home.journal import CannotUndoError, Deed, Journal, Kind, Step
from homeserver.home.registry import Registry
from homeserver.runtime.given import nearest
from homeserver.runtime.worker import Worker, answers
from homeserver.topics.call import Caller, CallError
from homeserver.topics.names import slug

_REFERS: Final[Mapping[str, tuple[str, str]]] = {
    "area": ("area_id", ""),
    "floor": ("floor_id", ""),
    "label": ("", "labels"),
}
"""The words that may name a thing of a kind: one alone, or among others."""


class Editing(Worker):
    """What `home` answers about the words of people."""

    registry: Registry
    journal: Journal
    entries: Entries

    @answers(words.EDIT_ENTITY)
    async def edit_entity(self, request: words.EditEntity, caller: Caller) -> words.Edited:
        row = self.registry.entities.get(request.entity)
        if row is None:
            known = nearest(request.entity, list(self.registry.entities))
            raise CallError("not_found", f"there is no entity {request.entity}; {known}", "entity")
        return self._edit("entity", row.id, self._asked(request, "entity"), caller)

    @answers(words.EDIT_DEVICE)
    async def edit_device(self, request: words.EditDevice, caller: Caller) -> words.Edited:
        if request.device not in self.registry.devices:
            known = nearest(request.device, list(self.registry.devices))
            raise CallError("not_found", f"there is no device {request.device}; {known}", "device")
        return self._edit("device", request.device, self._asked(request, "device"), caller)

    @answers(words.EDIT_AREA)
    async def edit_area(self, request: words.EditArea, caller: Caller) -> words.Edited:
        return self._edit_place("area", request.area, self._asked(request, "area"), caller)

    @answers(words.EDIT_FLOOR)
    async def edit_floor(self, request: words.EditFloor, caller: Caller) -> words.Edited:
        return self._edit_place("floor", request.floor, self._asked(request, "floor"), caller)

    @answers(words.EDIT_LABEL)
    async def edit_label(self, request: words.EditLabel, caller: Caller) -> words.Edited:
        return self._edit_place("label", request.label, self._asked(request, "label"), caller)

    @answers(words.REMOVE)
    async def remove(self, request: words.Remove, caller: Caller) -> words.Edited:
        kind, _, id = request.thing.partition(".")
        if id not in self._made(kind):
            why = f"{id} is where a device suggests to be: give its devices another area" if kind == "area" else ""
            known = why if id in self.registry.areas else nearest(id, self._made(kind))
            raise CallError("not_found", f"there is no {kind} {id} that people made; {known}", "thing")
        steps = [self.journal.step(kind, id, None), *self._leaving(kind, id)]  # type: ignore[arg-type]  # see its pattern
        return words.Edited(thing=request.thing, deed=self._do(steps, caller))

    @answers(words.UNDO)
    async def undo(self, request: words.Undo, caller: Caller) -> words.DeedLine:
        try:
            deed = self.journal.undo(request.deed, self.house.clock.now().timestamp(), caller.login)
        except CannotUndoError as error:
            raise CallError("conflict", str(error), "deed") from None
        self._renew(deed)
        return self._line(deed)

    @answers(words.DEEDS)
    async def deeds(self, request: words.AskDeeds, caller: Caller) -> words.Deeds:
        return words.Deeds(deeds=tuple(map(self._line, self.journal.latest(request.limit, request.offset))))

    # -- making steps

    def _asked(self, request: Any, own: str) -> dict[str, Any]:
        """What an edit says, under the names that words have; places and labels by id."""
        asked = {name: getattr(request, name) for name in request.model_fields_set if name != own}
        for kind in ("area", "floor"):
            if kind in asked:
                asked[f"{kind}_id"] = self._found(kind, asked.pop(kind))
        if asked.get("labels") is not None:
            asked["labels"] = sorted({str(self._found("label", label)) for label in asked["labels"]})
        if asked.get("aliases") is not None:
            asked["aliases"] = list(asked["aliases"])
        return {name: value or None for name, value in asked.items()} if "level" not in asked else asked

    def _found(self, kind: str, wanted: str | None) -> str | None:
        """The id of a place or label that is named by id or name; raises `CallError`."""
        if not wanted:
            return None
        known = {slug(name): id for id, name in self._names(kind).items()} | {id: id for id in self._names(kind)}
        id = known.get(slug(wanted))
        if id is None:
            raise CallError("not_found", f"there is no {kind} {wanted!r}; {nearest(slug(wanted), list(known))}", kind)
        return id

    def _names(self, kind: str) -> dict[str, str]:
        """All places or labels of a kind with their names."""
        names = dict(self.registry.areas) if kind == "area" else {}
        return names | {id: self.journal.of(kind, id).get("name", names.get(id, id)) for id in self._made(kind)}  # type: ignore[arg-type]

    def _made(self, kind: str) -> list[str]:
        return self.journal.ids(kind)  # type: ignore[arg-type]  # the callers name kinds

    def _edit_place(self, kind: Kind, id: str | None, asked: dict[str, Any], caller: Caller) -> words.Edited:
        names = self._names(kind)
        if id is None:
            if not asked.get("name"):
                raise CallError("invalid", f"a new {kind} needs a name", "name")
            id = slug(asked["name"])
            if id in names:
                raise CallError("conflict", f"the {kind} {id} is there already: name it to change it", "name")
        elif id not in names:
            raise CallError("not_found", f"there is no {kind} {id}; {nearest(id, list(names))}", kind)
        elif "name" in asked and not asked["name"] and id not in self.registry.areas:
            raise CallError("invalid", f"a {kind} needs a name", "name")
        return self._edit(kind, id, asked, caller)

    def _edit(self, kind: Kind, id: str, asked: Mapping[str, Any], caller: Caller) -> words.Edited:
        step = self.journal.step(kind, id, {**self.journal.of(kind, id), **asked})
        if not step.after and kind in ("entity", "device"):
            step = self.journal.step(kind, id, None)
        return words.Edited(thing=id if kind == "entity" else f"{kind}.{id}", deed=self._do([step], caller))

    def _leaving(self, kind: str, id: str) -> Iterable[Step]:
        """Steps of all that names a thing which goes."""
        alone, among = _REFERS[kind]
        for (of_kind, of_id), held in list(self.journal.words.items()):
            if alone and held.get(alone) == id:
                yield self.journal.step(of_kind, of_id, {**held, alone: None})  # type: ignore[arg-type]
            elif among and id in held.get(among, ()):
                left = [one for one in held[among] if one != id] or None
                yield self.journal.step(of_kind, of_id, {**held, among: left})  # type: ignore[arg-type]

    def _do(self, steps: Iterable[Step], caller: Caller) -> words.DeedLine | None:
        try:
            deed = self.journal.do(steps, self.house.clock.now().timestamp(), caller.login)
        except sqlite3.Error as error:
            raise CallError("failed", f"the home cannot write its file: {error}") from error
        if deed is None:
            return None
        self._renew(deed)
        return self._line(deed)

    def _line(self, deed: Deed) -> words.DeedLine:
        at, did = datetime.fromtimestamp(deed.at, UTC), tuple(map(self._told, deed.steps))
        return words.DeedLine(deed=deed.number, at=at, by=deed.login, did=did, undid=deed.undid)

    def _told(self, step: Step) -> str:
        """A step in words: `light.hall: name Hall -> Corridor`."""
        thing = step.id if step.kind == "entity" else f"{step.kind}.{step.id}"
        is_made = step.kind in ("area", "floor", "label") and step.id not in self.registry.areas
        if step.after is None and is_made:
            return f"{thing}: taken away"
        if step.before is None and is_made:
            return f"{thing}: made"
        before, after = step.before or {}, step.after or {}
        names = sorted(name for name in {*before, *after} if before.get(name) != after.get(name))
        return f"{thing}: " + ", ".join(f"{name} {_shown(before, name)} -> {_shown(after, name)}" for name in names)

    def _renew(self, deed: Deed) -> None:
        for step in deed.steps:
            self.entries.renew(step.kind, step.id)


def _shown(words: Mapping[str, Any], name: str) -> str:
    value = words.get(name)
    return "its own" if value is None else ", ".join(value) if isinstance(value, list) else str(value)
