"""The report of the last check, for as long as nothing that it was made from is other than it was.

That is: the bytes of every file that the reading needed, what is known of the home as far as the checks tell it apart,
the variables of the environment that rules may see, and this program itself. One file in the data folder; it is never
needed: what is missing, torn or of something else is checked again.
"""

import hashlib
import logging
import os
import sys
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import orjson

import homeserver
from homeserver.rules.check.known import Known, Thing, is_away
from homeserver.rules.check.values import is_number, possible
from homeserver.rules.check.words_of_state import ATTRIBUTES
from homeserver.rules.reading.folder import Folder
from homeserver.rules.reading.sources import PREFIX, SECRETS, mark_of
from homeserver.rules.reading.yaml_source import LARGEST
from homeserver.runtime.private_file import write_private

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Report:
    """What a check found, as rows for programs, and how many rules of each file it looked at."""

    counts: dict[str, int] = field(default_factory=dict)
    problems: list[dict[str, Any]] = field(default_factory=list)

    @property
    def rules(self) -> int:
        return sum(self.counts.values())

    def of(self, name: str) -> "Report":
        """What concerns one file."""
        found = [problem for problem in self.problems if problem["file"] == name]
        return Report({name: self.counts.get(name, 0)}, found)


class LastReport:
    """In the file `path`; None keeps nothing. `zone` is the time zone that templates were compiled for."""

    def __init__(self, path: Path | None, root: Path, known: Known, zone: str) -> None:
        self._path = path
        self._root = root
        self._mark = _mark(root, known, zone) if path is not None else ""

    def find(self) -> Report | None:
        """The report, if it would be the same again."""
        if self._path is None:
            return None
        try:
            row = orjson.loads(self._path.read_bytes())
            is_same = row["mark"] == self._mark and row["listed"] == _listed(Folder(self._root))
            if is_same and all(_digest(path) == digest for path, digest in row["needs"].items()):
                return Report(**row["report"])
        except (OSError, ValueError, TypeError, KeyError, AttributeError):
            pass
        return None

    def keep(self, report: Report, folder: Folder) -> None:
        """Write down what the check of a folder found that was read for it."""
        if self._path is None:
            return
        needs = {path: _digest(path) for path in folder.needs()}
        row = {"mark": self._mark, "listed": _listed(folder), "needs": needs, "report": asdict(report)}
        try:
            write_private(self._path, orjson.dumps(row))
        except OSError as error:
            log.warning("%s cannot be written (%s): the next check looks at every rule", self._path, error)


def _listed(folder: Folder) -> list[str]:
    return sorted(folder.listed())


def _digest(path: str) -> str:
    """Of what a file says, or which names a folder holds; secrets are known by their mark alone."""
    try:
        if os.path.isdir(path):
            return _hash(name.encode() for name in sorted(os.listdir(path)))
        if os.path.basename(path) == SECRETS or os.path.getsize(path) > LARGEST or not os.path.isfile(path):
            return str(mark_of(path))
        with open(path, "rb") as file:
            return _hash([file.read()])
    except OSError:
        return ""


def _mark(root: Path, known: Known, zone: str) -> str:
    environment = {name: value for name, value in os.environ.items() if name.startswith(PREFIX)}
    return _hash((str(root).encode(), zone.encode(), orjson.dumps(environment, option=_SORTED), _known(known), _code()))


def _known(known: Known) -> bytes:
    """What the checks can tell apart: lamps go on and off, and numbers change, without a word to them."""
    things = {id: _shape(id, thing, known) for id, thing in known.things.items()}
    return orjson.dumps(replace(known, things=things, _meant=None), option=_SORTED)


def _shape(id: str, thing: Thing, known: Known) -> Thing:
    domain, can, state = id.partition(".")[0], possible(id, known), thing.state
    if not is_away(state):
        state = _ANY if (state in can if can is not None else is_number(state)) else state
    usual = {*ATTRIBUTES[""], *ATTRIBUTES.get(domain, ())}
    return replace(thing, state=state, attributes=[name for name in thing.attributes if name not in usual])


def _hash(parts: Iterable[bytes]) -> str:
    made = hashlib.sha256()
    for part in parts:
        made.update(len(part).to_bytes(8))
        made.update(part)
    return made.hexdigest()


def _code() -> bytes:
    """Of the program: its files by size and time of change."""
    found = []
    for where, folders, names in os.walk(os.path.dirname(homeserver.__file__)):
        folders.sort()
        found += [mark_of(os.path.join(where, name))[1:] for name in sorted(names) if name.endswith(".py")]
    return repr((sys.version, found)).encode()


_SORTED: Final = orjson.OPT_SORT_KEYS
_ANY: Final = "0"
"""Stands for all numbers, and for all the states that an entity of its kind can have: a number is none of these."""
