"""What time alone does to an entity: a value expires, a motion sensor that never says "off" falls back to it."""

from collections.abc import Callable

from homeserver.home.entity import Entity
from homeserver.runtime.clock import Clock


class Timers:
    """`expire_after` and `off_delay`, counted from each report of the state."""

    def __init__(self, clock: Clock, say: Callable[[Entity], None]) -> None:
        self._clock = clock
        self._say = say

    def restart(self, entity: Entity) -> bool:
        """The entity's state was reported; True when an expired one is alive again."""
        face = entity.face
        entity.drop_timers()
        revived = entity.expired
        entity.expired = False
        if face.expire_after:
            entity.expiry = self._clock.call_later(face.expire_after, self._expire, entity)
        if face.off_delay and entity.state == "on":
            entity.off = self._clock.call_later(face.off_delay, self._off, entity)
        return revived

    def resume(self, entity: Entity, age: float) -> None:
        """An entity whose last report is `age` seconds old, from before this run."""
        left = entity.face.expire_after - age
        if left > 0:
            entity.expired = False
            entity.expiry = self._clock.call_later(left, self._expire, entity)

    def _expire(self, entity: Entity) -> None:
        entity.expiry = None
        entity.expired = True
        self._say(entity)

    def _off(self, entity: Entity) -> None:
        entity.off = None
        if entity.set_state("off"):
            self._say(entity)
