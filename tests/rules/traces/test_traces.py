"""Traces are kept by interest: a million dull runs push out none that is interesting, and take no more room."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pytest

from homeserver.rules.fired import Fired
from homeserver.rules.traces import traces as traces_module
from homeserver.runtime import turn as turn_module
from homeserver.topics.entity import EntityState
from tests.rules.stage import Stage

DULL: Final = 1_000_000
"""Runs in `make proof`."""
RULE: Final = """
- id: busy
  mode: parallel
  max: 1000
  triggers: [{trigger: state, entity_id: sensor.n}]
  conditions: ["{{ trigger.to_state.state != 'shut' }}"]
  actions:
    - choose:
        - conditions: "{{ trigger.to_state.state == 'rare' }}"
          sequence: [{action: light.turn_on, target: {entity_id: light.a}}]
        - conditions: "{{ trigger.to_state.state == 'bad' }}"
          sequence: [{action: light.turn_on, target: {entity_id: light.a}, data: {brightness: "{{ 1 / 0 }}"}}]
      default:
        - repeat:
            count: "{{ trigger.to_state.attributes.passes }}"
            sequence: [{condition: state, entity_id: light.a, state: "on"}]
"""
PASSES: Final = 30
"""Dull runs go round up to so often: that makes none of them another sort of run."""
LARGE: Final = 100_000
"""Bytes of the write-ahead log from which it is copied into the file, for this test."""
INTERESTING: Final = ("rare", "bad", "shut")


def state(word: str, passes: int = 0) -> EntityState:
    now = datetime(2026, 1, 5, tzinfo=UTC)
    return EntityState(word, {"passes": passes}, now, now)


@pytest.mark.proof
@pytest.mark.timeout(120)
async def test_a_million_dull_runs_push_out_no_interesting_one(
    tmp_path: Path,
    portion: Callable[[int], int],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    copied: list[int] = []
    copy = turn_module.Turn._checkpoint

    def counted(turn: turn_module.Turn) -> None:
        copied.append(1)
        copy(turn)

    monkeypatch.setattr(turn_module, "_LARGE_LOG", LARGE)
    monkeypatch.setattr(turn_module.Turn, "_checkpoint", counted)
    async with Stage(tmp_path, RULE, {"sensor.n": "0", "light.a": "off"}) as stage:
        rule, traces = stage.rules.rules["busy"], stage.rules.engine.traces
        trigger = rule.compiled.triggers[0]
        for word in INTERESTING:
            rule.fire(Fired(trigger, "sensor.n", state("0"), state(word)))
            await stage.wait(2)
        count, waiting, sizes, began = portion(DULL), 0, list[int](), time.monotonic()
        for number in range(count):
            rule.fire(Fired(trigger, "sensor.n", state("0"), state("1", number % PASSES if number % 8 == 0 else 1)))
            if number % 200 == 0:
                await stage.wait(0.15)
                waiting = max(waiting, len(traces._waiting))
            if number % (count // 10) == count // 20:
                sizes.append((tmp_path / "rules.db").stat().st_size)
        kept = traces.of("busy")
        with capsys.disabled():
            print(f"\n{count} dull runs in {time.monotonic() - began:.0f} s: {len(kept)} traces, sizes {sizes}")
        assert rule.number == count + 2
        told = {word: [each for each in kept if f" to {word}" in each["because"]] for word in INTERESTING}
        assert {word: len(rows) for word, rows in told.items()} == dict.fromkeys(INTERESTING, 1)
        assert told["bad"][0]["outcome"] == "failed"
        assert told["shut"][0]["outcome"] == "not_met"
        assert told["rare"][0]["commands"]
        most = traces_module.LATEST + traces_module.SORTS + traces_module.FAULTS
        assert len(INTERESTING) + traces_module.LATEST <= len(kept) <= most
        assert waiting <= 10, "what waits to be written"
        assert len(traces._seen) <= 10, "what is known of sorts"
        assert max(sizes) - min(sizes[1:]) <= LARGE, "the file does not grow"
        assert len(copied) > 1, "its log is copied into it time and again, and begins anew then"
