"""The commands that were accepted and are not done: safe from the end of this process before they are answered or sent.

A command is one row under its speaker's login and its id, for an hour, so that each id is carried out once over all
restarts. A row is a line of a file first, and goes into the worker's database with many others: most have ended by
then. What has ended is only noted: a command that is sent once too often because of a crash in between is an absolute
one, a press or step is marked before it leaves.
"""

import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

import orjson

from homeserver.runtime.fresh_lines import FreshLines
from homeserver.runtime.turn import Turn
from homeserver.topics.cause import Cause
from homeserver.topics.record import record
from homeserver.topics.service import SECRETS

KEPT: Final = 3600.0
"""Seconds for which an id is remembered."""
_NOTES: Final = 250
_SIGNS: Final = 1 << 20
"""Bits that tell which ids are certainly new, by their hash."""
_FEW: Final = 20_000
"""Ids that are read at once to set these bits."""
_PUT: Final = (
    "INSERT INTO outbox VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET state = excluded.state"
)
_MARK: Final = "UPDATE outbox SET state = ? WHERE id = ? AND state <> 'done'"
_DONE: Final = "UPDATE outbox SET state = 'done' WHERE id IN (SELECT value FROM json_each(?))"
_STATE: Final = 8
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
    """Rows go in with `add`, out with `finish`. `lines` is where they are first."""

    def __init__(self, turn: Turn, lines: FreshLines) -> None:
        self._turn = turn
        self._lines = lines
        self._fresh: dict[str, list[Any]] = {}
        """Rows that are lines only, by their ids."""
        self._finished: list[str] = []
        self._noted = 0
        self._signs = bytearray(b"\xff" * (_SIGNS // 8))
        self._remember_all()
        self._take_lines()

    def _take_lines(self) -> None:
        """What an earlier run left as lines: rows, and what became of them."""
        for line in self._lines.of_before():
            try:
                row = orjson.loads(line)
            except orjson.JSONDecodeError:
                continue  # a half, or of a computer that lost its power
            match row:
                case [id, *rest] if len(rest) == _STATE and not self.knows(id):
                    self._fresh[id] = row
                    self._remember(id)
                case [state, id] if id in self._fresh:
                    self._fresh[id][_STATE] = state
        self.write_notes()

    def _remember_all(self) -> None:
        """Begin anew with the ids that there are, unless there are too many."""
        found = self._turn.ledger.fetch("SELECT id FROM outbox LIMIT ?", (_FEW + 1,))
        if len(found) > _FEW:
            return
        self._signs = bytearray(_SIGNS // 8)
        for id in (*(row["id"] for row in found), *self._fresh):
            self._remember(id)

    def _remember(self, id: str) -> None:
        place = hash(id) % _SIGNS
        self._signs[place >> 3] |= 1 << (place & 7)

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
        `sent`: it leaves with this and never again. What else this turn writes is written with it, or not at all.
        Raises `sqlite3.Error`."""
        if self.knows(id):
            return False
        kept = {name: value for name, value in data.items() if name not in SECRETS} if data else data
        written = orjson.dumps(kept).decode() if kept else NO_DATA
        link = orjson.dumps((cause.id, cause.by, cause.parent)).decode()
        row = [id, entity_id, service, written, link, once, *times, "sent" if sent else "open"]
        if self._turn.is_open or not self._is_line(row):
            self._turn.write(_PUT, row)
        self._remember(id)
        return True

    def _is_line(self, row: list[Any]) -> bool:
        """Whether there is room for it among the lines, perhaps after these have moved."""
        line = orjson.dumps(row)
        if not self._lines.add(line):
            self.write_notes()
            if not self._lines.add(line):
                return False
        self._fresh[row[0]] = row
        return True

    def knows(self, id: str) -> bool:
        """Whether a command of this id was put in. A new one seldom costs a look into the database."""
        place = hash(id) % _SIGNS
        if not self._signs[place >> 3] & 1 << (place & 7):
            return False
        return id in self._fresh or bool(self._turn.ledger.fetch("SELECT 1 FROM outbox WHERE id = ?", (id,)))

    def mark_sent(self, id: str) -> None:
        """A press or step is about to leave. Raises `sqlite3.Error`."""
        self._mark(id, "sent", self._turn.write)

    def mark_open(self, id: str) -> None:
        """It has not left."""
        self._mark(id, "open", self._turn.note)

    def _mark(self, id: str, state: str, write: Callable[[str, Sequence[Any]], int]) -> None:
        row = self._fresh.get(id)
        if row is None:
            write(_MARK, (state, id))
            return
        row[_STATE] = state
        if not self._lines.add(orjson.dumps([state, id])):
            write(_PUT, row)

    def finish(self, id: str) -> None:
        """A command has come to its end, whatever it is."""
        row = self._fresh.get(id)
        if row is None:
            self._finished.append(id)
        else:
            row[_STATE] = "done"
        self._noted += 1
        if self._noted >= _NOTES and not self._turn.is_open:
            self.write_notes()

    def write_notes(self) -> None:
        """Write down what came and what has ended; what else this turn wrote is committed with it."""
        self._noted = 0
        finished, self._finished = self._finished, []
        if finished:
            self._turn.note(_DONE, (orjson.dumps(finished).decode(),))
        if self._fresh and self._have_moved():
            self._fresh.clear()
            self._lines.clear()
        self._turn.end()

    def _have_moved(self) -> bool:
        """Whether all rows are in the database. What waits for the turn comes to pass before, and may bring others:
        what came or was marked between the rows' commit and the end of their lines would be lost."""
        while self._turn.is_open:
            self._turn.end()
        try:
            for row in self._fresh.values():
                self._turn.write(_PUT, row)
        except sqlite3.Error as error:
            self._turn.cannot(f"a file of the home cannot be written: {error}")
            self._turn.end()
            return False
        return not self._turn.end()

    def forget(self, now: float) -> None:
        """Drop the ids that are older than `KEPT`."""
        self._turn.note("DELETE FROM outbox WHERE accepted < ? AND state <> 'open'", (now - KEPT,))
        self._remember_all()

    def unfinished(self) -> Iterator[Row]:
        """What an earlier run left open, oldest first."""
        kept = self._turn.ledger.fetch("SELECT * FROM outbox WHERE state = 'open' ORDER BY accepted")
        rows = {row["id"]: tuple(row) for row in kept} | {id: tuple(row) for id, row in self._fresh.items()}
        for id, entity_id, service, data, cause, once, _, deadline, state in rows.values():
            if state != "open":
                continue
            yield Row(id, entity_id, service, orjson.loads(data), Cause(*orjson.loads(cause)), bool(once), deadline)
