"""The files of macros beside the rules: `custom_templates/*.jinja`, which templates of rules import.

A template finds a macro when it is rendered, so a file that changes needs no rule to be read again.
"""

from collections.abc import Iterator
from pathlib import Path

from homeserver.rules.reading.problem import Problem
from homeserver.rules.reading.sources import Mark, mark_of
from homeserver.view.template_library import FOLDER, read_library
from homeserver.view.templates import Templates


class Macros:
    """Those below `root`."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._marks: dict[Path, Mark] = {}
        self._problems: list[Problem] = []

    def files(self) -> Iterator[Path]:
        """Those that there are."""
        yield from self._now()

    def changed(self) -> bool:
        """Whether files were added, changed or taken away since the last `teach`."""
        return self._now() != self._marks

    def teach(self, templates: Templates) -> list[Problem]:
        """Have `templates` know them as they are now; returns what is wrong with them."""
        marks = self._now()
        if marks != self._marks:
            self._marks = marks
            self._problems = self._taught(templates)
        return self._problems

    def _taught(self, templates: Templates) -> list[Problem]:
        found, left_out = read_library(self._root)
        problems = [Problem(f"{FOLDER}/{name}", 1, "", "", text, "template") for name, text in left_out]
        for name, error in templates.learn(found).items():
            problems.append(Problem(f"{FOLDER}/{name}", error.line, "", "", error.text, "template"))
        return problems

    def _now(self) -> dict[Path, Mark]:
        folder = self._root / FOLDER
        return {path: mark_of(path) for path in folder.rglob("*.jinja")} if folder.is_dir() else {}
