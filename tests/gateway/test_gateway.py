"""A gateway between a network and the home: what it shows becomes entities, what these are told comes to it, all
within the rights of a device's login."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from homeserver.gateway.features import Device, Feature
from homeserver.gateway.gateway import LONGEST, Gateway
from homeserver.gateway.pacing import Pace
from homeserver.home.worker import setup as home
from homeserver.runtime.house import House
from homeserver.runtime.logins import device_rights
from homeserver.runtime.memory_broker import MemoryBroker
from homeserver.runtime.rehearsal import Rehearsal
from homeserver.runtime.worker import Worker
from homeserver.topics.entity import ENTITY_STATE

ALL = (("#",), ("#",))
PLUG = Device(
    "0x01",
    "Plug",
    "Acme",
    "P1",
    area="Kitchen",
    features=(
        Feature("switch", "switch", None, {"state_topic": "~", "command_topic": "~/set"}),
        Feature("power", "sensor", "Power", {"state_topic": "~", "unit_of_measurement": "W", "device_class": "power"}),
    ),
)
HEATER = Device(
    "0x02",
    "Heater",
    features=(
        Feature(
            "climate",
            "climate",
            None,
            {
                "modes": ["off", "heat"],
                "mode_command_topic": "~/mode/set",
                "mode_state_topic": "~/mode",
                "temperature_command_topic": "~/temperature/set",
                "temperature_state_topic": "~/temperature",
            },
        ),
    ),
)


class Radio(Worker):
    """A network of a plug and a heater that do what they are told."""

    name = "radio"

    def __init__(self, house: House) -> None:
        super().__init__(house)
        self.gateway = Gateway(house, "radio", "Test radio", Pace())
        self.told: list[tuple[str, str, str, bytes]] = []

    async def open(self) -> None:
        await self.gateway.open(self.obey)
        self.gateway.board.show(PLUG)
        self.gateway.board.show(HEATER)
        for device in ("0x01", "0x02"):
            self.gateway.board.available(device, True)
        self.gateway.board.complete()

    async def close(self) -> None:
        await self.gateway.close()

    def obey(self, device: str, key: str, what: str, payload: bytes) -> None:
        self.told.append((device, key, what, payload))
        self.gateway.board.tell(device, key, payload, what)


radios: list[Radio] = []


def radio(house: House) -> Radio:
    radios.append(Radio(house))
    return radios[-1]


def guarded() -> MemoryBroker:
    everybody = {"process.core": ALL, "device.rehearsal": ALL, "device.radio": device_rights("radio")}
    return MemoryBroker(everybody)


@pytest.fixture
async def stage() -> AsyncIterator[Rehearsal]:
    async with Rehearsal(radio, home, broker=guarded()) as live:
        await live.clock.advance(1)
        yield live


class Home:
    """What somebody at the page sees and does."""

    def __init__(self, live: Rehearsal, worker: Radio) -> None:
        self.live = live
        self.worker = worker

    async def state(self, entity_id: str) -> str:
        await self.live.clock.advance(1)
        domain, object_id = entity_id.split(".")
        return str(self.live.listen(ENTITY_STATE, domain=domain, object_id=object_id)[-1].state)

    async def command(self, entity_id: str, service: str, **data: Any) -> None:
        domain, object_id = entity_id.split(".")
        said = {"id": f"{service}-{entity_id}", "service": service, "data": data, "ttl": 30}
        address = f"homeserver/entity/{domain}/{object_id}/command/device.rehearsal"
        await self.live.publish(address, json.dumps(said))
        await self.live.clock.advance(1)


@pytest.fixture
async def seen() -> AsyncIterator[Home]:
    async with Rehearsal(radio, home, broker=guarded()) as live:
        await live.clock.advance(1)
        yield Home(live, radios[-1])


async def test_what_it_shows_becomes_entities_that_can_be_commanded(seen: Home) -> None:
    seen.worker.gateway.board.tell("0x01", "switch", b"OFF")
    seen.worker.gateway.board.tell("0x01", "power", b"12.5")
    assert await seen.state("switch.plug") == "off"
    assert await seen.state("sensor.plug_power") == "12.5"
    await seen.command("switch.plug", "turn_on")
    await seen.command("climate.heater", "set_temperature", temperature=21.5)
    assert seen.worker.told == [("0x01", "switch", "", b"ON"), ("0x02", "climate", "temperature", b"21.5")]
    assert await seen.state("switch.plug") == "on"


async def test_away_devices_and_an_ended_gateway_are_unavailable(seen: Home) -> None:
    seen.worker.gateway.board.tell("0x01", "switch", b"ON")
    seen.worker.gateway.board.available("0x01", False)
    assert await seen.state("switch.plug") == "unavailable"
    seen.worker.gateway.board.available("0x01", True)
    assert await seen.state("switch.plug") == "on"
    await seen.worker.gateway.close()
    assert await seen.state("switch.plug") == "unavailable"


@pytest.mark.parametrize(
    "topic",
    ["radio/0x09/switch/set", "radio/0x01/switch/set/on/fire", "radio/0x01/set", "other/0x01/switch/set"],
)
async def test_what_is_meant_for_nobody_is_heard_by_nobody(seen: Home, topic: str) -> None:
    await seen.live.publish(topic, "ON")
    assert seen.worker.told == []


async def test_a_command_of_any_bytes_comes_as_it_is_unless_it_is_endless(seen: Home) -> None:
    await seen.live.publish("radio/0x01/switch/set", b"\xff\x00")
    await seen.live.publish("radio/0x01/switch/set", b"x" * (LONGEST + 1))
    assert [payload for *_, payload in seen.worker.told] == [b"\xff\x00"]


async def test_a_device_of_an_earlier_run_that_is_no_more_leaves_nothing() -> None:
    broker = guarded()
    async with Rehearsal(radio, broker=broker) as live:
        radios[-1].gateway.board.show(replace(PLUG, id="0x03"))
        radios[-1].gateway.board.tell("0x03", "switch", b"ON")
        await live.clock.advance(1)
    assert "radio/0x03/switch" in broker.retained
    async with Rehearsal(radio, broker=broker) as live:
        await live.clock.advance(1)
        assert not [topic for topic in broker.retained if "0x03" in topic]
        assert "homeassistant/device/radio/0x01/config" in broker.retained
