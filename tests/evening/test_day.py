"""A winter's day of the demo house under the shipped rules, in memory, by a virtual clock: each rule has its hour."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from homeserver.home.worker import setup as home_setup
from homeserver.rules.words import RULE_CONFIG, RULE_RUN, RuleConfig, RuleRun
from homeserver.rules.worker import setup as rules_setup
from homeserver.runtime.clock import VirtualClock
from homeserver.runtime.rehearsal import Rehearsal
from homeserver.topics.entity import COMMAND, COMMAND_FAILED, Command, CommandOutcome
from integrations.demo_home.worker import setup as demo_setup

SHIPPED = Path(__file__).parents[2] / "rules"
SUNDAY_EVENING = datetime(2026, 1, 11, 20, tzinfo=UTC)


def shipped_rules() -> set[str]:
    return {rule["id"] for path in SHIPPED.glob("*.yaml") for rule in yaml.safe_load(path.read_text())}


@pytest.mark.timeout(300)
async def test_every_shipped_rule_runs_within_a_day_and_its_commands_are_carried_out(tmp_path: Path) -> None:
    shutil.copytree(SHIPPED, tmp_path / "rules")
    clock = VirtualClock(SUNDAY_EVENING)
    async with Rehearsal(demo_setup, home_setup, rules_setup, clock=clock, folder=tmp_path) as house:
        configs: list[RuleConfig | None] = house.listen(RULE_CONFIG)
        runs: list[RuleRun] = house.listen(RULE_RUN)
        commands: list[Command] = house.listen(COMMAND)
        failed: list[CommandOutcome] = house.listen(COMMAND_FAILED)
        await clock.advance(60)
        assert [config.error for config in configs if config is not None and config.error] == []
        await clock.advance(24 * 3600)
    ran = {command.cause.by.removeprefix("rule:").partition("#")[0] for command in commands if command.cause}
    assert ran == shipped_rules()
    assert len(runs) >= len(ran)
    lost = [outcome for outcome in failed if outcome.outcome != "expired"]
    assert lost == []
    print(f"{len(runs)} runs, {len(commands)} commands, {len(failed)} of them expired")
