"""One transaction for each turn of the event loop: what must be safe before it is acted upon, at the price of one
commit.

Writes begin a transaction; when the turn is over it is committed, and only then what waits for it runs. A burst of
commands in one turn costs one commit. Needs the worker's ledger; keeps nothing over a turn.
"""

import asyncio
import logging
import sqlite3
from collections.abc import Callable, Sequence
from typing import Any

from homeserver.runtime.store import Ledger

log = logging.getLogger(__name__)
After = Callable[[str], None]
"""Called once the turn is committed, with an empty text, or with why it could not be."""


class Turn:
    """`write` now, `after` the commit."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self._open = False
        self._waiting: list[After] = []

    def write(self, sql: str, values: Sequence[Any] = ()) -> int:
        """One statement; gives the number of rows changed. Raises `sqlite3.Error`."""
        if not self._open:
            self.ledger.execute("BEGIN IMMEDIATE")
            self._open = True
            asyncio.get_running_loop().call_soon(self.end)
        return self.ledger.execute(sql, values)

    def after(self, then: After) -> None:
        """Run `then` once all that was written so far is committed."""
        if self._open:
            self._waiting.append(then)
        else:
            then("")

    def end(self) -> None:
        """Commit now."""
        if not self._open:
            return
        self._open = False
        waiting, self._waiting = self._waiting, []
        fault = self._commit()
        for then in waiting:
            then(fault)

    def _commit(self) -> str:
        try:
            self.ledger.execute("COMMIT")
        except sqlite3.Error as error:
            log.error("what was to be kept could not be written: %s", error)
            self._roll_back()
            return f"the home cannot write its file: {error}"
        return ""

    def _roll_back(self) -> None:
        try:
            self.ledger.execute("ROLLBACK")
        except sqlite3.Error:
            log.debug("nothing to take back")
