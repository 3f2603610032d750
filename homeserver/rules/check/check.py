"""All checks of all rules of a folder or a text: what reading told, and what only the whole tells.

A folder of which nothing changed is not looked at again: see `kept`.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from homeserver.rules.check.asked import asked
from homeserver.rules.check.graph import fights, loops, nodes
from homeserver.rules.check.known import Known, Thing
from homeserver.rules.check.names import names
from homeserver.rules.check.outline import Outline, outline
from homeserver.rules.check.owned import made as made_of
from homeserver.rules.check.owned import named, outlines
from homeserver.rules.check.reach import never, unreached
from homeserver.rules.check.texts import texts
from homeserver.rules.check.values import values
from homeserver.rules.reading.book import Book
from homeserver.rules.reading.columns import Columns
from homeserver.rules.reading.problem import Problem
from homeserver.topics.names import slug
from homeserver.view.template_facts import Facts
from homeserver.view.templates import Templates

_MEANT: Final = re.compile(r"; did you mean (.+?)\?")
_QUOTED: Final = re.compile(r"'([^']+)'")
_WORDS: Final = re.compile(r"[\w.]+")


def check(book: Book, known: Known, templates: Templates, found: list[Problem]) -> Iterator[None]:
    """Put every problem of the rules of a book into `found`, in the order of files and lines; a step for each rule.

    The book must hold the rules as they are written.
    """
    written, refused = book.written or {}, {*book.refused, *(f"script.{id}" for id in book.refused_scripts)}
    things, faults = made_of(book, known, templates)
    known = _with_own(book, known, things)
    rules = [outline(key, node, tell) for key, (node, tell) in written.items()]
    seen: dict[str, Facts] = {}
    made = [*book.problems, *faults, *asked(book, known), *named(book, known)]
    for rule in rules:
        made += _of_rule(rule, known, templates, seen)
        yield
    for block in outlines(book):
        made += _of_block(block, known, templates, seen)
        yield
    graph = nodes([rule for rule in rules if rule.id not in refused], known)
    yield
    made += loops(graph)
    yield
    made += fights(graph)
    found += sorted(_once(made), key=lambda problem: (problem.file, problem.line))


def _with_own(book: Book, known: Known, things: Iterable[str]) -> Known:
    """What is known, and what the files themselves bring, `things` among it."""
    ids = [f"script.{id}" for id in (*book.scripts, *book.refused_scripts)]
    ids += [f"scene.{id}" for id in book.scenes] + [owned.key for owned in book.owned if owned.object_id] + [*things]
    for id, rule in (*book.rules.items(), *book.refused.items()):
        ids += [f"automation.{id}", f"automation.{slug(rule.alias)}"]
        ids += [f"automation.{rule.object_id}"] if rule.object_id else []
    return replace(known, things={**{id: Thing() for id in ids}, **known.things}, _meant=None)


def _of_rule(rule: Outline, known: Known, templates: Templates, seen: dict[str, Facts]) -> Iterator[Problem]:
    yield from names(rule, known)
    yield from values(rule, known)
    yield from texts(rule, known, templates, seen)
    yield from never(rule)
    yield from unreached(rule)


def _of_block(block: Outline, known: Known, templates: Templates, seen: dict[str, Facts]) -> Iterator[Problem]:
    """Of a template entity and other things that the files bring: what they wait for, do and calculate."""
    yield from names(block, known)
    yield from values(block, known)
    yield from texts(block, known, templates, seen)


def _once(found: Iterable[Problem]) -> list[Problem]:
    """Without what is told twice of the same place."""
    return list({(one.file, one.line, one.rule, one.text): one for one in found}.values())


# -- for people and programs


def told(
    problems: Iterable[Problem], root: Path | None = None, texts: Mapping[str, str] = MappingProxyType({})
) -> list[dict[str, Any]]:
    """Problems as rows: file, line, column, rule, severity, code, text, suggestion; `texts` are files at hand."""
    columns = {name: Columns(text) for name, text in texts.items()}
    rows = []
    for problem in problems:
        if root is not None and problem.file not in columns:
            columns[problem.file] = Columns(_text(root, problem.file))
        at = columns.get(problem.file) or Columns("")
        meant = _MEANT.search(problem.text)
        rows.append(
            {
                "file": problem.file,
                "line": problem.line,
                "column": column(at, problem),
                "rule": problem.rule,
                "severity": problem.severity,
                "code": problem.code,
                "text": _MEANT.sub("", problem.text),
                "suggestion": f"did you mean {meant[1]}?" if meant else "",
            }
        )
    return rows


def _text(root: Path, file: str) -> str:
    try:
        path = root / file if root.is_dir() else root
        return path.read_text("utf-8", "replace") if path.is_file() else ""  # a pipe would be waited for without end
    except OSError:
        return ""


def column(columns: Columns, problem: Problem) -> int:
    """Where in the line the thing stands that a problem is about, counting from 1: the word that is told, else the
    field."""
    line = columns.line(problem.line)
    told = problem.text.partition("; ")[0]
    for word in _QUOTED.findall(told):
        if word in line:
            return line.index(word) + 1
    for word in _WORDS.findall(told):
        stem = word.strip(".")
        if "." in stem and stem in line:
            return line.index(stem) + 1
    return columns.of(problem)
