"""The kinds of ESPHome boards that move or guard: shutter, water valve, lock, siren, robots, alarm panel.

Needs the world through its units.
"""

import json
from typing import Any, Final

from integrations.demo_home.drives import MODES, Drive, Horn
from integrations.demo_home.esphome import ESPHOME
from integrations.demo_home.esphome_kinds import RESTART, RESTART_SECONDS, SIGNAL
from integrations.demo_home.unit import NEVER, Entity, Ignored, Kind, Order, Unit, Values, choice, number

CODE: Final = "2580"
"""What the panel's keypad asks for; the panel itself checks it."""
_ACTIONS: Final = {"ARM_HOME": MODES[0], "ARM_AWAY": MODES[1], "ARM_NIGHT": MODES[2]}
_LONGEST_SOUND: Final = 600

# --- what they report


def _signal(unit: Unit) -> Values:
    return {"signal": round(unit.radio.signal())}


def _drive(unit: Unit) -> Values:
    drive = unit.world.drives[unit.device.thing]
    text = json.dumps({"state": drive.state, "position": round(drive.position)})
    return {unit.device.kind: text, **_signal(unit)}


def _lock(unit: Unit) -> Values:
    return {"lock": unit.world.bolt.state.upper(), **_signal(unit)}


def _siren(unit: Unit) -> Values:
    horn = unit.world.horn
    text = json.dumps({"state": "ON" if horn.on else "OFF", "tone": horn.tone, "volume_level": horn.volume})
    return {"siren": text, **_signal(unit)}


def _vacuum(unit: Unit) -> Values:
    robot = unit.world.robots[unit.device.thing]
    return {"vacuum": json.dumps({"state": robot.state, "fan_speed": unit.memory.get("fan_speed", "medium")}),
            "charge": round(robot.charge), **_signal(unit)}  # fmt: skip


def _mower(unit: Unit) -> Values:
    robot = unit.world.robots[unit.device.thing]
    return {"mower": robot.state, "charge": round(robot.charge), **_signal(unit)}


def _panel(unit: Unit) -> Values:
    return {"panel": unit.world.panel.state, **_signal(unit)}


# --- what they do when told


def _obey(unit: Unit, order: Order) -> None:
    for field, value in order.items():
        match field:
            case "button/restart":
                choice(value, ("PRESS",))
                unit.restart(RESTART_SECONDS)
            case "cover/shutter" | "valve/valve" if field.endswith(f"/{unit.device.kind}"):
                _move(unit.world.drives[unit.device.thing], value)
            case "lock/lock" if unit.device.kind == "lock":
                unit.world.bolt.turn(lock=choice(value, ("LOCK", "UNLOCK")) == "LOCK")
            case "siren/siren" if unit.device.kind == "siren":
                _sound(unit.world.horn, object_of(value))
            case "alarm_control_panel/panel" if unit.device.kind == "panel":
                _guard(unit, object_of(value))
            case "vacuum/vacuum" | "lawn_mower/mower" if field.endswith(f"/{unit.device.kind}"):
                _work(unit, value)
            case "vacuum/speed" if unit.device.kind == "vacuum":
                unit.memory["fan_speed"] = choice(value, SPEEDS)
            case _:
                raise Ignored("unknown command")


def _move(drive: Drive, value: Any) -> None:
    match value:
        case "OPEN":
            drive.go(100.0)
        case "CLOSE":
            drive.go(0.0)
        case "STOP":
            drive.stop()
        case _:
            drive.go(float(round(number(value, 0, 100))))


def object_of(text: Any) -> dict[str, Any]:
    try:
        order = json.loads(text)
    except (ValueError, RecursionError) as fault:
        raise Ignored("not JSON") from fault
    if not isinstance(order, dict):
        raise Ignored("not a JSON object")
    return order


def _sound(horn: Horn, order: dict[str, Any]) -> None:
    if choice(order.get("state"), ("ON", "OFF")) == "OFF":
        horn.silence()
        return
    tone = choice(order.get("tone", horn.tone), Horn.TONES)
    volume = number(order.get("volume_level", horn.volume), 0, 1)
    duration = number(order.get("duration", 60), 1, _LONGEST_SOUND)
    horn.tone, horn.volume = tone, volume
    horn.sound(duration)


