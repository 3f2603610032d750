"""What the texts of devices mean, kind by kind; and rows of a component compiled for one config."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeserver.home import parsing
from homeserver.home.component import Component, Reads, Sends, face_of, word
from homeserver.home.config import Config, Refused
from homeserver.home.entity import Entity, Face
from homeserver.home.parsing import IGNORED
from homeserver.home.report import Report, Unreadable
from homeserver.topics.entity import EntityConfig
from homeserver.view.templates import Templates


@pytest.mark.parametrize(
    ("fields", "text", "expected"),
    [
        ({}, "anything", "anything"),
        ({}, "None", None),
        ({}, "", ""),
        ({"unit_of_measurement": "W"}, " 5.50 ", "5.50"),
        ({"unit_of_measurement": "W"}, "", IGNORED),
        ({"state_class": "measurement"}, "1e3", "1e3"),
        ({"device_class": "energy"}, "None", None),
        ({"device_class": "enum", "unit_of_measurement": "x"}, "on", "on"),
        ({"device_class": "enum", "options": ["a", "b"]}, "b", "b"),
        ({"device_class": "date"}, "2024-03-01", "2024-03-01"),
        ({"device_class": "date"}, "2024-03-01T10:00:00Z", "2024-03-01"),
        ({"device_class": "timestamp"}, "2024-03-01T10:00:00Z", "2024-03-01T10:00:00+00:00"),
        ({"device_class": "timestamp"}, "None", None),
        ({"device_class": "something new"}, "x", "x"),
    ],
)
def test_what_sensors_say(fields: dict[str, Any], text: str, expected: Any) -> None:
    assert parsing.reading(Config(fields))(text) == expected


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"unit_of_measurement": "W"}, "warm"),
        ({"unit_of_measurement": "W"}, "nan"),
        ({"device_class": "power"}, "inf"),
        ({"device_class": "timestamp"}, "yesterday"),
        ({"device_class": "timestamp"}, "2024-03-01T10:00:00"),
        ({"device_class": "date"}, "2024-13-01"),
        ({}, "x" * 256),
    ],
)
def test_nonsense_of_sensors_makes_the_state_unknown(fields: dict[str, Any], text: str) -> None:
    with pytest.raises(Unreadable):
        parsing.reading(Config(fields))(text)


def test_words_fall_back_from_key_to_key() -> None:
    words = parsing.words(on=("state_on|payload_on", "ON"), off=("state_off|payload_off", "OFF"))
    assert words(Config({}))("ON") == "on"
    assert words(Config({"payload_on": True}))("True") == "on"
    assert words(Config({"payload_on": "1", "state_on": "active"}))("active") == "on"
    assert words(Config({}))("None") is None
    assert words(Config({}))("") is IGNORED
    with pytest.raises(Unreadable, match="'1' is none of 'active', 'OFF'"):
        words(Config({"payload_on": "1", "state_on": "active"}))("1")


@given(st.text(max_size=40), st.integers(2, 5))
def test_channels_are_numbers_or_unreadable(text: str, count: int) -> None:
    try:
        found = parsing.numbers_of(text, count)
    except Unreadable:
        found = (0.0,) * count
    assert len(found) == count


THING = Component(
    domain="switch",
    names="Thing",
    needs=("command_topic",),
    reads=(
        Reads("state_topic", "value_template", parsing.words(on=("payload_on", "ON"), off=("payload_off", "OFF"))),
        Reads("state_topic", "last_reset_value_template", parsing.timestamp, into="last_reset", optional=True),
    ),
    services={"turn_on": Sends(word("payload_on", "ON", state="on"))},
)


def entity_of(fields: dict[str, Any]) -> tuple[Entity, Face]:
    face = face_of(THING, Config(fields), Templates())
    config = EntityConfig("T", "home")
    return Entity("k", "t", "switch.t", ("switch", "t"), config, face, "device:t"), face


def test_rows_are_compiled_for_what_is_given() -> None:
    _, face = entity_of({"command_topic": "a/set"})
    assert face.hears == []
    assert face.reported == frozenset()
    _, face = entity_of({"command_topic": "a/set", "state_topic": "a"})
    assert [topic for topic, _ in face.hears] == ["a"]
    assert "state" in face.reported
    _, face = entity_of({"command_topic": "a/set", "state_topic": "a", "optimistic": "yes"})
    assert face.reported == frozenset()
    with pytest.raises(Refused, match="`command_topic` is missing: a switch must have it"):
        entity_of({"state_topic": "a"})
    with pytest.raises(Refused, match="`value_template` is no template"):
        entity_of({"command_topic": "a/set", "state_topic": "a", "value_template": "{{ 1 +"})


def test_rows_read_into_facts() -> None:
    fields = {
        "command_topic": "a/set",
        "state_topic": "a",
        "value_template": "{{ value_json.s }}",
        "last_reset_value_template": "{{ value_json.r }}",
    }
    entity, face = entity_of(fields)
    report = Report("a", b'{"s": "ON", "r": "2024-01-01T00:00:00Z"}')
    assert [read(entity, report) for _, read in face.hears] == [True, True]
    assert (entity.state, entity.facts) == ("on", {"last_reset": "2024-01-01T00:00:00+00:00"})
    assert [read(entity, report) for _, read in face.hears] == [False, False]


def test_a_constant_is_made_once() -> None:
    entity, face = entity_of({"command_topic": "a/set"})
    assert face.services["turn_on"](entity, {}) is face.services["turn_on"](entity, {})
    entity, face = entity_of({"command_topic": "a/set", "command_template": "<{{ value }}>", "encoding": "utf-16-le"})
    (send,) = face.services["turn_on"](entity, {}).sends
    assert send.payload == "<ON>".encode("utf-16-le")
    entity, face = entity_of({"command_topic": "a/set", "command_template": "b'\\x01\\xff'"})
    (send,) = face.services["turn_on"](entity, {}).sends
    assert send.payload == b"\x01\xff"
