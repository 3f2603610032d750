"""The auditor: hears what is to be kept, writes it down in groups, and answers who asks for it.

Believes only processes of the home. Each holds what it says until it is told here that it is written; from their
numbers it is known when something is gone for good, and that too becomes a row. A file that is damaged is set aside and
a new chain begun behind it; what cannot be written now, as on a full disk, waits in memory, and at who said it.
"""

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import Final

from homeserver.people.audit.chain import Fault
from homeserver.people.audit.entry import micros, row_of, shown
from homeserver.people.audit.file import REMEDY, begun_anew, broken, is_damage, opened, set_aside, told
from homeserver.people.audit.search import find
from homeserver.people.audit.trail import Trail
from homeserver.people.words import AskAudit, AuditRows, AuditVerdict
from homeserver.runtime.auditing import CLIENT
from homeserver.runtime.house import House
from homeserver.runtime.store import StoreError
from homeserver.topics.audit import AUDIT_TAKEN, AuditEvent, AuditTaken
from homeserver.topics.call import CallError

_MOST: Final = 50_000
"""Rows that wait to be written."""
_PAUSE: Final = 5.0
"""Seconds until a file that could not be written is tried again."""
PATIENCE: Final = 5.0
"""Seconds that whoever asks waits for what is being written."""
_OWN: Final = "people"
_LOST: Final = ("missing", "broken")
"""Kinds of rows in which the audit tells of losses."""
_FAULTS: Final = (sqlite3.Error, StoreError, OSError, ValueError)
Heard = tuple[AuditEvent, str, int, frozenset[str]]
"""An event, who said it, when, and the ids of all who were known then."""


