"""The kinds of ESPHome boards: air monitor, door bell, and self-made lamps in the template schema.

Needs the world through its units.
"""

from typing import Any, Final

from integrations.demo_home.esphome import ESPHOME
from integrations.demo_home.lamps import COLD, WARM, Wish
from integrations.demo_home.sensors import Bell
from integrations.demo_home.unit import NEVER, Entity, Ignored, Kind, Order, Unit, Values, choice, number

RESTART_SECONDS: Final = 4.0

# --- what they report


def _air(unit: Unit) -> Values:
    room = unit.world.building.rooms[unit.device.thing]
    co2 = round(room.co2 + unit.noise(6))
    return {
        "co2": co2,
        "temperature": round(room.air + unit.noise(0.04), 1),
        "humidity": round(min(100.0, room.humidity + unit.noise(0.4)), 1),
        "co2_warning": unit.memory.get("co2_warning", 1_000),
        "stale_air": "ON" if co2 > unit.memory.get("co2_warning", 1_000) else "OFF",
        "signal": round(unit.radio.signal()),
    }


def _chime(unit: Unit) -> Values:
    bell = unit.world.bell
    return {
        "pressed": "ON" if bell.pressed else "OFF",
        "rings": bell.rings,
        "melody": bell.melody,
        "volume": bell.volume,
        "signal": round(unit.radio.signal()),
    }


def _text_lamp(unit: Unit) -> Values:
    lamp = unit.world.lamps[unit.device.key]
    text = f"{'on' if lamp.on else 'off'},{max(1, round(255 * lamp.brightness))},{lamp.mired}"
    return {"lamp": text, "signal": round(unit.radio.signal())}


# --- what they do when told


def _obey(unit: Unit, order: Order) -> None:
    for field, value in order.items():
        match unit.device.kind, field:
            case _, "button/restart":
                choice(value, ("PRESS",))
                unit.restart(RESTART_SECONDS)
            case "air", "number/co2_warning":
                unit.memory["co2_warning"] = round(number(value, 600, 2_000))
            case "chime", "button/ring":
                choice(value, ("PRESS",))
                unit.world.bell.ring()
            case "chime", "select/melody":
                unit.world.bell.melody = choice(value, Bell.MELODIES)
            case "chime", "number/volume":
                unit.world.bell.volume = round(number(value, 0, 100))
            case "text_lamp", "light/lamp":
                unit.world.lamps[unit.device.key].set(_wish(value))
            case _:
                raise Ignored("unknown command")


def _wish(text: str) -> Wish:
    """`on,brightness,mired,transition` or `off,,,transition`; what is left empty stays as it is."""
    words = text.split(",")
    if len(words) != 4 or words[0] not in ("on", "off"):
        raise Ignored("not on or off with three fields")
    brightness, mired, transition = (
        number(word, low, high) if word else None
        for word, low, high in zip(words[1:], (0, COLD, 0), (255, WARM, 3_600), strict=True)
    )
    return Wish(
        words[0] == "on",
        None if brightness is None else brightness / 255,
        None if mired is None else round(mired),
        transition,
    )


# --- the kinds


def _measure(field: str, object_id: str, name: str, unit: str, device_class: str, **more: Any) -> Entity:
    return Entity("sensor", field, object_id, name, {
        "dev_cla": device_class, "unit_of_meas": unit, "stat_cla": "measurement"} | more)  # fmt: skip


SIGNAL = _measure("signal", "{key}_signal", "Signal", "dBm", "signal_strength", ent_cat="diagnostic")
RESTART = Entity("button", "restart", "{key}_restart", "Restart", {"dev_cla": "restart", "ent_cat": "config"})
AIR = (
    _measure("co2", "{room}_co2", "Carbon dioxide", "ppm", "carbon_dioxide"),
    _measure("temperature", "{room}_temperature", "Temperature", "°C", "temperature"),
    _measure("humidity", "{room}_humidity", "Humidity", "%", "humidity"),
    Entity("number", "co2_warning", "{room}_co2_warning", "CO2 warning", {
        "min": 600, "max": 2_000, "step": 50, "unit_of_meas": "ppm", "mode": "box", "ent_cat": "config"}),
    Entity("binary_sensor", "stale_air", "{room}_stale_air", "Stale air", {"dev_cla": "problem"}),
    SIGNAL, RESTART,
)  # fmt: skip
CHIME = (
    Entity("binary_sensor", "pressed", "front_door_bell", "Bell", {"icon": "mdi:doorbell"}),
    Entity("sensor", "rings", "{key}_rings", "Rings", {"stat_cla": "total_increasing", "icon": "mdi:bell-ring"}),
    Entity("button", "ring", "{key}_ring", "Ring", {"icon": "mdi:bell"}),
    Entity("select", "melody", "{key}_melody", "Melody", {
        "ops": list(Bell.MELODIES), "icon": "mdi:music", "ent_cat": "config"}),
    Entity("number", "volume", "{key}_volume", "Volume", {
        "min": 0, "max": 100, "step": 5, "unit_of_meas": "%", "ent_cat": "config"}),
    SIGNAL, RESTART,
)  # fmt: skip
TEXT_LAMP = (
    Entity("light", "lamp", "{key}", None, {
        "schema": "template",
        "cmd_on_tpl": "on,{{ brightness|d }},{{ color_temp|d }},{{ transition|d }}",
        "cmd_off_tpl": "off,,,{{ transition|d }}",
        "stat_tpl": "{{ value.split(',')[0] }}",
        "bri_tpl": "{{ value.split(',')[1] }}",
        "clr_temp_tpl": "{{ value.split(',')[2] }}",
        "min_mirs": COLD, "max_mirs": WARM,
    }),
    SIGNAL, RESTART,
)  # fmt: skip
SIGNAL_STEP = {"signal": (4.0, 0.0)}
KINDS: Final = {
    "air": Kind(ESPHOME, AIR, _air, _obey, heartbeat=900, steps={
        "co2": (25.0, 0.0), "temperature": (0.2, 0.0), "humidity": (1.0, 0.0)} | SIGNAL_STEP),
    "chime": Kind(ESPHOME, CHIME, _chime, _obey, period=600, steps=SIGNAL_STEP),
    "text_lamp": Kind(ESPHOME, TEXT_LAMP, _text_lamp, _obey, period=600, steps={"signal": NEVER}),
}  # fmt: skip
