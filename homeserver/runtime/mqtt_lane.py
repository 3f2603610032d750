"""The messages of one MQTT connection, read and written past the client library, which gets all other packets.

paho under aiomqtt reads one packet, byte by byte, for each turn of the event loop, and each that it writes costs a task
of its own: several times what everything else in the bus costs. So once a broker has accepted the login, this reads
whatever has arrived, takes PUBLISH and PUBACK itself, hands the rest to paho (which keeps the connection alive and
knows of subscriptions), and writes at once what one turn of the loop has to say. Needs a TCP socket, plain or with TLS:
one read takes more than a TLS record can hold, so nothing is left where the event loop would not see it. Keeps what has
arrived in part, and who waits for which acknowledgement.
"""

import asyncio
import contextlib
import logging
import re
import select
import socket
import time
from collections.abc import Callable
from ssl import SSLWantReadError
from typing import Any, Final

from homeserver.runtime.wire import OnMessage

log = logging.getLogger(__name__)
_CHUNK: Final = 64 * 1024
_BATCH: Final = 16
"""Packets that are taken in one turn of the loop; what they led to is written together."""
_MOMENT: Final = 0.1
"""Seconds after which a connection that brought something is quiet."""
_LOOK: Final = 0.5
"""Seconds between two looks at whether the connection stands."""
_BACKLOG: Final = 32 * 1024 * 1024
"""Bytes that may wait for a broker that takes none; then it is better to connect anew."""
_LARGEST: Final = 268_435_455
_PUBLISH: Final = 0x30
_HEADERS: Final = tuple(bytes((_PUBLISH | flags,)) for flags in range(4))
"""The first byte of a message, by twice its QoS plus one if it is to be retained."""
_PUBACK: Final = 0x40
_PAHO: Final = 0
"""What a piece of bytes is to paho's own queue: no packet that it knows."""
_UNSPEAKABLE: Final = re.compile(
    "[+#\x00-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef"
    + "".join(f"{chr(p << 16 | 0xFFFE)}-{chr(p << 16 | 0xFFFF)}" for p in range(17))
    + "]"
)
"""What must not be in an address. Mosquitto ends the connection of whoever says one with a control character."""


class BrokenPacketError(Exception):
    """The broker sent what is not MQTT."""


class UnspeakableError(ValueError):
    """A message that cannot be said: its address is none, or it is too large. The text says which."""


