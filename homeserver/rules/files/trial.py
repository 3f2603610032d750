"""A file tried before it is written: the engine looks at all files of the folder with the new text among them.

A file of its own is looked at among the others. One that others include, a blueprint or a test means nothing alone: it
is tried in a copy of the folder, and what is wrong there and was not before is its fault.
"""

import asyncio
import shutil
import tempfile
from pathlib import Path

from homeserver.rules.check.desk import examine, examine_text
from homeserver.rules.check.kept import Report
from homeserver.rules.check.known import Known
from homeserver.rules.words import Fault
from homeserver.view.templates import Templates


async def tried(path: str, text: str, root: Path, alone: bool, known: Known, templates: Templates) -> list[Fault]:
    """What would be wrong or doubtful with a file if it said `text`. `alone`: it is read by itself."""
    if alone:
        return _faults(await examine_text(text, path, root, known, templates))
    before, _ = await examine(root, known, templates)
    with tempfile.TemporaryDirectory(prefix="rules-") as folder:
        copy = Path(folder) / "rules"
        await asyncio.to_thread(_copied, root, copy, path, text)
        after, _ = await examine(copy, known, templates)
    old = {(fault.file, fault.text) for fault in _faults(before)}
    return [fault for fault in _faults(after) if (fault.file, fault.text) not in old]


def _copied(root: Path, copy: Path, path: str, text: str) -> None:
    shutil.copytree(root, copy, ignore=shutil.ignore_patterns(".*"), ignore_dangling_symlinks=True)
    place = copy / path
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(text, encoding="utf-8")


def _faults(report: Report) -> list[Fault]:
    return [Fault.model_validate(problem) for problem in report.problems]
