"""A home in memory: workers on a real bus over a broker in memory, under a clock that is moved by hand.

For tests of workers and, later, of rules: nothing here sleeps, listens or writes outside the folder it is given.
"""

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from homeserver.runtime.bus import Bus
from homeserver.runtime.clock import VirtualClock, settle
from homeserver.runtime.device_link import DeviceLink
from homeserver.runtime.hosting import Setup, worker_class
from homeserver.runtime.memory_broker import MemoryBroker, MemoryWire
from homeserver.runtime.process import Process
from homeserver.runtime.settings import Settings
from homeserver.topics.topic import Topic


class Rehearsal:
    """`async with Rehearsal(setup, ...) as home:` — all workers open when the block begins; one that cannot raises.

    `broker` may be handed in to play several processes of one home; `heard` collects what was said on topics that
    were asked for by `listen`; `published` all that devices were told.
    """

    def __init__(
        self,
        *setups: Setup,
        broker: MemoryBroker | None = None,
        process: str = "core",
        clock: VirtualClock | None = None,
        folder: Path | None = None,
        settings: list[str] | None = None,
    ) -> None:
        self.clock = clock or VirtualClock()
        self.broker = broker or MemoryBroker()
        self._is_ours = folder is None
        self.folder = folder or Path(tempfile.mkdtemp(prefix="rehearsal-"))
        self._setups = {worker_class(setup).name: setup for setup in setups}
        self.process = self._process(process, settings or [])
        self.bus = self.process.bus
        self.published: list[tuple[str, bytes, bool]] = []
        self._outside = MemoryWire(self.broker, "rehearsal", "device.rehearsal")

    def _process(self, name: str, sets: list[str]) -> Process:
        login = f"process.{name}"
        bus = Bus(MemoryWire(self.broker, name, login), self.clock, process=name, login=login)
        settings = Settings.load({"data": self.folder, "rules": self.folder / "rules"}, sets, {})

        def link(device: str) -> DeviceLink:
            return DeviceLink(MemoryWire(self.broker, f"{name}-{device}", f"device.{device}"), self.clock)

        return Process(bus, self.clock, settings, self._setups.__getitem__, link)

    async def __aenter__(self) -> Self:
        await self._outside.connect(None, self._collect, lambda reason: None)
        await self._outside.subscribe([("#", 0)])
        await self.process.open(self._setups)
        try:
            await self.process.first_try()
        except BaseException:
            await self.__aexit__(None, None, None)
            raise
        await settle()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.process.close()
        await self._outside.disconnect()
        if self._is_ours:
            shutil.rmtree(self.folder)

    def _collect(self, address: str, payload: bytes, retained: bool) -> None:
        if not address.startswith(f"{self.bus.root}/"):
            self.published.append((address, payload, retained))

    async def publish(self, address: str, payload: str | bytes, *, retain: bool = False) -> None:
        """Say something as a device would, and let the house react."""
        self._outside.publish(address, payload.encode() if isinstance(payload, str) else payload, 0, retain)
        await settle()

    def listen(self, topic: Topic[Any], **fixed: str) -> list[Any]:
        """A list that fills with what is said on `topic` from now on, and with what is present."""
        messages: list[Any] = []
        take: Callable[[Any], None] = messages.append
        self.bus.replay(self.bus.hear(topic, lambda message: take(message), "rehearsal", **fixed))
        return messages
