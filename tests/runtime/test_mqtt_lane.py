"""Messages past the client library: whatever way the bytes arrive, and whatever the broker does.

The broker here is a socket and a script, because a real one sends no broken packets and cuts none in pieces; the bus
contract proves the same lane on real brokers.
"""

import asyncio
import socket
import struct
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from homeserver.runtime import mqtt_lane
from homeserver.runtime.mqtt_wire import Address, MqttWire
from tests.runtime.ground import until

CONNACK = b"\x20\x02\x00\x00"
PUBACK = b"\x40\x02"


def message(address: bytes, payload: bytes, number: int = 0, *, retain: bool = False) -> bytes:
    """A PUBLISH packet; QoS 1 if it has a number."""
    body = len(address).to_bytes(2, "big") + address + (number.to_bytes(2, "big") if number else b"") + payload
    size, length = len(body), b""
    while size > 127:
        length, size = length + bytes([size & 127 | 128]), size >> 7
    return bytes([0x30 | (2 if number else 0) | retain]) + length + bytes([size]) + body


class ScriptedBroker:
    """Accepts one login, then says and reads what it is told to. `read` collects all after CONNECT while `reads`."""

    def __init__(self) -> None:
        self.read = bytearray()
        self.reads = asyncio.Event()
        self.reads.set()
        self._writer: asyncio.StreamWriter | None = None
        self._server: asyncio.Server | None = None

    async def start(self) -> int:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, limit=1024)
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writer = writer
        await reader.readexactly((await reader.readexactly(2))[1])
        writer.write(CONNACK)
        try:
            while True:
                await self.reads.wait()
                chunk = await reader.read(4096)
                if not chunk:
                    break
                self.read += chunk
        except ConnectionError:
            pass
        finally:
            writer.close()

    async def say(self, *parts: bytes) -> None:
        assert self._writer is not None
        for part in parts:
            self._writer.write(part)
            await self._writer.drain()
            await asyncio.sleep(0)

    def break_off(self) -> None:
        """As the kernel does for a broker that was killed and had not read all."""
        assert self._writer is not None
        there = self._writer.get_extra_info("socket")
        there.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._writer.transport.abort()

    async def stop(self) -> None:
        assert self._server is not None
        if self._writer is not None:
            self._writer.close()
        self._server.close()
        await self._server.wait_closed()


class Line:
    """A wire, connected to a scripted broker, and what arrived on it."""

    def __init__(self, wire: MqttWire, broker: ScriptedBroker) -> None:
        self.wire = wire
        self.broker = broker
        self.heard: list[tuple[str, bytes, bool]] = []
        self.lost: list[str] = []
        self.on_message: Callable[[str, bytes, bool], Any] = lambda *_: None

    def take(self, address: str, payload: bytes, retained: bool) -> None:
        self.heard.append((address, payload, retained))
        self.on_message(address, payload, retained)


@pytest.fixture
async def line() -> AsyncIterator[Line]:
    broker = ScriptedBroker()
    made = Line(MqttWire(Address("127.0.0.1", await broker.start()), "core"), broker)
    await made.wire.connect(None, made.take, made.lost.append)
    yield made
    await made.wire.disconnect()
    await broker.stop()


Cut = Callable[[bytes], list[bytes]]
CUTS: dict[str, Cut] = {
    "whole": lambda data: [data],
    "bytes": lambda data: [data[at : at + 1] for at in range(len(data))],
    "sevens": lambda data: [data[at : at + 7] for at in range(0, len(data), 7)],
}


@pytest.mark.parametrize("cut", CUTS.values(), ids=CUTS)
async def test_messages_arrive_whole_and_in_order_however_the_bytes_come(line: Line, cut: Cut) -> None:
    said = [(f"zigbee/{number}", b"x" * number, number % 3 == 0) for number in range(0, 300, 13)]
    await line.broker.say(*cut(b"".join(message(a.encode(), p, retain=r) for a, p, r in said)))
    await until(lambda: len(line.heard) == len(said))
    assert line.heard == said


