"""MQTT 3.1.1 packets as bytes: cut a stream into packets, read them strictly, build them.

Pure: no input or output. Whatever the standard forbids raises `Malformed`, and a packet that is larger than
allowed does so from its head alone, before its body is buffered. Section numbers are those of the OASIS
standard "MQTT Version 3.1.1".
"""

from typing import NamedTuple

from homeserver.runtime.filters import filter_fault, topic_fault

CONNECT, CONNACK, PUBLISH, PUBACK, PUBREC, PUBREL, PUBCOMP = range(1, 8)
SUBSCRIBE, SUBACK, UNSUBSCRIBE, UNSUBACK, PINGREQ, PINGRESP, DISCONNECT = range(8, 15)

# Section 2.2.2: the flags that a packet type must carry; those of PUBLISH have a meaning of their own. What
# only a broker may send is not here.
FLAGS = {
    CONNECT: 0, PUBACK: 0, PUBREC: 0, PUBREL: 2, PUBCOMP: 0,
    SUBSCRIBE: 2, UNSUBSCRIBE: 2, PINGREQ: 0, DISCONNECT: 0,
}  # fmt: skip

PONG = bytes((PINGRESP << 4, 0))
REFUSED_FILTER = 0x80  # section 3.9.3
BESIDE_PAYLOAD = 65_535 + 2 + 2  # bytes of a PUBLISH at most: topic, its length, packet identifier
HIGHEST_QOS = 1  # granted to subscribers; QoS 2 is accepted from publishers


class Malformed(Exception):
    """The peer broke the protocol; the connection must be closed."""


class Message(NamedTuple):
    """What is said on a topic, on its way to one subscriber."""

    topic: str
    data: bytes
    qos: int = 0
    retain: bool = False
    again: bool = False  # the DUP flag


class Published(NamedTuple):
    """A PUBLISH that arrived; `number` is its packet identifier, 0 at QoS 0."""

    topic: str
    data: bytes
    qos: int
    retain: bool
    number: int


class Packet(NamedTuple):
    head: int
    body: bytes


class Stream:
    """Cuts incoming bytes into packets; keeps at most one unfinished packet."""

    def __init__(self, largest: int) -> None:
        self.largest = largest  # bytes after the fixed header
        self._buffer = bytearray()
        self._start = 0

    def feed(self, data: bytes) -> None:
        del self._buffer[: self._start]
        self._start = 0
        self._buffer += data

    def packet(self) -> Packet | None:
        """The next whole packet, or None until more bytes are fed."""
        buffer, start = self._buffer, self._start
        if len(buffer) - start < 2:
            return None
        _check_head(buffer[start])
        length, place = 0, start + 1
        for shift in (0, 7, 14, 21):
            if place >= len(buffer):
                return None
            digit = buffer[place]
            place += 1
            length |= (digit & 0x7F) << shift
            if digit < 0x80:
                break
        else:
            raise Malformed("the remaining length has more than four bytes")
        if length > self.largest:
            raise Malformed(f"a packet of {length} bytes; at most {self.largest} are accepted")
        if len(buffer) < place + length:
            return None
        self._start = place + length
        return Packet(buffer[start], bytes(buffer[place : place + length]))


def _check_head(head: int) -> None:
    kind, flags = head >> 4, head & 0x0F
    if kind == PUBLISH:
        if flags & 6 == 6:
            raise Malformed("PUBLISH with QoS 3")
    elif FLAGS.get(kind) != flags:
        raise Malformed(f"packet type {kind} with flags {flags}")


def read_publish(packet: Packet) -> Published:
    qos = packet.head >> 1 & 3
    topic, place = _text(packet.body, 0)
    if fault := topic_fault(topic):
        raise Malformed(f"PUBLISH: the topic is not valid: {fault}")
    number = 0
    if qos:
        number, place = _number(packet.body, place)
    return Published(topic, packet.body[place:], qos, bool(packet.head & 1), number)


def read_subscribe(packet: Packet) -> tuple[int, list[tuple[str, int]]]:
    """Packet identifier, and per filter the QoS that is asked for."""
    number, place = _number(packet.body, 0)
    asked = []
    while place < len(packet.body):
        text, place = _text(packet.body, place)
        if place >= len(packet.body) or packet.body[place] > 2:
            raise Malformed("SUBSCRIBE: a filter without a valid QoS")
        asked.append((_filter(text), packet.body[place]))
        place += 1
    if not asked:
        raise Malformed("SUBSCRIBE without a filter")
    return number, asked


def read_unsubscribe(packet: Packet) -> tuple[int, list[str]]:
    number, place = _number(packet.body, 0)
    filters = []
    while place < len(packet.body):
        text, place = _text(packet.body, place)
        filters.append(_filter(text))
    if not filters:
        raise Malformed("UNSUBSCRIBE without a filter")
    return number, filters


def read_number(packet: Packet) -> int:
    """The packet identifier of an acknowledgement, which holds nothing else."""
    number, end = _number(packet.body, 0)
    if end != len(packet.body):
        raise Malformed("an acknowledgement with more than its packet identifier")
    return number


def _filter(text: str) -> str:
    if fault := filter_fault(text):
        raise Malformed(f"the topic filter is not valid: {fault}")
    return text


def _number(body: bytes, place: int) -> tuple[int, int]:
    number = int.from_bytes(body[place : place + 2], "big")
    if len(body) < place + 2 or number == 0:
        raise Malformed("a packet identifier is missing or zero")
    return number, place + 2


def _text(body: bytes, place: int) -> tuple[str, int]:
    start = place + 2
    end = start + int.from_bytes(body[place:start], "big")
    if len(body) < start or len(body) < end:
        raise Malformed("a text is longer than its packet")
    try:
        return body[start:end].decode(), end
    except UnicodeDecodeError:
        raise Malformed("a text is not UTF-8") from None


def build(head: int, body: bytes) -> bytes:
    length, digits = len(body), bytearray()
    while length > 0x7F:
        digits.append(length & 0x7F | 0x80)
        length >>= 7
    digits.append(length)
    return b"".join((bytes((head,)), digits, body))


def build_publish(message: Message, number: int = 0) -> bytes:
    name = message.topic.encode()
    head = PUBLISH << 4 | message.again << 3 | message.qos << 1 | message.retain
    identifier = number.to_bytes(2, "big") if message.qos else b""
    return build(head, b"".join((len(name).to_bytes(2, "big"), name, identifier, message.data)))


def build_connack(code: int, *, present: bool = False) -> bytes:
    return bytes((CONNACK << 4, 2, present, code))


def build_suback(number: int, codes: list[int]) -> bytes:
    return build(SUBACK << 4, number.to_bytes(2, "big") + bytes(codes))


def build_ack(kind: int, number: int) -> bytes:
    """PUBACK, PUBREC, PUBREL, PUBCOMP or UNSUBACK."""
    return bytes((kind << 4 | FLAGS.get(kind, 0), 2)) + number.to_bytes(2, "big")
