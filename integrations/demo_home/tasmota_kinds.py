"""The kinds of Tasmota devices, plugs, relays and dimmers: their entities, what they report, what they do when told.

Needs the world through its units. The fields are those of Tasmota 14.
"""

from collections.abc import Callable
from typing import Any, Final, Protocol

from integrations.demo_home.lamps import COLD, WARM, Lamp, Wish
from integrations.demo_home.tasmota import TASMOTA, UPDATE
from integrations.demo_home.unit import NEVER, Entity, Ignored, Kind, Order, Unit, Values, number

RESTART_SECONDS: Final = 6.0
LATEST: Final = "14.3.0"
"""The firmware that the maker offers."""
LOAD_SECONDS: Final = 5.0
"""For a tenth of it."""

# --- what they report


def _relay(unit: Unit) -> Values:
    return {"POWER": "ON" if _switched(unit)[0]() else "OFF", "RSSI": round(unit.radio.signal())}


def _plug(unit: Unit) -> Values:
    load = unit.world.load(unit.device.thing)
    volts = unit.world.meter.voltage() + unit.noise(0.3)
    watts = max(0.0, load.watts * (1 + unit.noise(0.004)))
    return {
        **_relay(unit),
        UPDATE: _firmware(unit),
        "Total": round(load.kwh(), 3),
        "Power": round(watts, 1) if watts < 100 else round(watts),
        "Voltage": round(volts),
        "Current": round(watts / volts, 3),
    }


def _firmware(unit: Unit) -> dict[str, Any]:
    part = unit.memory.get("upgrade")
    return {"installed_version": unit.device.product.firmware, "latest_version": LATEST,
            "in_progress": part is not None, "update_percentage": part}  # fmt: skip


def _dimmer(unit: Unit) -> Values:
    lamp = unit.world.lamps[unit.device.thing]
    return {
        "POWER": "ON" if lamp.on else "OFF",
        "Dimmer": max(1, round(100 * lamp.brightness)),
        "CT": lamp.mired,
        "RSSI": round(unit.radio.signal()),
    }


# --- what they do when told


class Plugged(Protocol):
    """What stands behind a plug."""

    powered: bool

    def power(self, on: bool) -> None: ...


def _switched(unit: Unit) -> tuple[Callable[[], bool], Callable[[bool], None]]:
    """How to see and how to set what the relay switches."""
    world, thing = unit.world, unit.device.thing
    if thing in world.lamps:
        lamp: Lamp = world.lamps[thing]
        return (lambda: lamp.on), (lambda on: lamp.set(Wish(on=on)))
    plugged: dict[str, Plugged] = {"fridge": world.fridge, "washing_machine": world.washing_machine, **world.appliances}
    behind = plugged[thing]
    return (lambda: behind.powered), behind.power


def _obey(unit: Unit, order: Order) -> None:
    for field, value in order.items():
        if field not in ORDERS[unit.device.kind]:
            raise Ignored("unknown command")
        ORDERS[unit.device.kind][field](unit, value)


def _power(unit: Unit, value: Any) -> None:
    see, switch = _switched(unit)
    words = {"ON": True, "1": True, "OFF": False, "0": False, "TOGGLE": not see(), "2": not see()}
    if str(value).upper() not in words:
        raise Ignored("not an option")
    switch(words[str(value).upper()])


def _restart(unit: Unit, value: Any) -> None:
    if value != "1":
        raise Ignored("not an option")
    unit.restart(RESTART_SECONDS)


def _upgrade(unit: Unit, value: Any) -> None:
    """Load the new firmware a tenth at a time, then start with it; what is plugged in stays on."""
    if value != "1":
        raise Ignored("not an option")
    if unit.device.product.firmware == LATEST or "upgrade" in unit.memory:
        raise Ignored("nothing to install")
    _load(unit, 0)


def _load(unit: Unit, part: int) -> None:
    if part < 100:
        unit.memory["upgrade"] = part
        unit.world.timeline.after(LOAD_SECONDS, lambda: _load(unit, part + 10))
    else:
        del unit.memory["upgrade"]
        unit.renew(LATEST)
        unit.restart(RESTART_SECONDS)
    unit.changed()


def _brightness(unit: Unit, value: Any) -> None:
    unit.world.lamps[unit.device.thing].set(Wish(brightness=number(value, 0, 100) / 100))


