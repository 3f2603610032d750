"""The store of the audit, `audit.db`: rows are put behind the last one, in groups, and never touched again.

A row counts once its group is committed and synced, and the head record tells of it. Keeps the pseudonyms too.
"""

import asyncio
from collections.abc import Iterable
from typing import Any, Final

from homeserver.people.audit.chain import COLUMNS, Fault, Mark, follow, is_signed, link, sign
from homeserver.people.audit.names import Names
from homeserver.people.audit.seal import Seal
from homeserver.runtime.store import Store, Transaction

_INSERT: Final = """
INSERT INTO audit (id, at, kind, who, what, outcome, source, entity, details, cause, sayer, run, seq, tide, hash)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
_ROWS: Final = "SELECT * FROM audit WHERE id > ? ORDER BY id LIMIT 5000"


class Trail:
    """`await Trail.open(store, seal)`. `mark`: the last row; `lost`: what was missing when it was opened."""

    def __init__(self, store: Store, seal: Seal, names: Names) -> None:
        self.store = store
        self.names = names
        self.mark = Mark()
        self.lost = ""
        self._tide = 0
        self._seal = seal
        self._turn = asyncio.Lock()

    @classmethod
    async def open(cls, store: Store, seal: Seal) -> "Trail":
        """Find the end of the chain, and whether it is where it was left."""
        await store.execute("PRAGMA synchronous = FULL")
        await store.execute("PRAGMA secure_delete = ON")
        names = [tuple(row) for row in await store.fetch("SELECT token, person, current FROM name")]
        erased = [row["mark"] for row in await store.fetch("SELECT mark FROM erased")]
        trail = cls(store, seal, Names(seal.key, names, erased))
        last = await store.fetch_one("SELECT id, hash, tide FROM audit ORDER BY id DESC LIMIT 1")
        if last is not None:
            trail.mark, trail._tide = Mark(last["id"], last["hash"]), last["tide"]
        elif (begun := await trail.checkpoint()) is not None:
            trail.mark = begun
        trail.lost = await trail._lost()
        return trail

    async def follow(self, names: Names | None) -> None:
        """Of a store that is new: go on behind the end of a chain whose file is gone, as its head tells, and under the
        pseudonyms that are still known."""
        head = self._seal.head() or Mark()
        async with self._turn, self.store.transaction() as writing:
            if head.id:
                await self._prune(writing, head)
            if names is not None:
                self.names = names.carried(self._seal.key)
                marks = [(mark,) for mark in names.erased]
                await writing.execute_many("INSERT OR IGNORE INTO erased VALUES (?)", marks)
        self.mark, self.lost = head, ""

    async def _lost(self) -> str:
        head = self._seal.head()
        if self._seal.is_new or head is None:
            return "" if self.mark.id == 0 else "the key or the record of the audit's end is gone, or not ours"
        if head.id > self.mark.id:
            return f"rows {self.mark.id + 1} to {head.id} are missing at the end"
        row = await self.store.fetch_one("SELECT hash FROM audit WHERE id = ?", (head.id,))
        same = row is None or row["hash"] == head.hash
        return "" if same else f"row {head.id} is not the one that was written"

    @property
    def key(self) -> bytes:
        """What the chain is made with."""
        return self._seal.key

    async def checkpoint(self) -> Mark | None:
        """The last row that was pruned; None where none was."""
        row = await self.store.fetch_one("SELECT id, hash FROM checkpoint")
        return None if row is None else Mark(row["id"], row["hash"])

    async def append(self, rows: Iterable[dict[str, Any]], heard: dict[str, tuple[str, int]]) -> None:
        """Put rows behind the last, all or none; `heard`: how far each sayer counted. Raises `sqlite3.Error`."""
        async with self._turn:
            mark, tide, made = self.mark, self._tide, []
            for row in rows:
                row["id"], tide = mark.id + 1, max(tide, row["at"])
                mark = Mark(row["id"], link(self._seal.key, mark.hash, row))
                made.append((*(row[name] for name in COLUMNS), tide, mark.hash))
            fresh = list(self.names.fresh)
            async with self.store.transaction() as writing:
                await writing.execute_many(_INSERT, made)
                await writing.execute_many("INSERT INTO name (token, person) VALUES (?, ?)", fresh)
                told = [(sayer, *where) for sayer, where in heard.items()]
                await writing.execute_many("INSERT OR REPLACE INTO heard (sayer, run, seq) VALUES (?, ?, ?)", told)
            self.names.fresh = self.names.fresh[len(fresh) :]
            self.mark, self._tide = mark, tide
            await asyncio.to_thread(self._seal.keep_head, mark)

    async def heard(self) -> dict[str, tuple[str, int]]:
        """How far each sayer counted."""
        return {row["sayer"]: (row["run"], row["seq"]) for row in await self.store.fetch("SELECT * FROM heard")}

    # -- pruning

    async def prune(self, before: int) -> int:
        """Take away what was written before `before`, in microseconds since 1970, from the old end; how many rows. The
        last row stays in any case."""
        newer = await self.store.fetch_one("SELECT id FROM audit WHERE tide >= ? ORDER BY tide, id LIMIT 1", (before,))
        last = (newer["id"] if newer is not None else self.mark.id) - 1
        row = await self.store.fetch_one("SELECT id, hash FROM audit WHERE id = ?", (last,))
        if row is None:
            return 0
        mark = Mark(row["id"], row["hash"])
        async with self._turn, self.store.transaction() as writing:
            return await self._prune(writing, mark)

    async def _prune(self, writing: Transaction, mark: Mark) -> int:
        signature = sign(self._seal.key, "checkpoint", mark)
        values = (mark.id, mark.hash, signature)
        await writing.execute("INSERT OR REPLACE INTO checkpoint VALUES (1, ?, ?, ?)", values)
        return await writing.execute("DELETE FROM audit WHERE id <= ?", (mark.id,))

    # -- verifying

    async def verify(self) -> tuple[Mark, Mark, Fault | None]:
        """Reckon the chain anew: where it begins, how far it holds, and the first fault."""
        begin, fault = await self._begin()
        mark, key, end = begin, self._seal.key, self.mark
        early = await self.store.fetch_one("SELECT id FROM audit WHERE id <= ? ORDER BY id", (begin.id,))
        if fault is None and early is not None:
            fault = Fault(early["id"], f"row {early['id']} was pruned, and is here again")
        while fault is None and (rows := await self.store.fetch(_ROWS, (mark.id,))):
            mark, fault = await asyncio.to_thread(follow, key, mark, rows)
        return begin, mark, fault or self._at_end(mark, end)

    async def _begin(self) -> tuple[Mark, Fault | None]:
        row = await self.store.fetch_one("SELECT id, hash, signature FROM checkpoint")
        if row is None:
            return Mark(), None
        mark = Mark(row["id"], row["hash"])
        signed = is_signed(self._seal.key, "checkpoint", mark, row["signature"])
        return mark, None if signed else Fault(mark.id + 1, "the record of what was pruned is not signed by this home")

    def _at_end(self, mark: Mark, end: Mark) -> Fault | None:
        head = self._seal.head()
        last = max(end.id, head.id if head is not None else 0)
        if mark.id < last:
            return Fault(mark.id + 1, f"rows {mark.id + 1} to {last} are missing at the end")
        if head is None and mark.id:
            return Fault(mark.id, "the record of the audit's end is gone, or not signed by this home")
        return None

    # -- persons

    async def renew(self, person: str) -> None:
        """Somebody new has this id from now on."""
        self.names.renew(person)
        async with self.store.transaction() as writing:
            await writing.execute("UPDATE name SET current = 0 WHERE person = ?", (person,))
            await writing.execute("DELETE FROM erased WHERE mark = ?", (self.names.mark(person),))

    async def forget(self, person: str) -> None:
        """From now on nobody in these rows is called so; nor is the name left in what is free of the file."""
        async with self._turn:
            mark = self.names.forget(person)
            async with self.store.transaction() as writing:
                await writing.execute("DELETE FROM name WHERE person = ?", (person,))
                await writing.execute("INSERT OR IGNORE INTO erased VALUES (?)", (mark,))
        await self.store.execute("PRAGMA wal_checkpoint(TRUNCATE)")
