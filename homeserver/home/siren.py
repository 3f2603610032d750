"""Sirens: on and off, with tone, duration and volume where the device has them.

Facts: Home Assistant's documentation of the MQTT siren.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

import orjson

from homeserver.home.component import ALL, Component, EncodeOf, Reads
from homeserver.home.config import Config
from homeserver.home.entity import STATE, Encode, Entity, Send, Wish
from homeserver.home.parsing import IGNORED, NONE, Parse, object_of, word_of
from homeserver.home.report import Unreadable
from homeserver.home.values import payload
from homeserver.topics.call import CallError
from homeserver.view.templates import Templates

_TONE: Final = "tone"
_DURATION: Final = "duration"
_VOLUME: Final = "volume_level"
_LONGEST: Final = 86_400


def _qualities(config: Config) -> dict[str, Callable[[Any], bool]]:
    """What this siren can be told besides on and off, with what is right for each."""
    found: dict[str, Callable[[Any], bool]] = {}
    if tones := config.texts("available_tones"):
        found[_TONE] = lambda value: str(value) in tones
    if config.flag("support_duration", True):
        found[_DURATION] = lambda value: isinstance(value, int | float) and 0 < value <= _LONGEST
    if config.flag("support_volume_set", True):
        found[_VOLUME] = lambda value: isinstance(value, int | float) and 0 <= value <= 1
    return found


def _words(config: Config) -> dict[str, str | None]:
    words: dict[str, str | None] = {}
    for state in ("on", "off"):
        own = config.maybe_text(f"state_{state}")
        words.setdefault(own or config.text(f"payload_{state}", state.upper()), state)
    words.setdefault(NONE, None)
    return words


def _report(config: Config) -> Parse:
    """A word, or JSON with `state` and qualities."""
    words = _words(config)
    qualities = config.once(_qualities)

    def parse(text: str) -> Any:
        if not text or text == "{}":
            return IGNORED
        values = None if text in words else object_of(text)
        if values is None:
            return {STATE: word_of(words, text)}
        state = values.get("state", IGNORED)
        told = {} if state is IGNORED else {STATE: None if state is None else word_of(words, str(state))}
        return told | _fitting(values, qualities)

    return parse


def _fitting(values: Mapping[str, Any], qualities: Mapping[str, Callable[[Any], bool]]) -> dict[str, Any]:
    """The qualities of a report; raises `Unreadable` for a wrong value."""
    found = {name: values[name] for name in qualities if values.get(name) is not None}
    for name, one in found.items():
        if not qualities[name](one):
            raise Unreadable(f"`{name}` {str(one)[:60]!r} is nothing that this siren can")
    return found


def _assumes(config: Config) -> bool:
    return config.topic("state_topic") is None or config.flag("optimistic")


def _turn_on(config: Config, templates: Templates) -> Encode:
    topic = config.needed_topic("command_topic")
    on = config.text("payload_on", "ON")
    qualities = config.once(_qualities)
    made = _made(config, templates, "command_template")
    tones, assumes = config.texts("available_tones"), _assumes(config)

    def encode(entity: Entity, data: Mapping[str, Any]) -> Wish:
        if _TONE in qualities and _TONE in data and not qualities[_TONE](data[_TONE]):
            raise CallError("invalid", f"{data[_TONE]!r} is none of the tones {', '.join(tones)[:300]}", _TONE)
        wanted = {name: data[name] for name in qualities if name in data}
        return _wish(topic, made(on, wanted), {STATE: "on"} | (wanted if assumes else {}))

    return encode


def _turn_off(config: Config, templates: Templates) -> Encode:
    topic = config.needed_topic("command_topic")
    off = config.text("payload_off", "OFF")
    made = _made(config, templates, "command_off_template|command_template")
    return lambda entity, data: _wish(topic, made(off, {}), {STATE: "off"})


def _made(config: Config, templates: Templates, key: str) -> Callable[[str, Mapping[str, Any]], bytes]:
    """The payload of a word and the qualities: by a template, or JSON."""
    if not any(config.has(one) for one in key.split("|")):
        return lambda word, wanted: orjson.dumps({"state": word, **wanted})
    encoded = payload(config, key, templates)
    return lambda word, wanted: encoded(word, {"state": word, **wanted})


def _wish(topic: str, body: bytes, facts: dict[str, Any]) -> Wish:
    """A template that makes nothing sends nothing."""
    return Wish((Send(topic, body),) if body else (), facts)


_SERVICES: Final[Mapping[str, EncodeOf]] = {"turn_on": _turn_on, "turn_off": _turn_off}


def _shows(config: Config) -> dict[str, Any]:
    tones = config.texts("available_tones")
    return {"available_tones": list(tones)} if tones else {}


SIREN: Final = Component(
    domain="siren",
    names="Siren",
    needs=("command_topic",),
    reads=(Reads("state_topic", "state_value_template|value_template", _report, into=ALL),),
    services=_SERVICES,
    facts=frozenset((_TONE, _DURATION, _VOLUME)),
    shows=_shows,
    reported=lambda config: frozenset((STATE,)) if config.topic("state_topic") else frozenset(),
)
