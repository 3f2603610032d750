"""The program that renews: only where it is due, only the home's own, and what it says when it cannot."""

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from homeserver.runtime.listeners import Listeners, PlainListener, SecureListener, write_listeners
from homeserver.runtime.tls import here, renewal
from homeserver.runtime.tls.authority import LIFE
from homeserver.runtime.tls.certificate import certificate_at, names_in
from homeserver.runtime.tls.here import BadHostError, checked
from homeserver.runtime.tls.names import names_of_machine


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> object:
    def program() -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["renewal", "--data", str(tmp_path)])
        code = renewal.main()
        return code, *capsys.readouterr()

    return program


def test_it_renews_what_is_due_and_nothing_else(tmp_path: Path, run: object) -> None:
    assert callable(run)
    assert run() == (0, "", "")  # nobody asked for a listener
    write_listeners(tmp_path, Listeners(plain=PlainListener()))
    assert run() == (0, "", "")
    write_listeners(tmp_path, Listeners(tls=SecureListener(names=("home.example.org",))))
    certificate = tmp_path / "tls" / "broker.pem"
    assert run() == (0, f"renewed {certificate}\n", "")
    assert names_in(certificate_at(certificate))[0] == "home.example.org"
    assert set(names_of_machine()) < set(names_in(certificate_at(certificate)))
    assert run() == (0, "", "")
    renewal.renew(tmp_path, "x", ["other.example.org"], datetime.now(UTC) - LIFE + timedelta(days=1))
    assert run() == (0, f"renewed {certificate}\n", "")
    (tmp_path / "tls" / "authority.key").write_text("nonsense")
    code, out, err = run()
    assert (code, out) == (1, "")
    assert "authority.key holds no readable key" in err
    mine = SecureListener(certificate=tmp_path / "a.pem", key=tmp_path / "a.key")
    write_listeners(tmp_path, Listeners(tls=mine))
    assert run() == (0, "", "")  # given files are their giver's business


def test_names_of_this_machine() -> None:
    names = names_of_machine()
    assert names[0] == here.host_name()
    assert {"localhost", "127.0.0.1", "::1"} <= set(names)
    address = here.network_address()
    assert not address or address in names
    assert not any(name.startswith("fe80") or "%" in name for name in names)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Home.Example.ORG.", "home.example.org"),
        ("[FD00:0::10]", "fd00::10"),
        ("192.168.1.10", "192.168.1.10"),
        ("my_nas", "my_nas"),
    ],
)
def test_names_are_spelt_as_certificates_do(text: str, name: str) -> None:
    assert checked(text) == name


@pytest.mark.parametrize(
    "text", ["", "a b", "*.example.org", "-x", "häuschen", "a..b", "x\nlistener 1", "a" * 64, "mqtts://x"]
)
def test_what_is_no_name_is_refused(text: str) -> None:
    with pytest.raises(BadHostError, match="neither a host name nor an IP address"):
        checked(text)
