"""The house keeps its word: the same seed gives the same messages, announcements are valid, a day has everything in it,
and no command does harm."""

import hashlib
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from homeserver.home.abbreviations import expand
from homeserver.runtime.filters import matches
from integrations.demo_home.devices import AREAS, DEVICES
from integrations.demo_home.house import BIRTH, FILTERS, House
from integrations.demo_home.unit import Message
from tests.integrations.demo_home.conftest import SUMMER, WINTER, Ear, Stage

ROOT = Path(__file__).parents[3]
REQUIRED = {
    "sensor": {"state_topic"}, "binary_sensor": {"state_topic"}, "switch": {"command_topic"},
    "light": {"command_topic"},
    "number": {"command_topic"}, "select": {"command_topic", "options"}, "button": {"command_topic"},
}  # fmt: skip
TOLD = ("demo/zigbee/office_desk_lamp/set", b'{"state": "TOGGLE", "transition": 3}')
DAWN = WINTER.replace(hour=6)
PROGRAM = """
import hashlib, sys
from datetime import datetime
from zoneinfo import ZoneInfo
from integrations.demo_home.house import House
house = House(11, datetime(2026, 1, 14, 6, tzinfo=ZoneInfo("Europe/Berlin")))
print(hashlib.sha256(repr([*house.announcements(), *house.reports(), *house.step(3600)]).encode()).hexdigest())
"""


def digest(messages: Iterable[Message]) -> str:
    return hashlib.sha256(repr(list(messages)).encode()).hexdigest()


def life(seed: int, cuts: list[float], told_at: float | None = None) -> list[Message]:
    house = House(seed, DAWN)
    messages = house.announcements() + house.reports()
    for cut in cuts:
        messages += house.step(cut)
        if told_at is not None and house.timeline.now == told_at:
            messages += house.command(*TOLD)
    return messages


# --- the same again


def test_the_same_seed_start_and_commands_give_the_same_messages_however_time_is_cut() -> None:
    once = life(11, [1_800, 1_800], told_at=1_800)
    again = life(11, [1] * 3_600, told_at=1_800)
    assert len(once) > 500
    assert digest(once) == digest(again)
    assert digest(life(11, [3_600])) != digest(once)
    assert digest(life(12, [1_800, 1_800], told_at=1_800)) != digest(once)


def test_other_processes_with_other_hash_seeds_say_the_same() -> None:
    said = {
        subprocess.run(
            [sys.executable, "-c", PROGRAM], cwd=ROOT, env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
            check=True, capture_output=True, text=True,
        ).stdout
        for seed in ("1", "2")
    }  # fmt: skip
    house = House(11, DAWN)
    assert said == {digest([*house.announcements(), *house.reports(), *house.step(3_600)]) + "\n"}


# --- announcements


def test_every_announcement_is_valid(quiet: Stage) -> None:
    assert quiet.ear.refused == []
    seen = Counter[str]()
    for entity, one in quiet.ear.entities.items():
        fields = one.fields
        assert entity.split(".")[0] == one.component
        assert one.component in REQUIRED
        assert REQUIRED[one.component] <= set(fields), entity
        seen[fields["unique_id"]] += 1
        device = fields["device"]
        assert device["identifiers"]
        assert device["name"]
        assert device["manufacturer"]
        assert device["model"]
        assert device["sw_version"]
        assert device["suggested_area"] in AREAS.values()
        assert "availability" in fields or "availability_topic" in fields, entity
    assert max(seen.values()) == 1
    assert set(REQUIRED) == {one.component for one in quiet.ear.entities.values()}
    assert {one.fields.get("schema", "basic") for e, one in quiet.ear.entities.items() if e.startswith("light.")} == {
        "basic", "json", "template",
    }  # fmt: skip


