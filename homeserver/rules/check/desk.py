"""Checks a folder, one file of it, or a text that is to become one: read with the rules as written, then looked at."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, cast
from zoneinfo import ZoneInfo

from homeserver.rules.check.check import check, told
from homeserver.rules.check.kept import LastReport, Report
from homeserver.rules.check.known import Known
from homeserver.rules.reading.book import Book
from homeserver.rules.reading.folder import Folder
from homeserver.rules.reading.problem import Problem
from homeserver.rules.reading.rule_file import read_text
from homeserver.rules.rule import Compiled
from homeserver.runtime.clock import RealClock
from homeserver.runtime.house import House
from homeserver.runtime.slices import in_slices
from homeserver.view.observed import Observer
from homeserver.view.templates import Templates
from homeserver.view.view import View

_SHELF: Final = "rules-checked.json"
_REPORT: Final = "rules-report.json"


class _NoHouse:
    """As much of a house as a picture of nothing asks for."""

    clock = RealClock()


def templates_alone(zone: str) -> Templates:
    """All functions of templates over a home of which nothing is known: to compile, not to render."""
    view = View(cast(House, _NoHouse()))
    return Observer(view, ZoneInfo(zone), lambda: datetime.now(UTC)).templates


async def examine(root: Path, known: Known, templates: Templates, shelf: Path | None = None) -> tuple[Report, Folder]:
    """Check the files of a folder; others get their turns. Returns the folder too, as it was read for this.

    `shelf` is the file that holds what files said when they were last looked at.
    """
    folder, found = Folder(root, shelf, written=True), list[Problem]()
    book = await folder.read(templates)
    await in_slices(check(book, known, templates, found))
    return Report(dict(Counter(rule.file for rule in _all(book))), told(found, root)), folder


async def examine_again(root: Path, known: Known, zone: str, kept: Path | None) -> Report:
    """The same for a command, with templates of a home in the time zone; at once where nothing changed since.

    `kept` is a folder for what is worth keeping until the next time.
    """
    last = LastReport(kept and kept / _REPORT, root, known, zone)
    report = last.find()
    if report is None:
        report, folder = await examine(root, known, templates_alone(zone), kept and kept / _SHELF)
        if not folder.changed():  # else some of it is of before and some of after
            last.keep(report, folder)
    return report


async def examine_text(text: str, name: str, root: Path, known: Known, templates: Templates) -> Report:
    """The same with a text that is to become the file `name`, among the other files of the folder."""
    book, found = await Folder(root, written=True).read(templates), list[Problem]()
    _take_out(book, name)
    own = read_text(text, name, templates, root, Book(written={}))
    book.add(own)
    await in_slices(check(book, known, templates, found))
    wanted = [problem for problem in found if problem.file == name]
    return Report({name: sum(1 for _ in _all(own))}, told(wanted, texts={name: text}))


def _all(book: Book) -> Iterator[Compiled]:
    """Rules and scripts, those too that cannot run."""
    for rows in (book.rules, book.refused, book.scripts, book.refused_scripts):
        yield from rows.values()


def _take_out(book: Book, name: str) -> None:
    """What stands in one file, in its former words."""
    for rows, prefix in (
        (book.rules, ""),
        (book.refused, ""),
        (book.scripts, "script."),
        (book.refused_scripts, "script."),
    ):
        for id in [id for id, rule in rows.items() if rule.file == name]:
            del rows[id]
            (book.written or {}).pop(f"{prefix}{id}", None)
    book.problems = [problem for problem in book.problems if problem.file != name]
