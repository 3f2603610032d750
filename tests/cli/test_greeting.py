"""What is said of a home that is up: what a person at a terminal needs, and nothing that must not lie in a log."""

import sys
from pathlib import Path

import pytest

from homeserver import workers
from homeserver.bridge.proofs.invitations import owner_exists
from homeserver.cli.greeting import tell_ready
from homeserver.runtime.broker.listener import Listener
from homeserver.runtime.clock import RealClock
from homeserver.runtime.journal import Journal
from homeserver.runtime.settings import Settings
from homeserver.runtime.supervisor import Supervisor


@pytest.fixture
def greeting(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> "Greeting":
    return Greeting(tmp_path, capsys)


class Greeting:
    """What a home with these settings would say; nothing is started."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self._capsys = capsys

    def __call__(self, **options: object) -> str:
        settings = Settings.load({"data": self.folder, **options}, [], {})
        journal = Journal(self.folder / "logs")
        tell_ready(settings, Supervisor(settings, workers.plan(), journal, RealClock(), print), 1.0, whole=True)
        return self._capsys.readouterr().out


def test_the_first_owners_link_is_shown_to_a_terminal_only_until_there_is_one(
    greeting: Greeting, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = greeting()
    token = (greeting.folder / "http-token").read_text().strip()
    assert token not in kept
    assert f"http://127.0.0.1:8321/, its key is in {greeting.folder}/http-token" in kept
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    first, second = greeting(), greeting()
    welcome = (greeting.folder / "http-welcome").read_text().strip()
    assert f"http://127.0.0.1:8321/auth/welcome#welcome={welcome}\n" in second
    assert welcome not in first, "each start makes a fresh one"
    assert token not in second
    owner_exists(greeting.folder, True)
    assert "page       http://127.0.0.1:8321/\n" in greeting()
    assert not (greeting.folder / "http-welcome").exists()


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.10"])
def test_a_broker_that_is_open_to_the_network_is_warned_of(greeting: Greeting, host: str) -> None:
    said = greeting(mqtt_host=host, broker="amqtt")
    assert f"warning    the broker speaks without TLS on {host}:1883" in said
    assert "`homeserver listen`" in said
    assert "127.0.0.1:1883" not in said, "devices in the network cannot reach that"


@pytest.mark.parametrize("options", [{"broker": "amqtt"}, {"broker": "mqtt://10.0.0.1", "mqtt_host": "0.0.0.0"}])
def test_one_that_is_not_or_is_not_ours_is_not(greeting: Greeting, options: dict[str, str]) -> None:
    assert "TLS" not in greeting(**options)


def test_where_devices_come_in_is_told(greeting: Greeting, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "`homeserver listen` lets your network in" in greeting(broker="amqtt")
    doors = (Listener(8883, "10.0.0.7", Path("c"), Path("k")), Listener(1884, "10.0.0.7"))
    monkeypatch.setattr(Supervisor, "listeners", doors)
    said = greeting(broker="amqtt")
    assert "in your network to mqtts://10.0.0.7:8883" in said
    assert "in your network to mqtt://10.0.0.7:1884" in said
    assert "homeserver listen" not in said
