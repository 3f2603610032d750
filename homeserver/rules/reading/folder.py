"""The folder with the rule files: which files belong to it, and whether any has changed since it was last read."""

import os
from collections.abc import Iterator
from pathlib import Path

from homeserver.rules.reading.rule_file import Book, read_file
from homeserver.rules.reading.shelf import Shelf
from homeserver.runtime.slices import in_slices
from homeserver.view.templates import Templates

Mark = tuple[int, int, int]
"""Inode, size and time of change of a file; noughts for one that cannot be looked at."""


class Folder:
    """Rule files under `root`: *.yaml and *.yml, those in folders below too; hidden ones and `*.test.yaml` are none.

    `shelf` is the file that holds what they said when they were last read; None for none.
    """

    def __init__(self, root: Path, shelf: Path | None = None) -> None:
        self.root = root
        self._shelf = Shelf(shelf)
        self._marks: dict[Path, Mark] | None = None
        self._books: dict[Path, tuple[Mark, Book]] = {}

    def files(self) -> Iterator[Path]:
        """In the order of their names."""
        for where, folders, names in os.walk(self.root):
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            for name in sorted(names):
                if name.endswith((".yaml", ".yml")) and not name.startswith(".") and ".test." not in name:
                    yield Path(where, name)

    def changed(self) -> bool:
        """Whether files were added, changed or taken away since the last `read`."""
        return {path: _mark(path) for path in self.files()} != self._marks

    async def read(self, templates: Templates) -> Book:
        """All rules of the folder; a file that did not change is not read again. Others get a turn now and then."""
        self._marks = {path: _mark(path) for path in self.files()}
        book = Book()
        await in_slices(self._reading(self._marks, templates, book))
        self._shelf.put_away({self._name(path) for path in self._books})
        return book

    def _reading(self, marks: dict[Path, Mark], templates: Templates, book: Book) -> Iterator[None]:
        known, self._books = self._books, {}
        for path, mark in marks.items():
            kept = known.get(path)
            if kept is None or kept[0] != mark:
                kept = (mark, Book())
                yield from read_file(path, self._name(path), templates, self._shelf, kept[1])
            self._books[path] = kept
            book.add(kept[1])

    def _name(self, path: Path) -> str:
        return path.relative_to(self.root).as_posix()


def _mark(path: Path) -> Mark:
    try:
        found = path.stat()
    except OSError:
        return (0, 0, 0)
    return (found.st_ino, found.st_size, found.st_mtime_ns)
