"""MQTT packets: any cut of a stream gives the same packets, what is built is read back, nonsense is refused."""

from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeserver.runtime.broker import packets
from homeserver.runtime.broker.packets import Malformed, Message, Packet, Published, Stream
from tests.runtime import raw_client as raw

topics = st.text(st.characters(exclude_categories=("Cc", "Cs"), exclude_characters="#+"), min_size=1, max_size=50)
messages = st.builds(Message, topics, st.binary(max_size=300), st.integers(0, 1), st.booleans(), st.just(False))
KINDS = [packets.PUBACK, packets.PUBREC, packets.PUBREL, packets.PUBCOMP, packets.UNSUBACK]


def cut(data: bytes, largest: int = 1 << 20) -> list[Packet]:
    stream = Stream(largest)
    stream.feed(data)
    return drain(stream)


def drain(stream: Stream) -> list[Packet]:
    found = []
    while (packet := stream.packet()) is not None:
        found.append(packet)
    return found


@given(st.lists(messages, max_size=5), st.lists(st.integers(1, 40), min_size=1))
def test_any_cut_of_the_stream_gives_the_same_packets(said: list[Message], sizes: list[int]) -> None:
    data = b"".join(raw.publish_packet(m.topic, m.data, m.qos, retain=m.retain, number=7) for m in said)
    stream, at = Stream(1 << 20), 0
    found: list[Packet] = []
    while at < len(data):
        size = sizes[len(found) % len(sizes)]
        stream.feed(data[at : at + size])
        at += size
        found += drain(stream)
    assert [packets.read_publish(packet) for packet in found] == [
        Published(m.topic, m.data, m.qos, m.retain, 7 if m.qos else 0) for m in said
    ]


@given(messages, st.integers(1, 0xFFFF))
def test_what_is_built_is_what_a_foreign_codec_builds(message: Message, number: int) -> None:
    foreign = raw.publish_packet(message.topic, message.data, message.qos, retain=message.retain, number=number)
    assert packets.build_publish(message, number) == foreign


@pytest.mark.parametrize("length", [0, 1, 127, 128, 16_383, 16_384, 2_097_151, 2_097_152])
def test_remaining_length_of_every_size(length: int) -> None:
    built = packets.build(0x30, bytes(length))
    assert built == raw.packet(0x30, bytes(length))
    assert cut(built, 1 << 22) == [Packet(0x30, bytes(length))]


def test_answers_as_the_standard_spells_them() -> None:
    assert packets.build_connack(0) == b"\x20\x02\x00\x00"
    assert packets.build_connack(5, present=True) == b"\x20\x02\x01\x05"
    assert packets.build_suback(0x0102, [0, 1, 0x80]) == b"\x90\x05\x01\x02\x00\x01\x80"
    built = [packets.build_ack(kind, 0x0304) for kind in KINDS]
    assert built == [
        b"\x40\x02\x03\x04",
        b"\x50\x02\x03\x04",
        b"\x62\x02\x03\x04",
        b"\x70\x02\x03\x04",
        b"\xb0\x02\x03\x04",
    ]
    assert packets.build_publish(Message("a", b"x", 1, True, True), 1) == b"\x3b\x06\x00\x01a\x00\x01x"


def test_subscribe_and_unsubscribe() -> None:
    [asked] = cut(raw.subscribe_packet("a/#", "größe", qos=1, number=0x1234))
    assert packets.read_subscribe(asked) == (0x1234, [("a/#", 1), ("größe", 1)])
    [ended] = cut(raw.packet(0xA2, b"\x00\x01" + raw.text("a/#") + raw.text("b")))
    assert packets.read_unsubscribe(ended) == (1, ["a/#", "b"])


def test_too_large_a_packet_is_refused_from_its_head_alone() -> None:
    stream = Stream(100)
    stream.feed(raw.packet(0x30, bytes(100)))
    assert stream.packet() is not None
    stream.feed(b"\x30\x65")  # 101 bytes are announced, none has come
    with pytest.raises(Malformed, match="101 bytes; at most 100"):
        stream.packet()


def test_packets_before_a_fault_are_still_found() -> None:
    stream = Stream(100)
    stream.feed(raw.packet(0xC0) + b"\x00\x00")
    assert stream.packet() == Packet(0xC0, b"")
    with pytest.raises(Malformed, match="type 0"):
        stream.packet()


@pytest.mark.parametrize("head", [0x00, 0x0F, 0xF0, 0x36, 0x80, 0x81, 0x60, 0xA0, 0x11, 0x41, 0xC1, 0xE1, 0x20, 0xD0])
def test_heads_that_no_client_may_send(head: int) -> None:
    with pytest.raises(Malformed):
        cut(bytes((head, 0)))


def test_remaining_length_of_five_bytes() -> None:
    assert cut(b"\x30\xff\xff\xff") == []
    with pytest.raises(Malformed, match="four bytes"):
        cut(b"\x30\xff\xff\xff\xff\x01")


@pytest.mark.parametrize(
    "body",
    [b"", b"\x00", b"\x00\x00", b"\x00\x09a", b"\x00\x01#", b"\x00\x03a/+", b"\x00\x02a\x00", b"\x00\x01\xff",
     b"\x00\x01\x1f", b"\x00\x03\xed\xa0\x80"],
)  # fmt: skip
def test_publish_without_a_valid_topic(body: bytes) -> None:
    with pytest.raises(Malformed):
        packets.read_publish(Packet(0x30, body))


@pytest.mark.parametrize("rest", [b"", b"\x01", b"\x00\x00"])
def test_publish_at_qos_1_without_a_packet_identifier(rest: bytes) -> None:
    with pytest.raises(Malformed, match="identifier"):
        packets.read_publish(Packet(0x32, b"\x00\x01a" + rest))


@pytest.mark.parametrize(
    "body", [b"", b"\x00\x00", b"\x00\x01", b"\x00\x01\x00\x01a", b"\x00\x01\x00\x01a\x03", b"\x00\x01\x00\x00\x00",
             b"\x00\x01\x00\x02a#\x00", b"\x00\x01\x00\x05a\x00"],
)  # fmt: skip
def test_subscribe_that_makes_no_sense(body: bytes) -> None:
    with pytest.raises(Malformed):
        packets.read_subscribe(Packet(0x82, body))


def test_unsubscribe_and_acknowledgements_that_make_no_sense() -> None:
    for body in (b"\x00\x01", b"\x00\x01\x00\x01"):
        with pytest.raises(Malformed):
            packets.read_unsubscribe(Packet(0xA2, body))
    for body in (b"", b"\x01", b"\x00\x00", b"\x00\x01x"):
        with pytest.raises(Malformed):
            packets.read_number(Packet(0x40, body))


@given(st.binary(max_size=200))
def test_any_bytes_are_understood_or_refused_and_nothing_else(data: bytes) -> None:
    readers: dict[int, Callable[[Packet], object]] = {
        packets.PUBLISH: packets.read_publish,
        packets.SUBSCRIBE: packets.read_subscribe,
        packets.UNSUBSCRIBE: packets.read_unsubscribe,
        packets.PUBACK: packets.read_number,
    }
    for head in (b"", b"\x30\x50", b"\x32\x50", b"\x82\x50", b"\xa2\x50", b"\x40\x02"):
        with suppress(Malformed):
            for packet in cut(head + data):
                if reader := readers.get(packet.head >> 4):
                    reader(packet)
