"""The file of the audit: opened, and where it is damaged set aside, so that nothing keeps the home from going on.

What was set aside stays beside the new one, `audit.db.broken-<time>`, until somebody takes it away; how much of it
still holds can be told. The new chain goes on behind the last row that the head tells of. Keeps nothing in memory.
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing, suppress
from datetime import datetime
from pathlib import Path
from typing import Final

from homeserver.people.audit.chain import Mark, follow
from homeserver.people.audit.names import Names
from homeserver.people.audit.seal import Seal
from homeserver.people.audit.trail import Trail
from homeserver.runtime.store import Store, StoreError

_MIGRATIONS: Final = Path(__file__).with_name("migrations")
NAME: Final = "audit.db"
_BROKEN: Final = f"{NAME}.broken-"
_MANY: Final = 5_000
REMEDY: Final = (
    "take it away (a backup may hold a whole one), then `homeserver people verify-audit` tells how the audit stands"
)


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[Trail]:
    """The audit of a data folder; raises what `is_damage` knows, `StoreError` or OSError."""
    seal = Seal(folder)
    async with Store.open(folder / NAME, _MIGRATIONS) as store:
        yield await Trail.open(store, seal)


@asynccontextmanager
async def begun_anew(folder: Path, names: Names | None) -> AsyncIterator[Trail]:
    """A new chain behind the one that was set aside; `names`: the pseudonyms that are still in memory."""
    async with opened(folder) as trail:
        await trail.follow(names)
        yield trail


def is_damage(error: BaseException) -> bool:
    """Whether a file can never be read as it is, rather than not now."""
    cause = error.__cause__ if isinstance(error, StoreError) else error
    if isinstance(cause, sqlite3.Error):
        code = getattr(cause, "sqlite_errorcode", None)
        return (code & 0xFF if code is not None else None) in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
    return isinstance(error, ValueError)  # the key is none


def set_aside(folder: Path, now: datetime) -> str:
    """Move the damaged file away; its new name. Raises OSError."""
    name = f"{_BROKEN}{now:%Y%m%d-%H%M%S}"
    for end in ("", "-wal", "-shm"):
        with suppress(FileNotFoundError):
            (folder / f"{NAME}{end}").rename(folder / f"{name}{end}")
    with suppress(FileNotFoundError):
        try:
            Seal(folder)
        except ValueError:
            (folder / "audit.key").rename(folder / f"audit.key.broken-{now:%Y%m%d-%H%M%S}")
    return name


def broken(folder: Path) -> list[str]:
    """The names of what was set aside and is still there."""
    found = (path.name for path in folder.glob(f"{_BROKEN}*"))
    return sorted(name for name in found if not name.endswith(("-wal", "-shm", "-journal")))


async def told(folder: Path, name: str, key: bytes) -> str:
    """How much of a file that was set aside still holds, in a sentence."""
    return f"{name}: {await asyncio.to_thread(_looked_at, folder / name, key)}"


def _looked_at(path: Path, key: bytes) -> str:
    first, mark = 0, Mark()
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
            connection.row_factory = sqlite3.Row
            begin = connection.execute("SELECT id, hash FROM checkpoint").fetchone()
            mark = Mark(begin["id"], begin["hash"]) if begin is not None else mark
            first = mark.id + 1
            while rows := connection.execute(
                "SELECT * FROM audit WHERE id > ? ORDER BY id LIMIT ?", (mark.id, _MANY)
            ).fetchall():
                mark, fault = follow(key, mark, rows)
                if fault is not None:
                    return f"rows {first} to {mark.id} hold, then {fault.reason}" if mark.id >= first else fault.reason
    except sqlite3.Error as error:
        if first and mark.id >= first:
            return f"rows {first} to {mark.id} hold, and what comes after cannot be read ({error})"
        return f"it cannot be read ({error})"
    return f"rows {first} to {mark.id} hold" if mark.id >= first else "it holds no rows"
