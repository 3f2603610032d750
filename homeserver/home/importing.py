"""Names and places that come in from another system: rows in parts, what they would change, and one deed.

Rows are kept in memory for ten minutes: nothing of an import that breaks off half-way is left. What is done is a deed
like any other, with every word before and after, so that one undo takes all of it back.
"""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from homeserver.home import fitting
from homeserver.home import import_words as words
from homeserver.home.editing import Editing
from homeserver.home.incoming import Incoming
from homeserver.home.pages import page
from homeserver.home.roster import where_of
from homeserver.home.words import Page
from homeserver.runtime.house import House
from homeserver.runtime.slices import in_slices
from homeserver.runtime.worker import answers
from homeserver.topics.call import Caller, CallError

_KEPT: Final = 600.0
"""Seconds that rows wait for what is to become of them."""
_PATIENCE: Final = 3
"""How often a plan is begun anew because something has changed."""
_AT_ONCE: Final = 4
"""Imports of which the rows are kept; of more, the oldest are let go."""


@dataclass(slots=True)
class Batch:
    """The rows of one import so far. `since`: when the last of them came, on the monotonic clock."""

    since: float
    rows: list[Any] = field(default_factory=list)
    plan: Incoming | None = None
    """What was told of them last; later pages of it are to fit the first."""


class Importing(Editing):
    """What `home` answers to who brings names from elsewhere."""

    def __init__(self, house: House) -> None:
        super().__init__(house)
        self.batches: dict[tuple[str, str], Batch] = {}

    def _batches(self) -> dict[tuple[str, str], Batch]:
        """By login and name; those that waited too long are let go."""
        now = self.house.clock.monotonic()
        self.batches = {key: one for key, one in self.batches.items() if now - one.since < _KEPT}
        return self.batches

    @answers(words.IMPORT_ROWS)
    async def import_rows(self, request: words.ImportRows, caller: Caller) -> words.Received:
        batches, key, now = self._batches(), (caller.login, request.batch), self.house.clock.monotonic()
        if key not in batches and len(batches) >= _AT_ONCE:
            del batches[min(batches, key=lambda one: batches[one].since)]
        batch = batches.setdefault(key, Batch(now))
        if len(batch.rows) + len(request.rows) > words.MOST:
            raise CallError("invalid", f"an import has at most {words.MOST} rows", "rows")
        batch.rows += request.rows
        batch.since, batch.plan = now, None
        return words.Received(rows=len(batch.rows))

    @answers(words.IMPORT_PLAN)
    async def import_plan(self, request: words.AskImport, caller: Caller) -> words.ImportPlan:
        batch = self._batch(caller, request.batch)
        if batch.plan is None or request.offset == 0:
            batch.plan = await self._incoming(batch)
        asked = Page(offset=request.offset, limit=request.limit)
        lines, after = page(batch.plan.lines, lambda line: line, asked)
        return words.ImportPlan(lines=lines, changes=batch.plan.changes, next=after)

    @answers(words.IMPORT)
    async def import_names(self, request: words.DoImport, caller: Caller) -> words.Imported:
        batch = self._batch(caller, request.batch)
        plan = await self._incoming(batch)
        if not plan.changes:
            return words.Imported(deed=None, changes=0)
        if reason := self.renaming.clash(plan.steps, plan.newcomers.owns):
            raise CallError("conflict", f"nothing was imported: {reason}")
        deed = await self._do(plan.steps, caller, role=words.IMPORT.role, newcomers=plan.newcomers)
        self.batches.pop((caller.login, request.batch), None)
        return words.Imported(deed=deed, changes=plan.changes)

    def _batch(self, caller: Caller, name: str) -> Batch:
        found = self._batches().get((caller.login, name))
        if found is None:
            raise CallError("not_found", f"there are no rows of an import {name}: send them first", "batch")
        return found

    async def _incoming(self, batch: Batch) -> Incoming:
        """Worked out in slices; anew where something has changed meanwhile, and without a pause if that goes on."""
        for _ in range(_PATIENCE):
            plan, edition = self._begun(batch), self._edition()
            if await in_slices(plan.work(), lambda edition=edition: self._edition() == edition):  # type: ignore[misc]
                return plan
        plan = self._begun(batch)
        deque(plan.work(), maxlen=0)
        return plan

    def _begun(self, batch: Batch) -> Incoming:
        return Incoming(batch.rows, self.registry, self.journal, self.renaming, self._misfits)

    def _edition(self) -> tuple[int, ...]:
        """Other after every change of what a plan is made of."""
        return self.journal.last, self.registry.edition, len(self.registry.others)

    def _misfits(self, id: str, asked: Mapping[str, Any]) -> dict[str, str]:
        """Words that an entity cannot have; of one that is not here nobody can tell."""
        entity = self.roster.find(where_of(id))
        return {} if entity is None else dict(fitting.misfits(entity, asked))
