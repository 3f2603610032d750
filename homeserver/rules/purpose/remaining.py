"""Trigger `timer.remaining_time_reached`: a timer has only so long to run any more.

Facts: Home Assistant 2026.11, `timer/trigger.py`. Nothing has to be kept over a restart: a timer says when it ends.
"""

from datetime import datetime, timedelta
from typing import Any, Final

from homeserver.rules.compiler import Compiler
from homeserver.rules.engine import Engine
from homeserver.rules.fired import Fired
from homeserver.rules.purpose.kind import Kind, Source, always
from homeserver.rules.purpose.target import read_target
from homeserver.rules.purpose.trigger import EACH, NamedTrigger, options_of
from homeserver.rules.reading.durations import DurationError, seconds_of
from homeserver.rules.reading.fields import Fields
from homeserver.rules.triggers.trigger import Trigger
from homeserver.runtime.clock import Timer
from homeserver.topics.entity import EntityState

NAME: Final = "timer.remaining_time_reached"
_KIND: Final = Kind(
    NAME, {"timer": Source("timer")}, always, lambda view, id, old, new: True, always, "nearly over", combined=False
)


class RemainingTrigger(NamedTrigger):
    """Sets a clock for each timer that runs; a timer that is changed, paused or ended sets it anew."""

    def __init__(self, *args: Any, left: float, **named: Any) -> None:
        super().__init__(*args, **named)
        self._remaining = timedelta(seconds=left)

    def clear(self) -> None:
        super().clear()
        self._clocks: dict[str, Timer] = {}

    def detach(self, engine: Engine) -> None:
        super().detach(engine)
        for entity_id in tuple(self._clocks):
            self._stop(entity_id)

    def _look(self, moved: set[str] | None) -> None:
        before = set(self.entity_ids)
        super()._look(moved)
        for entity_id in before - set(self.entity_ids):
            self._stop(entity_id)
        for entity_id in set(self.entity_ids) - before:
            self._set(entity_id, self.engine.view.said(entity_id))

    def hear(self, entity_id: str, old: EntityState | None, new: EntityState | None) -> None:
        self._stop(entity_id)
        self._set(entity_id, new)

    def _stop(self, entity_id: str) -> None:
        clock = self._clocks.pop(entity_id, None)
        if clock is not None:
            clock.cancel()

    def _set(self, entity_id: str, state: EntityState | None) -> None:
        ends = None if state is None or state.state != "active" else _moment(state.attributes.get("finishes_at"))
        if ends is None or state is None:
            return
        seconds = (ends - self._remaining - self.engine.clock.now()).total_seconds()
        if seconds > 0:
            self._clocks[entity_id] = self.engine.clock.call_later(seconds, self._reached, entity_id, state)

    def _reached(self, entity_id: str, state: EntityState) -> None:
        self._clocks.pop(entity_id, None)
        self.fire(Fired(self, entity_id, None, state, cause=state.cause, data={"remaining": self._remaining}))


def _moment(text: Any) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return None
    return found if found.tzinfo is not None else None


def compile_remaining(fields: Fields, compiler: Compiler, id: str, number: int, alias: str) -> Trigger:
    options = options_of(fields)
    given = options.need("remaining", "say how long a timer still has to run, such as {minutes: 5}")
    try:
        left = seconds_of(given)
    except DurationError as error:
        raise options.wrong(str(error), "remaining") from error
    options.done()
    target = read_target(fields, _KIND, compiler)
    return RemainingTrigger(id, number, alias, None, kind=_KIND, target=target, behavior=EACH, left=left)
