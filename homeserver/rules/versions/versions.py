"""Keeps each text that a rule had, in `rules.db`, from the moment at which it was read."""

import zlib
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

from homeserver.rules.rule import Compiled
from homeserver.rules.versions.passage import passage
from homeserver.runtime.clock import Clock
from homeserver.runtime.turn import Turn
from homeserver.topics.record import record

_PUT = "INSERT INTO version (rule, at, file, text) VALUES (?, ?, ?, ?)"
_LATEST = "SELECT rule, text FROM version WHERE id IN (SELECT max(id) FROM version GROUP BY rule)"


@record
class Version:
    """One text of a rule. `number` counts from 1, the oldest; `at` is when it was first read."""

    number: int
    at: datetime
    file: str
    text: str


class Versions:
    """One for the worker; `root` is the folder of the rules."""

    def __init__(self, turn: Turn, clock: Clock, root: Path) -> None:
        self._turn = turn
        self._clock = clock
        self._root = root
        self._latest: dict[str, int] | None = None
        """By rule: what tells its latest text from others."""

    def keep(self, rules: Mapping[str, Compiled]) -> Iterator[None]:
        """Keep the texts that are new. `rules` by the name under which they are kept; a step for each rule."""
        if self._latest is None:
            self._latest = {row["rule"]: _mark(row["text"]) for row in self._turn.ledger.fetch(_LATEST)}
        for file, own in _by_file(rules).items():
            lines = self._lines(file)
            for name, compiled in own:
                if 0 < compiled.line <= len(lines):
                    self._keep(name, compiled, lines)
                yield

    def _keep(self, name: str, compiled: Compiled, lines: list[str]) -> None:
        assert self._latest is not None, "what is there was read before"
        found = passage(lines, compiled.line, compiled.id)
        text = zlib.compress("".join(lines[found.begin : found.end]).encode(), 6)
        if self._latest.get(name) != _mark(text):
            self._latest[name] = _mark(text)
            self._turn.note(_PUT, (name, self._clock.now().timestamp(), compiled.file, text))

    def _lines(self, file: str) -> list[str]:
        try:
            return (self._root / file).read_text().splitlines(keepends=True)
        except (OSError, UnicodeDecodeError):
            return []

    def of(self, name: str) -> list[Version]:
        """All versions of a rule, the oldest first."""
        rows = self._turn.ledger.fetch("SELECT at, file, text FROM version WHERE rule = ? ORDER BY id", (name,))
        return [
            Version(number, datetime.fromtimestamp(row["at"], UTC), row["file"], zlib.decompress(row["text"]).decode())
            for number, row in enumerate(rows, 1)
        ]


def _mark(text: bytes) -> int:
    return hash(text)


def _by_file(rules: Mapping[str, Compiled]) -> dict[str, list[tuple[str, Compiled]]]:
    found: dict[str, list[tuple[str, Compiled]]] = {}
    for name, compiled in rules.items():
        found.setdefault(compiled.file, []).append((name, compiled))
    return found
