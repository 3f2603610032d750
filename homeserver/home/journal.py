"""What people decided about the things of the home, and how to take it back.

The words on each thing lie over what its maker says; None of a word is no word. Every change is a step of a deed in
the journal, with what was before and after, so that a deed can be undone exactly; an undo is a deed too. Kept in the
worker's file and mirrored in memory; writes go through the turn.

A thing is known here by its own id, which it got first and never loses. What people see is its id: their word `id`, or
what its own id was made of. So a rename is one word, whatever names the thing still names it, and its `former` ids
lead to it.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any, Final, Literal

import orjson

from homeserver.runtime.turn import Turn
from homeserver.topics.call import Role
from homeserver.topics.record import record

Kind = Literal["entity", "device", "area", "floor", "label", "zone", "imported", "retained"]
"""What words are about; `imported` is what came in from another system, as it was there. `retained` is no thing but a
topic: what was taken off the broker, so that it can be put there again."""
Words = Mapping[str, Any]
Statement = tuple[str, Sequence[Any]]
"""SQL and its values."""
NONE: Final[Words] = {}
ID: Final = "id"
DISABLED: Final = "disabled"
FORMER: Final = "former"
RETAINED: Final = "retained"
PAYLOAD: Final = "payload"
REMOVED: Final = "removed"
"""Says that a thing was taken out of the registry: the announcement that does not bring it back, or empty text."""
_AGAIN: Final = "#"
"""Stands in an own id before the number of things that were given that id before."""


def given(own: str) -> str:
    """The id that a thing got first."""
    return own.partition(_AGAIN)[0]


def imported(domain: str, unique_id: str) -> str:
    """Under which it is remembered what came in about an entity."""
    return f"entity {domain} {unique_id}"


def own_for(id: str, taken: Callable[[str], bool]) -> str:
    """An own id for a new thing that is called `id`."""
    own, count = id, 1
    while taken(own):
        count += 1
        own = f"{id}{_AGAIN}{count}"
    return own


@record
class Step:
    """One thing's words, before and after; `id` is its own."""

    kind: Kind
    id: str
    before: Words | None
    after: Words | None


@record
class Deed:
    """What somebody did at once. `at` in seconds since 1970; `undid`: the deed that it took back; `role`: the least
    that who did it had to have, and who takes it back."""

    number: int
    at: float
    login: str
    steps: tuple[Step, ...]
    undid: int | None = None
    role: Role = "adult"


class CannotUndoError(Exception):
    """A deed that cannot be taken back; the text says why and what to do first."""