async def test_a_message_larger_than_what_is_read_at_once_arrives(line: Line) -> None:
    payload = bytes(range(256)) * 4096
    await line.broker.say(message(b"camera/door", payload), message(b"lamp/hall", b"ON"))
    await until(lambda: len(line.heard) == 2)
    assert line.heard == [("camera/door", payload, False), ("lamp/hall", b"ON", False)]


async def test_a_flood_leaves_turns_for_others(line: Line) -> None:
    turns = 0

    async def count() -> None:
        nonlocal turns
        while len(line.heard) < 2000:
            turns += 1
            await asyncio.sleep(0)

    await asyncio.gather(line.broker.say(message(b"a/b", b"1") * 2000), count())
    assert turns > 2000 / mqtt_lane._BATCH


async def test_a_message_is_acknowledged_once_it_was_handed_over(line: Line) -> None:
    read_then: list[bytes] = []
    line.on_message = lambda *_: read_then.append(bytes(line.broker.read))
    await line.broker.say(message(b"a/b", b"1", 513))
    await until(lambda: line.broker.read)
    assert (read_then, bytes(line.broker.read)) == ([b""], PUBACK + b"\x02\x01")


async def test_the_first_answer_to_the_last_message_here_leaves_at_once_and_the_rest_together(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    flushed: list[int] = []
    real = mqtt_lane.Lane.flush

    def flush(lane: mqtt_lane.Lane) -> None:
        if lane._out:
            flushed.append(len(lane._out))
        real(lane)

    def answer(address: str, payload: bytes, retained: bool) -> None:
        for number in range(3):
            line.wire.publish(f"lamp/{number}", payload, 0, False)

    monkeypatch.setattr(mqtt_lane.Lane, "flush", flush)
    line.on_message = answer
    await line.broker.say(message(b"a/b", b"1") + message(b"a/b", b"2"))
    await until(lambda: len(line.broker.read) == 6 * 11)
    assert flushed == [4, 2], "three of the first and one of the last, then what is left"


async def test_who_says_a_message_hears_of_its_acknowledgement_and_of_no_other(line: Line) -> None:
    done: list[str] = []
    line.wire.publish("a/b", b"1", 1, False, lambda: done.append("first"))
    line.wire.publish("a/b", b"2", 1, True, lambda: done.append("second"))
    await until(lambda: len(line.broker.read) == 20)
    first, second = bytes(line.broker.read[:10]), bytes(line.broker.read[10:])
    assert (first[0], second[0]) == (0x32, 0x33)
    await line.broker.say(PUBACK + b"\x7f\x7f", PUBACK + second[7:9])
    await until(lambda: done)
    assert done == ["second"]
    await line.broker.say(PUBACK + first[7:9], PUBACK + first[7:9], message(b"end", b""))
    await until(lambda: line.heard)
    assert done == ["second", "first"]


async def test_a_topic_that_is_no_text_is_passed_over(line: Line) -> None:
    await line.broker.say(message(b"a/\xff", b"1"), message(b"a/b", b"2"))
    await until(lambda: line.heard)
    assert line.heard == [("a/b", b"2", False)]


async def test_a_fault_in_a_handler_costs_one_message(line: Line) -> None:
    faults: list[Any] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: faults.append(context["exception"]))

    def fail(address: str, *_: Any) -> None:
        if address == "bad":
            raise KeyError(address)

    line.on_message = fail
    await line.broker.say(message(b"bad", b"1") + message(b"a/b", b"2") + message(b"bad", b"3") + message(b"end", b"4"))
    await until(lambda: len(line.heard) == 4)
    assert [str(fault) for fault in faults] == ["'bad'", "'bad'"]


BROKEN = {
    "a length of five bytes": b"\x30\xff\xff\xff\xff\x01",
    "an address longer than its message": b"\x30\x04\x00\x09ab",
    "no room for a number": b"\x32\x04\x00\x02ab",
    "an answer to nothing": b"\x90\x00",
}


@pytest.mark.parametrize("packet", BROKEN.values(), ids=BROKEN)
async def test_a_broker_that_speaks_nonsense_is_left(line: Line, packet: bytes) -> None:
    await line.broker.say(message(b"a/b", b"1"), packet)
    await until(lambda: line.lost)
    assert [address for address, _, _ in line.heard] == ["a/b"]


