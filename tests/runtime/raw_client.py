"""A raw MQTT 3.1.1 client over a blocking socket, for tests that must see or break the protocol itself.

Builds and reads its packets by hand, so that a mistake in the product's own codec cannot hide.
"""

import socket
import struct
import time
from dataclasses import dataclass
from types import TracebackType
from typing import Self

PATIENCE = 10.0  # seconds until an expected packet counts as missing


class Closed(Exception):
    """The broker has closed the connection."""


@dataclass(frozen=True, slots=True)
class Received:
    """One PUBLISH that the broker sent."""

    topic: str
    data: bytes
    qos: int = 0
    retain: bool = False
    again: bool = False


def text(value: str | bytes) -> bytes:
    data = value.encode() if isinstance(value, str) else value
    return struct.pack("!H", len(data)) + data


def packet(head: int, body: bytes = b"") -> bytes:
    digits, length = bytearray(), len(body)
    while True:
        length, digit = divmod(length, 128)
        digits.append(digit | (128 if length else 0))
        if not length:
            return bytes([head]) + bytes(digits) + body


def connect_packet(
    client: str,
    login: str | None = None,
    secret: str | None = None,
    *,
    clean: bool = True,
    keepalive: int = 0,
    will: Received | None = None,
) -> bytes:
    flags, payload = clean << 1, text(client)
    if will is not None:
        flags |= 4 | will.qos << 3 | will.retain << 5
        payload += text(will.topic) + text(will.data)
    if login is not None:
        flags |= 0x80
        payload += text(login)
    if secret is not None:
        flags |= 0x40
        payload += text(secret)
    return packet(0x10, text("MQTT") + bytes([4, flags]) + struct.pack("!H", keepalive) + payload)


def publish_packet(topic: str | bytes, data: bytes, qos: int = 0, *, retain: bool = False, number: int = 1) -> bytes:
    middle = struct.pack("!H", number) if qos else b""
    return packet(0x30 | qos << 1 | retain, text(topic) + middle + data)


def subscribe_packet(*filters: str, qos: int = 0, number: int = 1) -> bytes:
    return packet(0x82, struct.pack("!H", number) + b"".join(text(f) + bytes([qos]) for f in filters))


class RawClient:
    """One TCP connection; every answer is awaited for at most `PATIENCE`."""

    def __init__(self, port: int, *, receive_buffer: int | None = None) -> None:
        self.socket = socket.socket()
        if receive_buffer is not None:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(PATIENCE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.connect(("127.0.0.1", port))
        self.received: list[Received] = []
        self._buffer = bytearray()
        self._number = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.socket.close()

    def send(self, data: bytes) -> None:
        try:
            self.socket.sendall(data)
        except ConnectionError as error:
            raise Closed from error

    def next_packet(self, patience: float = PATIENCE) -> tuple[int, bytes]:
        """Head and body of the next packet; TimeoutError when none comes, Closed at the end."""
        deadline = time.monotonic() + patience
        while (whole := self._whole()) is None:
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError
            self.socket.settimeout(left)
            try:
                data = self.socket.recv(1 << 20)
            except ConnectionError:
                data = b""
            finally:
                self.socket.settimeout(PATIENCE)
            if not data:
                raise Closed
            self._buffer += data
        return whole

    def _whole(self) -> tuple[int, bytes] | None:
        length, shift = 0, 0
        for place in range(1, min(5, len(self._buffer))):
            length |= (self._buffer[place] & 127) << shift
            shift += 7
            if self._buffer[place] < 128:
                end = place + 1 + length
                if len(self._buffer) < end:
                    return None
                head, body = self._buffer[0], bytes(self._buffer[place + 1 : end])
                del self._buffer[:end]
                return head, body
        return None

    def expect(self, kind: int, patience: float = PATIENCE) -> bytes:
        """The body of the next packet of that type; PUBLISH that come before it are kept in `received`."""
        while True:
            head, body = self.next_packet(patience)
            if head >> 4 == kind:
                return body
            if head >> 4 != 3:
                raise AssertionError(f"packet type {head >> 4} came instead of {kind}")
            self.received.append(self.read(head, body))

    def read(self, head: int, body: bytes) -> Received:
        """Decode a PUBLISH, and acknowledge it at QoS 1."""
        length = int.from_bytes(body[:2], "big")
        topic, at, qos = body[2 : 2 + length].decode(), 2 + length, head >> 1 & 3
        if qos:
            self.send(packet(0x40, body[at : at + 2]))
            at += 2
        return Received(topic, body[at:], qos, bool(head & 1), bool(head & 8))

    def connect(
        self,
        client: str,
        login: str | None = None,
        secret: str | None = None,
        *,
        clean: bool = True,
        keepalive: int = 0,
        will: Received | None = None,
    ) -> tuple[bool, int]:
        """Session present and return code of the CONNACK."""
        self.send(connect_packet(client, login, secret, clean=clean, keepalive=keepalive, will=will))
        present, code = self.expect(2)
        return bool(present), code

    def subscribe(self, *filters: str, qos: int = 0) -> list[int]:
        """The codes of the SUBACK."""
        self._number += 1
        self.send(subscribe_packet(*filters, qos=qos, number=self._number))
        return list(self.expect(9)[2:])

    def unsubscribe(self, *filters: str) -> None:
        self._number += 1
        self.send(packet(0xA2, struct.pack("!H", self._number) + b"".join(text(f) for f in filters)))
        self.expect(11)

    def publish(self, topic: str, data: bytes, qos: int = 1, *, retain: bool = False) -> None:
        """At QoS 1 and 2 returns when the broker has acknowledged it."""
        self._number += 1
        self.send(publish_packet(topic, data, qos, retain=retain, number=self._number))
        if qos == 1:
            self.expect(4)
        elif qos == 2:
            self.expect(5)
            self.send(packet(0x62, struct.pack("!H", self._number)))
            self.expect(7)

    def ping(self, patience: float = PATIENCE) -> None:
        """Returns when the broker has carried out all that was sent before."""
        self.send(packet(0xC0))
        self.expect(13, patience)

    def message(self, patience: float = PATIENCE) -> Received:
        """The next message; TimeoutError when none comes."""
        if not self.received:
            head, body = self.next_packet(patience)
            assert head >> 4 == 3, f"packet type {head >> 4} came instead of a message"
            self.received.append(self.read(head, body))
        return self.received.pop(0)

    def messages(self) -> list[Received]:
        """All that came until now."""
        self.ping()
        got, self.received = self.received, []
        return got

    def closed(self, patience: float = PATIENCE) -> bool:
        """Whether the broker closes the connection within `patience` seconds."""
        try:
            while True:
                self.expect(0, patience)
        except AssertionError:
            return self.closed(patience)
        except TimeoutError:
            return False
        except Closed:
            return True

    def disconnect(self) -> None:
        self.send(packet(0xE0))
        self.socket.close()

    def vanish(self) -> None:
        """End without DISCONNECT."""
        self.socket.close()
