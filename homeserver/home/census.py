"""The devices of the home: when each was heard last, how well, how its battery is, and what is wrong with it."""

from collections.abc import Iterator
from typing import Final

from homeserver.home.entity import NO_ENTITY, Entity
from homeserver.home.entries import Entries
from homeserver.home.last_heard import LastHeard
from homeserver.home.refusals import Refusals
from homeserver.home.registry import DeviceRow, Registry
from homeserver.home.roster import Roster
from homeserver.home.steadying import restlessness
from homeserver.home.words import MOST_ENTITIES, MOST_PROBLEMS, DeviceLine
from homeserver.runtime.judging import Sight
from homeserver.topics.entity import NOT_CONFIRMED, UNAVAILABLE, UNKNOWN

_LOW: Final = 15.0
"""Percent of a battery that are too few."""
_SIGNAL_UNITS: Final = ("lqi", "dBm")


class Census:
    """Makes the line of a device out of what the home knows."""

    def __init__(
        self,
        registry: Registry,
        entries: Entries,
        roster: Roster,
        last_heard: LastHeard,
        refusals: Refusals,
    ) -> None:
        self._registry = registry
        self._entries = entries
        self._roster = roster
        self._last_heard = last_heard
        self._refusals = refusals

    def rows(self, sight: Sight) -> list[DeviceRow]:
        """The devices that have entities, of which somebody sees at least one, by name."""
        rows = sorted(self._registry.devices.values(), key=lambda row: (row.name.lower(), row.id))
        return [row for row in rows if row.entities and (sight.whole or any(map(sight.entity, row.entities)))]

    def line(self, row: DeviceRow, sight: Sight) -> DeviceLine:
        """What is known of a device by the entities that somebody sees."""
        parts = [entity for name in sorted(row.entities) if (entity := self._entity(name)) is not None]
        entities = [entity for entity in parts if sight.entity(entity.id)] if not sight.whole else parts
        topics = {topic for entity in entities for topic, _ in entity.face.hears}
        battery = next(filter(None, map(_battery, entities)), None)
        shown = [entity.id for entity in entities if entity.where[0] not in NO_ENTITY]
        problems = (
            *_unreachable(entities),
            *_missed(entities),
            *_low(entities),
            *_odd(entities),
            *self._refused(entities, topics),
        )
        return DeviceLine(
            id=row.id,
            name=row.name,
            manufacturer=row.details.manufacturer,
            model=row.details.model or row.details.model_id,
            area=self._entries.area_of(row) if sight.whole or self._is_there(row, entities) else None,
            entities=tuple(shown[:MOST_ENTITIES]),
            entity_count=len(shown),
            available=any(entity.available for entity in entities),
            silent=self._last_heard.silent(row) if len(entities) == len(parts) else None,
            signal=next(filter(None, map(_signal, entities)), None),
            battery=battery,
            problems=tuple(filter(sight.tells, problems))[:MOST_PROBLEMS],
        )

    def _is_there(self, row: DeviceRow, entities: list[Entity]) -> bool:
        """Whether any of these is where its device is."""
        return any(self._entries.is_with(row, entity.own) for entity in entities)

    def _entity(self, name: str) -> Entity | None:
        domain, _, object_id = name.partition(".")
        return self._roster.entities.get((domain, object_id))

    def _refused(self, entities: list[Entity], topics: set[str]) -> Iterator[str]:
        """What it said that made no sense, and the parts of it that could not become entities."""
        announced = {entity.topic for entity in entities}
        told = {f"{entity.id}: {entity.fault}" for entity in entities if entity.fault}
        for key, refusal in self._refusals.entries.items():
            topic, _, part = key.partition(" ")
            if key in topics:
                if not refusal.past and refusal.reason not in told:
                    yield f"{key}: {refusal.reason}"
            elif topic in announced:
                yield f"{part or topic} is refused: {refusal.reason}"


def _shown(entity: Entity) -> str | None:
    """State and unit of an entity whose state is known."""
    if entity.word in (UNAVAILABLE, UNKNOWN):
        return None
    return f"{entity.word} {entity.config.unit or ''}".strip()


def _battery(entity: Entity) -> str | None:
    if entity.config.device_class != "battery" or entity.where[0] not in ("sensor", "binary_sensor"):
        return None
    if entity.where[0] == "sensor":
        return _shown(entity)
    return {"on": "low", "off": "good"}.get(entity.word)


def _signal(entity: Entity) -> str | None:
    is_signal = entity.config.device_class == "signal_strength" or entity.config.unit in _SIGNAL_UNITS
    return _shown(entity) if entity.where[0] == "sensor" and is_signal else None


def _unreachable(entities: list[Entity]) -> Iterator[str]:
    away = [entity for entity in entities if not entity.available]
    if away and len(away) == len(entities):
        yield "it cannot be reached"
    elif away:
        yield f"{len(away)} of its {len(entities)} entities cannot be reached: {away[0].id}"
    for entity in entities:
        if entity.available and entity.expired:
            yield f"{entity.id} has said nothing for more than {entity.face.expire_after:g} s"


def _missed(entities: list[Entity]) -> Iterator[str]:
    """What it was told and never confirmed."""
    for entity in entities:
        if missed := entity.marks.get(NOT_CONFIRMED):
            wanted = ", ".join(f"{name} {value}" for name, value in missed["wanted"].items())
            yield f"{entity.id} did not confirm {missed['service']}{f' ({wanted})' if wanted else ''}"


def _odd(entities: list[Entity]) -> Iterator[str]:
    """What makes no sense, and what changes far too often."""
    for entity in entities:
        if entity.fault:
            yield f"{entity.id} is unknown: {entity.fault}"
        if entity.steady is not None and entity.steady.quarantined:
            yield restlessness(entity)


def _low(entities: list[Entity]) -> Iterator[str]:
    for entity in entities:
        battery = _battery(entity)
        if battery == "low" or (battery and _percent(battery) <= _LOW and entity.config.unit == "%"):
            yield f"its battery is low ({battery})" if battery != "low" else "its battery is low"


def _percent(text: str) -> float:
    try:
        return float(text.removesuffix("%"))
    except ValueError:
        return 100.0
