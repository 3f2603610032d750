"""The registry's words on the bus: what people decided over what makers say; only where something differs."""

from typing import Any

from homeserver.home.journal import Journal, Kind
from homeserver.home.registry import DeviceRow, Registry
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
    """`said` are the words that stand, by topic and id."""

    def __init__(self, house: House, registry: Registry, journal: Journal) -> None:
        self.said: dict[tuple[str, str], Any] = {}
        self._house = house
        self._registry = registry
        self._journal = journal

    def renew(self, kind: Kind, id: str) -> None:
        """Say what is so now of one thing that people have edited."""
        match kind:
            case "entity":
                self.entity(id)
            case "device":
                self.device(self._registry.devices[id])
            case "area":
                self.area(id)
            case "floor":
                words = self._journal.words.get(("floor", id))
                self._say(FLOOR_ENTRY, id, FloorEntry(**words) if words is not None else None)
            case "label":
                words = self._journal.words.get(("label", id))
                self._say(LABEL_ENTRY, id, LabelEntry(**words) if words is not None else None)

    def people_made(self) -> None:
        """Say the areas, floors and labels that people made: no device need be in them."""
        for kind, id in list(self._journal.words):
            if kind in ("area", "floor", "label"):
                self.renew(kind, id)  # type: ignore[arg-type]  # the kinds of the journal are those

    def entity(self, id: str) -> None:
        """Say the word on an entity, or that there is none where it is not announced."""
        row = self._registry.entities.get(id)
        if row is None or not row.present:
            self._say(ENTITY_ENTRY, id, None)
            return
        words = self._journal.of("entity", id)
        entry = EntityEntry(
            name=words.get("name"),
            area_id=words.get("area_id"),
            device_id=row.device_id,
            labels=tuple(words.get("labels", ())),
            hidden=bool(words.get("hidden")),
            aliases=tuple(words.get("aliases", ())),
        )
        self._say(ENTITY_ENTRY, id, entry)

    def gone(self, id: str) -> None:
        """An entity is there no more."""
        self._say(ENTITY_ENTRY, id, None)

    def device(self, row: DeviceRow) -> None:
        """Say what is known of a device and of the area it is in, or that it has no entity left."""
        if not row.entities:
            self._say(DEVICE_ENTRY, row.id, None)
            return
        words, details = self._journal.of("device", row.id), row.details
        area_id = words.get("area_id") or row.area_id
        if area_id is not None:
            self.area(area_id)
        labels, model = tuple(words.get("labels", ())), details.model or details.model_id
        entry = DeviceEntry(self.name_of(row), area_id, labels, details.manufacturer, model)
        self._say(DEVICE_ENTRY, row.id, entry)

    def name_of(self, row: DeviceRow) -> str:
        """What a device is called."""
        return str(self._journal.of("device", row.id).get("name") or row.name)

    def area_of(self, row: DeviceRow) -> str | None:
        """The name of the area that a device is in."""
        id = self._journal.of("device", row.id).get("area_id") or row.area_id
        return self._area_name(id) if id else None

    def _area_name(self, id: str) -> str | None:
        return self._journal.of("area", id).get("name") or self._registry.areas.get(id)

    def area(self, id: str) -> None:
        words, name = self._journal.of("area", id), self._area_name(id)
        aliases = tuple(words.get("aliases", ()))
        self._say(AREA_ENTRY, id, AreaEntry(name, words.get("floor_id"), aliases) if name else None)

    def _say(self, topic: Topic[Any], id: str, entry: Any) -> None:
        if self.said.get((topic.template, id)) == entry:
            return
        if entry is None:
            self.said.pop((topic.template, id), None)
        else:
            self.said[topic.template, id] = entry
        self._house.say(topic, entry, id)
