"""What a home consists of: which files of its data and rules folders belong in a backup, and to which worker.

Left out are what only the running home needs (locks, SQLite's own side files), what is written anew at every start
(the broker's configuration), logs, other backups, and hidden files. Keeps nothing.
"""

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from homeserver.topics.record import record
from integrations.backup.manifest import name_fault

PASSING: Final = frozenset({"logs", "backups", "home.lock"})
"""Entries of the data folder that stay where they are, whatever is restored."""
BROKER: Final = "broker"
MOSQUITTO: Final = "mosquitto.db"
"""The retained messages as Mosquitto keeps them: in a format of its own, not SQLite's."""
_SIDE_FILES: Final = ("-wal", "-shm", "-journal", "-outbox", ".lock", ".part")
PEOPLE: Final = "people"


@record
class Folders:
    """Where a home lies."""

    data: Path
    rules: Path


@record
class Source:
    """One file of a home and the path of the part that it becomes."""

    path: str
    file: Path
    database: bool


def is_kept(path: str) -> bool:
    """Whether a part of this path can be in a backup."""
    area, _, inner = path.partition("/")
    steps = inner.split("/")
    if any(step.startswith(".") for step in steps):
        return False
    if area == "rules":
        return True
    if steps[0] in PASSING or steps[-1].endswith(_SIDE_FILES):
        return False
    return steps[0] != BROKER or (len(steps) == 2 and steps[1].endswith(".db"))


def is_database(path: str) -> bool:
    """Whether a part is a SQLite file."""
    return path.startswith("data/") and path.endswith(".db") and path != f"data/{BROKER}/{MOSQUITTO}"


def belongs(path: str, worker: str) -> bool:
    """Whether a part is one worker's: its file, its folder, its file per person; the rule files are of `rules`."""
    area, *steps = path.split("/")
    if area == "rules":
        return worker == "rules"
    own = steps[2] if steps[0] == PEOPLE and len(steps) > 2 else steps[0]
    return own == worker or own.startswith(f"{worker}.")


def owner_of(path: str) -> str:
    """The worker that a database is named after; empty for any other part."""
    return path.rpartition("/")[2][:-3] if is_database(path) and path.count("/") == 1 else ""


class Contents:
    """Walks a home; `left_out` tells afterwards what could not be taken and why."""

    def __init__(self, folders: Folders, without: Path) -> None:
        self._folders = folders
        self._without = without.resolve()
        self.left_out: list[str] = []

    def sources(self, worker: str = "") -> list[Source]:
        """All files in the order of their paths, or those of one worker."""
        data, rules = self._folders.data, self._folders.rules
        found = [*self._walk("data", data, rules.resolve()), *self._walk("rules", rules, None)]
        wanted = [source for source in found if not worker or belongs(source.path, worker)]
        return sorted(wanted, key=lambda source: source.path)

    def _walk(self, area: str, root: Path, other: Path | None) -> Iterator[Source]:
        for where, folders, names in os.walk(root):
            here = Path(where)
            inner = here.relative_to(root)
            folders[:] = sorted(name for name in folders if self._enter(area, inner, here / name, other))
            for name in sorted(names):
                yield from self._source("/".join((area, *inner.parts, name)), here / name)

    def _enter(self, area: str, inner: Path, folder: Path, other: Path | None) -> bool:
        if folder.resolve() in (self._without, other) or folder.name.startswith("."):
            return False
        if area == "data" and not inner.parts and folder.name in PASSING:
            return False
        if folder.is_symlink():
            self._leave("/".join((area, *inner.parts, folder.name)), "it is a link to a folder")
            return False
        return True

    def _source(self, path: str, file: Path) -> Iterator[Source]:
        if not is_kept(path):
            return
        try:
            mode = file.stat().st_mode  # of what a link points to: its content is what counts
        except OSError as error:
            self._leave(path, error.strerror or "it cannot be read")
            return
        if not stat.S_ISREG(mode):
            self._leave(path, "it is no file")
        elif fault := name_fault(path):
            self._leave(path, fault)
        else:
            yield Source(path, file, is_database(path))

    def _leave(self, path: str, reason: str) -> None:
        readable = path.encode("utf-8", "backslashreplace").decode()
        self.left_out.append(f"{readable}: {reason}")
