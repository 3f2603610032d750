"""The second factor: codes of an authenticator app (RFC 6238, 30 s, six digits), and codes to fall back on.

Keeps the tables `second_factor` and `recovery_code`. Each code counts once.
"""

import base64
import hmac
import secrets
from typing import Final

import pyotp

from homeserver.bridge.proofs.secret import mark_of
from homeserver.bridge.refusals import Refusal
from homeserver.runtime.clock import Clock
from homeserver.runtime.store import Ledger

RECOVERY_CODES: Final = 10
_RECOVERY_BYTES: Final = 10
_STEP: Final = 30
_DRIFT: Final = (-1, 0, 1)
"""Steps by which a phone's clock may be off."""


class SecondFactors:
    """`begin`, `confirm` with the first code, then `check` at each sign-in; `remove` ends it."""

    def __init__(self, ledger: Ledger, clock: Clock, issuer: str) -> None:
        self._ledger = ledger
        self._clock = clock
        self._issuer = issuer

    def is_on(self, login: str) -> bool:
        sql = "SELECT 1 FROM second_factor WHERE login = ? AND confirmed = 1"
        return self._ledger.fetch_one(sql, (login,)) is not None

    def begin(self, login: str) -> tuple[str, str]:
        """A new secret and the address that an app reads it from; it counts once `confirm` was given a code of it."""
        if self.is_on(login):
            raise Refusal("conflict", "A second factor is on already; remove it first.")
        secret = pyotp.random_base32()
        sql = "INSERT OR REPLACE INTO second_factor (login, secret, confirmed, step) VALUES (?, ?, 0, 0)"
        self._ledger.execute(sql, (login, secret))
        return secret, pyotp.TOTP(secret).provisioning_uri(name=login.partition(".")[2], issuer_name=self._issuer)

    def confirm(self, login: str, code: str) -> list[str]:
        """From now on it is asked for; the recovery codes, which are shown this once. Raises `Refusal`."""
        if self.is_on(login):
            raise Refusal("conflict", "A second factor is on already.")
        if not self._is_current(login, code):
            raise Refusal("invalid", "That code does not fit; look at the clock of the phone and try the next.", "code")
        codes = [_recovery_code() for _ in range(RECOVERY_CODES)]
        with self._ledger.transaction():
            self._ledger.execute("UPDATE second_factor SET confirmed = 1 WHERE login = ?", (login,))
            self._ledger.execute("DELETE FROM recovery_code WHERE login = ?", (login,))
            rows = [(login, mark_of(_plain(code))) for code in codes]
            self._ledger.execute_many("INSERT INTO recovery_code (login, hash) VALUES (?, ?)", rows)
        return codes

    def check(self, login: str, code: str) -> str:
        """How this code lets somebody in: by "totp", by "recovery", or, empty, not at all."""
        if self._is_current(login, code):
            return "totp"
        sql = "DELETE FROM recovery_code WHERE login = ? AND hash = ?"
        return "recovery" if self._ledger.execute(sql, (login, mark_of(_plain(code)))) else ""

    def left(self, login: str) -> int:
        """How many recovery codes somebody has yet."""
        return len(self._ledger.fetch("SELECT 1 FROM recovery_code WHERE login = ?", (login,)))

    def remove(self, login: str) -> bool:
        with self._ledger.transaction():
            self._ledger.execute("DELETE FROM recovery_code WHERE login = ?", (login,))
            return self._ledger.execute("DELETE FROM second_factor WHERE login = ?", (login,)) > 0

    def _is_current(self, login: str, code: str) -> bool:
        row = self._ledger.fetch_one("SELECT secret, step FROM second_factor WHERE login = ?", (login,))
        if row is None:
            return False
        given, totp = code.replace(" ", "").encode("utf-8", "replace"), pyotp.TOTP(row["secret"])
        now = int(self._clock.now().timestamp()) // _STEP
        fits = [now + by for by in _DRIFT if hmac.compare_digest(totp.generate_otp(now + by).encode(), given)]
        step = max((one for one in fits if one > row["step"]), default=None)
        if step is None:
            return False
        self._ledger.execute("UPDATE second_factor SET step = ? WHERE login = ?", (step, login))
        return True


def _recovery_code() -> str:
    text = base64.b32encode(secrets.token_bytes(_RECOVERY_BYTES)).decode().lower()
    return "-".join(text[at : at + 4] for at in range(0, len(text), 4))


def _plain(code: str) -> str:
    return code.strip().replace("-", "").replace(" ", "").lower()
