"""Keeps each text that a rule had, in `rules.db`, from the moment at which it was read."""

import hashlib
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
_MARKS = "SELECT file, mark FROM kept_file"
_MARK = "INSERT OR REPLACE INTO kept_file (file, mark) VALUES (?, ?)"
_FORGET = "DELETE FROM kept_file WHERE file = ?"


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
        self._files: dict[str, str] | None = None
        """By file: what it said when its rules were kept."""

    def keep(self, rules: Mapping[str, Compiled]) -> Iterator[None]:
        """Keep the texts that are new. `rules` by the name under which they are kept; a step for each rule of a file
        that changed since its rules were kept."""
        if self._files is None:
            self._files = {row["file"]: row["mark"] for row in self._turn.ledger.fetch(_MARKS)}
        files = _by_file(rules)
        for file in self._files.keys() - files.keys():
            del self._files[file]
            self._turn.note(_FORGET, (file,))
        for file, own in files.items():
            text = self._text(file)
            mark = _file_mark(text, own)
            if self._files.get(file) != mark:
                yield from self._keep_file(own, text.splitlines(keepends=True))
                self._files[file] = mark
                self._turn.note(_MARK, (file, mark))  # after its rules: a kill between them keeps them again
            yield

    def _keep_file(self, own: list[tuple[str, Compiled]], lines: list[str]) -> Iterator[None]:
        if self._latest is None:
            self._latest = {row["rule"]: _mark(row["text"]) for row in self._turn.ledger.fetch(_LATEST)}
        for name, compiled in own:
            if 0 < compiled.line <= len(lines):
                self._keep(self._latest, name, compiled, lines)
            yield

    def _keep(self, latest: dict[str, int], name: str, compiled: Compiled, lines: list[str]) -> None:
        found = passage(lines, compiled.line, compiled.id)
        text = zlib.compress("".join(lines[found.begin : found.end]).encode(), 6)
        if latest.get(name) != _mark(text):
            latest[name] = _mark(text)
            self._turn.note(_PUT, (name, self._clock.now().timestamp(), compiled.file, text))

    def _text(self, file: str) -> str:
        try:
            return (self._root / file).read_text()
        except (OSError, UnicodeDecodeError):
            return ""

    def of(self, name: str) -> list[Version]:
        """All versions of a rule, the oldest first."""
        rows = self._turn.ledger.fetch("SELECT at, file, text FROM version WHERE rule = ? ORDER BY id", (name,))
        return [
            Version(number, datetime.fromtimestamp(row["at"], UTC), row["file"], zlib.decompress(row["text"]).decode())
            for number, row in enumerate(rows, 1)
        ]


def _mark(text: bytes) -> int:
    return hash(text)


def _file_mark(text: str, own: list[tuple[str, Compiled]]) -> str:
    """Of a file's text and which of its rules stand where: a rule may come to be told by another file, or go back."""
    rules = "".join([f"{name}\0{compiled.line}\0" for name, compiled in own])
    return hashlib.sha256(f"{rules}\n{text}".encode("utf-8", "surrogatepass")).hexdigest()


def _by_file(rules: Mapping[str, Compiled]) -> dict[str, list[tuple[str, Compiled]]]:
    found: dict[str, list[tuple[str, Compiled]]] = {}
    for name, compiled in rules.items():
        found.setdefault(compiled.file, []).append((name, compiled))
    return found
