"""Both kinds of broker, started as real processes on free ports from what `prepare` wrote."""

import itertools
import os
import signal
import socket
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import cast

import psutil
import pytest

from homeserver.runtime.broker import BrokerKind, prepare, reload
from homeserver.runtime.broker.choice import mosquitto_program
from homeserver.runtime.logins import Logins, device_rights
from tests.ports import free_port
from tests.runtime.raw_client import RawClient, Received

ROOT = Path(__file__).parents[3]
PATIENCE = 15.0  # seconds until something that must happen counts as missing
CORE = "process.core"
ANNA = "person.anna"
PLUG = "device.plug1"

_names = itertools.count()


def eventually(true: Callable[[], bool], patience: float = PATIENCE) -> None:
    """Wait until a condition outside this process holds."""
    deadline = time.monotonic() + patience
    while not true():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class RunningBroker:
    """One broker with the logins of a small home; can be stopped, killed, started again and reloaded."""

    def __init__(self, kind: BrokerKind, folder: Path, *, anonymous: bool = False) -> None:
        self.kind = kind
        self.folder = folder / "broker"
        self.logins = Logins(folder / "logins")
        self.secrets = {
            CORE: self.logins.ensure(CORE, ("#",), ("#",)),
            ANNA: self.logins.add(ANNA, ("homeserver/entity/#",), ("homeserver/entity/+/+/command/person.anna",)),
            PLUG: self.logins.add(PLUG, *device_rights("plug1")),
        }
        self.port = free_port()
        self.anonymous = anonymous
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        command = prepare(self.kind, self.folder, self.port, self.logins, anonymous=self.anonymous)
        environment = {**os.environ, **command.environment, "PYTHONPATH": str(ROOT)}
        with (self.folder / "stderr").open("ab") as stderr:
            self._process = subprocess.Popen(command.argv, env=environment, stderr=stderr)
        eventually(self._listens)

    def _listens(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, (self.folder / "stderr").read_text()
        return listens(self.port)

    def stop(self) -> int:
        """Ask it to stop; its exit code."""
        assert self._process is not None
        self._process.terminate()
        return self._process.wait(PATIENCE)

    def kill(self) -> None:
        assert self._process is not None
        self._process.kill()
        self._process.wait(PATIENCE)

    def restart(self) -> None:
        self.stop()
        self.start()

    def reload(self) -> None:
        reload(self.kind, self.folder, self.logins, self.pid)

    def save(self) -> None:
        """Return when what is retained now is on disk: Mosquitto is asked for it, amqtt does it in a second."""
        if self.kind == "mosquitto":
            path = self.folder / "mosquitto.db"
            before = path.stat().st_mtime_ns if path.exists() else 0
            os.kill(self.pid, signal.SIGUSR1)
            eventually(lambda: path.exists() and path.stat().st_mtime_ns != before)
        else:
            with self.client("saver") as saver:
                mark = f"saved/{next(_names)}"
                saver.publish(mark, b"x", retain=True)
            eventually(lambda: self._is_stored(mark))

    def _is_stored(self, topic: str) -> bool:
        database = sqlite3.connect(self.folder / "retained.db")
        try:
            return bool(database.execute("SELECT 1 FROM retained WHERE topic = ?", (topic,)).fetchone())
        finally:
            database.close()

    def memory(self) -> int:
        """Resident bytes."""
        return psutil.Process(self.pid).memory_info().rss

    def client(
        self,
        name: str | None = None,
        login: str = CORE,
        *,
        clean: bool = True,
        keepalive: int = 0,
        will: Received | None = None,
        receive_buffer: int | None = None,
    ) -> RawClient:
        """A client that has been let in."""
        client = RawClient(self.port, receive_buffer=receive_buffer)
        name = name or f"client{next(_names)}"
        _, code = client.connect(name, login, self.secrets[login], clean=clean, keepalive=keepalive, will=will)
        assert code == 0
        return client

    def close(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self.kill()


def _kinds() -> list[object]:
    absent = pytest.mark.skipif(mosquitto_program() is None, reason="the program mosquitto is not installed")
    return [pytest.param("mosquitto", marks=absent), "amqtt"]


@pytest.fixture(scope="module", params=_kinds())
def kind(request: pytest.FixtureRequest) -> BrokerKind:
    return cast(BrokerKind, request.param)


@pytest.fixture(scope="module")
def broker(kind: BrokerKind, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningBroker]:
    """One for all tests of a module, which keep apart by their topics."""
    running = RunningBroker(kind, tmp_path_factory.mktemp(kind))
    running.start()
    yield running
    running.close()


@pytest.fixture
def own_broker(kind: BrokerKind, tmp_path: Path) -> Iterator[RunningBroker]:
    """One for a single test that stops it, fills it or changes its logins."""
    running = RunningBroker(kind, tmp_path)
    running.start()
    yield running
    running.close()


@pytest.fixture
def tree() -> str:
    """A first level that no other test uses."""
    return f"tree{next(_names)}"
