"""Radiator thermostats, other thermostats, and fans.

ZCL 6.3 (thermostat) and 6.4 (fan control). Temperatures are hundredths of a degree Celsius on the air.
"""

from typing import Any, Final

from homeserver.gateway.features import Feature
from integrations.zigbee.part import ON_CHANGE, Ending, Facts, Part, Says, Watch, Wish, Write, number_of, text

THERMOSTAT: Final = 0x0201
FAN: Final = 0x0202
_LOCAL, _DEMAND, _COOLING, _HEATING = 0x0000, 0x0008, 0x0011, 0x0012
_SEQUENCE, _MODE, _RUNNING = 0x001B, 0x001C, 0x0029
_WATCHED: Final[tuple[Watch, ...]] = (
    Watch(THERMOSTAT, _LOCAL, (30, 900, 20)),
    Watch(THERMOSTAT, _HEATING, (1, 900, 1)),
    Watch(THERMOSTAT, _COOLING, (1, 900, 1)),
    Watch(THERMOSTAT, _MODE, ON_CHANGE),
    Watch(THERMOSTAT, _RUNNING, ON_CHANGE),
    Watch(THERMOSTAT, _DEMAND, (60, 900, 5)),
    *(Watch(THERMOSTAT, attribute) for attribute in (_SEQUENCE, 0x0003, 0x0004, 0x0015, 0x0016, 0x0017, 0x0018)),
)
_MODES: Final = {0: "off", 1: "auto", 3: "cool", 4: "heat", 7: "fan_only", 8: "dry"}
_ABLE: Final = {
    0: ("cool",), 1: ("cool",), 2: ("heat",), 3: ("heat",), 4: ("auto", "cool", "heat"), 5: ("auto", "cool", "heat"),
}  # fmt: skip
"""By ControlSequenceOfOperation, ZCL table 6-15."""
_INVALID: Final = -0x8000


def climate(number: int, ending: Ending, facts: Facts, key: str, name: str | None) -> Part:
    """The thermostat of an endpoint."""
    sequence = facts.number(number, THERMOSTAT, _SEQUENCE)
    modes = ["off", *_ABLE.get(2 if sequence is None else int(sequence), ("heat",))]
    lowest, highest = _limits(number, facts)
    config: dict[str, Any] = {
        "modes": modes,
        "mode_state_topic": "~/mode",
        "mode_command_topic": "~/mode/set",
        "temperature_state_topic": "~/setpoint",
        "temperature_command_topic": "~/setpoint/set",
        "current_temperature_topic": "~/temperature",
        "action_topic": "~/action",
        "temperature_unit": "C",
        "min_temp": lowest,
        "max_temp": highest,
        "temp_step": 0.5,
        "precision": 0.1,
    }

    def obey(what: str, payload: bytes, facts: Facts) -> tuple[Wish, ...]:
        if what == "mode":
            return (_mode(number, modes, payload),)
        return (_setpoint(number, round(number_of(payload, lowest, highest) * 100), facts),)

    return Part(Feature(key, "climate", name, config), number, _WATCHED, lambda facts: _say(number, modes, facts), obey)


def _limits(number: int, facts: Facts) -> tuple[float, float]:
    """Degrees; what the device says of itself, where that makes sense."""
    lowest = facts.number(number, THERMOSTAT, 0x0015) or facts.number(number, THERMOSTAT, 0x0003)
    highest = facts.number(number, THERMOSTAT, 0x0016) or facts.number(number, THERMOSTAT, 0x0004)
    low, high = (lowest or 0) / 100, (highest or 0) / 100
    return (low, high) if lowest is not None and -50 <= low < high <= 100 else (5.0, 35.0)


def _degrees(number: int, facts: Facts, attribute: int) -> float | None:
    value = facts.number(number, THERMOSTAT, attribute)
    return None if value is None or value == _INVALID else value / 100


