"""Trigger `device`: https://www.home-assistant.io/docs/automation/trigger/#device-triggers

What happens at a device, such as a press of a button (`domain: mqtt`, zha and others), is told by its device, type and
subtype. What an entity of a device does (`domain: light`, `type: turned_on`) is a trigger on its state, by the table.

`trigger` holds for the first kind device_id, type, subtype, payload, payload_json and event; for the second kind what a
state trigger has.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, Final

import orjson

from homeserver.rules.compiler import Compiler
from homeserver.rules.engine import Engine, Happening, Key
from homeserver.rules.reading.fields import Fields
from homeserver.rules.reading.problem import nearest, with_article
from homeserver.rules.reading.yaml_source import Map
from homeserver.rules.triggers.happening import HappeningTrigger
from homeserver.rules.triggers.numeric_state import compile_numeric_state
from homeserver.rules.triggers.state import compile_state
from homeserver.rules.triggers.trigger import EntityTrigger, Trigger
from homeserver.rules.triggers.zone import compile_zone
from homeserver.topics.names import BadNameError, split_entity
from homeserver.topics.record import record
from homeserver.view.view import View


@record
class Row:
    """How a type of an entity's trigger is said as another trigger: `kind` with `fixed` fields, and those of `taken`
    that the rule gives."""

    kind: str
    fixed: Mapping[str, Any]
    taken: tuple[str, ...] = ("for",)


def _to(state: str) -> Row:
    return Row("state", {"to": state})


def _number(attribute: str = "") -> Row:
    return Row("numeric_state", {"attribute": attribute} if attribute else {}, ("above", "below", "for"))


_CHANGED: Final = {"changed_states": Row("state", {"to": None})}
_TOGGLE: Final = {"turned_on": _to("on"), "turned_off": _to("off"), **_CHANGED}
_ON: Final = (
    *("bat_low", "charging", "co", "cold", "connected", "opened", "gas", "hot", "light", "not_locked", "moist"),
    *("motion", "moving", "occupied", "plugged_in", "powered", "present", "problem", "running", "unsafe", "smoke"),
    *("sound", "update", "tampered", "vibration", "turned_on", "is_open"),
)
_OFF: Final = (
    *("not_bat_low", "not_charging", "no_co", "not_cold", "not_connected", "not_opened", "no_gas", "not_hot"),
    *("no_light", "locked", "not_moist", "no_motion", "not_moving", "not_occupied", "not_plugged_in", "not_powered"),
    *("not_present", "no_problem", "not_running", "not_unsafe", "no_smoke", "no_sound", "no_update", "not_tampered"),
    *("no_vibration", "turned_off"),
)
_ALARM: Final = ("triggered", "disarmed", "arming", "armed_home", "armed_away", "armed_night", "armed_vacation")
_LOCK: Final = ("locked", "unlocked", "locking", "unlocking", "jammed", "open", "opening")
ENTITY_TYPES: Final[Mapping[str, Mapping[str, Row]]] = {
    **dict.fromkeys(("light", "switch", "fan", "remote", "siren", "update", "input_boolean"), _TOGGLE),
    "binary_sensor": {**dict.fromkeys(_ON, _to("on")), **dict.fromkeys(_OFF, _to("off"))},
    "cover": {
        "opened": _to("open"),
        **{state: _to(state) for state in ("closed", "opening", "closing")},
        "position": _number("current_position"),
        "tilt_position": _number("current_tilt_position"),
    },
    "lock": {state: _to(state) for state in _LOCK},
    "media_player": {
        **_TOGGLE,
        **{state: _to(state) for state in ("buffering", "idle", "paused", "playing")},
    },
    "climate": {
        "hvac_mode_changed": Row("state", {}, ("to", "for")),
        "current_temperature_changed": _number("current_temperature"),
        "current_humidity_changed": _number("current_humidity"),
    },
    "humidifier": {
        **_TOGGLE,
        "target_humidity_changed": _number("humidity"),
        "current_humidity_changed": _number("current_humidity"),
    },
    "vacuum": {state: _to(state) for state in ("cleaning", "docked")},
    "alarm_control_panel": {state: _to(state) for state in _ALARM},
    "button": {"pressed": Row("state", {})},
    "select": {"current_option_changed": Row("state", {}, ("from", "to", "for"))},
    "device_tracker": {
        "enters": Row("zone", {"event": "enter"}, ("zone",)),
        "leaves": Row("zone", {"event": "leave"}, ("zone",)),
    },
}
"""By domain and type."""
_COMPILE: Final = {"state": compile_state, "numeric_state": compile_numeric_state, "zone": compile_zone}


class DeviceTrigger(HappeningTrigger):
    """Something happened at a device, and its type and subtype are those that are wanted."""

    kind = "device"

    def __init__(self, id: str, number: int, alias: str, domain: str, device_id: str, told: Mapping[str, str]) -> None:
        super().__init__(id, number, alias)
        self._domain = domain
        self._device_id = device_id
        self._wanted = told

    def keys(self, engine: Engine) -> tuple[Key, ...]:
        return (("device", self._device_id),)

    def told(self, happening: Happening) -> dict[str, Any] | None:
        event = happening.data
        told = event["data"]
        if any(str(told.get(name, "")) != value for name, value in self._wanted.items()):
            return None
        data = {
            "platform": "mqtt" if self._domain == "mqtt" else "device",
            "domain": self._domain,
            "device_id": self._device_id,
            "type": told.get("type"),
            "subtype": told.get("subtype"),
            "payload": told.get("payload"),
            "event": event,
            "description": f"{told.get('type')} {told.get('subtype')} of device {self._device_id}",
        }
        with suppress(orjson.JSONDecodeError):
            data["payload_json"] = orjson.loads(str(told.get("payload", "")))
        return data


def compile_device(fields: Fields, compiler: Compiler, id: str, number: int, alias: str) -> Trigger:
    domain = str(fields.need("domain", "say which kind, such as mqtt or light"))
    device_id = str(fields.need("device_id", "give the id of the device")).strip()
    fields.take("metadata")
    type = str(fields.need("type", "say what happens, such as turned_on"))
    if domain in ENTITY_TYPES or domain == "sensor":
        return _of_entity(fields, compiler, (id, number, alias), domain, device_id, type)
    told = {"type": type}
    if (subtype := fields.text("subtype")) or domain == "mqtt":
        told["subtype"] = subtype
    fields.take("discovery_id")
    for name in fields.node if domain != "mqtt" else ():
        fields.take(name)  # fields of other makers' triggers, which tell nothing more
    return DeviceTrigger(id, number, alias, domain, device_id, told)


def _of_entity(
    fields: Fields, compiler: Compiler, who: tuple[str, int, str], domain: str, device_id: str, type: str
) -> Trigger:
    types = ENTITY_TYPES.get(domain, {})
    row = types.get(type) if domain != "sensor" else _number()
    if row is None:
        raise fields.wrong(f"{with_article(domain)} has no trigger {type!r}{nearest(type, types)}", "type")
    entity = fields.text("entity_id").strip().lower()
    node = Map()
    node.line = fields.line("type")
    for name, value in {"entity_id": entity, **row.fixed}.items():
        node[name], node.lines[name] = value, fields.line(name if name in fields else "type")
    for name in row.taken:
        if name in fields:
            node[name], node.lines[name] = fields.take(name), fields.line(name)
    if domain == "cover" and row.kind == "numeric_state" and "above" not in node and "below" not in node:
        node["above"], node.lines["above"] = -1, node.line
    known = is_entity(entity)
    if not known:
        node["entity_id"] = f"{domain}.unknown"
    made = _COMPILE[row.kind](Fields(node, fields.way), compiler, *who)
    assert isinstance(made, EntityTrigger)
    made.platform = "device"
    if not known:
        made.kinds = frozenset({domain})
        made.find = _finder(domain, device_id, entity, type if domain in ("sensor", "binary_sensor") else "")
    return made


def is_entity(text: str) -> bool:
    """Whether a text is an entity id, and not an id of Home Assistant's registry."""
    try:
        split_entity(text)
    except BadNameError:
        return False
    return True


def _finder(domain: str, device_id: str, registry_id: str, type: str) -> Callable[[View], tuple[str, ...]]:
    """What finds the entity that is meant: by the id of a registry if it was imported, else by its device."""

    def find(view: View) -> tuple[str, ...]:
        if registry_id and (present := view.current(registry_id)) != registry_id:
            return (present,)
        device = view.place("device", device_id)
        of_device = [
            entity_id
            for entity_id in view.known()
            if entity_id.startswith(f"{domain}.") and view.device_of(entity_id) == device
        ]
        configs = {entity_id: view.config(entity_id) for entity_id in of_device}
        of_class = [id for id, config in configs.items() if config is not None and config.device_class == type]
        found = of_class or of_device
        return tuple(found) if len(found) == 1 else ()

    return find
