"""The house as its laws see it: modules as syntax trees, and every file that belongs to the repository.

Needs git for the list of files; where there is no git repository every file counts but caches. Keeps nothing.
"""

import ast
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).parents[2]
CODE = ("homeserver", "integrations")
CACHES = {".git", ".venv", ".hypothesis", "__pycache__"}
SOURCES = {".py", ".js", ".css", ".html", ".sh"}


@dataclass(frozen=True)
class Module:
    """One Python file; `path` is relative to the root of the house."""

    path: PurePosixPath
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, str(self.path))

    @property
    def is_code(self) -> bool:
        return self.path.parts[0] in CODE

    @property
    def length(self) -> int:
        return self.text.count("\n")


@dataclass(frozen=True)
class House:
    """A repository, real or made up."""

    root: Path

    @cached_property
    def files(self) -> list[PurePosixPath]:
        """Every file that git tracks or would track; links and deleted files are left out."""
        command = [
            "git",
            "-C",
            str(self.root),
            "ls-files",
            "-z",
            "--cached",
            "--others",
            "--exclude-standard",
        ]
        listing = subprocess.run(command, capture_output=True, text=True, check=False)
        names = listing.stdout.split("\0")[:-1] if listing.returncode == 0 else self._walk()
        return [PurePosixPath(name) for name in sorted(set(names)) if self._is_file(name)]

    def _walk(self) -> Iterator[str]:
        for path in self.root.rglob("*"):
            parts = path.relative_to(self.root).parts
            if not any(part in CACHES or part.endswith("cache") for part in parts):
                yield "/".join(parts)

    def _is_file(self, name: str) -> bool:
        path = self.root / name
        return path.is_file() and not path.is_symlink()

    @cached_property
    def modules(self) -> list[Module]:
        return [Module(path, self.text(path)) for path in self.files if self._is_module(path)]

    @staticmethod
    def _is_module(path: PurePosixPath) -> bool:
        return path.suffix == ".py" and path.parts[0] in (*CODE, "tests")

    def text(self, path: PurePosixPath) -> str:
        """The file's text; bytes that are no UTF-8 (pictures) come out as marks that match nothing."""
        return (self.root / path).read_text(encoding="utf-8", errors="replace")

    def has(self, path: str) -> bool:
        return (self.root / path).is_file()
