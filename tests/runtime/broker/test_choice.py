"""Which broker is chosen, and what an address may hold."""

from pathlib import Path

import pytest

from homeserver.runtime.broker import choice
from homeserver.runtime.broker.choice import Address, BrokerError, choose


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine whose only program folders are this one, on PATH, and `sbin` in it, which is not."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(choice, "MORE_PLACES", (str(tmp_path / "sbin"),))
    (tmp_path / "sbin").mkdir()
    return tmp_path


def install(folder: Path) -> Path:
    program = folder / "mosquitto"
    program.touch(0o755)
    return program


@pytest.mark.parametrize("folder", ["", "sbin"])
def test_auto_takes_mosquitto_where_it_is_installed(programs: Path, folder: str) -> None:
    program = install(programs / folder)
    assert choose("auto") == choose("mosquitto") == "mosquitto"
    assert choice.mosquitto_program() == str(program)
    assert choose("amqtt") == "amqtt"


def test_auto_takes_amqtt_where_mosquitto_is_missing(programs: Path) -> None:
    assert choose("auto") == "amqtt"
    with pytest.raises(BrokerError, match=r"not found in PATH.*apt install mosquitto"):
        choose("mosquitto")


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("mqtt://nas", Address("nas", 1883)),
        ("mqtt://process.core@nas:1884/", Address("nas", 1884, "process.core")),
        ("mqtt://[::1]:99", Address("::1", 99)),
        ("mqtts://nas", Address("nas", 8883, tls=True)),
        ("mqtts://process.core@nas:1884", Address("nas", 1884, "process.core", tls=True)),
    ],
)
def test_address(text: str, address: Address) -> None:
    assert choose(text) == "external"
    assert Address.parse(text) == address


def test_secret_in_an_address_is_refused_and_not_repeated() -> None:
    with pytest.raises(BrokerError, match="leave the password out") as refusal:
        choose("mqtt://anna:hunter2@nas")
    assert "hunter2" not in str(refusal.value)


@pytest.mark.parametrize(
    "text",
    ["", "Auto", "nas", "nas:1883", "http://nas", "mqtt://", "mqtt://nas:x", "mqtt://nas:99999", "mqtt://nas:0",
     "mqtt://nas/path", "mqtt://nas?x=1", "mqtt://[::1"],
)  # fmt: skip
def test_what_is_neither_says_what_is_possible(text: str) -> None:
    with pytest.raises(BrokerError, match=r"mqtt://|Port|IPv6"):
        choose(text)
