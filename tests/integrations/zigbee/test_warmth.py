"""Thermostats and fans, beside the frames that ZCL 6.3 and 6.4 want."""

import pytest

from integrations.zigbee.part import Ending, Facts, Key, Wish, Write
from integrations.zigbee.warmth import FAN, THERMOSTAT, climate, fan

VALVE = Ending(0x0104, 0x0301, frozenset({THERMOSTAT}))
BLOWER = Ending(0x0104, 0x0007, frozenset({FAN}))
KNOWN: dict[Key, float] = {
    (1, THERMOSTAT, 0): 2150,
    (1, THERMOSTAT, 0x12): 2000,
    (1, THERMOSTAT, 0x11): 2600,
    (1, THERMOSTAT, 0x1B): 2,
    (1, THERMOSTAT, 0x1C): 4,
    (1, THERMOSTAT, 0x15): 500,
    (1, THERMOSTAT, 0x16): 3000,
    (1, THERMOSTAT, 8): 40,
}


def writes(wishes: tuple[Wish, ...]) -> list[tuple[int, int, object]]:
    return [(one.cluster, one.attribute, one.value) for wish in wishes for one in wish.deeds if isinstance(one, Write)]


def test_a_radiator_valve() -> None:
    facts = Facts(KNOWN)
    part = climate(1, VALVE, facts, "climate", None)
    config = part.feature.config
    assert (config["modes"], config["min_temp"], config["max_temp"]) == (["off", "heat"], 5.0, 30.0)
    assert part.say(facts) == {"temperature": b"21.5", "setpoint": b"20", "mode": b"heat", "action": b"heating"}
    facts.values[1, THERMOSTAT, 8] = 0
    assert part.say(facts)["action"] == b"idle"
    facts.values |= {(1, THERMOSTAT, 0x1C): 0, (1, THERMOSTAT, 0): -0x8000}
    assert part.say(facts) == {"setpoint": b"20", "mode": b"off", "action": b"off"}


def test_it_is_told_what_to_hold() -> None:
    facts = Facts(KNOWN)
    part = climate(1, VALVE, facts, "climate", None)
    assert part.obey is not None
    (wish,) = wishes = part.obey("setpoint", b"21.5", facts)
    assert writes(wishes) == [(THERMOSTAT, 0x12, 2150)]
    assert wish.confirmed is not None
    assert not wish.confirmed(facts)
    facts.values[1, THERMOSTAT, 0x12] = 2150
    assert wish.confirmed(facts)
    assert writes(part.obey("mode", b"off", facts)) == [(THERMOSTAT, 0x1C, 0)]


def test_who_cools_holds_the_other_setpoint() -> None:
    facts = Facts(KNOWN | {(1, THERMOSTAT, 0x1B): 4, (1, THERMOSTAT, 0x1C): 3, (1, THERMOSTAT, 0x29): 2})
    part = climate(1, VALVE, facts, "climate", None)
    assert part.feature.config["modes"] == ["off", "auto", "cool", "heat"]
    assert (part.say(facts)["setpoint"], part.say(facts)["action"]) == (b"26", b"cooling")
    assert part.obey is not None
    assert writes(part.obey("setpoint", b"25", facts)) == [(THERMOSTAT, 0x11, 2500)]


@pytest.mark.parametrize(
    ("what", "payload", "words"),
    [
        ("setpoint", b"50", "not within 5 and 30"),
        ("setpoint", b"warm", "is no number"),
        ("setpoint", b"nan", "not within"),
        ("mode", b"dry", "none of off, heat"),
        ("mode", b"\xff", "none of"),
    ],
)
def test_what_it_cannot_hold_is_told(what: str, payload: bytes, words: str) -> None:
    facts = Facts(KNOWN)
    part = climate(1, VALVE, facts, "climate", None)
    assert part.obey is not None
    with pytest.raises(ValueError, match=words):
        part.obey(what, payload, facts)


def test_a_fan() -> None:
    facts = Facts({(1, FAN, 0): 3, (1, FAN, 1): 2})
    part = fan(1, BLOWER, facts, "fan", None)
    assert part.feature.config["preset_modes"] == ["low", "medium", "high", "auto"]
    assert part.say(facts) == {"": b"ON", "mode": b"high"}
    assert part.obey is not None
    assert writes(part.obey("mode", b"medium", facts)) == [(FAN, 0, 2)]
    assert writes(part.obey("", b"OFF", facts)) == [(FAN, 0, 0)]
    assert writes(part.obey("", b"ON", facts)) == [(FAN, 0, 5)]
    with pytest.raises(ValueError, match="none of low"):
        part.obey("mode", b"storm", facts)
