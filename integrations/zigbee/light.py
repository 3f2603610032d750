"""Lamps: on and off, brightness, colour temperature, colour, with transitions and effects.

ZCL 3.8 (on/off), 3.10 (level), 5.2 (colour), 3.5 (effects of Identify). The state is the JSON of Home Assistant's
schema for lights; brightness in the lamp's own steps, 0 to 254, colour temperature in mired.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import orjson

from homeserver.gateway.features import Feature
from integrations.zigbee.part import ON_CHANGE, Ending, Facts, Part, Says, Send, Watch, Wish, fields_of

ON_OFF: Final = 0x0006
LEVEL: Final = 0x0008
COLOR: Final = 0x0300
IDENTIFY: Final = 0x0003
FULL: Final = 254
_HUE, _SATURATION, _X, _Y, _MIREDS, _MODE = 0x00, 0x01, 0x03, 0x04, 0x07, 0x08
_CAPABILITIES, _COLDEST, _WARMEST = 0x400A, 0x400B, 0x400C
_LEAST, _MOST = 153, 500
"""Mireds that are taken for granted where a lamp does not tell its own."""
_CHANGE: Final = (1, 900, 1)
_EFFECTS: Final = {
    "blink": 0,
    "breathe": 1,
    "okay": 2,
    "channel_change": 0x0B,
    "finish_effect": 0xFE,
    "stop_effect": 0xFF,
}
_FLASHES: Final = {"short": 0, "long": 1}
_NEAR: Final = 2
"""Steps of level by which a lamp may miss what it was told and still have obeyed."""
_CLOSE: Final = 700
"""The same of a colour's coordinates, which lamps fit to what they can show: a hundredth of the plane."""


def light(number: int, ending: Ending, facts: Facts, key: str, name: str | None) -> Part:
    """The lamp of an endpoint."""
    dims, modes = LEVEL in ending.server, _modes(number, ending, facts)
    config: dict[str, Any] = {"schema": "json", "state_topic": "~", "command_topic": "~/set"}
    if dims:
        config |= {"brightness": True, "brightness_scale": FULL}
    if modes:
        config["supported_color_modes"] = modes
    if "color_temp" in modes:
        coldest, warmest = _mireds(number, facts)
        config |= {"min_mireds": coldest, "max_mireds": warmest}
    if IDENTIFY in ending.server:
        config |= {"effect": True, "effect_list": list(_EFFECTS), "flash": True}
    return Part(
        Feature(key, "light", name, config),
        number,
        tuple(_watches(dims, modes)),
        lambda facts: _say(number, modes, dims, facts),
        lambda _, payload, facts: tuple(_obey(number, dims, modes, fields_of(payload), facts)),
    )


def _modes(number: int, ending: Ending, facts: Facts) -> list[str]:
    """What of colour a lamp can do; of hue and coordinates the latter, which are the same for all lamps."""
    if COLOR not in ending.server:
        return []
    told = facts.number(number, COLOR, _CAPABILITIES)
    if told is not None:
        able = int(told)
        modes = ["color_temp"] * bool(able & 0x10) + (["xy"] if able & 0x08 else ["hs"] * bool(able & 0x01))
        if modes:
            return modes
    known = {attribute for end, cluster, attribute in facts.values if (end, cluster) == (number, COLOR)}
    return ["color_temp"] * (_MIREDS in known) + (
        ["xy"] if {_X, _Y} <= known else ["hs"] * ({_HUE, _SATURATION} <= known)
    )


def _mireds(number: int, facts: Facts) -> tuple[int, int]:
    """The coldest and the warmest; lamps that tell nonsense are taken for usual ones."""
    coldest = int(facts.number(number, COLOR, _COLDEST) or 0)
    warmest = int(facts.number(number, COLOR, _WARMEST) or 0)
    return (coldest, warmest) if 50 <= coldest < warmest <= 1000 else (_LEAST, _MOST)


def _watches(dims: bool, modes: list[str]) -> Iterator[Watch]:
    yield Watch(ON_OFF, 0, ON_CHANGE)
    if dims:
        yield Watch(LEVEL, 0, _CHANGE)
    for mode, attributes in (("color_temp", (_MIREDS,)), ("xy", (_X, _Y)), ("hs", (_HUE, _SATURATION))):
        if mode in modes:
            yield from (Watch(COLOR, attribute, _CHANGE) for attribute in attributes)
    if modes:
        yield Watch(COLOR, _MODE, ON_CHANGE)
        yield from (Watch(COLOR, attribute) for attribute in (_CAPABILITIES, _COLDEST, _WARMEST))


def _say(number: int, modes: list[str], dims: bool, facts: Facts) -> Says:
    on = facts.get(number, ON_OFF, 0)
    if on is None:
        return {}
    said: dict[str, Any] = {"state": "ON" if on else "OFF"}
    level = facts.number(number, LEVEL, 0) if dims else None
    if level is not None:
        said["brightness"] = max(1, min(FULL, round(level)))
    said |= _colour(number, modes, facts)
    return {"": orjson.dumps(said)}


