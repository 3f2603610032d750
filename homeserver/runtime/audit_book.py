"""What a process has said for the audit and `people` has not written down yet: kept in order, and said again.

An event is a line of a small file before it is said, so that it outlives this process, however it ends; `people` tells
how far it has written, and what lies behind that is forgotten here. While `people` is away nothing is lost and little
is said: at most a few hundred events are under way. Keeps `audit.<process>-outbox` in the data folder, without which,
as on the command line, it keeps events in memory alone.
"""

import logging
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any, Final

import orjson
from pydantic import TypeAdapter, ValidationError

from homeserver.runtime.clock import Clock, Timer
from homeserver.runtime.fresh_lines import FreshLines
from homeserver.topics.audit import AuditEvent, AuditTaken
from homeserver.topics.names import random_name

log = logging.getLogger(__name__)
WINDOW: Final = 200
"""Events that are said and not written down yet."""
AGAIN: Final = 30.0
"""Seconds without progress after which they are said again."""
MOST: Final = 20_000
"""Events that wait; of more only the number is kept."""
_LARGEST: Final = 16 * 1024 * 1024
_EVENT: Final = TypeAdapter(AuditEvent)


class AuditBook:
    """`add` what is to be kept; `taken` when `people` tells how far it is. `say` gets events in their order."""

    def __init__(self, clock: Clock, say: Callable[[AuditEvent], None]) -> None:
        self._clock = clock
        self._say = say
        self._id = random_name(12)
        self._number = 0
        self._waiting: deque[AuditEvent] = deque()
        self._said = 0
        """How many of those that wait were said to the `people` that is there now."""
        self._dropped = 0
        self._opening = ""
        self._path: Path | None = None
        self._lines: FreshLines | None = None
        self._timer: Timer | None = None

    def open(self, path: Path) -> None:
        """Keep it in this file from now on, and go on with what an earlier process left there."""
        self._path = path
        if path.exists():
            self._open()

    def close(self) -> None:
        """What was not written down is said by the next process."""
        if self._timer is not None:
            self._timer.cancel()
        if self._lines is not None:
            self._lines.close()
        self._lines = self._path = None

    def add(self, event: AuditEvent) -> None:
        """Keep an event and say it as soon as that makes sense."""
        if self._dropped and len(self._waiting) < MOST - 1:
            text = f"{self._dropped} events were too many to be kept while the audit could not be written"
            self._dropped = 0
            self._keep(AuditEvent("missing", "", "people.audit", "failed", details={"note": text}))
        if len(self._waiting) >= MOST:
            self._dropped += 1
            return
        self._keep(event)
        self._pump()

    def _keep(self, event: AuditEvent) -> None:
        if self._path is not None and self._lines is None:
            self._open()
        self._number += 1
        event = replace(event, run=self._id, number=self._number)
        self._waiting.append(event)
        if self._lines is not None and not self._lines.add(orjson.dumps(event)):
            log.warning("an event for the audit is kept in memory alone: its file takes no more")

    # -- the file

    def _open(self) -> None:
        assert self._path is not None
        try:
            self._lines = FreshLines(self._path, _LARGEST)
        except OSError as error:
            log.error("events for the audit are kept in memory alone: %s", error.strerror)
            self._path = None
            return
        rows = [row for line in self._lines.of_before() if (row := _row(line)) is not None]
        if rows and isinstance(rows[0], list) and len(rows[0]) == 2:
            self._id, self._number = str(rows[0][0]), int(rows[0][1])
        for row in rows:
            with suppress(ValidationError):
                self._waiting.append(_EVENT.validate_python(row))
        if self._waiting:
            self._id, self._number = self._waiting[-1].run, self._waiting[-1].number
        if not rows:
            self._begin_file()
        self._pump()

    def _begin_file(self) -> None:
        """The first line tells which book it is and how far it was counted: numbers go on over all restarts."""
        if self._lines is not None:
            self._lines.clear()
            self._lines.add(orjson.dumps([self._id, self._number - len(self._waiting)]))
            for event in self._waiting:
                self._lines.add(orjson.dumps(event))

    # -- saying

    def _pump(self) -> None:
        if not self._opening:
            return  # nobody is there who would write it down
        first = self._waiting[0].number if self._waiting else 0
        for event in list(islice(self._waiting, self._said, WINDOW)):
            self._said += 1
            self._say(replace(event, first=first))
        if self._waiting and self._timer is None:
            self._timer = self._clock.call_later(AGAIN, self._again, first)

    def _again(self, first: int) -> None:
        """Nothing was written down for a while: it may not have arrived."""
        self._timer = None
        if self._waiting and self._waiting[0].number == first:
            self._said = 0
        self._pump()

    def taken(self, taken: AuditTaken | None, sayer: str) -> None:
        """`people` has written down so much, or is there anew."""
        if taken is None:
            return
        book, number = taken.upto.get(sayer, ("", 0))
        had = bool(self._waiting)
        while self._waiting and book == self._id and self._waiting[0].number <= number:
            self._waiting.popleft()
            self._said = max(0, self._said - 1)
        if had and not self._waiting:
            self._begin_file()
        if taken.opening != self._opening:
            self._opening, self._said = taken.opening, 0
        self._pump()


def _row(line: bytes) -> Any:
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError:
        return None  # a half, or of a computer that lost its power