class Auditor:
    """Open it before anything is heard, close it after. `users` gives the ids of all who are known."""

    def __init__(self, house: House, users: Callable[[], set[str]]) -> None:
        self._house = house
        self._users = users
        self._open = AsyncExitStack()
        self._trail: Trail | None = None
        self._opening = house.new_id()
        self._heard: dict[str, tuple[str, int]] = {}
        self._is_anew = self._is_faulty = False
        self._renewed: list[str] = []
        self._waiting: list[Heard] = []
        self._dropped = 0
        self._woken = asyncio.Event()
        self._written = asyncio.Condition()
        self._writing: asyncio.Task[None] | None = None

    @property
    def trail(self) -> Trail:
        """The chain; raises `CallError` while its file cannot be opened."""
        if self._trail is None:
            raise CallError("unavailable", "the audit cannot be read now: people's status tells why")
        return self._trail

    async def open(self) -> None:
        """Find the end of the chain; what is missing there is said, written down, and gone on from. Whatever is wrong
        with the file, this returns."""
        try:
            await self._open_file()
        except _FAULTS as error:
            self._is_faulty = True
            self._house.degraded(f"the audit cannot be opened, what is to be kept waits: {error}")
            self._house.clock.call_later(_PAUSE, self._woken.set)
        self._tell()
        self._writing = self._house.start(self._write(), "audit")

    async def _open_file(self) -> None:
        folder, damage = self._house.folder, ""
        try:
            self._trail = await self._open.enter_async_context(opened(folder))
        except _FAULTS as error:
            if not is_damage(error):
                raise
            damage = str(error)
        if damage:
            await self._begin_anew(damage)
            return
        self._heard = {**await self.trail.heard(), **self._heard}
        if self.trail.lost:
            self._house.degraded(f"the audit was tampered with, or brought back from a backup: {self.trail.lost}")
            self.note("broken", self.trail.lost)
        elif left := broken(folder):
            self._house.degraded(f"a damaged file of the audit lies set aside, {left[-1]}: {REMEDY}")

    async def _begin_anew(self, reason: str) -> None:
        """The file can never be read as it is: the chain goes on in another one, which says so."""
        folder, names = self._house.folder, self._trail.names if self._trail is not None else None
        self._trail = None
        await self._open.aclose()
        name = await asyncio.to_thread(set_aside, folder, self._house.clock.now())
        self._trail = await self._open.enter_async_context(begun_anew(folder, names))
        self._is_anew = True
        self._house.log.error("the file of the audit is damaged and was set aside as %s: %s", name, reason)
        self._house.degraded(f"the file of the audit was damaged and set aside, {name}; a new one goes on: {REMEDY}")
        until = f"rows until {self.trail.mark.id} are" if self.trail.mark.id else "all rows before are"
        self._put_first(AuditEvent("broken", "", "people.audit", "failed", details={"note": f"{until} in {name}"}))

    async def close(self) -> None:
        try:
            await self.settled()
        except CallError:
            self._house.log.error("%d events of the audit could not be written", len(self._waiting))
        finally:
            if self._writing is not None:
                self._writing.cancel()
            await self._open.aclose()

    # -- taking

    def take(self, event: AuditEvent, sayer: str) -> None:
        """Keep what was heard of a process of the home; others may say what they like."""
        if not sayer.startswith("process.") or sayer == CLIENT:
            return
        if not event.run or self._is_next(event, sayer):
            self._put(event, sayer)

    def _is_next(self, event: AuditEvent, sayer: str) -> bool:
        """Whether it is the next one of its book: what came before it is said again, or else gone for good."""
        run, last = self._heard.get(sayer, ("", 0))
        before = last if run == event.run else 0
        if event.number <= before:
            return False  # it came twice
        first = event.first or event.number
        if first > before + 1:
            if not (self._is_anew and run != event.run):
                self.note("missing", f"{first - before - 1} events of {sayer} may be missing before this")
            before = first - 1
            self._heard[sayer] = (event.run, before)
        if event.number > before + 1:
            return False  # it comes again, behind those that it overtook
        self._heard[sayer] = (event.run, event.number)
        return True

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
        self._waiting.append(self._row(event, sayer))
        self._woken.set()

    def _put_first(self, event: AuditEvent) -> None:
        """Before all that waits: a chain begins with why it does."""
        self._waiting.insert(0, self._row(event, _OWN))
        self._woken.set()

    def _row(self, event: AuditEvent, sayer: str) -> Heard:
        return event, sayer, micros(self._house.clock.now()), frozenset(self._users())

    # -- writing

    async def _write(self) -> None:
        while True:
            await self._woken.wait()
            self._woken.clear()
            try:
                await self._write_group()
            except _FAULTS as error:
                await self._failed(error)
                self._woken.set()
                continue
            if self._dropped:
                dropped, self._dropped = self._dropped, 0
                self.note("missing", f"{dropped} events could not be written")
            async with self._written:
                self._written.notify_all()

    async def _write_group(self) -> None:
        if self._trail is None:
            await self._open_file()
        for person in [*self._renewed]:
            await self.renew(person)
            self._renewed.remove(person)
        group, heard, names = list(self._waiting), dict(self._heard), self.trail.names
        await self.trail.append([row_of(event, sayer, at, names, users) for event, sayer, at, users in group], heard)
        del self._waiting[: len(group)]
        self._tell(heard)
        if self._is_faulty:
            self._is_faulty = False
            if not broken(self._house.folder):
                self._house.healthy()

    async def _failed(self, error: Exception) -> None:
        """A file that is damaged is set aside; anything else may pass."""
        if self._trail is not None and is_damage(error):
            try:
                await self._begin_anew(str(error))
            except _FAULTS as again:
                error = again
            else:
                return
        self._is_faulty = True
        self._house.degraded(f"the audit cannot be written, and waits in memory: {error}")
        await self._house.clock.sleep(_PAUSE)

    def _tell(self, heard: dict[str, tuple[str, int]] | None = None) -> None:
        """Tell who says events how far they are written: these need not be held any longer."""
        upto = self._heard if heard is None else heard
        self._house.say(AUDIT_TAKEN, AuditTaken(self._opening, {who: at for who, at in upto.items() if at[1]}))

    async def settled(self) -> None:
        """Return when all that was heard is written; raises `CallError` where it cannot be."""
        try:
            async with asyncio.timeout(PATIENCE), self._written:
                await self._written.wait_for(lambda: not self._waiting)
        except TimeoutError:
            raise CallError("unavailable", "the audit cannot be written now: people's status tells why") from None

    async def renew(self, person: str) -> None:
        """Somebody new has this id from now on."""
        if self._trail is None:
            self._renewed.append(person)
        else:
            await self._trail.renew(person)

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
        notes, folder = await self._notes(), self._house.folder
        aside = [await told(folder, name, self.trail.key) for name in broken(folder)]
        fault = fault or next((note for note in notes if note.reason.startswith("broken")), None)
        return AuditVerdict(
            ok=fault is None,
            rows=end.id - begin.id,
            first=begin.id + 1,
            last=end.id,
            bad=fault and fault.id,
            reason=fault.reason if fault else "",
            notes=[*(f"row {note.id}: {note.reason}" for note in notes), *aside],
        )

    async def _notes(self) -> list[Fault]:
        found = []
        for kind in _LOST:
            rows = await self.find(AskAudit(kind=kind, limit=1000), "", everything=True)
            told = (row for row in rows.rows if row.by == _OWN or kind == "missing")
            found += [Fault(row.id, f"{kind}: {row.details.get('note', '')}") for row in told]
        return sorted(found, key=lambda one: one.id)

    async def prune(self, days: float) -> int:
        """Take away what is older than so many days; that it was done is itself a row."""
        before = self._house.clock.now() - timedelta(days=days)
        pruned = await self.trail.prune(micros(before))
        if pruned:
            self._put(AuditEvent("pruned", "", "people.audit", details={"rows": str(pruned)}), _OWN)
        return pruned
