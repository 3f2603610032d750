"""The journal: a deed is done as a whole or not at all."""

import sqlite3
from pathlib import Path

import pytest

from homeserver.home.journal import Journal
from homeserver.home.worker import MIGRATIONS
from homeserver.runtime.store import Ledger
from homeserver.runtime.turn import Turn


async def test_of_a_deed_that_cannot_be_written_nothing_is_left(tmp_path: Path) -> None:
    with Ledger.open(tmp_path / "home.db", MIGRATIONS) as ledger:
        turn = Turn(ledger)
        journal = Journal(turn)
        ledger.execute(
            "CREATE TEMP TRIGGER full BEFORE INSERT ON journal WHEN NEW.id = 'attic'"
            " BEGIN SELECT RAISE(ABORT, 'no room'); END"
        )
        steps = [journal.step("area", id, {"name": id}) for id in ("cellar", "attic")]
        with pytest.raises(sqlite3.Error, match="no room"):
            journal.do(steps, 0.0, "person.owner")
        assert journal.do(steps[:1], 1.0, "person.owner") is not None
        turn.end()
        assert journal.words == {("area", "cellar"): {"name": "cellar"}}
        assert [(row["deed"], row["at"]) for row in ledger.fetch("SELECT * FROM journal")] == [(1, 1.0)]


async def test_of_a_deed_that_cannot_be_committed_nothing_is_known(tmp_path: Path) -> None:
    with Ledger.open(tmp_path / "home.db", MIGRATIONS) as ledger:
        turn = Turn(ledger)
        journal = Journal(turn)
        ledger.execute("PRAGMA foreign_keys = ON")
        ledger.execute("CREATE TABLE bin (id INTEGER PRIMARY KEY)")
        ledger.execute("CREATE TABLE bag (bin REFERENCES bin DEFERRABLE INITIALLY DEFERRED)")
        turn.write("INSERT INTO bag VALUES (1)")  # no such bin: SQLite says so at the commit
        step = journal.step("area", "attic", {"name": "Attic"})
        with pytest.raises(sqlite3.Error, match="FOREIGN KEY"):
            journal.do([step], 0.0, "person.owner")
        assert journal.words == {}
        assert journal.do([step], 1.0, "person.owner") is not None
        assert [(row["deed"], row["at"]) for row in ledger.fetch("SELECT * FROM journal")] == [(1, 1.0)]
