"""What flaps is slowed and named once; what people ask to slow is slowed; the last value is always told."""

import asyncio
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from homeserver.home.edit_words import EditEntity
from homeserver.home.entity import Entity, Face
from homeserver.home.steadying import CROWD, SLOW, Steadying, pace_of, steady_of
from homeserver.home.tuning import UNTUNED, Tuning
from homeserver.home.words import AskDevices
from homeserver.runtime.clock import VirtualClock
from homeserver.runtime.memory_broker import MemoryBroker
from homeserver.topics.call import Caller
from homeserver.topics.cause import Cause
from homeserver.topics.entity import EntityConfig
from tests.home.stage import Stage, memory_stage

CALLER = Caller("person.anna", "owner", Cause("test", "person.anna"))
DOOR: dict[str, Any] = {
    "name": None,
    "unique_id": "door",
    "state_topic": "door",
    "device_class": "door",
    "device": {"identifiers": ["door"], "name": "Door"},
}
LAMP: dict[str, Any] = {"name": "Lamp", "unique_id": "lamp", "state_topic": "lamp", "command_topic": "lamp/set"}


async def blink(stage: Stage, topic: str, count: int, pause: float, words: tuple[str, ...] = ("ON", "OFF")) -> None:
    for turn in range(count):
        await stage.report(topic, words[turn % len(words)])
        await stage.virtual.advance(pause)


def told(stage: Stage, entity_id: str) -> list[str]:
    return [state.state for id, state in stage.history if id == entity_id and state is not None]


async def problems(stage: Stage) -> list[str]:
    found = await stage.home.devices(AskDevices(), CALLER)
    return [problem for line in found.devices for problem in line.problems]


async def test_what_flaps_is_slowed_named_once_and_let_go_when_calm(stage: Stage) -> None:
    await stage.announce("binary_sensor", DOOR)
    await blink(stage, "door", 300, 0.5)
    assert 30 < len(told(stage, "binary_sensor.door")) < 75
    [notice] = [event for event in stage.events if event.type == "flapping"]
    assert notice.entity_id == "binary_sensor.door"
    assert "changes more than 30 times a minute" in notice.data["message"]
    assert notice.data["message"] in await problems(stage)
    await stage.report("door", "ON")
    await stage.virtual.advance(SLOW)
    assert stage.states["binary_sensor.door"].state == "on"
    await stage.virtual.advance(200)
    assert await problems(stage) == []
    stage.history.clear()
    await blink(stage, "door", 4, 1, ("OFF", "ON"))
    assert told(stage, "binary_sensor.door") == ["off", "on", "off", "on"]


async def test_in_quarantine_the_last_value_is_told_at_a_slow_rate(stage: Stage) -> None:
    await stage.announce("binary_sensor", DOOR)
    await blink(stage, "door", 120, 0.25)
    stage.history.clear()
    await blink(stage, "door", 120, 0.5)
    assert 1 <= len(told(stage, "binary_sensor.door")) <= 60 / SLOW + 1
    await stage.report("door", "OFF")
    await stage.virtual.advance(SLOW)
    assert stage.states["binary_sensor.door"].state == "off"


@pytest.mark.parametrize(
    ("component", "fields", "words", "pause"),
    [
        ("binary_sensor", {"device_class": "motion"}, ("ON", "OFF"), 1.0),  # a busy hall
        ("binary_sensor", {"device_class": "smoke"}, ("ON", "OFF"), 0.1),  # a life may depend on it
        ("binary_sensor", {"device_class": "door"}, ("ON", "OFF"), 2.0),
        ("sensor", {"device_class": "power", "unit_of_measurement": "W"}, ("1000.5", "1001.5", "999"), 0.1),  # 10 Hz
        ("sensor", {}, ("12:00:01", "12:00:02"), 1.0),  # a clock
        ("binary_sensor", {}, ("ON", "OFF"), 0.25),  # the pulses of a meter
    ],
)
async def test_what_is_lively_by_nature_is_told_all(
    stage: Stage, component: str, fields: dict[str, Any], words: tuple[str, ...], pause: float
) -> None:
    await stage.announce(component, {"name": "Thing", "unique_id": "t", "state_topic": "t"} | fields)
    await blink(stage, "t", 200, pause, words)
    assert len(told(stage, f"{component}.thing")) == 201
    assert stage.events == []