class Lane:
    """Reads from the moment that it is made; `publish`, `flush`."""

    def __init__(self, paho: Any, on_message: OnMessage) -> None:
        self._paho = paho
        self._socket: socket.socket = paho.socket()
        self._on_message = on_message
        self._loop = asyncio.get_running_loop()
        self._acks: dict[int, Callable[[], None]] = {}
        self._parts: list[bytes] = []
        self._missing = 0
        self._data = b""
        self._at = 0
        self._busy = False
        self._answered = False
        self._for_paho = b""
        self._ended = False
        self._out: list[bytes] = []
        self._flush_is_due = False
        self._backlog = 0
        paho._sock_recv = self._feed
        paho.on_socket_register_write = self._watch_for_room
        self._loop.add_reader(self._socket.fileno(), self._readable)
        self._loop.call_later(_LOOK, self._look)

    # -- in

    def _look(self) -> None:
        """uvloop tells once that a connection broke and watches it no more, though there may be data to read first."""
        if self._ended or self._paho.socket() is not self._socket:
            return
        if _is_broken(self._socket):
            self._drain()
        else:
            self._loop.call_later(_LOOK, self._look)

    def _drain(self) -> None:
        """Read until there is nothing but the end."""
        self._readable()
        if not self._ended:
            self._loop.call_soon(self._drain)

    def _readable(self) -> None:
        if self._busy:
            return  # the packets of the last time are not all taken; that goes on in turns of its own
        try:
            chunk = self._socket.recv(_CHUNK)
        except (BlockingIOError, InterruptedError, SSLWantReadError):
            return
        except OSError:
            chunk = b""
        if not chunk:
            self._end()
            return
        self._paho._last_bytes_received = time.monotonic()
        self._parts.append(chunk)
        self._missing -= len(chunk)
        if self._missing <= 0:
            self._data, self._at = b"".join(self._parts), 0
            self._work()

    def _work(self) -> None:
        """Take packets and write what they led to; whatever a handler raises, the next packet gets its turn."""
        due, self._flush_is_due = self._flush_is_due, True  # nothing need be scheduled: it is written below
        self._busy, self._answered = True, False
        try:
            self._busy = self._take_batch()
        except BrokenPacketError as error:
            log.warning("the broker does not speak MQTT: %s", error)
            self._end()
        finally:
            self._flush_is_due = due
            self.flush()
            if self._busy:
                self._loop.call_soon(self._work)

    def _take_batch(self) -> bool:
        """Take packets that are here, but not too many; True when there may be more."""
        data, end = self._data, len(self._data)
        for _ in range(_BATCH):
            start = self._at
            if end - start > 1 and (size := data[start + 1]) < 128:
                body = start + 2
            else:
                size, body = _remaining(data, start + 1)
            if not body or body + size > end:
                self._missing = body + size - end if body else 1
                self._parts = [data[start:]] if start < end else []
                return False
            self._at = body + size
            self._take(data[start], data, start, body)
        return not self._ended

    def _take(self, first: int, data: bytes, start: int, body: int) -> None:
        kind = first & 0xF0
        if kind == _PUBLISH:
            self._take_message(first, data[body : self._at])
        elif kind == _PUBACK:
            self._take_acknowledgement(data[body : self._at])
        else:
            self._for_paho = data[start : self._at]
            self._paho.loop_read()

    def _take_message(self, first: int, body: bytes) -> None:
        size = 2 + int.from_bytes(body[:2], "big")
        begin = size + 2 if first & 0x06 else size
        if begin > len(body):
            raise BrokenPacketError("a message ends before its payload begins")
        try:
            address = body[2:size].decode()
        except UnicodeDecodeError:
            pass  # a topic that is not UTF-8 is no address of anybody
        else:
            self._on_message(address, body[begin:], bool(first & 1))
        if first & 0x06:
            self._send(b"\x40\x02" + body[size:begin])

    def _take_acknowledgement(self, body: bytes) -> None:
        on_ack = self._acks.pop(int.from_bytes(body[:2], "big"), None)
        if on_ack is not None:
            on_ack()

    def _feed(self, size: int) -> bytes:
        """What paho takes for its socket: the packet that it is to handle, then the end of the connection."""
        if self._ended:
            return b""
        if not self._for_paho:
            raise BlockingIOError
        part, self._for_paho = self._for_paho[:size], self._for_paho[size:]
        return part

    def _end(self) -> None:
        self._ended = True
        self._busy = False
        self._paho.loop_read()  # it finds the connection closed, and says so to aiomqtt

    def is_busy(self) -> bool:
        """Whether something arrived a moment ago."""
        return bool(time.monotonic() - self._paho._last_bytes_received < _MOMENT)

    # -- out

    def publish(
        self, address: str, payload: bytes, qos: int, retain: bool, on_ack: Callable[[], None] | None = None
    ) -> None:
        """Say a message before this turn of the loop ends; raises `UnspeakableError`. `on_ack` goes with QoS 1."""
        name = _name(address)
        size = len(name) + len(payload) + (2 if qos else 0)
        if size > _LARGEST:
            raise UnspeakableError(f"{len(payload)} bytes are more than a message can hold")
        if qos == 2:
            self._publish_once(address, payload, retain)
            return
        number = self._number(on_ack) if qos else b""
        self._send(b"".join((_HEADERS[qos << 1 | retain], _length(size), name, number, payload)))
        if self._busy and not self._answered and self._at == len(self._data):
            self._answered = True
            self.flush()  # it answers the last packet that is here: most often it is the only thing to be said

    def _publish_once(self, address: str, payload: bytes, retain: bool) -> None:
        """Exactly once takes three more packets, which paho exchanges: rare enough, a press that a device wants so."""
        self.flush()
        self._paho.publish(address, payload, 2, retain)

    def _number(self, on_ack: Callable[[], None] | None) -> bytes:
        """A number for a message that is to be acknowledged; paho's own subscriptions draw from the same."""
        number: int = self._paho._mid_generate()
        while number in self._acks:
            number = self._paho._mid_generate()
        if on_ack is not None:
            self._acks[number] = on_ack
        return number.to_bytes(2, "big")

    def _send(self, packet: bytes) -> None:
        self._out.append(packet)
        if not self._flush_is_due:
            self._flush_is_due = True
            self._loop.call_soon(self._flush_as_due)

    def _flush_as_due(self) -> None:
        self._flush_is_due = False
        self.flush()

    def flush(self) -> None:
        """Write all that is to be said. What the socket does not take now is paho's, which watches for room."""
        if not self._out or self._ended:
            return
        data = b"".join(self._out)
        self._out.clear()
        sent = 0
        if not self._paho._out_packet:
            self._backlog = 0
            with contextlib.suppress(OSError):  # paho will meet the same error, and knows what to do
                sent = self._socket.send(data)
        if sent < len(data):
            self._wait_for_room(data[sent:])

    def _wait_for_room(self, data: bytes) -> None:
        self._backlog += len(data)
        if self._backlog > _BACKLOG:
            log.warning("the broker has not taken %d bytes; connecting anew", self._backlog)
            self._end()
        else:
            self._paho._packet_queue(_PAHO, data, 0, 1)

    def _watch_for_room(self, paho: Any, userdata: Any, sock: socket.socket) -> None:
        """At once: a turn later, as aiomqtt does it, the connection may be closed and its number another's."""
        with contextlib.suppress(OSError, RuntimeError):  # it is broken, which `_look` finds
            self._loop.add_writer(sock.fileno(), paho.loop_write)


def _is_broken(connection: socket.socket) -> bool:
    poll = select.poll()
    poll.register(connection, select.POLLERR | select.POLLHUP)
    return bool(poll.poll(0))


def _name(address: str) -> bytes:
    """An address as it stands in a packet, its length before it."""
    is_plain = address.isascii() and address.isprintable() and "+" not in address and "#" not in address
    if not address or (not is_plain and _UNSPEAKABLE.search(address)):
        raise UnspeakableError(f"{address[:200]!r} is not an address")
    name = address.encode()
    if len(name) > 65_535:
        raise UnspeakableError(f"an address of {len(name)} bytes is too long")
    return len(name).to_bytes(2, "big") + name


def _remaining(data: bytes, at: int) -> tuple[int, int]:
    """The length of a packet's body and where it begins; where that has not all arrived, (0, 0)."""
    size = shift = 0
    for place in range(at, min(at + 4, len(data))):
        byte = data[place]
        size |= (byte & 127) << shift
        if byte < 128:
            return size, place + 1
        shift += 7
    if len(data) >= at + 4:
        raise BrokenPacketError("a length of more than four bytes")
    return 0, 0


def _length(size: int) -> bytes:
    """A body's length as it stands in a packet: seven bits a byte, the lowest first."""
    if size < 128:
        return bytes((size,))
    if size < 16_384:
        return bytes((size & 127 | 128, size >> 7))
    length = bytearray()
    while size > 127:
        length.append(size & 127 | 128)
        size >>= 7
    length.append(size)
    return bytes(length)
