"""How the home comes up: from what the broker and its own file hold to entities that are as they were.

1. Discovery is read until its retained messages are here, and what was announced before is believed still: a broker
that is being filled again, or lost its store, makes nothing blink. 2. The topics of devices are read until theirs are
here. Nothing is said meanwhile. 3. What no report tells is taken from the last states that the broker kept. Then all is
said. What the broker kept before, and nobody says again, is taken away a little later.
"""

from typing import TYPE_CHECKING, Any

from homeserver.home import marks
from homeserver.home.entity import Entity
from homeserver.home.entries import TOPICS
from homeserver.home.former_units import in_unit, unit_said
from homeserver.home.journal import FORMER
from homeserver.home.roster import where_of
from homeserver.home.zones import DOMAIN
from homeserver.topics.entity import ENTITY_CONFIG, ENTITY_STATE, UNAVAILABLE, UNKNOWN, EntityState
from homeserver.topics.topic import Topic

if TYPE_CHECKING:
    from homeserver.home.worker import Home


class Opening:
    """One start of the home. `announce` collects what arrives before it is applied."""

    def __init__(self, home: "Home") -> None:
        self._home = home
        self._announced: dict[str, tuple[bytes, bool]] = {}
        self._collecting = True
        self.doubted: set[str] = set()
        """The topics that the broker kept in earlier runs and does not keep now, though it holds discovery."""
        self._states: dict[tuple[str, ...], EntityState] = {}
        self._configs: set[tuple[str, ...]] = set()
        self._units: dict[tuple[str, ...], str] = {}
        self._entries: list[tuple[Topic[Any], str]] = []

    def announce(self, topic: str, payload: bytes, retained: bool) -> None:
        if self._collecting:
            self._announced[topic] = (payload, retained)
        else:
            self._home.announce(topic, payload, retained)

    async def open(self) -> None:
        home, house = self._home, self._home.house
        await self._read_leftovers()
        for depth in ("x/x/config", "x/x/x/config"):
            home.board.patterns.add(f"{home.prefix}/{depth}")
        house.hear_devices(home.board.patterns.filters, home.device_message)
        await house.snapshot()
        self._collecting = False
        self._apply()
        home.turn.end()
        house.refilter()
        await house.snapshot()
        for entity in home.roster.entities.values():
            self._restore(entity)
        home.saying.aloud = True
        self._say_all()

    async def _read_leftovers(self) -> None:
        left = await self._home.house.leftovers(ENTITY_CONFIG, ENTITY_STATE, *TOPICS)
        for where, config in left.of(ENTITY_CONFIG):
            if config.owner == self._home.name:
                self._configs.add(where)
                if unit := unit_said(config):
                    self._units[where] = unit
            else:
                self._home.registry.others.add(".".join(where))
        self._states = {where: state for where, state in left.of(ENTITY_STATE) if where in self._configs}
        self._entries = [(topic, where[0]) for topic in TOPICS for where, _ in left.of(topic)]

    def _apply(self) -> None:
        """What is announced, and then what was announced before, though it may be doubted."""
        holds = any(payload and retained for payload, retained in self._announced.values())
        home, before = self._home, self._home.registry.announced()
        for topic, (payload, retained) in self._announced.items():
            home.announce(topic, payload, retained)
        for topic, payload, retained in before:
            if topic not in self._announced:
                home.announce(topic, payload, False)
                if holds and retained:
                    self.doubted.add(topic)

    def _before(self, entity: Entity) -> EntityState | None:
        """The last known state; a run that ended while it renamed may have left it under a former id."""
        before = self._states.get(entity.where)
        if before is None and self._states:
            former = self._home.journal.of("entity", entity.own).get(FORMER, ())
            before = next((state for id in former if (state := self._states.get(where_of(id)))), None)
        return before

    def _restore(self, entity: Entity) -> None:
        """Take over the last known state where this start has heard of none."""
        before = self._before(entity)
        if before is None:
            return
        before = in_unit(before, self._units.get(entity.where), entity.config)
        marks.restore(entity, before.attributes)
        availability = entity.face.availability
        if availability is not None:
            availability.before = before.state != UNAVAILABLE
            entity.available = availability.available
        heard = entity.state is not None and entity.state != entity.face.initial
        if before.state == UNAVAILABLE or (heard and before.state != entity.state):
            return
        if before.state != UNKNOWN:
            entity.state = before.state
        entity.restore(before.attributes)
        if entity.expired:
            age = (self._home.house.clock.now() - before.updated).total_seconds()
            self._home.timers.resume(entity, age)

    def _say_all(self) -> None:
        home = self._home
        for entity in home.roster.entities.values():
            home.saying.config(entity)
            home.saying.again(entity, self._before(entity))
        for entity in home.roster.asleep():
            home.entries.entity(entity.own)
        for device in home.registry.devices.values():
            if device.entities:
                home.saying.device(device)
        home.entries.people_made()
        home.entries.of_others()
        for where in self._configs:
            if where not in home.roster.entities and where[0] != DOMAIN:
                home.saying.gone(where)
        home.zones.open(self._states, self._configs)
        for topic, id in self._entries:
            if (topic.template, id) not in home.entries.said:
                home.house.say(topic, None, id)
