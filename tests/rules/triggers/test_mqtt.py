"""Messages of devices: https://www.home-assistant.io/docs/automation/trigger/#mqtt-trigger"""

from pathlib import Path
from typing import Any

import pytest

from homeserver.rules.device_topics import DeviceTopics, reason_against
from homeserver.runtime.clock import settle
from tests.rules.triggers.telling import Told, problems_of, telling


async def send(home: Told, topic: str, payload: str | bytes, *, retain: bool = False) -> list[str]:
    raw = payload.encode() if isinstance(payload, str) else payload
    await home.stage.home.publish(topic, raw, retain=retain)
    await settle()
    return home.told()


@pytest.mark.parametrize(
    ("trigger", "messages", "fired"),
    [
        # "Fires when a specific message is received on given MQTT topic"
        ("topic: room/switch", [("room/switch", "x"), ("room/switch/more", "x"), ("room", "x")], [0]),
        # wildcards
        ("topic: room/+/action", [("room/a/action", "x"), ("room/b/action", ""), ("room/a/b/action", "x")], [0, 1]),
        ("topic: room/#", [("room/a", "x"), ("room", "x"), ("rooms", "x")], [0, 1]),
        # "Optionally you can match on the payload being sent over the topic"
        ("topic: room\npayload: 'on'", [("room", "on"), ("room", "off"), ("room", "ON")], [0]),
        ("topic: room\npayload: on", [("room", "on"), ("room", "true")], [0]),
        ("topic: room\npayload: 5", [("room", "5"), ("room", "5.0")], [0]),
        ("topic: room\npayload: \"{{ 'o' ~ 'n' }}\"", [("room", "on")], [0]),
        # payload and value_template: "the template is rendered and compared with the payload"
        (
            "topic: room\npayload: 'on'\nvalue_template: '{{ value_json.state }}'",
            [("room", '{"state": "on"}'), ("room", '{"state": "off"}'), ("room", "on"), ("room", "{}")],
            [0],
        ),
        ("topic: room\npayload: 'a1'\nvalue_template: 'a{{ value }}'", [("room", "1"), ("room", "2")], [0]),
        # limited templates in the topic
        ("topic: '{{ place }}/action'", [("room/action", "x"), ("other/action", "x")], [0]),
        ("topic: 'room'\npayload: '{{ place }}'", [("room", "room"), ("room", "x")], [0]),
    ],
)
async def test_what_fires(tmp_path: Path, trigger: str, messages: list[tuple[str, str]], fired: list[int]) -> None:
    async with telling(tmp_path, f"trigger: mqtt\n{trigger}", more="  trigger_variables: {place: room}") as home:
        found = [number for number, message in enumerate(messages) if await send(home, *message)]
    assert found == fired


async def test_what_the_trigger_holds(tmp_path: Path) -> None:
    shown = (
        "trigger.platform ~ ' ' ~ trigger.topic ~ ' ' ~ trigger.payload ~ ' ' ~ trigger.qos ~ ' '"
        " ~ (trigger.payload_json.a if trigger.payload_json is defined else '-') ~ ' ' ~ trigger.description"
    )
    async with telling(tmp_path, "trigger: mqtt\ntopic: room/+\nqos: 1", shown) as home:
        assert await send(home, "room/a", "plain") == ["mqtt room/a plain 1 - mqtt topic room/a"]
        assert await send(home, "room/b", '{"a": 7}') == ['mqtt room/b {"a": 7} 1 7 mqtt topic room/b']


async def test_encodings(tmp_path: Path) -> None:
    async with telling(tmp_path, "trigger: mqtt\ntopic: room\nencoding: latin-1", "trigger.payload") as home:
        assert await send(home, "room", "süd".encode("latin-1")) == ["süd"]
    async with telling(tmp_path, "trigger: mqtt\ntopic: room", "trigger.payload") as home:
        assert await send(home, "room", "süd".encode("latin-1")) == []  # no UTF-8: left out
        assert await send(home, "room", "süd") == ["süd"]
    async with telling(tmp_path, "trigger: mqtt\ntopic: room\nencoding: ''", "trigger.payload | length") as home:
        assert await send(home, "room", b"\xff\x00\xfe") == ["3"]


