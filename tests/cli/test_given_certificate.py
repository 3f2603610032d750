"""Certificates of people's own: what no device would accept is refused, and what some would not is said."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from homeserver.cli.given_certificate import check, is_for, name_for
from homeserver.runtime.tls.context import CertificateFilesError

NOW = datetime.now(UTC)
Signed = tuple[x509.Certificate, ec.EllipticCurvePrivateKey]


def certificate(name: str, by: Signed | None = None, *names: str, begins: int = -1, days: int = 10) -> Signed:
    """Valid from `begins` days from now, for so many days; without `by` it vouches for itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    begin = NOW + timedelta(days=begins)
    made = (
        x509.CertificateBuilder(
            by[0].subject if by else subject, subject, key.public_key(), x509.random_serial_number()
        )
        .not_valid_before(begin)
        .not_valid_after(begin + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=not names, path_length=None), critical=True)
    )
    if names:
        made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName(one) for one in names]), critical=False)
    return made.sign(by[1] if by else key, hashes.SHA256()), key


def pem(*certificates: Signed) -> bytes:
    return b"".join(one.public_bytes(serialization.Encoding.PEM) for one, _ in certificates)


class Files:
    def __init__(self, folder: Path) -> None:
        self.authority, self.certificate, self.key = (folder / name for name in ("ca.pem", "c.pem", "c.key"))
        self.root = certificate("root")
        self.authority.write_bytes(pem(self.root))

    def write(self, *chain: Signed, password: bytes = b"") -> None:
        self.certificate.write_bytes(pem(*chain))
        lock = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
        form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
        self.key.write_bytes(chain[0][1].private_bytes(*form, lock))
        self.key.chmod(0o600)

    def check(self, authority: bool = True) -> list[str]:
        return list(check(self.certificate, self.key, self.authority if authority else None, NOW))


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path)


@pytest.mark.parametrize("authority", [True, False])
def test_what_no_device_would_accept_is_refused(files: Files, authority: bool) -> None:
    for begins, words in ((-30, "has expired on"), (5, "is not valid before")):
        files.write(certificate("home", files.root, "home.example.org", begins=begins))
        with pytest.raises(CertificateFilesError, match=words):
            files.check(authority)
    files.write(certificate("home", files.root, "home.example.org"), password=b"secret")
    with pytest.raises(CertificateFilesError, match="protected by a password"):
        files.check(authority)


def test_a_gap_in_the_chain_is_found(files: Files) -> None:
    between = certificate("between", files.root)
    leaf = certificate("home", between, "home.example.org")
    files.write(leaf)
    with pytest.raises(CertificateFilesError, match="a certificate between the two belongs into the same file"):
        files.check()
    files.write(leaf, between)
    assert files.check() == []
    (warning,) = files.check(authority=False)
    assert "what this machine trusts does not vouch for" in warning
    assert "give that with --ca" in warning
    files.key.chmod(0o644)
    assert "can be read by others" in files.check()[0]


def test_devices_are_told_a_name_that_is_in_it(files: Files) -> None:
    files.write(certificate("home", files.root, "localhost", "*.lan", "home.example.org"))
    assert name_for(files.certificate, "192.168.1.10") == "home.example.org"
    assert name_for(files.certificate, "nas.lan") == "nas.lan"
    assert not is_for(files.certificate, "192.168.1.10")
    files.write(certificate("home", files.root, "localhost"))
    assert name_for(files.certificate, "192.168.1.10") == "192.168.1.10", "there is no better one"
