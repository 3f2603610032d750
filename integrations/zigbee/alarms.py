"""Zones of alarm systems (ZCL 8.2): motion, doors, smoke, water; and sirens (ZCL 8.4).

A zone tells its status by a command of its own or when it is asked; both are kept as its attribute ZoneStatus.
"""

from typing import Any, Final

import orjson

from homeserver.gateway.features import Feature
from integrations.zigbee.part import Ending, Facts, Part, Says, Send, Watch, Wish, fields_of, text

ZONE: Final = 0x0500
WARNING: Final = 0x0502
ZONE_TYPE: Final = 0x0001
ZONE_STATUS: Final = 0x0002
_KINDS: Final = {
    0x000D: ("motion", "motion"), 0x0015: ("opening", "opening"), 0x0028: ("smoke", "smoke"),
    0x002A: ("water_leak", "moisture"), 0x002B: ("gas", "gas"), 0x002D: ("vibration", "vibration"),
    0x002C: ("emergency", None), 0x0115: ("keyfob", None), 0x0002: ("alarm", None),
}  # fmt: skip
"""By ZoneType, ZCL table 8-5: key and device class."""
_ALARM: Final = 0b11
_FLAGS: Final = (
    ("tamper", "Tamper", 0b100, "tamper"),
    ("battery_low", "Battery low", 0b1000, "battery"),
)
"""Further bits of ZoneStatus that are of use to people: key, name, mask, device class."""


def zone(number: int, ending: Ending, facts: Facts, key: str, name: str | None) -> list[Part]:
    """The zone of an endpoint. Tamper and battery appear as soon as they were ever told."""
    kind, device_class = _KINDS.get(int(facts.number(number, ZONE, ZONE_TYPE) or 0), ("alarm", None))
    suffix = key.removeprefix("zone")
    parts = [_flag(number, f"{kind}{suffix}", name if device_class else (name or "Alarm"), _ALARM, device_class, {})]
    more = {"entity_category": "diagnostic", "enabled_by_default": False}
    for flag, words, mask, flag_class in _FLAGS:
        parts.append(_flag(number, f"{flag}{suffix}", words, mask, flag_class, more))
    return parts


def _flag(number: int, key: str, name: str | None, mask: int, device_class: str | None, more: dict[str, Any]) -> Part:
    config = {"state_topic": "~", **more} | ({"device_class": device_class} if device_class else {})

    def say(facts: Facts) -> Says:
        status = facts.number(number, ZONE, ZONE_STATUS)
        return {} if status is None else {"": text(bool(int(status) & mask))}

    watches = (Watch(ZONE, ZONE_TYPE), Watch(ZONE, ZONE_STATUS))
    return Part(Feature(key, "binary_sensor", name, config), number, watches, say, bind=(ZONE,))


_TONES: Final = {"burglar": 1, "fire": 2, "emergency": 3, "police": 4, "fire_panic": 5, "emergency_panic": 6}
_LONGEST: Final = 65_534
_USUAL: Final = 1800
"""Seconds that a siren sounds where nobody said how long."""


def siren(number: int, ending: Ending, facts: Facts, key: str, name: str | None) -> Part:
    """The siren of an endpoint. No attribute tells whether it sounds: its state is what it took last."""
    config = {
        "command_topic": "~/set",
        "optimistic": True,
        "available_tones": list(_TONES),
        "support_duration": True,
        "support_volume_set": True,
    }
    return Part(Feature(key, "siren", name, config), number, obey=lambda _, payload, facts: (_warning(payload),))


def _warning(payload: bytes) -> Wish:
    said = (
        {"state": payload.decode(errors="replace").strip()}
        if not payload.lstrip().startswith(b"{")
        else fields_of(payload)
    )
    state, tone = said.get("state"), said.get("tone", "burglar")
    if state not in ("ON", "OFF"):
        raise ValueError(f"{str(state)[:40]!r} is neither ON nor OFF")
    if tone not in _TONES:
        raise ValueError(f"the tone {str(tone)[:40]!r} is none of {', '.join(_TONES)}")
    seconds, volume = _within(said, "duration", _USUAL, _LONGEST), _within(said, "volume_level", 1.0, 1.0)
    mode = _TONES[tone] << 4 | 0b0100 | round(volume * 3) if state == "ON" else 0
    return Wish("siren", (Send(WARNING, 0, (mode, round(seconds) if state == "ON" else 0, 50, 1)),))


def _within(said: dict[str, Any], name: str, usual: float, most: float) -> float:
    value = said.get(name, usual)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= most:
        raise ValueError(f"{name} is {orjson.dumps(value)[:40]!r}, which is not within 0 and {most:g}")
    return float(value)
