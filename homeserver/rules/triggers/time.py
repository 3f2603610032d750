"""Trigger `time`: https://www.home-assistant.io/docs/automation/trigger/#time-trigger

`at` is a time of day, an entity that holds one, an entity with an offset, a template of these, or a list.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final

from homeserver.rules.compiler import Compiler
from homeserver.rules.engine import Engine
from homeserver.rules.moments import Comes, Moment, clock_time, time_of, weekdays
from homeserver.rules.program import FAULTS
from homeserver.rules.reading.durations import offset_of
from homeserver.rules.reading.entity_times import DOMAINS, moment_of
from homeserver.rules.reading.fields import Fields, check_entity
from homeserver.rules.reading.missed import missed
from homeserver.rules.reading.yaml_source import Map, Seq
from homeserver.rules.triggers.timed import TimedTrigger
from homeserver.rules.triggers.trigger import Trigger
from homeserver.topics.entity import EntityState
from homeserver.topics.record import record
from homeserver.view.templates import Template

_FORMS: Final = "a time such as 07:30 in quotes, an entity such as input_datetime.wake_up, or a template of these"


@record
class EntityTime:
    """The time that an entity holds, and so much later or earlier."""

    entity_id: str
    offset: timedelta


class TimeTrigger(TimedTrigger):
    """Times of day in the home's zone, perhaps only on some weekdays, and times that entities hold."""

    kind = "time"

    def __init__(
        self,
        id: str,
        number: int,
        alias: str,
        missed: float,
        at: tuple[Moment | EntityTime | Template, ...],
        days: frozenset[int],
    ) -> None:
        super().__init__(id, number, alias, missed)
        self._at = at
        self._days = days

    def clear(self) -> None:
        super().clear()
        self._held: dict[str, list[EntityTime]] = {}

    def plan_all(self) -> None:
        for slot, given in enumerate(self._at):
            at = self._rendered(given) if isinstance(given, Template) else given
            if isinstance(at, Moment):
                self.plan(slot, at, {"description": "time", "entity_id": None})
            elif at is not None:
                self._held.setdefault(at.entity_id, []).append(at)
        for entity_id in self._held:
            self.engine.listen(entity_id, self._hear)
            self._hear(entity_id, None, self.engine.view.said(entity_id))

    def detach(self, engine: Engine) -> None:
        for entity_id in self._held:
            engine.unlisten(entity_id, self._hear)
        self._held.clear()
        super().detach(engine)

    def _hear(self, entity_id: str, old: EntityState | None, new: EntityState | None) -> None:
        """Wait for the time that the entity holds now."""
        state = self.engine.shown(entity_id, new)
        for held in self._held.get(entity_id, ()):
            comes: Comes | None = None
            if state is not None:
                comes = moment_of(state, held.offset, self._days, self.engine.zone)
            self.plan(
                (entity_id, held.offset), comes, {"description": f"time set in {entity_id}", "entity_id": entity_id}
            )

    def _rendered(self, template: Template) -> Moment | EntityTime | None:
        """What a template says once, when the rule begins; it sees the rule's `trigger_variables`."""
        try:
            text = str(template.render(self.known_variables())).strip()
        except FAULTS as error:
            self.engine.complain(self, f"at: {error}")
            return None
        if (found := clock_time(text)) is not None:
            return Moment(found, self._days)
        if text.partition(".")[0] in DOMAINS:
            return EntityTime(text, timedelta())
        self.engine.complain(self, f"at: the template says {text!r}, which is not {_FORMS}")
        return None


def compile_time(fields: Fields, compiler: Compiler, id: str, number: int, alias: str) -> Trigger:
    days = weekdays(fields, "weekday")
    value = fields.need("at", f"give {_FORMS}")
    parts = value if isinstance(value, Seq) else (value,)
    if not parts:
        raise fields.wrong(f"at is empty: give {_FORMS}", "at")
    at = tuple(each for part in parts for each in _times(fields, compiler, part, days))
    return TimeTrigger(id, number, alias, missed(fields), at, days)


def _times(
    fields: Fields, compiler: Compiler, value: Any, days: frozenset[int]
) -> Iterator[Moment | EntityTime | Template]:
    if isinstance(value, Map):
        inner = Fields(value, fields.where("at"))
        offset = offset_of(inner, "offset")
        for entity_id in inner.entities("entity_id"):
            _check_domain(inner, entity_id, "entity_id")
            yield EntityTime(entity_id, offset)
        inner.done()
    elif isinstance(value, str) and "{" in value:
        yield compiler.template(value, fields.line("at"), fields.where("at"))
    elif isinstance(value, str) and clock_time(value) is None and "." in value:
        check_entity(value.strip().lower(), fields, "at")
        _check_domain(fields, value.strip().lower(), "at")
        yield EntityTime(value.strip().lower(), timedelta())
    elif isinstance(value, str):
        yield Moment(time_of(fields, "at", value), days)
    else:
        raise fields.wrong(f"at must be {_FORMS}, not {value!r}", "at")


def _check_domain(fields: Fields, entity_id: str, name: str) -> None:
    if entity_id.partition(".")[0] not in DOMAINS:
        raise fields.wrong(f"{entity_id} holds no time: name one of {', '.join(DOMAINS)}", name)
