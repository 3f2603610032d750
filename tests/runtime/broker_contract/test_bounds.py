"""What a hostile or broken client can cost: memory, the others' service, the broker's life. Both brokers."""

import struct
from collections.abc import Callable
from contextlib import suppress

import pytest

from tests.runtime.broker_contract.conftest import RunningBroker
from tests.runtime.raw_client import (
    Closed,
    RawClient,
    Received,
    connect_packet,
    packet,
    publish_packet,
    subscribe_packet,
    text,
)

MEGABYTE = 1024 * 1024
MOST_MEMORY = 32 * MEGABYTE

FIRST = {  # sent instead of a CONNECT
    "random bytes": bytes(range(251, 0, -7)),
    "an HTTP request": b"GET / HTTP/1.1\r\nHost: home\r\n\r\n",
    "a huge CONNECT": b"\x10\xff\xff\xff\x7f",
    "a PUBLISH before CONNECT": publish_packet("a", b"x"),
}
LATER = {  # sent after the login
    "packet type 0": b"\x00\x00",
    "packet type 15": b"\xf0\x00",
    "QoS 3": b"\x36" + packet(0x30, text("a") + b"\x00\x01x")[1:],
    "a wildcard in a topic": publish_packet("a/#", b"x"),
    "an empty topic": publish_packet("", b"x"),
    "NUL in a topic": publish_packet("a\0b", b"x"),
    "a control character in a topic": publish_packet("a\x7fb", b"x"),
    "a control character in a filter": subscribe_packet("a\tb"),
    "a noncharacter in a topic": publish_packet("a\ufffeb", b"x"),
    "a noncharacter in a filter": subscribe_packet("a\ufdd0b"),
    "a topic of 202 levels": publish_packet("/".join("a" * 202), b"x"),
    "a filter of 202 levels": subscribe_packet("/".join("a" * 202)),
    "invalid UTF-8 in a topic": publish_packet(b"a\xff\xfe", b"x"),
    "a topic longer than its packet": b"\x30\x03\x00\x09a",
    "SUBSCRIBE without a filter": packet(0x82, b"\x00\x01"),
    "SUBSCRIBE with wrong flags": b"\x80" + subscribe_packet("a")[1:],
    "SUBSCRIBE to an impossible filter": subscribe_packet("a/#/b"),
    "a second CONNECT": connect_packet("again", "process.core", "x"),
    "a remaining length of five bytes": b"\x30\xff\xff\xff\xff\x01",
}


def _still_serves(broker: RunningBroker, neighbour: RawClient, tree: str) -> None:
    neighbour.ping()
    with broker.client() as fresh:
        fresh.publish(tree, b"alive")
    assert Received(tree, b"alive") in neighbour.messages()


@pytest.mark.parametrize("what", FIRST)
def test_who_does_not_speak_mqtt_is_cut_off(broker: RunningBroker, tree: str, what: str) -> None:
    with broker.client() as neighbour, RawClient(broker.port) as stranger:
        neighbour.subscribe(tree)
        stranger.send(FIRST[what])
        waits_for_more = what == "a huge CONNECT" and broker.kind == "mosquitto"
        assert waits_for_more or stranger.closed()
        _still_serves(broker, neighbour, tree)


@pytest.mark.parametrize("what", LATER)
def test_who_breaks_the_protocol_is_cut_off(broker: RunningBroker, tree: str, what: str) -> None:
    with broker.client() as neighbour, broker.client() as broken:
        neighbour.subscribe(tree)
        broken.send(LATER[what])
        assert broken.closed()
        _still_serves(broker, neighbour, tree)


def test_message_up_to_the_limit_is_delivered(broker: RunningBroker, tree: str) -> None:
    with broker.client() as core, broker.client() as hearer:
        hearer.subscribe(tree)
        core.publish(tree, b"x" * MEGABYTE)
        assert hearer.message() == Received(tree, b"x" * MEGABYTE)


def test_larger_message_is_refused(broker: RunningBroker, tree: str) -> None:
    with broker.client() as neighbour, broker.client() as core:
        neighbour.subscribe(tree)
        with suppress(Closed):
            core.publish(tree, b"x" * (MEGABYTE + 1), retain=True)
        _still_serves(broker, neighbour, tree)
        neighbour.subscribe(f"{tree}/#")
        assert neighbour.messages() == []


def test_huge_message_is_cut_off_before_it_is_buffered(own_broker: RunningBroker) -> None:
    before = own_broker.memory()
    with own_broker.client() as neighbour, own_broker.client() as core:
        neighbour.subscribe("a")
        with suppress(Closed):
            core.send(b"\x30\x80\x80\x80\x60" + text("a"))  # announces 200 MB
            core.send(bytes(100 * MEGABYTE))
        assert core.closed()
        _still_serves(own_broker, neighbour, "a")
    assert own_broker.memory() - before < 4 * MEGABYTE


def test_reader_that_never_reads_costs_bounded_memory(own_broker: RunningBroker, portion: Callable[[int], int]) -> None:
    before, most, large = own_broker.memory(), 0, publish_packet("flood", bytes(1000)) * 1000
    with own_broker.client(receive_buffer=4096) as stuck, own_broker.client() as core:
        stuck.subscribe("#")
        with own_broker.client() as neighbour:
            neighbour.subscribe("quiet")
            for round_ in range(max(48, portion(120))):
                core.send(large)
                core.publish("quiet", b"%d" % round_)
                assert neighbour.message() == Received("quiet", b"%d" % round_)
                most = max(most, own_broker.memory() - before)
    assert most <= MOST_MEMORY


def test_snapshots_asked_for_again_and_again_cost_bounded_memory(own_broker: RunningBroker) -> None:
    with own_broker.client() as core:
        for number in range(500):
            core.publish(f"kept/{number}", bytes(1000), 0, retain=True)
        core.ping()
    before = own_broker.memory()
    with own_broker.client(receive_buffer=4096) as rude, own_broker.client() as neighbour:
        asks = b"".join(subscribe_packet("kept/#", number=number) for number in range(1, 401))
        with suppress(TimeoutError, Closed):
            rude.send(asks)
        neighbour.ping()
        assert own_broker.memory() - before <= MOST_MEMORY


def test_many_who_break_off_leave_nothing_behind(own_broker: RunningBroker) -> None:
    for number in range(300):
        with own_broker.client(f"brief{number}") as brief:
            brief.send(subscribe_packet(f"brief/{number}/#", number=1) + struct.pack("!B", 0x30))
            if number == 50:
                before = own_broker.memory()
    with own_broker.client() as core:
        core.ping()
    assert own_broker.memory() - before < 4 * MEGABYTE
