"""The chain of the audit: each row's hash is keyed and covers the row before, so that none can be changed, moved, put
in or taken out unnoticed by anybody without the key. Pure reckoning over rows; keeps nothing.

HMAC-SHA256 (RFC 2104) over the hash before and the row as JSON with sorted keys.
"""

import hmac
import sqlite3
from collections.abc import Iterable, Mapping
from typing import Any, Final

import orjson

from homeserver.topics.record import record

COLUMNS: Final = (
    *("id", "at", "kind", "who", "what", "outcome", "source", "entity"),
    *("details", "cause", "sayer", "run", "seq"),
)
"""What a hash covers."""
Row = Mapping[str, Any] | sqlite3.Row
BEGINNING: Final = bytes(32)
"""What stands for the hash before the first row."""


@record
class Mark:
    """A place in the chain: a row and its hash; row 0 is the beginning."""

    id: int = 0
    hash: bytes = BEGINNING


@record
class Fault:
    """What is wrong with the chain, and the first row at which it shows."""

    id: int
    reason: str


def link(key: bytes, before: bytes, row: Row) -> bytes:
    """The hash of a row, 32 bytes."""
    body = orjson.dumps({name: row[name] for name in COLUMNS}, option=orjson.OPT_SORT_KEYS)
    return hmac.digest(key, before + body, "sha256")


def sign(key: bytes, purpose: str, mark: Mark) -> bytes:
    """The signature of a place in the chain, for a checkpoint or the head; 32 bytes."""
    return hmac.digest(key, b"%b %d %b" % (purpose.encode(), mark.id, mark.hash), "sha256")


def is_signed(key: bytes, purpose: str, mark: Mark, signature: bytes) -> bool:
    """Whether a signature is that of this place."""
    return hmac.compare_digest(sign(key, purpose, mark), signature)


def follow(key: bytes, mark: Mark, rows: Iterable[Row]) -> tuple[Mark, Fault | None]:
    """Go along `rows` from `mark` on; how far the chain holds, and what breaks it there."""
    for row in rows:
        id = row["id"]
        if id != mark.id + 1:
            missing = f"row {mark.id + 1} is missing" if id > mark.id else f"row {id} stands behind row {mark.id}"
            return mark, Fault(mark.id + 1, missing)
        if not hmac.compare_digest(link(key, mark.hash, row), row["hash"]):
            return mark, Fault(id, f"row {id} is not as it was written, or does not follow the row before it")
        mark = Mark(id, row["hash"])
    return mark, None
