"""The folder of the rules as a boundary: which files may be read at all, and the secrets that lie in it.

Every path stays inside, links followed. Secrets are kept for one reading; neither they nor what is wrong with their
files is ever told, and they are on no shelf.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from homeserver.rules.reading.problem import Code
from homeserver.rules.reading.shelf import Shelf
from homeserver.rules.reading.yaml_source import LARGEST, Map, SourceError, read

SECRETS: Final = "secrets.yaml"
PREFIX: Final = "RULES_"
"""Of the variables of the environment that rules may see."""
Mark = tuple[int, int, int]
"""Inode, size and time of change of a file or folder; noughts for one that cannot be looked at."""


class Refused(Exception):
    """A tag that cannot be followed; the text says why."""

    def __init__(self, text: str, code: Code = "invalid") -> None:
        super().__init__(text)
        self.text = text
        self.code: Code = code


class Sources:
    """The files below `root`, for one reading of the folder. Keeps the secrets until it is forgotten itself."""

    def __init__(self, root: Path, shelf: Shelf | None = None, environment: Mapping[str, str] | None = None) -> None:
        self.root = root
        self._real = Path(os.path.realpath(root))
        self.shelf = shelf or Shelf()
        self.environment = os.environ if environment is None else environment
        self._secrets: dict[Path, Any] = {}

    def name(self, path: Path) -> str:
        """What a file is called before people."""
        try:
            return path.relative_to(self.root).as_posix()
        except ValueError:
            return path.name

    def inside(self, folder: Path, text: str) -> Path:
        """The path of a file or folder that `text` names from `folder`; raises `Refused` outside the rules."""
        if not text.strip():
            raise Refused("needs the path of a file or folder")
        path = folder / text.strip()
        try:
            real = Path(os.path.realpath(path))
            inner = real.relative_to(self._real)
        except ValueError:
            raise Refused(f"{text!r} lies outside the folder of the rules and is not read: move it there") from None
        if inner.name == SECRETS:
            raise Refused(f"{SECRETS} is not included: take single values with !secret name")
        return self.root / inner

    def secrets(self, folder: Path) -> Any:
        """The mapping in the secrets file of one folder; a text where it is faulty."""
        if folder not in self._secrets:
            self._secrets[folder] = self._read_secrets(folder / SECRETS)
        return self._secrets[folder]

    def _read_secrets(self, path: Path) -> Any:
        name = self.name(path)
        try:
            if not path.exists():
                return Map()
            if not Path(os.path.realpath(path)).is_relative_to(self._real):
                return f"{name} is a link to the outside and is not read: copy the file itself"
            root = read(text_of(path)).root
        except (OSError, UnicodeDecodeError):
            return f"{name} cannot be read"
        except SourceError as error:
            return f"{name}:{error.line} is no YAML that can be read"
        return (
            Map() if root is None else root if isinstance(root, Map) else f"{name} must hold lines such as name: value"
        )


def mark_of(path: Path | str) -> Mark:
    try:
        found = os.stat(path)
    except OSError:
        return (0, 0, 0)
    return (found.st_ino, found.st_size, found.st_mtime_ns)


def text_of(path: Path) -> str:
    """The text of a file; raises `OSError`, `UnicodeDecodeError`, `SourceError`."""
    if path.stat().st_size > LARGEST:
        raise SourceError(f"larger than {LARGEST // 1024} KiB: split the file", 1)
    if not path.is_file():
        raise SourceError("is no file", 1)
    return path.read_bytes().decode()


def words_of(error: Exception) -> tuple[int, str]:
    match error:
        case SourceError(line=line, text=text):
            return line, text
        case UnicodeDecodeError():
            return error.object[: error.start].count(b"\n") + 1, "is no UTF-8 text: save it as UTF-8"
        case OSError():
            return 1, f"cannot be read: {error.strerror or error}"
    return 1, str(error)
