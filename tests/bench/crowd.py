"""A crowd of devices for measuring: some forty rooms with all that people have in them, announced as Home Assistant's
discovery has it, and changing as often as is asked for. Keeps the connection to the broker."""

import asyncio
import itertools
import json
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.bench.homes import Doors
from tests.runtime.raw_client import connect_packet, publish_packet

ROOMS = 40
LIGHT = {"schema": "json", "brightness": True, "supported_color_modes": ["brightness"]}


@dataclass(frozen=True)
class Kind:
    """Of a hundred things of the crowd, `share` are such: `told` gives what one of them says at the moment."""

    share: int
    domain: str
    name: str
    config: dict[str, Any]
    told: Callable[[random.Random], str]


def _figure(low: float, high: float) -> Callable[[random.Random], str]:
    return lambda chance: f"{chance.uniform(low, high):.1f}"


def _one_of(*words: str) -> Callable[[random.Random], str]:
    return lambda chance: chance.choice(words)


def _lamp(chance: random.Random) -> str:
    return json.dumps({"state": chance.choice(("ON", "OFF")), "brightness": chance.randrange(1, 256)})


def _sensor(kind: str, unit: str) -> dict[str, Any]:
    return {"device_class": kind, "unit_of_measurement": unit, "state_class": "measurement"}


KINDS = (
    Kind(15, "light", "Lamp", LIGHT, _lamp),
    Kind(10, "switch", "Plug", {}, _one_of("ON", "OFF")),
    Kind(12, "sensor", "Temperature", _sensor("temperature", "°C"), _figure(15, 28)),
    Kind(12, "sensor", "Humidity", _sensor("humidity", "%"), _figure(30, 70)),
    Kind(14, "sensor", "Power", _sensor("power", "W"), _figure(0, 2000)),
    Kind(7, "sensor", "Battery", {**_sensor("battery", "%"), "entity_category": "diagnostic"}, _figure(20, 100)),
    Kind(12, "binary_sensor", "Motion", {"device_class": "motion"}, _one_of("ON", "OFF")),
    Kind(8, "binary_sensor", "Window", {"device_class": "window"}, _one_of("ON", "OFF")),
    Kind(6, "cover", "Blind", {"position_topic": "POSITION", "set_position_topic": "SET"}, _one_of("open", "closed")),
    Kind(4, "number", "Level", {"min": 0, "max": 100}, _figure(0, 100)),
)


class Crowd:
    """`count` things; `writer` goes to the broker."""

    def __init__(self, count: int) -> None:
        kinds = list(itertools.chain.from_iterable([kind] * kind.share for kind in KINDS))
        random.Random(7).shuffle(kinds)
        self.things = [(kinds[number % len(kinds)], number) for number in range(count)]
        self._chance = random.Random(11)
        self._writer: asyncio.StreamWriter | None = None

    async def connect(self, home: Doors) -> None:
        reader, self._writer = await asyncio.open_connection("127.0.0.1", home.mqtt_port)
        login = None if home.secret is None else "device.bench"
        self._writer.write(connect_packet("bench", login, home.secret, keepalive=600))
        if (await reader.readexactly(4))[3]:
            raise SystemExit("the broker does not let the devices in")

    async def announce(self) -> None:
        assert self._writer is not None
        for kind, number in self.things:
            topic = f"homeassistant/{kind.domain}/bench/{number}/config"
            self._writer.write(publish_packet(topic, _config(kind, number), retain=True))
            if number % 100 == 99:
                await self._writer.drain()
                await asyncio.sleep(0.1)

    async def tell_all(self) -> None:
        """Everybody says how he is."""
        for kind, number in self.things:
            self._tell(kind, number)
            if number % 100 == 99:
                await asyncio.sleep(0.05)

    async def change(self, rate: float, over: asyncio.Event) -> int:
        """Somebody says something else, `rate` times a second, until it is over; how often that was."""
        began, count = time.monotonic(), 0
        while not over.is_set():
            while count < int((time.monotonic() - began) * rate):
                self._tell(*self._chance.choice(self.things))
                count += 1
            await asyncio.sleep(0.5 / rate)
        return count

    def _tell(self, kind: Kind, number: int) -> None:
        assert self._writer is not None
        self._writer.write(publish_packet(f"bench/{number}", kind.told(self._chance).encode()))


def _config(kind: Kind, number: int) -> bytes:
    room = number % ROOMS
    which = f"{room}-{number // 160}"
    device = {"identifiers": [f"bench_{which}"], "name": f"Thing {which}", "suggested_area": f"Room {room}"}
    said: dict[str, Any] = {
        "unique_id": f"bench_{number}",
        "name": f"{kind.name} {number}",
        "state_topic": f"bench/{number}",
        "command_topic": f"bench/{number}/set",
        "device": device,
        **kind.config,
    }
    if kind.domain in ("sensor", "binary_sensor"):
        del said["command_topic"]
    for name in ("position_topic", "set_position_topic"):
        if name in said:
            said[name] = f"bench/{number}/{name}"
    return json.dumps(said).encode()