def _warmth(unit: Unit, value: Any) -> None:
    unit.world.lamps[unit.device.thing].set(Wish(mired=round(number(value, COLD, WARM))))


# --- the kinds


RESTART = Entity("button", "Restart", "{key}_restart", "Restart", {
    "command_topic": "~cmnd/Restart", "payload_press": "1", "device_class": "restart", "entity_category": "config",
})  # fmt: skip
SIGNAL = Entity("sensor", "RSSI", "{key}_signal", "Signal", {
    "state_topic": "~tele/STATE", "value_template": "{{ value_json.Wifi.RSSI }}", "device_class": "signal_strength",
    "unit_of_measurement": "dBm", "state_class": "measurement", "entity_category": "diagnostic",
})  # fmt: skip
POWER = {"state_topic": "~stat/POWER", "command_topic": "~cmnd/POWER", "payload_on": "ON", "payload_off": "OFF"}


def _energy(field: str, object_id: str, name: str, device_class: str, unit: str, state_class: str = "measurement",
            **more: Any) -> Entity:  # fmt: skip
    return Entity("sensor", field, object_id, name, {
        "state_topic": "~tele/SENSOR", "value_template": f"{{{{ value_json.ENERGY.{field} }}}}",
        "device_class": device_class,
        "unit_of_measurement": unit, "state_class": state_class,
    } | more)  # fmt: skip


PLUG = (
    Entity("switch", "POWER", "{key}", None, POWER | {"device_class": "outlet"}),
    _energy("Power", "{key}_power", "Power", "power", "W"),
    _energy("Total", "{key}_energy", "Energy", "energy", "kWh", "total_increasing"),
    _energy("Voltage", "{key}_voltage", "Voltage", "voltage", "V", entity_category="diagnostic"),
    _energy("Current", "{key}_current", "Current", "current", "A", entity_category="diagnostic"),
    Entity("update", UPDATE, "{key}_firmware", "Firmware", {
        "state_topic": f"~stat/{UPDATE}", "command_topic": "~cmnd/Upgrade", "payload_install": "1",
        "device_class": "firmware", "entity_category": "config"}),
    SIGNAL, RESTART,
)  # fmt: skip
DIMMER = (
    Entity("light", "LIGHT", "{key}", None, {
        "state_topic": "~stat/RESULT", "state_value_template": "{{ value_json.POWER }}", "command_topic": "~cmnd/POWER",
        "payload_on": "ON", "payload_off": "OFF", "brightness_state_topic": "~stat/RESULT", "brightness_scale": 100,
        "brightness_value_template": "{{ value_json.Dimmer }}", "brightness_command_topic": "~cmnd/Dimmer",
        "on_command_type": "brightness", "color_temp_state_topic": "~stat/RESULT",
        "color_temp_command_topic": "~cmnd/CT",
        "color_temp_value_template": "{{ value_json.CT }}", "min_mireds": COLD, "max_mireds": WARM,
    }),
    SIGNAL, RESTART,
)  # fmt: skip
ORDERS: Final[dict[str, dict[str, Callable[[Unit, Any], None]]]] = {
    "plug": {"POWER": _power, "Restart": _restart, "Upgrade": _upgrade},
    "relay": {"POWER": _power, "Restart": _restart},
    "relay_lamp": {"POWER": _power, "Restart": _restart},
    "dimmer": {"POWER": _power, "Dimmer": _brightness, "CT": _warmth, "Restart": _restart},
}
QUIET = {"RSSI": NEVER, "Voltage": NEVER, "Current": NEVER, "Total": NEVER, "Power": (2.0, 0.05)}
KINDS: Final = {
    "plug": Kind(TASMOTA, PLUG, _plug, _obey, period=20, heartbeat=300, steps=QUIET),
    "relay": Kind(TASMOTA, (Entity("switch", "POWER", "{key}", None, POWER), SIGNAL, RESTART), _relay, _obey,
                  period=300,
                  heartbeat=300, steps=QUIET),
    "relay_lamp": Kind(TASMOTA, (Entity("light", "POWER", "{key}", None, POWER), SIGNAL, RESTART), _relay, _obey,
                       period=300,
                       heartbeat=300, steps=QUIET),
    "dimmer": Kind(TASMOTA, DIMMER, _dimmer, _obey, period=300, heartbeat=300, steps=QUIET),
}  # fmt: skip
