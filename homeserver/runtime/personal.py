"""What a worker's own file holds of somebody: its rows for an archive, and his name taken out of every one of them.

A worker keeps who did something as a login in a column, or within JSON: so all texts of the file are looked through,
whatever the tables are. Bytes (`BLOB`) are left alone: they are what people wrote, such as the text of a rule.
"""

import re
import sqlite3
from collections.abc import Iterator
from typing import Any, Final

from homeserver.runtime.people import PREFIX
from homeserver.runtime.store import Ledger

GONE: Final = "person:erased"
"""What stands in the place of a login of which nobody is to know any more whose it was."""
_MOST: Final = 10_000
"""Rows of one table in an archive."""
_OURS: Final = "schema_migration"


def logins_of(user: str) -> tuple[str, ...]:
    """How somebody is named: by his login, and by his entity."""
    return tuple(dict.fromkeys((f"{PREFIX}{user}", f"{PREFIX}{user.replace('-', '_')}")))


def rows_of(ledger: Ledger, user: str) -> dict[str, list[dict[str, Any]]]:
    """By table, the rows in which somebody is named."""
    found, named = {}, _pattern(user)
    for table, columns in _tables(ledger):
        where, values = _where(columns, user)
        query = f'SELECT * FROM "{table}" WHERE {where} LIMIT {_MOST}'  # noqa: S608 - names of our own tables
        rows = [
            {name: value for name, value in dict(row).items() if not isinstance(value, bytes)}
            for row in ledger.fetch(query, values)
            if any(named.search(row[column] or "") for column in columns)
        ]
        if rows:
            found[table] = rows
    return found


def take_out(ledger: Ledger, user: str) -> int:
    """Put `GONE` in the place of his name in all rows; how many there were. Raises `sqlite3.Error`. Nothing is left in
    what is free of the file: it is written anew, which for some megabytes takes a moment."""
    named, changed = _pattern(user), 0
    ledger.function("without_him", lambda text: named.sub(GONE, text) if isinstance(text, str) else text)
    with ledger.transaction():
        for table, columns in _tables(ledger):
            where, values = _where(columns, user)
            puts = ", ".join(f'"{column}" = without_him("{column}")' for column in columns)
            changed += ledger.execute(f'UPDATE OR REPLACE "{table}" SET {puts} WHERE {where}', values)  # noqa: S608
    scrub(ledger)
    return changed


def scrub(ledger: Ledger) -> None:
    """Leave nothing in the file of what was deleted or changed."""
    ledger.execute("VACUUM")
    ledger.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _pattern(user: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![a-z0-9_.-])(?:{'|'.join(map(re.escape, logins_of(user)))})(?![a-z0-9_-])")


def _tables(ledger: Ledger) -> Iterator[tuple[str, list[str]]]:
    """Each table with its columns of text."""
    query = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    for row in ledger.fetch(query):
        rows: list[sqlite3.Row] = ledger.fetch(f'PRAGMA table_info("{row["name"]}")')
        columns = [one["name"] for one in rows if one["type"] == "TEXT"]
        if columns and row["name"] != _OURS:
            yield row["name"], columns


def _where(columns: list[str], user: str) -> tuple[str, list[str]]:
    pairs = [(column, login) for column in columns for login in logins_of(user)]
    return " OR ".join(f'instr("{column}", ?) > 0' for column, _ in pairs), [login for _, login in pairs]