def _guard(unit: Unit, order: dict[str, Any]) -> None:
    action = choice(order.get("action"), (*_ACTIONS, "DISARM", "TRIGGER"))
    panel = unit.world.panel
    if action == "TRIGGER":
        panel.trigger()
    elif action in _ACTIONS:
        panel.arm(_ACTIONS[action])
    elif order.get("code") == CODE:
        panel.disarm()
    else:
        raise Ignored("wrong code")


def _work(unit: Unit, value: Any) -> None:
    robot = unit.world.robots[unit.device.thing]
    does = {"start": robot.start, "start_mowing": robot.start, "pause": robot.pause, "stop": robot.stop,
            "return_to_base": robot.home, "dock": robot.home}  # fmt: skip
    does[choice(value, does)]()


# --- the kinds

SPEEDS: Final = ("quiet", "medium", "max")
_CHARGE: Final = Entity("sensor", "charge", "{key}_battery", "Battery", {
    "dev_cla": "battery", "unit_of_meas": "%", "stat_cla": "measurement", "ent_cat": "diagnostic"})  # fmt: skip
_MOWER: Final = {
    f"{action}_{part}": f"~/lawn_mower/mower/{kind}"
    for action, part, kind in (
        ("activity", "state_topic", "state"),
        *((action, "command_topic", "command") for action in ("start_mowing", "pause", "dock")),
    )
}
_PLACES: Final = {"val_tpl": "{{ value_json.state }}", "pos_t": "~/cover/shutter/state",
                  "pos_tpl": "{{ value_json.position }}", "set_pos_t": "~/cover/shutter/command"}  # fmt: skip
_ALL: Final = (SIGNAL, RESTART)
_QUIET: Final = {"signal": NEVER}
KINDS: Final = {
    "shutter": Kind(ESPHOME, (Entity("cover", "shutter", "{key}", None, {"dev_cla": "shutter"} | _PLACES), *_ALL),
                    _drive, _obey, period=600, steps=_QUIET),
    "valve": Kind(ESPHOME, (Entity("valve", "valve", "{key}", None, {
        "dev_cla": "water", "reports_position": True, "pl_stop": "STOP"}), *_ALL),
        _drive, _obey, period=600, steps=_QUIET),
    "lock": Kind(ESPHOME, (Entity("lock", "lock", "{key}", None), *_ALL), _lock, _obey, period=600, steps=_QUIET),
    "siren": Kind(ESPHOME, (Entity("siren", "siren", "{key}", None, {
        "available_tones": list(Horn.TONES)}), *_ALL), _siren, _obey, period=600, steps=_QUIET),
    "vacuum": Kind(ESPHOME, (Entity("vacuum", "vacuum", "{key}", None, {
        "sup_feat": ["start", "pause", "stop", "return_home", "fan_speed"], "fanspd_lst": list(SPEEDS),
        "set_fan_spd_t": "~/vacuum/speed/command"}), _CHARGE, *_ALL), _vacuum, _obey, period=600, steps=_QUIET),
    "mower": Kind(ESPHOME, (Entity("lawn_mower", "mower", "{key}", None, _MOWER), _CHARGE, *_ALL),
                  _mower, _obey, period=600, steps=_QUIET),
    "panel": Kind(ESPHOME, (Entity("alarm_control_panel", "panel", "{key}", None, {
        "code": "REMOTE_CODE", "cod_arm_req": False, "cod_trig_req": False,
        "sup_feat": ["arm_home", "arm_away", "arm_night", "trigger"],
        "cmd_tpl": '{"action": "{{ action }}", "code": "{{ code | d("") }}"}'}),
        Entity("tag", "tag", "{key}", None, {"t": "~/tag/tag/state"}), *_ALL),
        _panel, _obey, period=600, steps=_QUIET),
}  # fmt: skip
