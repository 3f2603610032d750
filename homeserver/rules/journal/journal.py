"""The journal: rows in `rules.db` for runs that wait, runs that are queued, and triggers that wait for `for`.

What holds over a kill at any moment: no run that has stood still is lost, and no command is said under an id that
was carried out. Home commits the commands of one turn of the event loop together. So

- a run that never waits needs no row: all of its commands are committed, or none, and then nothing was heard either;
- a run that waits has its row written, with the commands that it said since it last stood still, before home's commit:
  after a restart they are said again, and home knows those that it has by their ids;
- ids count on from the run's key, so that what is done twice after a restart is said under the same ids;
- what is over is struck out a second later, when its commands have surely been committed.

Events, calls of workers and messages on other topics have no such ids: after a kill the last stretch of a run may do
them twice. A call whose answer was awaited is not asked again: it fails, as the step's own fault.
"""

import json
import logging
import sqlite3
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from homeserver.rules.journal.bodies import body_of, run_of
from homeserver.rules.journal.values import of_state, state_of
from homeserver.rules.run import Run
from homeserver.rules.traces.trace import settle
from homeserver.runtime.clock import Clock, Timer
from homeserver.runtime.turn import Turn
from homeserver.topics.entity import EntityState

if TYPE_CHECKING:
    from homeserver.rules.rule import Rule
    from homeserver.rules.triggers.trigger import Trigger

log = logging.getLogger(__name__)
_BROKEN: Final = (ValueError, LookupError, TypeError, AttributeError, OverflowError)
"""What a row raises that another version of the program wrote, or nobody did."""
AGAIN: Final = 1800.0
"""Seconds for which a command is said again: home knows the ids of an hour."""
SETTLED: Final = 1.0
"""Seconds after which the commands of a run that is over are surely committed."""
_PUT_RUN: Final = "INSERT OR REPLACE INTO run VALUES (?, ?, ?, ?, ?, ?)"
_PUT_PENDING: Final = "INSERT OR REPLACE INTO pending VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
_STRIKE_RUNS: Final = "DELETE FROM run WHERE key IN (SELECT value FROM json_each(?))"
_STRIKE_PENDING: Final = "DELETE FROM pending WHERE key IN (SELECT value FROM json_each(?))"


