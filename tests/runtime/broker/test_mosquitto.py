"""Mosquitto's generated files, and the production file beside the code."""

import os
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from homeserver.runtime.broker import mosquitto
from homeserver.runtime.broker.choice import mosquitto_program
from homeserver.runtime.broker.listener import Listener
from homeserver.runtime.broker.mosquitto import Settings
from homeserver.runtime.logins import Login, Logins
from homeserver.runtime.tls.authority import Authority
from tests.ports import free_port
from tests.runtime.broker_contract.conftest import eventually, listens
from tests.runtime.raw_client import RawClient

PRODUCTION = Path(__file__).parents[3] / "mosquitto" / "mosquitto.conf"
MEASURED = {
    "set_tcp_nodelay": "true",
    "max_queued_messages": "20000",
    "persistence": "true",
    "autosave_interval": "30",
    "message_size_limit": "1048576",
    "allow_anonymous": "false",
}


def lines(text: str) -> dict[str, str]:
    pairs = (line.partition(" ") for line in text.splitlines() if line and not line.startswith("#"))
    return {name: value for name, _, value in pairs}


@pytest.mark.parametrize("as_root", [True, False])
def test_generated_configuration_holds_every_measured_line(as_root: bool) -> None:
    settings = Settings(Path("/data/broker"), "127.0.0.1", 1884, anonymous=False, largest=1_048_576, as_root=as_root)
    got = lines(mosquitto.configuration(settings))
    assert got.items() >= MEASURED.items()
    assert got["listener"] == "1884 127.0.0.1"
    assert got.get("user") == ("root" if as_root else None)
    assert int(got["max_packet_size"]) >= 1_048_576 + 65_537 + 7


def test_production_configuration_holds_them_too() -> None:
    text = PRODUCTION.read_text("utf-8")
    got = lines(text)
    assert got.items() >= MEASURED.items()
    assert [line for line in text.splitlines() if line.startswith("listener")] == ["listener 1883", "listener 8883"]
    assert got.items() >= {"certfile": "/mosquitto/data/broker.pem", "tls_version": "tlsv1.2"}.items()
    assert got["password_file"].startswith("/mosquitto/")
    assert got["acl_file"].startswith("/mosquitto/")


def test_listeners_come_last_each_with_its_own_lines() -> None:
    """Whatever stands after `listener` may be that listener's own; what is for all stands before."""
    tls = Listener(8883, "", Path("/data/tls/broker.pem"), Path("/data/tls/broker.key"))
    settings = Settings(Path("/b"), "127.0.0.1", 1883, False, 1000, True, (tls, Listener(1884, "10.0.0.7")))
    text = mosquitto.configuration(settings)
    rows = [line for line in text.splitlines() if line and not line.startswith("#")]
    assert rows[-5:] == [
        "listener 8883", "certfile /data/tls/broker.pem", "keyfile /data/tls/broker.key", "tls_version tlsv1.2",
        "listener 1884 10.0.0.7",
    ]  # fmt: skip
    assert "user root" in rows[:-5]


def test_rights_are_lines_per_login_and_never_a_pattern() -> None:
    logins = {
        "process.core": Login("process.core", ("#", "$SYS/#"), ("#",)),
        "device.mute": Login("device.mute", (), ()),
    }
    assert mosquitto.rights(logins, anonymous=False) == (
        "user process.core\ntopic read #\ntopic read $SYS/#\ntopic write #\n\nuser device.mute\n"
    )


def test_anonymous_rights_stand_before_the_first_user() -> None:
    text = mosquitto.rights({"device.a": Login("device.a", ("a",), ())}, anonymous=True)
    assert text.startswith("topic readwrite #\n\nuser device.a\n")


def test_passwords() -> None:
    assert (
        mosquitto.passwords({"process.core": "$7$101$c2FsdA==$aGFzaA=="}) == "process.core:$7$101$c2FsdA==$aGFzaA==\n"
    )


@pytest.mark.skipif(mosquitto_program() is None, reason="the program mosquitto is not installed")
def test_production_configuration_is_understood_by_mosquitto(tmp_path: Path) -> None:
    """The very file, with its folders and its ports moved to where a test may use them."""
    logins, now = Logins(tmp_path / "logins"), datetime.now(UTC)
    secret = logins.ensure("process.core", ("#",), ("#",))
    Authority(tmp_path / "data", "Home", now).issue("broker", ("127.0.0.1",), now)
    mosquitto.write_logins(tmp_path / "data", logins, anonymous=False)
    port, config = free_port(), tmp_path / "mosquitto.conf"
    text = PRODUCTION.read_text("utf-8").replace("/mosquitto/", f"{tmp_path}/")
    text = text.replace("listener 1883", f"listener {port} 127.0.0.1")
    text = text.replace("listener 8883", f"listener {free_port()} 127.0.0.1")
    config.write_text(text + ("user root\n" if os.geteuid() == 0 else ""))
    argv = [str(mosquitto_program()), "-c", str(config)]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        try:
            eventually(lambda: listens(port) or process.poll() is not None)
            with RawClient(port) as client:
                assert client.connect("core", "process.core", secret) == (False, 0)
        finally:
            process.terminate()
        assert process.stdout is not None
        assert "Error" not in process.stdout.read()
    assert process.returncode == 0
