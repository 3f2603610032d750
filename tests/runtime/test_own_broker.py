"""The home's own broker: listeners open and close while it runs, none keeps it from starting, nothing is lost."""

import asyncio
import shutil
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from homeserver.runtime import own_broker
from homeserver.runtime.broker import BrokerCommand, BrokerKind
from homeserver.runtime.clock import RealClock
from homeserver.runtime.home_settings import HomeSettings
from homeserver.runtime.journal import Journal
from homeserver.runtime.listeners import Listeners, ListenersError, PlainListener, SecureListener, write_listeners
from homeserver.runtime.logins import Logins
from homeserver.runtime.mqtt_wire import Address, MqttWire
from homeserver.runtime.own_broker import OwnBroker
from homeserver.runtime.ports import StartError
from homeserver.runtime.tls.authority import LIFE
from homeserver.runtime.tls.certificate import certificate_at, valid_until
from homeserver.runtime.tls.renewal import renew
from homeserver.runtime.wire import UnreachableError
from tests.ports import free_port
from tests.runtime.ground import until

KINDS = [
    pytest.param("mosquitto", marks=pytest.mark.skipif(not shutil.which("mosquitto"), reason="needs mosquitto")),
    "amqtt",
]
CORE = "process.core"


class House:
    """A data folder with an authority, and brokers in it."""

    def __init__(self, folder: Path) -> None:
        self.data = folder
        self.said: list[tuple[str, str]] = []
        self.journal = Journal(folder / "logs", stream=(folder / "screen").open("w"))
        self.logins = Logins(folder)
        self.secret = self.logins.ensure(CORE, ("#",), ("#",))
        self.port = free_port()

    @asynccontextmanager
    async def broker(self, kind: BrokerKind, *, anonymous: bool = False) -> AsyncIterator[OwnBroker]:
        home = HomeSettings(data=self.data, mqtt_port=self.port, anonymous=anonymous)
        broker = OwnBroker(kind, home, self.logins, self.journal, RealClock(), lambda *line: self.said.append(line))
        try:
            await broker.start()
            yield broker
        finally:
            await broker.stop(2.0)

    def ask(self, **listeners: SecureListener | PlainListener) -> None:
        write_listeners(self.data, Listeners(**listeners))

    @asynccontextmanager
    async def client(self, port: int = 0, *, tls: bool = False) -> AsyncIterator[tuple[MqttWire, dict[str, bytes]]]:
        """Connected and hearing everything, in the end what is retained."""
        authority = (self.data / "tls" / "authority.pem").read_text() if tls else None
        wire = MqttWire(Address("127.0.0.1", port or self.port, CORE, self.secret, tls, authority), f"client-{port}")
        heard: dict[str, bytes] = {}
        await wire.connect(None, lambda address, payload, _: heard.update({address: payload}), lambda reason: None)
        await wire.subscribe([("#", 1)])
        yield wire, heard
        await wire.disconnect()


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("authority")
    renew(folder, "Home", (), datetime.now(UTC))
    return folder / "tls"


@pytest.fixture
def house(tls: Path, tmp_path: Path) -> Iterator[House]:
    shutil.copytree(tls, tmp_path / "tls")
    house = House(tmp_path)
    yield house
    house.journal.close()
    house.journal._stream.close()


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.mark.parametrize("kind", KINDS)
async def test_listeners_open_and_close_while_it_runs_and_nothing_is_lost(house: House, kind: BrokerKind) -> None:
    secure, plain = free_port(), free_port()
    async with house.broker(kind) as broker:
        acknowledged = asyncio.Event()
        async with house.client() as (wire, _):
            for number in range(500):
                wire.publish(f"kept/{number}", b"%d" % number, 1, True, acknowledged.set if number == 499 else None)
            await acknowledged.wait()
            house.ask(tls=SecureListener(port=secure), plain=PlainListener(port=plain, host="127.0.0.1"))
            assert broker.apply_listeners() == (kind == "mosquitto")
            await until(lambda: listens(secure) and listens(plain))
            if kind == "amqtt":  # there nobody is cut off for it
                await wire.subscribe([("still/#", 0)])
        assert "message_size_limit" not in (house.data / "screen").read_text(), "that is for us, not for users"
        for port in (secure, plain, house.port):
            async with house.client(port, tls=port == secure) as (_, heard):
                await until(lambda heard=heard: len(heard) == 500)  # type: ignore[misc]
                assert heard["kept/499"] == b"499"
        house.ask()
        await until(lambda: is_applied(broker))
        await until(lambda: not listens(secure) and not listens(plain) and listens(house.port))
        async with house.client() as (_, heard):
            await until(lambda: len(heard) == 500)


def is_applied(broker: OwnBroker) -> bool:
    """Ask for the listeners; while it starts anew people are told to ask again in a moment."""
    try:
        broker.apply_listeners()
    except ListenersError as error:
        if "just now" not in str(error):
            raise
        return False
    return True


@pytest.mark.parametrize("kind", KINDS)
async def test_a_door_that_closes_ends_who_came_through_it(house: House, kind: BrokerKind) -> None:
    secure, lost = free_port(), asyncio.Event()
    house.ask(tls=SecureListener(port=secure))
    async with house.broker(kind) as broker:
        authority = (house.data / "tls" / "authority.pem").read_text()
        wire = MqttWire(Address("127.0.0.1", secure, CORE, house.secret, True, authority), "guest")
        await wire.connect(None, lambda *_: None, lambda reason: lost.set())
        house.ask()
        broker.apply_listeners()
        async with asyncio.timeout(10):
            await lost.wait()
        await wire.disconnect()


