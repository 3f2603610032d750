"""What `prepare` writes, with which modes, and what it refuses. How it runs is proved by the contract suite."""

import json
import os
import signal
import stat
from pathlib import Path

import pytest

from homeserver.runtime.broker import BrokerError, BrokerKind, prepare, reload
from homeserver.runtime.broker.choice import mosquitto_program
from homeserver.runtime.broker.listener import Listener
from homeserver.runtime.logins import Logins

KINDS: list[BrokerKind] = ["amqtt", "mosquitto"] if mosquitto_program() else ["amqtt"]


@pytest.fixture
def logins(tmp_path: Path) -> Logins:
    logins = Logins(tmp_path / "logins")
    logins.ensure("process.core", ("#",), ("#",))
    return logins


@pytest.mark.parametrize("kind", KINDS)
def test_writes_files_that_only_the_owner_reads_and_no_secret(kind: BrokerKind, tmp_path: Path, logins: Logins) -> None:
    command = prepare(kind, tmp_path / "my broker", 18_830, logins)
    assert (command.kind, command.host, command.port) == (kind, "127.0.0.1", 18_830)
    assert stat.S_IMODE((tmp_path / "my broker").stat().st_mode) == 0o700
    assert command.files
    for path in command.files:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert logins.secret("process.core") not in path.read_text()
    assert logins.secret("process.core") not in " ".join(command.argv)
    assert str(command.files[0]) in command.argv


@pytest.mark.parametrize("kind", KINDS)
def test_anonymous_access_stays_on_this_machine(kind: BrokerKind, tmp_path: Path, logins: Logins) -> None:
    for bind in ("0.0.0.0", "192.168.1.5", "::", "nas.local"):
        with pytest.raises(BrokerError, match=r"loopback only.*make logins instead"):
            prepare(kind, tmp_path / "broker", 18_830, logins, anonymous=True, bind=bind)
    for bind in ("127.0.0.1", "127.0.0.2", "::1", "localhost"):
        assert prepare(kind, tmp_path / "broker", 18_830, logins, anonymous=True, bind=bind).host == bind
    for host in ("", "192.168.1.10"):  # a listener beside the first is no way round that
        with pytest.raises(BrokerError, match="loopback only"):
            prepare(kind, tmp_path / "broker", 18_830, logins, anonymous=True, listeners=(Listener(8883, host),))


@pytest.mark.parametrize("port", [0, -1, 65_536])
def test_impossible_port(tmp_path: Path, logins: Logins, port: int) -> None:
    with pytest.raises(BrokerError, match="between 1 and 65535"):
        prepare("amqtt", tmp_path, port, logins)


def test_outside_broker_is_not_ours_to_prepare(tmp_path: Path, logins: Logins) -> None:
    with pytest.raises(BrokerError, match="nothing to prepare"):
        prepare("external", tmp_path, 1883, logins)


def test_embedded_settings(tmp_path: Path, logins: Logins) -> None:
    command = prepare("amqtt", tmp_path / "broker", 18_830, logins, bind="::1", largest=1000)
    assert json.loads(command.files[0].read_text()) == {
        "bind": "::1", "port": 18_830, "anonymous": False, "largest": 1000,
        "logins": str(logins.folder), "store": str(tmp_path / "broker" / "retained.db"), "listeners": [],
    }  # fmt: skip


def test_reload_rewrites_and_signals(tmp_path: Path, logins: Logins, monkeypatch: pytest.MonkeyPatch) -> None:
    signals: list[tuple[int, int]] = []
    monkeypatch.setattr(os, "kill", lambda pid, number: signals.append((pid, number)))
    for kind in KINDS:
        prepare(kind, tmp_path / kind, 18_830, logins, anonymous=True)
    logins.add("device.plug1", ("plug1/#",), ())
    for kind in KINDS:
        reload(kind, tmp_path / kind, logins, 4711)
    assert signals == [(4711, signal.SIGHUP)] * len(KINDS)
    reload("external", tmp_path, logins, 4711)
    assert len(signals) == len(KINDS)
    if "mosquitto" in KINDS:
        acl = (tmp_path / "mosquitto" / "acl").read_text()
        assert acl.startswith("topic readwrite #\n")  # still anonymous
        assert "user device.plug1\ntopic read plug1/#\n" in acl
