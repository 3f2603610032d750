"""Who may come in until people exist: one random token, and the browser sessions that were opened with it.

Keeps two files in the data folder, both mode 600: `http-token`, made at first start, and `http-sessions.json`, which
holds a keyed hash and the end of each session, never the session itself. The key is the token: whoever removes
`http-token` and restarts the bridge ends every session as well.
"""

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import orjson

from homeserver.runtime.private_file import write_private

TOKEN_FILE: Final = "http-token"
SESSION_FILE: Final = "http-sessions.json"
LIFE: Final = timedelta(days=90)
MOST: Final = 200
"""Open sessions; the one that would end first makes room."""
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
    """Checks tokens and sessions; all comparisons take the same time for right and wrong."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / SESSION_FILE
        self._token = token_of(folder).encode()
        self._ends = self._load()

    def is_token(self, text: str) -> bool:
        return hmac.compare_digest(_digest(text.encode("utf-8", "surrogateescape")), _digest(self._token))

    def is_session(self, session: str, now: datetime) -> bool:
        return self.is_open(self.id_of(session), now)

    def id_of(self, session: str) -> str:
        """What a session is called where nobody may learn the session itself."""
        return self._key(session)

    def is_open(self, id: str, now: datetime) -> bool:
        """Whether the session of this id goes on."""
        end = self._ends.get(id)
        return end is not None and now.timestamp() < end

    def open_session(self, now: datetime) -> str:
        """A new session, which lives for `LIFE`; the file has it when this returns."""
        session = secrets.token_urlsafe(32)
        living = {key: end for key, end in self._ends.items() if now.timestamp() < end}
        latest = sorted(living.items(), key=lambda item: item[1])[-(MOST - 1) :]
        self._ends = dict(latest) | {self._key(session): (now + LIFE).timestamp()}
        self._save()
        return session

    def close_session(self, session: str) -> None:
        """End a session at once; nothing happens when there is none."""
        if self._ends.pop(self._key(session), None) is not None:
            self._save()

    def _key(self, session: str) -> str:
        return hmac.new(self._token, session.encode("utf-8", "surrogateescape"), hashlib.sha256).hexdigest()

    def _save(self) -> None:
        write_private(self._path, orjson.dumps(self._ends).decode())

    def _load(self) -> dict[str, float]:
        """Sessions of an earlier run; a file that cannot be read means that everybody signs in again."""
        try:
            found = orjson.loads(self._path.read_bytes())
        except (OSError, orjson.JSONDecodeError):
            return {}
        rows = found.items() if isinstance(found, dict) else ()
        return {key: float(end) for key, end in rows if isinstance(end, int | float)}


def _digest(text: bytes) -> bytes:
    return hashlib.sha256(text).digest()
