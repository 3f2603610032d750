"""One commit for each turn of the loop, and everybody who waits for it is told."""

import asyncio
from pathlib import Path

from homeserver.home.worker import MIGRATIONS
from homeserver.runtime.clock import settle
from homeserver.runtime.store import Ledger
from homeserver.runtime.turn import Turn


async def test_a_bug_after_the_commit_costs_nobody_else_his_turn(tmp_path: Path) -> None:
    faults: list[str] = []
    bugs: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: bugs.append(context["exception"]))

    def broken(fault: str) -> None:
        raise ZeroDivisionError

    with Ledger.open(tmp_path / "home.db", MIGRATIONS) as ledger:
        turn = Turn(ledger)
        turn.write("DELETE FROM outbox")
        for then in (faults.append, broken, faults.append):
            turn.after(then)
        assert faults == []
        await settle()
    assert faults == ["", ""]
    assert [type(bug) for bug in bugs] == [ZeroDivisionError]
