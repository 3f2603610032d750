"""Seals: words that only their maker, or who shares a key with him, can make and check. Keyed SHA-256.

Keeps one file in the data folder, `blob-key` (mode 600): who can read it may tell our other processes where files are.
"""

import hashlib
import hmac
import os
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from pathlib import Path
from typing import Any, Final

import orjson

KEY_FILE: Final = "blob-key"
_BYTES: Final = 32


class BadSealError(ValueError):
    """It was not sealed with this key, or was changed since."""


def seal(key: bytes, *fields: Any) -> str:
    """`fields` (JSON values) and their seal as one word of letters, digits, `-`, `_` and `.`."""
    content = orjson.dumps(fields)
    return f"{_spell(content)}.{_spell(_mark(key, content))}"


def unseal(key: bytes, word: str) -> list[Any]:
    """The fields again; raises `BadSealError`."""
    content, _, mark = word.partition(".")
    try:
        plain, given = _read(content), _read(mark)
    except (Error, ValueError) as error:
        raise BadSealError("no seal") from error
    if not hmac.compare_digest(_mark(key, plain), given):
        raise BadSealError("no seal of this key")
    fields: list[Any] = orjson.loads(plain)
    return fields


def _mark(key: bytes, content: bytes) -> bytes:
    return hmac.new(key, content, hashlib.sha256).digest()


def _spell(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode()


def _read(text: str) -> bytes:
    padded = text.encode("ascii") + b"=" * (-len(text) % 4)
    found = urlsafe_b64decode(padded)
    if _spell(found) != text:  # one seal has one spelling
        raise ValueError("another spelling")
    return found


def shared_key(folder: Path) -> bytes:
    """The key of a data folder; the first of its processes makes it. Raises OSError."""
    path = folder / KEY_FILE
    if not path.exists():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = path.with_name(f".{KEY_FILE}.{os.getpid()}.{secrets.token_hex(4)}")
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            os.write(handle, secrets.token_bytes(_BYTES))
            os.fsync(handle)
            os.link(fresh, path)  # fails where another process was first: that one's counts
        except FileExistsError:
            pass
        finally:
            os.close(handle)
            fresh.unlink()
    return path.read_bytes()
