"""What is wished of a lamp, from service data as people write it to what this very lamp can do.

`wish_of` answers with absolute values only: brightness 0-255, one colour in one of the lamp's modes, an effect, and
what only the moment needs (flash, transition). What a lamp cannot do is left out, as a dimmer ignores a colour.
"""

from collections.abc import Mapping
from typing import Any, Final

from homeserver.home.colour_names import rgb_of_name
from homeserver.home.entity import Entity
from homeserver.home.light import COLOURS, Lamp, of_rgb, rgb_of
from homeserver.topics.call import CallError
from homeserver.view import colour

TRANSIENT: Final = ("flash", "transition")
_PREFERRED: Final = ("rgb", "hs", "xy", "rgbw", "rgbww")
"""Into which of a lamp's modes a colour is put that it does not know: the nearest first."""


def wish_of(entity: Entity, data: Mapping[str, Any], lamp: Lamp) -> dict[str, Any]:
    """The normal form of `data`; raises `CallError`. Brightness 0 means off."""
    wish: dict[str, Any] = {name: data[name] for name in TRANSIENT if data.get(name) is not None}
    brightness = _brightness(entity, data)
    if brightness is not None and (lamp.dims or brightness == 0):
        wish["brightness"] = brightness
    if (effect := data.get("effect")) is not None:
        if lamp.effects and effect not in lamp.effects:
            raise CallError("invalid", f"{effect!r} is none of the effects {', '.join(lamp.effects)[:300]}", "effect")
        wish["effect"] = effect
    if (white := _white(data, brightness)) is not None and "white" in lamp.modes:
        return wish | {"white": white, "color_mode": "white"}
    return wish | _colour(data, lamp)


def _brightness(entity: Entity, data: Mapping[str, Any]) -> int | None:
    if (absolute := data.get("brightness")) is not None:
        return int(absolute)
    if (percent := data.get("brightness_pct")) is not None:
        return round(255 * float(percent) / 100)
    step = data.get("brightness_step")
    if step is None and (percent := data.get("brightness_step_pct")) is not None:
        step = round(255 * percent / 100)
    if step is None:
        return None
    now = entity.facts.get("brightness", 255) if entity.state == "on" else 0
    level: int = now + step
    return min(255, max(0, level))


def _white(data: Mapping[str, Any], brightness: int | None) -> int | None:
    white = data.get("white")
    if white is None or white is False:
        return None
    return (255 if brightness is None else brightness) if white is True else int(white)


def _colour(data: Mapping[str, Any], lamp: Lamp) -> dict[str, Any]:
    kelvin = _kelvin(data)
    if kelvin is not None:
        return _temperature(kelvin, lamp)
    if (name := data.get("color_name")) is not None:
        rgb = rgb_of_name(str(name))
        if rgb is None:
            raise CallError("invalid", f"{name!r} is no colour name of CSS, such as red or deepskyblue", "color_name")
        return _coloured("rgb", rgb, lamp)
    for mode in COLOURS:
        if (value := data.get(f"{mode}_color")) is not None:
            return _coloured(mode, tuple(value), lamp)
    return {}


def _kelvin(data: Mapping[str, Any]) -> int | None:
    for key in ("color_temp_kelvin", "kelvin"):
        if (kelvin := data.get(key)) is not None:
            return int(kelvin)
    mired = data.get("color_temp")
    return None if mired is None else colour.kelvin_of(mired)


def _temperature(kelvin: int, lamp: Lamp) -> dict[str, Any]:
    if "color_temp" in lamp.modes:
        return {"color_temp_kelvin": min(max(kelvin, lamp.warmest), lamp.coldest), "color_mode": "color_temp"}
    if "rgbww" in lamp.modes:
        mixed = colour.kelvin_to_rgbww(kelvin, lamp.warmest, lamp.coldest)
        return {"rgbww_color": mixed, "color_mode": "rgbww"}
    return _coloured("rgb", colour.kelvin_to_rgb(kelvin), lamp) if lamp.colours else {}


def _coloured(mode: str, value: Any, lamp: Lamp) -> dict[str, Any]:
    """A colour in its own mode, else in one that the lamp has, else as the white that is nearest to it."""
    if mode in lamp.modes:
        return {f"{mode}_color": value, "color_mode": mode}
    rgb = rgb_of(mode, value, lamp)
    for other in _PREFERRED:
        if other in lamp.modes:
            return {f"{other}_color": of_rgb(other, rgb, lamp), "color_mode": other}
    if "color_temp" in lamp.modes:
        return _temperature(colour.rgb_to_kelvin(rgb), lamp)
    return {}


def facts_of(wish: Mapping[str, Any]) -> dict[str, Any]:
    """What the lamp is like once the wish has come true."""
    facts = {name: value for name, value in wish.items() if name not in TRANSIENT and name != "white"}
    if "white" in wish:
        facts["brightness"] = wish["white"]
    return {"state": "on"} | facts


def dimmed(channels: tuple[int, ...], brightness: int) -> tuple[int, ...]:
    """A colour at a brightness, for lamps that have no other way to be dimmed."""
    return tuple(int(channel * brightness / 255) for channel in channels)


def scaled(value: int, scale: int) -> int:
    """0-255 on the device's own scale; what is not dark stays so."""
    return max(1, min(round(value / 255 * scale), scale)) if value > 0 else 0
