"""Checks tell of actions that nobody answers, and of arguments that do not fit, where it is known who answers what."""

from pathlib import Path
from typing import Any

import pytest

from homeserver.rules.check.asked import asked
from homeserver.rules.check.desk import templates_alone
from homeserver.rules.check.known import Known, Thing
from homeserver.rules.reading.book import Book
from homeserver.rules.reading.rule_file import read_text
from homeserver.rules.words import CHECK_RULES
from tests.rules.stage import Stage

SCHEMA = {"type": "object", "properties": {"account": {"type": "string"}}, "required": ["account"]}
RULE = """
automation:
  id: one
  triggers: [{{trigger: state, entity_id: light.a}}]
  actions:
    - action: {}
      data: {{account: {}}}
script:
  movie: {{sequence: []}}
notify:
  - {{platform: mqtt, name: tv, topic: x}}
"""
CALLS: dict[str, dict[str, Any]] = {"finance.import_statement": SCHEMA}


def told(action: str, account: str = "giro", calls: dict[str, dict[str, Any]] | None = CALLS) -> list[str]:
    book = read_text(RULE.format(action, account), "x.yaml", templates_alone("UTC"), None, Book(written={}))
    known = Known({"media_player.tv": Thing(services=["play"])}, services=["house.play"], calls=calls, whole=True)
    return [f"{problem.line} {problem.code} {problem.text}" for problem in asked(book, known)]


@pytest.mark.parametrize(
    ("action", "account", "problems"),
    [
        ("finance.import_statement", "giro", []),
        ("finance.import_statement", "'{{ 1 }}'", []),
        ("finance.import_statement", "5", ["7 invalid finance.import_statement: account must be text, not 5"]),
        (
            "finance.import_statment",
            "giro",
            ["6 unknown nobody answers finance.import_statment now; did you mean finance.import_statement?"],
        ),
        ("house.play", "x", []),
        ("media_player.play", "x", []),
        ("script.movie", "x", []),
        ("script.film", "x", ["6 unknown nobody answers script.film now; did you mean script.movie?"]),
        ("scene.apply", "x", []),
        ("notify.tv", "x", []),
        ("slack_user.set_status", "x", ["6 unknown nobody answers slack_user.set_status now"]),
    ],
)
def test_tells_of_what_nobody_answers(action: str, account: str, problems: list[str]) -> None:
    assert told(action, account) == problems


def test_tells_nothing_where_nobody_knows() -> None:
    assert told("slack_user.set_status", calls=None) == []


async def test_a_running_home_knows(tmp_path: Path) -> None:
    text = RULE.format("rules.trigger", "giro").replace("account", "rle")
    async with Stage(tmp_path, text, {"light.a": "off"}) as stage:
        found = await stage.home.process.calls.ask(CHECK_RULES.worker, CHECK_RULES.verb, {})
        rows = [(one.line, one.severity, one.text, one.suggestion) for one in found.problems]
        assert (6, "warning", "rules.trigger needs rule", "") in rows
        assert (7, "warning", "rules.trigger: rle is not known", "did you mean rule?") in rows


HEAVY = """
automation:
  id: one
  triggers: [{trigger: state, entity_id: light.a}]
  priority: low
  actions:
    - action: finance.import_statement
      data: {account: giro}
      priority: safety
      hold_for: 60
    - {action: home.hold, data: {entity: light.a}, hold_for: 60}
    - action: logbook.log
      data: {name: a, message: b}
      priority: 3
    - {action: script.movie, priority: 3}
    - {action: media_player.play, target: {entity_id: media_player.tv}, priority: 3}
    - {action: light.turn_on, target: {entity_id: light.a}, hold_for: 60}
    - {action: finance.import_statement, data: {account: giro}}
script:
  movie: {sequence: []}
"""


def test_tells_of_a_weight_on_what_commands_no_entity() -> None:
    book = read_text(HEAVY, "x.yaml", templates_alone("UTC"), None, Book(written={}))
    hold = {"type": "object", "properties": {"entity": {}, "hold_for": {}, "priority": {}}}
    known = Known({"media_player.tv": Thing(services=["play"])}, calls=CALLS | {"home.hold": hold}, whole=True)
    told = [f"{problem.line} {problem.severity} {problem.text}" for problem in (*book.problems, *asked(book, known))]
    weighs = "does nothing here: it weighs commands to entities, and"
    has = "say it in its data, where home.hold has a hold_for of its own"
    assert sorted(told, key=lambda line: int(line.split()[0])) == [
        f"9 warning priority {weighs} finance.import_statement is none; take it away",
        f"10 warning hold_for {weighs} finance.import_statement is none; take it away",
        f"11 warning hold_for {weighs} home.hold is none; {has}",
        f"14 warning priority {weighs} logbook.log is none; take it away",
    ]
