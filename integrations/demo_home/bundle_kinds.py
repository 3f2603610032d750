"""The kinds that announce themselves as device bundles: meter, heat pump, dishwasher, hot water, dehumidifier, phones.

Needs the world through its units.
"""

from typing import Any, Final

from integrations.demo_home.air import DRYING
from integrations.demo_home.appliances import DISHES
from integrations.demo_home.bundles import BUNDLES
from integrations.demo_home.heating import PUMP_MODES
from integrations.demo_home.hot_water import HIGHEST, LOWEST, MODES
from integrations.demo_home.plans import AWAY
from integrations.demo_home.unit import NEVER, Entity, Ignored, Kind, Order, Unit, Values, choice, deaf, number

DRY: Final = (40, 80)
"""Percent that the dehumidifier can be set to."""

# --- what they report


def _meter(unit: Unit) -> Values:
    meter = unit.world.meter
    watts, volts = meter.watts(), meter.voltage()
    return {
        "power": round(watts, 1), "energy": round(meter.kwh(), 4), "voltage": round(volts, 1),
        "current": round(watts / volts, 2),
    }  # fmt: skip


def _heat_pump(unit: Unit) -> Values:
    pump = unit.world.heat_pump
    return {
        "mode": pump.mode,
        "curve_offset": pump.offset,
        "outside_temperature": round(unit.world.weather.temperature + unit.noise(0.05), 1),
        "flow_temperature": round(pump.flow, 1),
        "heat": round(pump.heat),
        "power": round(pump.load.watts),
        "energy": round(pump.load.kwh(), 2),
    }


def _dishwasher(unit: Unit) -> Values:
    machine = unit.world.dishwasher
    return {
        "state": machine.phase,
        "program": unit.world.dish_programme,
        "remaining": round(machine.remaining() / 60),
        "power": round(unit.world.load("dishwasher").watts),
        "energy": round(unit.world.load("dishwasher").kwh(), 2),
        "cycles": machine.runs,
    }


def _hot_water(unit: Unit) -> Values:
    tank, load = unit.world.tank, unit.world.load("hot_water")
    return {
        "mode": tank.mode, "target": tank.target, "temperature": round(tank.temperature, 1),
        "power": round(load.watts), "energy": round(load.kwh(), 2),
    }  # fmt: skip


def _dehumidifier(unit: Unit) -> Values:
    dryer = unit.world.dehumidifier
    room = unit.world.building.rooms[unit.device.thing]
    return {
        "power": "ON" if dryer.on else "OFF", "target": dryer.target, "mode": dryer.mode, "action": dryer.action,
        "humidity": round(min(100.0, room.humidity + unit.noise(0.5))),
        "watts": round(unit.world.load("dehumidifier").watts),
    }  # fmt: skip


def _phone(unit: Unit) -> Values:
    """It is at home as long as whoever carries it is; the router at home tells."""
    room = unit.world.whereabouts.get(unit.device.thing, AWAY)
    return {"place": "not_home" if room == AWAY else "home"}


# --- what they do when told


def _obey_heat_pump(unit: Unit, order: Order) -> None:
    pump = unit.world.heat_pump
    for field, value in order.items():
        if field == "mode":
            pump.mode = choice(value, PUMP_MODES)
        elif field == "curve_offset":
            pump.offset = round(2 * number(value, -5, 5)) / 2
        else:
            raise Ignored("unknown command")


def _obey_hot_water(unit: Unit, order: Order) -> None:
    tank = unit.world.tank
    for field, value in order.items():
        if field == "mode":
            tank.adjust(mode=choice(value, MODES))
        elif field == "target":
            tank.adjust(target=round(2 * number(value, LOWEST, HIGHEST)) / 2)
        else:
            raise Ignored("unknown command")


def _obey_dehumidifier(unit: Unit, order: Order) -> None:
    dryer = unit.world.dehumidifier
    for field, value in order.items():
        if field == "power":
            dryer.adjust(on=choice(value, ("ON", "OFF")) == "ON")
        elif field == "target":
            dryer.adjust(target=round(number(value, *DRY)))
        elif field == "mode":
            dryer.adjust(mode=choice(value, DRYING))
        else:
            raise Ignored("unknown command")


def _obey_dishwasher(unit: Unit, order: Order) -> None:
    world = unit.world
    for field, value in order.items():
        if field == "program":
            if world.dishwasher.running:
                raise Ignored("not while it is running")
            world.dish_programme = choice(value, DISHES)
        elif field == "start":
            choice(value, ("PRESS",))
            if not world.dishwasher.start(DISHES[world.dish_programme]):
                raise Ignored("it is running")
        elif field == "stop":
            choice(value, ("PRESS",))
            world.dishwasher.stop()
        else:
            raise Ignored("unknown command")


# --- the kinds


def _measure(field: str, object_id: str, name: str, unit: str, device_class: str, state_class: str = "measurement",
             **more: Any) -> Entity:  # fmt: skip
    return Entity("sensor", field, object_id, name, {
        "unit_of_meas": unit, "dev_cla": device_class, "stat_cla": state_class} | more)  # fmt: skip


