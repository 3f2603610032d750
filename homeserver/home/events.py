"""What happens and is over at once: event entities, triggers of devices, scanned tags.

A retained message tells of something long past: it is no event. Triggers and tags are no entities; they are said as
events. Facts: Home Assistant's documentation of the MQTT integration, one page for each component.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

import orjson

from homeserver.home.component import ALL, Component, Reads
from homeserver.home.config import Config
from homeserver.home.entity import BY_HOME, STATE, Happening, Present
from homeserver.home.parsing import IGNORED, NONE, Parse
from homeserver.home.report import Unreadable

_NOTHING: Final = ("", NONE, "{}", "null", '""')
_MOST_FIELDS: Final = 100
WHOLE: Final = "event"
"""The fact that holds all that was told of the latest event."""


def moments(config: Config) -> Callable[[], str]:
    """The time as the state of an event, later each time that it is asked for."""
    now, last = config.around.now, datetime.fromtimestamp(0).astimezone()

    def moment() -> str:
        nonlocal last
        last = max(now(), last + timedelta(milliseconds=1))
        return last.isoformat(timespec="milliseconds")

    return moment


def object_of(text: str) -> dict[str, Any]:
    """The JSON object that a text is; raises `Unreadable`."""
    try:
        fields = orjson.loads(text)
    except orjson.JSONDecodeError:
        raise Unreadable(f"{text[:60]!r} is no JSON") from None
    if not isinstance(fields, dict):
        raise Unreadable(f"{text[:60]!r} is no JSON object")
    if len(fields) > _MOST_FIELDS:
        raise Unreadable(f"{len(fields)} fields are more than {_MOST_FIELDS}")
    return fields


def _event(config: Config) -> Parse:
    types, moment = config.texts("event_types"), moments(config)

    def parse(text: str) -> Any:
        if text in _NOTHING:
            return IGNORED
        fields = object_of(text)
        if "event_type" not in fields:
            raise Unreadable("`event_type` is missing in what was told of the event")
        kind = str(fields.pop("event_type"))
        if kind not in types:
            raise Unreadable(f"{kind[:60]!r} is none of the event types {', '.join(types)[:200]}")
        told = {name: one for name, one in fields.items() if name not in BY_HOME}
        return {STATE: moment(), WHOLE: {"event_type": kind, **told}}

    return parse


def _shows_event(config: Config) -> Present:
    def present(state: str | None, facts: Mapping[str, Any]) -> dict[str, Any]:
        return dict(facts.get(WHOLE) or {"event_type": None})

    return present


def _trigger(config: Config) -> Parse:
    """Every message counts, or those that say `payload`."""
    config.word("automation_type", "trigger", ("trigger",))
    wanted = config.maybe_text("payload") or None
    named = {"type": config.text("type", ""), "subtype": config.text("subtype", "")}

    def parse(text: str) -> Any:
        if wanted is not None and text != wanted:
            return IGNORED
        return Happening("device_trigger", {**named, "payload": text[:255]})

    return parse


def _tag(config: Config) -> Parse:
    def parse(text: str) -> Any:
        tag = text.strip()
        if not tag or tag == NONE:
            return IGNORED
        if len(tag) > _LONGEST_TAG:
            raise Unreadable(f"{len(tag)} signs are more than the {_LONGEST_TAG} that the id of a tag may have")
        return Happening("tag_scanned", {"tag_id": tag})

    return parse


_LONGEST_TAG: Final = 255

EVENT: Final = Component(
    domain="event",
    names="Event",
    needs=("state_topic", "event_types"),
    reads=(Reads("state_topic", "value_template", _event, into=ALL, fresh=True),),
    shows=lambda config: {"event_types": list(config.texts("event_types"))},
    present=_shows_event,
    facts=frozenset((WHOLE,)),
    whole=WHOLE,
)

DEVICE_AUTOMATION: Final = Component(
    domain="device_automation",
    names="Trigger",
    needs=("topic", "type", "subtype"),
    reads=(Reads("topic", "value_template", _trigger, into=ALL, fresh=True),),
)

TAG: Final = Component(
    domain="tag",
    names="Tag scanner",
    needs=("topic",),
    reads=(Reads("topic", "value_template", _tag, into=ALL, fresh=True),),
)
