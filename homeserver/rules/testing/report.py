"""All tests of a path, with what they leave unseen and which changes of the rules they do not notice.

A script counts with the tests of its own file, and with those in which it ran.
"""

import asyncio
from pathlib import Path
from typing import Any

from homeserver.rules.program import RunError
from homeserver.rules.reading.folder import Folder
from homeserver.rules.reading.problem import Problem
from homeserver.rules.rule import Compiled
from homeserver.rules.testing.mutation import Mutant, compiled, mutants
from homeserver.rules.testing.rule_test import RuleTest
from homeserver.rules.testing.running import Result, files_of_tests, load, run_test, taking_part
from homeserver.rules.testing.stage import Stage
from homeserver.rules.testing.witness import Gap
from homeserver.topics.record import record


@record
class Survivor:
    """A change of a rule after which all of its tests still pass."""

    rule: str
    line: int
    way: str
    what: str


@record
class Report:
    """What a path's tests say. `seen` of `all` triggers, outcomes of conditions and steps; `noticed` of `changes`."""

    results: tuple[Result, ...]
    problems: tuple[Problem, ...]
    gaps: tuple[Gap, ...]
    seen: int
    all: int
    survivors: tuple[Survivor, ...] = ()
    changes: int = 0

    @property
    def passed(self) -> bool:
        return not self.problems and not any(result.faults for result in self.results)


async def run_tests(root: Path, path: Path, settings: list[str], *, mutate: bool = False) -> Report:
    """Run the tests under `path`, a part of the rules folder `root`. `settings`: of the home, as `--set` takes them."""
    tests, problems = load(root, files_of_tests(path))
    async with Stage(root, settings) as stage:
        about: dict[str, Compiled] = {}
        cast: list[tuple[RuleTest, dict[str, Compiled]]] = []
        results = []
        scripts = {f"script.{id}": script for id, script in stage.rules.book.scripts.items()}
        for test in tests:
            try:
                rules = taking_part(test, stage, root)
            except RunError as error:
                problems.append(Problem(test.file, test.line, "", "rules", str(error)))
                continue
            results.append(await run_test(test, stage, rules))
            ran = stage.ran()
            rules |= {id: script for id, script in scripts.items() if id in ran}
            about |= rules
            if not results[-1].faults:  # one that fails anyway notices nothing
                cast.append((test, rules))
            await asyncio.sleep(0)
        gaps, total = stage.witness.gaps(about), stage.witness.total(about)
        survivors, changes = await _survivors(root, stage, cast, about) if mutate else ((), 0)
    found = tuple(results), tuple(problems), tuple(gaps), total - len(gaps), total
    return Report(*found, survivors=survivors, changes=changes)


async def _survivors(
    root: Path, stage: Stage, cast: list[tuple[RuleTest, dict[str, Compiled]]], about: dict[str, Compiled]
) -> tuple[tuple[Survivor, ...], int]:
    written = (await Folder(root, written=True).read(stage.engine.templates)).written or {}
    found, count = [], 0
    for id, rule in about.items():
        own = [(test, rules) for test, rules in cast if id in rules]
        for mutant in mutants(written[id][0]) if id in written else ():
            changed = compiled(mutant, rule, stage.engine.templates)
            if changed is None:
                continue
            count += 1
            if not await _noticed(id, changed, own, stage):
                found.append(_survivor(id, mutant))
    return tuple(found), count


async def _noticed(id: str, changed: Compiled, own: list[tuple[RuleTest, dict[str, Compiled]]], stage: Stage) -> bool:
    for test, rules in own:
        if (await run_test(test, stage, {**rules, id: changed})).faults:
            return True
    return False


def _survivor(id: str, mutant: Mutant) -> Survivor:
    return Survivor(id, mutant.line, mutant.way, mutant.what)


def plain(report: Report) -> dict[str, Any]:
    """The report as JSON has it."""
    return {
        "tests": len(report.results),
        "failed": [
            {"file": result.test.file, "line": result.test.line, "test": result.test.name, "faults": result.faults}
            for result in report.results
            if result.faults
        ],
        "problems": [{"file": each.file, "line": each.line, "text": each.text} for each in report.problems],
        "coverage": {"seen": report.seen, "all": report.all},
        "gaps": [{"rule": gap.rule, "line": gap.line, "way": gap.way, "what": gap.what} for gap in report.gaps],
        "changes": report.changes,
        "survivors": [
            {"rule": each.rule, "line": each.line, "way": each.way, "what": each.what} for each in report.survivors
        ],
    }
