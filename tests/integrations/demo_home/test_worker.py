"""The worker lets the house live on a broker, within the rights of a device login, and real rules act on it.

Brokers in memory and a virtual clock; the rules are those that ship in `rules/`.
"""

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from homeserver.home.worker import setup as home
from homeserver.rules.words import RULE_CONFIG, RULE_RUN, RuleConfig, RuleRun
from homeserver.rules.worker import setup as rules
from homeserver.runtime.clock import VirtualClock, settle
from homeserver.runtime.logins import device_rights
from homeserver.runtime.memory_broker import MemoryBroker
from homeserver.runtime.rehearsal import Rehearsal
from homeserver.runtime.settings import Settings, SettingsError
from homeserver.topics.entity import ENTITY_STATE, EntityState
from integrations.demo_home.house import House
from integrations.demo_home.sun import Place
from integrations.demo_home.worker import DemoOptions
from integrations.demo_home.worker import setup as demo
from tests.integrations.demo_home.conftest import BERLIN, Ear

ROOT = Path(__file__).parents[3]
ALL = (("#",), ("#",))
START = "2026-01-14T06:00:00+01:00"
SETTINGS = ["demo_home.seed=7", f"demo_home.start={START}"]


def guarded() -> MemoryBroker:
    """A broker that lets the demo house do what a device login may, and no more."""
    everybody = {"process.core": ALL, "device.rehearsal": ALL}
    return MemoryBroker(everybody | {"device.demo": device_rights("demo")})


def stage(*sets: str, broker: MemoryBroker | None = None) -> Rehearsal:
    return Rehearsal(demo, broker=broker or guarded(), settings=[*SETTINGS, *sets])


def said(live: Rehearsal) -> list[tuple[str, str]]:
    return [(topic, payload.decode()) for topic, payload, _ in live.published if topic.startswith("demo/")]


async def test_it_announces_all_and_says_all_within_a_device_logins_rights() -> None:
    broker = guarded()
    async with stage(broker=broker) as live:
        house = House(7, datetime.fromisoformat(START).astimezone(BERLIN), Place(52.52, 13.405))
        for message in house.announcements() + [one for one in house.reports() if one.retain]:
            assert broker.retained[message.topic] == message.payload.encode()
        assert len({topic for topic, *_ in live.published if topic.startswith("homeassistant/")}) > 150


async def test_the_home_hears_nothing_of_it_but_that_a_worker_runs() -> None:
    broker = guarded()
    async with stage(broker=broker) as live:
        await live.clock.advance(600)
        ours = {topic.split("/")[1] for topic in broker.retained if topic.startswith("homeserver/")}
        assert ours == {"worker", "process"}


async def test_a_command_acts_at_the_speed_of_life() -> None:
    async with stage() as live:
        await live.publish("demo/zigbee/office_desk_lamp/set", '{"state": "ON"}')
        before = len(said(live))
        await live.clock.advance(0.4)
        reports = [json.loads(text) for topic, text in said(live)[before:] if topic == "demo/zigbee/office_desk_lamp"]
        assert [report["state"] for report in reports] == ["ON"]


async def test_it_lives_as_much_faster_as_it_is_told() -> None:
    logs = []
    for speed, seconds in ((1, 1_200), (60, 20)):
        async with stage(f"demo_home.speed={speed}") as live:
            begun = len(live.published)
            await live.clock.advance(seconds)
            logs.append(live.published[begun:])
    assert len(logs[0]) > 150
    assert logs[0] == logs[1]


async def test_the_same_seed_and_speed_give_an_identical_message_log() -> None:
    logs = []
    for _ in range(2):
        async with stage("demo_home.speed=30") as live:
            await live.clock.advance(61.7)
            await live.publish("demo/tasmota/kitchen_ceiling/cmnd/Dimmer", "30")
            await live.clock.advance(33.3)
        logs.append(live.published)
    assert logs[0] == logs[1]
    assert len(logs[0]) > 600


async def test_after_a_lost_connection_everything_is_said_again() -> None:
    broker = guarded()
    async with stage(broker=broker) as live:
        await live.clock.advance(100)
        broker.stop()
        await live.clock.advance(100)
        broker.retained.clear()
        broker.start()
        await live.clock.advance(5)
        ear = ear_of(broker)
        assert len(ear.entities) > 150
        assert all(ear.online(entity) for entity in ear.entities)
        await live.clock.advance(20)
        assert "demo/gateway/electricity_meter/state" in broker.retained


def ear_of(broker: MemoryBroker) -> Ear:
    """What somebody who connects now learns from retained messages."""
    house = House(7, datetime.fromisoformat(START))
    ear = Ear(one for one in house.announcements() if broker.retained.get(one.topic) == one.payload.encode())
    ear.last = {topic: payload.decode() for topic, payload in broker.retained.items()}
    return ear


async def test_a_birth_message_is_answered_by_all_devices() -> None:
    async with stage() as live:
        live.published.clear()
        await live.publish("homeassistant/status", "online")
        topics = [topic for topic, *_ in live.published]
        assert "homeassistant/device/demo/heat_pump/config" in topics
        assert "demo/tasmota/washing_machine/tele/SENSOR" in topics  # not retained, so it must come again


