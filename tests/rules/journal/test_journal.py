"""What waits goes on after a restart, once and with what it knew; what has changed does not."""

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from homeserver.rules import run as run_module
from homeserver.rules.compiler import Compiler
from homeserver.rules.journal.journal import SETTLED, Journal
from homeserver.rules.journal.values import read, written
from homeserver.rules.reading import rule_file
from homeserver.rules.reading.automation import compile_automation
from homeserver.rules.reading.fields import Fields
from homeserver.rules.rule import Rule
from homeserver.topics.entity import EntityState
from homeserver.view.state import State
from tests.rules.stage import Stage

RULE = """
- id: slow
  triggers: [{trigger: state, entity_id: light.a, to: "on"}]
  actions:
    - variables: {who: "{{ trigger.entity_id }}", since: "{{ trigger.to_state.last_changed }}"}
    - repeat:
        for_each: [light.b, light.c]
        sequence:
          - delay: 60
          - {action: light.turn_on, target: {entity_id: "{{ repeat.item }}"}}
    - if: "{{ who == 'light.a' and trigger.from_state.state == 'off' }}"
      then: [{action: light.toggle, target: {entity_id: light.d}}]
"""
LASTING = """
- id: lasting
  triggers: [{trigger: state, entity_id: light.a, to: "on", for: 100}]
  actions: [{action: light.turn_on, target: {entity_id: light.b}}]
"""
STATES = {"light.a": "off", "light.b": "off", "light.c": "off", "light.d": "off"}
ON = {**STATES, "light.a": "on"}


def rows(stage: Stage, table: str) -> int:
    return len(stage.rules.turn.ledger.fetch(f"SELECT 1 FROM {table}"))


async def test_a_run_goes_on_in_the_pass_that_it_was_in(tmp_path: Path) -> None:
    async with Stage(tmp_path, RULE, STATES) as stage:
        await stage.set("light.a", "on")
        await stage.wait(70)
        assert stage.services() == [("light.b", "turn_on")]
        said, now = stage.props.full[0].id, stage.clock
    async with Stage(tmp_path, RULE, ON, clock=now) as stage:
        assert [command.id for command in stage.props.full] == [said]  # once more, for a home that never got it
        stage.told()
        await stage.wait(49)
        assert stage.services() == []
        await stage.wait(2)
        assert stage.services() == [("light.c", "turn_on"), ("light.d", "toggle")]
        assert stage.runs[-1].outcome == "finished"
        await stage.wait(SETTLED)
        assert rows(stage, "run") == 0


async def test_what_was_due_while_the_home_was_off_is_done_at_once(tmp_path: Path) -> None:
    async with Stage(tmp_path, RULE, STATES) as stage:
        await stage.set("light.a", "on")
        now = stage.clock
    await now.advance(1_000)
    async with Stage(tmp_path, RULE, ON, clock=now) as stage:
        await stage.wait(0)
        assert stage.services() == [("light.b", "turn_on")]


async def test_for_goes_on_and_fires_once(tmp_path: Path) -> None:
    async with Stage(tmp_path, LASTING, STATES) as stage:
        await stage.set("light.a", "on")
        await stage.wait(60)
        now = stage.clock
    async with Stage(tmp_path, LASTING, ON, clock=now) as stage:
        await stage.wait(39)
        assert stage.services() == []
        await stage.wait(2)
        assert stage.services() == [("light.b", "turn_on")]
        await stage.wait(300)
        assert (stage.services(), rows(stage, "pending")) == ([], 0)


async def test_for_ends_where_it_is_no_longer_so(tmp_path: Path) -> None:
    async with Stage(tmp_path, LASTING, STATES) as stage:
        await stage.set("light.a", "on")
        now = stage.clock
    async with Stage(tmp_path, LASTING, STATES, clock=now) as stage:
        await stage.wait(300)
        assert (stage.services(), rows(stage, "pending")) == ([], 0)


async def test_for_waits_for_an_entity_that_is_away_after_the_restart(tmp_path: Path) -> None:
    """Devices often are heard of only a while after the home."""
    async with Stage(tmp_path, LASTING, STATES) as stage:
        await stage.set("light.a", "on")
        now = stage.clock
    async with Stage(tmp_path, LASTING, {**STATES, "light.a": "unavailable"}, clock=now) as stage:
        await stage.wait(200)
        assert stage.services() == []
        await stage.set("light.a", "on")
        assert stage.services() == [("light.b", "turn_on")]


async def test_a_rule_that_says_something_else_now_does_not_go_on(tmp_path: Path) -> None:
    for text in (RULE, LASTING):
        async with Stage(tmp_path, text, STATES) as stage:
            await stage.set("light.a", "on")
            now = stage.clock
        async with Stage(tmp_path, text.replace("light.b", "light.c"), ON, clock=now) as stage:
            await stage.wait(300)
            assert stage.services() == []
            assert (rows(stage, "run"), rows(stage, "pending")) == (0, 0)