async def test_a_burst_is_no_flapping(stage: Stage) -> None:
    await stage.announce("binary_sensor", DOOR)
    for _ in range(3):
        await blink(stage, "door", 28, 0.1)
        await stage.virtual.advance(60)
    assert len(told(stage, "binary_sensor.door")) == 3 * 28 + 1


async def test_a_crowd_is_no_flapping_but_what_goes_on_alone_is(stage: Stage) -> None:
    doors = [f"door{number}" for number in range(CROWD + 1)]
    for door in doors:
        await stage.announce("binary_sensor", DOOR | {"name": door, "unique_id": door, "state_topic": door}, door)
    for turn in range(60):
        for door in doors:
            await stage.report(door, "OFF" if turn % 2 else "ON")
        await stage.virtual.advance(0.1)
    assert {len(told(stage, id)) for id in stage.states if id.startswith("binary_sensor.")} == {61}
    assert stage.events == []
    await stage.virtual.advance(120)
    await blink(stage, "door3", 200, 0.5)
    assert [event.entity_id for event in stage.events] == ["binary_sensor.door3"]
    assert len(told(stage, "binary_sensor.door3")) < 61 + 60


async def test_what_follows_from_commands_is_no_flapping(stage: Stage) -> None:
    await stage.announce("light", LAMP)
    for turn in range(80):
        word = "on" if turn % 2 else "off"
        await stage.command("light.lamp", f"turn_{word}")
        await stage.report("lamp", word.upper())
        await stage.virtual.advance(0.5)
    assert [event for event in stage.events if event.type == "flapping"] == []
    assert told(stage, "light.lamp")[-2:] == ["off", "on"]


async def test_a_device_that_is_lost_and_found_all_the_time_is_named_once(stage: Stage) -> None:
    for name in ("power", "energy"):
        fields = {"name": name, "unique_id": name, "state_topic": name, "unit_of_measurement": "W"}
        device = {"availability_topic": "plug", "device": {"identifiers": ["plug"], "name": "Plug"}}
        await stage.announce("sensor", fields | device, name)
        await stage.report(name, "5")
    await blink(stage, "plug", 100, 0.5, ("online", "offline"))
    [notice] = [event for event in stage.events if event.type == "flapping"]
    assert "is lost and found more than 15 times a minute" in notice.data["message"]
    await blink(stage, "plug", 1, 200, ("online",))
    stage.history.clear()
    await blink(stage, "power", 10, 0.1, ("1", "2"))
    assert len(told(stage, "sensor.plug_power")) == 10


async def set_of(stage: Stage, entity_id: str, **values: Any) -> None:
    await stage.home.edit_entity(EditEntity(entity=entity_id, **values), CALLER)
    await stage.quiet()


async def test_a_change_must_hold_before_it_is_believed(stage: Stage) -> None:
    await stage.announce("binary_sensor", DOOR)
    await stage.report("door", "OFF")
    await set_of(stage, "binary_sensor.door", debounce=2)
    stage.history.clear()
    await blink(stage, "door", 6, 0.5)
    await stage.virtual.advance(5)
    assert told(stage, "binary_sensor.door") == []
    await stage.report("door", "ON")
    await stage.virtual.advance(1.9)
    assert stage.states["binary_sensor.door"].state == "off"
    await stage.virtual.advance(0.2)
    assert stage.states["binary_sensor.door"].state == "on"


async def test_the_loss_of_a_device_is_believed_at_once(stage: Stage) -> None:
    await stage.announce("binary_sensor", DOOR | {"availability_topic": "there"})
    await stage.report("there", "online")
    await stage.report("door", "ON")
    await set_of(stage, "binary_sensor.door", debounce=60)
    await stage.report("there", "offline")
    assert stage.states["binary_sensor.door"].state == "unavailable"
    await stage.report("there", "online")
    assert stage.states["binary_sensor.door"].state == "on"


async def test_throttled_there_is_one_state_in_a_while_and_the_last_is_told(stage: Stage) -> None:
    await stage.announce("sensor", {"name": "Power", "unique_id": "p", "state_topic": "p", "unit_of_measurement": "W"})
    await set_of(stage, "sensor.power", throttle=10)
    stage.history.clear()
    for number in range(25):
        await stage.report("p", str(number))
        await stage.virtual.advance(1)
    await stage.virtual.advance(10)
    assert told(stage, "sensor.power") == ["0", "9", "19", "24"]


