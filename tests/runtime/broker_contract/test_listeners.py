"""Listeners beside the first, on both brokers: TLS with the home's own authority, plain where asked for, renewal."""

import asyncio
import os
import shutil
import socket
import ssl
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from homeserver.runtime.broker import BrokerCommand, BrokerKind, prepare
from homeserver.runtime.broker.listener import Listener
from homeserver.runtime.mqtt_wire import Address, MqttWire
from homeserver.runtime.tls.authority import LIFE, Authority
from homeserver.runtime.tls.certificate import certificate_at, pem_of
from homeserver.runtime.wire import LoginRefusedError, UnreachableError
from tests.ports import free_port
from tests.runtime.broker_contract.conftest import CORE, PLUG, ROOT, RunningBroker, eventually, listens
from tests.runtime.ground import until
from tests.runtime.raw_client import Closed, RawClient

NAMES = ("home.example.org", "127.0.0.1")


class ListeningBroker(RunningBroker):
    """With a listener that speaks TLS and a plain one; `authority` vouches for it."""

    def __init__(self, kind: BrokerKind, folder: Path, tls: Path) -> None:
        super().__init__(kind, folder)
        self.tls = Path(shutil.copytree(tls, folder / "tls"))
        self.authority = (self.tls / "authority.pem").read_text()
        self.secure = Listener(free_port(), "127.0.0.1", self.tls / "broker.pem", self.tls / "broker.key")
        self.plain = Listener(free_port(), "127.0.0.1")

    def start(self) -> None:
        command = self.prepare((self.secure, self.plain))
        environment = {**os.environ, **command.environment, "PYTHONPATH": str(ROOT)}
        with (self.folder / "stderr").open("ab") as stderr:
            self._process = subprocess.Popen(command.argv, env=environment, stderr=stderr)
        eventually(lambda: all(map(listens, (self.port, self.secure.port, self.plain.port))))

    def prepare(self, listeners: tuple[Listener, ...]) -> BrokerCommand:
        return prepare(self.kind, self.folder, self.port, self.logins, listeners=listeners)

    def address(self, login: str = CORE) -> Address:
        secret = self.secrets[login]
        return Address("127.0.0.1", self.secure.port, login, secret, tls=True, authority=self.authority)

    def told(self) -> str:
        return (self.folder / "stderr").read_text()


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("authority") / "tls"
    now = datetime.now(UTC)
    Authority(folder, "Home", now).issue("broker", NAMES, now)
    return folder


@pytest.fixture(scope="module")
def listening(kind: BrokerKind, tls: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ListeningBroker]:
    broker = ListeningBroker(kind, tmp_path_factory.mktemp(kind), tls)
    broker.start()
    yield broker
    broker.close()


async def test_much_passes_whole_and_in_order(listening: ListeningBroker) -> None:
    """Payloads above and below what one TLS record holds, both ways, past the client library's own reading."""
    wire = MqttWire(listening.address(), "much")
    heard: list[tuple[str, bytes]] = []
    await wire.connect(None, lambda address, payload, retained: heard.append((address, payload)), lambda reason: None)
    await wire.subscribe([("much/#", 1)])
    said = [(f"much/{n % 7}", bytes([n % 256]) * (n * 331 % 40_000)) for n in range(300)]
    for address, payload in said:
        wire.publish(address, payload, 1, False)
    await until(lambda: len(heard) == len(said))
    await wire.disconnect()
    for topic in {address for address, _ in said}:
        assert [row for row in heard if row[0] == topic] == [row for row in said if row[0] == topic]


async def test_rights_are_the_same_as_on_the_first_listener(listening: ListeningBroker) -> None:
    plug, core = MqttWire(listening.address(PLUG), "plug"), listening.client()
    with core:
        core.subscribe("#")
        await plug.connect(None, lambda *_: None, lambda reason: None)
        for address in ("homeserver/entity/light/hall/state", "plug1/state"):
            plug.publish(address, b"on", 1, False)
        message = await asyncio.to_thread(core.message)
        assert (message.topic, message.data) == ("plug1/state", b"on")
        await plug.disconnect()


