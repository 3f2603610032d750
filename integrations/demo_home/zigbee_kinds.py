"""The kinds of Zigbee devices: their entities, what they report, what they do when told.

Needs the world through its units. The fields are those that zigbee2mqtt publishes for such devices.
"""

import json
from collections.abc import Callable
from typing import Any, Final

from integrations.demo_home.heating import MODES
from integrations.demo_home.lamps import COLD, WARM, Wish
from integrations.demo_home.unit import NEVER, Entity, Ignored, Kind, Order, Unit, Values, choice, deaf, number
from integrations.demo_home.zigbee import ZIGBEE

JOIN_SECONDS: Final = 254.0
"""How long the bridge lets new devices join: the longest that Zigbee allows."""
SCENES: Final = {1: Wish(True, 0.12, 440), 2: Wish(True, 1.0, 290)}
"""Stored in the lamp itself: cinema and reading."""
KEYS: Final = (1, 2, 3, 4)
PRESSES: Final = {"single": "button_short_press", "double": "button_double_press"}
"""What a key of a remote tells, and what it is called."""
ON_OFF: Final = {"ON": True, "OFF": False}


def _link(unit: Unit) -> int:
    return max(0, min(255, round(unit.radio.signal())))


def _cell(unit: Unit) -> Values:
    """Battery and link, as every sleeping device reports them."""
    if unit.battery is None:
        return {"linkquality": _link(unit)}
    volts = round(unit.battery.millivolts + unit.noise(4))
    return {"battery": round(unit.battery.percent), "voltage": volts, "linkquality": _link(unit)}


def _motion(unit: Unit) -> Values:
    room = unit.world.building.rooms[unit.device.thing]
    lux = room.illuminance * (1 + unit.noise(0.02))
    return {"occupancy": unit.world.motions[room.plan.key].seen, "illuminance": round(max(0.0, lux)), **_cell(unit)}


def _motion_and_warmth(unit: Unit) -> Values:
    room = unit.world.building.rooms[unit.device.thing]
    return _motion(unit) | {"temperature": round(room.air + 0.3 + unit.noise(0.04), 1)}


def _contact(unit: Unit) -> Values:
    return {"contact": not unit.world.openings[unit.device.thing].open, **_cell(unit)}


def _climate(unit: Unit) -> Values:
    room = unit.world.building.rooms[unit.device.thing]
    return {
        "temperature": round(room.air + unit.noise(0.03), 1),
        "humidity": round(min(100.0, room.humidity + unit.noise(0.3)), 1),
        **_cell(unit),
    }


def _thermostat(unit: Unit) -> Values:
    """It sits at the radiator, so what it feels is a little too warm while heating."""
    valve = unit.world.valves[unit.device.thing]
    return {
        "local_temperature": round(valve.room.air + 0.4 * valve.opening + unit.noise(0.03), 1),
        "current_heating_setpoint": valve.target,
        "system_mode": valve.mode,
        "pi_heating_demand": round(100 * valve.opening),
        "running_state": "heat" if valve.opening > 0 else "idle",
        "child_lock": unit.memory.get("child_lock", "UNLOCK"),
        **_cell(unit),
    }


def _dimmable(unit: Unit) -> Values:
    lamp = unit.world.lamps[unit.device.thing]
    return {
        "state": "ON" if lamp.on else "OFF",
        "brightness": max(1, round(254 * lamp.brightness)),
        "color_mode": "brightness",
        "power_on_behavior": unit.memory.get("power_on_behavior", "previous"),
        **_cell(unit),
    }


def _tunable(unit: Unit) -> Values:
    lamp = unit.world.lamps[unit.device.thing]
    return _dimmable(unit) | {"color_mode": "color_temp", "color_temp": lamp.mired}


def _bridge(unit: Unit) -> Values:
    return {"connection": "online", "permit_join": unit.memory.get("permit_join", False)}


# --- what they do when told


def _each(unit: Unit, order: Order, orders: dict[str, Callable[[Unit, Any], None]]) -> None:
    """Carry out the fields that are known; raise Ignored for the first that could not be."""
    fault: Ignored | None = None
    for field, value in order.items():
        try:
            if field not in orders:
                raise Ignored("unknown field")
            orders[field](unit, value)
        except Ignored as this:
            fault = fault or this
    if fault is not None:
        raise fault


def _remember(field: str, options: tuple[str, ...]) -> Callable[[Unit, Any], None]:
    def keep(unit: Unit, value: Any) -> None:
        unit.memory[field] = choice(value, options)

    return keep


def _obey_thermostat(unit: Unit, order: Order) -> None:
    valve = unit.world.valves[unit.device.thing]

    def aim(_: Unit, value: Any) -> None:
        valve.target = round(2 * number(value, 5, 30)) / 2

    def select(_: Unit, value: Any) -> None:
        valve.select(choice(value, MODES))

    _each(unit, order, {
        "current_heating_setpoint": aim, "system_mode": select, "child_lock": _remember("child_lock", ("LOCK",
        "UNLOCK")),
    })  # fmt: skip


