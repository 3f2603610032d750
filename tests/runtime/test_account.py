"""Accounts: which broker, which login, which secret, and what is said when one is missing."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from homeserver.runtime.account import AccountError, LoginFile, account_of, read_login_file, write_login_file
from homeserver.runtime.home_settings import HomeSettings
from homeserver.runtime.logins import Logins
from homeserver.runtime.running import occupy
from homeserver.runtime.settings import Settings
from homeserver.runtime.tls.authority import Authority


def home(folder: Path, **options: Any) -> HomeSettings:
    return Settings.load({"data": folder, **options}, [], {}).home


def test_a_broker_without_a_login_wants_no_secret(tmp_path: Path) -> None:
    account = account_of(home(tmp_path, broker="mqtt://10.0.0.9:2000"), "attic")
    assert (account.process, account.login) == ("attic", "process.attic")
    assert (account.address.host, account.address.port) == ("10.0.0.9", 2000)
    assert (account.address.username, account.address.secret) == (None, None)


def test_a_login_in_the_address_takes_its_secret_from_the_data_folder(tmp_path: Path) -> None:
    secret = Logins(tmp_path).ensure("process.core", ("#",), ("#",))
    account = account_of(home(tmp_path, broker="mqtt://process.core@127.0.0.1:2000"), "whatever")
    assert (account.process, account.login) == ("core", "process.core")
    assert (account.address.username, account.address.secret) == ("process.core", secret)


def test_a_login_of_somebody_elses_broker_takes_the_password_that_was_set(tmp_path: Path) -> None:
    settings = Settings.load(
        {"data": tmp_path, "broker": "mqtt://house@10.0.0.9"}, [], {"HOMESERVER_BROKER_PASSWORD": "hunter2"}
    )
    account = account_of(settings.home, "core")
    assert (account.process, account.login) == ("core", "process.core")
    assert (account.address.username, account.address.secret) == ("house", "hunter2")
    assert "hunter2" not in repr(account)


def test_without_an_address_it_is_the_home_that_runs_here(tmp_path: Path) -> None:
    secret = Logins(tmp_path).ensure("process.cli", ("#",), ())
    with pytest.raises(AccountError, match="homeserver up"):
        account_of(home(tmp_path), "cli")
    with occupy(tmp_path, "mqtt://127.0.0.1:2000", "http://127.0.0.1:1/", login=True):
        account = account_of(home(tmp_path), "cli")
        assert (account.address.port, account.address.username, account.address.secret) == (2000, "process.cli", secret)
    with occupy(tmp_path, "mqtt://127.0.0.1:2001", "http://127.0.0.1:1/", login=False):
        assert account_of(home(tmp_path), "cli").address.username is None


def test_a_login_file_names_all(tmp_path: Path) -> None:
    path = tmp_path / "attic.login"
    write_login_file(path, LoginFile(broker="mqtt://10.0.0.9:2000", login="process.attic", secret="hunter2"))
    assert path.stat().st_mode & 0o777 == 0o600
    account = account_of(home(tmp_path, login_file=path), "media")
    assert (account.process, account.login) == ("attic", "process.attic")
    assert (account.address.host, account.address.secret) == ("10.0.0.9", "hunter2")
    elsewhere = account_of(home(tmp_path, login_file=path, broker="mqtt://10.0.0.7:2000"), "media")
    assert elsewhere.address.host == "10.0.0.7"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("no json", "attic.login"),
        (json.dumps({"broker": "mqtt://x", "login": "anna", "secret": "hunter2"}), "login"),
        (json.dumps({"broker": "mqtt://x", "secret": "hunter2"}), "login: Field required"),
    ],
)
def test_a_bad_login_file_is_named_without_its_secret(tmp_path: Path, content: str, words: str) -> None:
    path = tmp_path / "attic.login"
    path.write_text(content)
    with pytest.raises(AccountError, match=words) as caught:
        read_login_file(path)
    assert "hunter2" not in str(caught.value)


def test_a_missing_secret_is_named(tmp_path: Path) -> None:
    with pytest.raises(AccountError, match=r"secret of login 'process\.core' is not kept"):
        account_of(home(tmp_path, broker="mqtt://process.core@127.0.0.1:2000"), "core")
    with pytest.raises(AccountError, match="cannot be read"):
        account_of(home(tmp_path, login_file=tmp_path / "nowhere"), "core")


# -- with TLS

PEM = "-----BEGIN CERTIFICATE-----\nbm9uZQ==\n-----END CERTIFICATE-----\n"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("authority")
    return Authority(folder, "Home", datetime.now(UTC)).path


def test_a_login_file_brings_the_authority_and_the_devices(tmp_path: Path, authority: Path) -> None:
    path, pem = tmp_path / "attic.login", authority.read_text()
    file = LoginFile(
        broker="mqtts://nas", login="process.attic", secret="x", authority=pem, devices={"device.demo": "hunter2"}
    )
    write_login_file(path, file)
    assert read_login_file(path) == file
    account = account_of(home(tmp_path, login_file=path), "media")
    assert (account.address.port, account.address.tls, account.address.authority) == (8883, True, pem)
    assert account.devices == {"device.demo": "hunter2"}
    assert "hunter2" not in repr(account) + repr(file)


def test_an_address_with_tls_takes_the_authority_that_is_named(tmp_path: Path, authority: Path) -> None:
    options = {"broker": "mqtts://nas:8884", "broker_authority": authority}
    address = account_of(home(tmp_path, **options), "core").address
    assert (address.tls, address.authority) == (True, authority.read_text())
    assert repr(address) == "mqtts://nas:8884"
    named = home(tmp_path, **{**options, "broker": "mqtts://process.core@nas:8884"}, broker_password="hunter2")
    assert account_of(named, "core").address.authority == authority.read_text()
    trusted = account_of(home(tmp_path, broker="mqtts://nas"), "core").address
    assert (trusted.tls, trusted.authority) == (True, None)


def test_what_is_no_authority_is_told_by_name(tmp_path: Path) -> None:
    for content, words in ((None, "No such file"), (b"\xff", "no certificate in PEM form"), (PEM.encode(), "PEM form")):
        path = tmp_path / "ca.pem"
        if content is not None:
            path.write_bytes(content)
        with pytest.raises(AccountError, match=words):
            account_of(home(tmp_path, broker="mqtts://nas", broker_authority=path), "core")