class Journal:
    """One for the worker. `frozen`: the process ends, and what is under way is to go on in the next one."""

    def __init__(self, turn: Turn, clock: Clock) -> None:
        self._turn = turn
        self._clock = clock
        self.frozen = False
        self._kept: set[str] = set()
        self._over: list[str] = []
        self._done: list[str] = []
        self._pending: dict[tuple[int, str], str] = {}
        self._timer: Timer | None = None

    # -- runs

    def save(self, run: Run) -> None:
        """A run stands still, or waits in the queue of its rule."""
        if self.frozen:
            return
        run.key = run.key or run.engine.house.new_id()
        settle(run)
        compiled = run.rule.compiled
        body = json.dumps(body_of(run), separators=(",", ":"))
        at = self._clock.now().timestamp()
        self._turn.note(_PUT_RUN, (run.key, run.rule.id, compiled.print, run.number, at, body))
        self._kept.add(run.key)
        if run.said:
            self._turn.end()
            run.said.clear()
        run.owned = False

    def over(self, run: Run) -> None:
        """A run has ended; it may never have been saved."""
        if run.key in self._kept:
            self._kept.discard(run.key)
            self._strike(self._over, run.key)

    def holds(self, key: str) -> bool:
        """Whether a run under this key is under way."""
        return key in self._kept

    # -- triggers

    def wait(self, trigger: "Trigger", entity_id: str, seconds: float, states: tuple[Any, Any]) -> None:
        """A trigger of a rule waits for `for`."""
        if self.frozen or trigger.rule is None:
            return
        key, compiled = trigger.rule.engine.house.new_id(), trigger.rule.compiled
        due = self._clock.now().timestamp() + seconds
        body = json.dumps([of_state(state) for state in states], separators=(",", ":"))
        row = (key, compiled.id, compiled.print, trigger.number, entity_id, due, seconds, body)
        self._turn.note(_PUT_PENDING, row)
        self._pending[id(trigger), entity_id] = key

    def waited(self, trigger: "Trigger", entity_id: str) -> str:
        """It waits no more, because it fires or for another reason; gives the key of what it was."""
        key = self._pending.pop((id(trigger), entity_id), "")
        if key:
            self._strike(self._done, key)
        return key

    def _strike(self, rows: list[str], key: str) -> None:
        if self.frozen:
            return
        rows.append(key)
        if self._timer is None:
            self._timer = self._clock.call_later(SETTLED, self.settle)

    def settle(self) -> None:
        """Strike out what is over."""
        self._timer = None
        for rows, statement in ((self._over, _STRIKE_RUNS), (self._done, _STRIKE_PENDING)):
            if rows:
                self._turn.note(statement, (json.dumps(rows),))
                rows.clear()

    def freeze(self) -> None:
        """Nothing that ends from now on is over."""
        self.settle()
        self.frozen = True
        if self._timer is not None:
            self._timer.cancel()

    # -- after a restart

    def runs(self, rules: Mapping[str, "Rule"]) -> Iterator[Run]:
        """The runs of an earlier process, oldest first. Those whose rule is gone or says something else are struck."""
        for row in self._turn.ledger.fetch("SELECT * FROM run ORDER BY rowid"):
            rule = self._rule(row, rules, self._over)
            if rule is None:
                continue
            try:
                run = run_of(json.loads(row["body"]), rule, row["number"], row["key"])
            except _BROKEN:
                log.exception("a run of rule %s cannot be read: it does not go on", row["rule"])
                self._strike(self._over, row["key"])
                continue
            if self._clock.now().timestamp() - row["begun"] > AGAIN:
                run.said.clear()
            self._kept.add(row["key"])
            yield run

    def waits(self, rules: Mapping[str, "Rule"]) -> Iterator["Wait"]:
        """The same for triggers; one whose run is there already has fired."""
        for row in self._turn.ledger.fetch("SELECT * FROM pending ORDER BY rowid"):
            rule = self._rule(row, rules, self._done)
            if rule is None or row["key"] in self._kept:
                self._strike(self._done, row["key"])
                continue
            try:
                wait = Wait(row, rule, self._clock.now().timestamp())
            except _BROKEN:
                log.exception("a wait of rule %s cannot be read: it does not go on", row["rule"])
                self._strike(self._done, row["key"])
                continue
            yield wait

    def take(self, wait: "Wait", trigger: "Trigger") -> None:
        """A trigger goes on with what it waited for."""
        self._pending[id(trigger), wait.entity_id] = wait.key

    def refuse(self, wait: "Wait") -> None:
        """Nothing waits for it any more."""
        self._strike(self._done, wait.key)

    def _rule(self, row: sqlite3.Row, rules: Mapping[str, "Rule"], struck: list[str]) -> "Rule | None":
        rule = rules.get(row["rule"])
        if rule is not None and rule.compiled.print == row["print"]:
            return rule
        self._strike(struck, row["key"])
        return None


class Wait:
    """What a trigger waited for when the process ended; `left` are the seconds that are left of `for`."""

    def __init__(self, row: sqlite3.Row, rule: "Rule", now: float) -> None:
        self.key: str = row["key"]
        self.rule = rule
        self.number: int = row["trigger"]
        self.entity_id: str = row["entity_id"]
        self.seconds: float = row["seconds"]
        self.left = max(0.0, row["due"] - now)
        old, new = json.loads(row["body"])
        self.old: EntityState | None = state_of(old) if old is not None else None
        self.new: EntityState | None = state_of(new) if new is not None else None
