"""Who is let in, what each login reads and writes, and how changes of that take effect, on both brokers."""

from pathlib import Path

import pytest

from homeserver.runtime.broker import BrokerKind
from tests.runtime.broker_contract.conftest import ANNA, CORE, PLUG, RunningBroker
from tests.runtime.raw_client import Closed, RawClient, Received


@pytest.mark.parametrize(
    ("login", "secret"),
    [
        (CORE, "wrong"),
        (CORE, ""),
        (CORE, None),
        ("process.unknown", "wrong"),
        ("process.core/x", "wrong"),
        ("process.+", "wrong"),
        ("#", "wrong"),
        ("", "wrong"),
        (None, None),
    ],
)
def test_refuses_whom_it_does_not_know(broker: RunningBroker, login: str | None, secret: str | None) -> None:
    with RawClient(broker.port) as client:
        assert client.connect("stranger", login, secret) == (False, 5)
        assert client.closed()


def test_right_secret_of_another_login_is_refused(broker: RunningBroker) -> None:
    with RawClient(broker.port) as client:
        assert client.connect("stranger", CORE, broker.secrets[ANNA])[1] == 5


def test_anonymous_is_let_in_only_when_asked_for(kind: BrokerKind, tmp_path: Path) -> None:
    running = RunningBroker(kind, tmp_path, anonymous=True)
    try:
        running.start()
        with RawClient(running.port) as client, RawClient(running.port) as liar:
            assert client.connect("anybody") == (False, 0)
            client.subscribe("#")
            client.publish("anything", b"1")
            assert client.message() == Received("anything", b"1")
            assert liar.connect("liar", CORE, "wrong")[1] == 5
    finally:
        running.close()


def test_wide_subscription_is_granted_and_gets_what_the_login_may_read(broker: RunningBroker, tree: str) -> None:
    allowed, secret = f"homeserver/entity/light/{tree}/state", f"homeserver/finance/{tree}"
    with broker.client() as core, broker.client(login=ANNA) as anna:
        core.publish(f"{allowed}/kept", b"1", retain=True)
        core.publish(f"{secret}/kept", b"2", retain=True)
        assert anna.subscribe("homeserver/#", "#", f"{secret}/+") == [0, 0, 0]
        core.publish(secret, b"3")
        core.publish(allowed, b"4")
        got = [message for message in anna.messages() if tree in message.topic]
    assert {message.topic for message in got} == {f"{allowed}/kept", allowed}
    assert [message.data for message in got if not message.retain] == [b"4"]


def test_nobody_writes_outside_its_rights(broker: RunningBroker, tree: str) -> None:
    mine, others = (f"homeserver/entity/light/{tree}/command/{login}" for login in (ANNA, CORE))
    with broker.client() as core, broker.client(login=ANNA) as anna, broker.client(login=PLUG) as plug:
        core.subscribe("homeserver/#", "plug1/#", "plug2/#")
        for retain in (False, True):
            anna.publish(others, b"forged", retain=retain)
            anna.publish(f"{mine}/deeper", b"forged", retain=retain)
            plug.publish(f"homeserver/entity/light/{tree}/state", b"forged", retain=retain)
            plug.publish(f"plug2/{tree}", b"forged", retain=retain)
        anna.publish(mine, b"true")
        plug.publish(f"plug1/{tree}", b"true")
        got = [message for message in core.messages() if tree in message.topic]
        core.subscribe("homeserver/#", "plug2/#")
        again = [message for message in core.messages() if tree in message.topic]
    assert got == [Received(mine, b"true"), Received(f"plug1/{tree}", b"true")]
    assert again == []


def test_last_will_is_bound_by_the_same_rights(broker: RunningBroker, tree: str) -> None:
    with broker.client() as core:
        core.subscribe(f"homeserver/{tree}", f"plug1/{tree}")
        for topic in (f"homeserver/{tree}", f"plug1/{tree}"):
            broker.client(login=PLUG, will=Received(topic, b"gone")).vanish()
        assert core.message() == Received(f"plug1/{tree}", b"gone")
        assert core.messages() == []


def test_topics_of_the_broker_cannot_be_written(broker: RunningBroker) -> None:
    with broker.client() as core, broker.client() as hearer:
        hearer.subscribe("$SYS/forged", "$other/forged")
        for topic in ("$SYS/forged", "$other/forged"):
            with broker.client() as writer:
                try:
                    writer.publish(topic, b"1", retain=True)
                    writer.subscribe("alive")
                    writer.publish("alive", b"yes")
                    assert writer.message() == Received("alive", b"yes")  # not deaf
                except Closed:
                    pass
        assert hearer.messages() == []
        core.subscribe("$SYS/forged", "$other/forged")
        assert core.messages() == []


def test_leading_wildcard_does_not_match_topics_of_the_broker(broker: RunningBroker, tree: str) -> None:
    with broker.client() as core:
        core.subscribe("+/broker/version", f"{tree}/#")
        core.publish(tree, b"fence")
        assert core.messages() == [Received(tree, b"fence")]


def test_changed_rights_hold_at_once(own_broker: RunningBroker) -> None:
    with own_broker.client() as core, own_broker.client(login=PLUG) as plug:
        core.subscribe("#", qos=0)
        plug.subscribe("#")
        core.publish("garage/door", b"secret")
        plug.publish("garage/door", b"forged")
        _grant(own_broker, PLUG, read=("garage/#",), write=("garage/#",))
        own_broker.reload()
        while True:  # the signal is taken some time after it was sent
            plug.publish("garage/door", b"open")
            core.publish("plug1/x", b"no longer")
            if Received("garage/door", b"open") in core.messages():
                break
        core.publish("garage/door", b"close")
        heard = plug.messages()
    assert Received("garage/door", b"close") in heard
    assert Received("garage/door", b"secret") not in heard


def _grant(broker: RunningBroker, name: str, read: tuple[str, ...], write: tuple[str, ...]) -> None:
    """New rights, same secret."""
    path = broker.logins.folder / "secrets" / name
    path.write_text(broker.secrets[name])
    assert broker.logins.ensure(name, read, write) == broker.secrets[name]


def test_removed_and_renewed_logins_are_cut(own_broker: RunningBroker) -> None:
    with own_broker.client() as core, own_broker.client(login=PLUG) as plug:
        with own_broker.client(login=ANNA) as anna:
            own_broker.logins.remove(PLUG)
            fresh = own_broker.logins.add(ANNA, ("#",), ())
            own_broker.reload()
            assert plug.closed()
            assert anna.closed()
        core.ping()
        with RawClient(own_broker.port) as client:
            assert client.connect("again", PLUG, own_broker.secrets[PLUG])[1] == 5
        with RawClient(own_broker.port) as client:
            assert client.connect("again", ANNA, own_broker.secrets[ANNA])[1] == 5
        with RawClient(own_broker.port) as client:
            assert client.connect("again", ANNA, fresh)[1] == 0


def test_new_login_can_connect_after_reload(own_broker: RunningBroker) -> None:
    secret = own_broker.logins.add("device.fresh", ("fresh/#",), ("fresh/#",))
    own_broker.reload()
    while True:
        with RawClient(own_broker.port) as client:
            if client.connect("fresh", "device.fresh", secret)[1] == 0:
                client.subscribe("fresh/#")
                client.publish("fresh/x", b"1")
                assert client.message() == Received("fresh/x", b"1")
                break
