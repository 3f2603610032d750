"""A home on a broker with devices played by the test: the same play on the broker in memory and on Mosquitto."""

import asyncio
import itertools
import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Literal

from homeserver.home.worker import Home, setup
from homeserver.runtime.bus import Bus
from homeserver.runtime.clock import Clock, RealClock, VirtualClock, settle
from homeserver.runtime.device_link import DeviceLink
from homeserver.runtime.filters import matches
from homeserver.runtime.memory_broker import MemoryBroker, MemoryWire
from homeserver.runtime.process import Process
from homeserver.runtime.settings import Settings
from homeserver.runtime.wire import Wire
from homeserver.topics.call import REPLY, Reply
from homeserver.topics.entity import (
    COMMAND,
    COMMAND_FAILED,
    ENTITY_CONFIG,
    ENTITY_STATE,
    Command,
    CommandOutcome,
    EntityConfig,
    EntityState,
)
from homeserver.topics.event import DEVICE_EVENT, DeviceEvent
from tests.runtime.ground import EVERYTHING, RealGround

Kind = Literal["memory", "mosquitto"]
LOGIN = "process.core"
_ids = itertools.count(1)


class Stage:
    """One run of a home. `told` holds what was published outside the home's own topics by anybody but the test."""

    def __init__(self, process: Process, device: Wire, broker: MemoryBroker | None) -> None:
        self.process = process
        self.bus = process.bus
        self.broker = broker
        self.device = device
        self.said: list[tuple[str, bytes]] = []
        self.told: list[tuple[str, bytes]] = []
        self.births: list[str] = []
        self.replies: list[Reply] = []
        self.failed: list[CommandOutcome] = []
        self.events: list[DeviceEvent] = []
        self.states: dict[str, EntityState] = {}
        self.configs: dict[str, EntityConfig] = {}
        self.history: list[tuple[str, EntityState | None]] = []

    @property
    def home(self) -> Home:
        worker = self.process.hosted["home"].worker
        assert isinstance(worker, Home)
        return worker

    @property
    def virtual(self) -> VirtualClock:
        assert isinstance(self.process.clock, VirtualClock)
        return self.process.clock

    async def open(self) -> None:
        self._hear(ENTITY_CONFIG, self._config)
        self._hear(ENTITY_STATE, self._state)
        self._hear(REPLY, lambda reply, heard: self.replies.append(reply))
        self._hear(COMMAND_FAILED, lambda outcome, heard: self.failed.append(outcome))
        self._hear(DEVICE_EVENT, lambda event, heard: self.events.append(event))
        await self.connect_device()
        await self.process.open(["home"])
        await self.process.first_try()
        await self.quiet()

    async def connect_device(self) -> None:
        """At the start, and after the broker went away."""
        await self.device.connect(None, self._collect, lambda reason: None)
        await self.device.subscribe([("#", 1)])

    def _hear(self, topic: Any, handler: Callable[[Any, Any], None]) -> None:
        self.bus.replay(self.bus.hear(topic, handler, "stage"))

    def _config(self, config: EntityConfig | None, heard: Any) -> None:
        if heard.where[0] == "zone":
            return  # the home's own place is always there
        entity_id = ".".join(heard.where)
        if config is None:
            self.configs.pop(entity_id, None)
        else:
            self.configs[entity_id] = config

    def _state(self, state: EntityState | None, heard: Any) -> None:
        if heard.where[0] == "zone":
            return
        entity_id = ".".join(heard.where)
        if not heard.snapshot:
            self.history.append((entity_id, state))
        if state is None:
            self.states.pop(entity_id, None)
        else:
            self.states[entity_id] = state

    def _collect(self, address: str, payload: bytes, retained: bool) -> None:
        if address == "homeassistant/status":
            self.births.append(payload.decode())
        elif not address.startswith("homeserver/") and not retained:
            if (address, payload) in self.said:
                self.said.remove((address, payload))
            else:
                self.told.append((address, payload))

    async def quiet(self) -> None:
        """Let everything happen that follows from what was said."""
        if self.broker is not None:
            await settle(30)
            return
        mark = f"stage/mark/{next(_ids)}"
        for _ in range(3):  # there and back through the broker, for the home's answer and for ours
            arrived = len(self.told)
            self.device.publish(mark, b"", 1, False)
            async with asyncio.timeout(5):
                while (mark, b"") not in self.told[arrived:]:  # noqa: ASYNC110 - the broker is a process of its own
                    await asyncio.sleep(0.005)
            await asyncio.sleep(0.02)
        self.told = [one for one in self.told if one[0] != mark]

    async def report(self, topic: str, payload: str | bytes, *, retain: bool = False) -> None:
        """Say something as a device."""
        raw = payload.encode() if isinstance(payload, str) else payload
        self.said.append((topic, raw))
        self.device.publish(topic, raw, 1, retain)
        await self.quiet()

    async def announce(self, component: str, fields: dict[str, Any] | str, place: str = "thing") -> None:
        text = fields if isinstance(fields, str) else json.dumps(fields)
        await self.report(f"homeassistant/{component}/{place}/config", text, retain=True)

    async def command(
        self, entity_id: str, service: str, *, id: str = "", ttl: float = 30.0, **data: Any
    ) -> Reply | None:
        """Send a command and return its answer, if there is one by now."""
        domain, _, object_id = entity_id.partition(".")
        id = id or f"test-{next(_ids)}"
        command = Command(id, service, data, ttl, None, f"homeserver/reply/{LOGIN}/core")
        count = len(self.replies)
        self.bus.say(COMMAND, command, (domain, object_id, LOGIN))
        await self.quiet()
        return self.replies[-1] if len(self.replies) > count else None

    def told_on(self, pattern: str) -> list[str]:
        """What devices were told on the topics of a filter, as text."""
        return [payload.decode() for address, payload in self.told if matches(pattern, address)]


