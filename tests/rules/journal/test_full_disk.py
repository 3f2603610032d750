"""A file that cannot be written: rules go on as they were meant, what cannot be kept is told, and nothing breaks."""

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from homeserver.topics.process import WORKER_STATUS, WorkerStatus
from tests.rules.stage import Stage

TEXT = """
input_boolean: {guests: {}}
counter: {turns: {}}
automation:
- id: waits
  triggers: [{trigger: state, entity_id: light.a, to: "on"}]
  actions:
    - delay: 10
    - {action: input_boolean.turn_on, target: {entity_id: input_boolean.guests}}
    - {action: light.turn_on, target: {entity_id: light.b}}
    - wait_for_trigger: [{trigger: event, event_type: never}]
      timeout: 5
    - parallel: [{delay: 3}, {action: counter.increment, target: {entity_id: counter.turns}}]
    - {action: light.turn_off, target: {entity_id: light.b}}
- id: lasts
  mode: queued
  triggers: [{trigger: state, entity_id: [light.c, light.d], to: "on", for: 2}]
  actions:
    - {action: light.turn_on, target: {entity_id: light.b}}
    - delay: 1
    - {action: light.turn_off, target: {entity_id: light.b}}
"""
STATES = dict.fromkeys(("light.a", "light.b", "light.c", "light.d"), "off")
MEANT = [
    *[("light.b", "turn_on"), ("light.b", "turn_off"), ("light.b", "turn_on"), ("light.b", "turn_off")],
    *[
        ("input_boolean.guests", "turn_on"),
        ("light.b", "turn_on"),
        ("counter.turns", "increment"),
        ("light.b", "turn_off"),
    ],
]


def fail(stage: Stage, how: str) -> None:
    """From now on the file of the rules cannot be written."""
    ledger = stage.rules.turn.ledger
    if how == "full":
        ledger.execute(f"PRAGMA max_page_count = {ledger.fetch('PRAGMA page_count')[0][0]}")
    elif how == "read-only":
        ledger.execute("PRAGMA query_only = ON")
    else:
        execute = ledger.execute

        def refuse(sql: str, values: Sequence[Any] = ()) -> int:
            if sql == "COMMIT":
                raise sqlite3.OperationalError("disk I/O error")
            return execute(sql, values)

        ledger.execute = refuse  # type: ignore[method-assign]


def mend(stage: Stage) -> None:
    ledger = stage.rules.turn.ledger
    ledger.execute("PRAGMA max_page_count = 1000000")
    ledger.execute("PRAGMA query_only = OFF")


@pytest.mark.parametrize("how", ["full", "read-only", "commit"])
async def test_rules_go_on(tmp_path: Path, how: str, caplog: pytest.LogCaptureFixture) -> None:
    async with Stage(tmp_path, TEXT, STATES) as stage:
        statuses: list[WorkerStatus] = stage.home.listen(WORKER_STATUS)
        fail(stage, how)
        for entity_id in ("light.a", "light.c", "light.d"):
            await stage.set(entity_id, "on", much="x" * 20_000)
        await stage.wait(60)
        assert stage.services() == MEANT
        assert {(run.outcome, run.error) for run in stage.runs} == {("finished", "")}
        told = [text for record in caplog.records if "be written" in (text := record.getMessage())]
        assert 1 <= len(told) <= 6, "once each time is enough"
        assert any("rules.db" in status.reason for status in statuses if status.state == "degraded")
        assert not [record for record in caplog.records if record.exc_info]
        if how != "commit":
            mend(stage)
            await stage.set("light.a", "off")
            await stage.set("light.a", "on")
            await stage.wait(60)
            assert statuses[-1].state == "online"