async def test_a_rule_that_another_version_makes_other_steps_of_does_not_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The text is the same; the number at which the run stands means another step."""
    async with Stage(tmp_path, RULE, STATES) as stage:
        await stage.set("light.a", "on")
        await stage.wait(70)
        assert stage.services() == [("light.b", "turn_on")]
        now = stage.clock

    def newer(fields: Fields, compiler: Compiler) -> dict[str, Any]:
        compiler.program.add("actions", lambda run: 1)
        return compile_automation(fields, compiler)

    monkeypatch.setattr(rule_file, "compile_automation", newer)
    async with Stage(tmp_path, RULE, ON, clock=now) as stage:
        await stage.wait(300)
        assert (stage.services(), rows(stage, "run")) == ([], 0)


async def test_a_rule_that_was_switched_off_forgets(tmp_path: Path) -> None:
    async with Stage(tmp_path, RULE, STATES) as stage:
        await stage.set("light.a", "on")
        stage.rules.rules["slow"].disable()
        await stage.wait(SETTLED)
        assert rows(stage, "run") == 0


async def test_a_run_that_never_waits_leaves_no_row(tmp_path: Path) -> None:
    quick = RULE.replace("          - delay: 60\n", "")
    async with Stage(tmp_path, quick, STATES) as stage:
        assert isinstance(stage.rules.engine.journal, Journal)
        await stage.set("light.a", "on")
        assert len(stage.services()) == 3
        assert rows(stage, "run") == 0


BRANCHES = """
- id: two
  triggers: [{trigger: state, entity_id: light.a, to: "on"}]
  actions:
    - parallel:
        - sequence:
            - delay: 10
            - {action: light.turn_on, target: {entity_id: light.b}}
        - sequence:
            - delay: 5
            - {action: light.turn_on, target: {entity_id: light.c}}
            - {stop: no more, error: true}
"""


async def test_a_branch_that_is_over_stays_over_and_no_other_takes_its_ids(tmp_path: Path) -> None:
    rule = BRANCHES.replace("            - {stop: no more, error: true}\n", "")
    async with Stage(tmp_path, rule, STATES) as stage:
        await stage.set("light.a", "on")
        await stage.wait(6)
        assert stage.services() == [("light.c", "turn_on")]
        before, now = stage.props.full[0].id, stage.clock
    await now.advance(100)
    async with Stage(tmp_path, rule, ON, clock=now) as stage:
        await stage.wait(1)
        ids = [command.id for command in stage.props.full]
        assert stage.services() == [("light.c", "turn_on"), ("light.b", "turn_on")]
        assert ids[0] == before != ids[1]


async def test_the_fault_of_a_branch_is_told_when_the_others_are_over_after_a_restart(tmp_path: Path) -> None:
    fault = "{action: light.turn_on, target: {entity_id: \"{{ 'no id' }}\"}}"
    rule = BRANCHES.replace("{stop: no more, error: true}", fault)
    async with Stage(tmp_path, rule, STATES) as stage:
        await stage.set("light.a", "on")
        await stage.wait(6)
        now = stage.clock
    async with Stage(tmp_path, rule, ON, clock=now) as stage:
        await stage.wait(6)
        assert stage.services()[-1] == ("light.b", "turn_on")
        assert stage.runs[-1].outcome == "failed"
        assert "no id" in stage.runs[-1].error


@pytest.mark.parametrize(
    ("branch", "outcome", "error"),
    [
        ("{stop: no more, error: true}", "failed", "no more"),
        ("{stop: no more}", "stopped", "no more"),
        ("{repeat: {for_each: '{{ 5 }}', sequence: []}}", "failed", "for_each needs a list, not 5"),
    ],
)
async def test_what_a_branch_came_to_is_kept_until_the_others_are_over(
    tmp_path: Path, branch: str, outcome: str, error: str
) -> None:
    """None of it is what continue_on_error hides."""
    rule = BRANCHES.replace("{stop: no more, error: true}", branch) + "      continue_on_error: true\n    - delay: 99\n"
    async with Stage(tmp_path, rule, STATES) as stage:
        await stage.set("light.a", "on")
        await stage.wait(6)
        now = stage.clock
    async with Stage(tmp_path, rule, ON, clock=now) as stage:
        await stage.wait(6)
        assert stage.services()[-1] == ("light.b", "turn_on")
        assert [(run.outcome, run.error) for run in stage.runs] == [(outcome, error)]


async def test_a_branch_that_stopped_ends_the_run_when_the_others_are_over_after_a_restart(tmp_path: Path) -> None:
    rule = BRANCHES + "    - {action: light.turn_on, target: {entity_id: light.d}}\n"
    async with Stage(tmp_path, rule, STATES) as stage:
        await stage.set("light.a", "on")
        await stage.wait(6)
        now = stage.clock
    async with Stage(tmp_path, rule, ON, clock=now) as stage:
        await stage.wait(6)
        assert stage.services()[-1] == ("light.b", "turn_on")
        assert (stage.runs[-1].outcome, stage.runs[-1].error) == ("failed", "no more")


async def test_a_command_of_long_ago_is_not_said_again(tmp_path: Path) -> None:
    """Home forgets ids after an hour: what was said before a long wait would be done twice."""
    rule = """
