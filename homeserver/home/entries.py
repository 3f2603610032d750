"""The registry's words on the bus: what people decided over what makers say; only where something differs."""

from collections.abc import Iterator
from typing import Any

from homeserver.home.entity import NO_ENTITY
from homeserver.home.journal import FORMER, REMOVED, Journal, Kind, Words
from homeserver.home.registry import DeviceRow, EntityRow, Registry
from homeserver.home.tuning import NAMES
from homeserver.runtime.house import House
from homeserver.topics.registry import (
    AREA_ENTRY,
    DEVICE_ENTRY,
    ENTITY_ENTRY,
    FLOOR_ENTRY,
    LABEL_ENTRY,
    AreaEntry,
    DeviceEntry,
    EntityEntry,
    FloorEntry,
    LabelEntry,
)
from homeserver.topics.topic import Topic

TOPICS: tuple[Topic[Any], ...] = (ENTITY_ENTRY, DEVICE_ENTRY, AREA_ENTRY, FLOOR_ENTRY, LABEL_ENTRY)


class Entries:
    """`said` are the words that stand, with the own id of what they are about, by topic and id. Things are asked for by
    their own ids."""

    def __init__(self, house: House, registry: Registry, journal: Journal) -> None:
        self.said: dict[tuple[str, str], tuple[str, Any]] = {}
        self._house = house
        self._registry = registry
        self._journal = journal
        self._said_as: dict[tuple[str, str], str] = {}

    def each(self) -> Iterator[None]:
        """Say what differs of everything, one thing at a step."""
        self.people_made()
        for row in list(self._registry.devices.values()):
            self.device(row)
            yield
        for own in [
            *self._registry.rows,
            *(own for own in self._journal.owns("entity") if own in self._registry.others),
        ]:
            self.entity(own)
            yield

    def of_others(self) -> None:
        """Say what people said of entities that other workers own."""
        for own in self._journal.owns("entity"):
            if own in self._registry.others:
                self.entity(own)

    def renew(self, kind: Kind, own: str) -> None:
        """Say what is so now of one thing that people have edited."""
        words = self._journal.words.get((kind, own))
        match kind:
            case "entity":
                self.entity(own)
            case "device":
                if (row := self._registry.devices.get(own)) is not None:
                    self.device(row)
            case "area":
                self.area(own)
            case "floor":
                self._say(FLOOR_ENTRY, kind, own, self._floor(words) if words else None)
            case "label":
                more = {name: words.get(name) for name in ("icon", "color", "description")} if words else {}
                entry = LabelEntry(words["name"], self._former(words), **more) if words else None
                self._say(LABEL_ENTRY, kind, own, entry)

    def _floor(self, words: Words) -> FloorEntry:
        aliases = tuple(words.get("aliases", ()))
        return FloorEntry(words["name"], words.get("level"), self._former(words), aliases, words.get("icon"))

    def people_made(self) -> None:
        """Say the areas, floors and labels that people made: no device need be in them."""
        kinds: tuple[Kind, ...] = ("area", "floor", "label")
        for kind in kinds:
            for own in self._journal.owns(kind):
                self.renew(kind, own)

    def entity(self, own: str) -> None:
        """Say the word on an entity, or that there is none where it is not announced."""
        row = self._registry.rows.get(own)
        words = self._journal.of("entity", own)
        if own in self._registry.others:
            self._say(ENTITY_ENTRY, "entity", own, EntityEntry(**self._said_of(words)) if words else None)
        elif row is None or not row.present or row.domain in NO_ENTITY or REMOVED in words:
            self._say(ENTITY_ENTRY, "entity", own, None)
        elif words:
            self._say(ENTITY_ENTRY, "entity", own, self._entity(row, words))
        else:  # most of them, at every start
            device = self._id("device", row.device_id)
            entry = EntityEntry(device_id=device, hidden=not row.visible, disabled=not row.enabled)
            self._say(ENTITY_ENTRY, "entity", own, entry)

    def _entity(self, row: EntityRow, words: Words) -> EntityEntry:
        return EntityEntry(
            **self._said_of({"hidden": not row.visible, **words}),
            device_id=self._id("device", row.device_id),
            disabled=not self._registry.is_enabled(row),
            former=self._former(words),
            values={name: words[name] for name in NAMES if name in words} or None,
        )

    def _said_of(self, words: Words) -> dict[str, Any]:
        """What people may say of any entity, whoever owns it."""
        return {
            "name": words.get("name"),
            "area_id": self._id("area", words.get("area_id")),
            "labels": self._labels(words),
            "hidden": bool(words.get("hidden", False)),
            "aliases": tuple(words.get("aliases", ())),
            "icon": words.get("icon"),
        }

    def device(self, row: DeviceRow) -> None:
        """Say what is known of a device and of the area it is in, or that it has no entity left."""
        if not row.entities:
            self._say(DEVICE_ENTRY, "device", row.own, None)
            return
        words, details = self._journal.of("device", row.own), row.details
        area = words.get("area_id") or row.area_id
        if area is not None:
            self.area(area)
        entry = DeviceEntry(
            name=row.name,
            area_id=self._id("area", area),
            labels=self._labels(words),
            manufacturer=details.manufacturer,
            model=details.model or details.model_id,
            former=self._former(words),
        )
        self._say(DEVICE_ENTRY, "device", row.own, entry)

    def area_of(self, row: DeviceRow) -> str | None:
        """The name of the area that a device is in."""
        own = self._journal.of("device", row.own).get("area_id") or row.area_id
        return self._area_name(own) if own else None

    def is_with(self, row: DeviceRow, own: str) -> bool:
        """Whether an entity is where its device is: nobody has put it elsewhere."""
        area = self._journal.of("entity", own).get("area_id")
        return area in (None, self._journal.of("device", row.own).get("area_id") or row.area_id)

    def _area_name(self, own: str) -> str | None:
        return self._journal.of("area", own).get("name") or self._registry.areas.get(own)

    def area(self, own: str) -> None:
        words, name = self._journal.of("area", own), self._area_name(own)
        floor, aliases = self._id("floor", words.get("floor_id")), tuple(words.get("aliases", ()))
        entry = AreaEntry(name, floor, aliases, self._former(words), words.get("icon")) if name else None
        self._say(AREA_ENTRY, "area", own, entry)

    def _id(self, kind: Kind, own: str | None) -> str | None:
        return None if own is None else self._journal.id_of(kind, own)

    def _labels(self, words: Words) -> tuple[str, ...]:
        return tuple(sorted(self._journal.id_of("label", own) for own in words.get("labels", ())))

    @staticmethod
    def _former(words: Words) -> tuple[str, ...]:
        return tuple(words.get(FORMER, ()))

    def _say(self, topic: Topic[Any], kind: Kind, own: str, entry: Any) -> None:
        """Say an entry under the thing's id, then take back what was said of it under another."""
        id, before = self._journal.id_of(kind, own), self._said_as.pop((kind, own), None)
        if entry is not None:
            self._said_as[kind, own] = id
            if self.said.get((topic.template, id)) != (own, entry):
                self.said[topic.template, id] = (own, entry)
                self._house.say(topic, entry, id)
        if before is None or (entry is not None and before == id):
            return
        if self.said[topic.template, before][0] == own:  # else another thing is called so by now
            del self.said[topic.template, before]
            self._house.say(topic, None, before)
