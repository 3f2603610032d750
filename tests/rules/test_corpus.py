"""Real Home Assistant files: each is read without a crash, each rule runs or is refused with a true reason and place.

The files lie in the folder HOMESERVER_CORPUS, by default `../shared/data` beside the project. HOMESERVER_MISSING names
a file for the list of what is not supported, by how often it is wanted.
"""

import os
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pytest

from homeserver.rules.check.check import check
from homeserver.rules.check.desk import templates_alone
from homeserver.rules.check.known import Known
from homeserver.rules.reading.problem import Problem
from homeserver.rules.reading.rule_file import Book, read_file, read_text
from homeserver.rules.reading.shelf import Shelf
from homeserver.rules.reading.yaml_source import Map, Seq, Tagged, read
from homeserver.view.templates import TemplateError, Templates
from tests.rules.corpus import Item, automations, instance, items

ROOT = Path(__file__).parents[2]
FILES = Path(os.environ.get("HOMESERVER_CORPUS", ROOT.parent / "shared" / "data")) / "ha_automations" / "files"
pytestmark = [
    pytest.mark.skipif(not FILES.is_dir(), reason=f"no corpus in {FILES}: set HOMESERVER_CORPUS"),
    pytest.mark.filterwarnings("ignore:invalid escape sequence:DeprecationWarning"),  # Jinja2, of regexes in templates
]
GOAL: Final = 0.97
"""Share of triggers, conditions and actions that must be supported."""


@dataclass(slots=True)
class Loaded:
    """One file: what it holds by itself, and what the engine made of it."""

    path: Path
    book: Book
    rules: list[tuple[Map, int]] = field(default_factory=list)

    @property
    def errors(self) -> list[Problem]:
        return [problem for problem in self.book.problems if problem.severity == "error"]

    def holds(self) -> list[Item]:
        return [item for rule, _ in self.rules for item in items(rule)]

    def missing(self) -> Iterator[tuple[Item | None, Problem]]:
        """What keeps rules from running, each with the innermost thing that it is about."""
        found = sorted(self.holds(), key=lambda item: item.line)
        for problem in self.errors:
            inside = [item for item in found if item.line <= problem.line]
            yield inside[-1] if inside and "[" in problem.field else None, problem


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> list[Loaded]:
    templates, made = Templates(), []
    for path in sorted(FILES.rglob("*.yaml")):
        book, document = Book(written={}), read(path.read_text())
        rules = list(automations(document.root, document.line))
        if isinstance(document.root, Map) and "blueprint" in document.root:
            folder = tmp_path_factory.mktemp("use")
            (folder / "blueprints" / "automation").mkdir(parents=True)
            shutil.copy(path, folder / "blueprints" / "automation" / path.name)
            text = instance(document.root, path.name)
            read_text(text, path.name, templates, folder, book)
        else:
            for _ in read_file(path, path.name, templates, Shelf(), book):
                pass
        made.append(Loaded(path, book, rules))
    return made


def test_every_automation_is_accepted_or_refused_with_a_reason(loaded: list[Loaded]) -> None:
    for file in loaded:
        seen = [*file.book.rules.values(), *file.book.refused.values()]
        whole = [problem for problem in file.errors if not problem.rule]
        assert len(seen) + len(whole) >= len(file.rules), file.path
        assert all(file.book.problems_of(rule.id) for rule in file.book.refused.values())
        lines = len(file.path.read_text().splitlines())
        assert all(1 <= problem.line <= lines for problem in file.book.problems)


