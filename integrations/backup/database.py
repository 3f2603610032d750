"""A SQLite file as it was at one moment, copied while others write to it, and the proof that a copy is sound.

The copy is made by SQLite's online backup API inside one read transaction: writers go on, their commits do not get
into the copy, and they do not make it begin anew. Needs the file to be in WAL mode, as all of the home's are.

A database that this process has open must never be opened as a plain file: closing that would give up the locks that
SQLite holds for the whole process (https://www.sqlite.org/howtocorrupt.html, 2.2).
"""

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Final
from urllib.parse import quote

from integrations.backup.manifest import BackupError

_PATIENCE: Final = 30.0
"""Seconds to wait for a lock."""
_PAGES: Final = 1000
"""Pages copied between two looks at whether to go on: some milliseconds."""


def copy_database(source: Path, target: Path, go_on: Callable[[], None]) -> None:
    """Write the content of `source` to the new file `target` (mode 600). `go_on` may raise to break off."""
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    with (
        closing(sqlite3.connect(_address(source, "mode=rw"), _PATIENCE, isolation_level=None, uri=True)) as live,
        closing(sqlite3.connect(target, isolation_level=None)) as copy,
    ):
        copy.execute("PRAGMA synchronous = OFF")  # whoever wants it durable syncs the finished file
        live.execute("BEGIN")
        live.execute("SELECT count(*) FROM sqlite_schema").fetchone()  # from here on we see this moment only
        live.backup(copy, pages=_PAGES, progress=lambda status, remaining, total: go_on())
        live.execute("ROLLBACK")


def check_database(file: Path, name: str) -> None:
    """Raise `BackupError` unless the file, which nobody may be writing to, is a sound database."""
    try:
        with closing(sqlite3.connect(_address(file, "mode=ro&immutable=1"), uri=True)) as database:
            found = database.execute("PRAGMA integrity_check(1)").fetchone()[0]
    except sqlite3.DatabaseError as error:
        found = str(error)
    if found != "ok":
        raise BackupError(f"{name} is damaged ({found}); restore it from an earlier backup")


def _address(file: Path, options: str) -> str:
    return f"file:{quote(str(file.absolute()))}?{options}"
