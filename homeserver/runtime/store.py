"""A worker's own SQLite file: `Store` for everything that may wait, `Ledger` for what must be committed in the loop.

Both migrate the file when they open it, hold a lock on it against other processes, and run in WAL mode: a commit
survives the end of the process at once, and a power cut but for the last moments before it. `Store` writes on one
connection, in order, and reads on another. Both may be open on the same file within one process.
"""

import asyncio
import fcntl
import os
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, Final

import aiosqlite

from homeserver.runtime.migrations import (
    PATIENCE,
    PRAGMAS,
    StoreError,
    back_up,
    bring_up_to_date,
    connect,
    readable,
)

__all__ = ["Ledger", "Store", "StoreError"]
Values = Sequence[Any]


_held: Final[dict[Path, tuple[int, int]]] = {}
"""The locks of this process: descriptor and how often it was asked for."""


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold the file against other processes; the kernel lets go when this one ends, however it ends."""
    path = path.absolute()
    handle, count = _held.get(path) or (_lock(path), 0)
    _held[path] = (handle, count + 1)
    try:
        yield
    finally:
        handle, count = _held.pop(path)
        if count > 1:
            _held[path] = (handle, count - 1)
        else:
            os.close(handle)


def _lock(path: Path) -> int:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(f"{path}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        owner = os.pread(handle, 20, 0).decode() or "unknown"
        os.close(handle)
        raise StoreError(f"{path} is in use by process {owner}: end that one first") from None
    os.ftruncate(handle, 0)
    os.pwrite(handle, str(os.getpid()).encode(), 0)
    return handle


class Store:
    """`async with Store.open(path, migrations) as store`. Reads see what was committed last."""

    def __init__(self, path: Path, writer: aiosqlite.Connection, reader: aiosqlite.Connection) -> None:
        self.path = path
        self._writer = writer
        self._reader = reader
        self._turn = asyncio.Lock()

    @classmethod
    @asynccontextmanager
    async def open(cls, path: Path, migrations: Path) -> AsyncIterator["Store"]:
        """Migrate and open; raises `StoreError`."""
        async with AsyncExitStack() as stack:
            stack.enter_context(_locked(path))
            await asyncio.to_thread(bring_up_to_date, path, migrations)
            writer = await stack.enter_async_context(aiosqlite.connect(path, timeout=PATIENCE, isolation_level=None))
            reader = await stack.enter_async_context(aiosqlite.connect(path, timeout=PATIENCE, isolation_level=None))
            for connection in (writer, reader):
                connection.row_factory = sqlite3.Row
                for pragma in PRAGMAS:
                    await connection.execute(pragma)
            await reader.execute("PRAGMA query_only = ON")
            yield cls(path, writer, reader)

    async def fetch(self, sql: str, values: Values = ()) -> list[sqlite3.Row]:
        """All rows of a query."""
        async with self._reader.execute(sql, values) as cursor:
            return list(await cursor.fetchall())

    async def fetch_one(self, sql: str, values: Values = ()) -> sqlite3.Row | None:
        """The first row of a query."""
        async with self._reader.execute(sql, values) as cursor:
            return await cursor.fetchone()

    async def execute(self, sql: str, values: Values = ()) -> int:
        """One statement, committed when this returns; gives the number of rows changed."""
        async with self._turn, self._writer.execute(sql, values) as cursor:
            return cursor.rowcount

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator["Transaction"]:
        """Statements that are committed together, or not at all when the block raises."""
        async with self._turn:
            await self._writer.execute("BEGIN IMMEDIATE")
            try:
                yield Transaction(self._writer)
            except BaseException:
                await asyncio.shield(self._writer.execute("ROLLBACK"))
                raise
            await self._writer.execute("COMMIT")

    async def back_up(self, copy: Path) -> None:
        """Write a whole, consistent copy while everything goes on."""
        await asyncio.to_thread(_copy, self.path, copy)


def _copy(path: Path, copy: Path) -> None:
    connection = connect(path)
    try:
        back_up(connection, copy)
    finally:
        connection.close()


class Transaction:
    """The statements of one transaction; reads see its own writes."""

    def __init__(self, connection: aiosqlite.Connection) -> None:
        self._connection = connection

    async def execute(self, sql: str, values: Values = ()) -> int:
        async with self._connection.execute(sql, values) as cursor:
            return cursor.rowcount

    async def execute_many(self, sql: str, rows: Iterable[Values]) -> int:
        async with self._connection.executemany(sql, rows) as cursor:
            return cursor.rowcount

    async def fetch(self, sql: str, values: Values = ()) -> list[sqlite3.Row]:
        async with self._connection.execute(sql, values) as cursor:
            return list(await cursor.fetchall())


class Ledger:
    """The same without a thread: a commit of a small row takes microseconds, and holds up the loop for as long.

    For rows that must be safe before an answer is given, such as an outbox; never for queries over many rows.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self._connection = connection

    @classmethod
    @contextmanager
    def open(cls, path: Path, migrations: Path) -> Iterator["Ledger"]:
        """Migrate and open; raises `StoreError`."""
        with _locked(path):
            bring_up_to_date(path, migrations)
            with readable(path):
                connection = connect(path)
            try:
                yield cls(path, connection)
            finally:
                connection.close()

    def execute(self, sql: str, values: Values = ()) -> int:
        """One statement, committed when this returns (unless in `transaction`); gives the number of rows changed."""
        return self._connection.execute(sql, values).rowcount

    def function(self, name: str, does: Callable[[Any], Any]) -> None:
        """Let statements use a function of one value."""
        self._connection.create_function(name, 1, does, deterministic=True)

    def execute_many(self, sql: str, rows: Iterable[Values]) -> int:
        """One statement for many rows; put it into a `transaction`."""
        return self._connection.executemany(sql, rows).rowcount

    def fetch(self, sql: str, values: Values = ()) -> list[sqlite3.Row]:
        return self._connection.execute(sql, values).fetchall()

    def fetch_one(self, sql: str, values: Values = ()) -> sqlite3.Row | None:
        row: sqlite3.Row | None = self._connection.execute(sql, values).fetchone()
        return row

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Statements that are committed together, or not at all when the block raises. Nothing may be awaited in it."""
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")
