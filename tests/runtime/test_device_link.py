"""A link as a device has it: it comes back from whatever ended it."""

import asyncio

from homeserver.runtime.clock import VirtualClock, settle
from homeserver.runtime.device_link import DeviceLink
from homeserver.runtime.memory_broker import MemoryBroker, MemoryWire


async def test_a_bug_after_connecting_is_told_and_the_link_made_anew() -> None:
    broker, clock = MemoryBroker(), VirtualClock()
    link = DeviceLink(MemoryWire(broker, "plug", "device.plug"), clock)
    standing: list[int] = []

    async def connected() -> None:
        standing.append(len(broker.wires))
        if len(standing) == 1:
            raise ZeroDivisionError

    task = asyncio.create_task(link.open(lambda address, payload: None, connected))
    await settle()
    assert standing == [1]
    await clock.advance(1)
    await task
    assert link.up
    assert standing == [1, 1]
    await link.close()
