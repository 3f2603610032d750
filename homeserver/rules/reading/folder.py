"""The folder with the rules: which files belong to it, and whether any of what they say has changed.

With a `configuration.yaml` it is read as Home Assistant reads its own: that file and what it includes, nothing else.
Without one every YAML file counts by itself, save those that another one includes.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Literal

from homeserver.rules.reading.blueprint import FOLDER as BLUEPRINTS
from homeserver.rules.reading.book import Book
from homeserver.rules.reading.macros import Macros
from homeserver.rules.reading.rule_file import Reader
from homeserver.rules.reading.shelf import Shelf
from homeserver.rules.reading.source import Source
from homeserver.rules.reading.sources import SECRETS, Mark, Sources, mark_of
from homeserver.runtime.slices import in_slices
from homeserver.view.templates import Templates

ENTRY: Final = "configuration.yaml"


@dataclass(slots=True)
class _Read:
    """What one file said when it was read last: the marks of all that it said so because of, and its book, or None
    where it was read as a part of another."""

    marks: dict[Path, Mark]
    includes: set[Path]
    book: Book | None
    broken: frozenset[Path] = frozenset()
    """Files of these that could not be read then either."""

    def still(self) -> bool:
        return all(mark_of(path) == mark for path, mark in self.marks.items())

    def goes_on(self, source: Source) -> bool:
        """Whether what it said then still holds: a file of it is half written now, or otherwise broken."""
        return self.book is not None and not source.broken.keys() <= self.broken

    def kept(self, source: Source) -> "_Read":
        """The same, with what is wrong now."""
        assert self.book is not None
        told = [
            replace(one, text=f"{one.text}; until then what was read before goes on") for one in source.broken.values()
        ]
        rest = [one for one in self.book.problems if one.code != "yaml" or one.severity != "error"]
        book = replace(self.book, problems=[*told, *rest])
        return _Read(source.needs, self.includes | source.includes, book, self.broken)


class Folder:
    """Rule files under `root`: *.yaml and *.yml, those in folders below too; hidden ones, `secrets.yaml`, blueprints
    and `*.test.yaml` are none.

    `shelf` is the file that holds what they said when they were last read; None for none. `written` keeps the rules as
    they are written too, for who checks them.
    """

    def __init__(self, root: Path, shelf: Path | None = None, *, written: bool = False) -> None:
        self.root = root
        self._shelf = Shelf(shelf)
        self._written = written
        self._macros = Macros(root)
        self._seen: dict[str, Mark] | None = None
        """The files of the folder and their marks at the last reading, by their paths as texts: to look at hundreds of
        files every other second costs ten times as much by `Path`."""
        self._needed: dict[str, Mark] = {}
        """What else they said so because of."""
        self._reads: dict[Path, _Read] = {}

    def files(self) -> Iterator[Path]:
        """In the order of their names; or the one that says which others there are."""
        yield from map(Path, self._paths())

    def _paths(self) -> Iterator[str]:
        root = str(self.root)
        entry = os.path.join(root, ENTRY)
        if os.path.isfile(entry):
            yield entry
            return
        for where, folders, names in os.walk(root):
            folders[:] = sorted(
                name for name in folders if not name.startswith(".") and (name != BLUEPRINTS or where != root)
            )
            for name in sorted(set(names) - {SECRETS}):
                if name.endswith((".yaml", ".yml")) and not name.startswith(".") and ".test." not in name:
                    yield os.path.join(where, name)

    def _looked(self) -> dict[str, Mark]:
        return {path: mark_of(path) for path in self._paths()}

    def changed(self) -> bool:
        """Whether files were added, changed or taken away since the last `read`."""
        if self._looked() != self._seen or self._macros.changed():
            return True
        return any(mark_of(path) != mark for path, mark in self._needed.items())

    def listed(self) -> set[str]:
        """The files that there are, those with macros too."""
        return {*self._paths(), *map(str, self._macros.files())}

    def needs(self) -> set[str]:
        """All that the last `read` said what it said because of: files and folders, also such as were not there."""
        return {*(self._seen or ()), *self._needed, *map(str, self._macros.files())}

    def marks(self) -> dict[Path, Mark]:
        """What the files are like now, and those that they include: who writes one of them changes it."""
        parts = {path for read in self._reads.values() for path in read.includes}
        return {path: mark_of(path) for path in (*self.files(), *parts)}

    def kind(self, path: str) -> Literal["rules", "part", "other"]:
        """What a file was at the last `read`: one of rules, a part of such, or none that was looked at."""
        place = self.root / path
        if place in self._reads and self._reads[place].book is not None:
            return "rules"
        is_part = any(place in read.includes or place in read.marks for read in self._reads.values())
        return "part" if is_part else "other"

    def counts(self, path: str) -> bool:
        """Whether a new file would be read by itself."""
        entry = self.root / ENTRY
        is_plain = not entry.is_file() and ".test." not in path.rpartition("/")[2]
        return is_plain and path.partition("/")[0] != BLUEPRINTS and path != ENTRY

    async def read(self, templates: Templates) -> Book:
        """All of the folder; a file that did not change is not read again. Others get a turn now and then."""
        self._seen = self._looked()
        book = self._book()
        book.problems += self._macros.teach(templates)
        await in_slices(self._reading([Path(path) for path in self._seen], templates, book))
        marks = [read.marks for read in self._reads.values()]
        self._needed = {str(path): mark for each in marks for path, mark in each.items()}
        # The shelf is there for the next start: what was not needed this time stays on it as long as there is a file.
        self._shelf.put_away(self._names())
        return book

    def _book(self) -> Book:
        return Book(written={}) if self._written else Book()

    def _reading(self, files: list[Path], templates: Templates, book: Book) -> Iterator[None]:
        before = self._reads
        known = {path: read for path, read in before.items() if read.still()}
        reader = Reader(Sources(self.root, self._shelf), templates)
        self._reads = {}
        sources: dict[Path, Source] = {}
        for path in files:
            if path not in known:
                sources[path] = Source(reader.sources, path).load()
                yield
        kept = {path: before[path] for path, one in sources.items() if path in before and before[path].goes_on(one)}
        parts = {path for source in sources.values() for path in source.includes}
        parts |= {path for read in kept.values() for path in read.includes}
        parts |= {path for read in known.values() for path in read.includes}
        for path in files:
            read = known.get(path)
            if read is None or (read.book is None) != (path in parts):
                source = sources.pop(path, None) or Source(reader.sources, path).load()
                if path in kept and path not in parts:
                    read = kept[path].kept(source)
                else:
                    made = None if path in parts else self._book()
                    if made is not None:
                        yield from reader.read(source, made)
                    read = _Read(source.needs, source.includes, made, frozenset(source.broken))
            self._reads[path] = read
            if read.book is not None:
                book.add(read.book)

    def _names(self) -> set[str]:
        """The files that were read, by the names that the shelf knows them by."""
        names = set()
        for path, read in self._reads.items():
            for need in (path, *read.marks):
                if need.is_relative_to(self.root):
                    names.add(need.relative_to(self.root).as_posix())
        return names
