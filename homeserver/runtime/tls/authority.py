"""The home's own certificate authority: made once, issues a certificate for each purpose, renews it in time.

RSA throughout, 2,048 bits for what a server shows: Tasmota knows nothing else. A renewed certificate keeps its key, so
that devices that know the key by its fingerprint need not be told. Keeps all of it in one folder, mode 600; no key is
ever printed or logged. Needs the library cryptography.
"""

import ipaddress
import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from homeserver.runtime.private_file import private_folder, write_private
from homeserver.runtime.tls.certificate import (
    REMEDY,
    AuthorityError,
    certificate_at,
    is_signed_by,
    key_at,
    names_in,
    pem_of,
    pem_of_key,
)
from homeserver.topics.record import record

LIFE: Final = timedelta(days=820)
"""Apple's devices accept 825 days at most, whoever issued it."""
RENEWED_BEFORE: Final = timedelta(days=60)
_AUTHORITY_LIFE: Final = timedelta(days=365 * 20)
_SLOW_CLOCKS: Final = timedelta(days=1)
_LONGEST_NAME: Final = 64


@record
class Issued:
    """A certificate for one purpose, its key, the authority's certificate, and whether this was made anew."""

    certificate: Path
    key: Path
    authority: Path
    renewed: bool


class Authority:
    """The authority in a folder, made where there is none; `home` names it for people."""

    def __init__(self, folder: Path, home: str, now: datetime) -> None:
        self.folder = folder
        self.path = folder / "authority.pem"
        self._key_path = folder / "authority.key"
        private_folder(folder)
        if not self.path.exists():
            self._make(home, now)
        self.certificate = certificate_at(self.path)
        self._key = key_at(self._key_path)
        if self._key.public_key() != self.certificate.public_key():
            raise AuthorityError(f"{self._key_path} is not the key of {self.path}: {REMEDY}")

    def _make(self, home: str, now: datetime) -> None:
        key = self._key_for(self._key_path, 3072)  # kept where only the certificate is lost: devices trust the key
        identity = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
        name = _name(f"{home} homeserver {identity.digest.hex()[:8]}")
        made = (
            _begun(name, name, key.public_key(), now, _AUTHORITY_LIFE)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_usage(signs_certificates=True), critical=True)
            .add_extension(identity, critical=False)
        )
        write_private(self.path, pem_of(made.sign(key, hashes.SHA256())))

    def issue(self, purpose: str, names: Sequence[str], now: datetime) -> Issued:
        """A certificate for these host names and addresses, the first being its common name; the old one if it serves.

        `names` must be as `names.checked` gives them.
        """
        certificate, key = (self.folder / f"{purpose}{ending}" for ending in (".pem", ".key"))
        kept = self._kept(certificate, key)
        if kept is not None and _serves(kept, names, now):
            return Issued(certificate, key, self.path, renewed=False)
        self._sign(certificate, self._key_for(key, 2048), names, now)
        return Issued(certificate, key, self.path, renewed=True)

    def _kept(self, certificate: Path, key: Path) -> x509.Certificate | None:
        """What was issued before, if it is ours and the key fits."""
        try:
            kept = certificate_at(certificate)
            fits = kept.public_key() == key_at(key).public_key()
        except AuthorityError:
            return None
        return kept if fits and is_signed_by(kept, self.certificate) else None

    def _key_for(self, path: Path, size: int) -> rsa.RSAPrivateKey:
        if path.exists():
            return key_at(path)
        key = rsa.generate_private_key(public_exponent=65537, key_size=size)
        write_private(path, pem_of_key(key))
        return key

    def _sign(self, path: Path, key: rsa.RSAPrivateKey, names: Sequence[str], now: datetime) -> None:
        issuer = self._key.public_key()
        made = (
            _begun(_name(names[0]), self.certificate.subject, key.public_key(), now, LIFE)
            .add_extension(x509.SubjectAlternativeName([_general(name) for name in names]), critical=False)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(signs_certificates=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer), critical=False)
            .sign(self._key, hashes.SHA256())
        )
        until = made.not_valid_after_utc.isoformat()
        write_private(path, pem_of(made))
        write_private(path.with_suffix(".json"), json.dumps({"names": list(names), "until": until}) + "\n")


def _begun(
    subject: x509.Name, issuer: x509.Name, key: rsa.RSAPublicKey, now: datetime, life: timedelta
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _SLOW_CLOCKS)
        .not_valid_after(now + life)
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_encipherment=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text[-_LONGEST_NAME:])])


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _serves(kept: x509.Certificate, names: Sequence[str], now: datetime) -> bool:
    """Whether it holds all of these names, and long enough; names that have gone do no harm."""
    in_time = kept.not_valid_before_utc <= now < kept.not_valid_after_utc - RENEWED_BEFORE
    return in_time and set(names) <= set(names_in(kept))
