"""What is switched at the device itself, by a wall switch say, holds for a while against rules, if the home wants that.

A change of state that follows from no command of the home is taken for somebody's hand. It is not where a device only
answers late, twice, or for its neighbours, or comes back: what is under way, what was wanted, and commands to other
parts of the device or to groups count, and a change has to last. What switches by a schedule of its own cannot be
told from a hand; nor does brightness, a colour or a temperature hold. Decision: docs/decisions/0029.
"""

from collections.abc import Iterator
from functools import partial
from typing import Final

from homeserver.home.entity import STATE, Entity
from homeserver.home.holding import Holding
from homeserver.home.roster import Roster, where_of
from homeserver.runtime.clock import Clock, Timer
from homeserver.topics.entity import UNAVAILABLE, UNKNOWN

SETTLED: Final = 1.0
"""Seconds that a change must last: devices answer a command with what they were before, and then with what they are."""
_BACK: Final = 10.0
"""Seconds in which a device that has power or a connection again tells what it is like, not what somebody did."""
_BY_HAND: Final = frozenset(
    ("climate", "cover", "fan", "humidifier", "light", "siren", "switch", "valve", "water_heater")
)
_ON_THE_WAY: Final = frozenset(("opening", "closing"))
"""What comes after these was decided before, perhaps by a command that is long over."""
_NOTHING: Final = frozenset(("", UNAVAILABLE, UNKNOWN))


class Touching:
    """`changed` is told of each new state of a device; `seconds`: for how long a hand holds."""

    def __init__(self, clock: Clock, holding: Holding, roster: Roster, seconds: float) -> None:
        self._clock = clock
        self._holding = holding
        self._roster = roster
        self._seconds = seconds
        self._waiting: dict[str, Timer] = {}
        """By own id of what was switched a moment ago."""
        self._back: dict[str, float] = {}
        """By own id of what came back: until when it is still finding itself."""

    def changed(self, entity: Entity, before: str) -> None:
        """The state of an entity is another than `before`."""
        if entity.word in _NOTHING or before in _ON_THE_WAY or entity.where[0] not in _BY_HAND:
            return
        now = self._clock.monotonic()
        if before in _NOTHING:
            self._back[entity.own] = now + _BACK
        elif STATE in entity.face.reported and now >= self._back.get(entity.own, now) and not self._obeys(entity):
            if (waiting := self._waiting.get(entity.own)) is not None:
                waiting.cancel()
            hold = partial(self._hold, entity.own, entity.where, entity.word)
            self._waiting[entity.own] = self._clock.call_later(SETTLED, hold)

    def close(self) -> None:
        """What has not lasted long enough by now holds nothing."""
        for waiting in self._waiting.values():
            waiting.cancel()
        self._waiting.clear()

    def _hold(self, own: str, where: tuple[str, str], word: str) -> None:
        del self._waiting[own]
        entity = self._roster.find(where)
        if entity is not None and entity.own == own and entity.word == word and not self._obeys(entity):
            self._holding.touched(entity, self._seconds)

    def _obeys(self, entity: Entity) -> bool:
        """Whether a command may be why the entity is as it is now."""
        if entity.pending is not None:
            return True
        now = self._clock.monotonic()
        if entity.command is not None and now < entity.command[1] and entity.command[2] in (None, entity.state):
            return True
        return any(one.command is not None and now < one.command[1] for one in self._others(entity))

    def _others(self, entity: Entity) -> Iterator[Entity]:
        """The other parts of the device, and all that speak for several."""
        device = self._roster.registry.find_device(entity.config.device.id) if entity.config.device else None
        for id in device.entities if device is not None else ():
            other = self._roster.entities.get(where_of(id))
            if other is not None and other is not entity:
                yield other
        for other in self._roster.entities.values():
            if other.command is not None and "group" in other.config.capabilities:
                yield other
