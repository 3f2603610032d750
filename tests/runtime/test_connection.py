"""A connection comes back, whatever the broker or a bug did to it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from homeserver.runtime.clock import RealClock
from homeserver.runtime.connection import Connection
from homeserver.runtime.memory_broker import MemoryBroker, MemoryWire
from homeserver.runtime.mqtt_wire import Address, MqttWire
from homeserver.runtime.wire import Wire, WireError
from tests.runtime.ground import until


async def nothing() -> None:
    """What there is to do once connected."""


@asynccontextmanager
async def connection(wire: Wire, on_up: Callable[[], Awaitable[None]] = nothing) -> AsyncIterator[Connection]:
    made = Connection(wire, RealClock(), None, lambda *_: None, on_up, lambda: None)
    made.open()
    yield made
    await made.close()


async def test_a_broker_that_accepts_and_closes_in_one_breath_is_tried_again() -> None:
    visits = 0

    async def accept_and_close(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal visits
        visits += 1
        await reader.read(100)
        writer.write(b"\x20\x02\x00\x00")
        writer.close()

    server = await asyncio.start_server(accept_and_close, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with connection(MqttWire(Address("127.0.0.1", port), "core")) as made:
        await until(lambda: visits >= 2)
        assert made.fault
        assert not made.up.is_set()
    server.close()
    await server.wait_closed()


async def test_a_broker_that_goes_and_comes_back_is_told_of_in_words(caplog: pytest.LogCaptureFixture) -> None:
    leave = asyncio.Event()

    async def accept_and_leave_once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(100)
        writer.write(b"\x20\x02\x00\x00")
        if not leave.is_set():
            await leave.wait()
        else:
            await reader.read()
        writer.close()

    server = await asyncio.start_server(accept_and_leave_once, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    caplog.set_level("INFO", "homeserver.runtime.connection")
    async with connection(MqttWire(Address("127.0.0.1", port), "core")) as made:
        await until(made.up.is_set)
        assert told(caplog) == [], "to connect the first time is no news"
        leave.set()
        await until(lambda: len(told(caplog)) == 2)
    server.close()
    await server.wait_closed()
    assert told(caplog)[0] == "no connection to the broker: the broker closed the connection"
    assert told(caplog)[1] == "connected to the broker again"


def told(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.name == "homeserver.runtime.connection"]


async def test_a_bug_in_what_comes_after_connecting_is_told_and_the_connection_made_anew() -> None:
    faults: list[Exception] = [ZeroDivisionError("a bug"), WireError("no fence")]
    broker = MemoryBroker()
    standing: list[int] = []

    async def on_up() -> None:
        standing.append(len(broker.wires))
        if faults:
            raise faults.pop(0)

    async with connection(MemoryWire(broker, "core", "process.core"), on_up) as made:
        await until(made.up.is_set)
        assert made.fault == ""
    assert standing == [1, 1, 1]
