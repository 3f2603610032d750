"""Numbered migrations of a SQLite file: `0001_name.sql` and on, applied once each, in order, forward only.

Each is one transaction; what was applied is kept in the file itself with a checksum, so that a migration which was
changed afterwards is found. Before an existing file is changed it is copied to `backups/<name>-<version>.db` beside it.
"""

import hashlib
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from homeserver.topics.record import record

_FILE_NAME: Final = re.compile(r"(\d{4})_[a-z0-9_]+\.sql")
_APPLIED: Final = """
CREATE TABLE IF NOT EXISTS schema_migration (
    version INTEGER PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL, applied TEXT NOT NULL
) STRICT
"""
PATIENCE: Final = 5.0
"""Seconds to wait for another connection's lock, such as that of a backup."""


class StoreError(Exception):
    """A file that cannot be opened or brought up to date; the text says which, why and what to do."""


@record
class Migration:
    """One step, with the SHA-256 of its text."""

    version: int
    name: str
    sql: str
    checksum: str


def read_migrations(folder: Path) -> list[Migration]:
    """The migrations of a folder in order; raises `StoreError` where numbers are missing or doubled."""
    found = []
    for path in sorted(folder.glob("*.sql")):
        name = _FILE_NAME.fullmatch(path.name)
        if name is None:
            raise StoreError(f"{path}: a migration is called 0001_what_it_does.sql")
        sql = path.read_text("utf-8")
        found.append(Migration(int(name[1]), path.name, sql, hashlib.sha256(sql.encode()).hexdigest()))
    if not found:
        raise StoreError(f"{folder} holds no migrations")
    if [one.version for one in found] != list(range(1, len(found) + 1)):
        raise StoreError(f"{folder}: migrations must be numbered 0001, 0002, ... without a gap or a double")
    return found


def bring_up_to_date(path: Path, folder: Path) -> None:
    """Create the file at `path` or migrate it to the newest version; raises `StoreError`."""
    migrations = read_migrations(folder)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with readable(path), closing(connect(path)) as connection:
        connection.execute(_APPLIED)
        done = connection.execute("SELECT version, name, checksum FROM schema_migration ORDER BY version").fetchall()
        _check_applied(path, migrations, done)
        pending = migrations[len(done) :]
        if done and pending:
            _back_up(connection, path, len(done))
        for migration in pending:
            _apply(connection, path, migration)


def connect(path: Path) -> sqlite3.Connection:
    """A connection in WAL mode without implicit transactions; rows can be read by column name."""
    connection = sqlite3.connect(path, timeout=PATIENCE, isolation_level=None)
    try:
        connection.row_factory = sqlite3.Row
        for pragma in PRAGMAS:
            connection.execute(pragma)
    except sqlite3.Error:
        connection.close()
        raise
    path.chmod(0o600)
    return connection


PRAGMAS: Final = ("PRAGMA journal_mode = WAL", "PRAGMA synchronous = NORMAL", "PRAGMA foreign_keys = ON")


@contextmanager
def readable(path: Path) -> Iterator[None]:
    """Say what SQLite found wrong with a file in words that help."""
    try:
        yield
    except sqlite3.OperationalError as error:
        raise StoreError(f"{path} cannot be opened: {error}; check the folder's rights and free space") from error
    except sqlite3.DatabaseError as error:
        raise StoreError(f"{path} is damaged ({error}); {_remedy(path)}") from error


def _remedy(path: Path) -> str:
    copies = sorted((path.parent / "backups").glob(f"{path.stem}-*.db"), key=lambda copy: copy.stat().st_mtime)
    restore = f"restore it from a backup, the newest is {copies[-1]}" if copies else "restore it from a backup"
    return f"{restore}, or move it away together with its -wal and -shm files to begin anew"


def _check_applied(path: Path, migrations: list[Migration], done: list[sqlite3.Row]) -> None:
    if len(done) > len(migrations):
        raise StoreError(
            f"{path} was written by a newer version of homeserver (its migration {len(done)}, this one "
            f"knows {len(migrations)}): use that, or restore {path.parent / 'backups'}/{path.stem}-{len(migrations)}.db"
        )
    for row, migration in zip(done, migrations, strict=False):
        if row["checksum"] != migration.checksum:
            raise StoreError(
                f"{path}: migration {migration.name} was changed after it had been applied; put its old text back and "
                "write a new migration instead"
            )


def _back_up(connection: sqlite3.Connection, path: Path, version: int) -> None:
    found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    if found != "ok":
        raise StoreError(f"{path} is damaged ({found}); {_remedy(path)}")
    back_up(connection, path.parent / "backups" / f"{path.stem}-{version}.db")


def back_up(connection: sqlite3.Connection, copy: Path) -> None:
    """Copy an open file, whole and consistent, while others use it."""
    copy.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    unfinished = copy.with_suffix(".part")
    unfinished.unlink(missing_ok=True)
    with closing(sqlite3.connect(unfinished)) as target:
        unfinished.chmod(0o600)
        connection.backup(target, pages=2000, sleep=0.0)
    unfinished.replace(copy)


def _apply(connection: sqlite3.Connection, path: Path, migration: Migration) -> None:
    # A table that others refer to is replaced by a copy of it: that works only while references are not followed.
    connection.execute("PRAGMA foreign_keys = OFF")
    connection.execute("BEGIN IMMEDIATE")
    try:
        for statement in statements(migration.sql):
            connection.execute(statement)
        _check_after(connection, migration)
        row = (migration.version, migration.name, migration.checksum, datetime.now(UTC).isoformat())
        connection.execute("INSERT INTO schema_migration VALUES (?, ?, ?, ?)", row)
        connection.execute("COMMIT")
    except (sqlite3.Error, StoreError) as error:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise StoreError(f"{path}: migration {migration.name} failed and was taken back: {error}") from error
    finally:
        connection.execute("PRAGMA foreign_keys = ON")


def _check_after(connection: sqlite3.Connection, migration: Migration) -> None:
    if not connection.in_transaction:
        raise StoreError("a migration must hold no BEGIN, COMMIT or ROLLBACK")
    if broken := connection.execute("PRAGMA foreign_key_check").fetchone():
        raise StoreError(f"a row of table {broken[0]} refers to one of {broken[2]} that is not there")


def statements(sql: str) -> Iterator[str]:
    """The statements of a script, one by one; a trigger with its inner semicolons is one."""
    statement = ""
    for piece in re.split(r"(?<=;)", sql):
        statement += piece
        if piece.endswith(";") and sqlite3.complete_statement(statement):
            yield statement
            statement = ""
    if any(line.strip() and not line.strip().startswith("--") for line in statement.splitlines()):
        raise StoreError(f"the last statement has no semicolon: {statement.strip()[:60]!r}")
