"""The outbox over real sockets: order, the window of QoS 1, and what a client that does not read may cost."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from functools import cached_property

import pytest

from homeserver.runtime.broker import outbox as module
from homeserver.runtime.broker.outbox import Outbox
from homeserver.runtime.broker.packets import Message, Published, Stream, read_publish


@dataclass
class Line:
    """An outbox, and the reading end of its socket."""

    writer: asyncio.StreamWriter
    reader: asyncio.StreamReader
    stuck: list[str] = field(default_factory=list)
    given_up: asyncio.Event = field(default_factory=asyncio.Event)

    def on_stuck(self, why: str) -> None:
        self.stuck.append(why)
        self.given_up.set()

    @cached_property
    def outbox(self) -> Outbox:
        return Outbox(self.writer, self.on_stuck)

    async def read(self, count: int) -> list[Published]:
        stream = Stream(1 << 20)
        found: list[Published] = []
        async with asyncio.timeout(10):
            while len(found) < count:
                stream.feed(await self.reader.read(65_536))
                while (packet := stream.packet()) is not None:
                    found.append(read_publish(packet))
        return found


Open = Callable[[], Awaitable[Line]]


@pytest.fixture
async def open_line() -> AsyncIterator[Open]:
    writers: list[asyncio.StreamWriter] = []

    async def begin() -> Line:
        near, far = socket.socketpair()
        near.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        _, writer = await asyncio.open_connection(sock=near)
        reader, other = await asyncio.open_connection(sock=far, limit=4096)
        writers.extend((writer, other))
        return Line(writer, reader)

    yield begin
    for writer in writers:
        writer.transport.abort()
    await asyncio.sleep(0)


async def test_everything_comes_in_order_whatever_its_kind(open_line: Open) -> None:
    line = await open_line()
    sent = [Message(f"t/{n}", bytes(n % 700), n % 5 == 0 and n < 400, n % 3 == 0) for n in range(3000)]
    for message in sent:
        line.outbox.put(message._replace(qos=int(message.qos)))
    got = await line.read(len(sent))
    assert [(said.topic, len(said.data), said.retain) for said in got] == [
        (message.topic, len(message.data), message.retain) for message in sent
    ]
    assert line.stuck == []


async def test_window_holds_back_until_acknowledged(open_line: Open) -> None:
    line = await open_line()
    for number in range(module.WINDOW + 10):
        line.outbox.put(Message("a", b"%d" % number, 1))
    line.outbox.put(Message("a", b"last", 0))
    first = await line.read(module.WINDOW)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(line.reader.read(1), 0.1)
    for said in first[:10]:
        line.outbox.acknowledge(said.number)
    rest = await line.read(11)
    assert [int(said.data) for said in (*first, *rest[:10])] == list(range(module.WINDOW + 10))
    assert rest[10].data == b"last"
    numbers = [said.number for said in first[10:] + rest[:10]]
    assert len(set(numbers)) == len(numbers)


async def test_what_was_not_acknowledged_is_unfinished(open_line: Open) -> None:
    line = await open_line()
    for number in range(module.WINDOW + 2):
        line.outbox.put(Message("a", b"%d" % number, 1))
    line.outbox.put(Message("a", b"at most once", 0))
    line.outbox.put(Message("a", b"kept anyway", 1, retain=True))
    first = await line.read(module.WINDOW)
    line.outbox.acknowledge(first[0].number)
    left = line.outbox.unfinished()
    assert [int(message.data) for message in left] == list(range(1, module.WINDOW + 2))
    assert [message.again for message in left[:2] + left[-2:]] == [True, True, False, False]


async def test_who_does_not_read_is_given_up_at_the_limit(open_line: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "HEAVIEST", 100_000)
    line = await open_line()
    count = 0
    while not line.stuck:
        line.outbox.put(Message("a", bytes(1000)))
        count += 1
        await asyncio.sleep(0)
    assert line.stuck == ["it does not read what it subscribed to"]
    assert 100 <= count <= 400  # the limit, and what socket and transport took
    line.outbox.put(Message("a", bytes(1000)))  # closed: nothing more is kept
    assert line.outbox.unfinished() == []
    assert len(line.stuck) == 1


async def test_snapshot_is_not_heavy_but_not_endless(open_line: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "HEAVIEST", 100_000)
    monkeypatch.setattr(module, "LONGEST", 2_000)
    line = await open_line()
    for _ in range(1_500):
        line.outbox.put(Message("a", bytes(1000), retain=True))
    assert line.stuck == []
    for _ in range(1_000):
        line.outbox.put(Message("a", bytes(1000), retain=True))
    assert line.stuck


async def test_who_takes_nothing_for_long_is_given_up(open_line: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PATIENCE", 0.05)
    line = await open_line()
    for _ in range(500):
        line.outbox.put(Message("a", bytes(1000)))
    await asyncio.wait_for(line.given_up.wait(), 10)
    assert "took nothing" in line.stuck[0]


async def test_waiting_weight_is_given_back(open_line: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """A client that reads is never given up, however much passes."""
    monkeypatch.setattr(module, "HEAVIEST", 500_000)
    line = await open_line()
    for _ in range(10):
        for _ in range(200):
            line.outbox.put(Message("a", bytes(1000)))
        await line.read(200)
    assert line.stuck == []


async def test_closing_ends_the_waiting(open_line: Open) -> None:
    line = await open_line()
    for _ in range(500):
        line.outbox.put(Message("a", bytes(1000)))
    before = asyncio.all_tasks()
    line.outbox.close()
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert len(asyncio.all_tasks()) == len(before) - 1


async def test_what_comes_while_the_connection_closes_is_kept_as_unfinished(open_line: Open) -> None:
    line = await open_line()
    written: list[bytes] = []
    line.writer.write = written.append  # type: ignore[method-assign,assignment]
    line.writer.close()
    line.outbox.put(Message("t", b"1", qos=1))
    await asyncio.sleep(0.05)
    assert written == [], "a closed transport must not be written to: uvloop raises"
    assert [message.data for message in line.outbox.unfinished()] == [b"1"]
