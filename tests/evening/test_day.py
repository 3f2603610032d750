"""A winter's day of the demo house under the shipped rules, in memory, by a virtual clock: each rule has its hour, or
can say why not. The tests that stand beside the rules pass, see all of them, and would notice most mistakes."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from homeserver.home.worker import setup as home_setup
from homeserver.rules.check.desk import examine
from homeserver.rules.check.known import Known, of_view
from homeserver.rules.testing.report import run_tests
from homeserver.rules.trace_words import WHY_NOT, AskWhyNot
from homeserver.rules.words import RULE_CONFIG, RULE_RUN, RuleConfig, RuleRun
from homeserver.rules.worker import Rules
from homeserver.rules.worker import setup as rules_setup
from homeserver.runtime.clock import VirtualClock
from homeserver.runtime.rehearsal import Rehearsal
from homeserver.topics.entity import COMMAND, COMMAND_FAILED, Command, CommandOutcome
from integrations.demo_home.worker import setup as demo_setup

SHIPPED = Path(__file__).parents[2] / "rules"
MONDAY_EVENING = datetime(2026, 1, 12, 20, tzinfo=UTC)
QUIET = {
    "doorbell": "none of its triggers fired",
    "vacation_evening": "input_boolean.vacation is off",
}
"""Rules that have nothing to do on this day, and what they say when they are asked why: nobody rings, and nobody is on
vacation."""
SURVIVORS = {
    ("bedtime_lights", "actions[0].data: who: == became !="),  # the script says it in its own sentence alone
}
"""Changes that no test beside the rules notices: the rule, where, and what."""


@pytest.mark.timeout(300)
async def test_every_shipped_rule_runs_within_a_day_or_says_why_not(tmp_path: Path) -> None:
    shutil.copytree(SHIPPED, tmp_path / "rules")
    clock = VirtualClock(MONDAY_EVENING)
    house = Rehearsal(demo_setup, home_setup, rules_setup, clock=clock, folder=tmp_path, settings=["rules.look=3600"])
    async with house:
        configs: list[RuleConfig | None] = house.listen(RULE_CONFIG)
        runs: list[RuleRun] = house.listen(RULE_RUN)
        commands: list[Command] = house.listen(COMMAND)
        failed: list[CommandOutcome] = house.listen(COMMAND_FAILED)
        await clock.advance(60)
        assert [config.error for config in configs if config is not None and config.error] == []
        await clock.advance(24 * 3600)
        rules = house.process.hosted["rules"].worker
        assert isinstance(rules, Rules)
        ran = {run.cause.by.partition("#")[0] for run in runs if run.cause}
        assert ran == {f"rule:{id}" for id in rules.rules if id not in QUIET} | {"script:good_night"}
        for id, words in QUIET.items():
            answer = await rules.house.call(WHY_NOT, AskWhyNot(rule=id))
            assert words in answer.sentence
        assert [str(problem) for problem in rules.book.problems] == []
        report, _ = await examine(tmp_path / "rules", of_view(rules.engine.view), rules.engine.templates)
        assert report.problems == []
    assert [run for run in runs if run.outcome == "failed"] == []
    assert [run for run in runs if not run.explained] == [], "each tells people why"
    lost = [outcome for outcome in failed if outcome.outcome != "expired"]
    assert lost == []
    print(f"{len(runs)} runs, {len(commands)} commands, {len(failed)} of them expired")


@pytest.mark.timeout(300)
async def test_the_tests_beside_the_shipped_rules_pass_and_see_all_of_them() -> None:
    report = await run_tests(SHIPPED, SHIPPED, ["home.time_zone=Europe/Berlin"], mutate=True)
    assert [(result.test.name, fault) for result in report.results for fault in result.faults] == []
    assert report.problems == ()
    assert [str(gap) for gap in report.gaps] == []
    assert {(each.rule, f"{each.way}: {each.what}") for each in report.survivors} == SURVIVORS
    assert report.changes > 300


async def test_the_check_finds_no_fault_with_them() -> None:
    async with Rehearsal(rules_setup) as house:
        rules = house.process.hosted["rules"].worker
        assert isinstance(rules, Rules)
        report, _ = await examine(SHIPPED, Known(), rules.engine.templates)
    assert report.rules > 15
    assert report.problems == []
