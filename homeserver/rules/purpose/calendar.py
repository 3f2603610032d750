"""Triggers `calendar.event_started` and `calendar.event_ended`: of each calendar that a target means, now and later.

Facts: Home Assistant 2026.11, `calendar/trigger.py`.
"""

from datetime import timedelta
from functools import partial
from typing import Any, Final

from homeserver.rules.compiler import Compiler
from homeserver.rules.engine import Engine
from homeserver.rules.fired import Fired
from homeserver.rules.purpose.kind import Kind, Source, always
from homeserver.rules.purpose.target import read_target
from homeserver.rules.purpose.trigger import EACH, NamedTrigger, options_of
from homeserver.rules.reading.fields import Fields
from homeserver.rules.triggers.calendar import CalendarTrigger, offset_of
from homeserver.rules.triggers.trigger import Trigger
from homeserver.topics.entity import EntityState

NAMES: Final = {"calendar.event_started": "start", "calendar.event_ended": "end"}


class CalendarsTrigger(NamedTrigger):
    """One trigger for each calendar; what fires is this one."""

    def __init__(self, *args: Any, event: str, offset: timedelta, **named: Any) -> None:
        super().__init__(*args, **named)
        self._event = event
        self._offset = offset

    def clear(self) -> None:
        super().clear()
        self._each: dict[str, CalendarTrigger] = {}

    def detach(self, engine: Engine) -> None:
        for one in self._each.values():
            one.detach(engine)
        self._each.clear()
        super().detach(engine)

    def _look(self, moved: set[str] | None) -> None:
        super()._look(moved)
        meant = set(self.entity_ids)
        for entity_id in set(self._each) - meant:
            self._each.pop(entity_id).detach(self.engine)
        for entity_id in meant - set(self._each):
            one = CalendarTrigger(self.id, self.number, self.alias, entity_id, self._event, self._offset)
            self._each[entity_id] = one
            one.attach(self.engine, partial(self._happened, entity_id))

    def _happened(self, entity_id: str, fired: Fired) -> None:
        self.fire(Fired(self, entity_id, now=fired.now, data=fired.data))

    def hear(self, entity_id: str, old: EntityState | None, new: EntityState | None) -> None:
        """What its state says does not matter: a calendar may have several events at once."""


def compile_calendars(name: str, fields: Fields, compiler: Compiler, id: str, number: int, alias: str) -> Trigger:
    options = options_of(fields)
    offset = offset_of(options)
    if options.choice("offset_type", ("before", "after"), "after") == "before":
        offset = -offset  # as it was written until 2026
    options.done()
    kind = Kind(
        name, {"calendar": Source("calendar")}, always, lambda view, id, old, new: True, always, "", combined=False
    )
    target = read_target(fields, kind, compiler)
    return CalendarsTrigger(
        id, number, alias, None, kind=kind, target=target, behavior=EACH, event=NAMES[name], offset=offset
    )
