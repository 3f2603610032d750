"""Zones and sirens of alarm systems."""

import json

import pytest

from integrations.zigbee.alarms import WARNING, ZONE, siren, zone
from integrations.zigbee.part import Ending, Facts, Send

SENSOR = Ending(0x0104, 0x0402, frozenset({ZONE}))


@pytest.mark.parametrize(
    ("type", "key", "device_class"),
    [
        (0x0D, "motion", "motion"),
        (0x15, "opening", "opening"),
        (0x28, "smoke", "smoke"),
        (0x2A, "water_leak", "moisture"),
        (0x2D, "vibration", "vibration"),
        (0x225, "alarm", None),
    ],
)
def test_a_zone_is_what_its_type_says(type: int, key: str, device_class: str | None) -> None:
    facts = Facts({(1, ZONE, 1): type, (1, ZONE, 2): 0b1001})
    main, tamper, battery = zone(1, SENSOR, facts, "zone", None)
    assert (main.feature.key, main.feature.config.get("device_class")) == (key, device_class)
    assert main.say(facts) == {"": b"ON"}
    assert (tamper.say(facts), battery.say(facts)) == ({"": b"OFF"}, {"": b"ON"})
    assert ZONE in main.bind, "else it tells nothing by itself"


def test_the_second_zone_of_a_device_has_keys_of_its_own() -> None:
    keys = [part.feature.key for part in zone(2, SENSOR, Facts({(2, ZONE, 1): 0x0D}), "zone_2", "Zone 2")]
    assert keys == ["motion_2", "tamper_2", "battery_low_2"]


def frame(payload: bytes) -> tuple[object, ...]:
    part = siren(1, SENSOR, Facts(), "siren", None)
    assert part.obey is not None
    ((deed,),) = [wish.deeds for wish in part.obey("", payload, Facts())]
    assert isinstance(deed, Send)
    assert (deed.cluster, deed.command) == (WARNING, 0)
    return deed.fields


def test_a_siren_sounds_as_it_is_told() -> None:
    assert frame(b"ON") == (0b0001_01_11, 1800, 50, 1)
    assert frame(b"OFF") == (0, 0, 50, 1)
    said = {"state": "ON", "tone": "fire", "duration": 10, "volume_level": 0}
    assert frame(json.dumps(said).encode()) == (0b0010_01_00, 10, 50, 1)


@pytest.mark.parametrize(
    "payload", [b"loud", b"{", b'{"state": "ON", "tone": "jazz"}', b'{"state": "ON", "duration": -1}', b'{"state": []}']
)
def test_what_no_siren_does_is_told(payload: bytes) -> None:
    with pytest.raises(ValueError, match=r"neither|no JSON|none of|not within"):
        frame(payload)
