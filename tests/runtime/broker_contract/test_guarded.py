"""Both brokers as a home runs them: under the guard, which passes HUP on and takes them along when it dies."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from homeserver.runtime.broker import BrokerKind, prepare, reload
from tests.runtime.broker_contract.conftest import ROOT, RunningBroker, eventually, listens
from tests.runtime.raw_client import RawClient


class GuardedBroker(RunningBroker):
    """`pid` is the guard's."""

    def start(self) -> None:
        command = prepare(self.kind, self.folder, self.port, self.logins)
        argv = [sys.executable, "-m", "homeserver.runtime.guard", "--", *command.argv]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        with (self.folder / "stderr").open("ab") as stderr:
            self._process = subprocess.Popen(argv, env=environment, stderr=stderr, stdin=subprocess.PIPE)
        eventually(lambda: listens(self.port))

    def close(self) -> None:
        assert self._process is not None
        with self._process:
            self._process.kill()


@pytest.fixture
def guarded(kind: BrokerKind, tmp_path: Path) -> Iterator[GuardedBroker]:
    broker = GuardedBroker(kind, tmp_path)
    broker.start()
    yield broker
    broker.close()


def test_reload_reaches_the_broker_through_its_guard(guarded: GuardedBroker) -> None:
    secret = guarded.logins.add("device.fresh", ("fresh/#",), ("fresh/#",))
    reload(guarded.kind, guarded.folder, guarded.logins, guarded.pid)

    def is_let_in() -> bool:
        with RawClient(guarded.port) as client:
            return client.connect("fresh", "device.fresh", secret)[1] == 0

    eventually(is_let_in)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux kernels end a child with its parent")
def test_broker_dies_with_a_killed_guard(guarded: GuardedBroker) -> None:
    [broker] = psutil.Process(guarded.pid).children()
    guarded.kill()
    eventually(lambda: not broker.is_running() or broker.status() == psutil.STATUS_ZOMBIE)
    eventually(lambda: not listens(guarded.port))  # its threads may end a moment later
