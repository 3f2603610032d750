"""The hardened broker inside this process: the private names of amqtt it stands on, and what only it promises.

What it shares with Mosquitto is proved by the contract suite.
"""

import asyncio
import inspect
import logging
from collections.abc import AsyncIterator, Callable
from importlib.metadata import version
from pathlib import Path
from typing import TypeVar

import pytest
from amqtt.broker import Broker
from amqtt.mqtt.protocol.broker_handler import BrokerProtocolHandler
from amqtt.session import Session

from homeserver.runtime.broker import hardened
from homeserver.runtime.broker.access import Access
from homeserver.runtime.broker.handshake import Presence
from homeserver.runtime.broker.hardened import PRIVATE_NAMES, HardenedBroker
from homeserver.runtime.broker.retained import RetainedStore
from homeserver.runtime.logins import Logins
from tests.ports import free_port
from tests.runtime.raw_client import Closed, RawClient, Received, packet, text

T = TypeVar("T")
LARGEST = 100_000


class Home:
    """A broker in this loop; its clients block, so they run in threads."""

    def __init__(self, folder: Path) -> None:
        self.logins = Logins(folder / "logins")
        self.secrets = {name: self.logins.add(name, ("#",), ("#",)) for name in ("process.core", "device.plug1")}
        self.port = free_port()
        self.opened: list[RawClient] = []
        self.store = RetainedStore(folder / "retained.db")
        access = Access(self.logins, anonymous=False)
        self.broker = HardenedBroker(f"127.0.0.1:{self.port}", access, self.store, largest=LARGEST)

    def stranger(self) -> RawClient:
        self.opened.append(RawClient(self.port))
        return self.opened[-1]

    def client(self, name: str, login: str = "process.core", *, clean: bool = True) -> RawClient:
        client = self.stranger()
        assert client.connect(name, login, self.secrets[login], clean=clean)[1] == 0
        return client

    async def close(self) -> None:
        await self.broker.shutdown()
        self.store.close()
        for client in self.opened:
            client.socket.close()

    async def run(self, script: Callable[[], T]) -> T:
        return await asyncio.wait_for(asyncio.to_thread(script), 30)


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[Home]:
    logging.getLogger("amqtt").setLevel(logging.CRITICAL)
    home = Home(tmp_path)
    await home.broker.start()
    yield home
    await home.close()


def test_amqtt_is_the_release_that_was_read() -> None:
    assert version("amqtt") == "0.12.1"


@pytest.mark.parametrize("owner", PRIVATE_NAMES)
def test_private_names_are_there(home: Home, owner: type) -> None:
    place: object = {Broker: home.broker, Session: Session()}.get(owner, owner)
    for name in PRIVATE_NAMES[owner]:
        assert hasattr(place, name), f"amqtt's {owner.__name__} has lost {name}"


def test_amqtt_calls_what_is_overridden() -> None:
    assert "self.stream_connected" in inspect.getsource(Broker._create_server_instance)
    for caller in (Broker.shutdown, Broker._session_monitor):
        assert "await self._cleanup_session(client_id)" in inspect.getsource(caller)
    handshake = inspect.signature(BrokerProtocolHandler.init_from_connect)
    assert list(handshake.parameters)[:3] == ["reader", "writer", "plugins_manager"]


async def test_sessions_are_made_without_a_state_machine(home: Home) -> None:
    """Hundreds that come back at once would wait for theirs to be built."""
    await home.run(lambda: home.client("one"))
    session, _ = home.broker._sessions["process.core/one"]
    assert isinstance(session.transitions, Presence)
    assert session.transitions.state == "connected"


async def test_strangers_cannot_fill_the_log(home: Home, caplog: pytest.LogCaptureFixture) -> None:
    def script() -> None:
        for number in range(20):
            assert home.stranger().connect(f"x{number}", "device.plug1", "wrong")[1] == 5
            home.stranger().socket.sendall(b"GET / HTTP/1.1\r\n\r\n")

    await home.run(script)
    async with asyncio.timeout(5):
        while len(caplog.messages) < 2:  # noqa: ASYNC110 - the other side of a socket
            await asyncio.sleep(0.01)
    cut, refused = sorted(caplog.messages)
    assert cut.startswith("127.0.0.1: it is cut off before it was let in")
    assert refused == "127.0.0.1: login 'device.plug1' is refused"