async def test_a_command_is_not_slowed(stage: Stage) -> None:
    await stage.announce("light", LAMP)
    await set_of(stage, "light.lamp", throttle=60)
    for word in ("OFF", "ON"):
        await stage.report("lamp", word)
    assert stage.states["light.lamp"].state == "off", "nobody asked for it"
    await stage.report("lamp", "OFF")
    await stage.command("light.lamp", "turn_on")
    await stage.report("lamp", "ON")
    assert stage.states["light.lamp"].state == "on"


async def test_whoever_may_be_restless_is_never_slowed(stage: Stage) -> None:
    await stage.announce("binary_sensor", DOOR)
    await set_of(stage, "binary_sensor.door", restless=True)
    stage.history.clear()
    await blink(stage, "door", 200, 0.1)
    assert len(told(stage, "binary_sensor.door")) == 200


async def test_what_waits_is_told_when_the_home_closes(tmp_path: Path) -> None:
    broker = MemoryBroker()
    async with memory_stage(tmp_path, broker) as stage:
        await stage.announce("sensor", {"name": "P", "unique_id": "p", "state_topic": "p", "unit_of_measurement": "W"})
        await set_of(stage, "sensor.p", throttle=600)
        for number in ("1", "2", "3"):
            await stage.report("p", number)
        assert stage.states["sensor.p"].state == "1"
    async with memory_stage(tmp_path, broker) as stage:
        assert stage.states["sensor.p"].state == "3"


class Play:
    """An entity that is told as the home tells it, with what was told and when."""

    def __init__(self, pace: float, debounce: float, throttle: float) -> None:
        self.clock = VirtualClock()
        self.told: list[tuple[float, str]] = []
        self.notices = 0
        self.steadying = Steadying(self.clock, self.tell, self.notice)
        face, config = Face(pace=pace), EntityConfig("Thing", "home")
        self.entity = Entity("k", "t", "binary_sensor.thing", ("binary_sensor", "thing"), config, face, "device:x")
        self.entity.steady = steady_of(Tuning(debounce=debounce, throttle=throttle))

    def notice(self, entity: Entity, sentence: str) -> None:
        self.notices += 1

    def tell(self, entity: Entity) -> None:
        if entity.steady is not None and self.steadying.holds(entity, entity.steady):
            return
        if entity.word == entity.said_state:
            return
        entity.said_state = entity.word
        self.told.append((self.clock.monotonic(), entity.word))
        if entity.steady is not None:
            self.steadying.told(entity.steady)
        else:
            self.steadying.count(entity)

    async def run(self, reports: list[tuple[float, str]]) -> None:
        for pause, word in reports:
            await self.clock.advance(pause)
            self.entity.set_state(word)
            self.tell(self.entity)


REPORTS = st.lists(st.tuples(st.floats(0, 3), st.sampled_from(["on", "off"])), min_size=1, max_size=150)


@given(reports=REPORTS, debounce=st.sampled_from([0.0, 0.5, 2.0]), throttle=st.sampled_from([0.0, 1.0, 7.0]))
@settings(deadline=None, max_examples=60)
def test_whatever_is_reported_the_last_value_is_told_in_time_and_none_that_never_was(
    reports: list[tuple[float, str]], debounce: float, throttle: float
) -> None:
    async def play() -> None:
        one = Play(2.0, debounce, throttle)
        await one.run(reports)
        await one.clock.advance(max(debounce, throttle, SLOW) + 1e-6)
        assert one.entity.said_state == reports[-1][1]
        assert one.notices <= 1
        times = [at for at, _ in one.told[1:]]  # the first word ever waits for nothing
        assert all(later - earlier >= throttle - 1e-9 for earlier, later in pairwise(times))
        heard = [(sum(pause for pause, _ in reports[: place + 1]), word) for place, (_, word) in enumerate(reports)]
        for at, word in one.told[1:]:
            since = [moment for moment, said in heard if moment <= at + 1e-9 and said != word]
            assert not since or at - max(since) >= debounce - 1e-9
        await one.clock.advance(300)
        assert one.entity.steady is None or not one.entity.steady.quarantined

    asyncio.run(play())


def test_people_and_machines_may_move_twice_as_often_as_doors() -> None:
    pace = {kind: pace_of("binary_sensor", kind, UNTUNED, numeric=False) for kind in ("door", "motion", "smoke")}
    assert pace["door"] == 2 * pace["motion"] > 0 > pace["smoke"]
    assert pace_of("sensor", "power", UNTUNED, numeric=True) == 0
    assert pace_of("light", None, Tuning(restless=True), numeric=False) < 0
