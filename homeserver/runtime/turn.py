"""One transaction for each turn of the event loop: what must be safe before it is acted upon, at the price of one
commit.

Writes begin a transaction; when the turn is over it is committed, and only then what waits for it runs. A burst of
commands in one turn costs one commit. Needs the worker's ledger; keeps nothing over a turn.
"""

import asyncio
import logging
import sqlite3
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import closing
from typing import Any, Final

from homeserver.runtime.store import Ledger

log = logging.getLogger(__name__)
_LARGE_LOG: Final = 2 * 1024 * 1024
"""Bytes of the write-ahead log from which it is worth copying into the file."""
_MANY: Final = 50
"""Commits after which it is worth looking how long the log has grown."""
After = Callable[[str], None]
"""Called once the turn is committed, with an empty text, or with why it could not be."""


def _nobody(fault: str) -> None:
    """Watches until somebody does."""


def _nothing() -> None:
    """Where somebody has clockwork of his own."""


class Turn:
    """`write` now, `after` the commit."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self._open = False
        self._wrote = False
        self._waiting: deque[After] = deque()
        self._commits = 0
        self.often: Callable[[], object] = _nothing
        """Called after each `_MANY` commits: time to `tidy`, for a worker that has no clockwork for that."""
        self._fault = ""
        self.watch: After = _nobody
        """Told when the file can no longer be written, with the reason, and with an empty text when it can be again."""
        # SQLite would copy its log into the file in the middle of a commit, with a wait for the disk: `tidy` does that.
        ledger.execute("PRAGMA wal_autocheckpoint = 0")

    @property
    def is_open(self) -> bool:
        """Whether something of this turn is still to be committed."""
        return self._open

    def write(self, sql: str, values: Sequence[Any] = ()) -> int:
        """One statement; gives the number of rows changed. Raises `sqlite3.Error`."""
        if not self._open:
            self.ledger.execute("BEGIN IMMEDIATE")
            self._open = True
            asyncio.get_running_loop().call_soon(self.end)
        count = self.ledger.execute(sql, values)
        self._wrote = True
        return count

    def note(self, sql: str, values: Sequence[Any] = ()) -> int:
        """The same for what is known in memory too: a file that cannot be written costs no more than its memory."""
        try:
            return self.write(sql, values)
        except sqlite3.Error as error:
            self.cannot(f"a file of the home cannot be written: {error}")
            return 0

    def after(self, then: After) -> None:
        """Run `then` once all that was written so far is committed."""
        if self._open:
            self._waiting.append(then)
        else:
            then("")

    def end(self) -> str:
        """Commit now; gives an empty text, or why it could not be."""
        if not self._open:
            return ""
        self._open = False
        waiting, self._waiting = self._waiting, deque()
        fault = self._commit()
        self._tell(waiting, fault)
        return fault

    def _tell(self, waiting: deque[After], fault: str) -> None:
        """Whatever one of them raises, the others get their turn: their rows are committed."""
        try:
            while waiting:
                waiting.popleft()(fault)
        finally:
            if waiting:
                asyncio.get_running_loop().call_soon(self._tell, waiting, fault)

    async def tidy(self) -> None:
        """Copy the write-ahead log into the file, in a thread, once it has grown."""
        log_file = self.ledger.path.with_name(f"{self.ledger.path.name}-wal")
        if log_file.exists() and log_file.stat().st_size >= _LARGE_LOG:
            await asyncio.to_thread(self._checkpoint)

    def _checkpoint(self) -> None:
        with closing(sqlite3.connect(self.ledger.path, timeout=1.0)) as connection:
            connection.execute("PRAGMA wal_checkpoint(PASSIVE)")

    def _commit(self) -> str:
        try:
            self.ledger.execute("COMMIT")
        except sqlite3.Error as error:
            self.cannot(f"what was to be kept could not be written: {error}")
            self._roll_back()
            return f"the home cannot write its file: {error}"
        self._commits += 1
        if self._commits % _MANY == 0:
            self.often()
        if self._fault and self._wrote:
            self._fault = ""
            self.watch("")
        return ""

    def cannot(self, text: str) -> None:
        """The file cannot be written. Told once, until it is over: a full disk would be filled by words about it."""
        self._wrote = False
        if not self._fault:
            self._fault = text
            log.error("%s", text)
            self.watch(text)

    def _roll_back(self) -> None:
        try:
            self.ledger.execute("ROLLBACK")
        except sqlite3.Error:
            log.debug("nothing to take back")
