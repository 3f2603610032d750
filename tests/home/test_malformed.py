"""Whatever arrives on whatever topic, the home neither raises nor stalls, and goes on working."""

import asyncio
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from homeserver.home import roster
from homeserver.home.components import COMPONENTS
from homeserver.topics.entity import COMMAND, Command
from tests.home.stage import LOGIN, Stage, memory_stage

_KEYS = """
    name unique_id state_topic command_topic value_template brightness_scale brightness_state_topic rgb_state_topic
    brightness_command_topic rgb_command_topic payload_on payload_off options min max step device availability
    availability_topic availability_mode expire_after off_delay force_update json_attributes_topic effect effect_list
    json_attributes_template schema color_temp_state_topic color_temp_command_topic encoding qos retain object_id
    state_value_template command_template command_on_template command_off_template red_template ~ default_entity_id
    components entity_category suggested_display_precision last_reset_value_template max_mireds supported_color_modes
"""
KEYS = st.sampled_from(_KEYS.split())
TEMPLATES = st.sampled_from(
    [
        "{{ value }}",
        "{{ value_json.x }}",
        "{{ value_json['x'][0] }}",
        "{{ 'a' * 300000000 }}",
        "{% for a in range(99999) %}{% for b in range(99999) %}x{% endfor %}{% endfor %}",
        "{{ value_json.x.y.z }}",
        "{% broken",
        "{{ ''.__class__ }}",
        "{{ 9 ** 9 ** 9 }}",
        "{{ value | is_defined }}",
    ]
)
TOPICS = st.sampled_from(
    ["t/a", "t/b", "t/c/d", "homeserver/x", "$SYS/x", "t/+", "#", "", "x" * 70000, "a\u0000b", "t/é"]
)
PLAIN = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20)
VALUES = st.recursive(
    PLAIN | TEMPLATES | TOPICS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS | st.text(max_size=5), inner, max_size=4),
    max_leaves=10,
)
CONFIGS = st.dictionaries(KEYS, VALUES, max_size=10).map(
    lambda fields: json.dumps({"state_topic": "t/a", "command_topic": "t/set", "options": ["a"], **fields}).encode()
)
PLACES = st.sampled_from([f"homeassistant/{name}/x/config" for name in (*COMPONENTS, "device", "climate", "a b")])
ADDRESSES = st.sampled_from(["t/a", "t/b", "t/c/d", "t/set", "other"]) | PLACES
REPORTS = st.binary(max_size=60) | VALUES.map(lambda value: json.dumps(value).encode()) | st.text().map(str.encode)
MESSAGES = st.lists(st.tuples(PLACES, CONFIGS) | st.tuples(ADDRESSES, REPORTS), min_size=1, max_size=6)


def bugs(stage: Stage) -> list[str]:
    """What the runtime would have to catch."""
    found: list[str] = []
    stage.bus.failed = lambda name, error, message, heard: found.append(f"{name}: {type(error).__name__}: {error}")
    return found


def played(tmp_path: Path, play: Callable[[Stage], None]) -> None:
    async def run() -> None:
        async with memory_stage(tmp_path) as stage:
            play(stage)
            await stage.quiet()

    asyncio.run(run())


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.mark.proof
def test_any_bytes_on_any_topic(folder: Path, portion: Callable[[int], int]) -> None:
    def play(stage: Stage) -> None:
        home, found = stage.home, bugs(stage)

        @settings(suppress_health_check=list(HealthCheck), max_examples=portion(4_000))
        @given(MESSAGES)
        def throw(messages: list[tuple[str, bytes]]) -> None:
            started = time.process_time()
            for address, payload in messages:
                home.device_message(address, payload, False)
            for entity in list(home.roster.entities.values()):
                for service in ("turn_on", "turn_off", "press", "set_value", "select_next"):
                    command = Command(
                        f"{started}{service}{entity.id}", service, {"value": 5} if "set" in service else {}
                    )
                    stage.bus.say(COMMAND, command, (*entity.where, LOGIN))
            home.turn.end()
            assert found == []
            assert time.process_time() - started < 5
            for place in {address for address, _ in messages if address.endswith("/config")}:
                home.device_message(place, b"", False)
            assert home.roster.entities == {}

        throw()
        assert home.board.lines == {}
        assert home.board.patterns.filters == {"homeassistant/+/+/config", "homeassistant/+/+/+/config"}

    played(folder, play)


