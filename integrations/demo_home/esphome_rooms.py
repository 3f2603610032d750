"""The kinds of ESPHome boards that make a room pleasant: standing fan, bedside clock, kitchen display.

Needs the world through its units.
"""

import json
from datetime import UTC, date, datetime, time
from typing import Any, Final

from integrations.demo_home.air import BREEZES, SPEEDS
from integrations.demo_home.esphome import ESPHOME
from integrations.demo_home.esphome_kinds import RESTART, RESTART_SECONDS, SIGNAL
from integrations.demo_home.unit import NEVER, Entity, Ignored, Kind, Order, Unit, Values, choice, number

LONGEST_NOTE: Final = 200
"""Signs that the kitchen display has room for."""

# --- what they report


def _fan(unit: Unit) -> Values:
    fan = unit.world.fan
    text = json.dumps({
        "state": "ON" if fan.on else "OFF", "speed": fan.speed, "preset": fan.preset or "None",
        "oscillation": "on" if fan.oscillating else "off"})  # fmt: skip
    return {"fan": text, "signal": round(unit.radio.signal())}


def _clock(unit: Unit) -> Values:
    clock = unit.world.clock
    return {
        "alarm": "ON" if clock.on else "OFF",
        "wake": clock.wake.isoformat(),
        "holiday": clock.holiday.isoformat(),
        "reminder": clock.reminder.isoformat(),
        "ringing": "ON" if clock.ringing else "OFF",
        "signal": round(unit.radio.signal()),
    }


def _display(unit: Unit) -> Values:
    return {"note": unit.memory.get("note", "Nothing new"), "signal": round(unit.radio.signal())}


# --- what they do when told


def _obey(unit: Unit, order: Order) -> None:
    for field, value in order.items():
        match unit.device.kind, field:
            case _, "button/restart":
                choice(value, ("PRESS",))
                unit.restart(RESTART_SECONDS)
            case "standing_fan", _:
                _blow(unit, field.partition("/")[2], value)
            case "clock", _:
                _set(unit, field.partition("/")[2], value)
            case "display", "notify/message":
                unit.memory["note"] = value.strip()[:LONGEST_NOTE] or "Nothing new"
            case "display", "button/clear":
                choice(value, ("PRESS",))
                unit.memory.pop("note", None)
            case _:
                raise Ignored("unknown command")


def _blow(unit: Unit, field: str, value: Any) -> None:
    fan = unit.world.fan
    match field:
        case "fan":
            fan.turn(on=choice(value, ("ON", "OFF")) == "ON")
        case "speed":
            fan.set_speed(round(number(value, 0, SPEEDS)))
        case "preset":
            fan.blow(choice(value, BREEZES))
        case "oscillation":
            fan.swing(oscillating=choice(value, ("on", "off")) == "on")
        case _:
            raise Ignored("unknown command")


def _set(unit: Unit, field: str, value: str) -> None:
    clock = unit.world.clock
    try:
        match field:
            case "alarm":
                clock.adjust(on=choice(value, ("ON", "OFF")) == "ON")
            case "wake":
                clock.adjust(wake=time.fromisoformat(value).replace(tzinfo=None))
            case "holiday":
                clock.adjust(holiday=date.fromisoformat(value))
            case "reminder":
                clock.adjust(reminder=_moment(value))
            case "hush":
                clock.hush()
            case _:
                raise Ignored("unknown command")
    except (ValueError, OverflowError) as fault:
        raise Ignored(str(fault) if isinstance(fault, Ignored) else "no date or time") from fault


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)


# --- the kinds

_JSON: Final = "{{{{ value_json.{} }}}}"
FAN: Final = (
    Entity("fan", "fan", "{key}", None, {
        "stat_val_tpl": _JSON.format("state"),
        "spd_rng_max": SPEEDS, "pct_cmd_t": "~/fan/speed/command", "pct_stat_t": "~/fan/fan/state",
        "pct_val_tpl": _JSON.format("speed"),
        "pr_modes": list(BREEZES), "pr_mode_cmd_t": "~/fan/preset/command", "pr_mode_stat_t": "~/fan/fan/state",
        "pr_mode_val_tpl": _JSON.format("preset"),
        "osc_cmd_t": "~/fan/oscillation/command", "osc_stat_t": "~/fan/fan/state",
        "osc_val_tpl": _JSON.format("oscillation"), "pl_osc_on": "on", "pl_osc_off": "off",
    }),
    SIGNAL, RESTART,
)  # fmt: skip
CLOCK: Final = (
    Entity("switch", "alarm", "{key}_alarm", "Wake-up alarm", {"icon": "mdi:alarm"}),
    Entity("time", "wake", "{key}_wake_up", "Wake-up time", {"icon": "mdi:alarm"}),
    Entity("date", "holiday", "{key}_holiday", "On holiday until", {"icon": "mdi:beach"}),
    Entity("datetime", "reminder", "{key}_reminder", "Reminder"),
    Entity("binary_sensor", "ringing", "{key}_ringing", "Ringing", {"dev_cla": "sound"}),
    Entity("button", "hush", "{key}_hush", "Hush"),
    SIGNAL, RESTART,
)  # fmt: skip
DISPLAY: Final = (
    Entity("notify", "message", "{key}", None),
    Entity("sensor", "note", "{key}_note", "Note", {"icon": "mdi:note-text"}),
    Entity("button", "clear", "{key}_clear", "Clear"),
    SIGNAL, RESTART,
)  # fmt: skip
_QUIET: Final = {"signal": NEVER}
KINDS: Final = {
    "standing_fan": Kind(ESPHOME, FAN, _fan, _obey, period=600, steps=_QUIET),
    "clock": Kind(ESPHOME, CLOCK, _clock, _obey, period=600, steps=_QUIET),
    "display": Kind(ESPHOME, DISPLAY, _display, _obey, period=600, steps=_QUIET),
}
