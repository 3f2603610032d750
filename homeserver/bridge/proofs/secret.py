"""Random secrets, what is kept of them, and the file with the key by which tokens are signed."""

import hashlib
import secrets
from pathlib import Path
from typing import Final

from homeserver.runtime.private_file import write_private

KEY_FILE: Final = "http-signing-key"
_BYTES: Final = 32


def new_secret(prefix: str = "") -> str:
    """256 random bits as text; `prefix` tells people and scanners of logs what it is."""
    return prefix + secrets.token_urlsafe(_BYTES)


def mark_of(secret: str) -> str:
    """What is kept of a random secret. One hash is enough: nobody guesses 256 bits."""
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()


def signing_key(folder: Path) -> str:
    """The key of this home, made at first use, readable by the folder's owner alone. A new one ends what was signed."""
    path = folder / KEY_FILE
    if path.exists() and len(key := path.read_text("ascii", "replace").strip()) >= _BYTES:
        path.chmod(0o600)
        return key
    key = secrets.token_hex(_BYTES)
    write_private(path, f"{key}\n")
    return key
