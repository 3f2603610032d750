"""The grants of devices' logins as they were last read: what a start goes by at which they cannot be read.

Needs the worker's ledger; keeps filters in it, and nothing of a secret.
"""

from collections.abc import Sequence

import orjson

from homeserver.runtime.logins import Login
from homeserver.runtime.turn import Turn


class LastGrants:
    """`read` what was last given to `write`."""

    def __init__(self, turn: Turn) -> None:
        self._turn = turn

    def read(self) -> list[Login]:
        rows = self._turn.ledger.fetch("SELECT login, hears, says FROM device_grant ORDER BY login")
        return [
            Login(row["login"], tuple(orjson.loads(row["hears"])), tuple(orjson.loads(row["says"]))) for row in rows
        ]

    def write(self, logins: Sequence[Login]) -> None:
        if sorted(logins, key=lambda one: one.name) == self.read():
            return
        self._turn.note("DELETE FROM device_grant")
        for one in logins:
            row = (one.name, orjson.dumps(one.read).decode(), orjson.dumps(one.write).decode())
            self._turn.note("INSERT INTO device_grant VALUES (?, ?, ?)", row)
