"""The folder of the rules as calls may touch it: YAML files below it, and nothing that lies elsewhere.

No level of a path begins with a dot, no link leads out of the folder, and the file with secrets is none of them. A file
is replaced at once or not at all, and only where it still says what its reader saw.
"""

import hashlib
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from homeserver.rules.reading.sources import SECRETS
from homeserver.runtime.private_file import write_again
from homeserver.topics.call import CallError

_LEVEL: Final = re.compile(r"\w[\w .-]{0,79}")
_ENDINGS: Final = (".yaml", ".yml")
_PUBLIC: Final = 0o644
"""A new file may be read by others, as one that an editor makes."""


class Shelter:
    """`root` is the folder of the rules. All methods raise `CallError` with the field at fault."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def place(self, path: str) -> Path:
        """Where a path leads, which is inside the folder."""
        levels = path.split("/")
        if not all(_LEVEL.fullmatch(level) for level in levels) or not path.endswith(_ENDINGS):
            text = "between '/' a path has letters, digits, '_', '-', '.' and blanks; it ends in .yaml"
            raise CallError("invalid", text, "path")
        if levels[-1] == SECRETS:
            raise CallError("denied", f"{SECRETS} is read and written on the machine itself, and never sent", "path")
        found = (self._root / path).resolve()
        if not found.is_relative_to(self._root.resolve()) or found.name == SECRETS:
            raise CallError("denied", f"{path} leads out of the folder of the rules", "path")
        return found

    def read(self, path: str) -> str | None:
        """What a file says; None where there is none."""
        place = self.place(path)
        try:
            with place.open(encoding="utf-8", newline="") as file:
                return file.read()
        except (FileNotFoundError, NotADirectoryError):
            return None
        except UnicodeDecodeError as error:
            raise CallError("failed", f"{path} is not UTF-8: save it so on the machine itself", "path") from error
        except OSError as error:
            raise CallError("failed", f"{path} cannot be read: {error.strerror or error}", "path") from error

    def check(self, path: str, expected: str) -> str | None:
        """What a file says, if that is what somebody has seen of it."""
        text = self.read(path)
        if mark(text) == expected:
            return text
        if text is None:
            raise CallError("conflict", f"{path} is not there any more", "expected")
        if not expected:
            raise CallError("conflict", f"{path} is there already: choose another name, or open that one", "path")
        raise CallError("conflict", f"{path} was changed meanwhile: look at what it says now", "expected")

    def write(self, path: str, text: str) -> None:
        """Put a text in the place of a file, or make one."""
        place = self.place(path)
        try:
            if not place.exists():
                place.parent.mkdir(parents=True, exist_ok=True)
                os.close(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PUBLIC))
            write_again(place, text)
        except OSError as error:
            raise CallError("failed", f"{path} cannot be written: {error.strerror or error}", "path") from error

    def remove(self, path: str) -> None:
        """Take a file away."""
        try:
            self.place(path).unlink()
        except OSError as error:
            raise CallError("failed", f"{path} cannot be removed: {error.strerror or error}", "path") from error

    def all(self) -> Iterator[tuple[str, int]]:
        """The files that calls may name, with their sizes in bytes."""
        for where, folders, names in os.walk(self._root):
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            for name in sorted(names):
                path = (Path(where) / name).relative_to(self._root).as_posix()
                if name.endswith(_ENDINGS) and self.has(path):
                    yield path, os.stat(Path(where) / name).st_size

    def has(self, path: str) -> bool:
        """Whether there is such a file, and a call may name it."""
        try:
            return self.place(path).is_file()
        except CallError:
            return False


def mark(text: str | None) -> str:
    """What tells one text from others; "" for none."""
    return "" if text is None else hashlib.sha256(text.encode()).hexdigest()
