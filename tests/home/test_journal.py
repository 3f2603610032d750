"""The journal: a deed is done as a whole or not at all."""

import sqlite3
from pathlib import Path

import pytest

from homeserver.home.journal import Journal
from homeserver.home.turn import Turn
from homeserver.home.worker import MIGRATIONS
from homeserver.runtime.store import Ledger


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
