"""Warnings that strangers cause, as often as they like: the first of a kind is logged at once, of the others once a
minute how many there were, and of whom. Needs the event loop.
"""

import asyncio
import logging
from dataclasses import dataclass, field

log = logging.getLogger(__name__)
MINUTE = 60.0
_KINDS = 30
_NAMED = 3
OTHER = "something else was wrong"


@dataclass(slots=True)
class _Row:
    count: int = 0
    who: dict[str, None] = field(default_factory=dict)


class Repeats:
    """`tell` each one."""

    def __init__(self) -> None:
        self._rows: dict[str, _Row] = {}

    def tell(self, who: str, what: str) -> None:
        kind = what if what in self._rows or len(self._rows) < _KINDS else OTHER
        row = self._rows.get(kind)
        if row is None:
            log.warning("%s: %s", who, what)
            self._begin(kind)
            return
        row.count += 1
        if len(row.who) < _NAMED:
            row.who[who] = None

    def _begin(self, kind: str) -> None:
        self._rows[kind] = _Row()
        asyncio.get_running_loop().call_later(MINUTE, self._sum_up, kind)

    def _sum_up(self, kind: str) -> None:
        row = self._rows.pop(kind)
        if row.count:
            log.warning("%s: %d more times within a minute, from %s", kind, row.count, _named(row))
            self._begin(kind)


def _named(row: _Row) -> str:
    more = " and maybe others" if len(row.who) == _NAMED and row.count > _NAMED else ""
    return ", ".join(row.who) + more
