"""The schedule: calls at their moments whatever asks for it, and knows what passed while nobody looked.

It keeps one timer however many moments it holds, and looks at the clock at least every minute, so that it stays right
when the machine slept or its clock was set. How far it has looked is kept (`Looked`), so that the next process can
make up for what passed while the home was off; who asks says how old a missed moment may be. Of several missed moments
of one kind only the last is made up for.

A clock that is set back by up to an hour makes nothing come twice. Set back further it was wrong, and time goes on from
what it says now.
"""

import heapq
import itertools
from collections.abc import Callable
from datetime import datetime, timedelta, tzinfo
from typing import Final, Protocol

from homeserver.rules.moments import Comes, latest
from homeserver.runtime.clock import Clock, Timer

ON_TIME: Final = 60.0
"""Seconds up to which a moment counts as met: as often the schedule looks at the clock."""
SETTLED: Final = 1.0
"""Seconds after which what a moment set off is surely kept."""
BACK: Final = timedelta(hours=1)
_CROWD: Final = 64
"""Removed entries that may stay in the heap."""
Call = Callable[[datetime], None]
"""Called with the moment, in UTC."""


class Looked(Protocol):
    """Up to when moments were looked for, over restarts."""

    def until(self) -> datetime | None: ...

    def mark(self, moment: datetime) -> None: ...


class Forgotten:
    """Keeps nothing: what passed while the home was off is gone."""

    def until(self) -> datetime | None:
        return None

    def mark(self, moment: datetime) -> None:
        """Meant for what is kept."""


class Entry:
    """Something that is waited for. `missed`: for how many seconds it may be made up for; 0 for not at all."""

    __slots__ = ("call", "comes", "missed", "over")

    def __init__(self, comes: Comes, call: Call, missed: float) -> None:
        self.comes = comes
        self.call = call
        self.missed = missed
        self.over = False


class Schedule:
    """`add` what comes, `start` when all is there that was before the restart."""

    def __init__(self, clock: Clock, zone: tzinfo, looked: Looked | None = None) -> None:
        self._clock = clock
        self._zone = zone
        self.looked: Looked = looked or Forgotten()
        self._order = itertools.count()
        self._waiting: list[tuple[datetime, int, Entry]] = []
        self._removed = 0
        self._timer: Timer | None = None
        self._begun = False
        self._since: datetime | None = None
        self._now = clock.now()
        self._marked = self._now

    def start(self) -> None:
        """Begin to call. Whatever was added before now may have been missed."""
        self._begun = True
        self._arm()

    def close(self) -> None:
        self._waiting.clear()
        if self._timer is not None:
            self._timer.cancel()
        if self._begun:
            self._begun = False
            self.looked.mark(self._clock.now())

    def add(self, comes: Comes, call: Call, missed: float = 0.0) -> Entry:
        entry = Entry(comes, call, missed)
        first = self._first(comes, missed)
        if first is None:
            entry.over = True
            return entry
        heapq.heappush(self._waiting, (first, next(self._order), entry))
        if self._begun:
            if missed:
                self._mark_soon(self._clock.now())  # what this one has missed, it has not missed by our being off
            if self._waiting[0][2] is entry:
                self._arm()
        return entry

    def remove(self, entry: Entry) -> None:
        """It is waited for no more; calling it again means nothing."""
        if entry.over:
            return
        entry.over = True
        self._removed += 1
        if self._removed > _CROWD and self._removed * 2 > len(self._waiting):
            self._waiting, self._removed = [row for row in self._waiting if not row[2].over], 0
            heapq.heapify(self._waiting)

    def _first(self, comes: Comes, missed: float) -> datetime | None:
        """When to call first: what was missed counts as due."""
        now = self._clock.now()
        if self._begun or not missed:
            return comes.after(now, self._zone)
        since = self._last_look(now)
        if missed < (now - since).total_seconds():
            since = now - timedelta(seconds=missed)
        found = comes.after(since, self._zone)
        return found if found is None or found > now else latest(comes, since, now, self._zone)

    def _last_look(self, now: datetime) -> datetime:
        if self._since is None:
            until = self.looked.until()
            self._since = now if until is None or until - now > BACK else until
        return self._since

    # -- looking

    def _arm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = None
        if self._waiting and self._begun:
            seconds = (self._waiting[0][0] - self._clock.now()).total_seconds()
            self._timer = self._clock.call_later(min(ON_TIME, max(0.0, seconds)), self._look)

    def _look(self) -> None:
        now = self._clock.now()
        if self._now - now > BACK:
            self._begin_anew(now)
        self._now = now
        kept = (now - self._marked).total_seconds() >= ON_TIME
        try:
            while self._waiting and self._waiting[0][0] <= now:
                due, _, entry = heapq.heappop(self._waiting)
                if entry.over:
                    self._removed -= 1
                    continue
                kept = kept or bool(entry.missed)
                self._meet(entry, due, now)
        finally:
            if kept:
                self._mark_soon(now)
            self._arm()

    def _meet(self, entry: Entry, due: datetime, now: datetime) -> None:
        """Call for the last of the moments from `due` to `now`, unless that is too long ago."""
        last, following = due, entry.comes.after(due, self._zone)
        if following is not None and following <= now:
            last = latest(entry.comes, due, now, self._zone) or due
            following = entry.comes.after(now, self._zone)
        if following is None:
            entry.over = True
        else:
            heapq.heappush(self._waiting, (following, next(self._order), entry))
        if (now - last).total_seconds() <= max(entry.missed, ON_TIME):
            entry.call(last)

    def _begin_anew(self, now: datetime) -> None:
        """The clock was far ahead: what was waited for comes sooner than it seemed."""
        entries = [row[2] for row in self._waiting if not row[2].over]
        dated = ((entry.comes.after(now, self._zone), entry) for entry in entries)
        self._waiting = [(due, next(self._order), entry) for due, entry in dated if due is not None]
        self._removed = 0
        heapq.heapify(self._waiting)

    def _mark_soon(self, now: datetime) -> None:
        self._marked = now
        self._clock.call_later(SETTLED, self._mark, now)

    def _mark(self, moment: datetime) -> None:
        if self._begun:
            self.looked.mark(moment)
