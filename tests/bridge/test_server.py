"""The listener on a real port: taken, freed, dawdled at, stopped."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.responses import PlainTextResponse

from homeserver.bridge import server
from homeserver.bridge.server import RETRY, Listener, bind
from homeserver.runtime.clock import RealClock, VirtualClock
from tests.bridge.staging import staged
from tests.ports import free_port


@contextlib.asynccontextmanager
async def listening(port: int) -> AsyncIterator[Listener]:
    told: list[str] = []
    listener = Listener(PlainTextResponse("here"), "127.0.0.1", port, RealClock(), told.append)
    running = asyncio.create_task(listener.run())
    await listener.up.wait()
    try:
        yield listener
    finally:
        listener.stop()
        await running


async def test_a_port_in_use_is_said_and_tried_again() -> None:
    port, clock, told = free_port(), VirtualClock(), list[str]()
    listener = Listener(PlainTextResponse("here"), "127.0.0.1", port, clock, told.append)
    with bind("127.0.0.1", port):
        running = asyncio.create_task(listener.run())
        await clock.advance(RETRY * 2.5)
        assert not listener.up.is_set()
    assert len(told) == 3
    assert str(port) in told[0]
    assert "--http-port" in told[0]
    await clock.advance(RETRY)
    assert told[-1] == ""
    async with httpx.AsyncClient() as client:
        assert (await client.get(f"http://127.0.0.1:{port}/")).text == "here"
    listener.stop()
    await running


async def test_an_address_that_is_not_ours_is_said() -> None:
    clock, told = VirtualClock(), list[str]()
    listener = Listener(PlainTextResponse("here"), "192.0.2.1", free_port(), clock, told.append)
    running = asyncio.create_task(listener.run())
    await clock.advance(1)
    assert "http_host" in told[0]
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_a_bridge_whose_port_is_taken_is_degraded(home: Any, tmp_path: Path) -> None:
    said: list[str] = []
    home.bridge.house.degraded = said.append
    listener = home.bridge.listener
    assert listener.up.is_set()
    second = Listener(home.bridge.app, "127.0.0.1", home.client.base_url.port, home.clock, home.bridge.house.degraded)
    running = asyncio.create_task(second.run())
    await home.clock.advance(1)
    assert "another program uses it" in said[0]
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


@pytest.mark.parametrize("start", [b"", b"GET / HTTP/1.1\r\nHost: localh"])
async def test_a_head_that_does_not_come_is_not_waited_for(monkeypatch: pytest.MonkeyPatch, start: bytes) -> None:
    monkeypatch.setattr(server, "HEAD", 0.05)
    port = free_port()
    async with listening(port):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(start)
        async with asyncio.timeout(5):
            assert await reader.read() == b""
        writer.close()


async def test_a_head_that_is_too_long_is_refused() -> None:
    port = free_port()
    async with listening(port):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Long: " + b"x" * 100_000)
        async with asyncio.timeout(5):
            assert (await reader.read()).startswith(b"HTTP/1.1 400")
        writer.close()


async def test_the_server_does_not_say_what_it_is() -> None:
    port = free_port()
    async with listening(port), httpx.AsyncClient() as client:
        assert "server" not in (await client.get(f"http://127.0.0.1:{port}/")).headers


async def test_it_stops_soon_though_a_socket_is_open_and_a_client_does_not_read(tmp_path: Path) -> None:
    async with staged(tmp_path, free_port()) as stage:
        socket_ = socket.create_connection(("127.0.0.1", stage.port))
        head = "GET /api/websocket HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        key = "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        socket_.sendall((head + key).encode())
        while not stage.bridge.homeassistant.sockets.open:  # noqa: ASYNC110 - what is waited for happens in the server
            await asyncio.sleep(0.01)
        async with asyncio.timeout(2):
            await stage.process.stop("bridge")
        socket_.close()


async def test_one_address_has_half_of_the_connections(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "MOST", 4)
    port = free_port()
    async with listening(port):
        held = [await asyncio.open_connection("127.0.0.1", port) for _ in range(2)]
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        async with asyncio.timeout(5):
            assert await reader.read() == b""
        other, there = await asyncio.open_connection("127.0.0.1", port, local_addr=("127.0.0.2", 0))
        there.write(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        async with asyncio.timeout(5):
            assert (await other.read()).startswith(b"HTTP/1.1 200")
        for _, one in (*held, (reader, writer), (other, there)):
            one.close()


async def test_the_one_that_is_silent_for_longest_makes_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "_CROWD", 2)
    port = free_port()
    async with listening(port):
        held = [await asyncio.open_connection("127.0.0.1", port) for _ in range(3)]
        async with asyncio.timeout(5):
            assert await held[0][0].read() == b""
        held[1][1].write(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        async with asyncio.timeout(5):
            assert (await held[1][0].read()).startswith(b"HTTP/1.1 200")
        for _, one in held:
            one.close()
