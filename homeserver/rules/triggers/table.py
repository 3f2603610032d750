"""Triggers: what a rule listens for. One row in `TRIGGERS` for each kind."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

from homeserver.rules.compiler import Compiler
from homeserver.rules.purpose import names
from homeserver.rules.purpose.calendar import NAMES as CALENDARS
from homeserver.rules.purpose.calendar import compile_calendars
from homeserver.rules.purpose.remaining import NAME as REMAINING
from homeserver.rules.purpose.remaining import compile_remaining
from homeserver.rules.purpose.trigger import compile_named
from homeserver.rules.reading.fields import Fields
from homeserver.rules.reading.problem import nearest, not_yet
from homeserver.rules.triggers.calendar import compile_calendar
from homeserver.rules.triggers.conversation import compile_conversation
from homeserver.rules.triggers.device import compile_device
from homeserver.rules.triggers.event import compile_event, compile_notification, compile_start, compile_tag
from homeserver.rules.triggers.geo_location import compile_geo_location
from homeserver.rules.triggers.mqtt import compile_mqtt
from homeserver.rules.triggers.numeric_state import compile_numeric_state
from homeserver.rules.triggers.pace import compile_pace
from homeserver.rules.triggers.state import compile_state
from homeserver.rules.triggers.sun import SUN_TRIGGERS
from homeserver.rules.triggers.template import compile_template
from homeserver.rules.triggers.time import compile_time
from homeserver.rules.triggers.time_pattern import compile_time_pattern
from homeserver.rules.triggers.trigger import Trigger
from homeserver.rules.triggers.webhook import compile_webhook
from homeserver.rules.triggers.zone import compile_zone

Compile = Callable[[Fields, Compiler, str, int, str], Trigger]
TRIGGERS: Final[Mapping[str, Compile]] = {
    "state": compile_state,
    "numeric_state": compile_numeric_state,
    "template": compile_template,
    "event": compile_event,
    "device": compile_device,
    "mqtt": compile_mqtt,
    "webhook": compile_webhook,
    "homeassistant": compile_start,
    "conversation": compile_conversation,
    "sentence": compile_conversation,
    "calendar": compile_calendar,
    "tag": compile_tag,
    "zone": compile_zone,
    REMAINING: compile_remaining,
    **{name: partial(compile_calendars, name) for name in CALENDARS},
    "geo_location": compile_geo_location,
    "persistent_notification": compile_notification,
    "time": compile_time,
    "time_pattern": compile_time_pattern,
    **SUN_TRIGGERS,
}
"""By kind."""
PLANNED: Final[frozenset[str]] = frozenset()
"""Kinds of the language that are not built yet."""


def compile_trigger(fields: Fields, compiler: Compiler, number: int) -> Trigger | None:
    """One trigger; None for one that is not enabled, whatever else it says. Raises `RuleError`."""
    if not compiler.enabled(fields):
        return None
    spelling = fields.first("trigger", "platform")
    kind = str(fields.need(spelling, f"say which kind, such as {spelling}: state"))
    compile = _row(kind, fields, spelling)
    id, alias = fields.text("id", str(number)), fields.text("alias")
    made = compile(fields, compiler, id, number, alias)
    if "variables" in fields:
        inner = fields.inner("variables")
        made.variables = compiler.data(inner.node, inner.line(), inner.way)
    made.pace = compile_pace(fields, compiler.templates)
    if fields.flag("ignore_unavailable", False) and (reason := made.ignore_unavailable()):
        raise fields.wrong(reason, "ignore_unavailable")
    made.way, made.line, made.text = fields.way, compiler.shown(fields.line()), _brief(kind, fields)
    fields.done("note")
    return made


_UNTOLD: Final = frozenset({"trigger", "platform", "id", "alias", "variables", "enabled", "note"})


def _brief(kind: str, fields: Fields) -> str:
    """What the trigger waits for: `state entity_id: light.hall, to: on`. Whole: a part of a secret cannot be hidden."""
    parts = [f"{name}: {value}" for name, value in fields.node.items() if name not in _UNTOLD]
    return f"{kind} {', '.join(parts)}"


def _row(kind: str, fields: Fields, spelling: str) -> Compile:
    """How to compile a kind; raises `RuleError`."""
    if kind in TRIGGERS:
        return TRIGGERS[kind]
    if kind in PLANNED or kind in names.PLANNED:
        raise not_yet(f"trigger {kind}", fields.line(spelling), fields.where(spelling))
    if "." not in kind:
        raise fields.wrong(f"there is no trigger {kind!r}{nearest(kind, {*TRIGGERS, *PLANNED})}", spelling)
    if kind not in names.triggers():
        raise fields.wrong(f"there is no trigger {kind!r}{nearest(kind, {*TRIGGERS, *names.triggers()})}", spelling)
    return partial(compile_named, kind)
