"""Doors of the embedded broker, in this process: who is let through, who is not and why, and what closing does."""

import asyncio
import logging
import socket
import ssl
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from homeserver.runtime.broker import doors as module
from homeserver.runtime.broker import lobby
from homeserver.runtime.broker.doors import Doors
from homeserver.runtime.broker.listener import Listener
from homeserver.runtime.broker.repeats import Repeats
from homeserver.runtime.tls.authority import Authority
from tests.ports import free_port


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder, now = tmp_path_factory.mktemp("tls"), datetime.now(UTC)
    Authority(folder, "Home", now).issue("broker", ("127.0.0.1", "::1"), now)
    return folder


class Broker:
    """Says back what it hears, until the connection ends; whoever says a word has logged in."""

    def __init__(self) -> None:
        self.came = 0
        self.ended = 0

    async def serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, let_in: Callable[[], None]
    ) -> None:
        self.came += 1
        try:
            while data := await reader.read(100):
                let_in()
                writer.write(data)
        finally:
            self.ended += 1
            writer.close()


@pytest.fixture
async def doors() -> AsyncIterator[tuple[Doors, Broker]]:
    broker = Broker()
    doors = Doors(broker.serve, Repeats())
    yield doors, broker
    await doors.close()


def secure(tls: Path, host: str = "127.0.0.1") -> Listener:
    return Listener(free_port(), host, tls / "broker.pem", tls / "broker.key")


async def echo(port: int, context: ssl.SSLContext | None, host: str = "127.0.0.1") -> bytes:
    reader, writer = await asyncio.open_connection(host, port, ssl=context)
    writer.write(b"hello")
    answer = await reader.readexactly(5)
    writer.close()
    return answer


def handshake(port: int, context: ssl.SSLContext) -> None:
    """As a device does it; asyncio's own client goes without saying why."""
    with socket.create_connection(("127.0.0.1", port)) as plain:
        context.wrap_socket(plain, server_hostname="127.0.0.1").close()


async def test_who_speaks_tls_is_handed_over(tls: Path, doors: tuple[Doors, Broker]) -> None:
    listener, plain = secure(tls), Listener(free_port(), "127.0.0.1")
    await doors[0].set([listener, plain])
    trusting = ssl.create_default_context(cafile=tls / "authority.pem")
    assert await echo(listener.port, trusting) == b"hello"
    assert await echo(plain.port, None) == b"hello"
    assert doors[1].came == 2


async def test_a_door_without_a_host_is_open_on_every_kind_of_address(doors: tuple[Doors, Broker]) -> None:
    await doors[0].set([Listener(port := free_port())])
    assert await echo(port, None) == b"hello"
    if socket.has_ipv6:
        assert await echo(port, None, "::1") == b"hello"


async def test_who_does_not_is_told_of_with_his_address(
    tls: Path, doors: tuple[Doors, Broker], caplog: pytest.LogCaptureFixture
) -> None:
    listener = secure(tls)
    await doors[0].set([listener])
    reader, writer = await asyncio.open_connection("127.0.0.1", listener.port)
    writer.write(b"\x10\x0e\x00\x04MQTT\x04\x02\x00\x00\x00\x02me")
    await reader.read()
    writer.close()
    doubting = ssl.create_default_context()
    doubting.maximum_version = ssl.TLSVersion.TLSv1_2  # by 1.3 the client may be gone before its alert is read
    with pytest.raises(ssl.SSLCertVerificationError):
        await asyncio.to_thread(handshake, listener.port, doubting)
    async with asyncio.timeout(5):
        while len(caplog.messages) < 2:  # noqa: ASYNC110 - the other side of a socket
            await asyncio.sleep(0.01)
    first, second = caplog.messages
    assert first.startswith(f"127.0.0.1: it came to port {listener.port}, and TLS failed: it does not speak TLS")
    assert "it does not trust this certificate" in second
    assert doors[1].came == 0


async def test_who_says_nothing_is_sent_away(
    tls: Path, doors: tuple[Doors, Broker], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(module, "PATIENCE", 0.1)
    listener = secure(tls)
    await doors[0].set([listener])
    reader, writer = await asyncio.open_connection("127.0.0.1", listener.port)
    async with asyncio.timeout(5):
        assert await reader.read() == b""
    writer.close()
    assert caplog.messages == [], "that is no fault to speak of: port scanners do it all day"


async def test_closing_ends_who_came_through_and_nobody_else(doors: tuple[Doors, Broker]) -> None:
    one, other = Listener(free_port(), "127.0.0.1"), Listener(free_port(), "127.0.0.1")
    await doors[0].set([one, other])
    leaves, stays = [await asyncio.open_connection("127.0.0.1", listener.port) for listener in (one, other)]
    for _, writer in (leaves, stays):
        writer.write(b"hello")
    assert [await reader.readexactly(5) for reader, _ in (leaves, stays)] == [b"hello", b"hello"]
    await doors[0].set([other])
    assert await leaves[0].read() == b""
    stays[1].write(b"again")
    assert await stays[0].readexactly(5) == b"again"
    assert doors[1].ended == 1
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection("127.0.0.1", one.port)
    for _, writer in (leaves, stays):
        writer.close()


async def test_what_cannot_be_opened_is_logged_and_left_out(
    tls: Path, tmp_path: Path, doors: tuple[Doors, Broker], caplog: pytest.LogCaptureFixture
) -> None:
    good = secure(tls)
    lost = Listener(free_port(), "127.0.0.1", tmp_path / "no.pem", tmp_path / "no.key")
    with socket.create_server(("127.0.0.1", 0)) as taken, caplog.at_level(logging.ERROR):
        await doors[0].set([lost, Listener(taken.getsockname()[1], "127.0.0.1"), good])
    assert [row.split(":")[0] for row in caplog.messages] == ["nobody is let in at 127.0.0.1"] * 2
    assert "no.pem cannot be read" in caplog.messages[0]
    assert await echo(good.port, ssl.create_default_context(cafile=tls / "authority.pem")) == b"hello"


@pytest.mark.parametrize("kind", ["tls", "plain"])
async def test_who_has_not_logged_in_waits_in_a_lobby_and_makes_room(
    tls: Path, doors: tuple[Doors, Broker], monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setattr(lobby, "MOST", 3)
    monkeypatch.setattr(lobby, "HURRY", 0.2)
    listener = secure(tls) if kind == "tls" else Listener(free_port(), "127.0.0.1")
    trusting = ssl.create_default_context(cafile=tls / "authority.pem") if kind == "tls" else None
    await doors[0].set([listener])
    known = []
    for _ in range(5):
        reader, writer = await asyncio.open_connection("127.0.0.1", listener.port, ssl=trusting)
        writer.write(b"hello")
        assert await reader.readexactly(5) == b"hello", "who logged in takes no room"
        known.append((reader, writer))
    silent = [await asyncio.open_connection("127.0.0.1", listener.port) for _ in range(20)]
    await asyncio.sleep(0)
    async with asyncio.timeout(5):
        assert await echo(listener.port, trusting) == b"hello", "and is let in whoever else waits"
    async with asyncio.timeout(5):
        assert await silent[0][0].read() == b"", "because the silent ones make room"
    for reader, writer in known:
        writer.write(b"still")
        assert await reader.readexactly(5) == b"still"
    for _, writer in known + silent:
        writer.close()
