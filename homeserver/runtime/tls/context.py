"""TLS of one connection: what each side demands, and what went wrong in plain words. Needs the standard library only.

A client always checks the certificate and the name in it; there is no way to switch that off.
"""

import ssl
from contextlib import suppress
from pathlib import Path
from typing import Final

_LEAST: Final = ssl.TLSVersion.TLSv1_2
_EXPIRED, _NOT_YET, _NO_ISSUER, _OTHER_NAME, _OTHER_ADDRESS = 10, 9, 20, 62, 64
"""`X509_V_ERR_*` of OpenSSL."""

_LOCKED: Final = ("BAD_DECRYPT", "BAD_PASSWORD_READ", "PROBLEMS_GETTING_PASSWORD")
"""What OpenSSL says of a key with a password, where it says anything."""


class CertificateFilesError(Exception):
    """A certificate or key in a file cannot be used; the text says which, why, and never what is in it."""


class _Socket(ssl.SSLSocket):
    """Closes itself when the handshake fails: paho, which asks for it, lets it lie open."""

    def do_handshake(self, block: bool = False) -> None:
        try:
            super().do_handshake(block)
        except OSError:
            self.close()
            raise


def client_context(authority: str | None) -> ssl.SSLContext:
    """Trusts what `authority` (PEM) vouches for, or without one what this machine trusts. Raises `ssl.SSLError`."""
    context = ssl.create_default_context(cadata=authority)
    context.sslsocket_class = _Socket
    context.minimum_version = _LEAST
    return context


def server_context(certificate: Path, key: Path) -> ssl.SSLContext:
    """Of a listener; clients show no certificate, they log in. Raises `CertificateFilesError`."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = _LEAST
    context.options |= ssl.OP_NO_RENEGOTIATION  # it costs us far more than whoever asks for it
    load(context, certificate, key)
    return context


def load(context: ssl.SSLContext, certificate: Path, key: Path) -> None:
    """Show this certificate from now on; raises `CertificateFilesError` and leaves what was."""
    for path in (certificate, key):
        try:
            path.open("rb").close()
        except OSError as error:
            raise CertificateFilesError(f"{path} cannot be read: {error.strerror}") from error
    try:
        # The callback keeps OpenSSL from asking at the terminal for the password of a key that has one.
        context.load_cert_chain(certificate, key, lambda: b"")
    except ssl.SSLError as error:
        raise CertificateFilesError(_unusable(error, certificate, key)) from error


def _unusable(error: ssl.SSLError, certificate: Path, key: Path) -> str:
    if error.reason == "KEY_VALUES_MISMATCH":
        return f"{key} is not the key of {certificate}: give the two that belong together"
    if error.reason in _LOCKED or (not error.reason and b"ENCRYPTED" in key.read_bytes()):
        return f"{key} is protected by a password: give a key without one, readable by the home's user only"
    reason = f" ({error.reason})" if error.reason else ""
    return f"{certificate} and {key} are not a certificate and its key in PEM form{reason}"


def check_chain(certificate: Path, key: Path, authority: Path | None) -> None:
    """Whether a device that trusts `authority`, or what this machine trusts, accepts the certificate today; raises
    `CertificateFilesError`."""
    try:
        client = client_context(authority.read_text("ascii") if authority is not None else None)
    except (ssl.SSLError, ValueError) as error:
        raise CertificateFilesError(f"{authority} holds no certificate in PEM form") from error
    except OSError as error:
        raise CertificateFilesError(f"{authority} cannot be read: {error.strerror}") from error
    client.check_hostname = False
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    ends = (
        client.wrap_bio(to_client, to_server),
        server_context(certificate, key).wrap_bio(to_server, to_client, server_side=True),
    )
    try:
        for end in ends * 2:
            with suppress(ssl.SSLWantReadError):
                end.do_handshake()
    except ssl.SSLCertVerificationError as error:
        who = authority or "what this machine trusts"
        gap = "; a certificate between the two belongs into the same file" if error.verify_code == _NO_ISSUER else ""
        raise CertificateFilesError(f"{who} does not vouch for {certificate}: {error.verify_message}{gap}") from error


def why(error: BaseException) -> str | None:
    """Why TLS was not agreed upon with a server, and what to do; None where it is not about TLS."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return _unproved(error)
    if isinstance(error, ssl.SSLError | ConnectionResetError):
        reason = getattr(error, "reason", None) or error.strerror
        return f"it does not speak TLS there ({reason}): is it mqtt:// or another port?"
    return None


def _unproved(error: ssl.SSLCertVerificationError) -> str:
    if error.verify_code == _EXPIRED:
        return "its certificate has expired: renew it there (a home renews its own while it runs)"
    if error.verify_code == _NOT_YET:
        return "its certificate is not valid yet: is the clock of this machine right?"
    if error.verify_code in (_OTHER_NAME, _OTHER_ADDRESS):
        return (
            f"its certificate is for other names ({error.verify_message}): use one of them, or let it be given this one"
        )
    return (
        f"its certificate is not vouched for by the authority that is trusted here ({error.verify_message}): "
        "take the authority's certificate anew from the home, unless somebody else answers there"
    )
