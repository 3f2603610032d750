"""Climate: thermostats and air conditioners. The state is the mode (off, heat, cool ...), all else are attributes.

Facts: Home Assistant's documentation of the MQTT HVAC and of the climate entity.
"""

from collections.abc import Mapping
from typing import Any, Final

from homeserver.home.amounts import (
    Degrees,
    degrees_of,
    humidity_limits,
    in_unit,
    percent,
    set_humidity,
    set_temperature,
    temperature,
)
from homeserver.home.choices import chosen, list_of, listed, one_of
from homeserver.home.component import Component, EncodeOf, Reads, Sends, each, encode_of, word
from homeserver.home.config import Config
from homeserver.home.entity import STATE, Encode, Entity, Wish
from homeserver.topics.call import CallError
from homeserver.view.templates import Templates

_MODES: Final = ("auto", "off", "cool", "heat", "dry", "fan_only")
_ACTIONS: Final = one_of("off", "preheating", "heating", "cooling", "drying", "fan", "idle", "defrosting")
_INITIAL: Final = 21.0
"""°C that a device is taken to be set to which never says."""
_NO_PRESET: Final = "none"
_CHOICES: Final[Mapping[str, tuple[str, ...]]] = {
    "fan_mode": ("auto", "low", "medium", "high"),
    "swing_mode": ("on", "off"),
    "swing_horizontal_mode": ("on", "off"),
}
"""What is set by a word of its own list, with that of a device that lists none."""
_AT_FIRST: Final = {"fan_mode": "low", "swing_mode": "off", "swing_horizontal_mode": "off"}
_TEMPERATURES: Final[Mapping[str, str]] = {
    "temperature": "temperature",
    "target_temp_low": "temperature_low",
    "target_temp_high": "temperature_high",
}
"""The temperatures that can be set, and how their keys begin."""
_humidity_limits = humidity_limits(30, 99)


def _degrees(config: Config) -> Degrees:
    return degrees_of(config, 7, 35)


_MODE: Final = Sends(chosen("hvac_mode", "modes", _MODES, fact=STATE), "mode_command_topic", "mode_command_template")
_HEAT: Final = {
    name: Sends(set_temperature(_degrees, name), f"{key}_command_topic", f"{key}_command_template", text=str)
    for name, key in _TEMPERATURES.items()
}


def _set_temperature(config: Config, templates: Templates) -> Encode | None:
    takes = [name for name, row in _HEAT.items() if config.topic(row.topic)]
    encode = each({"hvac_mode": _MODE, **_HEAT})(config, templates)
    if not takes or encode is None:
        return None

    def checked(entity: Entity, data: Mapping[str, Any]) -> Wish:
        wanted = _targets(data)
        if not (known := [name for name in wanted if name in takes]):
            raise CallError("invalid", f"{entity.id} takes no {wanted[0]}: it takes {', '.join(takes)}", wanted[0])
        return encode(entity, {name: data[name] for name in ("hvac_mode", *known) if name in data})

    return checked


def _targets(data: Mapping[str, Any]) -> tuple[str, ...]:
    """Which temperatures are given: one, or the two that belong together. Raises `CallError`."""
    low, high = data.get("target_temp_low"), data.get("target_temp_high")
    if (low is None) != (high is None):
        raise CallError("invalid", "target_temp_low and target_temp_high belong together", "target_temp_high")
    if (low is None) == (data.get("temperature") is None):
        raise CallError("invalid", "give temperature, or else target_temp_low and target_temp_high", "temperature")
    if low is None or high is None:
        return ("temperature",)
    if low > high:
        raise CallError("invalid", f"target_temp_low {low:g} is above target_temp_high {high:g}", "target_temp_low")
    return ("target_temp_low", "target_temp_high")


def _turn(service: str) -> EncodeOf:
    """By the power topic; a device without one is switched by its mode."""
    facts = {STATE: "off"} if service == "off" else {}
    power = Sends(word(f"payload_{service}", service.upper(), **facts), "power_command_topic", "power_command_template")

    def made(config: Config, templates: Templates) -> Encode | None:
        if (by_power := encode_of(power)(config, templates)) is not None:
            return by_power
        by_mode = encode_of(_MODE)(config, templates)
        mode = _mode_when(service, list_of(config, "modes", _MODES))
        if by_mode is None or mode is None:
            return None
        return lambda entity, data: by_mode(entity, {"hvac_mode": mode})

    return made


