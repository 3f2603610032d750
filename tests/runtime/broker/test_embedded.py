"""The embedded broker as a process of its own: start, stop, and what it says when it cannot."""

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from homeserver.runtime.broker import prepare
from homeserver.runtime.logins import Logins
from tests.ports import free_port
from tests.runtime.broker_contract.conftest import CORE, RunningBroker, eventually
from tests.runtime.raw_client import RawClient

ROOT = Path(__file__).parents[3]


def run(config: Path) -> "subprocess.CompletedProcess[str]":
    argv = [sys.executable, "-m", "homeserver.runtime.broker.embedded", "--config", str(config)]
    return subprocess.run(argv, capture_output=True, text=True, cwd=ROOT, check=False, timeout=20)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_stops_cleanly_when_asked_to(tmp_path: Path, number: int) -> None:
    running = RunningBroker("amqtt", tmp_path)
    running.start()
    with running.client() as core, RawClient(running.port):
        core.publish("a", b"1", retain=True)
        os.kill(running.pid, number)
        assert running.stop() == 0
    assert (tmp_path / "broker" / "stderr").read_text() == ""


def test_port_in_use_is_said_in_one_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        command = prepare("amqtt", tmp_path / "broker", taken.getsockname()[1], Logins(tmp_path / "logins"))
        done = run(command.files[0])
    assert done.returncode == 1
    assert "cannot run" in done.stderr
    assert "address already in use" in done.stderr.lower()
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", json.dumps({"port": 1})])
def test_broken_configuration_is_said_in_one_line(tmp_path: Path, text: str) -> None:
    config = tmp_path / "embedded.json"
    config.write_text(text)
    done = run(config)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "cannot run" in done.stderr


def test_unreadable_logins_leave_the_running_ones_as_they_are(tmp_path: Path) -> None:
    running, stderr = RunningBroker("amqtt", tmp_path), tmp_path / "broker" / "stderr"
    try:
        running.start()
        with running.client() as core:
            good = running.logins.path.read_text()
            running.logins.path.write_text("{")
            running.reload()
            eventually(lambda: "the logins stay as they were" in stderr.read_text())
            core.ping()
            running.logins.path.write_text(good)
        running.client(login=CORE).disconnect()
        running.stop()
    finally:
        running.close()


@pytest.mark.skipif(not socket.has_ipv6, reason="needs IPv6")
def test_listens_on_ipv6(tmp_path: Path) -> None:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        pytest.skip("this machine has no IPv6 loopback")
    port = free_port()
    command = prepare("amqtt", tmp_path / "broker", port, Logins(tmp_path / "logins"), bind="::1")
    with subprocess.Popen(command.argv, cwd=ROOT) as process:
        try:
            eventually(lambda: _listens(port) or process.poll() is not None)
        finally:
            process.terminate()
    assert process.returncode == 0


def _listens(port: int) -> bool:
    with socket.socket(socket.AF_INET6) as probe:
        return probe.connect_ex(("::1", port)) == 0
