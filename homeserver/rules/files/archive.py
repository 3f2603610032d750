"""Keeps what files of rules said, in `rules.db`: the last hundred texts of each, and that one was removed."""

import zlib
from datetime import UTC, datetime
from typing import Final

from homeserver.runtime.clock import Clock
from homeserver.runtime.turn import Turn
from homeserver.topics.record import record

KEPT: Final = 100
"""Versions of one file."""
_PUT = "INSERT INTO file_version (file, at, by, text) VALUES (?, ?, ?, ?)"
_OF = "SELECT id, at, by, text FROM file_version WHERE file = ? ORDER BY id"
_LATEST = "SELECT id, text FROM file_version WHERE file = ? ORDER BY id DESC LIMIT 1"
_GONE = "SELECT file, text FROM file_version WHERE id IN (SELECT max(id) FROM file_version GROUP BY file)"
_FORGET = (
    "DELETE FROM file_version WHERE file = ?1 AND id <= "
    "(SELECT id FROM file_version WHERE file = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)"
)


@record
class Kept:
    """One version of a file. `text` is None where it was removed."""

    number: int
    at: datetime
    by: str
    text: str | None


class Archive:
    """One for the worker."""

    def __init__(self, turn: Turn, clock: Clock) -> None:
        self._turn = turn
        self._clock = clock

    def keep(self, file: str, text: str | None, by: str = "") -> int:
        """Keep what a file says from now on, if that is new; its number."""
        latest = self._turn.ledger.fetch_one(_LATEST, (file,))
        if latest is not None and not by and _text(latest["text"]) == text:
            return int(latest["id"])
        packed = None if text is None else zlib.compress(text.encode(), 6)
        self._turn.write(_PUT, (file, self._clock.now().timestamp(), by, packed))
        self._turn.write(_FORGET, (file, KEPT))
        row = self._turn.ledger.fetch_one(_LATEST, (file,))
        assert row is not None
        return int(row["id"])

    def of(self, file: str) -> list[Kept]:
        """All versions of a file, the oldest first."""
        rows = self._turn.ledger.fetch(_OF, (file,))
        return [Kept(row["id"], datetime.fromtimestamp(row["at"], UTC), row["by"], _text(row["text"])) for row in rows]

    def gone(self) -> list[str]:
        """The files that were removed by a call."""
        return sorted(row["file"] for row in self._turn.ledger.fetch(_GONE) if row["text"] is None)


def _text(packed: bytes | None) -> str | None:
    return None if packed is None else zlib.decompress(packed).decode()
