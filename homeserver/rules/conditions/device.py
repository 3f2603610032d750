"""Condition `device`, as Home Assistant's editor writes it for an entity of a device: a table of states and numbers.

Facts: Home Assistant's `device_condition` of each domain. The entity is named by its id or by Home Assistant's registry
id, which an import makes known; conditions that only one maker's devices have are not known here.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from homeserver.rules.compiler import Compiler
from homeserver.rules.conditions.condition import Condition, leaf, no
from homeserver.rules.conditions.state import is_between, is_state, told, told_number
from homeserver.rules.reading.durations import duration
from homeserver.rules.reading.fields import Fields, check_entity
from homeserver.rules.reading.limits import limits
from homeserver.rules.reading.problem import nearest, not_yet

REGISTRY_ID: Final = re.compile(r"[0-9a-f]{32}")
_TOGGLE: Final = {"is_on": "on", "is_off": "off"}
_IS: Final = (
    "bat_low charging co cold connected gas glass_break hot light moist motion moving occupied on open plugged_in"
    " powered present problem running smoke sound tampered update unsafe vibration"
)
_IS_NOT: Final = (
    "not_bat_low not_charging not_cold not_connected not_hot not_moist not_moving not_occupied not_open not_plugged_in"
    " not_powered not_present not_tampered not_unsafe not_running no_co no_gas no_glass_break no_light no_motion"
    " no_problem no_smoke no_sound no_update no_vibration off"
)
_BINARY: Final = {
    **{f"is_{word}": "on" for word in (*_IS.split(), "not_locked")},
    **{f"is_{word}": "off" for word in (*_IS_NOT.split(), "locked")},
}


def _named(words: str) -> dict[str, str]:
    """`is_locked` for locked."""
    return {f"is_{word}": word for word in words.split()}


STATES: Final[Mapping[str, Mapping[str, str]]] = {
    "alarm_control_panel": _named(
        "triggered disarmed armed_home armed_away armed_night armed_vacation armed_custom_bypass"
    ),
    "binary_sensor": _BINARY,
    "cover": _named("open closed opening closing"),
    "device_tracker": {"is_home": "home", "is_not_home": "!home"},
    "fan": _TOGGLE,
    "humidifier": _TOGGLE,
    "light": _TOGGLE,
    "lock": _named("jammed locked locking open opening unlocked unlocking"),
    "media_player": _named("on off buffering idle paused playing"),
    "remote": _TOGGLE,
    "switch": _TOGGLE,
    "vacuum": {"is_docked": "docked", "is_cleaning": "cleaning returning"},
}
"""By domain and type: the states, one or the other; `!` stands before one that it must not have."""
CHOSEN: Final[Mapping[tuple[str, str], tuple[str, str]]] = {
    ("climate", "is_hvac_mode"): ("hvac_mode", ""),
    ("climate", "is_preset_mode"): ("preset_mode", "preset_mode"),
    ("humidifier", "is_mode"): ("mode", "mode"),
    ("select", "selected_option"): ("option", ""),
}
"""By domain and type: the field that holds what is wanted, and of which attribute ("": of the state)."""
NUMBERS: Final[Mapping[tuple[str, str], str]] = {
    ("cover", "is_position"): "current_position",
    ("cover", "is_tilt_position"): "current_tilt_position",
}
"""By domain and type: the attribute that lies between above and below. A sensor's state does for each of its types."""


def compile_device(fields: Fields, compiler: Compiler, kind: str) -> Condition:
    fields.take("device_id")
    fields.take("metadata")
    domain = str(fields.need("domain", "say which kind of entity, such as light")).lower()
    type_ = str(fields.need("type", "say what must be so, such as is_on")).lower()
    types = types_of(domain)
    if not types:
        raise not_yet(f"device conditions of {domain}", fields.line("domain"), fields.where("domain"))
    if type_ not in types and not (domain == "sensor" and type_.startswith("is_")):
        raise fields.wrong(f"{domain} has no condition {type_!r}{nearest(type_, types)}", "type")
    entity_id = entity_of(fields)
    if domain == "sensor" or (domain, type_) in NUMBERS:
        return _number(fields, compiler, entity_id, NUMBERS.get((domain, type_), ""))
    return _state(fields, compiler, entity_id, domain, type_)


def types_of(domain: str) -> tuple[str, ...]:
    """What can be asked of an entity of a domain."""
    own = (*STATES.get(domain, ()), *(of for kind, of in (*CHOSEN, *NUMBERS) if kind == domain))
    return (*own, "is_value", "is_temperature", "is_humidity", "is_battery_level") if domain == "sensor" else own


def entity_of(fields: Fields) -> str:
    """The entity that is meant, by its id or its id in Home Assistant's registry; raises `RuleError`."""
    text = str(fields.need("entity_id", "say which entity of the device")).strip().lower()
    if not REGISTRY_ID.fullmatch(text):
        check_entity(text, fields, "entity_id")
    return text


def _number(fields: Fields, compiler: Compiler, entity_id: str, attribute: str) -> Condition:
    wanted = replace(limits(fields, compiler), attribute=attribute)
    check, tell = is_between(entity_id, wanted), told_number((entity_id,), wanted)
    return leaf(compiler, fields.way, fields.line(), check, tell)


def _state(fields: Fields, compiler: Compiler, entity_id: str, domain: str, type_: str) -> Condition:
    attribute = ""
    if (domain, type_) in CHOSEN:
        name, attribute = CHOSEN[domain, type_]
        fields.need(name, f"say which {name.replace('_', ' ')}")
        wanted: tuple[Any, ...] = (fields.text(name),)
        other = False
    else:
        words = STATES[domain][type_]
        other, wanted = words.startswith("!"), tuple(words.removeprefix("!").split())
    lasting = duration(fields, "for", compiler.templates) if "for" in fields else None
    check = is_state(entity_id, wanted, attribute, lasting)
    tell = told((entity_id,), attribute, (f"not {wanted[0]}",) if other else wanted)
    return leaf(compiler, fields.way, fields.line(), no((check,)) if other else check, tell)
