"""Answers about versions: the list, the difference, and bringing one back into its file."""

import difflib
from datetime import tzinfo
from pathlib import Path

from homeserver.rules.reading.book import Book
from homeserver.rules.reading.problem import nearest
from homeserver.rules.rule import Compiled
from homeserver.rules.version_words import Difference, VersionLine, VersionList
from homeserver.rules.versions.passage import replaced
from homeserver.rules.versions.versions import Version, Versions
from homeserver.runtime.private_file import write_again
from homeserver.topics.call import CallError
from homeserver.topics.names import slug


def kept_names(book: Book) -> dict[str, Compiled]:
    """All rules and scripts by the names under which their versions are kept."""
    scripts = {**book.scripts, **book.refused_scripts}
    return {**book.rules, **book.refused} | {f"script.{id}": each for id, each in scripts.items()}


def listed(name: str, versions: Versions) -> VersionList:
    """All versions, the latest first; raises `CallError`."""
    rows = [
        VersionLine(version=each.number, at=each.at, file=each.file, lines=each.text.count("\n"))
        for each in reversed(_found(name, versions))
    ]
    return VersionList(rule=name, versions=rows)


def difference(name: str, versions: Versions, since: int | None, to: int | None, zone: tzinfo) -> Difference:
    """The unified diff of two versions, told in the time of this home; raises `CallError`."""
    found = _found(name, versions)
    new = _numbered(found, to if to is not None else len(found), "to")
    old = _numbered(found, since if since is not None else max(1, new.number - 1), "since")
    rows = difflib.unified_diff(
        old.text.splitlines(keepends=True),
        new.text.splitlines(keepends=True),
        f"{name} version {old.number}, {old.at.astimezone(zone):%Y-%m-%d %H:%M:%S}",
        f"{name} version {new.number}, {new.at.astimezone(zone):%Y-%m-%d %H:%M:%S}",
    )
    return Difference(rule=name, since=old.number, to=new.number, diff="".join(rows))


def bring_back(name: str, versions: Versions, number: int | None, book: Book, root: Path) -> Version:
    """Write a former text into the file of the rule; raises `CallError`."""
    found = _found(name, versions)
    wanted = _numbered(found, number if number is not None else len(found) - 1, "version")
    present = kept_names(book).get(name)
    if present is None:
        raise CallError("conflict", f"{name} is in no file now: its text is version {wanted.number}", "rule")
    path = root / present.file
    if not path.resolve().is_relative_to(root.resolve()):
        raise CallError("denied", f"{present.file} leads out of the folder of the rules", "rule")
    try:
        write_again(path, replaced(path.read_text(), present.line, wanted.text, present.id))
    except OSError as error:
        raise CallError("failed", f"{present.file} cannot be written: {error.strerror or error}") from error
    return wanted


def _found(name: str, versions: Versions) -> list[Version]:
    found = versions.of(name)
    if not found:
        raise CallError("not_found", f"there is no rule {name!r} of which a text is kept", "rule")
    return found


def _numbered(found: list[Version], number: int, field: str) -> Version:
    if not 1 <= number <= len(found):
        if len(found) == 1 and number < 1:
            raise CallError("conflict", "it has only ever had this one text", field)
        raise CallError("not_found", f"there is no version {number}: there are 1 to {len(found)}", field)
    return found[number - 1]


def named(asked: str, book: Book, versions: Versions) -> str:
    """The name under which versions are kept of what somebody asks for: an id, an entity or an alias; raises
    `CallError`."""
    known, plain = kept_names(book), asked.removeprefix("automation.")
    for name in (asked, plain, f"script.{asked}"):
        if name in known or versions.of(name):
            return name
    for name, rule in known.items():
        if plain and slug(rule.alias) == slug(plain):
            return name
    raise CallError("not_found", f"there is no rule {asked!r}{nearest(asked, known)}", "rule")
