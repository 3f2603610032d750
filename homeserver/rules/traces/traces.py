"""Keeps traces in `rules.db`, by interest: for each rule the latest, the latest of each sort, and the latest faults.

A busy rule would leave thousands a second that say the same, and a thousand rules that run at once as many. So of one
sort at most one a second is kept, of sorts that were seen lately a hundred a second in all, and at once one that was
not seen lately. Put into words and written later, a few at a time: nothing else waits for it.
"""

import json
import zlib
from collections import Counter, OrderedDict, deque
from typing import Any, Final

from homeserver.rules.run import Run
from homeserver.rules.traces.trace import settle, sort_of, trace_of
from homeserver.runtime.clock import Clock, Timer
from homeserver.runtime.turn import Turn

PAUSE: Final = 1.0
"""Seconds between two traces of one sort, and between two writings."""
PLENTY: Final = 100
"""Traces that are kept between two writings of sorts that were seen lately."""
LATEST: Final = 5
SORTS: Final = 15
FAULTS: Final = 5
"""Of one rule: the latest traces, the latest of so many sorts, and the latest that failed."""
_KNOWN: Final = 5_000
_STRETCH: Final = 20
"""Traces that are written in one turn of the loop; so many of a rule gather before it is thinned again."""
_NEXT: Final = 0.01
"""Seconds between two such turns."""
_PUT: Final = "INSERT INTO trace (rule, at, outcome, sort, body) VALUES (?, ?, ?, ?, ?)"
_ROWS: Final = "SELECT rule, count(*) AS rows FROM trace GROUP BY rule"
_THIN: Final = """
DELETE FROM trace WHERE rule = ?1 AND id NOT IN (
    SELECT id FROM (SELECT id FROM trace WHERE rule = ?1 ORDER BY id DESC LIMIT ?2)
    UNION SELECT id FROM (SELECT max(id) AS id FROM trace WHERE rule = ?1 GROUP BY sort ORDER BY id DESC LIMIT ?3)
    UNION SELECT id FROM (SELECT id FROM trace WHERE rule = ?1 AND outcome = 'failed' ORDER BY id DESC LIMIT ?4)
)
"""


class Traces:
    """One for the worker."""

    def __init__(self, turn: Turn, clock: Clock) -> None:
        self._turn = turn
        self._clock = clock
        self._waiting: deque[tuple[Run, str, tuple[Any, ...], float]] = deque()
        self._seen: OrderedDict[tuple[str, int], float] = OrderedDict()
        self._left = PLENTY
        self._timer: Timer | None = None
        self._rows = Counter({row["rule"]: row["rows"] for row in turn.ledger.fetch(_ROWS)})

    def leave(self, run: Run, outcome: str) -> None:
        """A run is over, or did not begin."""
        sort = sort_of(run, outcome)
        if not self._is_wanted((run.rule.id, hash(sort))):
            return
        settle(run)
        self._waiting.append((run, outcome, sort, self._clock.monotonic()))
        if self._timer is None:
            self._timer = self._clock.call_later(PAUSE, self._go_on)

    def _is_wanted(self, key: tuple[str, int]) -> bool:
        now, last = self._clock.monotonic(), self._seen.get(key)
        if last is not None:
            if now - last < PAUSE or not self._left:
                return False
            self._left -= 1
        self._seen[key] = now
        self._seen.move_to_end(key)
        if len(self._seen) > _KNOWN:
            self._seen.popitem(last=False)
        return True

    def _go_on(self) -> None:
        """Write some, and the rest a moment later."""
        self._write(_STRETCH)
        if self._waiting:
            self._timer = self._clock.call_later(_NEXT, self._go_on)
        else:
            self._timer, self._left = None, PLENTY

    def write(self) -> None:
        """Write down all that was left."""
        self._write(len(self._waiting))

    def _write(self, most: int) -> None:
        for _ in range(min(most, len(self._waiting))):
            run, outcome, sort, ended = self._waiting.popleft()
            made, rule = trace_of(run, outcome, ended), run.rule.id
            body = json.dumps(made, separators=(",", ":"), default=str)
            self._turn.note(_PUT, (rule, made["at"], outcome, zlib.crc32(repr(sort).encode()), body))
            self._rows[rule] += 1
            if self._rows[rule] > LATEST + SORTS + FAULTS + _STRETCH:
                self._thin(rule)

    def _thin(self, rule: str) -> None:
        """Drop what is of no more interest."""
        self._rows[rule] -= self._turn.note(_THIN, (rule, LATEST, SORTS, FAULTS))

    def of(self, rule: str, around: float | None = None) -> list[dict[str, Any]]:
        """The traces of a rule, the latest first; with `around`, seconds since 1970, the nearest first."""
        self.write()
        self._thin(rule)
        order = "at DESC, id DESC" if around is None else "abs(at - ?)"
        values = (rule,) if around is None else (rule, around)
        found = self._turn.ledger.fetch(f"SELECT body FROM trace WHERE rule = ? ORDER BY {order}", values)  # noqa: S608
        return [json.loads(row["body"]) for row in found]

    def close(self) -> None:
        self.write()
        if self._timer is not None:
            self._timer.cancel()