async def test_what_the_broker_kept_is_no_news(tmp_path: Path) -> None:
    """Not as in Home Assistant, which fires for it at each start: a message that was kept tells of something past."""
    trigger = "trigger: mqtt\ntopic: room"
    async with telling(tmp_path / "a", trigger, "trigger.payload") as first:
        assert await send(first, "room", "old", retain=True) == ["old"]
        broker = first.stage.home.broker
        async with telling(tmp_path / "b", trigger, "trigger.payload", broker=broker) as second:
            assert second.told() == []
            assert await send(second, "room", "new", retain=True) == ["new"]


async def test_a_topic_is_subscribed_to_only_while_a_rule_wants_it(tmp_path: Path) -> None:
    async with telling(tmp_path, "trigger: mqtt\ntopic: room/+") as home:
        wanted = home.stage.home.bus._subscriptions
        assert "room/+" in wanted.wanted()
        home.stage.rules.rules["test"].disable()
        assert "room/+" not in wanted.wanted()
        home.stage.rules.rules["test"].enable()
        await settle()
        assert await send(home, "room/a", "x") == ["mqtt"]


class _House:
    """Remembers what is asked of it."""

    def __init__(self) -> None:
        self.filters: set[str] = set()
        self.count = 0

    def hear_devices(self, filters: set[str], handler: Any) -> None:
        self.filters, self.count = filters, 1

    def refilter(self) -> None:
        self.count += 1

    def unhear_devices(self, handler: Any) -> None:
        self.filters = set()


def test_rules_share_a_filter() -> None:
    house, got = _House(), list[str]()
    topics = DeviceTopics(house)  # type: ignore[arg-type]

    def one(address: str, payload: bytes, cause: object) -> None:
        got.append(f"one {address}")

    def two(address: str, payload: bytes, cause: object) -> None:
        got.append(f"two {address}")

    topics.listen("a/+", one)
    topics.listen("a/+", two)
    topics.listen("a/b", two)
    assert (house.filters, house.count) == ({"a/+", "a/b"}, 2)
    topics._take("a/b", b"", False)
    assert got == ["one a/b", "two a/b", "two a/b"]
    topics.unlisten("a/+", one)
    assert house.filters == {"a/+", "a/b"}
    topics.unlisten("a/+", two)
    assert house.filters == {"a/b"}
    topics.unlisten("a/+", two)  # again means nothing
    got.clear()
    topics._take("a/b", b"", False)
    topics._take("a/c", b"", False)
    assert got == ["two a/b"]
    topics.close()
    assert house.filters == set()


@pytest.mark.parametrize(
    ("trigger", "text"),
    [
        ("trigger: mqtt", "topic is missing"),
        ("trigger: mqtt\ntopic: a/#/b", "'#' must stand alone and at the end"),
        ("trigger: mqtt\ntopic: a/b+", "'+' must stand alone"),
        ("trigger: mqtt\ntopic: homeserver/entity/#", "a topic of the home itself"),
        ("trigger: mqtt\ntopic: $SYS/broker/uptime", "a topic of the broker itself"),
        ("trigger: mqtt\ntopic: a\nqos: 3", "qos must be one of 0, 1, 2"),
        ("trigger: mqtt\ntopic: a\nencoding: utf-9", "there is no encoding 'utf-9'"),
        ("trigger: mqtt\ntopic: a\nencoding: base64", "there is no encoding 'base64'"),
        ("trigger: mqtt\ntopic: a\nencoding: undefined", "there is no encoding 'undefined'"),
        ("trigger: mqtt\ntopic: a\nvalue_template: '{{ value }}'", "add payload"),
        ("trigger: mqtt\ntopic: a\npayloud: b", "did you mean payload?"),
        ("trigger: mqtt\ntopic: a\nvalue_template: '{{ value'\npayload: a", "check brackets"),
    ],
)
async def test_what_is_wrong(tmp_path: Path, trigger: str, text: str) -> None:
    [problem] = await problems_of(tmp_path, trigger)
    assert text in problem.text


async def test_a_topic_of_a_template_is_checked_when_it_is_known(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with telling(
        tmp_path, "trigger: mqtt\ntopic: '{{ place }}/x'", more="  trigger_variables: {place: homeserver}"
    ):
        assert "a topic of the home itself" in caplog.text


def test_only_the_homes_own_topics_are_kept_from_rules() -> None:
    assert reason_against("home/#", "homeserver") is None
    assert reason_against("#", "homeserver") is None
    assert reason_against("zigbee2mqtt/Dimmer Switch (Living room)", "homeserver") is None
    assert "its own" not in str(reason_against("house/#", "homeserver"))
    assert reason_against("house/x", "house") is not None