def _mode_when(service: str, modes: tuple[str, ...]) -> str | None:
    """The mode that a device is turned on or off by."""
    if service == "off":
        return "off" if "off" in modes else None
    others = [mode for mode in modes if mode != "off"]
    preferred = [mode for mode in ("heat_cool", "heat", "cool") if mode in others]
    return next(iter(preferred if len(others) > 1 and preferred else others), None)


def _shows(config: Config) -> dict[str, Any]:
    shown: dict[str, Any] = {"hvac_modes": list(list_of(config, "modes", _MODES))} | config.once(_degrees).shown
    shown["target_temp_step"] = config.once(_degrees).converted(config.number("temp_step", 1.0, 0.001))
    if config.topic("target_humidity_command_topic"):
        shown["min_humidity"], shown["max_humidity"] = config.once(_humidity_limits)
    if presets := _presets(config):
        shown["preset_modes"] = [_NO_PRESET, *presets]
    for name, default in _CHOICES.items():
        if config.topic(f"{name}_command_topic") or config.topic(f"{name}_state_topic"):
            shown[f"{name}s"] = list(list_of(config, f"{name}s", default))
    return shown


def _presets(config: Config) -> list[str]:
    """The presets besides none; only a device that can be told them has any."""
    if not config.topic("preset_mode_command_topic"):
        return []
    return [preset for preset in config.texts("preset_modes") if preset != _NO_PRESET]


def _assumed(config: Config, reported: frozenset[str]) -> dict[str, Any]:
    """What Home Assistant takes such a device to be set to at first."""
    names = [name for name, row in _HEAT.items() if name not in reported and config.topic(row.topic)]
    degrees = config.once(_degrees)
    initial = config.number("initial", in_unit(_INITIAL, degrees.unit)) if names else 0.0
    facts: dict[str, Any] = {name: degrees.told(initial) for name in names}
    for name, default in _CHOICES.items():
        first = _AT_FIRST[name]
        if name not in reported and config.topic(f"{name}_command_topic"):
            facts |= {name: first} if first in list_of(config, f"{name}s", default) else {}
    if "preset_mode" not in reported and _presets(config):
        facts["preset_mode"] = _NO_PRESET
    return facts


CLIMATE: Final = Component(
    domain="climate",
    names="Climate",
    reads=(
        Reads("mode_state_topic", "mode_state_template|value_template", listed("modes", _MODES)),
        Reads("action_topic", "action_template|value_template", _ACTIONS, into="hvac_action"),
        Reads(
            "current_temperature_topic",
            "current_temperature_template|value_template",
            temperature(_degrees),
            into="current_temperature",
        ),
        Reads("current_humidity_topic", "current_humidity_template|value_template", percent(), into="current_humidity"),
        Reads(
            "target_humidity_state_topic", "target_humidity_state_template|value_template", percent(), into="humidity"
        ),
        Reads(
            "preset_mode_state_topic",
            "preset_mode_value_template|value_template",
            listed("preset_modes", none=_NO_PRESET, also=(_NO_PRESET,)),
            into="preset_mode",
        ),
        *(
            Reads(f"{key}_state_topic", f"{key}_state_template|value_template", temperature(_degrees), into=name)
            for name, key in _TEMPERATURES.items()
        ),
        *(
            Reads(f"{name}_state_topic", f"{name}_state_template|value_template", listed(f"{name}s", words), into=name)
            for name, words in _CHOICES.items()
        ),
    ),
    services={
        "turn_on": _turn("on"),
        "turn_off": _turn("off"),
        "set_hvac_mode": _MODE,
        "set_temperature": _set_temperature,
        "set_humidity": Sends(
            set_humidity(_humidity_limits), "target_humidity_command_topic", "target_humidity_command_template"
        ),
        "set_preset_mode": Sends(
            chosen("preset_mode", "preset_modes", also=(_NO_PRESET,)),
            "preset_mode_command_topic",
            "preset_mode_command_template",
        ),
        **{
            f"set_{name}": Sends(chosen(name, f"{name}s", words), f"{name}_command_topic", f"{name}_command_template")
            for name, words in _CHOICES.items()
        },
    },
    shows=_shows,
    assumed=_assumed,
)
