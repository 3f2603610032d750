"""The house keeps its word: the same seed gives the same messages, announcements are valid, a day has everything in it,
and no command does harm."""

import hashlib
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from homeserver.home.abbreviations import expand
from homeserver.home.components import COMPONENTS
from homeserver.runtime.filters import matches
from integrations.demo_home.devices import AREAS, DEVICES
from integrations.demo_home.house import BIRTH, FILTERS, House
from integrations.demo_home.unit import Message
from tests.integrations.demo_home.conftest import SUMMER, WINTER, Ear, Stage

ROOT = Path(__file__).parents[3]
REQUIRED = {
    "sensor": {"state_topic"}, "binary_sensor": {"state_topic"}, "switch": {"command_topic"},
    "light": {"command_topic"},
    "climate": {"mode_command_topic"},
    "number": {"command_topic"}, "select": {"command_topic", "options"}, "button": {"command_topic"},
    "cover": {"command_topic", "position_topic"}, "valve": {"command_topic", "state_topic"}, "lock": {"command_topic"},
    "siren": {"command_topic"}, "alarm_control_panel": {"command_topic", "state_topic"}, "vacuum": {"command_topic"},
    "lawn_mower": {"start_mowing_command_topic"}, "camera": {"topic"}, "image": {"image_topic"},
    "date": {"command_topic"}, "time": {"command_topic"}, "datetime": {"command_topic"}, "text": {"command_topic"},
    "device_tracker": {"state_topic"}, "event": {"state_topic", "event_types"},
    "fan": {"command_topic", "percentage_command_topic", "oscillation_command_topic", "preset_modes"},
    "humidifier": {"command_topic", "target_humidity_command_topic"}, "infrared": {"schema"},
    "notify": {"command_topic"}, "scene": {"command_topic", "payload_on"},
    "update": {"state_topic", "command_topic", "payload_install"},
    "water_heater": {"mode_command_topic", "temperature_command_topic"},
}  # fmt: skip
MOMENTARY = {"event": {"state_topic"}, "infrared": {"state_topic"}}
"""Topics on which nothing is said before something happens."""
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
        assert fields["availability"][-1] == {"topic": "demo/network"}, entity
        assert fields["availability_mode"] == "all", entity
    assert max(seen.values()) == 1
    assert set(REQUIRED) == {one.component for one in quiet.ear.entities.values()}
    assert set(REQUIRED) | {one.component for one in quiet.ear.tellers} == set(COMPONENTS)
    for teller in quiet.ear.tellers:
        assert teller.fields["topic"].startswith("demo/")
        assert teller.fields["device"]["name"]
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
            if key.endswith("state_topic") and key not in MOMENTARY.get(one.component, ()):
                assert value in quiet.ear.last, entity
            if key.endswith("command_topic"):
                assert sum(matches(filter_, value) for filter_ in FILTERS) == 1, entity
        assert quiet.ear.online(entity)


def test_every_template_of_a_state_finds_its_value(quiet: Stage) -> None:
    for entity, one in quiet.ear.entities.items():
        plain = "state_topic" in one.fields and one.component not in MOMENTARY
        if plain and one.fields.get("schema") != "json":
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


class Day(NamedTuple):
    """What was said in a day, and the house at its end."""

    house: House
    before: Ear
    messages: list[Message]


@pytest.fixture(scope="module")
def winter() -> Day:
    return lived(WINTER)


@pytest.fixture(scope="module")
def summer() -> Day:
    return lived(SUMMER)


def lived(start: datetime) -> Day:
    stage = Stage(start)
    return Day(stage.house, stage.ear, stage.house.step(86_400))


def tells_much(entity: str) -> bool:
    """Motion, openings, lamps, and the phases of the dishwasher: one of each device."""
    senses = entity.startswith("binary_sensor.") and entity.endswith(("_motion", "door", "_window"))
    return senses or entity == "sensor.dishwasher" or entity.startswith("light.")


@pytest.mark.parametrize("season", ["winter", "summer"])
def test_a_day_has_everything_in_it(season: str, request: pytest.FixtureRequest) -> None:
    day: Day = request.getfixturevalue(season)
    seen: dict[str, set[str]] = {}
    ear = Ear(day.house.announcements())
    watched = {one.fields["state_topic"]: entity for entity, one in ear.entities.items() if tells_much(entity)}
    for message in day.messages:
        ear.hear([message])
        if entity := watched.get(message.topic):
            value = ear.state(entity) if entity == "sensor.dishwasher" else str(ear.is_on(entity))
            seen.setdefault(entity, set()).add(value)
    for room in AREAS:
        assert seen[f"binary_sensor.{room}_motion"] == {"True", "False"}, room
    assert seen["binary_sensor.front_door"] == {"True", "False"}
    assert seen["binary_sensor.bathroom_window"] == {"True", "False"}
    assert {"idle", "heating", "washing", "finished"} <= seen["sensor.dishwasher"]
    assert day.house.world.washing_machine.runs == 1
    lit = {entity for entity, values in seen.items() if entity.startswith("light.") and "True" in values}
    assert len(lit) >= (8 if season == "winter" else 2)


def test_a_wash_can_be_seen_at_the_plug(winter: Day) -> None:
    topic = "demo/tasmota/washing_machine/tele/SENSOR"
    reports = [json.loads(message.payload) for message in winter.messages if message.topic == topic]
    running = [number for number, report in enumerate(reports) if report["ENERGY"]["Power"] > 5]
    begun, ended = (datetime.fromisoformat(reports[number]["Time"]) for number in (running[0], running[-1]))
    assert running == list(range(running[0], running[-1] + 1))  # never below 5 W until it is done
    assert 80 < (ended - begun).total_seconds() / 60 < 110
    assert max(report["ENERGY"]["Power"] for report in reports) > 1_900
    used = reports[-1]["ENERGY"]["Total"] - reports[0]["ENERGY"]["Total"]
    assert 0.6 < used < 1.1


def test_a_weak_battery_goes_offline_and_comes_back(winter: Day) -> None:
    said = Counter[tuple[str, str]]()
    for message in winter.messages:
        if message.topic.endswith("/availability"):
            said[message.topic.split("/")[2], json.loads(message.payload)["state"]] += 1
    assert said["bathroom_climate", "offline"] >= 1
    assert abs(said["bathroom_climate", "offline"] - said["bathroom_climate", "online"]) <= 1
    assert {key for key, _ in said} <= {"bathroom_climate", "bedroom_window"}  # a weak battery and a bad radio


def test_the_meter_that_is_heard_is_the_sum_and_its_energy_the_integral(winter: Day) -> None:
    """From messages alone: every ten seconds a power, a counter that never falls, and the two agree."""
    topic = "demo/gateway/electricity_meter/state"
    reports = [json.loads(message.payload) for message in winter.messages if message.topic == topic]
    assert len(reports) == 8_640
    counter = [report["energy"] for report in reports]
    assert counter == sorted(counter)
    assert counter[-1] - counter[0] == pytest.approx(sum(report["power"] for report in reports) / 360_000, rel=0.01)


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


@settings(max_examples=settings().max_examples // 4, suppress_health_check=[HealthCheck.too_slow])
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
