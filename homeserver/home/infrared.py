"""Infrared: an emitter sends signals, a receiver tells of those that it sees; `schema` says which of them.

A signal is a list of times in microseconds, light and dark in turn. Facts: Home Assistant's documentation of MQTT
Infrared.
"""

from collections.abc import Mapping
from typing import Any, Final

import orjson

from homeserver.home.component import ALL, Component, Reads
from homeserver.home.config import Config, Refused
from homeserver.home.entity import STATE, Encode, Entity, Happening, Send, Wish
from homeserver.home.events import moments, object_of
from homeserver.home.parsing import IGNORED, NONE, Parse
from homeserver.home.report import Unreadable
from homeserver.home.values import payload
from homeserver.view.templates import Templates

_NOTHING: Final = ("", NONE, "null", '""')
_LONGEST: Final = 10_000


def _signal(config: Config) -> Parse:
    moment = moments(config)

    def parse(text: str) -> Any:
        if text in _NOTHING:
            return IGNORED
        fields = object_of(text)
        timings, modulation = fields.get("timings"), fields.get("modulation")
        if not isinstance(timings, list) or not 0 < len(timings) <= _LONGEST or {*map(type, timings)} != {int}:
            raise Unreadable(f"`timings` must be a list of 1 to {_LONGEST} whole numbers")
        if modulation is not None and type(modulation) is not int:
            raise Unreadable("`modulation` must be a whole number")
        return Happening("infrared_received", {"timings": timings, "modulation": modulation}, {STATE: moment()})

    return parse


def _send(config: Config, templates: Templates) -> Encode:
    """A template sees the parts of the signal by name, and the whole as JSON in `value`."""
    topic = config.needed_topic("command_topic")
    encoded = payload(config, "command_template", templates)
    moment = moments(config)

    def encode(entity: Entity, data: Mapping[str, Any]) -> Wish:
        signal = {
            "timings": list(data["timings"]),
            "modulation": data.get("modulation"),
            "repeat_count": data.get("repeat_count", 0),
        }
        sent = encoded(orjson.dumps(signal).decode(), signal)
        return Wish((Send(topic, sent),), {STATE: moment()})

    return encode


EMITTER: Final = Component(
    domain="infrared",
    names="Infrared emitter",
    needs=("command_topic",),
    services={"send_command": _send},
)

RECEIVER: Final = Component(
    domain="infrared",
    names="Infrared receiver",
    needs=("state_topic",),
    reads=(Reads("state_topic", "value_template", _signal, into=ALL, fresh=True),),
    reported=lambda config: frozenset((STATE,)),
)


def infrared(config: Config) -> Component:
    """By `schema`; without it by the topic that is given."""
    schema = config.text("schema", "receiver" if config.has("state_topic") else "emitter")
    if schema not in ("emitter", "receiver"):
        raise Refused(f"`schema` is {schema[:40]!r}: it must be emitter or receiver")
    return EMITTER if schema == "emitter" else RECEIVER
