"""The template dialect of lights: the device brings templates that make each command and take each report apart.

Facts: Home Assistant's documentation of the MQTT light, "Template schema".
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from homeserver.home.component import ALL, Component, Reads
from homeserver.home.config import Config
from homeserver.home.entity import Encode, Entity, Send, Wish
from homeserver.home.light import FACTS, Lamp, lamp_of, present_of, shown_of
from homeserver.home.light_wish import dimmed, facts_of, wish_of
from homeserver.home.parsing import IGNORED, NONE, Parse, number_of, numbers_of, words
from homeserver.home.report import Unreadable
from homeserver.home.values import Payload, payload
from homeserver.view import colour
from homeserver.view.templates import Templates

_CHANNELS: Final = ("red", "green", "blue")


def lamp(config: Config) -> Lamp:
    """A lamp can do what it has a template for."""
    modes = {"onoff"}
    if config.has("brightness_template"):
        modes.add("brightness")
    if config.has("color_temp_template"):
        modes.add("color_temp")
    if all(config.has(f"{channel}_template") for channel in _CHANNELS):
        modes.add("hs")
    return lamp_of(config, modes, effects=True)


def _brightness(_: Config) -> Parse:
    def parse(text: str) -> Any:
        if not text or text == NONE:
            return IGNORED
        level = round(number_of(text))
        if not 0 <= level <= 255:
            raise Unreadable(f"brightness {level} lies outside 0 to 255")
        return level or IGNORED

    return parse


def _temperature(config: Config) -> Parse:
    own = lamp(config)

    def parse(text: str) -> Any:
        if not text or text == NONE:
            return IGNORED
        kelvin = own.kelvin_from(number_of(text))
        if kelvin is None:
            raise Unreadable(f"{text!r} is no colour temperature")
        return {"color_temp_kelvin": kelvin} | ({"color_mode": "color_temp"} if "color_temp" in own.modes else {})

    return parse


def _effect(config: Config) -> Parse:
    effects = config.texts("effect_list")
    return lambda text: text if text in effects else IGNORED


def _colour(_: Config) -> Parse:
    """Red, green and blue with commas between them; their brightness is told elsewhere."""

    def parse(text: str) -> Any:
        if NONE in text or text.startswith(",") or text.endswith(","):
            return IGNORED
        red, green, blue = (round(min(255.0, max(0.0, channel))) for channel in numbers_of(text, 3))
        return {"hs_color": colour.rgb_to_hs((red, green, blue)), "color_mode": "hs"}

    return parse


class _Switch:
    """Makes the messages of one lamp."""

    def __init__(self, config: Config, templates: Templates) -> None:
        self.lamp = lamp(config)
        self.topic = config.needed_topic("command_topic")
        self.on = payload(config, "command_on_template", templates)
        self.dims = config.has("brightness_template")
        self.off = payload(config, "command_off_template", templates)

    def turn_on(self, entity: Entity, data: Mapping[str, Any]) -> Wish:
        wish = wish_of(entity, data, self.lamp)
        if wish.get("brightness") == 0:
            return self.turn_off(entity, {name: data[name] for name in ("transition",) if name in data})
        variables = {"state": "on"} | {
            name: wish[name] for name in ("brightness", "effect", "flash", "transition") if name in wish
        }
        if (kelvin := wish.get("color_temp_kelvin")) is not None:
            variables["color_temp"] = self.lamp.temperature(kelvin)
        if (hs := wish.get("hs_color")) is not None:
            variables |= self._channels(hs, wish, entity)
        return self._wish(self.on, variables, facts_of(wish))

    def turn_off(self, entity: Entity, data: Mapping[str, Any]) -> Wish:
        variables = {"state": "off"} | {name: data[name] for name in ("transition",) if data.get(name) is not None}
        return self._wish(self.off, variables, {"state": "off"})

    def _channels(self, hs: colour.Hs, wish: Mapping[str, Any], entity: Entity) -> dict[str, Any]:
        """A lamp without brightness is dimmed through its channels."""
        rgb: tuple[int, ...] = colour.hs_to_rgb(hs)
        if not self.dims:
            rgb = dimmed(rgb, wish.get("brightness") or entity.facts.get("brightness") or 255)
        return dict(zip(_CHANNELS, rgb, strict=True)) | {"hue": hs[0], "sat": hs[1]}

    def _wish(self, made: Payload, variables: dict[str, Any], facts: dict[str, Any]) -> Wish:
        return Wish((Send(self.topic, made(None, variables)),), facts, float(variables.get("transition", 0)))


def _reported(config: Config) -> frozenset[str]:
    """Without a template for the state a lamp reports nothing that counts."""
    if not (config.topic("state_topic") and config.has("state_template")):
        return frozenset()
    facts = {
        "brightness": "brightness_template",
        "color_temp_kelvin": "color_temp_template",
        "effect": "effect_template",
    }
    found = {name for name, key in facts.items() if config.has(key)}
    return frozenset(found | {"state"} | ({"hs_color", "color_mode"} if "hs" in lamp(config).modes else set()))


def _service(name: str) -> Callable[[Config, Templates], Encode]:
    return lambda config, templates: getattr(_Switch(config, templates), name)


TEMPLATE: Final = Component(
    domain="light",
    names="Light",
    needs=("command_topic", "command_on_template", "command_off_template"),
    reads=(
        Reads("state_topic", "state_template", words(on=("", "on"), off=("", "off")), optional=True),
        Reads("state_topic", "brightness_template", _brightness, into="brightness", optional=True),
        Reads("state_topic", "color_temp_template", _temperature, into=ALL, optional=True),
        Reads(
            "state_topic", ",".join(f"{channel}_template" for channel in _CHANNELS), _colour, into=ALL, optional=True
        ),
        Reads("state_topic", "effect_template", _effect, into="effect", optional=True),
    ),
    services={"turn_on": _service("turn_on"), "turn_off": _service("turn_off")},
    facts=FACTS,
    shows=lambda config: shown_of(lamp(config)),
    present=lambda config: present_of(lamp(config)),
    reported=_reported,
)
