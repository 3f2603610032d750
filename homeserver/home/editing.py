"""Edits of names, ids and places: checked, put into the journal, said. Each answers a call of `home`."""

import asyncio
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from itertools import count, islice
from typing import Any, Final

from homeserver.home import edit_words as words
from homeserver.home import fitting
from homeserver.home.consequences import Consequences
from homeserver.home.entity import Entity
from homeserver.home.entries import Entries
from homeserver.home.journal import (
    FORMER,
    ID,
    PAYLOAD,
    REMOVED,
    RETAINED,
    CannotUndoError,
    Deed,
    Journal,
    Kind,
    Step,
    given,
)
from homeserver.home.litter import Litter
from homeserver.home.newcomers import NOBODY, Newcomers
from homeserver.home.pacing import Pacing
from homeserver.home.pages import page
from homeserver.home.places import Places
from homeserver.home.registry import DeviceRow, EntityRow, Registry
from homeserver.home.renaming import Renaming
from homeserver.home.roster import Roster
from homeserver.home.words import DISABLED, AskDisabled, DisabledLine, DisabledList
from homeserver.home.zones import HOME, Zones
from homeserver.runtime.given import nearest
from homeserver.runtime.judging import EVERYTHING, Sight, Thing
from homeserver.runtime.slices import in_slices, one_slice
from homeserver.runtime.worker import Worker, answers
from homeserver.topics.call import Caller, CallError, Role, may
from homeserver.topics.names import slug

