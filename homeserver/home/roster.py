"""Who is announced: applies what discovery messages say, and keeps the entities that come of it.

An announcement that was refused, or that claims another's `unique_id`, changes nothing else. A changed announcement
gives a new entity under the old id, which takes over what was known.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Final

from homeserver.home.building import Draft, begin
from homeserver.home.config import Refused
from homeserver.home.discovery import Announcement, Discovered, discover
from homeserver.home.entity import Entity
from homeserver.home.grants import Grants
from homeserver.home.measure import turned
from homeserver.home.pending import pending_of
from homeserver.home.refusals import Refusals
from homeserver.home.registry import DeviceRow, EntityRow, Registry
from homeserver.home.surroundings import Surroundings
from homeserver.home.verdicts import Verdicts
from homeserver.topics.record import record
from homeserver.view.templates import Templates

_RIVALS: Final = 500
MOST: Final = 20_000
"""Entities of one home; more are refused."""


class Change:
    """What one discovery message did. `devices`: those whose description is to be said again; `announces`: whether it
    could be read and announces anything, `empty`: whether it takes everything back; `asleep`: who came disabled."""

    def __init__(self) -> None:
        self.announces = False
        self.empty = False
        self.gone: list[Entity] = []
        self.come: list[Entity] = []
        self.asleep: list[Entity] = []
        self.devices: list[DeviceRow] = []


@record
class Known:
    """An entity with the key of its announcement, what of that meant nothing, and what was odd."""

    key: str
    entity: Entity
    unused: tuple[str, ...]
    remarks: tuple[str, ...] = ()


class Roster:
    """`entities` by domain and object id, as in a command's address."""

    def __init__(
        self,
        registry: Registry,
        templates: Templates,
        refusals: Refusals,
        now: Callable[[], datetime],
        *,
        prefix: str,
        root: str,
        around: Surroundings | None = None,
        grants: Grants | None = None,
    ) -> None:
        self._verdicts = Verdicts(grants or Grants(None, prefix), registry)
        self.registry = registry
        self.entities: dict[tuple[str, str], Entity] = {}
        self.full = False
        self._templates = templates
        self._refusals = refusals
        self._now = now
        self._prefix = prefix
        self._root = root
        self._around = around
        self._announced: dict[str, Announcement] = {}
        self._migrating: set[str] = set()
        self._by_key: dict[str, Entity] = {}
        self._drafts: dict[str, Draft] = {}
        self._by_topic: dict[str, set[str]] = {}
        self._claims: dict[tuple[str, str], str] = {}
        self._rivals: dict[tuple[str, str], dict[str, Announcement]] = {}
        self._descriptions: dict[str, tuple[object, ...]] = {}

    def find(self, where: tuple[str, str]) -> Entity | None:
        """By its id, or one that it had."""
        entity = self.entities.get(where)
        if entity is None and (row := self.registry.entity(".".join(where))) is not None:
            entity = self.entities.get(where_of(row.id))
        return entity

    def why_not(self, entity_id: str) -> str:
        """Why there is no such entity to command."""
        row = self.registry.entity(entity_id)
        if row is not None and row.present and not self.registry.is_enabled(row):
            return f"{row.id} is disabled: `homeserver entities {row.id} --enable` enables it"
        return f"there is no entity {entity_id}"

    @property
    def topics(self) -> set[str]:
        """The discovery topics that announce something at this time."""
        return set(self._by_topic)

    def known(self, topic: str) -> list[Known]:
        """What is announced on a discovery topic."""
        keys = sorted(self._by_topic.get(topic, ()))
        drafts = ((key, self._drafts[key]) for key in keys)
        return [Known(key, self._by_key[key], draft.unused, draft.remarks) for key, draft in drafts]

    def hear(self, topic: str, payload: bytes) -> Change:
        """Apply a discovery message."""
        found = discover(topic, payload, self._prefix)
        change = Change()
        self._note_refusals(topic, found)
        if any(key == topic for key, _ in found.refusals):
            return change  # it could not be read: what was announced before stays
        if found.migrating:
            self._migrating.add(topic)
            return change  # its entities stay until another topic announces them, or this one nothing
        self._migrating.discard(topic)
        change.announces = bool(found.announcements)
        change.empty = not found.announcements
        refused = {key for key, _ in found.refusals}
        keys = {announcement.key for announcement in found.announcements} | refused
        self._withdraw(topic)
        for key in self._by_topic.get(topic, set()) - keys:
            self._leave(key, change)
        for announcement in found.announcements:
            self._apply(announcement, change)
        for entity in change.gone:
            self._let_in(entity, change)
        return change

    def _withdraw(self, topic: str) -> None:
        """A topic speaks anew: what it had waiting is void."""
        for claim, waiting in list(self._rivals.items()):
            for key in [key for key, rival in waiting.items() if rival.topic == topic]:
                del waiting[key]
            if not waiting:
                del self._rivals[claim]

    def _let_in(self, gone: Entity, change: Change) -> None:
        """Whoever was refused because `gone` had the same `unique_id` has it now: the order of messages is chance."""
        row = self.registry.entities.get(gone.id)
        claim = (row.domain, row.unique_id) if row else None
        if claim is not None and claim not in self._claims:
            for announcement in self._rivals.pop(claim, {}).values():
                self._apply(announcement, change)

    def _note_refusals(self, topic: str, found: Discovered) -> None:
        if not found.refusals:
            self._refusals.clear(topic)
        for key, reason in found.refusals:
            self._refusals.add(key, reason, self._now())

    def _apply(self, announcement: Announcement, change: Change) -> None:
        key = announcement.key
        if (before := self._announced.get(key)) is not None and before.says(announcement):
            return
        try:
            draft = self._draft(announcement)
        except Refused as refused:
            self._refusals.add(key, str(refused), self._now())
            return
        if draft is None:
            return
        self._refusals.clear(key)
        self._enter(draft, change)

    def _draft(self, announcement: Announcement) -> Draft | None:
        """Read an announcement; None for one that was told to be forgotten. Raises `Refused`."""
        draft = Draft(announcement, self._templates, self._root, self._around)
        row = self.registry.find(draft.domain, draft.unique_id)
        self._verdicts.judge(draft, row)
        claim = self._claims.get((draft.domain, draft.unique_id))
        if claim not in (None, announcement.key) and self._announced[claim].topic not in self._migrating:
            if sum(map(len, self._rivals.values())) < _RIVALS:
                self._rivals.setdefault((draft.domain, draft.unique_id), {})[announcement.key] = announcement
            raise Refused(
                f"`unique_id` {draft.unique_id[:80]!r} is in use by {claim}: each entity needs one of its own"
            )
        if announcement.key not in self._by_key and len(self._by_key) >= MOST:
            self.full = True
            raise Refused(f"this home has {MOST} entities, which is all that it can hold")
        gone = (row.forgotten or self.registry.removed(row)) if row is not None else ""
        if gone and gone == fingerprint(announcement):
            return None
        return draft

    def review(self) -> tuple[Change, set[str]]:
        """Take away what the grants, now that they have changed, do not allow; the topics that were denied so far."""
        change, denied = Change(), self._verdicts.forget()
        for key, draft in list(self._drafts.items()):
            try:
                self._verdicts.judge_use(draft)
            except Refused as refused:
                self._refusals.add(key, str(refused), self._now())
                self._leave(key, change)
        return change, denied

    def _enter(self, draft: Draft, change: Change) -> None:
        self._verdicts.guard(draft)
        key = draft.announcement.key
        before = self._by_key.get(key)
        if before is not None and (before.where[0], self._drafts[key].unique_id) != (draft.domain, draft.unique_id):
            self._leave(key, change)
            before = None
        claim = self._claims.get((draft.domain, draft.unique_id), key)
        if claim != key:
            before = self._hand_over(claim)
        entity, device = draft.entity(self.registry)
        if before is not None:
            inherit(entity, before)
            change.gone.append(before)
        self._announced[key] = draft.announcement
        self._by_key[key] = entity
        self._drafts[key] = draft
        self._by_topic.setdefault(draft.announcement.topic, set()).add(key)
        self._claims[draft.domain, draft.unique_id] = key
        if self.registry.is_enabled(self.registry.rows[entity.own]):
            self.entities[entity.where] = entity
            change.come.append(entity)
        else:
            self.entities.pop(entity.where, None)
            change.asleep.append(entity)
        if device is not None:
            change.devices.append(device)

    def _hand_over(self, key: str) -> Entity:
        """An entity is announced under another key from now on."""
        entity = self._by_key.pop(key)
        draft = self._drafts.pop(key)
        topic = draft.announcement.topic
        self._by_topic[topic].discard(key)
        if not self._by_topic[topic]:
            del self._by_topic[topic]
        del self._announced[key]
        del self._claims[draft.domain, draft.unique_id]
        return entity

    def _leave(self, key: str, change: Change) -> None:
        entity = self._hand_over(key)
        if self.entities.get(entity.where) is entity:
            del self.entities[entity.where]
        self.registry.leave(entity.id)
        change.gone.append(entity)

    def leave(self, row: EntityRow) -> Change:
        """An entity goes, whatever is announced."""
        change = Change()
        if self._of(row) is not None:
            self._leave(row.key, change)
        return change

    def announcement(self, row: EntityRow) -> str:
        """In which words an entity is announced; empty where it is not."""
        announcement = self._announced.get(row.key)
        return fingerprint(announcement) if announcement is not None else ""

    def asleep(self) -> list[Entity]:
        """Entities that are announced and disabled."""
        return [entity for entity in self._by_key.values() if entity.where not in self.entities]

    def switch(self, row: EntityRow) -> Change:
        """Let an entity come or go as it is enabled or disabled by now."""
        change, enabled = Change(), self.registry.is_enabled(row)
        entity = self._of(row)
        if entity is None or enabled == (self.entities.get(entity.where) is entity):
            return change
        if enabled:
            begin(entity)
            self.entities[entity.where] = entity
            change.come.append(entity)
        else:
            del self.entities[entity.where]
            change.gone.append(entity)
            change.asleep.append(entity)
        return change

    def announced(self, row: EntityRow) -> Entity | None:
        """The entity of a row, enabled or not."""
        return self._by_key.get(row.key) if row.present else None

    def tuned(self, row: EntityRow) -> Change:
        """Build an entity anew with what people set of its values by now."""
        change = Change()
        if row.present and row.key in self._announced:
            self._enter(Draft(self._announced[row.key], self._templates, self._root, self._around), change)
        return change

    def take_out(self, row: EntityRow) -> Entity | None:
        """The entity of a row that changes its id; until `put_in` nobody finds it."""
        entity = self._of(row)
        if entity is not None and self.entities.get(entity.where) is entity:
            del self.entities[entity.where]
        return entity

    def _of(self, row: EntityRow) -> Entity | None:
        """What is announced of a row."""
        entity = self._by_key.get(row.key)
        return entity if entity is not None and entity.own == row.own else None

    def put_in(self, entity: Entity, row: EntityRow) -> None:
        """Under its new id."""
        entity.id, entity.where = row.id, where_of(row.id)
        if self.registry.is_enabled(row):
            self.entities[entity.where] = entity
        self._drafts[entity.key].call(row.id)

    def described_anew(self, device: DeviceRow) -> list[Entity]:
        """The entities of a device whose own description changes with the device's."""
        description = (device.details, frozenset(device.keys), device.id, device.called)
        before = self._descriptions.get(device.own)
        self._descriptions[device.own] = description
        if before is None or before == description:
            return []  # a device of a thousand entities must not cost a million comparisons
        changed = []
        for entity_id in device.entities:
            row = self.registry.entities.get(entity_id)
            entity = self._of(row) if row is not None else None
            if entity is not None:
                config = self._drafts[entity.key].said(device)
                if config != entity.config:
                    entity.config = config
                    changed.append(entity)
        return [entity for entity in changed if self.entities.get(entity.where) is entity]


