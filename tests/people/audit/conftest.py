"""A store of the audit in a folder, with rows in it, and a way to open it behind its back."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from homeserver.people.audit.entry import row_of
from homeserver.people.audit.seal import Seal
from homeserver.people.audit.trail import Trail
from homeserver.runtime.store import Store
from homeserver.topics.audit import AuditEvent

MIGRATIONS = Path(__file__).parents[3] / "homeserver" / "people" / "audit" / "migrations"
BEGIN = 1_767_600_000_000_000
"""Microseconds since 1970, of the first row."""


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[Trail]:
    async with Store.open(folder / "audit.db", MIGRATIONS) as store:
        yield await Trail.open(store, Seal(folder))


async def fill(trail: Trail, count: int) -> None:
    """So many rows, a second apart."""
    events = [
        AuditEvent("call", f"person.p{at % 3}", "home.rename", details={"entity": f"light.l{at % 5}", "args": "name"})
        for at in range(count)
    ]
    first = trail.mark.id
    times = (BEGIN + (first + at) * 1_000_000 for at in range(count))
    rows = [row_of(one, "process.core", at, trail.names, set()) for one, at in zip(events, times, strict=False)]
    await trail.append(rows, {})


def tamper(folder: Path, *statements: str) -> None:
    """Change the file as whoever has it might."""
    connection = sqlite3.connect(folder / "audit.db", isolation_level=None)
    try:
        for statement in statements:
            connection.execute(statement)
    finally:
        connection.close()