- id: long
  triggers: [{trigger: state, entity_id: light.a, to: "on"}]
  actions: [{action: light.toggle, target: {entity_id: light.b}}, {delay: {hours: 10}}]
"""
    async with Stage(tmp_path, rule, STATES) as stage:
        await stage.set("light.a", "on")
        assert stage.services() == [("light.b", "toggle")]
        now = stage.clock
    await now.advance(9 * 3600)
    async with Stage(tmp_path, rule, ON, clock=now) as stage:
        await stage.wait(1)
        assert stage.services() == []
        assert len(stage.rules.rules["long"].runs) == 1


@pytest.mark.parametrize("body", ["{", "[]", "{}", "null", '{"fired": [9]}'])
async def test_a_row_that_cannot_be_read_is_struck_and_the_others_go_on(tmp_path: Path, body: str) -> None:
    for text, table in ((RULE, "run"), (LASTING, "pending")):
        async with Stage(tmp_path, text, STATES) as stage:
            await stage.set("light.a", "on")
            await stage.wait(1)
            copied = f"INSERT INTO {table} SELECT key || 'x', {{}} FROM {table}"
            names = [row["name"] for row in stage.rules.turn.ledger.fetch(f"PRAGMA table_info({table})")][1:]
            stage.rules.turn.ledger.execute(
                copied.format(", ".join("?" if name == "body" else name for name in names)), [body]
            )
            now = stage.clock
        async with Stage(tmp_path, text, ON, clock=now) as stage:
            await stage.wait(SETTLED)
            assert rows(stage, table) == 1
            await stage.wait(200)
            assert ("light.b", "turn_on") in stage.services()


async def test_branches_that_are_over_are_not_begun_again_where_a_long_run_pauses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_module, "AT_ONCE", 2)
    rule = """
- id: long
  triggers: [{trigger: state, entity_id: light.a, to: "on"}]
  actions:
    - variables: {x: 1}
    - parallel: [{action: light.toggle, target: {entity_id: light.b}}]
    - delay: 10
"""
    async with Stage(tmp_path, rule, STATES) as stage:
        await stage.set("light.a", "on")
        before, now = {command.id for command in stage.props.full}, stage.clock
    async with Stage(tmp_path, rule, ON, clock=now) as stage:
        await stage.wait(20)
        assert len(before) == 1
        assert {command.id for command in stage.props.full} <= before


MOMENTS = some.datetimes(timezones=some.just(UTC))
PLAIN: some.SearchStrategy[Any] = some.one_of(
    some.none(),
    some.booleans(),
    some.integers(),
    some.floats(allow_nan=False),
    some.text(),
    MOMENTS,
    some.dates(),
    some.times(),
    some.timedeltas(max_value=timedelta(days=9_999), min_value=timedelta()),
)
VALUES = some.recursive(
    PLAIN,
    lambda inner: (
        some.lists(inner, max_size=4)
        | some.dictionaries(some.text(max_size=3) | some.integers(), inner, max_size=4)
        | some.lists(inner, max_size=3).map(tuple)
        | some.sets(some.integers(), max_size=3)
    ),
    max_leaves=20,
)


class NoNames:
    def config(self, entity_id: str) -> None:
        return None

    def name(self, entity_id: str) -> str:
        return entity_id


@settings(max_examples=300, deadline=None)
@given(VALUES)
def test_values_come_back_as_they_were(value: Any) -> None:
    assert read(written(value), NoNames()) == value


def test_states_and_marks_come_back() -> None:
    now = datetime(2026, 1, 5, 7, 0, tzinfo=UTC)
    state = State("light.a", EntityState("on", {"brightness": 3, "~": "tilde"}, now, now), NoNames())
    value = {"~": "datetime", "v": [state, date(2026, 1, 5), time(7, 30)]}
    back = read(written(value), NoNames())
    assert back == value
    assert back["v"][0].attributes["brightness"] == 3


def _bug(run: object) -> int:
    raise KeyError("a bug")


async def test_a_bug_in_a_run_that_goes_on_keeps_neither_the_rules_nor_other_runs_from_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = RULE.replace("id: slow", "id: other").replace("light.b", "light.d")
    async with Stage(tmp_path, RULE + other, STATES) as stage:
        await stage.set("light.a", "on")
        await stage.wait(50)
        now = stage.clock
    go_on = Rule.go_on

    def faulty(rule: Rule) -> None:
        if rule.id == "slow":
            rule.program.steps = [_bug] * len(rule.program.steps)
        go_on(rule)

    monkeypatch.setattr(Rule, "go_on", faulty)
    async with Stage(tmp_path, RULE + other, ON, clock=now) as stage:
        await stage.wait(11)
        assert stage.services() == [("light.d", "turn_on")]
        assert stage.rules.rules["slow"].runs == []