_OF_OTHERS: Final = ("name", "area_id", "labels", "hidden", "aliases", "icon")
"""Words on an entity that another worker owns."""
_AT_ONCE: Final = 200
"""Deeds that are read at once where not all are told."""
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
    renaming: Renaming
    consequences: Consequences
    litter: Litter
    pacing: Pacing
    roster: Roster
    entries: Entries
    zones: Zones

    @answers(words.EDIT_ENTITY)
    async def edit_entity(self, request: words.EditEntity, caller: Caller) -> words.Edited:
        if request.entity in self.registry.others:
            return await self._edit("entity", request.entity, self._asked_of_others(request, caller), caller)
        row, asked = self._entity(request.entity, "entity"), self._asked(request, "entity", caller)
        if (entity := self.roster.announced(row)) is not None:
            fitting.check(entity, asked)
        return await self._edit("entity", row.own, fitting.plain(asked), caller)

    def _asked_of_others(self, request: words.EditEntity, caller: Caller) -> dict[str, Any]:
        """What may be said of an entity that another worker owns: its id and its values are that worker's."""
        asked = self._asked(request, "entity", caller)
        for name in asked:
            if name not in _OF_OTHERS:
                why = f"{request.entity} belongs to another worker, which alone says its {name}: change it there"
                raise CallError("invalid", f"{why} (what the rules own, in the rule files)", name)
        return asked

    def _entity(self, id: str, field: str) -> EntityRow:
        row = self.registry.entity(id)
        if row is None:
            known = nearest(id, list(self.registry.entities))
            raise CallError("not_found", f"there is no entity {id}; {known}", field)
        return row

    @answers(words.EDIT_ENTITIES)
    async def edit_entities(self, request: words.EditEntities, caller: Caller) -> words.EditedAll:
        owns = dict.fromkeys(self._entity(id, "entities").own for id in request.entities)
        asked = self._asked(request, "entities", caller)
        if not asked:
            raise CallError("invalid", "nothing is asked of them: say `hidden` or `disabled`", "hidden")
        steps = [self._step("entity", own, asked) for own in owns]
        deed = await self._do(steps, caller)
        return words.EditedAll(changed=sum(step.before != step.after for step in steps), deed=deed)

    @answers(DISABLED)
    async def disabled(self, request: AskDisabled, caller: Caller) -> DisabledList:
        sight = self.house.sight(caller)
        rows = sorted((one for one in self.roster.asleep() if sight.entity(one.id)), key=lambda entity: entity.id)
        lines, after = page(rows, self._disabled, request)
        return DisabledList(entities=lines, next=after)

    def _disabled(self, entity: Entity) -> DisabledLine:
        by = "people" if "disabled" in self.journal.of("entity", entity.own) else "maker"
        device = entity.config.device.name if entity.config.device is not None else None
        return DisabledLine(
            id=entity.id,
            name=self.journal.of("entity", entity.own).get("name") or entity.config.name,
            device=device,
            by=by,
        )

    @answers(words.EDIT_DEVICE)
    async def edit_device(self, request: words.EditDevice, caller: Caller) -> words.Edited:
        device, asked = self._device(request.device), self._asked(request, "device", caller)
        return await self._edit("device", device.own, asked, caller)

    def _device(self, id: str, field: str = "device") -> DeviceRow:
        row = self.registry.find_device(id)
        if row is None:
            known = nearest(id, list(self.registry.device_ids))
            raise CallError("not_found", f"there is no device {id}; {known}", field)
        return row

    @answers(words.EDIT_AREA)
    async def edit_area(self, request: words.EditArea, caller: Caller) -> words.Edited:
        return await self._edit_place("area", request.area, self._asked(request, "area", caller), caller)

    @answers(words.EDIT_FLOOR)
    async def edit_floor(self, request: words.EditFloor, caller: Caller) -> words.Edited:
        return await self._edit_place("floor", request.floor, self._asked(request, "floor", caller), caller)

    @answers(words.EDIT_LABEL)
    async def edit_label(self, request: words.EditLabel, caller: Caller) -> words.Edited:
        return await self._edit_place("label", request.label, self._asked(request, "label", caller), caller)

    @answers(words.EDIT_ZONE)
    async def edit_zone(self, request: words.EditZone, caller: Caller) -> words.Edited:
        asked = self._asked(request, "zone", caller)
        if HOME in (request.zone, request.id, slug(request.name or "") if request.zone is None else ""):
            raise CallError("invalid", "zone.home follows the settings of the home: change its place there", "zone")
        if request.zone is None and {"latitude", "longitude"} - set(asked):
            raise CallError("invalid", "a new zone needs `latitude` and `longitude`, in degrees", "latitude")
        return await self._edit_place("zone", request.zone, asked, caller)

    @answers(words.REMOVE)
    async def remove(self, request: words.Remove, caller: Caller) -> words.Edited:
        kind, _, id = request.thing.partition(".")
        own = self.renaming.holder(kind, id)  # type: ignore[arg-type]  # see its pattern
        if own is None or (kind, own) not in self.journal.words:
            made = [self.journal.id_of(kind, one) for one in self.journal.owns(kind)]  # type: ignore[arg-type]
            why = f"{id} is where a device suggests to be: give its devices another area" if own else nearest(id, made)
            raise CallError("not_found", f"there is no {kind} {id} that people made; {why}", "thing")
        steps = [self.journal.step(kind, own, None), *self._leaving(kind, own)]  # type: ignore[arg-type]
        return words.Edited(thing=request.thing, deed=await self._do(steps, caller))

    @answers(words.UNDO)
    async def undo(self, request: words.Undo, caller: Caller) -> words.DeedLine:
        try:
            number = request.deed or self.journal.undoable()
            deeds: list[Deed] = []
            await in_slices(self.journal.read(number, deeds))  # what was done once does not change any more
            deed, steps = deeds[0], self.journal.reversal(deeds[0])
        except CannotUndoError as error:
            raise CallError("conflict", str(error), "deed") from None
        if not may(caller.role, deed.role):
            raise CallError("denied", f"to undo deed {number} takes the role {deed.role}, as to do it did", "deed")
        strange = [step for step in steps if self._is_strange(step)]
        steps = [step for step in steps if step not in strange]
        if reason := self.renaming.clash(steps):
            raise CallError("conflict", f"deed {number} cannot be undone: {reason}", "deed")
        line = await self._do(steps, caller, number, role=deed.role)
        if line is None:
            why = f": {_left_off(strange[0])}" if strange else ""
            raise CallError("conflict", f"deed {number} cannot be undone: nothing would change{why}", "deed")
        return line.model_copy(update={"did": (*line.did, *map(_left_off, strange[: words.MOST_TOLD]))})

    def _is_strange(self, step: Step) -> bool:
        """Whether it would put on the broker what this version of the home cannot say."""
        if step.kind != RETAINED or step.after is None:
            return False
        return self.litter.is_strange(step.id, step.after[PAYLOAD].encode("latin-1"))

    @answers(words.DEEDS)
    async def deeds(self, request: words.AskDeeds, caller: Caller) -> words.Deeds:
        sight = self.house.sight(caller)
        if sight.whole:
            found: Iterable[tuple[Deed, int]] = self.journal.latest(request.limit, request.offset, words.MOST_TOLD)
        else:
            found = islice(self._seen(sight), request.offset, request.offset + request.limit)
        return words.Deeds(deeds=tuple(self._line(deed, count) for deed, count in found))

    def _seen(self, sight: Sight) -> Iterator[tuple[Deed, int]]:
        """The deeds that were about nothing but what somebody sees, the latest first."""
        for offset in count(0, _AT_ONCE):
            found = self.journal.latest(_AT_ONCE, offset, words.MOST_TOLD)
            for deed, steps in found:
                told = steps == len(deed.steps) and sight.all(map(self._thing, deed.steps))
                if told and sight.tells(*self._line(deed).did):
                    yield deed, steps
            if len(found) < _AT_ONCE:
                return

    def _thing(self, step: Step) -> Thing:
        """What a step is about, as it is called now."""
        if step.kind == "entity":
            return "entity", self.journal.id_of("entity", step.id)
        if step.kind == "imported" or step.kind == "retained":
            return EVERYTHING  # it is no thing
        return step.kind, self.journal.id_of(step.kind, step.id)

    # -- making steps

    def _asked(self, request: Any, own: str, caller: Caller) -> dict[str, Any]:
        """What an edit says, under the names that words have; places and labels by id."""
        places, sight = Places(self.registry, self.journal), self.house.sight(caller)
        asked = {name: getattr(request, name) for name in request.model_fields_set if name != own}
        kinds: tuple[Kind, ...] = ("area", "floor")
        for kind in kinds:
            if kind in asked:
                asked[f"{kind}_id"] = places.find(kind, asked.pop(kind), sight)
        if asked.get("labels") is not None:
            asked["labels"] = sorted({str(places.find("label", label, sight)) for label in asked["labels"]})
        if asked.get("aliases") is not None:
            asked["aliases"] = list(asked["aliases"])
        return {name: None if value in ("", []) else value for name, value in asked.items()}

    async def _edit_place(self, kind: Kind, id: str | None, asked: dict[str, Any], caller: Caller) -> words.Edited:
        if id is None:
            if not asked.get("name"):
                raise CallError("invalid", f"a new {kind} needs a name", "name")
            wanted = asked.pop("id", None) or slug(asked["name"])
            return await self._edit(kind, self.renaming.new_place(kind, wanted), asked, caller)
        own = self.renaming.holder(kind, id)
        if own is None:
            raise Places(self.registry, self.journal).unknown(kind, id, self.house.sight(caller))
        if "name" in asked and not asked["name"] and not (kind == "area" and own in self.registry.areas):
            raise CallError("invalid", f"a {kind} needs a name", "name")
        return await self._edit(kind, own, asked, caller)

    async def _edit(self, kind: Kind, own: str, asked: dict[str, Any], caller: Caller) -> words.Edited:
        steps = list(self.renaming.renamed(kind, own, asked))
        deed = await self._do([*steps, self._step(kind, own, asked)], caller)
        id = self.journal.id_of(kind, own)
        return words.Edited(thing=id if kind == "entity" else f"{kind}.{id}", deed=deed)

    def _step(self, kind: Kind, own: str, asked: Mapping[str, Any]) -> Step:
        step = self.journal.step(kind, own, {**self.journal.of(kind, own), **asked})
        return step if step.after or self._is_made(kind, own) else self.journal.step(kind, own, None)

    def _is_made(self, kind: Kind, own: str) -> bool:
        """Whether it is there because people made it."""
        return kind in ("floor", "label", "zone") or (kind == "area" and own not in self.registry.areas)

    def _leaving(self, kind: str, id: str) -> Iterable[Step]:
        """Steps of all that names a thing which goes."""
        alone, among = _REFERS.get(kind, ("", ""))
        for (of_kind, of_id), held in list(self.journal.words.items()):
            if alone and held.get(alone) == id:
                yield self.journal.step(of_kind, of_id, {**held, alone: None})  # type: ignore[arg-type]
            elif among and id in held.get(among, ()):
                left = [one for one in held[among] if one != id] or None
                yield self.journal.step(of_kind, of_id, {**held, among: left})  # type: ignore[arg-type]

    async def _do(
        self,
        steps: Iterable[Step],
        caller: Caller,
        undid: int | None = None,
        *,
        role: Role = "adult",
        newcomers: Newcomers = NOBODY,
    ) -> words.DeedLine | None:
        """Done when it is called, and said when it ends. `role` is what the call demands that does it."""
        steps = list(steps)
        if any(step.kind == RETAINED for step in steps) and not self.house.connected:
            raise CallError("unavailable", "the broker cannot be reached now, and what it keeps is to change")
        now = self.house.clock.now().timestamp()
        try:
            deed = self.journal.do(steps, now, caller.login, undid, role, newcomers.statements())
        except sqlite3.Error as error:
            raise CallError("failed", f"the home cannot write its file: {error}") from error
        if deed is None:
            return None
        self.registry.adopt(newcomers.entities, newcomers.devices)
        await self._follow(deed, newcomers)
        return self._line(deed)

    async def _follow(self, deed: Deed, newcomers: Newcomers) -> None:
        """Say what has changed, whether or not somebody waits for it until the end."""
        work = self.consequences.follow(deed, newcomers.entities)
        is_done = one_slice(work)
        self.pacing.renew()
        if any(step.kind == "zone" for step in deed.steps):
            self.zones.renew()
        if not is_done:
            await asyncio.shield(self.house.start(_end(work), f"deed {deed.number}"))

    def _line(self, deed: Deed, count: int | None = None) -> words.DeedLine:
        """`count`: how many steps it has, where these are only the first."""
        steps = [step for step in deed.steps if step.kind != "imported"]
        did = [self._told(step) for step in steps[: words.MOST_TOLD]]
        if (more := (len(steps) if count is None else count) - len(did)) > 0:
            did.append(f"and {more} more")
        at = datetime.fromtimestamp(deed.at, UTC)
        return words.DeedLine(deed=deed.number, at=at, by=deed.login, did=tuple(did), undid=deed.undid)

    def _told(self, step: Step) -> str:
        """A step in words: `light.hall: name Hall -> Corridor`."""
        before, after = step.before or {}, step.after or {}
        id = before.get(ID) or given(step.id)
        thing = id if step.kind == "entity" else f"{step.kind}.{id}"
        if step.kind == RETAINED:
            return f"{step.id}: {'taken off the broker' if step.after is None else 'put on the broker again'}"
        if REMOVED in after:
            return f"{thing}: taken away"
        if REMOVED in before:
            return f"{thing}: brought back"
        if None in (step.before, step.after) and self._is_made(step.kind, step.id):
            return f"{thing}: {'made' if step.before is None else 'taken away'}"
        names = sorted(name for name in {*before, *after} if before.get(name) != after.get(name))
        told = [name for name in names if name != FORMER or ID not in names]
        changes = (
            f"{name.removesuffix('_id')} {_shown(step, before, name)} -> {_shown(step, after, name)}" for name in told
        )
        return f"{thing}: {', '.join(changes)}"


async def _end(work: Iterator[None]) -> None:
    await in_slices(work)


def _left_off(step: Step) -> str:
    return f"{step.id}: left off, another version of the home took it away"


def _shown(step: Step, words: Mapping[str, Any], name: str) -> str:
    value = words.get(name)
    if name == ID:
        return value or given(step.id)
    if name == FORMER:
        return ", ".join(value or ()) or "none"
    return "its own" if value is None else ", ".join(map(str, value)) if isinstance(value, list) else str(value)