async def test_what_cannot_be_opened_stays_closed_and_the_home_starts(house: House) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        house.ask(plain=PlainListener(port=port, host="127.0.0.1"), tls=SecureListener(port=(secure := free_port())))
        async with house.broker("amqtt") as broker:
            assert f"cannot listen on 127.0.0.1:{port}" in broker.trouble
            assert ("warning", f"a listener stays closed: {broker.trouble}") in house.said
            async with house.client(secure, tls=True):
                pass  # the other one is open
            with pytest.raises(ListenersError, match=str(port)):
                broker.apply_listeners()
            house.ask(plain=PlainListener(port=house.port))
            with pytest.raises(ListenersError, match="the home's own processes use"):
                broker.apply_listeners()
            key = house.data / "tls" / "authority.key"
            house.ask(tls=SecureListener(certificate=house.data / "tls" / "broker.pem", key=key))
            with pytest.raises(ListenersError, match=r"authority\.key is not the key of .*broker\.pem"):
                broker.apply_listeners()
            (house.data / "listeners.json").write_text("nonsense")
            with pytest.raises(ListenersError, match="not JSON"):
                broker.apply_listeners()
            async with house.client(secure, tls=True):
                pass  # all as it was
            house.ask()
            broker.apply_listeners()
            assert broker.trouble == ""


async def test_a_home_without_logins_stays_on_this_machine(house: House) -> None:
    house.ask(plain=PlainListener(port=(port := free_port())))
    async with house.broker("amqtt", anonymous=True) as broker:
        assert "wants no logins" in broker.trouble
        assert not listens(port)


@pytest.mark.skipif(not shutil.which("mosquitto"), reason="needs mosquitto")
async def test_a_broker_that_cannot_start_anew_starts_as_it_was(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    async with house.broker("mosquitto") as broker:
        monkeypatch.setattr(OwnBroker, "_fault", lambda self, listener: "")  # it looks well until it is tried
        with socket.create_server(("127.0.0.1", 0)) as taken:
            house.ask(plain=PlainListener(port=taken.getsockname()[1], host="127.0.0.1"))
            assert broker.apply_listeners()
            with pytest.raises(ListenersError, match="just now"):
                broker.apply_listeners()
            await until(lambda: "ended at once" in broker.trouble)
            await until(lambda: listens(house.port))
            async with house.client():
                assert broker.listeners == ()


@pytest.mark.skipif(not shutil.which("mosquitto"), reason="needs mosquitto")
async def test_a_broker_that_cannot_start_at_all_is_tried_until_it_does(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, faults = OwnBroker._run, [StartError("one"), OSError("two"), RuntimeError("three")]

    async def fail(self: OwnBroker, command: BrokerCommand) -> None:
        if faults:
            raise faults.pop(0)
        await run(self, command)

    async with house.broker("mosquitto") as broker:
        monkeypatch.setattr(OwnBroker, "_run", fail)
        monkeypatch.setattr(own_broker, "_AGAIN", 0.1)
        house.ask(plain=PlainListener(port=free_port(), host="127.0.0.1"))
        assert broker.apply_listeners()
        await until(lambda: "the broker does not run: two" in broker.trouble)
        await until(lambda: "the broker does not run: three" in broker.trouble)
        await until(lambda: broker.trouble == "one")
        async with house.client():
            assert broker.listeners == ()


@pytest.mark.skipif(not shutil.which("mosquitto"), reason="needs mosquitto")
async def test_what_cannot_be_prepared_stops_no_broker(house: House) -> None:
    async with house.broker("mosquitto") as broker:
        assert broker.child is not None
        before, good = broker.child.pid, house.logins.path.read_bytes()
        house.ask(plain=PlainListener(port=free_port(), host="127.0.0.1"))
        house.logins.path.write_bytes(b"{")
        assert broker.apply_listeners()
        await until(lambda: "logins.json cannot be read" in broker.trouble)
        async with house.client():
            assert (broker.child.pid, broker.listeners) == (before, ())
        house.logins.path.write_bytes(good)
        broker.apply_listeners()
        await until(lambda: len(broker.listeners) == 1 and listens(broker.listeners[0].port))
        assert broker.trouble == ""


async def test_a_certificate_near_its_end_is_renewed_and_shown(house: House) -> None:
    """That both brokers show it without a restart is part of their contract."""
    long_ago = datetime.now(UTC) - LIFE
    certificate = house.data / "tls" / "broker.pem"
    certificate.unlink()
    renew(house.data, "Home", (), long_ago)
    house.ask(tls=SecureListener(port=(port := free_port())))
    shutil.copy(certificate, house.data / "old.pem")
    async with house.broker("amqtt") as broker:
        assert valid_until(certificate_at(certificate)) > datetime.now(UTC), "at the start"
        await until(lambda: listens(port))
        shutil.copy(house.data / "old.pem", certificate)
        (house.data / "tls" / "broker.json").write_text('{"names": [], "until": "2020-01-01T00:00:00+00:00"}')

        async def lets_in() -> bool:
            try:
                async with house.client(port, tls=True):
                    return True
            except UnreachableError as error:
                if "has expired" not in str(error):
                    raise
                return False

        async with asyncio.timeout(30):
            broker.reload()
            while await lets_in():  # noqa: ASYNC110 - the broker takes its moment to read the old one
                await asyncio.sleep(0.02)
            await broker.renew()
            while not await lets_in():  # noqa: ASYNC110 - and the new one
                await asyncio.sleep(0.02)
        (house.data / "tls" / "authority.key").write_text("nonsense")
        certificate.unlink()
        await broker.renew()
        assert "cannot be renewed" in broker.trouble
        assert "authority.key" in broker.trouble
