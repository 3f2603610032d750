"""The part of the rules' worker that knows who answers what: workers announce calls, and rules are looked at again.

What rules ask of somebody whom nobody knows, or in words that do not fit, is told as a doubt; it keeps no rule from
running. Keeps the notifications that rules made, too, and offers the services of `notify:` blocks.
"""

from collections.abc import Callable, Iterable
from contextlib import ExitStack
from typing import Any, Final

from homeserver.rules import person_notifiers
from homeserver.rules.actions.asks import OfEngine, doubts
from homeserver.rules.engine import Engine
from homeserver.rules.notifying import notifying
from homeserver.rules.reading.book import Book
from homeserver.rules.reading.places import STEP
from homeserver.rules.reading.problem import Problem, nearest
from homeserver.rules.rule import Compiled
from homeserver.rules.words import DISMISS_NOTE, NOTE, DismissNote, NotesLeft
from homeserver.runtime.clock import Timer
from homeserver.runtime.heard import Heard
from homeserver.runtime.house import House
from homeserver.runtime.leftovers import Leftovers
from homeserver.runtime.worker import Part, answers, hears
from homeserver.topics.call import Caller, CallError
from homeserver.topics.event import NOTIFICATION
from homeserver.topics.process import PROCESS_STATUS, WORKER_CALLS, ProcessStatus, WorkerCalls
from homeserver.topics.topic import Topic

SAYS: Final[tuple[Topic[Any], ...]] = (NOTE, NOTIFICATION)
AGAIN: Final = 2.0
"""Seconds after the last announcement until rules are looked at again: a process announces many calls at a time."""


class Outside(Part):
    """`doubt` each book; `doubted` is called with the doubts that changed later."""

    engine: Engine
    _asking: Book | None = None
    _doubts: tuple[Problem, ...] = ()
    _again: Timer | None = None
    _notify: frozenset[str] = frozenset()
    """The services that the files name under `notify`."""
    _persons: frozenset[str] = frozenset()
    """The same of persons."""
    house: House
    doubted: Callable[[set[tuple[str, ...]]], None]

    @hears(WORKER_CALLS)
    def worker_calls(self, calls: WorkerCalls | None, heard: Heard) -> None:
        self.engine.announced.calls(heard.where[0], heard.where[1], calls)
        self._look_again()

    @hears(PROCESS_STATUS)
    def process_status(self, status: ProcessStatus | None, heard: Heard) -> None:
        self.engine.announced.process(heard.where[0], status)
        self._look_again()

    def keep_notes(self, said: Leftovers) -> None:
        """Go on with the notifications of an earlier process."""
        self.engine.notes.opened(said)

    @answers(DISMISS_NOTE)
    async def dismiss(self, request: DismissNote, caller: Caller) -> NotesLeft:
        notes = self.engine.notes
        if request.notification_id is None:
            notes.dismiss_all(caller.cause)
        elif not notes.dismiss(request.notification_id, caller.cause):
            text = (
                f"there is no notification {request.notification_id!r}{nearest(request.notification_id, notes.notes)}"
            )
            raise CallError("not_found", text, "notification_id")
        return NotesLeft(notifications=len(notes.notes))

    def doubt(self, book: Book) -> None:
        """Add to a book what is doubtful of what it asks of others, by what is answered now."""
        self._take_notifiers(book)
        self._asking, self._doubts = book, tuple(self._found(book))
        book.problems += self._doubts

    def _take_notifiers(self, book: Book) -> None:
        """Offer the services of `notify` that the files name; what is wrong with them is told in the book."""
        for name in (*self._notify, *self._persons):
            self.engine.offers.pop(name, None)
        self._persons = frozenset()
        found, problems = notifying(book, self.engine.notes)
        book.problems += problems
        self.engine.offers |= found
        self._notify = frozenset(found)
        self._take_persons()

    def watch_people(self) -> None:
        """Offer `notify.NAME` for who may come in, as they come and go."""

        def changed(login: str) -> None:
            self._take_persons()
            self._look_again()

        undo = ExitStack()
        undo.callback(self.house.people.watch(changed))
        self.house.keep(undo)

    def _take_persons(self) -> None:
        """A name that a file gave to something else stays with that."""
        for name in self._persons:
            self.engine.offers.pop(name, None)
        rows = person_notifiers.names(self.house.people).items()
        found = {name: person_notifiers.offer(id) for name, id in rows if name not in self._notify}
        self.engine.offers |= found
        self._persons = frozenset(found)

    def _look_again(self) -> None:
        if self._asking is None:
            return
        if self._again is not None:
            self._again.cancel()
        self._again = self.engine.clock.call_later(AGAIN, self._doubt_again)

    def _doubt_again(self) -> None:
        self._again, book, before = None, self._asking, self._doubts
        if book is None or (found := tuple(self._found(book))) == before:
            return
        known = {problem.sense for problem in book.problems}
        book.problems[:] = [problem for problem in book.problems if problem not in before]
        self._doubts = found
        book.problems += found
        self.doubted(known)

    def _found(self, book: Book) -> Iterable[Problem]:
        rows = [*book.rules.items(), *((f"script.{id}", script) for id, script in book.scripts.items())]
        for key, compiled in rows:
            yield from self._of(key, compiled)

    def _of(self, key: str, compiled: Compiled) -> Iterable[Problem]:
        for doubt in doubts(compiled.program.asks, OfEngine(self.engine)):
            # What stands in a blueprint or in another file is told at the rule: only its reader knew the other places.
            line = doubt.line if doubt.line < STEP else compiled.line
            yield Problem(compiled.file, line, key, doubt.field, doubt.text, doubt.code, "warning")