async def test_a_closed_connection_is_noticed_after_the_last_message(line: Line) -> None:
    heard_then: list[int] = []
    await line.broker.say(message(b"a/b", b"1") * 100)
    await line.broker.stop()
    await until(lambda: line.lost or heard_then)
    assert len(line.heard) == 100
    line.wire.publish("a/b", b"1", 0, False)  # nobody is there, and nothing breaks


async def test_nothing_is_lost_when_the_broker_takes_its_time(line: Line) -> None:
    line.broker.reads.clear()
    said = [message(b"a/b", bytes([number]) * 50_000) for number in range(200)]
    for number in range(200):
        line.wire.publish("a/b", bytes([number]) * 50_000, 0, False)
        if number % 20 == 0:
            await asyncio.sleep(0)
    line.broker.reads.set()
    await until(lambda: len(line.broker.read) >= sum(map(len, said)))
    assert bytes(line.broker.read) == b"".join(said)
    assert not line.lost


async def test_a_broker_that_takes_nothing_is_left_before_it_costs_the_memory(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mqtt_lane, "_BACKLOG", 1_000_000)
    line.broker.reads.clear()
    for _ in range(400):
        line.wire.publish("a/b", b"x" * 50_000, 0, False)
        await asyncio.sleep(0)
    await until(lambda: line.lost)
    line.broker.reads.set()


UNSPEAKABLE = ["", "a/+", "a/#", "a\0b", "a\nb", "a\x7fb", "a\x85b", "a\ufffe", "a\U0001ffff", "a\ud800", "a" * 70_000]


@pytest.mark.parametrize("address", UNSPEAKABLE, ids=ascii)
async def test_what_would_end_the_connection_is_not_said(line: Line, address: str) -> None:
    line.wire.publish(address, b"1", 0, False)
    line.wire.publish("küche/licht 1", b"ON", 0, False)
    await until(lambda: line.broker.read)
    assert bytes(line.broker.read) == message("küche/licht 1".encode(), b"ON")


async def test_what_is_said_last_is_said_before_the_end(line: Line) -> None:
    line.wire.publish("a/b", b"bye", 0, False)
    await line.wire.disconnect()
    await until(lambda: line.broker.read.endswith(b"\xe0\x00"))
    assert bytes(line.broker.read) == message(b"a/b", b"bye") + b"\xe0\x00"


async def test_exactly_once_takes_four_packets(line: Line) -> None:
    line.wire.publish("gate/set", b"PRESS", 2, False)
    publish = b"\x34\x11\x00\x08gate/set"
    await until(lambda: b"PRESS" in line.broker.read)
    assert line.broker.read.startswith(publish)
    number = bytes(line.broker.read[len(publish) : len(publish) + 2])
    await line.broker.say(b"\x50\x02" + number)
    await until(lambda: b"\x62\x02" + number in line.broker.read)
    await line.broker.say(b"\x70\x02" + number)
    assert not line.lost


@pytest.mark.parametrize("talks", [False, True], ids=["silent", "talking"])
@pytest.mark.parametrize("loop", ["asyncio", "uvloop"])
def test_a_connection_that_breaks_while_messages_are_taken_is_noticed(loop: str, talks: bool) -> None:
    """uvloop tells of it once, and watches the socket no more."""
    factory = pytest.importorskip("uvloop").new_event_loop if loop == "uvloop" else asyncio.new_event_loop
    with asyncio.Runner(loop_factory=factory) as runner:
        runner.run(_broken_while_busy(talks))


async def _broken_while_busy(talks: bool) -> None:
    broker = ScriptedBroker()
    made = Line(MqttWire(Address("127.0.0.1", await broker.start()), "core"), broker)
    await made.wire.connect(None, made.take, made.lost.append)

    def take(*_: Any) -> None:
        time.sleep(0.0002)
        if talks:
            made.wire.publish("core/says", b"x" * 1000, 0, False)

    made.on_message = take
    await broker.say(message(b"a", b"b") * 3000)
    await until(lambda: len(made.heard) > 100)
    broker.break_off()
    await until(lambda: made.lost, 5)
    assert made.lost == ["the broker closed the connection"]
    assert len(made.heard) >= 100
    await made.wire.disconnect()
    await broker.stop()