@asynccontextmanager
async def memory_stage(
    folder: Path, broker: MemoryBroker | None = None, clock: Clock | None = None, address: str = "", **more: Any
) -> AsyncIterator[Stage]:
    """On the broker in memory, under a virtual clock; `address` is what the home takes for its broker's,
    `more` are settings of the home, `sets` those as `--set` has them."""
    broker = broker or MemoryBroker()
    clock = clock or VirtualClock()
    wire = MemoryWire(broker, "core", LOGIN)
    process = _process(wire, clock, folder, **({"broker": address} if address else {}), **more)
    stage = Stage(process, MemoryWire(broker, "stage", "device.stage"), broker)
    try:
        await stage.open()
        yield stage
    finally:
        await process.close()
        await stage.device.disconnect()


@asynccontextmanager
async def mosquitto_stage(folder: Path) -> AsyncIterator[Stage]:
    """On a Mosquitto of its own, in real time."""
    ground = RealGround("mosquitto", folder, {LOGIN: EVERYTHING, "device.stage": EVERYTHING})
    await ground.start()
    process = _process(ground.wire("core", LOGIN), RealClock(), folder)
    stage = Stage(process, ground.wire("stage", "device.stage"), None)
    try:
        await stage.open()
        yield stage
    finally:
        await process.close()
        await stage.device.disconnect()
        await ground.stop()


def _process(wire: Wire, clock: Clock, folder: Path, sets: Sequence[str] = (), **more: Any) -> Process:
    bus = Bus(wire, clock, process="core", login=LOGIN)
    settings = Settings.load({"data": folder, "rules": folder / "rules", **more}, list(sets), {})

    def link(device: str) -> DeviceLink:
        raise AssertionError("home needs no link of its own")

    return Process(bus, clock, settings, {"home": setup}.__getitem__, link)


@asynccontextmanager
async def stage_of(kind: Kind, folder: Path) -> AsyncIterator[Stage]:
    async with memory_stage(folder) if kind == "memory" else mosquitto_stage(folder) as stage:
        yield stage