def _obey_bulb(unit: Unit, order: Order) -> None:
    """A lamp takes its fields together: on, at this brightness, within this time."""
    lamp = unit.world.lamps[unit.device.thing]
    settings = {
        field: value for field, value in order.items() if field in ("power_on_behavior", "identify", "scene_recall")
    }
    light = {field: value for field, value in order.items() if field not in settings}
    tunable = unit.device.kind != "dimmable_bulb"
    if light:
        transition = number(light.pop("transition"), 0, 3_600) if "transition" in light else None
        state = light.pop("state", None)
        if state == "TOGGLE":
            state = "OFF" if lamp.on else "ON"
        brightness = number(light.pop("brightness"), 0, 255) / 254 if "brightness" in light else None
        mired = round(number(light.pop("color_temp"), COLD, WARM)) if tunable and "color_temp" in light else None
        if light or (state is None and brightness is None and mired is None):
            raise Ignored("unknown field")
        on = None if state is None else ON_OFF[choice(state, ON_OFF)]
        lamp.set(Wish(on, brightness, mired, transition))
    _each(unit, settings, {
        "power_on_behavior": _remember("power_on_behavior", ("off", "on", "previous")), "identify": _identify,
        "scene_recall": _recall,
    })  # fmt: skip


def _recall(unit: Unit, value: Any) -> None:
    if unit.device.kind != "scene_bulb" or not isinstance(value, int) or value not in SCENES:
        raise Ignored("not a scene")
    unit.world.lamps[unit.device.thing].set(SCENES[value])


def _identify(unit: Unit, value: Any) -> None:
    choice(value, ("identify",))
    unit.memory["identified"] = unit.memory.get("identified", 0) + 1


def _obey_bridge(unit: Unit, order: Order) -> None:
    def permit(_: Unit, value: Any) -> None:
        joining = choice(value, ("true", "false")) == "true"
        unit.memory["permit_join"] = joining
        unit.memory["permits"] = permits = unit.memory.get("permits", 0) + joining
        unit.world.timeline.after(JOIN_SECONDS, lambda: close(permits))

    def close(permits: int) -> None:
        if unit.memory["permit_join"] and unit.memory["permits"] == permits:
            unit.memory["permit_join"] = False
            unit.changed()

    _each(unit, order, {"permit_join": permit})


# --- the kinds


def _measure(
    field: str, object_id: str, name: str | None, unit: str, device_class: str | None = None, **more: Any
) -> Entity:
    config = {"unit_of_measurement": unit, "state_class": "measurement"} | more
    if device_class:
        config["device_class"] = device_class
    return Entity("sensor", field, object_id, name, config)


def _setting(component: str, field: str, object_id: str, name: str, **more: Any) -> Entity:
    return Entity(component, field, object_id, name, {"entity_category": "config"} | more)


LINK = _measure("linkquality", "{key}_linkquality", "Link quality", "lqi", entity_category="diagnostic",
                enabled_by_default=False, icon="mdi:signal")  # fmt: skip
BATTERY = _measure("battery", "{key}_battery", "Battery", "%", "battery", entity_category="diagnostic")
VOLTAGE = _measure("voltage", "{key}_voltage", "Voltage", "mV", "voltage", entity_category="diagnostic",
                   enabled_by_default=False)  # fmt: skip
CELL = (BATTERY, VOLTAGE, LINK)
QUIET = {"linkquality": NEVER, "voltage": NEVER}
WARMTH = _measure("temperature", "{room}_temperature", "Temperature", "°C", "temperature")
MOTION = (
    Entity(
        "binary_sensor",
        "occupancy",
        "{key}",
        None,
        {"device_class": "motion", "payload_on": True, "payload_off": False},
    ),
    _measure("illuminance", "{room}_illuminance", "Illuminance", "lx", "illuminance"),
)
IDENTIFY = _setting(
    "button", "identify", "{key}_identify", "Identify", device_class="identify", payload_press="identify"
)
POWER_ON = _setting("select", "power_on_behavior", "{key}_power_on_behavior", "Power-on behaviour",
                    options=["off", "on", "previous"], icon="mdi:power-settings")  # fmt: skip
