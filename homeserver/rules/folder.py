"""The folder with the rule files: which files belong to it, and whether any has changed since it was last read."""

import os
from collections.abc import Iterator
from pathlib import Path

from homeserver.rules.rule_file import Book, read_file
from homeserver.view.templates import Templates

Mark = tuple[str, int, int, int]
"""Name, inode, size and time of change of one file."""


class Folder:
    """Rule files under `root`: *.yaml and *.yml, those in folders below too; hidden ones and `*.test.yaml` are none."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._marks: tuple[Mark, ...] | None = None

    def files(self) -> Iterator[Path]:
        """In the order of their names."""
        for where, folders, names in os.walk(self.root):
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            for name in sorted(names):
                if name.endswith((".yaml", ".yml")) and not name.startswith(".") and ".test." not in name:
                    yield Path(where, name)

    def changed(self) -> bool:
        """Whether files were added, changed or taken away since the last `read`."""
        return self._marks is None or tuple(self._look()) != self._marks

    def _look(self) -> Iterator[Mark]:
        for path in self.files():
            try:
                found = path.stat()
            except OSError:
                yield (str(path), 0, 0, 0)
            else:
                yield (str(path), found.st_ino, found.st_size, found.st_mtime_ns)

    def read(self, templates: Templates) -> Book:
        """All rules of the folder."""
        self._marks = tuple(self._look())
        book = Book()
        for path in self.files():
            read_file(path, path.relative_to(self.root).as_posix(), templates, book)
        return book
