"""Discovery messages: topics, abbreviations, base topics, bundles, and what cannot be read."""

import json
from typing import Any

import pytest

from homeserver.home.abbreviations import ABBREVIATIONS, expand
from homeserver.home.bundle import SHARED, components
from homeserver.home.config import Refused
from homeserver.home.discovery import discover, place_of, with_base


def fields_of(topic: str, payload: dict[str, Any]) -> dict[str, Any]:
    found = discover(topic, json.dumps(payload).encode(), "homeassistant")
    assert found.refusals == []
    (announcement,) = found.announcements
    return announcement.fields


def test_a_documented_example_with_abbreviations_and_base_topic() -> None:
    fields = fields_of(
        "homeassistant/light/kitchen/config",
        {
            "~": "homeassistant/light/kitchen",
            "name": None,
            "uniq_id": "kitchen_light",
            "cmd_t": "~/set",
            "stat_t": "~/state",
            "schema": "json",
            "dev": {
                "ids": "ea334450945afc",
                "name": "Kitchen",
                "mf": "Bla",
                "mdl_id": "A",
                "sn": "1",
                "hw": "2",
                "sa": "K",
            },
            "o": {"name": "bla2mqtt", "sw": "2.1", "url": "https://bla2mqtt.example.com/support"},
            "avty": [{"t": "~/available", "pl_avail": "yes", "val_tpl": "{{ value }}"}],
        },
    )
    assert fields == {
        "name": None,
        "unique_id": "kitchen_light",
        "command_topic": "homeassistant/light/kitchen/set",
        "state_topic": "homeassistant/light/kitchen/state",
        "schema": "json",
        "device": {
            "identifiers": "ea334450945afc",
            "name": "Kitchen",
            "manufacturer": "Bla",
            "model_id": "A",
            "serial_number": "1",
            "hw_version": "2",
            "suggested_area": "K",
        },
        "origin": {"name": "bla2mqtt", "sw_version": "2.1", "support_url": "https://bla2mqtt.example.com/support"},
        "availability": [
            {
                "topic": "homeassistant/light/kitchen/available",
                "payload_available": "yes",
                "value_template": "{{ value }}",
            }
        ],
    }


@pytest.mark.parametrize(
    ("value", "expected"),
    [("~", "b"), ("~/x", "b/x"), ("x/~", "x/b"), ("x/~/y", "x/~/y"), ("~/x/~", "b/x/b"), ("", ""), (5, 5)],
)
def test_the_base_topic_stands_at_the_ends(value: Any, expected: Any) -> None:
    assert with_base({"~": "b", "state_topic": value, "payload": "~"}) == {"state_topic": expected, "payload": "~"}


def test_a_full_spelling_wins_over_a_short_one() -> None:
    assert expand({"state_topic": "full", "stat_t": "short"})["state_topic"] == "full"
    assert expand({"stat_t": "short", "state_topic": "full"})["state_topic"] == "full"
    assert len(ABBREVIATIONS) >= 276
    assert not set(ABBREVIATIONS) & set(ABBREVIATIONS.values())


@pytest.mark.parametrize(
    ("topic", "component", "object_id"),
    [
        ("homeassistant/sensor/a/config", "sensor", "a"),
        ("homeassistant/sensor/node-1/A_b/config", "sensor", "A_b"),
        ("homeassistant/device/x/config", "device", "x"),
    ],
)
def test_where_announcements_stand(topic: str, component: str, object_id: str) -> None:
    place = place_of(topic, "homeassistant")
    assert (place.component, place.object_id) == (component, object_id)


@pytest.mark.parametrize(
    "topic",
    ["homeassistant/sensor/config", "homeassistant/sensor/a/b/c/config", "homeassistant/sensor/a b/config"],
)
def test_where_they_do_not(topic: str) -> None:
    assert discover(topic, b"{}", "homeassistant").refusals[0][0] == topic


@pytest.mark.parametrize("payload", [b"{", b"[]", b'"x"', b"\xff", b"null", b"nan", b'{"~": 5, "a_topic": "~"}'])
def test_what_is_no_announcement_is_refused_with_a_reason(payload: bytes) -> None:
    found = discover("homeassistant/sensor/a/config", payload, "homeassistant")
    assert found.announcements == []
    assert len(found.refusals) == 1


def test_shared_keys_and_overrides_in_a_bundle() -> None:
    bundle = {
        "device": {"identifiers": "d"},
        "origin": {"name": "o"},
        "state_topic": "shared",
        "qos": 2,
        "icon": "mdi:no",
        "components": {
            "a": {"platform": "sensor", "uniq_id": "a"},
            "b": {"p": "sensor", "stat_t": "own", "device": {"identifiers": "other"}},
        },
    }
    found = dict(components(bundle))
    assert found == {
        "a": {
            "platform": "sensor",
            "unique_id": "a",
            "state_topic": "shared",
            "qos": 2,
            "device": {"identifiers": "d"},
            "origin": {"name": "o"},
        },
        "b": {
            "platform": "sensor",
            "state_topic": "own",
            "qos": 2,
            "device": {"identifiers": "d"},
            "origin": {"name": "o"},
        },
    }
    assert "state_topic" in SHARED


def test_a_bundle_without_components() -> None:
    with pytest.raises(Refused, match="`components` is missing"):
        list(components({"device": {}}))


def test_the_base_topic_of_a_bundle_serves_its_components() -> None:
    payload = {
        "~": "base",
        "cmps": {"a": {"p": "sensor", "stat_t": "~/a"}, "b": {"p": "sensor", "~": "own", "stat_t": "~/b"}},
    }
    found = discover("homeassistant/device/x/config", json.dumps(payload).encode(), "homeassistant")
    assert [one.fields["state_topic"] for one in found.announcements] == ["base/a", "own/b"]


@pytest.mark.parametrize("depth", [250, 500, 900])
def test_a_message_nested_deeper_than_anything_needs_is_refused_or_read(depth: int) -> None:
    payload = b'{"command_topic": "x", "device": {"name": %b}}' % (b"[" * depth + b"]" * depth)
    found = discover("homeassistant/switch/deep/config", payload, "homeassistant")
    assert len(found.announcements) + len(found.refusals) == 1
    assert all("nested too deeply" in reason for _, reason in found.refusals)


def test_the_same_fields_in_another_order_say_the_same() -> None:
    (one,) = discover("homeassistant/switch/a/config", b'{"cmd_t": "x", "name": "A"}', "homeassistant").announcements
    (two,) = discover("homeassistant/switch/a/config", b'{"name": "A", "cmd_t": "x"}', "homeassistant").announcements
    (three,) = discover("homeassistant/switch/a/config", b'{"name": "B", "cmd_t": "x"}', "homeassistant").announcements
    assert one.says(two)
    assert not one.says(three)
