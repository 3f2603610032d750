"""A device with many numbers and buttons that keeps account of what it was told, as a real device would obey it."""

import asyncio
from collections import Counter

import orjson

from homeserver.runtime.clock import RealClock
from homeserver.runtime.device_link import DeviceLink
from homeserver.runtime.mqtt_wire import MqttWire


class Lab:
    """`numbers` can be set and report what they were set to; `buttons` can be pressed and report nothing."""

    def __init__(self, wire: MqttWire, numbers: int, buttons: int) -> None:
        self.link = DeviceLink(wire, RealClock())
        self.numbers = numbers
        self.buttons = buttons
        self.values: dict[int, str] = {}
        self.told: Counter[tuple[int, str]] = Counter()
        self.pressed: Counter[int] = Counter()

    async def open(self) -> None:
        await self.link.subscribe("lab/+/+/set")
        await self.link.subscribe("homeassistant/status")
        await self.link.open(self._obey, self._announce)

    async def _announce(self) -> None:
        device = {"identifiers": ["lab"], "name": "Lab"}
        for kind, count in (("number", self.numbers), ("button", self.buttons)):
            for i in range(count):
                config: dict[str, object] = {
                    "unique_id": f"lab_{kind}_{i}",
                    "object_id": f"lab_{kind}_{i}",
                    "name": f"{kind} {i}",
                    "command_topic": f"lab/{kind}/{i}/set",
                    "device": device,
                }
                if kind == "number":
                    config |= {"state_topic": f"lab/{kind}/{i}/state", "min": 0, "max": 1_000_000}
                self.link.publish(f"homeassistant/{kind}/lab/{kind}_{i}/config", orjson.dumps(config), True)
            await asyncio.sleep(0.05)
        self._report()

    def _report(self) -> None:
        for number, value in self.values.items():
            self.link.publish(f"lab/number/{number}/state", value.encode(), True)

    def _obey(self, topic: str, payload: bytes) -> None:
        if topic == "homeassistant/status":
            if payload == b"online":
                self._report()
            return
        _, kind, index, _ = topic.split("/")
        if kind == "button":
            self.pressed[int(index)] += 1
            return
        value = payload.decode()
        self.told[int(index), value] += 1
        self.values[int(index)] = value
        self.link.publish(f"lab/number/{index}/state", payload, True)
