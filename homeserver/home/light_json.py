"""The JSON dialect of lights: one message with all that is wished or reported. Zigbee2MQTT and ESPHome speak it.

Facts: Home Assistant's documentation of the MQTT light, "JSON schema".
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

import orjson

from homeserver.home.component import ALL, JSON_REPORT, Component, Reads
from homeserver.home.config import Config
from homeserver.home.entity import Encode, Entity, Send, Wish
from homeserver.home.light import FACTS, Lamp, lamp_of, present_of, shown_of
from homeserver.home.light_wish import dimmed, facts_of, scaled, wish_of
from homeserver.home.report import Unreadable
from homeserver.view.templates import Templates

_CHANNELS: Final = {"hs": "hs", "xy": "xy", "rgb": "rgb", "rgbw": "rgbw", "rgbww": "rgbcw"}
"""Colour modes with their keys in the `color` object: of two whites the cold one is `c`, the warm one `w`."""
_STATES: Final = {"ON": "on", "OFF": "off", None: None}
_OLD_FLAGS: Final = {"rgb": "rgb", "xy": "xy", "hs": "hs", "color_temp": "color_temp"}
"""Flags of earlier versions, each of which stood for a colour mode."""
_REPORTED: Final = FACTS | {"state"}


def lamp(config: Config) -> Lamp:
    """A lamp can do what it lists, or what the flags of earlier versions say. One that says itself that it has no
    brightness or no effects has none."""
    modes = set(config.texts("supported_color_modes"))
    modes |= {mode for key, mode in _OLD_FLAGS.items() if config.flag(key)}
    if not modes:
        modes = {"brightness" if config.flag("brightness") else "onoff"}
    if modes == {"brightness"} and not config.flag("brightness", True):
        modes = {"onoff"}
    return lamp_of(config, modes, effects=config.flag("effect", "effect_list" in config.fields))


def _report(config: Config) -> Callable[[Any], Any]:
    own = lamp(config)
    scale = config.number("brightness_scale", 255, 1)

    def parse(values: Any) -> dict[str, Any]:
        if not isinstance(values, dict):
            raise Unreadable("the report is no JSON object")
        facts: dict[str, Any] = {}
        if "state" in values:
            facts["state"] = _state(values["state"])
        level = values.get("brightness")
        if isinstance(level, int | float) and level > 0:
            facts["brightness"] = min(255, max(1, round(level / scale * 255)))
        if isinstance(effect := values.get("effect"), str):
            facts["effect"] = effect
        return facts | _colour(values, own)

    return parse


def _state(word: Any) -> str | None:
    try:
        return _STATES[word.upper() if isinstance(word, str) else word]
    except (KeyError, TypeError):
        raise Unreadable(f"`state` is {str(word)[:60]!r}: it must be ON, OFF or null") from None


def _colour(values: Mapping[str, Any], own: Lamp) -> dict[str, Any]:
    """The colour in the mode that the report names, else in the one that its keys fit."""
    given = values.get("color")
    channels: dict[str, Any] = given if isinstance(given, dict) else {}
    mode = values.get("color_mode")
    if mode is None:
        fitting = [
            one
            for one in ("xy", "hs", "rgbww", "rgbw", "rgb")
            if one in own.modes and set(_CHANNELS[one]) <= set(channels)
        ]
        mode = fitting[0] if fitting else "color_temp" if values.get("color_temp") else None
    if mode not in own.modes:
        return {}
    if mode == "color_temp":
        number = values.get("color_temp")
        kelvin = own.kelvin_from(number) if isinstance(number, int | float) else None
        return {"color_mode": mode} | ({"color_temp_kelvin": kelvin} if kelvin else {})
    if mode not in _CHANNELS:
        return {"color_mode": mode}
    return {"color_mode": mode} | _channels(mode, channels)


def _channels(mode: str, channels: Mapping[str, Any]) -> dict[str, Any]:
    try:
        found = tuple(float(channels[key]) for key in _CHANNELS[mode])
    except KeyError:
        return {}
    except (TypeError, ValueError, OverflowError):
        raise Unreadable(f"`color` {str(channels)[:60]} must hold numbers") from None
    if mode.startswith("rgb"):
        return {f"{mode}_color": tuple(min(255, max(0, round(channel))) for channel in found)}
    return {f"{mode}_color": found}


class _Switch:
    """Makes the messages of one lamp."""

    def __init__(self, config: Config, _: Templates) -> None:
        self.lamp = lamp(config)
        self.topic = config.needed_topic("command_topic")
        self.dims_apart = config.flag("brightness")
        self.dims = config.flag("brightness", True)
        self.scale = config.whole("brightness_scale", 255, 1, 1_000_000)
        self.white_scale = config.whole("white_scale", 255, 1, 1_000_000)
        self.flashes = {
            "short": config.whole("flash_time_short", 2, 0, 3600),
            "long": config.whole("flash_time_long", 10, 0, 3600),
        }
        self.plain_on = self._wish({"state": "ON"}, {"state": "on"})
        self.plain_off = self._wish({"state": "OFF"}, {"state": "off"})

    def turn_on(self, entity: Entity, data: Mapping[str, Any]) -> Wish:
        if not data:
            return self.plain_on
        wish = wish_of(entity, data, self.lamp)
        if wish.get("brightness") == 0:
            return self.turn_off(entity, {name: data[name] for name in ("flash", "transition") if name in data})
        return self._wish({"state": "ON"} | self._moment(wish) | self._message(wish), facts_of(wish))

    def turn_off(self, entity: Entity, data: Mapping[str, Any]) -> Wish:
        if not data:
            return self.plain_off
        return self._wish({"state": "OFF"} | self._moment(data), {"state": "off"})

    def _wish(self, message: dict[str, Any], facts: dict[str, Any]) -> Wish:
        return Wish((Send(self.topic, orjson.dumps(message)),), facts, float(message.get("transition", 0)))

    def _moment(self, wish: Mapping[str, Any]) -> dict[str, Any]:
        moment: dict[str, Any] = {}
        if (flash := wish.get("flash")) is not None:
            moment["flash"] = self.flashes[flash]
        if (transition := wish.get("transition")) is not None:
            moment["transition"] = transition
        return moment

    def _message(self, wish: Mapping[str, Any]) -> dict[str, Any]:
        message: dict[str, Any] = {}
        folded = False
        for mode, keys in _CHANNELS.items():
            if (channels := wish.get(f"{mode}_color")) is not None:
                if folded := mode.startswith("rgb") and not self.dims_apart:
                    channels = dimmed(channels, wish.get("brightness", 255))
                message["color"] = dict(zip(keys, channels, strict=True))
        if (brightness := wish.get("brightness")) is not None and self.dims and not folded:
            message["brightness"] = scaled(brightness, self.scale)
        if (kelvin := wish.get("color_temp_kelvin")) is not None:
            message["color_temp"] = self.lamp.temperature(kelvin)
        if (effect := wish.get("effect")) is not None:
            message["effect"] = effect
        if (white := wish.get("white")) is not None:
            message["white"] = scaled(white, self.white_scale)
        return message


def _service(name: str) -> Callable[[Config, Templates], Encode]:
    return lambda config, templates: getattr(_Switch(config, templates), name)


JSON: Final = Component(
    domain="light",
    names="Light",
    needs=("command_topic",),
    reads=(Reads("state_topic", JSON_REPORT, _report, into=ALL),),
    services={"turn_on": _service("turn_on"), "turn_off": _service("turn_off")},
    facts=FACTS,
    shows=lambda config: shown_of(lamp(config)),
    present=lambda config: present_of(lamp(config)),
    reported=lambda config: _REPORTED if config.topic("state_topic") else frozenset(),
)