def test_what_the_language_has_is_supported(loaded: list[Loaded], capsys: pytest.CaptureFixture[str]) -> None:
    """At least 97 % of the triggers, conditions and actions, by count."""
    total: Counter[tuple[str, str]] = Counter((item.part, item.kind) for file in loaded for item in file.holds())
    missing: Counter[tuple[str, str]] = Counter()
    reasons: Counter[str] = Counter()
    for file in loaded:
        at: set[tuple[str, str, int]] = set()
        for item, problem in file.missing():
            reasons[f"{problem.code}: {problem.text}"] += 1
            if item is not None:
                at.add((item.part, item.kind, item.line))
        missing.update((part, kind) for part, kind, _ in at)
    accepted, refused = (sum(len(getattr(file.book, name)) for file in loaded) for name in ("rules", "refused"))
    rows = [
        f"{len(loaded)} files: {accepted} rules run, {refused} are refused, "
        f"{sum(1 for file in loaded for p in file.errors if not p.rule)} faults of whole files"
    ]
    for part in ("trigger", "condition", "action"):
        all_of = {kind: count for (of, kind), count in total.most_common() if of == part}
        lacks = {kind: missing[part, kind] for kind in all_of}
        share = 1 - sum(lacks.values()) / max(1, sum(all_of.values()))
        told = ", ".join(f"{kind} {count - lacks[kind]}/{count}" for kind, count in all_of.items())
        rows.append(f"{part}s {share:.1%}: {told}")
    share = 1 - sum(missing.values()) / sum(total.values())
    rows.append(f"supported: {share:.2%} of {sum(total.values())}")
    rows += [f"{count:5} {reason}" for reason, count in reasons.most_common()]
    if place := os.environ.get("HOMESERVER_MISSING"):
        Path(place).write_text("\n".join(rows) + "\n")
    with capsys.disabled():
        print("\n" + "\n".join(rows[:30]))
    assert share >= GOAL


def test_every_refusal_is_true(loaded: list[Loaded]) -> None:
    """The line that is told holds the thing that it is about."""
    for file in loaded:
        lines = file.path.read_text().splitlines()
        for problem in file.errors:
            what = problem.text.removeprefix("not supported yet: ")
            word = what.split(" ")[1] if what.startswith(("trigger ", "condition ")) else ""
            if what.startswith("action ") and "." in what:
                word = what.split(" ")[1].rstrip(";").split(".")[0]
            assert word in "\n".join(lines[problem.line - 1 : problem.line + 3]), f"{file.path}:{problem}"
            service, needs, wanted = problem.text.partition(" needs ")
            if needs and "." in service and " " not in wanted:
                block = "\n".join(lines[max(0, problem.line - 6) : problem.line + 6])
                assert f"{wanted}:" not in block, f"{file.path}:{problem}: what is said to be missing is there"


def test_checks_claim_no_fault_that_is_none(loaded: list[Loaded], capsys: pytest.CaptureFixture[str]) -> None:
    """Published rules work: no error is told of them that was not told when they were read, and hardly a circle or a
    fight (at most in one file of twenty)."""
    templates = templates_alone("UTC")
    errors, doubts = [], []
    for file in loaded:
        found: list[Problem] = []
        for _ in check(file.book, Known(), templates, found):
            pass
        told = {str(problem) for problem in file.book.problems}
        fresh = [problem for problem in found if str(problem) not in told]
        told_of = [problem for problem in fresh if problem.severity == "error" and not _is_true(problem)]
        errors += [f"{file.path.name}: {problem}" for problem in told_of]
        doubts += [(file.path, str(problem)) for problem in fresh if problem.code in ("loop", "conflict")]
    with capsys.disabled():
        print(f"\n{len(loaded)} files: {len(errors)} errors, {len(doubts)} circles and fights: {doubts}")
    assert errors == []
    assert len({path for path, _ in doubts}) / len(loaded) < 0.05


def _is_true(problem: Problem) -> bool:
    """Faults that published rules do have."""
    return "there is no filter 'strftime'" in problem.text  # nor has Home Assistant; it shows when the branch is taken


def texts(value: Any) -> Iterator[str]:
    match value:
        case Map():
            for part in value.values():
                yield from texts(part)
        case Seq():
            for part in value:
                yield from texts(part)
        case Tagged():
            return
        case str():
            if "{{" in value or "{%" in value:
                yield value


def test_every_template_compiles(loaded: list[Loaded]) -> None:
    """Those of the files, save what Home Assistant could not compile either."""
    templates, count, faults = Templates(), 0, []
    for file in loaded:
        for rule, _ in file.rules:
            for text in texts(rule):
                count += 1
                try:
                    templates.compile(text)
                except TemplateError as error:
                    faults.append(f"{file.path.name}: {error}: {text[:80]}")
    assert count > 500
    assert faults == []
