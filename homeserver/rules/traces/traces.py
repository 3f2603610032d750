"""Keeps traces in `rules.db`, by interest: for each rule the latest, the latest of each sort, and the latest faults.

A busy rule would leave thousands a second that say the same. So of one sort at most one a second is kept; a sort that
was not seen lately is kept at once. Written in bulk.
"""

import json
import zlib
from collections import OrderedDict
from typing import Any, Final

from homeserver.rules.run import Run
from homeserver.rules.traces.trace import sort_of, trace_of
from homeserver.runtime.clock import Clock, Timer
from homeserver.runtime.turn import Turn

PAUSE: Final = 1.0
"""Seconds between two traces of one sort, and between two writings."""
LATEST: Final = 5
SORTS: Final = 15
FAULTS: Final = 5
"""Of one rule: the latest traces, the latest of so many sorts, and the latest that failed."""
_KNOWN: Final = 5_000
_PUT: Final = "INSERT INTO trace (rule, at, outcome, sort, body) VALUES (?, ?, ?, ?, ?)"
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
        self._waiting: list[tuple[str, float, str, int, str]] = []
        self._seen: OrderedDict[tuple[str, int], float] = OrderedDict()
        self._timer: Timer | None = None

    def leave(self, run: Run, outcome: str) -> None:
        """A run is over, or did not begin."""
        sort = sort_of(run, outcome)
        key, now = (run.rule.id, hash(sort)), self._clock.monotonic()
        if now - self._seen.get(key, -PAUSE) < PAUSE:
            return
        self._seen[key] = now
        self._seen.move_to_end(key)
        if len(self._seen) > _KNOWN:
            self._seen.popitem(last=False)
        made = trace_of(run, outcome)
        body = json.dumps(made, separators=(",", ":"), default=str)
        self._waiting.append((run.rule.id, made["at"], outcome, zlib.crc32(repr(sort).encode()), body))
        if self._timer is None:
            self._timer = self._clock.call_later(PAUSE, self.write)

    def write(self) -> None:
        """Write down what was left, and drop what is of no more interest."""
        self._timer = None
        waiting, self._waiting = self._waiting, []
        for row in waiting:
            self._turn.note(_PUT, row)
        for rule in {row[0] for row in waiting}:
            self._turn.note(_THIN, (rule, LATEST, SORTS, FAULTS))

    def of(self, rule: str, around: float | None = None) -> list[dict[str, Any]]:
        """The traces of a rule, the latest first; with `around`, seconds since 1970, the nearest first."""
        self.write()
        order = "at DESC, id DESC" if around is None else "abs(at - ?)"
        values = (rule,) if around is None else (rule, around)
        found = self._turn.ledger.fetch(f"SELECT body FROM trace WHERE rule = ? ORDER BY {order}", values)  # noqa: S608
        return [json.loads(row["body"]) for row in found]

    def close(self) -> None:
        self.write()
        if self._timer is not None:
            self._timer.cancel()
