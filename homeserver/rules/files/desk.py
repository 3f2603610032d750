"""Carries out what is asked about files of rules; loaded when somebody asks, for a quick start.

Nothing is written before the engine has found no fault in it, and nothing that is kept nowhere else is written over.
"""

import difflib
import sqlite3
from datetime import tzinfo

from homeserver.rules.check.known import Known
from homeserver.rules.file_words import (
    FileDifference,
    FileLine,
    FileList,
    FileText,
    FileVersion,
    FileVersionList,
    FileWritten,
    RestoreFile,
    WriteFile,
)
from homeserver.rules.files.archive import Archive, Kept
from homeserver.rules.files.shelter import Shelter, mark
from homeserver.rules.files.trial import tried
from homeserver.rules.reading.book import Book
from homeserver.rules.reading.folder import Folder
from homeserver.rules.versions.library import kept_names
from homeserver.rules.words import Fault
from homeserver.topics.call import CallError
from homeserver.view.templates import Templates


class FileDesk:
    """`book` is what the folder said when it was read last."""

    def __init__(self, folder: Folder, book: Book, archive: Archive) -> None:
        self._folder = folder
        self._book = book
        self._archive = archive
        self._shelter = Shelter(folder.root)

    # -- looking

    def listed(self) -> FileList:
        """All files."""
        rules = _by_file(self._book)
        kind = self._folder.kind
        faults = [problem.file for problem in self._book.problems if problem.severity == "error"]
        found = [
            FileLine(path=path, kind=kind(path), size=size, rules=rules.get(path, []), faults=faults.count(path))
            for path, size in self._shelter.all()
        ]
        here = {line.path for line in found}
        gone = [path for path in self._archive.gone() if path not in here]
        more = [FileLine(path=path, kind="other", size=0, rules=[], faults=0, gone=True) for path in gone]
        return FileList(folder=str(self._folder.root.resolve()), files=[*found, *more])

    def read(self, path: str, version: int | None) -> FileText:
        """What a file says, or said; raises `CallError`."""
        now = self._shelter.read(path)
        if version is not None:
            return FileText(path=path, text=self._kept(path, version).text or "", hash=mark(now), version=version)
        if now is None:
            raise CallError("not_found", f"there is no file {path}: rules.files lists them", "path")
        return FileText(path=path, text=now, hash=mark(now))

    def versions(self, path: str) -> FileVersionList:
        """All versions, the latest first."""
        self._shelter.place(path)
        rows = [_line(each) for each in reversed(self._archive.of(path))]
        return FileVersionList(path=path, versions=rows)

    def difference(self, path: str, since: int | None, to: int | None, zone: tzinfo) -> FileDifference:
        """The unified diff of two versions; raises `CallError`."""
        kept = self._archive.of(path)
        new = _named(self._kept(path, to), zone) if to is not None else ("now", self._shelter.read(path) or "")
        earlier = [each for each in kept if to is None or each.number < to]
        if since is not None:
            old = _named(self._kept(path, since), zone)
        else:
            old = _named(earlier[-1], zone) if earlier else ("nothing", "")
        lines = difflib.unified_diff(_lines(old[1]), _lines(new[1]), f"{path} {old[0]}", f"{path} {new[0]}")
        return FileDifference(path=path, diff="".join(lines))

    def _kept(self, path: str, version: int) -> Kept:
        for each in self._archive.of(path):
            if each.number == version:
                return each
        raise CallError("not_found", f"no version {version} of {path} is kept: rules.file_log lists them", "version")

    # -- changing

    async def write(self, request: WriteFile, by: str, known: Known, templates: Templates) -> tuple[int, int | None]:
        """The number of the new version and of the one before; raises `CallError`, and then nothing was written."""
        path, text = request.path, request.text
        self._shelter.check(path, request.expected)
        alone = self._folder.kind(path) == "rules" or (self._shelter.read(path) is None and self._folder.counts(path))
        faults = await tried(path, text, self._folder.root, alone, known, templates)
        _refuse([fault for fault in faults if fault.severity == "error"])
        before = self._shelter.check(path, request.expected)  # trying took a while
        kept = self._archive.keep(path, before) if before is not None else None
        self._shelter.write(path, text)
        return self._keep(path, text, by), kept

    def remove(self, path: str, expected: str, by: str) -> tuple[int, int | None]:
        """The same for a file that is to go."""
        before = self._shelter.check(path, expected)
        if before is None:
            raise CallError("not_found", f"there is no file {path}: rules.files lists them", "path")
        kept = self._archive.keep(path, before)
        self._shelter.remove(path)
        return self._keep(path, None, by), kept

    def former(self, request: RestoreFile) -> WriteFile:
        """What is to be written for a file to say again what it said; raises `CallError`."""
        text = self._kept(request.path, request.version).text
        if text is None:
            raise CallError("invalid", "in this version there was no file: rules.remove takes it away", "version")
        return WriteFile(path=request.path, text=text, expected=request.expected)

    def _keep(self, path: str, text: str | None, by: str) -> int:
        try:
            return self._archive.keep(path, text, by)
        except sqlite3.Error as error:
            raise CallError("failed", f"{path} was changed, but its version cannot be kept: {error}") from error

    def told(self, path: str, done: tuple[int, int | None]) -> FileWritten:
        """How it is now, once the folder was read again."""
        text = self._shelter.read(path)
        problems = [str(problem) for problem in self._book.problems if problem.file == path]
        rules = _by_file(self._book).get(path, [])
        return FileWritten(path=path, hash=mark(text), version=done[0], before=done[1], rules=rules, problems=problems)


def _line(kept: Kept) -> FileVersion:
    count = len((kept.text or "").splitlines())
    return FileVersion(version=kept.number, at=kept.at, by=kept.by, lines=count, removed=kept.text is None)


def _refuse(faults: list[Fault]) -> None:
    """With the first fault, where there is one."""
    if faults:
        first = faults[0]
        more = f", and {len(faults) - 1} more" if len(faults) > 1 else ""
        remedy = f" ({first.suggestion})" if first.suggestion else ""
        where = f"{first.file}, line {first.line}, column {first.column}"
        raise CallError("invalid", f"not written: {where}: {first.text}{remedy}{more}", "text")


def _by_file(book: Book) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, rule in kept_names(book).items():
        found.setdefault(rule.file, []).append(name)
    return found


def _named(kept: Kept, zone: tzinfo) -> tuple[str, str]:
    return f"{kept.at.astimezone(zone):%Y-%m-%d %H:%M:%S}", kept.text or ""


def _lines(text: str) -> list[str]:
    """With an end on the last one too, so that a diff has a line for each."""
    return [line if line.endswith("\n") else f"{line}\n" for line in text.splitlines(keepends=True)]
