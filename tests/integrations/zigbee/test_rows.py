"""Attributes as people read them, against values worked out by hand from the ZCL's own descriptions."""

from typing import Any

import pytest

from integrations.zigbee.part import Facts, Write
from integrations.zigbee.readings import reading
from integrations.zigbee.rows import SENSORS, SETTINGS

ROWS = {row.key: row for row in (*SENSORS, *SETTINGS)}


@pytest.mark.parametrize(
    ("key", "told", "state"),
    [
        ("temperature", 2156, b"21.56"),
        ("temperature", -550, b"-5.5"),
        ("temperature", -0x8000, b"None"),
        ("humidity", 4321, b"43.21"),
        ("humidity", 0xFFFF, b"None"),
        ("pressure", 1013, b"1013"),
        ("illuminance", 1, b"1"),  # ZCL 4.2.2.2.1.1: 1 lx is the smallest
        ("illuminance", 20_001, b"100"),
        ("illuminance", 0, b"0"),
        ("illuminance", 0xFFFF, b"None"),
        ("carbon_dioxide", 0.00065, b"650"),
        ("flow", 12, b"1.2"),
        ("device_temperature", 41, b"41"),
        ("device_temperature", 2700, b"27"),
        ("occupancy", 1, b"ON"),
        ("occupancy", 0b110, b"OFF"),
        ("window_covering_type", 4, b"Drapery"),
        ("window_covering_type", 99, b"None"),
        ("start_up", 255, b"PreviousValue"),
        ("start_up", 7, b"None"),
        ("transition", 15, b"1.5"),
        ("temperature", "warm", b"None"),
        ("temperature", float("nan"), b"None"),
    ],
)
def test_what_is_told(key: str, told: Any, state: bytes) -> None:
    row = ROWS[key]
    part = reading(row, 1, row.key, row.name)
    assert part.say(Facts({(1, row.cluster, row.attribute): told})) == {"": state}


@pytest.mark.parametrize(
    ("key", "payload", "value"),
    [
        ("transition", b"1.5", 15),
        ("on_level", b"200", 200),
        ("start_up", b"Toggle", 2),
        ("inverted", b"ON", 1),
        ("start_up_color", b"370", 370),
    ],
)
def test_what_is_set_is_there_when_the_device_has_it(key: str, payload: bytes, value: int) -> None:
    row, facts = ROWS[key], Facts()
    part = reading(row, 1, row.key, row.name)
    assert part.obey is not None
    (wish,) = part.obey("", payload, facts)
    assert wish.deeds == (Write(row.cluster, row.attribute, value),)
    assert wish.confirmed is not None
    assert not wish.confirmed(facts)
    facts.values[1, row.cluster, row.attribute] = value
    assert wish.confirmed(facts)


@pytest.mark.parametrize(
    ("key", "payload"), [("transition", b"-1"), ("on_level", b"bright"), ("start_up", b"maybe"), ("inverted", b"1")]
)
def test_what_cannot_be_set_is_told(key: str, payload: bytes) -> None:
    row = ROWS[key]
    part = reading(row, 1, row.key, row.name)
    assert part.obey is not None
    with pytest.raises(ValueError, match=r"not within|no number|none of|neither"):
        part.obey("", payload, Facts())


def test_sensors_take_no_commands() -> None:
    assert reading(ROWS["temperature"], 1, "temperature", None).obey is None


def test_each_row_has_a_key_of_its_own() -> None:
    assert len(ROWS) == len(SENSORS) + len(SETTINGS)
