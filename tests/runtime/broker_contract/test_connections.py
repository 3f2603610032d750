"""How connections begin and end: last wills, keepalive, take-over, kept sessions, on both brokers."""

import struct

import pytest

from tests.runtime.broker_contract.conftest import RunningBroker
from tests.runtime.raw_client import RawClient, Received, connect_packet, packet, publish_packet


def test_will_is_said_on_an_abrupt_end_and_not_after_goodbye(broker: RunningBroker, tree: str) -> None:
    with broker.client() as core:
        core.subscribe(f"{tree}/#", qos=1)
        broker.client(will=Received(f"{tree}/clean", b"gone", 1)).disconnect()
        broker.client(will=Received(f"{tree}/abrupt", b"gone", 1)).vanish()
        assert core.message() == Received(f"{tree}/abrupt", b"gone", 1)
        assert core.messages() == []


def test_retained_will_is_kept(broker: RunningBroker, tree: str) -> None:
    with broker.client() as core:
        core.publish(tree, b"online", retain=True)
        core.subscribe(tree)
        assert core.message() == Received(tree, b"online", retain=True)
        broker.client(will=Received(tree, b"offline", 1, retain=True)).vanish()
        assert core.message() == Received(tree, b"offline")
        with broker.client() as late:
            late.subscribe(tree)
            assert late.message() == Received(tree, b"offline", retain=True)


def test_retained_will_is_said_when_the_broker_itself_stops(own_broker: RunningBroker) -> None:
    with own_broker.client(will=Received("status", b"offline", 1, retain=True)) as core:
        core.publish("status", b"online", retain=True)
        own_broker.restart()
    with own_broker.client() as late:
        late.subscribe("status")
        assert late.message() == Received("status", b"offline", retain=True)


def test_silence_beyond_the_keepalive_ends_the_connection(broker: RunningBroker, tree: str) -> None:
    with broker.client() as core, broker.client(keepalive=1, will=Received(tree, b"silent", 1)) as silent:
        core.subscribe(tree)
        assert core.message(patience=14) == Received(tree, b"silent")
        assert silent.closed()


def test_pings_keep_the_connection(broker: RunningBroker, tree: str) -> None:
    with broker.client(keepalive=1, will=Received(tree, b"silent", 1)) as client:
        client.subscribe(f"{tree}/never")
        for _ in range(6):
            with pytest.raises(TimeoutError):
                client.message(patience=0.5)
            client.ping()


def test_take_over_closes_the_old_connection_and_says_its_will(broker: RunningBroker, tree: str) -> None:
    with broker.client() as core, broker.client(tree, will=Received(tree, b"taken", 1)) as old:
        core.subscribe(tree)
        old.subscribe(f"{tree}/x")
        with broker.client(tree) as new:
            assert core.message() == Received(tree, b"taken")
            assert old.closed()
            new.subscribe(f"{tree}/y")
            core.publish(f"{tree}/x", b"1")
            core.publish(f"{tree}/y", b"2")
            assert new.messages() == [Received(f"{tree}/y", b"2")]


def test_wrong_secret_does_not_disturb_the_client_of_that_name(broker: RunningBroker, tree: str) -> None:
    with broker.client(tree) as real, RawClient(broker.port) as thief:
        real.subscribe(tree)
        assert thief.connect(tree, "process.core", "wrong")[1] == 5
        real.publish(tree, b"still here")
        assert real.message() == Received(tree, b"still here")


def test_kept_session_gets_what_it_missed_in_order(broker: RunningBroker, tree: str) -> None:
    with broker.client(tree, clean=False) as away:
        away.subscribe(tree, qos=1)
        away.disconnect()
    with broker.client() as core:
        for number in range(30):
            core.publish(tree, b"%d" % number)
    with RawClient(broker.port) as back:
        assert back.connect(tree, "process.core", broker.secrets["process.core"], clean=False) == (True, 0)
        got = [back.message() for _ in range(30)]
        assert [int(message.data) for message in got] == list(range(30))
        assert {(message.qos, message.retain) for message in got} == {(1, False)}


def test_unacknowledged_message_comes_again(broker: RunningBroker, tree: str) -> None:
    with broker.client(tree, clean=False) as first, broker.client() as core:
        first.subscribe(tree, qos=1)
        core.publish(tree, b"1")
        head, _ = first.next_packet()  # read by hand: no PUBACK
        assert head == 0x32
        first.vanish()
        with broker.client(tree, clean=False) as again:
            assert again.message() == Received(tree, b"1", 1, again=True)
    with broker.client(tree) as done:  # a clean session forgets it
        assert done.messages() == []


def test_qos_2_is_delivered_once(broker: RunningBroker, tree: str) -> None:
    with broker.client() as core:
        core.subscribe(tree)
        whole = publish_packet(tree, b"1", 2, number=7)
        core.send(whole)
        core.expect(5)
        core.send(bytes([whole[0] | 8]) + whole[1:])  # repeated before PUBREL
        core.expect(5)
        for _ in range(2):
            core.send(packet(0x62, struct.pack("!H", 7)))
            core.expect(7)
        assert core.messages() == [Received(tree, b"1")]


def test_overlapping_filters_deliver_once_and_unsubscribing_ends_it(broker: RunningBroker, tree: str) -> None:
    with broker.client() as core:
        core.subscribe(f"{tree}/#", f"{tree}/+", f"{tree}/a", qos=1)
        core.publish(f"{tree}/a", b"1")
        assert core.messages() == [Received(f"{tree}/a", b"1", 1)]
        core.unsubscribe(f"{tree}/#", f"{tree}/a")
        core.publish(f"{tree}/a", b"2")
        core.unsubscribe(f"{tree}/+")
        core.publish(f"{tree}/a", b"3")
        assert core.messages() == [Received(f"{tree}/a", b"2", 1)]


def test_packets_sent_together_are_all_carried_out(broker: RunningBroker, tree: str) -> None:
    with RawClient(broker.port) as client:
        whole = connect_packet(tree, "process.core", broker.secrets["process.core"])
        client.send(whole + packet(0x82, b"\x00\x01\x00\x01#\x00") + publish_packet(tree, b"1", 1, number=2))
        for kind in (2, 9, 4):  # CONNACK, SUBACK, PUBACK
            client.expect(kind)
        client.ping()
        assert Received(tree, b"1") in client.received


def test_packets_sent_byte_by_byte_are_understood(broker: RunningBroker, tree: str) -> None:
    with broker.client() as client:
        client.subscribe(tree)
        for byte in publish_packet(tree, b"slow", 1, number=5):
            client.send(bytes([byte]))
        client.expect(4)
        client.ping()
        assert client.received == [Received(tree, b"slow")]