def test_all_topics_are_within_the_rights_of_the_device_login(quiet: Stage) -> None:
    for message in quiet.house.announcements():
        assert matches("homeassistant/+/demo/#", message.topic)
        assert message.retain
        for topic in topics_in(expand(json.loads(message.payload))):
            assert topic.startswith(("demo/", "~")), topic
    for message in quiet.house.reports() + quiet.house.step(3_600):
        assert message.topic.startswith("demo/")


def topics_in(config: object) -> Iterable[str]:
    if isinstance(config, dict):
        for key, value in config.items():
            if isinstance(value, str) and (key.endswith(("topic", "_t")) or key in ("t", "~")):
                yield value
            else:
                yield from topics_in(value)
    elif isinstance(config, list):
        for value in config:
            yield from topics_in(value)


def test_every_state_topic_has_been_said_and_every_command_topic_is_heard(quiet: Stage) -> None:
    for entity, one in quiet.ear.entities.items():
        for key, value in one.fields.items():
            if key.endswith("state_topic"):
                assert value in quiet.ear.last, entity
            if key.endswith("command_topic"):
                assert sum(matches(filter_, value) for filter_ in FILTERS) == 1, entity
        assert quiet.ear.online(entity)


def test_every_template_of_a_state_finds_its_value(quiet: Stage) -> None:
    for entity, one in quiet.ear.entities.items():
        if "state_topic" in one.fields and one.fields.get("schema") != "json":
            value = quiet.ear.state(entity) if "value_template" in one.fields else "given"
            assert value not in ("", "None"), entity
            if "unit_of_measurement" in one.fields:
                float(quiet.ear.state(entity))


def test_a_home_that_was_born_is_told_all_again(quiet: Stage) -> None:
    assert quiet.house.command(BIRTH, b"offline") == []
    messages = quiet.house.command(BIRTH, b"online")
    ear = Ear(message for message in messages if message.topic.startswith("homeassistant/"))
    ear.hear(message for message in messages if message.topic.startswith("demo/"))
    assert ear.entities.keys() == quiet.ear.entities.keys()
    assert ear.last == quiet.ear.last


# --- a day


def tells_much(entity: str) -> bool:
    """Motion, openings, lamps, and the phases of the dishwasher: one of each device."""
    return entity.endswith(("_motion", "door", "_window", "dishwasher")) or entity.startswith("light.")


@pytest.mark.parametrize("start", [WINTER, SUMMER], ids=["winter", "summer"])
def test_a_day_has_everything_in_it(stage: Callable[..., Stage], start: object) -> None:
    play = stage(start)
    seen: dict[str, set[str]] = {}
    watched = {one.fields["state_topic"]: entity for entity, one in play.ear.entities.items() if tells_much(entity)}
    for message in play.house.step(86_400):
        play.ear.hear([message])
        if entity := watched.get(message.topic):
            value = play.ear.state(entity) if entity == "sensor.dishwasher" else str(play.ear.is_on(entity))
            seen.setdefault(entity, set()).add(value)
    for room in AREAS:
        assert seen[f"binary_sensor.{room}_motion"] == {"True", "False"}, room
    assert seen["binary_sensor.front_door"] == {"True", "False"}
    assert seen["binary_sensor.bathroom_window"] == {"True", "False"}
    assert {"idle", "heating", "washing", "finished"} <= seen["sensor.dishwasher"]
    assert play.house.world.washing_machine.runs == 1
    if start is WINTER:
        lit = {entity for entity, values in seen.items() if entity.startswith("light.") and "True" in values}
        assert len(lit) >= 8


def test_a_wash_can_be_seen_at_the_plug(stage: Callable[..., Stage]) -> None:
    play = stage(WINTER.replace(hour=15))
    watts = []
    for _ in range(4 * 60):
        play.step(60)
        watts.append(play.ear.number("sensor.washing_machine_power"))
    running = [index for index, value in enumerate(watts) if value > 5]
    assert max(watts) > 1_900
    assert 80 <= len(running) <= 110
    assert running == list(range(running[0], running[-1] + 1))  # never below 5 W until it is done
    assert watts[running[-1] + 10] < 4