METER = (
    _measure("power", "house_power", "Power", "W", "power"),
    _measure("energy", "house_energy", "Energy", "kWh", "energy", "total_increasing", sug_dsp_prc=2),
    _measure("voltage", "house_voltage", "Voltage", "V", "voltage", ent_cat="diagnostic"),
    _measure("current", "house_current", "Current", "A", "current", ent_cat="diagnostic"),
)
HEAT_PUMP = (
    Entity("select", "mode", "{key}_mode", "Mode", {"ops": list(PUMP_MODES)}),
    Entity("number", "curve_offset", "{key}_curve_offset", "Heating curve offset", {
        "min": -5, "max": 5, "step": 0.5, "unit_of_meas": "K", "ent_cat": "config"}),
    _measure("outside_temperature", "outside_temperature", "Outside temperature", "°C", "temperature"),
    _measure("flow_temperature", "{key}_flow_temperature", "Flow temperature", "°C", "temperature"),
    _measure("heat", "{key}_heat", "Heat", "W", "power"),
    _measure("power", "{key}_power", "Power", "W", "power"),
    _measure("energy", "{key}_energy", "Energy", "kWh", "energy", "total_increasing"),
)  # fmt: skip
DISHWASHER = (
    Entity("sensor", "state", "{key}", None, {
        "dev_cla": "enum", "json_attributes_topic": "~/state",
        "ops": ["idle", "heating", "washing", "rinsing", "drying", "finished"]}),
    Entity("select", "program", "{key}_program", "Programme", {"ops": list(DISHES)}),
    Entity("button", "start", "{key}_start", "Start"),
    Entity("button", "stop", "{key}_stop", "Stop"),
    _measure("remaining", "{key}_remaining", "Remaining", "min", "duration"),
    _measure("power", "{key}_power", "Power", "W", "power"),
    _measure("energy", "{key}_energy", "Energy", "kWh", "energy", "total_increasing"),
    Entity("sensor", "cycles", "{key}_cycles", "Cycles", {"stat_cla": "total_increasing", "ent_cat": "diagnostic"}),
)  # fmt: skip
HOT_WATER = (
    Entity("water_heater", "hot_water", "{key}", None, {
        "modes": list(MODES), "mode_state_topic": "~/state", "mode_state_template": "{{ value_json.mode }}",
        "mode_command_topic": "~/set/mode", "temperature_state_topic": "~/state",
        "temperature_state_template": "{{ value_json.target }}", "temperature_command_topic": "~/set/target",
        "current_temperature_topic": "~/state", "current_temperature_template": "{{ value_json.temperature }}",
        "min_temp": LOWEST, "max_temp": HIGHEST, "precision": 0.5, "temperature_unit": "C"}),
    _measure("power", "{key}_power", "Power", "W", "power"),
    _measure("energy", "{key}_energy", "Energy", "kWh", "energy", "total_increasing"),
)  # fmt: skip
DEHUMIDIFIER = (
    Entity("humidifier", "dehumidifier", "{key}", None, {
        "dev_cla": "dehumidifier", "state_value_template": "{{ value_json.power }}", "command_topic": "~/set/power",
        "target_humidity_state_topic": "~/state", "target_humidity_state_template": "{{ value_json.target }}",
        "target_humidity_command_topic": "~/set/target", "min_humidity": DRY[0], "max_humidity": DRY[1],
        "current_humidity_topic": "~/state", "current_humidity_template": "{{ value_json.humidity }}",
        "action_topic": "~/state", "action_template": "{{ value_json.action }}",
        "modes": list(DRYING), "mode_state_topic": "~/state", "mode_state_template": "{{ value_json.mode }}",
        "mode_command_topic": "~/set/mode"}),
    _measure("watts", "{key}_power", "Power", "W", "power"),
)  # fmt: skip
PHONE = (Entity("device_tracker", "place", "{key}", None, {"src_type": "router"}),)
KINDS: Final = {
    "meter": Kind(BUNDLES, METER, _meter, deaf, period=10, heartbeat=10),
    "heat_pump": Kind(BUNDLES, HEAT_PUMP, _heat_pump, _obey_heat_pump, period=30, heartbeat=600, steps={
        "outside_temperature": (0.2, 0.0), "flow_temperature": (0.5, 0.0), "power": (15.0, 0.05), "heat": (100.0, 0.1),
        "energy": NEVER}),
    "dishwasher": Kind(BUNDLES, DISHWASHER, _dishwasher, _obey_dishwasher, steps={
        "power": (3.0, 0.05), "energy": NEVER, "remaining": (1.0, 0.0)}),
    "hot_water": Kind(BUNDLES, HOT_WATER, _hot_water, _obey_hot_water, steps={
        "temperature": (0.5, 0.0), "energy": NEVER}),
    "dehumidifier": Kind(BUNDLES, DEHUMIDIFIER, _dehumidifier, _obey_dehumidifier, steps={
        "humidity": (2.0, 0.0), "watts": (10.0, 0.0)}),
    "phone": Kind(BUNDLES, PHONE, _phone, deaf),
}  # fmt: skip
