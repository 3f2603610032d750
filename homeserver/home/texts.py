"""Entities that take words: text, notify, scene.

Facts: Home Assistant's documentation of the MQTT integration, one page for each component.
"""

from collections.abc import Mapping
from typing import Any, Final

from homeserver.home.component import Component, Make, Reads, Sends
from homeserver.home.config import Config, Refused
from homeserver.home.entity import Entity
from homeserver.home.parsing import NONE, Parse
from homeserver.home.report import Unreadable
from homeserver.topics.call import CallError
from homeserver.topics.record import record
from homeserver.view import regex
from homeserver.view.bounds import BoundError

_LONGEST: Final = 255


@record
class Form:
    """What a text must be like."""

    low: int
    high: int
    pattern: str | None
    mode: str

    def fault(self, text: str) -> str | None:
        """What is wrong with a text."""
        if not self.low <= len(text) <= self.high:
            return f"{len(text)} signs: it must have {self.low} to {self.high}"
        if self.pattern is None:
            return None
        try:
            fits = regex.run(lambda compiled: compiled.match(text), text, self.pattern)
        except BoundError as error:
            return str(error)
        return None if fits else f"{text[:60]!r} does not match {self.pattern[:100]}"


def _form(config: Config) -> Form:
    low, high = config.whole("min", 0, 0, _LONGEST), config.whole("max", _LONGEST, 1, _LONGEST)
    if low > high:
        raise Refused(f"`min` {low} is above `max` {high}")
    pattern = config.maybe_text("pattern")
    if pattern:
        try:
            regex.run(lambda compiled: compiled.match(""), "", pattern)
        except BoundError as error:
            raise Refused(f"`pattern` cannot be used: {error}") from None
    return Form(low, high, pattern or None, config.word("mode", "text", ("text", "password")))


def _read_text(config: Config) -> Parse:
    form = config.once(_form)

    def parse(text: str) -> str | None:
        if text == NONE:
            return None
        if fault := form.fault(text):
            raise Unreadable(fault)
        return text

    return parse


def _set_text(config: Config) -> Make:
    form = config.once(_form)

    def make(entity: Entity, data: Mapping[str, Any]) -> tuple[Any, dict[str, Any]]:
        text = data["value"]
        if fault := form.fault(text):
            raise CallError("invalid", fault, "value")
        return text, {"state": text}

    return make


def _text_shows(config: Config) -> dict[str, Any]:
    form = config.once(_form)
    return {"min": form.low, "max": form.high, "pattern": form.pattern, "mode": form.mode}


def _send_message(config: Config) -> Make:
    now = config.around.now
    return lambda entity, data: (data["message"], {"state": now().isoformat(timespec="milliseconds")})


def _activate(config: Config) -> Make:
    now, word = config.around.now, config.text("payload_on", "ON")

    def make(entity: Entity, data: Mapping[str, Any]) -> tuple[Any, dict[str, Any]]:
        if data.get("transition") is not None:
            raise CallError("invalid", f"{entity.id} is a scene of a device, which takes no transition", "transition")
        return word, {"state": now().isoformat(timespec="milliseconds")}

    return make


TEXT: Final = Component(
    domain="text",
    names="Text",
    needs=("command_topic",),
    reads=(Reads("state_topic", "value_template", _read_text),),
    services={"set_value": Sends(_set_text)},
    shows=_text_shows,
)

NOTIFY: Final = Component(
    domain="notify",
    names="Notify",
    needs=("command_topic",),
    services={"send_message": Sends(_send_message)},
)

SCENE: Final = Component(
    domain="scene",
    names="Scene",
    needs=("command_topic",),
    services={"turn_on": Sends(_activate, template="")},
)
"""Like that of a message, its state is the moment when it was last brought about from here."""
