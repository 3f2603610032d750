"""What the home says of its entities: configs, states, and the registry's words; only where something differs."""

import logging
from collections.abc import Callable

from homeserver.home.entity import NO_ENTITY, Entity, Happening, Wish
from homeserver.home.entries import Entries
from homeserver.home.registry import DeviceRow
from homeserver.home.steadying import Steadying
from homeserver.runtime.house import House
from homeserver.topics.cause import Cause
from homeserver.topics.entity import ENTITY_CONFIG, ENTITY_STATE, UNAVAILABLE, EntityState
from homeserver.topics.event import DEVICE_EVENT, DeviceEvent

log = logging.getLogger(__name__)


class Saying:
    """Silent until `aloud`: while the home opens, only the outcome of all that arrives is worth a word."""

    def __init__(self, house: House, entries: Entries) -> None:
        self.aloud = False
        self.touched: Callable[[Entity, str], None] | None = None
        """Told of an entity whose device gave it another state, and which it was before."""
        self._house = house
        self._clock = house.clock
        self.entries = entries
        self.steadying = Steadying(house.clock, self.state, self._notice)

    def state(self, entity: Entity, *, force: bool = False, parent: Cause | None = None) -> None:
        """Say an entity's state if it differs from what was said, or in any case. `parent`: the command that alone is
        the cause, where the device has said nothing."""
        if entity.happened is not None and self.aloud:
            self._event(entity, entity.happened)
        if entity.steady is not None and self.aloud and self.steadying.holds(entity, entity.steady):
            return
        state, attributes, before = entity.word, entity.attributes, entity.said_state
        same = state == before
        if (same and not force and attributes == entity.said_attributes) or not self.aloud:
            return
        if entity.where[0] in NO_ENTITY:
            return
        now = self._clock.now()
        if not same or force or entity.changed is None:
            entity.changed = now
        entity.said_state, entity.said_attributes = state, attributes
        message = EntityState(state, attributes, entity.changed, now, self._cause(entity, parent))
        self._house.say(ENTITY_STATE, message, *entity.where)
        if entity.steady is not None:
            self.steadying.told(entity.steady)
        elif not same and (entity.face.pace > 0 or state == UNAVAILABLE):
            self.steadying.count(entity)
        if self.touched is not None and not same and parent is None:
            self.touched(entity, before)

    def _notice(self, entity: Entity, message: str) -> None:
        """Say something about an entity that people should know, once."""
        log.warning("%s", message)
        self._event(entity, Happening("flapping", {"message": message}))

    def _event(self, entity: Entity, happened: Happening) -> None:
        entity.happened = None
        device = entity.config.device.id if entity.config.device else None
        id = None if entity.where[0] in NO_ENTITY else entity.id
        cause = self._house.cause(entity.by)
        self._house.say(DEVICE_EVENT, DeviceEvent(happened.type, device, id, self._clock.now(), happened.data, cause))

    def _cause(self, entity: Entity, parent: Cause | None) -> Cause:
        """The device; behind it the command that this change follows from, if it is what the command wanted."""
        if parent is not None:
            return self._house.cause(parent=parent)
        if entity.command is None:
            return self._house.cause(entity.by)
        cause, until, wanted = entity.command
        if self._clock.monotonic() >= until:
            entity.command = None
            return self._house.cause(entity.by)
        follows = wanted is None or wanted == entity.state
        return self._house.cause(entity.by, cause if follows else None)

    def again(self, entity: Entity, before: EntityState | None) -> None:
        """The first word on an entity in this run; `before` is what the broker kept of an earlier one."""
        if before is not None and before.state == entity.word:
            entity.changed = before.changed
            entity.said_state = before.state
            if before.attributes == plain(entity.attributes):
                entity.said_attributes = entity.attributes
                self._house.say(ENTITY_STATE, before, *entity.where)
                return
        self.state(entity)

    def config(self, entity: Entity) -> None:
        """Say what an entity is."""
        if self.aloud and entity.where[0] not in NO_ENTITY:
            self.entries.entity(entity.own)  # first: it tells which other ids lead to it
            self._house.say(ENTITY_CONFIG, entity.config, *entity.where)

    def gone(self, where: tuple[str, ...]) -> None:
        """Take back what an entity is, and its state."""
        if where[0] in NO_ENTITY:
            return
        self._house.say(ENTITY_CONFIG, None, *where)
        self._house.say(ENTITY_STATE, None, *where)

    def moved(self, entity: Entity) -> None:
        """Say all that is known of an entity under its new id."""
        if not self.aloud or entity.where[0] in NO_ENTITY:
            return
        self.config(entity)
        state, attributes, now = entity.word, entity.attributes, self._clock.now()
        entity.said_state, entity.said_attributes = state, attributes
        message = EntityState(state, attributes, entity.changed or now, now, self._house.cause(entity.by))
        self._house.say(ENTITY_STATE, message, *entity.where)

    def device(self, row: DeviceRow) -> None:
        """Say what is known of a device."""
        if self.aloud:
            self.entries.device(row)

    def assume(self, entity: Entity, wish: Wish) -> None:
        """Take for granted what a device will not report."""
        reported = entity.face.reported
        assumed = {name: value for name, value in wish.facts.items() if name not in reported}
        if assumed and entity.learn(assumed):
            self.state(entity)


def plain(attributes: dict[str, object]) -> dict[str, object]:
    """Attributes as they come back from JSON: lists for tuples."""
    return {name: list(value) if isinstance(value, tuple) else value for name, value in attributes.items()}
