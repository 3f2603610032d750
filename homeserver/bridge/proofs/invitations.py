"""Links that let somebody set a password, once: for a person who exists, and for the first owner, who does not yet.

Keeps the table `invitation`, and in the data folder, until an owner exists, `http-welcome`: the first link's secret,
readable by the folder's owner alone as his key is. `http-owner` stands there once an owner exists.
"""

import hmac
from datetime import timedelta
from pathlib import Path
from typing import Final

from homeserver.bridge.proofs.secret import mark_of, new_secret
from homeserver.runtime.clock import Clock
from homeserver.runtime.private_file import write_private
from homeserver.runtime.store import Ledger

LIFE: Final = timedelta(days=3)
WELCOME_FILE: Final = "http-welcome"
OWNER_FILE: Final = "http-owner"


def new_welcome(folder: Path) -> str:
    """A fresh secret for the first owner's link, which makes earlier ones worthless; empty where an owner exists."""
    if (folder / OWNER_FILE).exists():
        return ""
    secret = new_secret()
    write_private(folder / WELCOME_FILE, f"{secret}\n")
    return secret


def is_welcome(folder: Path, secret: str) -> bool:
    """Whether this is the first owner's."""
    try:
        kept = (folder / WELCOME_FILE).read_text("ascii").strip()
    except (OSError, UnicodeDecodeError):
        return False
    return bool(kept) and hmac.compare_digest(mark_of(kept), mark_of(secret))


def owner_exists(folder: Path, exists: bool) -> None:
    """Note whether there is an owner; where there is, no link makes another."""
    if exists:
        (folder / WELCOME_FILE).unlink(missing_ok=True)
        if not (folder / OWNER_FILE).exists():
            write_private(folder / OWNER_FILE, "An owner exists: `homeserver up` shows no link to become one.\n")
    else:
        (folder / OWNER_FILE).unlink(missing_ok=True)


class Invitations:
    """Those for persons who exist."""

    def __init__(self, ledger: Ledger, clock: Clock) -> None:
        self._ledger = ledger
        self._clock = clock

    def make(self, login: str, epoch: int, made_by: str) -> str:
        """A new one, which replaces an earlier one of the same person; its secret, shown this once."""
        secret, expires = new_secret(), (self._clock.now() + LIFE).timestamp()
        with self._ledger.transaction():
            self._ledger.execute("DELETE FROM invitation WHERE login = ? OR expires <= ?", (login, self._now()))
            sql = "INSERT INTO invitation (hash, login, made_by, epoch, expires) VALUES (?, ?, ?, ?, ?)"
            self._ledger.execute(sql, (mark_of(secret), login, made_by, epoch, expires))
        return secret

    def find(self, secret: str) -> tuple[str, int] | None:
        """Whom it is for, and his epoch when it was made."""
        sql = "SELECT login, epoch FROM invitation WHERE hash = ? AND expires > ?"
        row = self._ledger.fetch_one(sql, (mark_of(secret), self._now()))
        return None if row is None else (row["login"], row["epoch"])

    def open(self) -> dict[str, tuple[int, float]]:
        """By login: his epoch when his link was made, and until when it counts, in seconds since 1970."""
        rows = self._ledger.fetch("SELECT login, epoch, expires FROM invitation WHERE expires > ?", (self._now(),))
        return {row["login"]: (row["epoch"], row["expires"]) for row in rows}

    def take(self, secret: str) -> bool:
        """Use it up; False where somebody was quicker."""
        sql = "DELETE FROM invitation WHERE hash = ? AND expires > ?"
        return self._ledger.execute(sql, (mark_of(secret), self._now())) == 1

    def end(self, login: str) -> None:
        """Whatever link of his there is counts no more."""
        self._ledger.execute("DELETE FROM invitation WHERE login = ?", (login,))

    def _now(self) -> float:
        return self._clock.now().timestamp()
