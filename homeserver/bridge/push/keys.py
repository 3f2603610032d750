"""The home's own keys for web push, made at first use in `push-keys.json` of the data folder (mode 600).

One signs what push services are asked (VAPID, RFC 8292), the other makes the token with which a device, and nobody
else, says that it has shown a notification. Losing the file ends every subscription.
"""

import hashlib
import hmac
import secrets
from functools import cached_property
from pathlib import Path
from typing import Final

import jwt
import orjson

from homeserver.runtime.private_file import private_folder, write_private
from homeserver.runtime.tls.push import b64, new_key, public_point

FILE: Final = "push-keys.json"
LIFE: Final = 12 * 3600
"""Seconds for which a signature counts; push services take at most a day."""


class KeyFileError(Exception):
    """The file is there and cannot be used."""


class Keys:
    """Made or read when first asked for."""

    def __init__(self, folder: Path, contact: str) -> None:
        self._path = folder / FILE
        self._contact = contact

    @cached_property
    def _kept(self) -> dict[str, str]:
        if not self._path.exists():
            private_folder(self._path.parent)
            write_private(self._path, orjson.dumps({"vapid": new_key(), "acknowledge": secrets.token_hex(32)}))
        try:
            kept = orjson.loads(self._path.read_bytes())
            public_point(kept["vapid"])
            bytes.fromhex(kept["acknowledge"])
            return {"vapid": str(kept["vapid"]), "acknowledge": str(kept["acknowledge"])}
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            text = f"{FILE} in the data folder is damaged: restore it, or remove it and switch notifications on anew"
            raise KeyFileError(text) from error

    @cached_property
    def public(self) -> str:
        """The application server's key, as a browser wants it."""
        return b64(public_point(self._kept["vapid"]))

    def make(self) -> None:
        """Make or read them now; raises `KeyFileError`."""
        _ = self._kept

    def signed(self, origin: str, now: float) -> str:
        """The header `Authorization` for the push service at `origin`; `now` is in seconds since 1970."""
        claims = {"aud": origin, "exp": int(now) + LIFE, "sub": self._contact}
        return f"vapid t={jwt.encode(claims, self._kept['vapid'], algorithm='ES256')}, k={self.public}"

    def token(self, delivery: str) -> str:
        """What only who can read the notification knows of this delivery."""
        made = hmac.new(bytes.fromhex(self._kept["acknowledge"]), delivery.encode(), hashlib.sha256)
        return b64(made.digest())

    def is_token(self, delivery: str, token: str) -> bool:
        return hmac.compare_digest(self.token(delivery).encode(), token.encode())