@pytest.mark.proof
def test_any_data_in_a_command(folder: Path, portion: Callable[[int], int]) -> None:
    lamp = {
        "schema": "json",
        "name": "L",
        "command_topic": "l/set",
        "brightness": True,
        "supported_color_modes": ["hs"],
    }
    number = {"name": "N", "command_topic": "n/set", "command_template": "{{ value / 0 }}"}

    def play(stage: Stage) -> None:
        home, found = stage.home, bugs(stage)
        home.device_message("homeassistant/light/l/config", json.dumps(lamp).encode(), False)
        home.device_message("homeassistant/number/n/config", json.dumps(number).encode(), False)
        names = st.sampled_from(["brightness", "hs_color", "color_name", "value", "effect", "white", "transition"])

        @settings(suppress_health_check=list(HealthCheck), max_examples=portion(4_000))
        @given(
            st.sampled_from([("light", "l"), ("number", "n"), ("light", "none")]),
            st.sampled_from(["turn_on", "toggle", "set_value", ""]) | st.text(max_size=8),
            st.dictionaries(names | st.text(max_size=5), VALUES, max_size=3),
            st.floats(allow_nan=False),
            st.text(max_size=210),
        )
        def command(where: tuple[str, str], service: str, data: dict[str, Any], ttl: float, id: str) -> None:
            stage.bus.say(COMMAND, Command(id, service, data, ttl, None, "homeserver/reply/x"), (*where, LOGIN))
            home.turn.end()
            assert found == []

        command()

    played(folder, play)


async def test_a_flood_of_announcements_ends_at_a_limit(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(roster, "MOST", 50)
    for number in range(70):
        payload = json.dumps({"name": f"S{number}", "state_topic": f"s/{number}", "unique_id": f"u{number}"}).encode()
        stage.home.device_message(f"homeassistant/sensor/s{number}/config", payload, False)
    await stage.quiet()
    assert len(stage.configs) == 50
    reasons = {entry.reason for entry in stage.home.refusals.entries.values()}
    assert reasons == {"this home has 50 entities, which is all that it can hold"}
    status = [
        p.message for p in stage.bus.present.values() if p.topic.template.startswith("worker/{name}/{process}/st")
    ]
    assert [(one.state, "50 entities" in one.reason) for one in status] == [("degraded", True)]
    stage.home.device_message("homeassistant/sensor/s1/config", b"", False)
    stage.home.device_message("homeassistant/sensor/new/config", b'{"name": "New", "state_topic": "n"}', False)
    await stage.quiet()
    assert "sensor.new" in stage.configs


async def test_a_hostile_template_costs_its_own_message_only(stage: Stage) -> None:
    for number, template in enumerate(
        ("{{ 'a' * 300000000 }}", "{% for a in range(99999) %}{% for b in range(99999) %}x{% endfor %}{% endfor %}")
    ):
        await stage.announce(
            "sensor", {"name": f"H{number}", "state_topic": "h", "value_template": template}, f"h{number}"
        )
    await stage.announce("sensor", {"name": "Good", "state_topic": "h"}, "good")
    started = time.process_time()
    await stage.report("h", "5")
    assert stage.states["sensor.good"].state == "5"
    assert time.process_time() - started < 5
    assert "sensor.h0: template line 1" in stage.home.refusals.entries["h"].reason or "sensor.h1" in (
        stage.home.refusals.entries["h"].reason
    )