def _colour(number: int, modes: list[str], facts: Facts) -> dict[str, Any]:
    """The colour that it shows, in the way in which it was told."""
    told = facts.number(number, COLOR, _MODE)
    named = {0: "hs", 1: "xy", 2: "color_temp"}.get(-1 if told is None else int(told), "")
    mode = named if named in modes else (modes[-1] if modes else "")
    first, second = {"hs": (_HUE, _SATURATION), "xy": (_X, _Y)}.get(mode, (_MIREDS, _MIREDS))
    one, other = facts.number(number, COLOR, first), facts.number(number, COLOR, second)
    if not mode or one is None or other is None:
        return {}
    if mode == "color_temp":
        return {"color_mode": mode, "color_temp": round(one)}
    if mode == "xy":
        return {"color_mode": mode, "color": {"x": round(one / 65_536, 4), "y": round(other / 65_536, 4)}}
    return {"color_mode": mode, "color": {"h": round(one * 360 / 254, 1), "s": round(other * 100 / 254, 1)}}


# -- told


def _obey(number: int, dims: bool, modes: list[str], said: Mapping[str, Any], facts: Facts) -> Iterator[Wish]:
    seconds = _amount(said, "transition", 0, 6553) or 0.0
    state = said.get("state")
    if state not in (None, "ON", "OFF"):
        raise ValueError(f"state is {state!r}, which is neither ON nor OFF")
    if "effect" in said or "flash" in said:
        yield _effect(said)
    if state == "OFF":
        yield _power(number, False, seconds if dims else 0.0)
        return
    brightness = _amount(said, "brightness", 0, FULL) if dims else None
    if brightness is not None:
        yield _level(number, round(brightness), seconds)
    elif state == "ON" and not ("effect" in said or "flash" in said):
        yield _on(number, seconds if dims else 0.0, facts)
    yield from _wished_colour(number, modes, said, seconds)


def _amount(said: Mapping[str, Any], name: str, least: float, most: float) -> float | None:
    value = said.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
        raise ValueError(f"{name} is {str(value)[:40]}, which is not within {least} and {most}")
    return float(value)


def _tenths(seconds: float) -> int:
    return round(seconds * 10)


def _is(number: int, on: bool) -> Any:
    return lambda facts: facts.get(number, ON_OFF, 0) == on


def _power(number: int, on: bool, seconds: float) -> Wish:
    deed = Send(LEVEL, 4, (0, _tenths(seconds))) if seconds else Send(ON_OFF, int(on))
    return Wish("on", (deed,), _is(number, on), seconds)


def _on(number: int, seconds: float, facts: Facts) -> Wish:
    """A lamp that is to become bright slowly goes to where it was before; one that is on already stays."""
    level = facts.number(number, LEVEL, 0)
    if not seconds or facts.get(number, ON_OFF, 0):
        return _power(number, True, 0.0)
    return _level(number, round(level) if level else FULL, seconds)


def _level(number: int, level: int, seconds: float) -> Wish:
    def confirmed(facts: Facts) -> bool:
        on, now = facts.get(number, ON_OFF, 0), facts.number(number, LEVEL, 0)
        return not on if level == 0 else bool(on) and now is not None and abs(now - level) <= _NEAR

    return Wish("level", (Send(LEVEL, 4, (level, _tenths(seconds))),), confirmed, seconds)


def _wished_colour(number: int, modes: list[str], said: Mapping[str, Any], seconds: float) -> Iterator[Wish]:
    tenths = _tenths(seconds)
    mireds = _amount(said, "color_temp", 1, 65_279) if "color_temp" in modes else None
    if mireds is not None:
        yield _colour_wish(number, Send(COLOR, 0x0A, (round(mireds), tenths)), {_MIREDS: round(mireds)}, 5, seconds)
        return
    colour = said.get("color")
    if colour is None:
        return
    if not isinstance(colour, dict):
        raise ValueError("color holds no x and y, and no h and s")
    if "xy" in modes:
        x, y = (_steps(colour, name, 1.0, 0xFEFF, 65_536) for name in "xy")
        yield _colour_wish(number, Send(COLOR, 0x07, (x, y, tenths)), {_X: x, _Y: y}, _CLOSE, seconds)
    elif "hs" in modes:
        hue, saturation = _steps(colour, "h", 360.0, 254, 254), _steps(colour, "s", 100.0, 254, 254)
        deed = Send(COLOR, 0x06, (hue, saturation, tenths))
        yield _colour_wish(number, deed, {_HUE: hue, _SATURATION: saturation}, 3, seconds)


def _steps(colour: Mapping[str, Any], name: str, full: float, most: int, steps: int) -> int:
    """A coordinate as the lamp counts it."""
    value = _amount(colour, name, 0, full)
    if value is None:
        raise ValueError(f"color lacks {name}")
    return min(most, round(value / full * steps))


def _colour_wish(number: int, deed: Send, wished: Mapping[int, int], near: int, seconds: float) -> Wish:
    def confirmed(facts: Facts) -> bool:
        told = ((facts.number(number, COLOR, attribute), value) for attribute, value in wished.items())
        return all(now is not None and abs(now - value) <= near for now, value in told)

    return Wish("color", (deed,), confirmed, seconds)


def _effect(said: Mapping[str, Any]) -> Wish:
    """What a lamp shows for a moment; nothing tells that it did."""
    name, words = ("flash", _FLASHES) if "flash" in said else ("effect", _EFFECTS)
    value = words.get(str(said[name]))
    if value is None:
        raise ValueError(f"{name} is {str(said[name])[:40]!r}; there are {', '.join(words)}")
    return Wish("effect", (Send(IDENTIFY, 0x40, (value, 0)),))