def test_a_bad_radio_goes_offline_and_comes_back(stage: Callable[..., Stage]) -> None:
    play = stage(WINTER)
    said = Counter[tuple[str, str]]()
    for message in play.house.step(2 * 86_400):
        if message.topic.endswith("/availability"):
            said[message.topic.split("/")[2], json.loads(message.payload)["state"]] += 1
    assert said["bathroom_climate", "offline"] >= 1
    assert abs(said["bathroom_climate", "offline"] - said["bathroom_climate", "online"]) <= 1
    assert {key for key, _ in said} <= {"bathroom_climate", "bedroom_window"}  # a weak battery and a bad radio


# --- commands

KNOWN = [f"demo/zigbee/{device.key}/set" for device in DEVICES] + [
    f"demo/tasmota/{device.key}/cmnd/{word}" for device in DEVICES for word in ("POWER", "Dimmer", "CT", "Restart")
]
fields = st.sampled_from(
    ["state", "brightness", "color_temp", "transition", "system_mode", "current_heating_setpoint", "child_lock", "x"]
)
values: st.SearchStrategy[Any] = st.sampled_from(
    ["ON", "OFF", "TOGGLE", "auto", "boost", "off", "LOCK", 0, 1, 127, 254, 300, -1, 1e99, None, True, []]
)
payloads = (
    st.dictionaries(fields, values, max_size=4).map(lambda order: json.dumps(order).encode())
    | values.map(lambda value: str(value).encode())
    | st.binary(max_size=40)
    | st.text(max_size=20).map(str.encode)
)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.data(), st.integers(0, 3))
def test_no_command_does_harm(data: st.DataObject, seed: int) -> None:
    house = House(seed, DAWN)
    ear = Ear(house.announcements())
    every = KNOWN + [
        value for one in ear.entities.values() for key, value in one.fields.items() if key.endswith("command_topic")
    ]
    topics = st.sampled_from(every) | st.sampled_from(
        ["demo/zigbee/x/set", "demo/zigbee/office_desk_lamp/set/", "", "demo"]
    )
    told = data.draw(st.lists(st.tuples(topics, payloads, st.floats(0, 40)), max_size=8))
    last = house.world.meter.kwh()
    for topic, payload, wait in told:
        messages = house.command(topic, payload) + house.step(wait)
        assert all(message.topic.startswith("demo/") for message in messages)
        assert house.world.meter.kwh() >= last
        last = house.world.meter.kwh()
        assert house.world.meter.watts() >= 46
    for lamp in house.world.lamps.values():
        assert 0 <= lamp.shining <= 1
    for valve in house.world.valves.values():
        assert 5 <= valve.target <= 30
    house.step(3)
    assert house.told + sum(house.ignored.values()) == len(told)


@pytest.mark.parametrize(
    ("topic", "payload", "reason"),
    [
        ("demo/zigbee/nothing/set", b"{}", "not a JSON object"),
        ("demo/zigbee/nothing/set", b'{"state": "ON"}', "unknown device"),
        ("demo/zigbee/fridge_plug/set", b'{"state": "ON"}', "unknown device"),
        ("demo/elsewhere", b"ON", "unknown topic"),
        ("demo/tasmota/fridge_plug/cmnd/POWER", b"\xff\xfe", "not UTF-8"),
        ("demo/tasmota/fridge_plug/cmnd/POWER", b"O" * 5_000, "too long"),
    ],
)
def test_what_no_device_understands_is_counted(quiet: Stage, topic: str, payload: bytes, reason: str) -> None:
    quiet.tell(topic, payload)
    assert quiet.house.ignored == {reason: 1}


def test_time_runs_forward_only(quiet: Stage) -> None:
    for seconds in (-1.0, float("nan"), float("inf")):
        with pytest.raises(ValueError, match="seconds"):
            quiet.house.step(seconds)
