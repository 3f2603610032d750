"""The commands that were accepted and are not done: safe in the worker's file before they are answered or sent.

A command is one row under its speaker's login and its id, for an hour, so that each id is carried out once over all
restarts. What has ended is only noted; the notes are written in bulk: a command that is sent once too often because
of a crash in between is an absolute one, a press or step is marked before it leaves.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import orjson

from homeserver.runtime.turn import Turn
from homeserver.topics.cause import Cause
from homeserver.topics.record import record
from homeserver.topics.service import SECRETS

KEPT: Final = 3600.0
"""Seconds for which an id is remembered."""
_NOTES: Final = 500
_INSERT: Final = "INSERT OR IGNORE INTO outbox VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
_DONE: Final = "UPDATE outbox SET state = 'done' WHERE id IN (SELECT value FROM json_each(?))"
NO_DATA: Final = "{}"


@record
class Row:
    """One command; times in seconds since 1970."""

    id: str
    entity_id: str
    service: str
    data: dict[str, Any]
    cause: Cause
    once: bool
    deadline: float


class Outbox:
    """Rows go in with `add`, out with `finish`."""

    def __init__(self, turn: Turn) -> None:
        self._turn = turn
        self._finished: list[str] = []

    def add(
        self,
        id: str,
        entity_id: str,
        service: str,
        data: Mapping[str, Any],
        cause: Cause,
        times: tuple[float, float],
        *,
        once: bool,
        sent: bool,
    ) -> bool:
        """Put a command in; False when its id is known already. `times`: now and its deadline, in seconds since 1970.
        `sent`: it leaves with this commit and never again."""
        kept = {name: value for name, value in data.items() if name not in SECRETS} if data else data
        written = orjson.dumps(kept).decode() if kept else NO_DATA
        state = "sent" if sent else "open"
        link = orjson.dumps((cause.id, cause.by, cause.parent)).decode()
        return self._turn.write(_INSERT, (id, entity_id, service, written, link, once, *times, state)) == 1

    def knows(self, id: str) -> bool:
        """Whether a command of this id was put in."""
        return bool(self._turn.ledger.fetch("SELECT 1 FROM outbox WHERE id = ?", (id,)))

    def mark_sent(self, id: str) -> None:
        """A press or step is about to leave."""
        self._turn.write("UPDATE outbox SET state = 'sent' WHERE id = ?", (id,))

    def mark_open(self, id: str) -> None:
        """It has not left."""
        self._turn.note("UPDATE outbox SET state = 'open' WHERE id = ?", (id,))

    def finish(self, id: str) -> None:
        """A command has come to its end, whatever it is."""
        self._finished.append(id)
        if len(self._finished) >= _NOTES:
            self.write_notes()

    def write_notes(self) -> None:
        """Write down what has ended."""
        finished, self._finished = self._finished, []
        if finished:
            self._turn.note(_DONE, (orjson.dumps(finished).decode(),))

    def forget(self, now: float) -> None:
        """Drop the ids that are older than `KEPT`."""
        self._turn.note("DELETE FROM outbox WHERE accepted < ? AND state <> 'open'", (now - KEPT,))

    def unfinished(self) -> Iterator[Row]:
        """What an earlier run left open, oldest first."""
        for row in self._turn.ledger.fetch("SELECT * FROM outbox WHERE state = 'open' ORDER BY accepted"):
            yield Row(
                row["id"],
                row["entity_id"],
                row["service"],
                orjson.loads(row["data"]),
                Cause(*orjson.loads(row["cause"])),
                bool(row["once"]),
                row["deadline"],
            )