def _say(number: int, modes: list[str], facts: Facts) -> Says:
    mode = _MODES.get(int(facts.number(number, THERMOSTAT, _MODE) or 0)) if _MODE in _known(number, facts) else None
    said: dict[str, object | None] = {
        "temperature": _degrees(number, facts, _LOCAL),
        "setpoint": _degrees(number, facts, _COOLING if mode == "cool" else _HEATING),
        "mode": mode if mode in modes else None,
        "action": _action(number, mode, facts),
    }
    return {word: text(value) for word, value in said.items() if value is not None}


def _known(number: int, facts: Facts) -> set[int]:
    return {attribute for end, cluster, attribute in facts.values if (end, cluster) == (number, THERMOSTAT)}


def _action(number: int, mode: str | None, facts: Facts) -> str | None:
    """What it does now: by its relays, or by how far the valve is open."""
    if mode == "off":
        return "off"
    running = facts.number(number, THERMOSTAT, _RUNNING)
    if running is not None:
        bits = int(running)
        return "heating" if bits & 0b1001 else "cooling" if bits & 0b10010 else "fan" if bits & 0b1100100 else "idle"
    demand = facts.number(number, THERMOSTAT, _DEMAND)
    return None if demand is None else ("heating" if demand > 0 else "idle")


def _mode(number: int, modes: list[str], payload: bytes) -> Wish:
    asked = payload.decode(errors="replace").strip()
    if asked not in modes:
        raise ValueError(f"the mode {asked[:40]!r} is none of {', '.join(modes)}")
    value = next(value for value, mode in _MODES.items() if mode == asked)
    deed = Write(THERMOSTAT, _MODE, value)
    return Wish("mode", (deed,), lambda facts: facts.get(number, THERMOSTAT, _MODE) == value)


def _setpoint(number: int, hundredths: int, facts: Facts) -> Wish:
    attribute = _COOLING if facts.get(number, THERMOSTAT, _MODE) == 3 else _HEATING
    deed = Write(THERMOSTAT, attribute, hundredths)
    return Wish(f"setpoint_{attribute}", (deed,), lambda facts: facts.get(number, THERMOSTAT, attribute) == hundredths)


_SPEEDS: Final = {1: "low", 2: "medium", 3: "high", 4: "on", 5: "auto", 6: "smart"}
_LADDERS: Final = {
    0: ("low", "medium", "high"), 1: ("low", "high"), 2: ("low", "medium", "high", "auto"), 3: ("low", "high", "auto"),
    4: ("on", "auto"),
}  # fmt: skip
"""By FanModeSequence, ZCL table 6-27."""


def fan(number: int, ending: Ending, facts: Facts, key: str, name: str | None) -> Part:
    """The fan of an endpoint; its speeds are modes with names."""
    sequence = facts.number(number, FAN, 1)
    modes = list(_LADDERS.get(2 if sequence is None else int(sequence), _LADDERS[2]))
    config = {
        "state_topic": "~",
        "command_topic": "~/set",
        "preset_modes": modes,
        "preset_mode_state_topic": "~/mode",
        "preset_mode_command_topic": "~/mode/set",
    }

    def say(facts: Facts) -> Says:
        value = facts.number(number, FAN, 0)
        if value is None:
            return {}
        mode = _SPEEDS.get(int(value))
        return {"": text(bool(value))} | ({"mode": text(mode)} if mode in modes else {})

    def obey(what: str, payload: bytes, facts: Facts) -> tuple[Wish, ...]:
        asked = payload.decode(errors="replace").strip()
        choices = {one: one for one in modes} if what == "mode" else {"ON": modes[-1], "OFF": ""}
        if asked not in choices:
            raise ValueError(f"{asked[:40]!r} is none of {', '.join(choices)}")
        value = next((value for value, mode in _SPEEDS.items() if mode == choices[asked]), 0)
        return (Wish("fan", (Write(FAN, 0, value),), lambda facts: facts.get(number, FAN, 0) == value),)

    return Part(Feature(key, "fan", name, config), number, (Watch(FAN, 0, ON_CHANGE), Watch(FAN, 1)), say, obey)
