"""Reads and writes single certificates and keys in PEM form, and says what devices know them by.

Needs the library cryptography. Keeps nothing.
"""

import hashlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa

REMEDY: Final = "restore both from a backup; or remove the folder, and every device must be given the new authority"


class AuthorityError(Exception):
    """A certificate or key cannot be used; the text says which file, why, and what to do."""


def certificate_at(path: Path) -> x509.Certificate:
    """The first certificate of a PEM file; raises `AuthorityError`."""
    try:
        return x509.load_pem_x509_certificate(path.read_bytes())
    except OSError as error:
        raise AuthorityError(f"{path} cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise AuthorityError(f"{path} holds no certificate in PEM form") from error


def key_at(path: Path) -> rsa.RSAPrivateKey:
    """An RSA key of a PEM file; raises `AuthorityError`, which never holds any of it."""
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), None)
    except OSError as error:
        raise AuthorityError(f"{path} cannot be read: {error.strerror}. {REMEDY.capitalize()}") from error
    except (ValueError, TypeError):
        raise AuthorityError(f"{path} holds no readable key in PEM form: {REMEDY}") from None
    if not isinstance(key, rsa.RSAPrivateKey):
        raise AuthorityError(f"{path} holds no RSA key: {REMEDY}")
    return key


def pem_of(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def pem_of_key(key: rsa.RSAPrivateKey) -> str:
    form = serialization.PrivateFormat.PKCS8
    return key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).decode()


def fingerprint(certificate: x509.Certificate) -> str:
    """`AB:CD:...`, SHA-256 of the whole certificate."""
    return certificate.fingerprint(hashes.SHA256()).hex(":").upper()


def sha1_fingerprint(certificate: x509.Certificate) -> str:
    """The same with SHA-1: ESPHome on an ESP8266 knows no other."""
    return certificate.fingerprint(hashes.SHA1()).hex(":").upper()


def tasmota_fingerprint(certificate: x509.Certificate) -> str | None:
    """What Tasmota's `MqttFingerprint` takes (since version 8.4); None where the key is not RSA, which it needs.

    SHA-1 over `ssh-rsa`, exponent and modulus, each after its length in four bytes. OpenSSH's form differs: there a
    modulus whose first bit is set begins with a zero byte.
    """
    key = certificate.public_key()
    if not isinstance(key, rsa.RSAPublicKey):
        return None
    numbers = key.public_numbers()
    digest = hashlib.sha1(usedforsecurity=False)
    for part in (b"ssh-rsa", *(one.to_bytes((one.bit_length() + 7) // 8, "big") for one in (numbers.e, numbers.n))):
        digest.update(len(part).to_bytes(4, "big") + part)
    return digest.digest().hex(" ").upper()


def valid_from(certificate: x509.Certificate) -> datetime:
    return certificate.not_valid_before_utc


def valid_until(certificate: x509.Certificate) -> datetime:
    return certificate.not_valid_after_utc.astimezone(UTC)


def names_in(certificate: x509.Certificate) -> list[str]:
    """Host names and addresses that a certificate is for."""
    try:
        alternatives = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return []
    return [str(one.value) for one in alternatives if isinstance(one, x509.DNSName | x509.IPAddress)]


def is_signed_by(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    """Whether `issuer` signed it; dates are not looked at."""
    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True