async def test_no_plugin_of_amqtt_is_loaded(home: Home) -> None:
    assert home.broker.plugins_manager._plugins == []


async def test_names_are_kept_apart_by_login(home: Home) -> None:
    def script() -> None:
        core, plug = home.client("same"), home.client("same", "device.plug1")
        core.subscribe("a")
        plug.publish("a", b"1")
        assert core.message() == Received("a", b"1")

    await home.run(script)
    assert sorted(home.broker.clients) == ["device.plug1/same", "process.core/same"]


async def test_who_is_away_too_long_is_forgotten(home: Home) -> None:
    def script() -> None:
        with home.client("away", clean=False) as away:
            away.subscribe("a", qos=1)
            away.disconnect()

    await home.run(script)
    assert list(home.broker.clients) == ["process.core/away"]
    assert home.broker.routes.targets("a")
    home.broker.config.session_expiry_interval = -2  # seconds: what left a moment ago has expired
    async with asyncio.timeout(10):
        while home.broker.clients:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    assert not home.broker.routes.targets("a")


async def test_only_so_many_are_kept_while_away(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hardened, "MOST_AWAY", 3)

    def script() -> None:
        for number in range(6):
            home.client(f"away{number}", clean=False).vanish()
        home.client("last").ping()

    await home.run(script)
    assert set(home.broker.clients) - {"process.core/last"} == {f"process.core/away{n}" for n in (3, 4, 5)}


async def test_messages_kept_for_who_is_away_are_bounded(home: Home) -> None:
    def script() -> list[Received]:
        with home.client("away", clean=False) as away:
            away.subscribe("a", qos=1)
            away.disconnect()
        with home.client("core") as core:
            for number in range(30):
                core.publish("a", bytes([number]) * LARGEST)
        with home.client("away", clean=False) as away:
            away.ping()
            return away.messages()

    got = await home.run(script)
    assert [message.data[0] for message in got] == list(range(20, 30))


async def test_filters_of_one_client_are_bounded(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hardened, "MOST_FILTERS", 3)

    def script() -> list[int]:
        with home.client("greedy") as client:
            return client.subscribe("a", "b", "c", "d", "a")

    assert await home.run(script) == [0, 0, 0, 0x80, 0]


async def test_shared_subscriptions_are_refused_aloud(home: Home) -> None:
    assert await home.run(lambda: home.client("sharer").subscribe("$share/group/a", "a", qos=2)) == [0x80, 1]


async def test_silence_instead_of_connect_is_cut_off(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hardened, "PATIENCE", 0.05)
    assert await home.run(lambda: home.stranger().closed())


@pytest.mark.parametrize("level", [3, 5])
async def test_other_protocol_versions_are_told_so(home: Home, level: int) -> None:
    def script() -> bytes:
        with home.stranger() as client:
            properties = b"\x00" if level == 5 else b""
            client.send(packet(0x10, text("MQTT") + bytes([level, 2, 0, 0]) + properties + text("a")))
            answer = client.expect(2)
            assert client.closed()
            return answer

    assert await home.run(script) == b"\x00\x01"


async def test_will_on_an_impossible_topic_is_refused(home: Home) -> None:
    def script() -> None:
        with home.stranger() as client, pytest.raises(Closed):
            client.connect("a", "process.core", home.secrets["process.core"], will=Received("a/#", b""))

    await home.run(script)


async def test_fault_of_the_broker_costs_one_connection_only(
    home: Home, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fault(*_: object) -> None:
        raise KeyError("bug")

    with monkeypatch.context() as patch:
        patch.setattr(home.store, "set", fault)

        def unlucky() -> None:
            with home.client("unlucky") as client, pytest.raises(Closed):
                client.publish("a", b"1", retain=True)

        await home.run(unlucky)
    assert "fault of the broker" in caplog.text
    await home.run(lambda: home.client("lucky").publish("a", b"1", retain=True))
    assert list(home.broker.clients) == ["process.core/lucky"]


async def test_stops_with_silent_and_living_connections(tmp_path: Path) -> None:
    home = Home(tmp_path)
    await home.broker.start()
    clients = await home.run(lambda: [home.stranger(), home.client("living")])
    async with asyncio.timeout(5):
        await home.broker.shutdown()
    assert [client.closed() for client in clients] == [True, True]
    home.store.close()
    for client in clients:
        client.socket.close()
