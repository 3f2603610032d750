"""What the entities of the rules were like, in the worker's own file: written with the turn that changes it.

What a file does not name any more is kept for a month, as files are sometimes broken for a while.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import orjson

from homeserver.runtime.turn import Turn

_KEPT: Final = 30 * 86_400.0
_IDS: Final = 3600.0
"""Seconds for which the id of a command is remembered."""
_PUT: Final = "INSERT INTO owned VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET body = excluded.body, seen = excluded.seen"


class Memory:
    """Rows by entity id. `read` once, then `put`."""

    def __init__(self, turn: Turn) -> None:
        self.turn = turn
        self._written: dict[str, str] = {}
        self._tidied = 0.0

    def read(self, now: float) -> None:
        """Take in what an earlier process wrote, and let go of what is long gone."""
        rows = self.turn.ledger.fetch("SELECT entity_id, body FROM owned WHERE seen >= ?", (now - _KEPT,))
        self._written = {row["entity_id"]: row["body"] for row in rows}
        self.turn.note("DELETE FROM owned WHERE seen < ?", (now - _KEPT,))

    def of(self, entity_id: str) -> Mapping[str, Any] | None:
        """What an entity was like when it was last written; None where nothing of sense was."""
        body = self._written.get(entity_id)
        if body is None:
            return None
        try:
            found = orjson.loads(body)
        except orjson.JSONDecodeError:
            return None
        return found if isinstance(found, dict) else None

    def all(self) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """The same for all of them, by entity id."""
        for entity_id in self._written:
            found = self.of(entity_id)
            if found is not None:
                yield entity_id, found

    def put(self, entity_id: str, body: Mapping[str, Any], now: float) -> None:
        """Keep what an entity is like; the same again costs no write."""
        text = orjson.dumps(body).decode()
        if self._written.get(entity_id) != text:
            self._written[entity_id] = text
            self.turn.note(_PUT, (entity_id, text, now))

    def drop(self, entity_id: str) -> None:
        """Forget an entity that is gone for good."""
        if self._written.pop(entity_id, None) is not None:
            self.turn.note("DELETE FROM owned WHERE entity_id = ?", (entity_id,))

    def seen(self, entity_ids: list[str], now: float) -> None:
        """The files name these."""
        named = orjson.dumps([id for id in entity_ids if id in self._written]).decode()
        self.turn.note("UPDATE owned SET seen = ? WHERE entity_id IN (SELECT value FROM json_each(?))", (now, named))

    def first_time(self, id: str, now: float) -> bool:
        """Whether a command is new; it is noted. Raises `sqlite3.Error` where it cannot be."""
        if now - self._tidied > _IDS / 4:
            self._tidied = now
            self.turn.write("DELETE FROM owned_command WHERE accepted < ?", (now - _IDS,))
        return self.turn.write("INSERT OR IGNORE INTO owned_command VALUES (?, ?)", (id, now)) == 1
