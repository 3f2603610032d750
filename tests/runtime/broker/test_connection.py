"""One connection with a router that only writes down what it is asked: order, bounds, and ends."""

import asyncio
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest

from homeserver.runtime.broker import connection as module
from homeserver.runtime.broker import packets
from homeserver.runtime.broker.access import ANYBODY
from homeserver.runtime.broker.connection import Connection
from homeserver.runtime.broker.packets import Message, Stream
from homeserver.runtime.broker.session import Client
from tests.runtime import raw_client as raw

WILL = Message("will", b"gone")


@dataclass
class Notes:
    """A router that delivers nothing; a topic `fault` is a bug in it."""

    asked: list[tuple[object, ...]] = field(default_factory=list)
    wills: list[Message | None] = field(default_factory=list)

    def publish(self, client: Client, message: Message) -> None:
        if message.topic == "fault":
            raise KeyError(message.topic)
        self.asked.append(("publish", message.topic))

    def subscribe(self, client: Client, pattern: str, qos: int) -> int:
        self.asked.append(("subscribe", pattern))
        return packets.REFUSED_FILTER if pattern == "refused" else qos

    def send_retained(self, client: Client, pattern: str, qos: int) -> None:
        self.asked.append(("send_retained", pattern))

    def unsubscribe(self, client: Client, pattern: str) -> None:
        self.asked.append(("unsubscribe", pattern))

    def ended(self, client: Client, connection: Connection) -> None:
        self.wills.append(client.will)


@dataclass
class Call:
    """A connection being served, and the client's end of its socket."""

    notes: Notes
    serving: "asyncio.Task[None]"
    socket: socket.socket

    async def send(self, data: bytes) -> None:
        await asyncio.get_running_loop().sock_sendall(self.socket, data)

    async def done(self) -> None:
        await asyncio.wait_for(asyncio.shield(self.serving), 10)


@pytest.fixture
async def call() -> AsyncIterator[Call]:
    near, far = socket.socketpair()
    for end in (near, far):
        end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    far.setblocking(False)
    reader, writer = await asyncio.open_connection(sock=near)
    notes, client = Notes(), Client("a", ANYBODY, True, 0, WILL)
    connection = Connection(notes, client, Stream(2_000_000), writer)
    serving = asyncio.create_task(connection.serve(reader))
    yield Call(notes, serving, far)
    connection.end()
    await asyncio.gather(serving, return_exceptions=True)
    far.close()


async def test_everything_is_carried_out_in_order(call: Call) -> None:
    await call.send(
        raw.subscribe_packet("a", "refused", "b")
        + raw.publish_packet("x", b"", 1, number=1)
        + raw.packet(0xA2, b"\x00\x03" + raw.text("a"))
        + raw.publish_packet("y", b"")
        + raw.packet(0xE0)
        + raw.publish_packet("after the goodbye", b"")
    )
    await call.done()
    assert call.notes.asked == [
        *(("subscribe", pattern) for pattern in ("a", "refused", "b")),
        *(("send_retained", pattern) for pattern in ("a", "b")),
        ("publish", "x"), ("unsubscribe", "a"), ("publish", "y"),
    ]  # fmt: skip
    assert call.notes.wills == [None]


async def test_end_of_the_stream_keeps_the_will(call: Call) -> None:
    call.socket.shutdown(socket.SHUT_WR)
    await call.done()
    assert call.notes.wills == [WILL]


async def test_fault_of_the_router_ends_the_connection_and_is_not_hidden(call: Call) -> None:
    await call.send(raw.publish_packet("fault", b""))
    with pytest.raises(KeyError):
        await call.done()
    assert call.notes.wills == [WILL]


async def test_half_sent_messages_are_bounded(call: Call, caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(OSError, match=r"pipe|reset"):  # noqa: PT012
        for number in range(1, 12):
            await call.send(raw.publish_packet("a", bytes(1_000_000), 2, number=number))
    await call.done()
    assert "QoS 2 messages without PUBREL" in caplog.text
    assert call.notes.asked == []


async def test_who_does_not_read_answers_is_not_heard_until_it_does(
    call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "UNREAD_ANSWERS", 70_000)
    pings, loop = raw.packet(0xC0) * 200_000, asyncio.get_running_loop()
    sending = asyncio.create_task(call.send(pings))
    done, _ = await asyncio.wait([sending], timeout=0.3)
    assert not done  # it is held back
    read = 0
    while read < len(pings):
        read += len(await loop.sock_recv(call.socket, 1 << 20))
    await sending
    assert call.notes.wills == []


async def test_who_never_reads_its_answers_is_cut_off(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "UNREAD_ANSWERS", 70_000)
    monkeypatch.setattr(module, "UNREAD_PATIENCE", 0.05)
    with pytest.raises(OSError, match=r"pipe|reset"):
        await call.send(raw.packet(0xC0) * 2_000_000)
    await call.done()
    assert call.notes.wills == [WILL]