class Journal:
    """`words` by kind and id; `do` and `undo` change them."""

    def __init__(self, turn: Turn) -> None:
        self._turn = turn
        self.words: dict[tuple[str, str], Words] = {}
        self._owns: defaultdict[str, dict[str, None]] = defaultdict(dict)
        self._former: dict[tuple[str, str], str] = {}
        for row in turn.ledger.fetch("SELECT * FROM word"):
            self._keep(row["kind"], row["id"], orjson.loads(row["words"]))
        (last,) = turn.ledger.fetch("SELECT max(deed) AS deed FROM journal")
        self._last: int = last["deed"] or 0

    def _keep(self, kind: str, own: str, words: Words | None) -> None:
        before = self.words.pop((kind, own), NONE)
        self._owns[kind].pop(own, None)
        for id in before.get(FORMER, ()):
            self._former.pop((kind, id), None)
        if words is None:
            return
        if kind == RETAINED:
            return
        self.words[kind, own] = words
        self._owns[kind][own] = None
        for id in words.get(FORMER, ()):
            self._former[kind, id] = own

    def forget(self, kind: Kind, own: str) -> None:
        """Take a thing out of all deeds, too: it goes with somebody who is erased."""
        self._keep(kind, own, None)
        for table in ("word", "journal"):
            self._turn.note(f"DELETE FROM {table} WHERE kind = ? AND id = ?", (kind, own))  # noqa: S608 - one of two

    def of(self, kind: Kind, own: str) -> Words:
        return self.words.get((kind, own), NONE)

    def owns(self, kind: Kind) -> list[str]:
        """The things of a kind that people have said anything of."""
        return list(self._owns[kind])

    def id_of(self, kind: Kind, own: str) -> str:
        """What a thing is called now."""
        return str(self.of(kind, own).get(ID) or given(own))

    def former(self, kind: Kind, id: str) -> str | None:
        """The own id of the thing that was called so."""
        return self._former.get((kind, id))

    def own_for(self, kind: Kind, id: str) -> str:
        """An own id for a new place or label."""
        return own_for(id, lambda own: (kind, own) in self.words or (own != id and self.mentions(kind, own)))

    def awaited(self) -> set[str]:
        """The devices of which an import said that they will come."""
        return {self.words["imported", id]["own"] for id in self._owns["imported"] if id.startswith("device ")}

    def mentioned(self, kind: Kind) -> set[str]:
        """The things of a kind that any deed was ever about."""
        rows = self._turn.ledger.fetch("SELECT DISTINCT id FROM journal WHERE kind = ?", (kind,))
        return {row["id"] for row in rows}

    def mentions(self, kind: Kind, own: str) -> bool:
        """Whether any deed was ever about a thing."""
        return bool(self._turn.ledger.fetch("SELECT 1 FROM journal WHERE kind = ? AND id = ? LIMIT 1", (kind, own)))

    def step(self, kind: Kind, id: str, words: Words | None) -> Step:
        """A step to these words; those that are None are no words, and None altogether takes the thing's words away."""
        after = None if words is None else {name: value for name, value in sorted(words.items()) if value is not None}
        return Step(kind, id, self.words.get((kind, id)), after)

    @staticmethod
    def cleared(topic: str, payload: bytes) -> Step:
        """The step that takes a retained message off the broker."""
        return Step(RETAINED, topic, {PAYLOAD: payload.decode("latin-1")}, None)  # any bytes, one sign each

    @property
    def last(self) -> int:
        """The number of the last deed."""
        return self._last

    def do(
        self,
        steps: Iterable[Step],
        at: float,
        login: str,
        undid: int | None = None,
        role: Role = "adult",
        beside: Iterable[Statement] = (),
    ) -> Deed | None:
        """Carry steps out; None where they change nothing. Raises `sqlite3.Error`, and has done nothing then. `beside`
        is written in the same transaction."""
        real = tuple(step for step in steps if step.before != step.after)
        if not real:
            return None
        deed = Deed(self._last + 1, at, login, real, undid, role)
        self._turn.write("SAVEPOINT deed")
        try:
            for sql, values in beside:
                self._turn.write(sql, values)
            self._write(deed)
        except sqlite3.Error:
            with suppress(sqlite3.Error):  # SQLite may have taken everything back by itself
                self._turn.write("ROLLBACK TO deed")
            raise
        if fault := self._turn.end():  # what is answered as done is in the file
            raise sqlite3.OperationalError(fault)
        self._last = deed.number
        for step in real:
            self._keep(step.kind, step.id, None)  # all let go of their ids before any takes one
        for step in real:
            self._keep(step.kind, step.id, step.after)
        return deed

    def _write(self, deed: Deed) -> None:
        """Many at once: a deed may have thousands of steps, and nobody has a turn meanwhile."""
        write, whose = self._turn.ledger.execute_many, (deed.undid, deed.role)
        texts = [(step.kind, step.id, _text(step.before), _text(step.after)) for step in deed.steps]
        write(
            "INSERT INTO journal (deed, at, login, kind, id, before, after, undid, role)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            ((deed.number, deed.at, deed.login, *text, *whose) for text in texts),
        )
        after = {(kind, id): text for kind, id, _, text in texts if kind != RETAINED}
        write("DELETE FROM word WHERE kind = ? AND id = ?", (key for key, text in after.items() if text is None))
        write("INSERT OR REPLACE INTO word VALUES (?, ?, ?)", ((*key, text) for key, text in after.items() if text))

    def reversal(self, deed: Deed) -> list[Step]:
        """The steps that take a deed back; raises `CannotUndoError`."""
        self._check_is_last(deed)
        for step in deed.steps:
            if step.kind != RETAINED and self.words.get((step.kind, step.id)) != step.after:
                raise CannotUndoError(
                    f"{step.kind} {self.id_of(step.kind, step.id)} was changed since deed {deed.number}"
                )
        return [Step(step.kind, step.id, step.after, step.before) for step in reversed(deed.steps)]

    def _check_is_last(self, deed: Deed) -> None:
        """Nothing that stands came after it: words that happen to be the same again do not tell."""
        things, undone = {(step.kind, step.id) for step in deed.steps}, set[int]()
        query = "SELECT deed, undid, kind, id FROM journal WHERE deed > ? ORDER BY deed DESC"
        for row in self._turn.ledger.fetch(query, (deed.number,)):
            if row["deed"] in undone:
                continue
            if row["undid"] == deed.number:
                raise CannotUndoError(f"deed {deed.number} was undone already: undo {row['deed']} to do it again")
            if row["undid"] is not None:
                undone.add(row["undid"])
            is_cancelled = row["undid"] is not None and row["undid"] > deed.number
            if (row["kind"], row["id"]) in things and not is_cancelled:
                thing = f"{row['kind']} {self.id_of(row['kind'], row['id'])}"
                raise CannotUndoError(f"{thing} was changed again since deed {deed.number}: undo that first")

    def undoable(self) -> int:
        """The last deed that stands and is no undo itself; one whose undo was undone stands again. Raises
        `CannotUndoError`."""
        rows = self._turn.ledger.fetch("SELECT DISTINCT deed, undid FROM journal ORDER BY deed DESC")
        undone: set[int] = set()
        for row in rows:
            if row["deed"] in undone:
                continue
            if row["undid"] is None:
                return int(row["deed"])
            undone.add(row["undid"])
        raise CannotUndoError("there is nothing to undo")

    def read(self, number: int, deeds: list[Deed]) -> Iterator[None]:
        """Read a deed, a step at a time, and put it into `deeds`; raises `CannotUndoError` where there is none."""
        rows = self._turn.ledger.fetch("SELECT * FROM journal WHERE deed = ? ORDER BY number", (number,))
        if not rows:
            raise CannotUndoError(f"there is no deed {number}: `homeserver undo --list` shows them")
        steps = []
        for row in rows:
            steps.append(_step(row))
            yield
        deeds.append(_deed(rows[0], steps))

    def latest(self, count: int, offset: int, most: int) -> list[tuple[Deed, int]]:
        """The latest deeds, the last one first: each with `most` of the steps that people see, and how many those are.
        What was kept of another system's words is none."""
        counted = "SELECT deed, sum(kind <> 'imported') AS steps FROM journal"
        query = f"{counted} GROUP BY deed ORDER BY deed DESC LIMIT ? OFFSET ?"
        found = self._turn.ledger.fetch(query, (count, offset))
        return [(self._first(row["deed"], most), row["steps"]) for row in found]

    def _first(self, number: int, most: int) -> Deed:
        query = "SELECT * FROM journal WHERE deed = ? ORDER BY kind = 'imported', number LIMIT ?"
        rows = self._turn.ledger.fetch(query, (number, most))
        return _deed(rows[0], [_step(row) for row in rows if row["kind"] != "imported"])


def _deed(row: sqlite3.Row, steps: Iterable[Step]) -> Deed:
    return Deed(row["deed"], row["at"], row["login"], tuple(steps), row["undid"], row["role"])


def _step(row: sqlite3.Row) -> Step:
    return Step(row["kind"], row["id"], _words(row["before"]), _words(row["after"]))


def _text(words: Words | None) -> str | None:
    return None if words is None else orjson.dumps(words).decode()


def _words(text: str | None) -> Words | None:
    return None if text is None else orjson.loads(text)
