"""Real Home Assistant files: each is read without a crash, each rule runs or is refused with a true reason and place.

The files lie in the folder HOMESERVER_CORPUS, by default `../shared/data` beside the project.
"""

import os
from collections import Counter
from pathlib import Path

import pytest

from homeserver.rules.reading.rule_file import Book, read_file
from homeserver.rules.reading.shelf import Shelf
from homeserver.rules.reading.yaml_source import LARGEST
from homeserver.view.templates import Templates

ROOT = Path(__file__).parents[2]
FILES = Path(os.environ.get("HOMESERVER_CORPUS", ROOT.parent / "shared" / "data")) / "ha_automations" / "files"
pytestmark = pytest.mark.skipif(not FILES.is_dir(), reason=f"no corpus in {FILES}: set HOMESERVER_CORPUS")


def books() -> dict[Path, Book]:
    templates = Templates()
    found = {path: Book() for path in sorted(FILES.rglob("*.yaml"))}
    for path, book in found.items():
        for _ in read_file(path, path.name, templates, Shelf(), book):
            pass
    return found


def test_every_rule_runs_or_says_what_is_not_supported_yet() -> None:
    read = books()
    problems = [(path, problem) for path, book in read.items() for problem in book.problems]
    faulty = [(path, problem) for path, problem in problems if " needs " in problem.text]
    problems = [one for one in problems if one not in faulty]
    kinds = Counter(problem.text.split(": ", 1)[1].split(".")[0] for _, problem in problems)
    accepted = sum(len(book.rules) for book in read.values())
    refused = sum(len(book.refused) for book in read.values())
    print(f"\n{len(read)} files: {accepted} rules run, {refused} wait for {kinds.most_common(12)}")
    assert accepted + refused > 150
    assert {problem.code for _, problem in problems} == {"unsupported"}
    for path, problem in problems:
        assert problem.text.startswith("not supported yet: ")
        lines = path.read_text().splitlines()
        assert 1 <= problem.line <= len(lines)
        assert len(lines) < LARGEST
    for path, problem in faulty:
        service, _, field = problem.text.partition(" needs ")
        block = "\n".join(path.read_text().splitlines()[problem.line - 6 : problem.line + 6])
        assert f": {service}" in block
        assert f"{field}:" not in block, "what is said to be missing is there"


def test_every_place_is_where_the_word_stands() -> None:
    """The line that is told holds the thing that it is about."""
    for path, book in books().items():
        lines = path.read_text().splitlines()
        for problem in book.problems:
            what = problem.text.removeprefix("not supported yet: ")
            word = what.split(" ")[1] if what.startswith(("trigger ", "condition ")) else ""
            if what.startswith("action ") and "." in what:
                word = what.split(" ")[1].rstrip(";").split(".")[0]
            assert word in "\n".join(lines[problem.line - 1 : problem.line + 3]), f"{path}:{problem}"