def where_of(entity_id: str) -> tuple[str, str]:
    """Domain and object id."""
    domain, _, object_id = entity_id.partition(".")
    return domain, object_id


def inherit(entity: Entity, before: Entity) -> None:
    """Take over what was known and said of an entity that is built anew."""
    entity.state, entity.facts = before.state, {**entity.facts, **before.facts}
    entity.extra = before.extra if entity.face.has_extra else {}
    entity.expired, entity.fault, entity.heat = before.expired and entity.expired, before.fault, before.heat
    _turn(entity, before)
    entity.said_state, entity.said_attributes, entity.changed = (
        before.said_state,
        before.said_attributes,
        before.changed,
    )
    entity.command, entity.pending = before.command, before.pending
    entity.marks = before.marks
    for pending in pending_of(entity):
        pending.entity = entity
    availability = entity.face.availability
    if availability is not None:
        availability.before = before.available
        entity.available = availability.available


def _turn(entity: Entity, before: Entity) -> None:
    """What was known in another unit, or before it was calibrated otherwise, is known in the new one."""
    old, new = before.face.measure, entity.face.measure
    if old is None or new is None or old == new or entity.state is None:
        return
    back = old.conversion.back if old.conversion is not None else None
    there = new.conversion.there if new.conversion is not None else None
    entity.state = turned(entity.state, back, there)


def fingerprint(announcement: Announcement) -> str:
    """Tells whether an entity is announced in the same words again."""
    return f"{announcement.key} {sorted(announcement.fields.items(), key=lambda field: field[0])}"
