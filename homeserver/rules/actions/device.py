"""Actions `scene` and `device_id`: other ways to write a service call, brought into its form and compiled as one.

Device actions are what Home Assistant's editor writes for a device: a domain, a type, an entity and perhaps a value.
Facts: Home Assistant's `device_action` of each domain. The entity is named by its id, or by its id in Home Assistant's
registry, which an import makes known. Actions that only one maker's devices have are asked of whoever answers them.
"""

from collections.abc import Mapping
from dataclasses import field as default
from typing import Any, Final

from homeserver.rules.actions.services import compile_service
from homeserver.rules.compiler import Compiler
from homeserver.rules.program import Label
from homeserver.rules.reading.fields import Fields
from homeserver.rules.reading.problem import nearest
from homeserver.rules.reading.yaml_source import Map
from homeserver.topics.record import record


@record
class Deed:
    """What an action of a device means: a service with fixed data, and the fields of the action that are its data; one
    that is needed stands in `needs`."""

    service: str
    data: Mapping[str, Any] = default(default_factory=dict)
    needs: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()


_SWITCHED: Final = {name: Deed(name) for name in ("turn_on", "turn_off", "toggle")}
_ARMED: Final = {
    f"arm_{how}": Deed(f"alarm_arm_{how}", takes=("code",)) for how in ("away", "home", "night", "vacation")
}
DEEDS: Final[Mapping[str, Mapping[str, Deed]]] = {
    "alarm_control_panel": {
        **_ARMED,
        "disarm": Deed("alarm_disarm", takes=("code",)),
        "trigger": Deed("alarm_trigger", takes=("code",)),
    },
    "button": {"press": Deed("press")},
    "climate": {
        "set_hvac_mode": Deed("set_hvac_mode", needs=("hvac_mode",)),
        "set_preset_mode": Deed("set_preset_mode", needs=("preset_mode",)),
    },
    "cover": {
        "open": Deed("open_cover"),
        "close": Deed("close_cover"),
        "stop": Deed("stop_cover"),
        "open_tilt": Deed("open_cover_tilt"),
        "close_tilt": Deed("close_cover_tilt"),
        "set_position": Deed("set_cover_position", {"position": 0}, takes=("position",)),
        "set_tilt_position": Deed("set_cover_tilt_position", {"tilt_position": 0}, takes=("position",)),
    },
    "fan": _SWITCHED,
    "humidifier": {
        **_SWITCHED,
        "set_humidity": Deed("set_humidity", needs=("humidity",)),
        "set_mode": Deed("set_mode", needs=("mode",)),
    },
    "lawn_mower": {"start_mowing": Deed("start_mowing"), "dock": Deed("dock"), "pause": Deed("pause")},
    "light": {
        "turn_on": Deed("turn_on", takes=("brightness_pct", "flash")),
        "turn_off": Deed("turn_off"),
        "toggle": Deed("toggle", takes=("brightness_pct", "flash")),
        "brightness_increase": Deed("turn_on", {"brightness_step_pct": 10}),
        "brightness_decrease": Deed("turn_on", {"brightness_step_pct": -10}),
        "flash": Deed("turn_on", {"flash": "short"}, takes=("flash",)),
    },
    "lock": {name: Deed(name, takes=("code",)) for name in ("lock", "unlock", "open")},
    "number": {"set_value": Deed("set_value", needs=("value",))},
    "remote": _SWITCHED,
    "select": {
        "select_first": Deed("select_first"),
        "select_last": Deed("select_last"),
        "select_next": Deed("select_next", takes=("cycle",)),
        "select_previous": Deed("select_previous", takes=("cycle",)),
        "select_option": Deed("select_option", needs=("option",)),
    },
    "siren": _SWITCHED,
    "switch": _SWITCHED,
    "text": {"set_value": Deed("set_value", needs=("value",))},
    "vacuum": {"clean": Deed("start"), "dock": Deed("return_to_base")},
    "water_heater": {"turn_on": Deed("turn_on"), "turn_off": Deed("turn_off")},
}
"""By domain and type."""
_OTHERS: Final = {"set_tilt_position": {"position": "tilt_position"}}
"""Fields that have another name in the data of the service, by type."""
_EVERY: Final = ("alias", "note", "enabled", "continue_on_error", "metadata")


def compile_scene(fields: Fields, compiler: Compiler, block: Label) -> None:
    scene = fields.text("scene").strip().lower()
    if not scene.startswith("scene."):
        raise fields.wrong(f"scene must name a scene, such as scene.movie, not {scene!r}", "scene")
    fields.done(*_EVERY)
    _compile(fields, "scene.turn_on", {"entity_id": scene}, {}, "scene", compiler)


def compile_device_action(fields: Fields, compiler: Compiler, block: Label) -> None:
    fields.take("device_id")
    domain = str(fields.need("domain", "say which kind of entity, such as light")).lower()
    kind = str(fields.need("type", "say what to do, such as turn_on")).lower()
    if domain not in DEEDS:
        _foreign(fields, domain, kind, compiler)
        return
    deed = DEEDS[domain].get(kind)
    if deed is None:
        has = f"it has {', '.join(DEEDS[domain])}"
        raise fields.wrong(f"{domain} has no action {kind!r}; {has}{nearest(kind, DEEDS[domain])}", "type")
    target = {"entity_id": str(fields.need("entity_id", "say which entity of the device")).strip().lower()}
    data = dict(deed.data)
    for name in deed.needs:
        fields.need(name, "the action needs it")
    for name in (*deed.needs, *deed.takes):
        if (value := fields.take(name)) is not None:
            data[_OTHERS.get(kind, {}).get(name, name)] = value
    fields.done(*_EVERY)
    _compile(fields, f"{domain}.{deed.service}", target, data, "type", compiler)


def _foreign(fields: Fields, domain: str, kind: str, compiler: Compiler) -> None:
    """An action of one maker's devices, or of a phone: whoever answers `domain.type` is given all that it says."""
    known = ("device_id", "domain", "type", *_EVERY)
    data = {str(name): fields.take(name) for name in fields.node if name not in known}
    _compile(fields, f"{domain}.{kind}", {"device_id": fields.take("device_id")}, data, "type", compiler)


def _compile(
    fields: Fields, name: str, target: Mapping[str, Any], data: Mapping[str, Any], field: str, compiler: Compiler
) -> None:
    """Compile the service call that the action stands for, its faults at the place of the action."""
    node = _map({"action": name}, fields.line(field))
    node["target"], node.lines["target"] = _map(target, fields.line(field)), fields.line(field)
    if data:
        node["data"], node.lines["data"] = _map(data, fields.line(field)), fields.line(field)
        for given in data:
            node["data"].lines[given] = fields.line(given)
    program = compiler.program
    program.add(fields.way, compile_service(Fields(node, fields.way), compiler, program.next()))


def _map(values: Mapping[str, Any], line: int) -> Map:
    made = Map()
    made.line = line
    for name, value in values.items():
        made[name], made.lines[name] = value, line
    return made
