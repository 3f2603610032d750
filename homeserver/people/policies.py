"""The one table: who may what, when, as rows of `people.db`. A home that begins gets the presets of the roles."""

import sqlite3
from collections.abc import Iterator

from homeserver.people.household import User, moment, writing
from homeserver.people.policy import ROLE, Policy, clock_of, text_of
from homeserver.people.presets import presets
from homeserver.people.windows import EVERY_DAY, Window
from homeserver.runtime.store import Ledger
from homeserver.topics.call import CallError


class Policies:
    """All lines, in memory as in the file."""

    def __init__(self, ledger: Ledger, now: float) -> None:
        self._ledger = ledger
        self._now = now
        if ledger.fetch_one("SELECT 1 FROM sqlite_sequence WHERE name = 'policy'") is None:
            with writing(ledger):
                for preset in presets():
                    self._insert(preset, now)
        self.lines: dict[int, Policy] = {}
        self.read()

    def read(self) -> None:
        """Take in what the file holds."""
        self.lines = {row["id"]: _policy(row) for row in self._ledger.fetch("SELECT * FROM policy ORDER BY id")}

    def find(self, id: int) -> Policy:
        """One line; raises `CallError`."""
        if id not in self.lines:
            raise CallError("not_found", f"there is no policy {id}: people.list_policies lists them", "policy")
        return self.lines[id]

    def about(self, user: User) -> Iterator[Policy]:
        """The lines that speak of somebody: his role's and his own."""
        return (line for line in self.lines.values() if line.who in (f"{ROLE}{user.role}", user.id))

    def add(self, policy: Policy, now: float) -> Policy:
        """Write a line, in the place of the one that has its id."""
        with writing(self._ledger):
            id = self._insert(policy, now)
        self.read()
        return self.lines[id]

    def _insert(self, policy: Policy, now: float) -> int:
        window = policy.window
        values = (
            policy.id or None,
            policy.who,
            policy.scope,
            policy.what,
            policy.verb,
            int(policy.allow),
            ",".join(str(day) for day in sorted(window.days)),
            text_of(window.begins),
            text_of(window.ends),
            policy.until and policy.until.timestamp(),
            now,
        )
        self._ledger.execute(
            "INSERT OR REPLACE INTO policy (id, who, scope, what, verb, allow, weekdays, begins, ends, until, created) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            values,
        )
        row = self._ledger.fetch_one("SELECT last_insert_rowid() AS id")
        return int(row["id"]) if row is not None else 0

    def remove(self, policy: Policy) -> None:
        """Take a line away."""
        with writing(self._ledger):
            self._ledger.execute("DELETE FROM policy WHERE id = ?", (policy.id,))
        del self.lines[policy.id]


def _policy(row: sqlite3.Row) -> Policy:
    days = frozenset(int(day) for day in row["weekdays"].split(",") if day) or EVERY_DAY
    return Policy(
        who=row["who"],
        scope=row["scope"],
        what=row["what"],
        verb=row["verb"],
        allow=bool(row["allow"]),
        window=Window(days, clock_of(row["begins"]), clock_of(row["ends"])),
        until=moment(row["until"]),
        id=row["id"],
    )
