"""What becomes of recorded devices, beside what another bridge made of the same ones.

Its code takes part in no test here, its answers do: `REASONS` names each of its entities that is not ours.
"""

from collections import Counter
from typing import Final

import pytest

from integrations.zigbee.matching import parts
from integrations.zigbee.part import Facts, Part
from tests.integrations.zigbee.records import FILES, Expected, records

pytestmark = pytest.mark.skipif(not FILES.is_dir(), reason=f"no corpus in {FILES}: set HOMESERVER_CORPUS")

REASONS: Final = {
    "RSSISensor": "of the whole device, by the worker",
    "LQISensor": "of the whole device, by the worker",
    "FirmwareUpdateEntity": "of the whole device, by the worker",
    "AlarmControlPanel": "a keypad tells what is pressed; the panel is the home's, and rules decide",
    "DefaultToneSelectEntity": "no attribute of the device but a note of the other bridge: each sound says its tone",
    "DefaultSirenLevelSelectEntity": "the same",
    "DefaultStrobeLevelSelectEntity": "the same",
    "DefaultStrobeSelectEntity": "the same",
    "KeenVent": "a vent is dimmed like a lamp; it is a switch here",
    "IkeaFan": "its speeds are an attribute of its maker's own cluster",
    "NoPresenceStatusResetButton": "a button that writes an attribute: there are none yet",
    "AqaraSelfTestButton": "a button that writes an attribute: there are none yet",
    "AqaraCurtainMotorPowerSourceSensor": "made by a quirk from an attribute that says the same of every device",
    "BinaryInput": "the device says itself that it does not have the attribute",
    "ElectricalMeasurementApparentPower": "the device never told a value",
    "ElectricalMeasurementRMSCurrent": "the device never told a value",
    "ElectricalMeasurementFrequency": "the device never told a value",
    "ElectricalMeasurementPowerFactor": "the device never told a value",
    "DeviceScannerEntity": "whether a tag is home is told by its availability",
    "Motion": "an on/off client beside a zone for the same sensor, of a class that only this model gets",
    "Opening": "a blind that uses on/off: its position says whether it is open",
    "Switch": "a blind's on/off: it is a cover",
}
"""Why an entity of the other bridge is not ours."""
ANOTHER_STATE: Final = {
    "OnOffTransitionTimeConfigurationEntity": "seconds, not tenths",
    "OnTransitionTimeConfigurationEntity": "seconds, not tenths",
    "OffTransitionTimeConfigurationEntity": "seconds, not tenths",
    "DeviceTemperature": "20 and 23 are degrees of a device, not fifths of one",
    "Battery": "guessed from the voltage where no percentage is told; 200 % is none",
}
"""Why a state of ours is another one."""
WORDS: Final = {
    "on_off_transition_time": "transition", "on_transition_time": "on_transition",
    "off_transition_time": "off_transition", "start_up_current_level": "start_up_level",
    "start_up_color_temperature": "start_up_color", "default_move_rate": "move_rate", "number": "output",
    "start_up_on_off": "start_up",
}  # fmt: skip
"""What settings are called there and here."""
WHOLE: Final = frozenset({"RSSISensor", "LQISensor", "FirmwareUpdateEntity"})


def like(part: Part, one: Expected) -> bool:
    """Whether our part is their entity: its kind, where it is, what it is about, its class and unit."""
    config, clusters = part.feature.config, {watch.cluster for watch in part.watches} | set(part.bind)
    if (part.feature.component, part.endpoint) != (one.component, one.endpoint):
        return False
    if one.component in ("number", "select"):
        return part.feature.key.startswith(WORDS.get(one.words, one.words))
    return (
        (not clusters or bool(clusters & one.clusters))
        and one.device_class in (None, config.get("device_class"))
        and one.unit in (None, config.get("unit_of_measurement"))
    )


def same_state(part: Part, facts: Facts, expected: object) -> bool:
    said = part.say(facts).get("", b"").decode()
    match expected:
        case None:
            return said in ("", "None")
        case bool():
            return said == ("ON" if expected else "OFF")
        case int() | float():
            return said != "" and float(said) == pytest.approx(expected, rel=0.006, abs=0.06)
    return said == expected


def test_every_recorded_device_has_its_entities() -> None:
    missing: Counter[str] = Counter()
    other: Counter[str] = Counter()
    total = 0
    for record in records():
        left = parts(record.node, record.facts)
        for one in record.expected:
            total += 1
            ours = next((part for part in left if like(part, one)), None)
            if ours is None:
                missing[one.made_by] += 1
                continue
            left.remove(ours)
            if one.component in ("sensor", "number", "select") and not same_state(ours, record.facts, one.state):
                other[one.made_by] += 1
    assert total > 1000
    assert missing.keys() <= REASONS.keys(), missing
    assert other.keys() <= ANOTHER_STATE.keys(), other
    of_parts = {name: number for name, number in missing.items() if name not in WHOLE}
    assert sum(of_parts.values()) <= 0.03 * total, of_parts


def test_no_device_has_two_parts_of_one_key() -> None:
    for record in records():
        keys = [part.feature.key for part in parts(record.node, record.facts)]
        assert len(keys) == len(set(keys)), record.name


def test_a_device_that_told_nothing_yet_has_parts_all_the_same() -> None:
    """A sleeping device may answer late: what its clusters alone say must not break."""
    for record in records():
        for part in parts(record.node, Facts()):
            assert set(part.say(Facts())) <= {"mode", "action", ""}, record.name
