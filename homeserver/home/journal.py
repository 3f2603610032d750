"""What people decided about the things of the home, and how to take it back.

The words on each thing lie over what its maker says; None of a word is no word. Every change is a step of a deed in
the journal, with what was before and after, so that a deed can be undone exactly; an undo is a deed too. Kept in the
worker's file and mirrored in memory; writes go through the turn.
"""

import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

import orjson

from homeserver.home.turn import Turn

Kind = Literal["entity", "device", "area", "floor", "label"]
Words = Mapping[str, Any]
NONE: Final[Words] = {}


@dataclass(frozen=True, slots=True)
class Step:
    """One thing's words, before and after."""

    kind: Kind
    id: str
    before: Words | None
    after: Words | None


@dataclass(frozen=True, slots=True)
class Deed:
    """What somebody did at once. `at` in seconds since 1970; `undid`: the deed that it took back."""

    number: int
    at: float
    login: str
    steps: tuple[Step, ...]
    undid: int | None = None


class CannotUndoError(Exception):
    """A deed that cannot be taken back; the text says why and what to do first."""


class Journal:
    """`words` by kind and id; `do` and `undo` change them."""

    def __init__(self, turn: Turn) -> None:
        self._turn = turn
        self.words: dict[tuple[str, str], Words] = {}
        for row in turn.ledger.fetch("SELECT * FROM word"):
            self.words[row["kind"], row["id"]] = orjson.loads(row["words"])
        (last,) = turn.ledger.fetch("SELECT max(deed) AS deed FROM journal")
        self._last: int = last["deed"] or 0

    def of(self, kind: Kind, id: str) -> Words:
        return self.words.get((kind, id), NONE)

    def ids(self, kind: Kind) -> list[str]:
        """The things of a kind that people have said anything of."""
        return [id for of_kind, id in self.words if of_kind == kind]

    def step(self, kind: Kind, id: str, words: Words | None) -> Step:
        """A step to these words; those that are None are no words, and None altogether takes the thing's words away."""
        after = None if words is None else {name: value for name, value in sorted(words.items()) if value is not None}
        return Step(kind, id, self.words.get((kind, id)), after)

    def do(self, steps: Iterable[Step], at: float, login: str, undid: int | None = None) -> Deed | None:
        """Carry steps out; None where they change nothing. Raises `sqlite3.Error`, and has done nothing then."""
        real = tuple(step for step in steps if step.before != step.after)
        if not real:
            return None
        deed = Deed(self._last + 1, at, login, real, undid)
        for step in real:
            self._write(deed, step)
        self._last = deed.number
        for step in real:
            if step.after is None:
                self.words.pop((step.kind, step.id), None)
            else:
                self.words[step.kind, step.id] = step.after
        return deed

    def _write(self, deed: Deed, step: Step) -> None:
        before, after = _text(step.before), _text(step.after)
        self._turn.write(
            "INSERT INTO journal (deed, at, login, kind, id, before, after, undid) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (deed.number, deed.at, deed.login, step.kind, step.id, before, after, deed.undid),
        )
        if after is None:
            self._turn.write("DELETE FROM word WHERE kind = ? AND id = ?", (step.kind, step.id))
        else:
            self._turn.write("INSERT OR REPLACE INTO word VALUES (?, ?, ?)", (step.kind, step.id, after))

    def undo(self, number: int | None, at: float, login: str) -> Deed:
        """Take a deed back, or the last one that has not been; raises `CannotUndoError`."""
        if number is None:
            number = self._undoable()
        deed = self.deed(number)
        if deed is None:
            raise CannotUndoError(f"there is no deed {number}: `homeserver undo --list` shows them")
        for step in deed.steps:
            if self.words.get((step.kind, step.id)) != step.after:
                raise CannotUndoError(f"{step.kind} {step.id} was changed again since deed {number}: undo that first")
        steps = [Step(step.kind, step.id, step.after, step.before) for step in reversed(deed.steps)]
        done = self.do(steps, at, login, number)
        if done is None:
            raise CannotUndoError(f"deed {number} changed nothing")
        return done

    def _undoable(self) -> int:
        """The last deed that stands and is no undo itself; one whose undo was undone stands again."""
        rows = self._turn.ledger.fetch("SELECT DISTINCT deed, undid FROM journal ORDER BY deed DESC")
        undone: set[int] = set()
        for row in rows:
            if row["deed"] in undone:
                continue
            if row["undid"] is None:
                return int(row["deed"])
            undone.add(row["undid"])
        raise CannotUndoError("there is nothing to undo")

    def deed(self, number: int) -> Deed | None:
        rows = self._turn.ledger.fetch("SELECT * FROM journal WHERE deed = ? ORDER BY number", (number,))
        return _deed(rows) if rows else None

    def latest(self, count: int, offset: int = 0) -> list[Deed]:
        """The latest deeds, the last one first."""
        query = "SELECT DISTINCT deed FROM journal ORDER BY deed DESC LIMIT ? OFFSET ?"
        numbers = [row["deed"] for row in self._turn.ledger.fetch(query, (count, offset))]
        return [deed for number in numbers if (deed := self.deed(number)) is not None]


def _deed(rows: list[sqlite3.Row]) -> Deed:
    first = rows[0]
    steps = tuple(Step(row["kind"], row["id"], _words(row["before"]), _words(row["after"])) for row in rows)
    return Deed(first["deed"], first["at"], first["login"], steps, first["undid"])


def _text(words: Words | None) -> str | None:
    return None if words is None else orjson.dumps(words).decode()


def _words(text: str | None) -> Words | None:
    return None if text is None else orjson.loads(text)
