"""The data folder's key: one random token, made at first start, readable by the folder's owner alone.

Keeps `http-token`. Whoever has it is `person.owner`. Who removes the file and restarts the bridge has a new key, and
ends every session that was opened with the old one.
"""

import hashlib
import hmac
import secrets
from pathlib import Path
from typing import Final

from homeserver.runtime.private_file import write_private

TOKEN_FILE: Final = "http-token"
_SHORTEST: Final = 32


class TokenError(ValueError):
    """The token file cannot be used; the text says why and what to do."""


def token_of(folder: Path) -> str:
    """The token of the home in this data folder; made when there is none. Raises `TokenError`."""
    path = folder / TOKEN_FILE
    try:
        token = path.read_text("ascii").strip()
    except FileNotFoundError:
        token = secrets.token_urlsafe(32)
        write_private(path, f"{token}\n")
    except (OSError, UnicodeDecodeError) as error:
        raise TokenError(f"{TOKEN_FILE} in the data folder cannot be read: {error.__class__.__name__}") from error
    if len(token) < _SHORTEST:
        raise TokenError(f"{TOKEN_FILE} is shorter than {_SHORTEST} characters; remove it and a new one is made")
    path.chmod(0o600)
    return token


class Credentials:
    """The folder's key; comparisons take the same time for right and wrong."""

    def __init__(self, folder: Path) -> None:
        self._token = token_of(folder).encode()

    @property
    def mark(self) -> str:
        """What stands for this key where nobody may learn it."""
        return hmac.new(self._token, b"mark", hashlib.sha256).hexdigest()[:32]

    def is_token(self, text: str) -> bool:
        return hmac.compare_digest(_digest(text.encode("utf-8", "surrogateescape")), _digest(self._token))


def _digest(text: bytes) -> bytes:
    return hashlib.sha256(text).digest()
