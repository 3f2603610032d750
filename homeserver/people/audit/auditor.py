"""The auditor: hears what is to be kept, writes it down in groups, and answers who asks for it.

Believes only processes of the home, and knows from their numbers when something did not arrive; that too becomes a row.
What cannot be written, as on a full disk, waits in memory, and is counted as missing beyond a bound.
"""

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from homeserver.people.audit.chain import Fault
from homeserver.people.audit.entry import micros, row_of, shown
from homeserver.people.audit.seal import Seal
from homeserver.people.audit.search import find
from homeserver.people.audit.trail import Trail
from homeserver.people.words import AskAudit, AuditRows, AuditVerdict
from homeserver.runtime.auditing import CLIENT
from homeserver.runtime.house import House
from homeserver.runtime.store import Store
from homeserver.topics.audit import AuditEvent

_MIGRATIONS: Final = Path(__file__).with_name("migrations")
_MOST: Final = 50_000
"""Rows that wait to be written."""
_PAUSE: Final = 5.0
"""Seconds until a file that could not be written is tried again."""
_OWN: Final = "people"
_LOST: Final = ("missing", "broken")
"""Kinds of rows in which the audit tells of its own losses."""


class Auditor:
    """Open it before anything is heard, close it after. `users` gives the ids of all who are known."""

    def __init__(self, house: House, users: Callable[[], set[str]]) -> None:
        self._house = house
        self._users = users
        self._open = AsyncExitStack()
        self.trail: Trail
        self._heard: dict[str, tuple[str, int]] = {}
        self._waiting: list[dict[str, Any]] = []
        self._dropped = 0
        self._woken = asyncio.Event()
        self._written = asyncio.Condition()
        self._writing: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Find the end of the chain; what is missing there is said, written down, and gone on from."""
        folder = self._house.folder
        store = await self._open.enter_async_context(Store.open(folder / "audit.db", _MIGRATIONS))
        self.trail = await Trail.open(store, Seal(folder))
        self._heard = await self.trail.heard()
        if self.trail.lost:
            self._house.degraded(f"the audit was tampered with, or brought back from a backup: {self.trail.lost}")
            self.note("broken", self.trail.lost)
        self._writing = self._house.start(self._write(), "audit")

    async def close(self) -> None:
        try:
            await self.settled()
        finally:
            if self._writing is not None:
                self._writing.cancel()
            await self._open.aclose()

    # -- taking

    def take(self, event: AuditEvent, sayer: str) -> None:
        """Keep what was heard of a process of the home; others may say what they like."""
        if not sayer.startswith("process.") or sayer == CLIENT:
            return
        if event.run:
            run, last = self._heard.get(sayer, ("", 0))
            before = last if run == event.run else 0
            if event.number <= before:
                return  # it came twice
            if missing := event.number - before - 1:
                self.note("missing", f"{missing} events of {sayer} may be missing before this")
            self._heard[sayer] = (event.run, event.number)
        self._put(event, sayer)

    def note(self, kind: str, text: str) -> None:
        """Write down something that the audit noticed itself."""
        self._put(AuditEvent(kind, "", "people.audit", "failed", details={"note": text}), _OWN)

    def say(self, event: AuditEvent) -> None:
        """Keep what `people` itself did."""
        self._put(event, _OWN)

    def _put(self, event: AuditEvent, sayer: str) -> None:
        if len(self._waiting) >= _MOST:
            self._dropped += 1
            return
        at = micros(self._house.clock.now())
        self._waiting.append(row_of(event, sayer, at, self.trail.names, self._users()))
        self._woken.set()

    # -- writing

    async def _write(self) -> None:
        while True:
            await self._woken.wait()
            self._woken.clear()
            group, heard = list(self._waiting), dict(self._heard)
            try:
                await self.trail.append(group, heard)
            except (sqlite3.Error, OSError) as error:
                self._house.degraded(f"the audit cannot be written, and waits in memory: {error}")
                await self._house.clock.sleep(_PAUSE)
                self._woken.set()
                continue
            del self._waiting[: len(group)]
            if self._dropped:
                dropped, self._dropped = self._dropped, 0
                self.note("missing", f"{dropped} events could not be written")
            async with self._written:
                self._written.notify_all()

    async def settled(self) -> None:
        """Return when all that was heard is written; raises TimeoutError where it cannot be."""
        async with asyncio.timeout(_PAUSE), self._written:
            await self._written.wait_for(lambda: not self._waiting)

    # -- answering

    async def find(self, asked: AskAudit, login: str, *, everything: bool) -> AuditRows:
        """The rows that are asked for, as far as whoever asks may see them."""
        names = self.trail.names
        rows = await find(self.trail.store, asked, names, None if everything else names.own(login))
        more = rows[asked.limit - 1]["id"] if len(rows) > asked.limit else None
        return AuditRows(rows=[shown(row, names) for row in rows[: asked.limit]], more=more)

    async def verify(self) -> AuditVerdict:
        """Reckon the chain anew."""
        begin, end, fault = await self.trail.verify()
        notes = await self._notes()
        if fault is None and (broken := next((note for note in notes if note.reason.startswith("broken")), None)):
            fault = broken
        return AuditVerdict(
            ok=fault is None,
            rows=end.id - begin.id,
            first=begin.id + 1,
            last=end.id,
            bad=fault and fault.id,
            reason=fault.reason if fault else "",
            notes=[f"row {note.id}: {note.reason}" for note in notes],
        )

    async def _notes(self) -> list[Fault]:
        found = []
        for kind in _LOST:
            rows = await self.find(AskAudit(kind=kind, limit=1000), "", everything=True)
            found += [Fault(row.id, f"{kind}: {row.details.get('note', '')}") for row in rows.rows if row.by == _OWN]
        return sorted(found, key=lambda one: one.id)

    async def prune(self, days: float) -> int:
        """Take away what is older than so many days; that it was done is itself a row."""
        before = self._house.clock.now() - timedelta(days=days)
        pruned = await self.trail.prune(micros(before))
        if pruned:
            self._put(AuditEvent("pruned", "", "people.audit", details={"rows": str(pruned)}), _OWN)
        return pruned
