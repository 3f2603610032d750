"""Water heaters: the state is the operation mode (off, eco, gas ...).

Facts: Home Assistant's documentation of the MQTT water heater.
"""

from collections.abc import Mapping
from typing import Any, Final

from homeserver.home.amounts import Degrees, degrees_of, in_unit, set_temperature, temperature
from homeserver.home.choices import chosen, list_of, listed
from homeserver.home.component import Component, Make, Reads, Sends, each, word
from homeserver.home.config import Config
from homeserver.home.entity import STATE, Encode, Present
from homeserver.view.templates import Templates

_MODES: Final = ("eco", "electric", "gas", "heat_pump", "high_demand", "performance", "off")
_COOLEST: Final = 43.3
_HOTTEST: Final = 60.0
"""°C: 110 and 140 °F."""


def _degrees(config: Config) -> Degrees:
    return degrees_of(config, _COOLEST, _HOTTEST)


_MODE: Final = Sends(
    chosen("operation_mode", "modes", _MODES, fact=STATE), "mode_command_topic", "mode_command_template"
)
_HEAT: Final = Sends(
    set_temperature(_degrees, "temperature"), "temperature_command_topic", "temperature_command_template", text=str
)


def _set_temperature(config: Config, templates: Templates) -> Encode | None:
    if not config.topic(_HEAT.topic):
        return None
    return each({"operation_mode": _MODE, "temperature": _HEAT})(config, templates)


def _power(config: Config) -> bool:
    """Whether the device tells what became of a power command: nothing is taken for granted of it."""
    told = config.topic("mode_state_topic") is not None and not config.flag("optimistic")
    return told and "off" in list_of(config, "modes", _MODES)


def _power_off(config: Config) -> Make:
    facts = {STATE: "off"} if _power(config) else {}
    return word("payload_off", "OFF", **facts)(config)


def _shows(config: Config) -> dict[str, Any]:
    shown = config.once(_degrees).shown
    if config.topic("mode_command_topic") or config.topic("mode_state_topic"):
        shown["operation_list"] = list(list_of(config, "modes", _MODES))
    return shown


def _present(config: Config) -> Present:
    def present(state: str | None, facts: Mapping[str, Any]) -> dict[str, Any]:
        return {**facts, "operation_mode": state} if state else dict(facts)

    return present


def _assumed(config: Config, reported: frozenset[str]) -> dict[str, Any]:
    if "temperature" in reported or not config.topic(_HEAT.topic):
        return {}
    degrees = config.once(_degrees)
    return {"temperature": degrees.told(config.number("initial", in_unit(_COOLEST, degrees.unit)))}


WATER_HEATER: Final = Component(
    domain="water_heater",
    names="Water heater",
    reads=(
        Reads("mode_state_topic", "mode_state_template|value_template", listed("modes", _MODES)),
        Reads(
            "temperature_state_topic",
            "temperature_state_template|value_template",
            temperature(_degrees),
            into="temperature",
        ),
        Reads(
            "current_temperature_topic",
            "current_temperature_template|value_template",
            temperature(_degrees),
            into="current_temperature",
        ),
    ),
    services={
        "turn_on": Sends(word("payload_on", "ON"), "power_command_topic", "power_command_template"),
        "turn_off": Sends(_power_off, "power_command_topic", "power_command_template"),
        "set_temperature": _set_temperature,
        "set_operation_mode": _MODE,
    },
    shows=_shows,
    present=_present,
    assumed=_assumed,
)
