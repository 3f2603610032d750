"""Devices that take another's place, and the clearing of what nobody owns any more. Each answers a call of `home`.

All of it is a deed like any edit: what is taken off the broker is kept in the journal, so that an undo puts it there
again.
"""

from collections.abc import Iterable, Iterator

from homeserver.home import orphan_words as words
from homeserver.home.editing import Editing
from homeserver.home.journal import FORMER, ID, REMOVED, Step, Words, given
from homeserver.home.orphans import Orphan, Orphans
from homeserver.home.pages import page
from homeserver.home.registry import DeviceRow, EntityRow
from homeserver.home.renaming import MOST_FORMER
from homeserver.home.replacing import Plan, plan
from homeserver.home.roster import where_of
from homeserver.home.words import FORGET, Forget, Forgotten
from homeserver.runtime.judging import EVERYTHING, Thing
from homeserver.runtime.worker import answers
from homeserver.topics.call import Caller, CallError


class Removing(Editing):
    """What `home` answers about things that go for good."""

    orphaned: Orphans

    # -- replacing

    @answers(words.REPLACE_DEVICE)
    async def replace_device(self, request: words.ReplaceDevice, caller: Caller) -> words.Replaced:
        old, new = self._device(request.old, "old"), self._device(request.new, "new")
        if old is new:
            raise CallError("invalid", f"{old.id} cannot take its own place: name two devices", "new")
        if not new.entities:
            raise CallError("conflict", f"{new.id} has no entities now: it can take no place", "new")
        rows = self._parts(new)
        planned = plan(self._parts(old), [row for row in rows if row.present])
        topics, steps = self._going(old, planned)
        told = words.Replaced(
            old=old.id,
            new=new.id,
            matched=tuple(words.Match(new=two.id, takes=one.id) for one, two in planned.matched),
            left=tuple(row.id for row in planned.left),
            added=tuple(row.id for row in planned.added),
            cleared=topics,
        )
        if request.dry_run:
            return told
        return told.model_copy(update={"deed": await self._do([*steps, *self._taking(old, new, planned)], caller)})

    def _parts(self, device: DeviceRow) -> list[EntityRow]:
        """All entities of a device, those too that are announced no more."""
        rows = self.registry.rows.values()
        return [row for row in rows if row.device_id == device.own and not self.registry.is_removed(row)]

    def _going(self, old: DeviceRow, planned: Plan) -> tuple[tuple[str, ...], list[Step]]:
        """The discovery topics that only the old device is on, and the steps that remove it."""
        rows = [*(one for one, _ in planned.matched), *planned.left]
        owns = {row.own for row in rows}
        topics = sorted({row.topic for row in rows if row.present})
        alone = tuple(topic for topic in topics if all(one.entity.own in owns for one in self.roster.known(topic)))
        steps = [*self._off_the_broker(alone), self.journal.step("device", old.own, {REMOVED: ""})]
        for row in rows:
            stays = "" if row.topic in alone else self.roster.announcement(row)
            steps.append(self.journal.step("entity", row.own, {REMOVED: stays}))
        return alone, steps

    def _off_the_broker(self, topics: Iterable[str]) -> Iterator[Step]:
        for topic in topics:
            if (payload := self.registry.payload(topic)) is not None:
                yield self.journal.cleared(topic, payload)

    def _taking(self, old: DeviceRow, new: DeviceRow, planned: Plan) -> Iterator[Step]:
        """The steps by which the new device and its entities are what the old ones were."""
        for one, two in planned.matched:
            mine, theirs = self.journal.of("entity", two.own), self.journal.of("entity", one.own)
            yield self.journal.step("entity", two.own, {**mine, **theirs, **_called(two, one.id, mine, theirs)})
        mine, theirs = self.journal.of("device", new.own), self.journal.of("device", old.own)
        held = {**mine, **theirs}
        area = theirs.get("area_id") or old.area_id
        if area is not None and area != new.area_id:
            held = {**held, "area_id": area}
        if old.name != new.name:
            held = {**held, "name": old.name}
        yield self.journal.step("device", new.own, {**held, **_called(new, old.id, mine, theirs)})

    # -- taking away

    @answers(FORGET)
    async def forget(self, request: Forget, caller: Caller) -> Forgotten:
        entity = self.roster.find(where_of(request.entity))
        if entity is None:
            raise CallError("not_found", f"there is no entity {request.entity[:100]}", "entity")
        stays = self.roster.announcement(self.registry.rows[entity.own])
        deed = await self._do([self.journal.step("entity", entity.own, {REMOVED: stays})], caller, role=FORGET.role)
        return Forgotten(entity=entity.id, topic=entity.topic, deed=deed.deed if deed is not None else None)

    @answers(words.ORPHANS)
    async def orphans(self, request: words.AskOrphans, caller: Caller) -> words.OrphanList:
        sight = self.house.sight(caller)
        found = [one for one in await self.orphaned.all(request.silent_days) if sight.thing(_thing(one))]
        lines, after = page(found, _line, request)
        return words.OrphanList(orphans=lines, next=after)

    @answers(words.CLEAR_ORPHANS)
    async def clear_orphans(self, request: words.ClearOrphans, caller: Caller) -> words.Cleared:
        found = {orphan.thing: orphan for orphan in await self.orphaned.all(request.silent_days)}
        for thing in request.things or ():
            if thing not in found:
                raise CallError("not_found", f"{thing} is no orphan: `homeserver devices orphans` lists them", "things")
        asked = request.things if request.things is not None else [one.thing for one in found.values() if one.certain]
        chosen = [found[thing] for thing in dict.fromkeys(asked)][: words.MOST_THINGS]
        steps = {(step.kind, step.id): step for orphan in chosen for step in self._clearing(orphan)}
        deed = await self._do(steps.values(), caller)
        return words.Cleared(things=tuple(orphan.thing for orphan in chosen), deed=deed)

    def _clearing(self, orphan: Orphan) -> Iterator[Step]:
        if orphan.piece is not None:
            yield self.journal.cleared(orphan.piece.topic, orphan.piece.payload)
        if orphan.device is not None:
            _, steps = self._going(orphan.device, Plan((), tuple(self._parts(orphan.device)), ()))
            yield from steps
        if orphan.entity is not None:
            if not self.roster.known(orphan.entity.topic):
                yield from self._off_the_broker((orphan.entity.topic,))
            yield self.journal.step("entity", orphan.entity.own, {REMOVED: ""})


def _called(new: EntityRow | DeviceRow, id: str, mine: Words, theirs: Words) -> dict[str, object]:
    """Words that give a new thing an old one's id; whatever led to either leads to it, and so does its own id."""
    known = [one for one in (*theirs.get(FORMER, ()), *mine.get(FORMER, ()), new.id) if one != id]
    return {ID: id if id != given(new.own) else None, FORMER: known[-MOST_FORMER:] or None}


def _thing(orphan: Orphan) -> Thing:
    """A device that is silent is seen as it is in other lists; what is announced no more, by who sees everything."""
    return ("device", orphan.thing.partition(".")[2]) if orphan.kind == "silent" else EVERYTHING


def _line(orphan: Orphan) -> words.OrphanLine:
    return words.OrphanLine(
        thing=orphan.thing,
        kind=orphan.kind,
        reason=orphan.reason,
        certain=orphan.certain,
        entities=orphan.entities,
    )