BULB = {"schema": "json", "brightness": True, "brightness_scale": 254}
TUNABLE = BULB | {"supported_color_modes": ["color_temp"], "min_mireds": COLD, "max_mireds": WARM}
DIMMABLE = BULB | {"supported_color_modes": ["brightness"]}
HVAC = {
    "current_temperature_topic": "~", "current_temperature_template": "{{ value_json.local_temperature }}",
    "temperature_state_topic": "~", "temperature_state_template": "{{ value_json.current_heating_setpoint }}",
    "temperature_command_topic": "~/set/current_heating_setpoint", "temperature_unit": "C",
    "min_temp": 5, "max_temp": 30, "temp_step": 0.5, "modes": ["off", "heat", "auto"],
    "mode_state_topic": "~",
    "mode_state_template":
        "{{ 'heat' if value_json.system_mode in ('manual', 'boost') else value_json.system_mode }}",
    "mode_command_topic": "~/set/system_mode", "mode_command_template": "{{ {'heat': 'manual'}.get(value, value) }}",
    "preset_modes": ["boost"],
    "preset_mode_state_topic": "~",
    "preset_mode_value_template": "{{ 'boost' if value_json.system_mode == 'boost' else 'none' }}",
    "preset_mode_command_topic": "~/set/system_mode",
    "preset_mode_command_template": "{{ 'boost' if value == 'boost' else 'auto' }}",
    "action_topic": "~", "action_template": "{{ {'heat': 'heating', 'idle': 'idle'}[value_json.running_state] }}",
}  # fmt: skip
THERMOSTAT = (
    Entity("climate", "climate", "{key}", None, HVAC),
    Entity("number", "current_heating_setpoint", "{room}_target_temperature", "Target temperature",
           {"min": 5, "max": 30, "step": 0.5, "unit_of_measurement": "°C", "device_class": "temperature",
           "mode": "slider", "entity_category": "config"}),
    _setting("select", "system_mode", "{room}_heating_mode", "Heating mode", options=list(MODES)),
    _measure("local_temperature", "{room}_temperature", "Temperature", "°C", "temperature"),
    _measure("pi_heating_demand", "{room}_heating_demand", "Heating demand", "%", icon="mdi:radiator"),
    _setting("switch", "child_lock", "{key}_child_lock", "Child lock", payload_on="LOCK", payload_off="UNLOCK",
             state_on="LOCK", state_off="UNLOCK", icon="mdi:lock"),
)  # fmt: skip


def _opening(device_class: str) -> tuple[Entity, ...]:
    config = {"device_class": device_class, "payload_on": False, "payload_off": True}
    return (Entity("binary_sensor", "contact", "{key}", None, config), *CELL)


SCENE_ENTITIES = tuple(
    Entity("scene", f"scene_{number}", f"{{room}}_{name}", name.capitalize(), {
        "payload_on": json.dumps({"scene_recall": number})})
    for number, name in zip(SCENES, ("cinema", "reading"), strict=True)
)  # fmt: skip
REMOTE = tuple(
    Entity("device_automation", f"action_{key}_{press}", "", None, {
        "automation_type": "trigger", "type": kind, "subtype": f"button_{key}", "payload": f"{key}_{press}"})
    for key in KEYS for press, kind in PRESSES.items()
)  # fmt: skip
LUX = {"illuminance": (6.0, 0.2), "temperature": (0.2, 0.0)} | QUIET
KINDS: Final = {
    "bridge": Kind(ZIGBEE, (
        Entity("binary_sensor", "connection", "{key}_connection", "Connection", {
            "device_class": "connectivity", "entity_category": "diagnostic", "payload_on": "online",
            "payload_off": "offline"}),
        _setting("switch", "permit_join", "{key}_permit_join", "Permit join", payload_on="true", payload_off="false",
                 state_on=True, state_off=False),
    ), _bridge, _obey_bridge, period=1_800),
    "motion": Kind(ZIGBEE, (*MOTION, *CELL), _motion, deaf, steps=LUX),
    "motion_and_warmth": Kind(ZIGBEE, (*MOTION, WARMTH, *CELL), _motion_and_warmth, deaf, steps=LUX),
    "door": Kind(ZIGBEE, _opening("door"), _contact, deaf, period=1_800, steps=QUIET),
    "window": Kind(ZIGBEE, _opening("window"), _contact, deaf, period=1_800, steps=QUIET),
    "climate": Kind(ZIGBEE, (WARMTH, _measure("humidity", "{room}_humidity", "Humidity", "%", "humidity"), *CELL),
                    _climate, deaf,
                    steps={"temperature": (0.2, 0.0), "humidity": (1.0, 0.0)} | QUIET),
    "thermostat": Kind(ZIGBEE, (*THERMOSTAT, *CELL), _thermostat, _obey_thermostat,
                       steps={"local_temperature": (0.2, 0.0), "pi_heating_demand": (8.0, 0.0)} | QUIET),
    "dimmable_bulb": Kind(ZIGBEE, (Entity("light", "light", "{key}", None, DIMMABLE), POWER_ON, IDENTIFY, LINK),
                          _dimmable,
                          _obey_bulb, period=1_800, steps=QUIET),
    "tunable_bulb": Kind(ZIGBEE, (Entity("light", "light", "{key}", None, TUNABLE), POWER_ON, IDENTIFY, LINK), _tunable,
                         _obey_bulb, period=1_800, steps=QUIET),
    "scene_bulb": Kind(ZIGBEE, (Entity("light", "light", "{key}", None, TUNABLE), *SCENE_ENTITIES, POWER_ON, IDENTIFY,
                       LINK), _tunable, _obey_bulb, period=1_800, steps=QUIET),
    "remote": Kind(ZIGBEE, (*REMOTE, *CELL), _cell, deaf, period=1_800, steps=QUIET),
}  # fmt: skip
