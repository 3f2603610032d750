"""A plain MQTT connection under a login of its own, as a device has: for a bridge's network or a simulated device.

It reconnects by itself; what is published while it is down is lost, as with any device, so whoever uses it says its
state again in `on_connected`.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any

from homeserver.runtime.clock import Clock
from homeserver.runtime.wire import Will, Wire, WireError

log = logging.getLogger(__name__)
OnDeviceMessage = Callable[[str, bytes], None]
OnConnected = Callable[[], Coroutine[Any, Any, None]]


class DeviceLink:
    """`open`, `subscribe`, `publish`, `close`."""

    def __init__(self, wire: Wire, clock: Clock) -> None:
        self._wire = wire
        self._clock = clock
        self._filters: list[str] = []
        self._lost = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self.up = False

    async def open(self, on_message: OnDeviceMessage, on_connected: OnConnected, will: Will | None = None) -> None:
        """Connect for as long as it takes; after every connection subscribe, then call `on_connected`."""
        first = asyncio.Event()

        async def stay() -> None:
            while True:
                try:
                    await self._session(on_message, on_connected, will, first)
                except Exception:  # a bug in `on_connected` must not end the link without a word
                    log.exception("the device link broke on a bug")
                self.up = False
                await self._wire.disconnect()
                await self._clock.sleep(0.5)

        self._task = asyncio.create_task(stay(), name="device-link")
        await first.wait()

    async def _session(
        self, on_message: OnDeviceMessage, on_connected: OnConnected, will: Will | None, first: asyncio.Event
    ) -> None:
        self._lost.clear()
        try:
            await self._wire.connect(will, lambda address, payload, _: on_message(address, payload), self._on_lost)
            self.up = True
            if self._filters:
                await self._wire.subscribe([(part, 0) for part in self._filters])
            await on_connected()
            first.set()
            await self._lost.wait()
        except (WireError, OSError) as error:
            log.debug("device link: %s", error)

    def _on_lost(self, reason: str) -> None:
        self.up = False
        self._lost.set()

    async def subscribe(self, pattern: str) -> None:
        """Hear `pattern` now and after every reconnect."""
        self._filters.append(pattern)
        if self.up:
            await self._wire.subscribe([(pattern, 0)])

    def publish(self, topic: str, payload: bytes, retain: bool) -> None:
        """QoS 0, as most devices do."""
        if self.up:
            self._wire.publish(topic, payload, 0, retain)

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        await self._wire.disconnect()
        self.up = False
