"""`homeserver rules test`: the tests that stand beside rules, before the rules touch the house."""

import asyncio
import importlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from homeserver.cli.failures import Failure
from homeserver.cli.options import AsJson, Data, Rules, load_settings, log_little
from homeserver.cli.printing import console, print_json
from homeserver.runtime.settings import Settings

if TYPE_CHECKING:
    from homeserver.rules.testing.report import Report

_GAPS: Final = 20
"""Gaps and survivors that are shown; `--json` has them all."""


def rules_test(
    path: Annotated[Path | None, typer.Argument(help="A folder, a file of rules or of tests; else all.")] = None,
    mutate: Annotated[bool, typer.Option("--mutate", help="Change the rules; tell what no test notices.")] = False,
    data: Data = None,
    rules: Rules = None,
    as_json: AsJson = False,
) -> None:
    """Run the tests beside the rules (`hall.test.yaml` beside `hall.yaml`) on a clock of their own.

    Nothing in the house moves. Exit code 1 where one fails.
    """
    settings = load_settings(data, None)
    root = (rules or settings.home.rules).resolve()
    wanted = (path or root).resolve()
    if not wanted.exists():
        raise Failure(f"there is no file or folder {wanted}")
    if not wanted.is_relative_to(root):
        root = wanted if wanted.is_dir() else wanted.parent
    testing = _testing()
    log_little()
    # On asyncio's own loop: the stage sees there when nothing is left to do, which uvloop does not show.
    report = asyncio.run(testing.run_tests(root, wanted, _settings(settings), mutate=mutate))
    if as_json:
        print_json(testing.plain(report))
    else:
        _print(report, mutate=mutate)
    if not report.passed:
        raise typer.Exit(1)


def _testing() -> Any:
    """The stage with all that acts on it: loaded by who tests, not by who asks something else of the rules."""
    return importlib.import_module("homeserver.rules.testing.report")


def _settings(settings: Settings) -> list[str]:
    """What of the home's settings decides how rules behave."""
    home = settings.home
    return [
        f"home.time_zone={home.time_zone}",
        f"home.latitude={home.latitude}",
        f"home.longitude={home.longitude}",
    ]


def _print(report: "Report", *, mutate: bool) -> None:
    for problem in report.problems:
        _say(f"{problem.file}:{problem.line}: {problem.text}", "red")
    for result in report.results:
        for fault in result.faults:
            _say(f"{result.test.file}:{result.test.line}: {result.test.name}: {fault}", "red")
    failed = sum(1 for result in report.results if result.faults)
    count = len(report.results)
    _say(f"{count - failed} of {count} tests pass" if count else "there are no tests: write hall.test.yaml", "")
    if report.all:
        _say(f"{report.seen} of {report.all} triggers, outcomes of conditions and steps were seen", "")
    _some([f"{gap.rule} (line {gap.line}): {gap.way} {gap.what}" for gap in report.gaps])
    if mutate:
        kept = report.changes - len(report.survivors)
        _say(f"{kept} of {report.changes} changes to the rules would be noticed", "")
        _some([f"{each.rule} (line {each.line}): {each.way}: {each.what}" for each in report.survivors])


def _some(lines: list[str]) -> None:
    for line in lines[:_GAPS]:
        _say(f"  {line}", "dim")
    if len(lines) > _GAPS:
        _say(f"  and {len(lines) - _GAPS} more, which --json shows", "dim")


def _say(text: str, style: str) -> None:
    console.print(text, markup=False, soft_wrap=True, style=style or None)
