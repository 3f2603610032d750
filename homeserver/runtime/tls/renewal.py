"""Makes the certificate of the broker's listener, or renews it: `python -m homeserver.runtime.tls.renewal --data DIR`.

A program of its own, since the library that it needs would cost a process that runs long a tenth of a second and some
megabytes. Writes only where names are missing or the end is near, and says so on standard output; what cannot be done
goes to standard error with exit code 1.
"""

import argparse
import fcntl
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from homeserver.runtime.listeners import FOLDER, PURPOSE, ListenersError, read_listeners
from homeserver.runtime.private_file import private_folder
from homeserver.runtime.tls.authority import Authority, Issued
from homeserver.runtime.tls.certificate import AuthorityError
from homeserver.runtime.tls.here import BadHostError, checked
from homeserver.runtime.tls.names import names_of_machine


def renew(data: Path, home: str, given: Sequence[str], now: datetime) -> Issued:
    """The certificate of this machine, made or renewed where that is due; `given` are names beside those it has.

    Raises `AuthorityError` and `BadHostError`.
    """
    names = tuple(dict.fromkeys((*map(checked, given), *names_of_machine())))
    with _locked(data / FOLDER):
        return Authority(data / FOLDER, home, now).issue(PURPOSE, names, now)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """One at a time: a command and a running home may both find that it is due."""
    private_folder(folder)
    handle = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="homeserver.runtime.tls.renewal", description="Renew the broker's certificate."
    )
    parser.add_argument("--data", type=Path, required=True, metavar="DIR")
    parser.add_argument("--home", default="Home", help="what the home is called")
    given = parser.parse_args()
    try:
        asked = read_listeners(given.data).tls
        if asked is None or asked.certificate is not None:
            return 0
        issued = renew(given.data, given.home, asked.names, datetime.now(UTC))
    except (ListenersError, AuthorityError, BadHostError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    if issued.renewed:
        print(f"renewed {issued.certificate}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
