"""A certificate that people give for the listener: whether devices will accept it, before it is shown to any.

What no device would accept is refused; what only some would not is warned of.
"""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from homeserver.runtime.tls.certificate import certificate_at, names_in, valid_from, valid_until
from homeserver.runtime.tls.context import CertificateFilesError, check_chain, server_context


def check(certificate: Path, key: Path, authority: Path | None, now: datetime) -> Iterator[str]:
    """Warnings for people; raises `CertificateFilesError` and `AuthorityError`."""
    server_context(certificate, key)
    _check_time(certificate, now)
    if key.stat().st_mode & 0o077:
        yield f"{key} can be read by others: chmod 600"
    try:
        check_chain(certificate, key, authority)
    except CertificateFilesError as error:
        if authority is not None:
            raise
        yield f"{error}. Devices will refuse it unless they know its authority: give that with --ca"


def _check_time(certificate: Path, now: datetime) -> None:
    found = certificate_at(certificate)
    if valid_until(found) <= now:
        raise CertificateFilesError(f"{certificate} has expired on {valid_until(found):%Y-%m-%d}: give a renewed one")
    if valid_from(found) > now:
        raise CertificateFilesError(
            f"{certificate} is not valid before {valid_from(found):%Y-%m-%d}: is the clock of this machine right?"
        )


def name_for(certificate: Path, host: str) -> str:
    """What devices are to call a machine that is reached at `host`: a name that the certificate is for."""
    names = names_in(certificate_at(certificate))
    others = (one for one in names if one != "localhost" and not one.startswith(("*", "127.", "::1")))
    return host if _is_for(names, host) else next(others, host)


def is_for(certificate: Path, host: str) -> bool:
    return _is_for(names_in(certificate_at(certificate)), host)


def _is_for(names: list[str], host: str) -> bool:
    return host in names or f"*.{host.partition('.')[2]}" in names
