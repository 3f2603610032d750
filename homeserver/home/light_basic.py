"""The basic (default) dialect of lights: a topic of its own for brightness, colour temperature, effect and each
colour.

Facts: Home Assistant's documentation of the MQTT light, "Default schema".
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from homeserver.home.component import ALL, Component, Reads
from homeserver.home.config import Config
from homeserver.home.entity import Encode, Entity, Send, Wish
from homeserver.home.light import FACTS, Lamp, lamp_of, present_of, shown_of
from homeserver.home.light_wish import dimmed, facts_of, scaled, wish_of
from homeserver.home.parsing import IGNORED, NONE, Parse, number_of, numbers_of, words
from homeserver.home.report import Unreadable
from homeserver.home.values import Payload, payload
from homeserver.topics.record import record
from homeserver.view.templates import Templates

_CHANNELS: Final = {
    "hs": ("hue", "sat"),
    "xy": ("x", "y"),
    "rgb": ("red", "green", "blue"),
    "rgbw": ("red", "green", "blue", "white"),
    "rgbww": ("red", "green", "blue", "cold_white", "warm_white"),
}
"""Colour modes with the names of their channels in command templates."""
_TOLD_ON: Final = {
    "state": "state_topic",
    "brightness": "brightness_state_topic",
    "color_mode": "color_mode_state_topic",
    "color_temp_kelvin": "color_temp_state_topic",
    "effect": "effect_state_topic",
    **{f"{mode}_color": f"{mode}_state_topic" for mode in _CHANNELS},
}
"""The topics that tell each quality."""
_MODE_TOPICS: Final = {f"{mode}_command_topic": mode for mode in ("color_temp", *_CHANNELS, "white")}


def _lamp(config: Config) -> Lamp:
    """A lamp can do what it has a command topic for."""
    modes = {mode for topic, mode in _MODE_TOPICS.items() if config.topic(topic)}
    if not modes:
        modes = {"brightness" if config.topic("brightness_command_topic") else "onoff"}
    return lamp_of(config, modes, effects=config.topic("effect_command_topic") is not None)


def _brightness(config: Config) -> Parse:
    scale = config.number("brightness_scale", 255, 1)

    def parse(text: str) -> Any:
        if not text:
            return IGNORED
        if text == NONE:
            return None
        level = number_of(text)
        if level <= 0:
            return IGNORED  # a lamp that is off says so on its state topic
        return min(255, max(1, round(level / scale * 255)))

    return parse


def _temperature(config: Config) -> Parse:
    own = config.once(_lamp)
    sets_mode = not config.topic("color_mode_state_topic")

    def parse(text: str) -> Any:
        if not text or text == NONE:
            return IGNORED
        kelvin = own.kelvin_from(number_of(text))
        if kelvin is None:
            raise Unreadable(f"{text!r} is no colour temperature")
        return {"color_temp_kelvin": kelvin} | ({"color_mode": "color_temp"} if sets_mode else {})

    return parse


def _colour(mode: str) -> Callable[[Config], Parse]:
    """Channels with commas between them; those of a lamp without a topic for brightness tell its brightness too."""
    count = len(_CHANNELS[mode])

    def made(config: Config) -> Parse:
        sets_mode = not config.topic("color_mode_state_topic")
        tells_brightness = mode.startswith("rgb") and not config.topic("brightness_state_topic")

        def parse(text: str) -> Any:
            if not text or text == NONE:
                return IGNORED
            channels: tuple[float, ...] = numbers_of(text, count)
            facts: dict[str, Any] = {"color_mode": mode} if sets_mode else {}
            if mode.startswith("rgb"):
                channels = tuple(min(255, max(0, round(channel))) for channel in channels)
            if tells_brightness and (most := max(channels)) > 0:
                facts["brightness"] = most
                channels = tuple(min(255, round(channel / most * 255)) for channel in channels)
            return facts | {f"{mode}_color": channels}

        return parse

    return made


def _text(_: Config) -> Parse:
    return lambda text: text if text and text != NONE else IGNORED


def _reported(config: Config) -> frozenset[str]:
    return frozenset(name for name, topic in _TOLD_ON.items() if config.topic(topic))


@record
class _Style:
    """A topic for one quality of the light, and how its payload is made."""

    topic: str
    encoded: Payload


class _Switch:
    """Makes the messages of one lamp."""

    def __init__(self, config: Config, templates: Templates) -> None:
        self.lamp = config.once(_lamp)
        self.topic = config.needed_topic("command_topic")
        self.on = config.text("payload_on", "ON").encode()
        self.off = Wish((Send(self.topic, config.text("payload_off", "OFF").encode()),), {"state": "off"})
        self.order = config.word("on_command_type", "last", ("first", "last", "brightness"))
        self.scale = config.whole("brightness_scale", 255, 1, 1_000_000)
        self.white_scale = config.whole("white_scale", 255, 1, 1_000_000)
        self.styles: dict[str, _Style] = {}
        for name in ("brightness", "color_temp", "effect", "white", *_CHANNELS):
            if topic := config.topic(f"{name}_command_topic"):
                self.styles[name] = _Style(topic, payload(config, f"{name}_command_template", templates))
        self.plain = Wish((Send(self.topic, self.on),), {"state": "on"})

    def turn_on(self, entity: Entity, data: Mapping[str, Any]) -> Wish:
        if not data and self.order != "brightness":
            return self.plain
        wish = wish_of(entity, data, self.lamp)
        if wish.get("brightness") == 0:
            return self.off
        if self.order == "brightness" and "brightness" not in wish and "white" not in wish:
            wish["brightness"] = entity.facts.get("brightness") or 255
        sends = self._styled(entity, wish)
        if self.order == "first":
            sends.insert(0, Send(self.topic, self.on))
        elif self.order == "last":
            sends.append(Send(self.topic, self.on))
        return Wish(tuple(sends), facts_of(wish))

    def turn_off(self, entity: Entity, data: Mapping[str, Any]) -> Wish:
        return self.off

    def _styled(self, entity: Entity, wish: dict[str, Any]) -> list[Send]:
        sends = [self._colour(mode, wish, entity) for mode in _CHANNELS if f"{mode}_color" in wish]
        if (brightness := wish.get("brightness")) is not None:
            sends.extend(self._brightness(brightness, wish, entity))
        if (kelvin := wish.get("color_temp_kelvin")) is not None:
            sends.append(self._send("color_temp", self.lamp.temperature(kelvin), {}))
        if (effect := wish.get("effect")) is not None and "effect" in self.styles:
            sends.append(self._send("effect", effect, {}))
        if (white := wish.get("white")) is not None:
            sends.append(self._send("white", scaled(white, self.white_scale), {}))
        return sends

    def _send(self, name: str, value: Any, variables: Mapping[str, Any]) -> Send:
        style = self.styles[name]
        return Send(style.topic, style.encoded(value, variables))

    def _colour(self, mode: str, wish: Mapping[str, Any], entity: Entity) -> Send:
        channels = wish[f"{mode}_color"]
        if mode.startswith("rgb") and "brightness" not in self.styles:
            channels = dimmed(channels, wish.get("brightness") or entity.facts.get("brightness") or 255)
        variables = dict(zip(_CHANNELS[mode], channels, strict=True))
        return self._send(mode, ",".join(str(channel) for channel in channels), variables)

    def _brightness(self, brightness: int, wish: Mapping[str, Any], entity: Entity) -> list[Send]:
        """On its own topic; a lamp without one is dimmed through its colour."""
        if "brightness" in self.styles:
            return [self._send("brightness", scaled(brightness, self.scale), {})]
        for mode in ("rgb", "rgbw", "rgbww"):
            name = f"{mode}_color"
            if mode in self.styles and name not in wish:
                now = entity.facts.get(name) or (255,) * len(_CHANNELS[mode])
                return [self._colour(mode, {**wish, name: now}, entity)]
        return []


def _service(name: str) -> Callable[[Config, Templates], Encode]:
    return lambda config, templates: getattr(config.once(_Switch, templates), name)


BASIC: Final = Component(
    domain="light",
    names="Light",
    needs=("command_topic",),
    reads=(
        Reads(
            "state_topic",
            "state_value_template|value_template",
            words(on=("payload_on", "ON"), off=("payload_off", "OFF")),
        ),
        Reads("brightness_state_topic", "brightness_value_template", _brightness, into="brightness"),
        Reads("color_mode_state_topic", "color_mode_value_template", _text, into="color_mode"),
        Reads("color_temp_state_topic", "color_temp_value_template", _temperature, into=ALL),
        Reads("effect_state_topic", "effect_value_template", _text, into="effect"),
        *(Reads(f"{mode}_state_topic", f"{mode}_value_template", _colour(mode), into=ALL) for mode in _CHANNELS),
    ),
    services={"turn_on": _service("turn_on"), "turn_off": _service("turn_off")},
    facts=FACTS,
    shows=lambda config: shown_of(config.once(_lamp)),
    present=lambda config: present_of(config.once(_lamp)),
    reported=_reported,
)