async def test_when_it_stops_its_devices_are_offline() -> None:
    broker = guarded()
    async with stage(broker=broker) as live:
        await live.clock.advance(1)
    ear = ear_of(broker)
    assert not any(ear.online(entity) for entity in ear.entities)
    assert len(ear.entities) > 150


async def test_a_cut_line_makes_every_entity_unavailable_until_it_is_mended(tmp_path: Path) -> None:
    broker = MemoryBroker()
    async with Rehearsal(home, demo, broker=broker, folder=tmp_path, settings=SETTINGS) as live:
        live.listen(ENTITY_STATE)
        await live.clock.advance(60)

        def states() -> dict[str, str]:
            said = [(address, fact) for address, fact in live.bus.present.items() if fact.topic is ENTITY_STATE]
            return {address: fact.message.state for address, fact in said if "/zone/" not in address}  # of no device

        before = states()
        assert len(before) > 150
        assert "unavailable" not in before.values()
        broker.wires["core-demo"].drop("cut", say_will=True)
        await settle()
        assert set(states().values()) == {"unavailable"}
        await live.clock.advance(1)
        after = states()
        assert "unavailable" not in after.values()
        assert sum(after[address] != state for address, state in before.items()) < 20  # the house has lived on


async def test_by_default_the_simulated_time_is_the_homes_time() -> None:
    clock = VirtualClock(datetime(2026, 7, 15, 12, 0, tzinfo=UTC))
    async with Rehearsal(demo, broker=guarded(), clock=clock) as live:
        await live.clock.advance(400)
        states = [json.loads(text) for topic, text in said(live) if topic == "demo/tasmota/fridge_plug/tele/STATE"]
        assert states[-1]["Time"].startswith("2026-07-15T14:0")


@pytest.mark.parametrize("wrong", ["speed=0", "speed=fast", "seed=x", "start=2026-01-01T00:00:00", "colour=blue"])
def test_wrong_settings_name_the_field(wrong: str, tmp_path: Path) -> None:
    settings = Settings.load({"data": tmp_path}, [f"demo_home.{wrong}"], {})
    with pytest.raises(SettingsError, match=wrong.split("=")[0]):
        settings.section("demo_home", DemoOptions)


class Evening:
    """The home, its rules as they ship, and the demo house, from a local time of a Wednesday in January."""

    def __init__(self, folder: Path, clock: str) -> None:
        shutil.copytree(ROOT / "rules", folder / "rules")
        start = VirtualClock(datetime.fromisoformat(f"2026-01-14T{clock}:00+01:00").astimezone(UTC))
        self.live = Rehearsal(home, rules, demo, folder=folder, clock=start, settings=["demo_home.seed=7"])
        self.configs: list[RuleConfig] = self.live.listen(RULE_CONFIG)
        self.runs: list[RuleRun] = self.live.listen(RULE_RUN)
        self.states: list[EntityState] = []

    def watch(self, entity: str) -> None:
        domain, _, object_id = entity.partition(".")
        self.states = self.live.listen(ENTITY_STATE, domain=domain, object_id=object_id)

    def finished(self) -> set[str]:
        assert [config.error for config in self.configs if config.error] == []
        assert [run for run in self.runs if run.outcome == "failed"] == []
        return {run.cause.by.split("#")[0].removeprefix("rule:") for run in self.runs if run.cause is not None}


async def test_the_washing_machine_is_announced_by_the_chime_once_and_the_hall_is_lit(tmp_path: Path) -> None:
    evening = Evening(tmp_path, "15:35")
    async with evening.live as live:
        evening.watch("sensor.front_door_chime_rings")
        hall = live.listen(ENTITY_STATE, domain="light", object_id="hall_ceiling")
        await live.clock.advance(3 * 3_600)
        assert {"washing_machine_finished", "hall_light_on", "hall_light_off"} <= evening.finished()
        rings = [float(state.state) for state in evening.states if state.state.isdigit()]
        assert rings[-1] - rings[0] == 2
        assert {state.state for state in hall} >= {"on", "off"}
        brightness = {state.attributes.get("brightness") for state in hall if state.state == "on"}
        assert round(0.8 * 255) in brightness


async def test_bedtime_cools_the_living_room_and_puts_out_what_is_left_on(tmp_path: Path) -> None:
    evening = Evening(tmp_path, "22:25")
    async with evening.live as live:
        evening.watch("number.living_room_target_temperature")
        plug = live.listen(ENTITY_STATE, domain="switch", object_id="television_plug")
        await live.publish("demo/zigbee/office_desk_lamp/set", '{"state": "ON"}')
        lamp = live.listen(ENTITY_STATE, domain="light", object_id="office_desk_lamp")
        await live.clock.advance(66 * 60)
        assert {"bedtime_heating", "bedtime_lights"} <= evening.finished()
        assert evening.states[-1].state == "17.5"
        assert (lamp[-1].state, plug[-1].state) == ("off", "off")


async def test_at_noon_the_television_has_power_again(tmp_path: Path) -> None:
    evening = Evening(tmp_path, "11:58")
    async with evening.live as live:
        evening.watch("switch.television_plug")
        await live.publish("demo/tasmota/television_plug/cmnd/POWER", "OFF")
        await live.clock.advance(60)
        assert evening.states[-1].state == "off"
        await live.clock.advance(90)
        assert "bedtime_television_back" in evening.finished()
        assert evening.states[-1].state == "on"
