"""Preparation of a home whose broker and processes others start: what Mosquitto reads, and each process its secrets.

`homeserver up` needs none of it. Writes into the folder of Mosquitto (`passwd`, `acl`, `broker.pem`, `broker.key`) and
into the data folders of the processes (`secrets/<login>`), all mode 600.
"""

import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from homeserver.runtime.broker import mosquitto
from homeserver.runtime.enrolment import secrets_of
from homeserver.runtime.logins import Logins
from homeserver.runtime.plan import Post
from homeserver.runtime.private_file import private_folder, write_private

CERTIFICATE = "broker.pem"
KEY = "broker.key"
STORE = "mosquitto.db"


class PreparationError(Exception):
    """A folder cannot be written to; the text says which and what to do."""


def write_logins(folder: Path, logins: Logins) -> None:
    """Let Mosquitto know these logins and their rights, as `homeserver up` does. Raises `PreparationError`."""
    with _writing(folder):
        mosquitto.write_logins(folder, logins, anonymous=False)


def write_certificate(folder: Path, certificate: Path, key: Path) -> None:
    """Give Mosquitto what it shows on its listener with TLS; the authority's own key stays where it is."""
    _write(folder, {KEY: key.read_text("ascii"), CERTIFICATE: certificate.read_text("ascii")})


def place_store(data: Path, folder: Path) -> None:
    """Give what Mosquitto retains a place in the data folder, as a link that a backup follows.

    A file in that place was restored, or comes from a home that ran its own Mosquitto: Mosquitto is to begin with it.
    """
    ours, theirs = data / "broker" / STORE, folder / STORE
    if ours.parent.resolve() == folder.resolve():
        return
    with _writing(ours.parent):
        if ours.is_file() and not ours.is_symlink():
            fresh = folder / f".{STORE}"
            shutil.copyfile(ours, fresh)
            fresh.chmod(0o600)
            fresh.replace(theirs)
            ours.unlink()
        if not ours.is_symlink():
            ours.symlink_to(theirs)


def hand_out(logins: Logins, posts: Iterable[Post], into: Path) -> list[str]:
    """Give each process that has a data folder in `into` its own secrets and no others; which processes have one.

    Raises `PreparationError`.
    """
    found = [post for post in posts if (into / post.process).is_dir()]
    for post in found:
        folder, own = into / post.process / "secrets", secrets_of(post)
        if folder.is_symlink():  # its process may write there: that must lead nowhere else
            raise PreparationError(f"{folder} is a link: remove it, then prepare again")
        _write(folder, {login: logins.secret(login) for login in own})
        for stale in folder.iterdir():
            if stale.name not in own:
                stale.unlink()
    return [post.process for post in found]


def _write(folder: Path, texts: dict[str, str]) -> None:
    with _writing(folder):
        for name, text in texts.items():
            if not _holds(folder / name, text):
                write_private(folder / name, text)


@contextmanager
def _writing(folder: Path) -> Iterator[None]:
    try:
        private_folder(folder)
        yield
    except OSError as error:
        raise PreparationError(
            f"{error.filename or folder} cannot be written to: {error.strerror}; it must belong to the user of the home"
        ) from error


def _holds(path: Path, text: str) -> bool:
    try:
        return path.read_text("utf-8") == text
    except (OSError, UnicodeDecodeError):
        return False
