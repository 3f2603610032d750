"""Trigger `time`: https://www.home-assistant.io/docs/automation/trigger/#time-trigger"""

from typing import Any

from homeserver.rules.compiler import Compiler
from homeserver.rules.engine import Engine
from homeserver.rules.moments import Moment, moments, weekdays
from homeserver.rules.reading.fields import Fields
from homeserver.rules.run import Fired
from homeserver.rules.triggers.trigger import Fire, Trigger, nowhere


class TimeTrigger(Trigger):
    """A time of day in the home's zone, perhaps only on some weekdays."""

    kind = "time"

    def __init__(self, id: str, number: int, alias: str, moments: tuple[Moment, ...]) -> None:
        super().__init__(id, number, alias)
        self._moments = moments

    def attach(self, engine: Engine, fire: Fire) -> None:
        self.fire = fire
        for moment in self._moments:
            engine.schedule.add(moment, self)

    def detach(self, engine: Engine) -> None:
        engine.schedule.remove(self)
        self.fire = nowhere

    def describe(self, fired: Fired, engine: Engine) -> dict[str, Any]:
        now = fired.now or engine.clock.now()
        return super().describe(fired, engine) | {"now": now.astimezone(engine.zone), "description": "time"}


def compile_time(fields: Fields, compiler: Compiler, id: str, number: int, alias: str) -> Trigger:
    return TimeTrigger(id, number, alias, moments(fields, "at", weekdays(fields, "weekday")))