async def refusal(address: Address) -> str:
    """What a client is told that is not let in."""
    wire = MqttWire(address, "refused")
    with pytest.raises((UnreachableError, LoginRefusedError)) as caught:
        await wire.connect(None, lambda *_: None, lambda reason: None)
    return str(caught.value)


async def test_who_cannot_be_let_in_is_told_why(listening: ListeningBroker, tmp_path: Path) -> None:
    right = listening.address()
    now = datetime.now(UTC)
    other = Authority(tmp_path / "other", "Another", now).certificate
    assert "not vouched for" in await refusal(replace(right, authority=pem_of(other)))
    assert "not vouched for" in await refusal(replace(right, authority=None))
    assert "is for other names" in await refusal(replace(right, host="localhost"))
    assert "does not accept the login" in await refusal(replace(right, secret="wrong"))
    assert "wants a login" in await refusal(replace(right, username=None, secret=None))
    assert "does not speak TLS there" in await refusal(replace(right, port=listening.plain.port))
    for anonymous in (listening.plain.port, listening.port):
        with RawClient(anonymous) as client:
            assert client.connect("nobody")[1] == 5


def test_the_broker_tells_of_strangers_and_goes_on(listening: ListeningBroker) -> None:
    """Once a minute of each kind: an earlier test's stranger may be the one that is told of."""
    with RawClient(listening.secure.port) as client:
        with listening.client():
            pass  # by now it is accepted: Mosquitto is silent on what comes with the connection itself
        with pytest.raises((Closed, AssertionError)):
            client.connect("plain", CORE, listening.secrets[CORE])
    words = "wrong version number" if listening.kind == "mosquitto" else "it does not speak TLS"
    eventually(lambda: words in listening.told())
    doubting = ssl.create_default_context()
    doubting.maximum_version = ssl.TLSVersion.TLSv1_2  # by 1.3 the client may be gone before its alert is read
    with pytest.raises(ssl.SSLCertVerificationError):
        handshake(listening.secure.port, doubting)
    words = (
        "unknown ca"
        if listening.kind == "mosquitto"
        else "it does not trust this certificate and needs the authority's"
    )
    eventually(lambda: words in listening.told())
    assert "PRIVATE KEY" not in listening.told()
    assert listening.secrets[CORE] not in listening.told()
    with listening.client():
        pass


def handshake(port: int, context: ssl.SSLContext) -> ssl.SSLSocket:
    with socket.create_connection(("127.0.0.1", port), 10) as plain:
        return context.wrap_socket(plain, server_hostname="127.0.0.1")


def trusting(broker: ListeningBroker) -> ssl.SSLContext:
    return ssl.create_default_context(cadata=broker.authority)


def test_nothing_older_than_tls_1_2_is_spoken(listening: ListeningBroker) -> None:
    """And Tasmota's one cipher is."""
    old = trusting(listening)
    old.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning, match="TLSVersion"):
        old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1_1
    with pytest.raises(ssl.SSLError):
        handshake(listening.secure.port, old)
    tasmota = trusting(listening)
    tasmota.maximum_version = ssl.TLSVersion.TLSv1_2
    tasmota.set_ciphers("ECDHE-RSA-AES128-GCM-SHA256")
    with handshake(listening.secure.port, tasmota) as agreed:
        assert agreed.version() == "TLSv1.2"


async def test_a_renewed_certificate_is_shown_without_a_restart(kind: BrokerKind, tls: Path, tmp_path: Path) -> None:
    now = datetime.now(UTC)
    broker = ListeningBroker(kind, tmp_path, tls)
    Authority(broker.tls, "Home", now).issue("broker", (*NAMES, "old"), now - LIFE - timedelta(days=1))
    broker.start()
    try:
        with broker.client("stays") as stays:
            assert "has expired" in await refusal(broker.address())
            issued = Authority(broker.tls, "Home", now).issue("broker", NAMES, now)
            broker.reload()

            def is_shown() -> bool:
                shown = ssl.get_server_certificate(("127.0.0.1", broker.secure.port))
                return shown.strip() == pem_of(certificate_at(issued.certificate)).strip()

            await asyncio.to_thread(eventually, is_shown)
            wire = MqttWire(broker.address(), "again")
            await wire.connect(None, lambda *_: None, lambda reason: None)
            await wire.disconnect()
            stays.ping()
    finally:
        broker.close()
