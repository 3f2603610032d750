"""The authority: what it issues stands up to a strict judge, is renewed in time, and keeps its key."""

import base64
import hashlib
import ipaddress
import shutil
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

from homeserver.runtime.tls.authority import LIFE, RENEWED_BEFORE, Authority
from homeserver.runtime.tls.certificate import (
    AuthorityError,
    certificate_at,
    names_in,
    tasmota_fingerprint,
    valid_until,
)

NOW = datetime(2026, 11, 22, tzinfo=UTC)
NAMES = ("home.example.org", "nas.local", "192.168.1.10", "fd00::10")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an authority and one certificate: keys take a while to find."""
    folder = tmp_path_factory.mktemp("made") / "tls"
    Authority(folder, "The house", NOW).issue("broker", NAMES, NOW)
    return folder


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    """A copy that a test may change."""
    return Path(shutil.copytree(made, tmp_path / "tls"))


def is_accepted(certificate: Path, authority: x509.Certificate, name: str, when: datetime = NOW) -> bool:
    """The judgement of a validator that keeps to the web's rules."""
    policy = PolicyBuilder().store(Store([authority])).time(when)
    subject: x509.DNSName | x509.IPAddress
    try:
        subject = x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        subject = x509.DNSName(name)
    try:
        policy.build_server_verifier(subject).verify(certificate_at(certificate), [])
    except VerificationError:
        return False
    return True


def test_what_it_issues_proves_each_name_and_no_other(made: Path) -> None:
    authority = certificate_at(made / "authority.pem")
    assert all(is_accepted(made / "broker.pem", authority, name) for name in NAMES)
    assert not is_accepted(made / "broker.pem", authority, "other.example.org")
    assert not is_accepted(made / "broker.pem", authority, "192.168.1.11")
    assert not is_accepted(made / "broker.pem", authority, NAMES[0], NOW + LIFE + timedelta(days=1))
    assert names_in(certificate_at(made / "broker.pem")) == list(NAMES)


def test_only_its_owner_can_read_any_of_it(made: Path) -> None:
    assert stat.S_IMODE(made.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in made.iterdir()} == {0o600}
    assert {file.name for file in made.iterdir()} == {
        "authority.pem", "authority.key", "broker.pem", "broker.key", "broker.json"
    }  # fmt: skip


def test_a_certificate_that_serves_is_left_alone(folder: Path) -> None:
    before = (folder / "broker.pem").read_bytes()
    issued = Authority(folder, "x", NOW).issue("broker", NAMES[1:], NOW + LIFE - RENEWED_BEFORE - timedelta(days=1))
    assert not issued.renewed
    assert (folder / "broker.pem").read_bytes() == before


@pytest.mark.parametrize(
    ("names", "later"),
    [
        pytest.param((*NAMES, "10.0.0.7"), timedelta(0), id="a new address"),
        pytest.param(NAMES, LIFE - RENEWED_BEFORE, id="the end is near"),
    ],
)
def test_a_renewed_certificate_keeps_its_key(folder: Path, names: tuple[str, ...], later: timedelta) -> None:
    authority, key = certificate_at(folder / "authority.pem"), (folder / "broker.key").read_bytes()
    known_by = tasmota_fingerprint(certificate_at(folder / "broker.pem"))
    issued = Authority(folder, "x", NOW).issue("broker", names, NOW + later)
    assert issued.renewed
    assert (folder / "broker.key").read_bytes() == key
    assert tasmota_fingerprint(certificate_at(issued.certificate)) == known_by
    assert all(is_accepted(issued.certificate, authority, name, NOW + later) for name in names)
    assert valid_until(certificate_at(issued.certificate)) == NOW + later + LIFE


def test_a_lost_certificate_of_the_authority_is_made_again_from_its_key(folder: Path) -> None:
    old = certificate_at(folder / "authority.pem")
    (folder / "authority.pem").unlink()
    issued = Authority(folder, "The house", NOW).issue("broker", (*NAMES, "10.0.0.7"), NOW)
    assert is_accepted(issued.certificate, old, "10.0.0.7")  # devices that trusted the old one need not be told


def test_what_another_authority_issued_is_issued_anew(folder: Path, tmp_path: Path) -> None:
    for lost in ("authority.pem", "authority.key"):
        (folder / lost).unlink()
    authority = Authority(folder, "Another", NOW)
    issued = authority.issue("broker", NAMES, NOW)
    assert issued.renewed
    assert is_accepted(issued.certificate, authority.certificate, NAMES[0])


@pytest.mark.parametrize("file", ["authority.pem", "authority.key", "broker.key"])
def test_a_broken_file_is_named_with_the_remedy_and_without_its_content(folder: Path, file: str) -> None:
    (folder / file).write_text("-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n")
    with pytest.raises(AuthorityError, match=file) as caught:
        Authority(folder, "x", NOW).issue("broker", (*NAMES, "10.0.0.7"), NOW)
    assert "c2VjcmV0" not in str(caught.value)


def test_a_key_of_somebody_else_is_found_out(folder: Path) -> None:
    shutil.copy(folder / "broker.key", folder / "authority.key")
    with pytest.raises(AuthorityError, match=r"authority\.key is not the key of .*authority\.pem"):
        Authority(folder, "x", NOW)


def test_tasmota_knows_the_key_by_its_numbers(made: Path) -> None:
    """The same numbers as in OpenSSH's form of the key, where each follows its length, read from there."""
    certificate = certificate_at(made / "broker.pem")
    key = certificate.public_key()
    line = key.public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH)
    rest, parts = base64.b64decode(line.split()[1]), []
    while rest:
        size = int.from_bytes(rest[:4], "big")
        parts.append(rest[4 : 4 + size].lstrip(b"\0"))
        rest = rest[4 + size :]
    assert parts[0] == b"ssh-rsa"
    wanted = hashlib.sha1(b"".join(len(part).to_bytes(4, "big") + part for part in parts)).hexdigest().upper()
    assert tasmota_fingerprint(certificate) == " ".join(wanted[i : i + 2] for i in range(0, 40, 2))
