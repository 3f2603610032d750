"""Retained messages: said, heard, cleared, kept over restarts, and complete before the fence, on both brokers."""

import pytest

from tests.runtime.broker_contract.conftest import RunningBroker
from tests.runtime.raw_client import RawClient, Received, publish_packet, subscribe_packet

MANY = 15_000


def test_live_messages_carry_no_retain_flag_and_kept_ones_do(broker: RunningBroker, tree: str) -> None:
    with broker.client() as core, broker.client() as late:
        core.subscribe(f"{tree}/#")
        core.publish(f"{tree}/a", b"\x00\xff", retain=True)
        assert core.message() == Received(f"{tree}/a", b"\x00\xff")
        for _ in range(2):  # a repeated subscription gets them again
            late.subscribe(f"{tree}/+")
            assert late.message() == Received(f"{tree}/a", b"\x00\xff", retain=True)


def test_delivered_qos_is_the_lower_of_both(broker: RunningBroker, tree: str) -> None:
    with broker.client() as core, broker.client() as low, broker.client() as high:
        low.subscribe(tree, qos=0)
        high.subscribe(tree, qos=1)
        for qos in (0, 1, 2):
            core.publish(tree, b"x", qos)
        core.ping()
        assert [low.message().qos for _ in range(3)] == [0, 0, 0]
        assert [high.message().qos for _ in range(3)] == [0, 1, 1]


def test_empty_message_clears_and_the_last_one_stays(broker: RunningBroker, tree: str) -> None:
    with broker.client() as core:
        core.subscribe(f"{tree}/#")
        for topic, data in (("a", b"1"), ("b", b"1"), ("a", b""), ("b", b""), ("b", b"2"), ("c", b"")):
            core.publish(f"{tree}/{topic}", data, retain=True)
        assert len(core.messages()) == 6  # the empty ones are heard too
        with broker.client() as late:
            late.subscribe(f"{tree}/#")
            assert late.messages() == [Received(f"{tree}/b", b"2", retain=True)]


def test_who_subscribed_to_nothing_gets_nothing(broker: RunningBroker, tree: str) -> None:
    with broker.client() as core:
        core.subscribe("#")
        core.publish(tree, b"1", retain=True)
        with broker.client() as other:
            assert other.messages() == []


def test_order_per_topic_is_kept(broker: RunningBroker, tree: str) -> None:
    with broker.client() as core, broker.client() as hearer:
        hearer.subscribe(f"{tree}/#", qos=1)
        core.send(b"".join(publish_packet(f"{tree}/{n % 3}", b"%d" % n, 1, number=n + 1) for n in range(500)))
        for _ in range(500):
            core.expect(4)
        assert [int(hearer.message().data) for _ in range(500)] == list(range(500))


def test_kept_over_a_restart(own_broker: RunningBroker) -> None:
    with own_broker.client() as core:
        core.publish("home/kept", b"\x00\xff", retain=True)
        core.publish("home/größe", b"1", retain=True)
        core.publish("home/cleared", b"x", retain=True)
        own_broker.save()
        core.publish("home/cleared", b"", retain=True)
        core.publish("home/late", b"after the last save", retain=True)
    assert own_broker.stop() == 0
    own_broker.start()
    with own_broker.client() as core:
        core.subscribe("home/#")
        got = {message.topic: message.data for message in core.messages()}
    assert got == {"home/kept": b"\x00\xff", "home/größe": b"1", "home/late": b"after the last save"}


def test_kept_over_a_kill(own_broker: RunningBroker) -> None:
    with own_broker.client() as core:
        core.publish("home/kept", b"1", retain=True)
        core.publish("home/cleared", b"x", retain=True)
        own_broker.save()
        core.publish("home/cleared", b"", retain=True)
        core.publish("home/kept", b"2", retain=True)
        own_broker.save()
    own_broker.kill()
    own_broker.start()
    with own_broker.client() as core:
        core.subscribe("home/#")
        assert core.messages() == [Received("home/kept", b"2", retain=True)]


@pytest.mark.parametrize("qos", [0, 1])
def test_snapshot_is_complete_before_the_fence(own_broker: RunningBroker, qos: int) -> None:
    topics = [f"home/entity/sensor/s{number}/state" for number in range(MANY)]
    with own_broker.client() as core:
        core.send(b"".join(publish_packet(topic, b"x" * 200, retain=True) for topic in topics))
        core.ping(60)
    with own_broker.client() as hearer:
        hearer.subscribe("fence/#", qos=1)
        hearer.send(subscribe_packet("home/#", qos=qos, number=9))
        hearer.expect(9)
        hearer.send(publish_packet("fence/mine", b"", 1, number=10))
        assert _until_fence(hearer) == set(topics)


def _until_fence(client: RawClient) -> set[str]:
    before = {message.topic for message in client.received}
    client.received.clear()
    while True:
        head, body = client.next_packet()
        if head >> 4 == 3:
            message = client.read(head, body)
            if message.topic == "fence/mine":
                return before
            before.add(message.topic)
