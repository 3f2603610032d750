"""What triggers of time have in common: they wait for moments on the engine's schedule."""

import hashlib
from abc import abstractmethod
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any, Final

from homeserver.rules.engine import Engine
from homeserver.rules.fired import Fired
from homeserver.rules.moments import Comes
from homeserver.rules.schedule import Entry
from homeserver.rules.triggers.trigger import Fire, Trigger, nowhere

_NOTHING: Final[Mapping[str, Any]] = {}


class TimedTrigger(Trigger):
    """Waits for one or more moments, each in a slot of its own. `missed`: see `reading.missed`."""

    def __init__(self, id: str, number: int, alias: str, missed: float) -> None:
        super().__init__(id, number, alias)
        self._missed = missed
        self.engine: Engine
        self.clear()

    def clear(self) -> None:
        self._entries: dict[Any, Entry] = {}

    def attach(self, engine: Engine, fire: Fire) -> None:
        self.fire, self.engine = fire, engine
        self.plan_all()

    def detach(self, engine: Engine) -> None:
        for entry in self._entries.values():
            engine.schedule.remove(entry)
        self._entries.clear()
        self.fire = nowhere

    @abstractmethod
    def plan_all(self) -> None:
        """Wait for what it is about."""

    def plan(self, slot: Any, comes: Comes | None, data: Mapping[str, Any] = _NOTHING) -> None:
        """Wait for this in a slot, and no longer for what was in it. What is waited for already goes on."""
        before = self._entries.get(slot)
        if before is not None:
            if before.comes == comes:
                return
            self.engine.schedule.remove(self._entries.pop(slot))
        if comes is not None:
            call = partial(self.due, slot, data)
            self._entries[slot] = self.engine.schedule.add(comes, call, self._missed)

    def due(self, slot: Any, data: Mapping[str, Any], moment: datetime) -> None:
        """The moment has come."""
        key = self._key(slot, moment)
        if not key or not self.engine.journal.holds(key):
            self.fire(Fired(self, now=moment, data=data, key=key))

    def _key(self, slot: Any, moment: datetime) -> str:
        """The same if this moment is met once more after a restart: commands are then said under the same ids."""
        if self.rule is None or not self._missed:
            return ""
        what = f"{self.rule.id} {self.number} {slot} {moment.timestamp()}"
        return hashlib.sha256(what.encode()).hexdigest()[:24]

    def describe(self, fired: Fired, engine: Engine) -> dict[str, Any]:
        now = fired.now or engine.clock.now()
        return {**super().describe(fired, engine), "now": now.astimezone(engine.zone)}
