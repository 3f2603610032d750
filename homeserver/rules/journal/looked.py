"""Up to when the schedule has looked, as a row in `rules.db`: a restart knows which moments passed meanwhile."""

from datetime import UTC, datetime
from typing import Final

from homeserver.runtime.turn import Turn

_PUT: Final = "INSERT OR REPLACE INTO looked VALUES (1, ?)"


class LookedRow:
    """The row; `until` is None in a home that never looked."""

    def __init__(self, turn: Turn) -> None:
        self._turn = turn

    def until(self) -> datetime | None:
        row = self._turn.ledger.fetch_one("SELECT until FROM looked")
        return datetime.fromtimestamp(row["until"], UTC) if row is not None else None

    def mark(self, moment: datetime) -> None:
        self._turn.note(_PUT, (moment.timestamp(),))
