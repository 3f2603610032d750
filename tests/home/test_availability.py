"""Availability: one topic or many, each mode, templates, words, and what is not heard yet."""

from typing import Any

import pytest

from homeserver.home.availability import Availability
from tests.home.stage import Stage

HERE, AWAY = True, False


@pytest.mark.parametrize(
    ("mode", "words", "expected"),
    [
        ("all", [], [AWAY]),
        ("all", [(0, HERE)], [AWAY, AWAY]),
        ("all", [(0, HERE), (1, HERE), (0, AWAY)], [AWAY, AWAY, HERE, AWAY]),
        ("any", [(1, HERE), (0, AWAY), (1, AWAY)], [AWAY, HERE, HERE, AWAY]),
        ("latest", [(0, HERE), (1, AWAY), (0, HERE)], [AWAY, HERE, AWAY, HERE]),
    ],
)
def test_modes(mode: str, words: list[tuple[int, bool]], expected: list[bool]) -> None:
    availability = Availability(mode, 2)
    seen = [availability.available]
    for place, here in words:
        seen.append(availability.take(place, here))
        assert seen[-1] == availability.available
    assert seen == expected


def test_what_was_known_before_counts_until_a_topic_speaks() -> None:
    availability = Availability("all", 2)
    availability.before = True
    assert availability.available
    assert availability.take(0, HERE)
    assert not availability.take(1, AWAY)


BASE: dict[str, Any] = {"name": "S", "state_topic": "s"}


async def played(stage: Stage, config: dict[str, Any], *reports: tuple[str, str]) -> list[str]:
    await stage.announce("sensor", {**BASE, **config})
    await stage.report("s", "5")
    states = [stage.states["sensor.s"].state]
    for topic, payload in reports:
        await stage.report(topic, payload)
        states.append(stage.states["sensor.s"].state)
    return states


async def test_a_list_with_templates_as_zigbee2mqtt_sends_it(stage: Stage) -> None:
    config = {
        "availability": [
            {"topic": "zigbee2mqtt/bridge/state", "value_template": "{{ value_json.state }}"},
            {"topic": "zigbee2mqtt/x/availability", "value_template": "{{ value_json.state }}"},
        ],
        "availability_mode": "all",
    }
    states = await played(
        stage,
        config,
        ("zigbee2mqtt/bridge/state", '{"state": "online"}'),
        ("zigbee2mqtt/x/availability", '{"state": "online"}'),
        ("zigbee2mqtt/bridge/state", '{"state": "offline"}'),
        ("zigbee2mqtt/bridge/state", "nonsense"),
    )
    assert states == ["unavailable", "unavailable", "5", "unavailable", "unavailable"]


async def test_a_single_topic_with_words_and_a_template(stage: Stage) -> None:
    config = {
        "availability_topic": "tele/LWT",
        "availability_template": "{{ value | lower }}",
        "payload_available": "up",
        "payload_not_available": "down",
    }
    states = await played(stage, config, ("tele/LWT", "UP"), ("tele/LWT", "Down"), ("tele/LWT", "sideways"))
    assert states == ["unavailable", "5", "unavailable", "unavailable"]
    assert "'sideways' is neither 'up' nor 'down'" in stage.home.refusals.entries["tele/LWT"].reason


async def test_one_object_in_place_of_a_list(stage: Stage) -> None:
    assert await played(stage, {"availability": {"topic": "a"}}, ("a", "online")) == ["unavailable", "5"]


async def test_without_a_word_on_it_a_device_is_there(stage: Stage) -> None:
    assert await played(stage, {}) == ["5"]


async def test_attributes_are_hidden_while_it_is_away(stage: Stage) -> None:
    await played(stage, {"availability_topic": "a", "json_attributes_topic": "j"}, ("a", "online"), ("j", '{"x": 1}'))
    assert stage.states["sensor.s"].attributes == {"x": 1}
    await stage.report("a", "offline")
    assert stage.states["sensor.s"].attributes == {}
    await stage.report("a", "online")
    assert stage.states["sensor.s"].attributes == {"x": 1}


@pytest.mark.parametrize(
    ("config", "reason"),
    [
        ({"availability": [{"payload_available": "x"}]}, "`topic` is missing"),
        ({"availability": ["a"]}, "must be a list of objects"),
        ({"availability": [{"topic": "a"}] * 21}, "more than 20"),
        ({"availability_topic": "a", "availability_mode": "most"}, "it must be one of all, any, latest"),
        ({"availability_topic": "a", "availability_template": "{% if"}, "`value_template` is no template"),
    ],
)
async def test_what_cannot_be_read_is_refused(stage: Stage, config: dict[str, Any], reason: str) -> None:
    await stage.announce("sensor", {**BASE, **config})
    assert stage.configs == {}
    assert reason in stage.home.refusals.entries["homeassistant/sensor/thing/config"].reason
