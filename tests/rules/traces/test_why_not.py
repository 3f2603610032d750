"""Why a rule did not run: the very condition that was false is named, with what it saw; so is what triggers await."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from homeserver.rules.trace_words import TRACES, WHY_NOT, AskTraces, AskWhyNot, TraceList, WhyNot
from homeserver.topics.call import CallError
from tests.rules.stage import Stage

RULE = """
- id: hall
  triggers: [{{trigger: state, entity_id: binary_sensor.motion, to: "on"}}]
  conditions: {conditions}
  actions: [{{action: light.turn_on, target: {{entity_id: light.hall}}}}]
"""
STATES = {"binary_sensor.motion": "off", "light.hall": "off", "sensor.lux": "80", "input_boolean.guest": "off"}
DARK = "{condition: numeric_state, entity_id: sensor.lux, below: 50}"
OFF = '{condition: state, entity_id: light.hall, state: "off"}'
GUEST = '{condition: state, entity_id: input_boolean.guest, state: "on"}'
LABELLED: list[tuple[str, str, list[str]]] = [
    (f"[{OFF}, {DARK}]", "conditions[1]", ["sensor.lux"]),
    (f"[{DARK}, {OFF}]", "conditions[0]", ["sensor.lux"]),
    (f"[{{or: [{DARK}, {GUEST}]}}]", "conditions[0].or[1]", ["sensor.lux", "input_boolean.guest"]),
    (f"[{{condition: or, conditions: [{DARK}, {GUEST}]}}]", "conditions[0].conditions[1]", ["sensor.lux", "guest"]),
    (f"[{{not: [{OFF}]}}]", "conditions[0].not[0]", ["light.hall is off"]),
    (f"[{{and: [{OFF}, {{or: [{GUEST}, {DARK}]}}]}}]", "conditions[0].and[1].or[1]", ["sensor.lux"]),
    ("[\"{{ states('sensor.lux') | int < 50 }}\"]", "conditions[0]", ["sensor.lux"]),
    ("[{condition: state, entity_id: light.nowhere, state: 'on'}]", "conditions[0]", ["light.nowhere"]),
    ("[{condition: time, after: '20:00', before: '21:00'}]", "conditions[0]", ["20:00"]),
]
"""Conditions, the way to the one that decides while it is bright, the lamp off and nobody a guest, what it names."""


async def asked(stage: Stage, **request: Any) -> WhyNot:
    return await stage.rules.house.call(WHY_NOT, AskWhyNot(rule="hall", **request))


@pytest.mark.parametrize(("conditions", "way", "names"), LABELLED)
async def test_the_condition_that_was_false_is_named(
    tmp_path: Path, conditions: str, way: str, names: list[str]
) -> None:
    async with Stage(tmp_path, RULE.format(conditions=conditions), STATES) as stage:
        await stage.set("binary_sensor.motion", "on")
        assert stage.told() == []
        at = stage.clock.now()
        await stage.wait(120)
        for answer in (await asked(stage), await asked(stage, at=at + timedelta(seconds=20))):
            assert answer.decisive is not None
            assert answer.decisive.way == way
            assert answer.decisive.line == 4
            assert answer.sentence.startswith("at 07:00:00 binary_sensor.motion went from off to on, but ")
            for name in names:
                assert name in answer.sentence


async def test_what_it_saw_is_what_was_so_then(tmp_path: Path) -> None:
    async with Stage(tmp_path, RULE.format(conditions=f"[{DARK}]"), STATES) as stage:
        await stage.set("binary_sensor.motion", "on")
        await stage.set("sensor.lux", "10")
        answer = await asked(stage)
        assert answer.decisive is not None
        assert "80" in answer.decisive.saw
        assert "10" not in answer.decisive.saw.replace("100", "")


async def test_a_trigger_that_nearly_fired_tells_what_it_saw(tmp_path: Path) -> None:
    async with Stage(tmp_path, RULE.format(conditions="[]"), STATES) as stage:
        await stage.set("binary_sensor.motion", "unavailable")
        answer = await asked(stage)
        assert answer.sentence.startswith("none of its triggers fired")
        (trigger,) = answer.triggers
        assert "triggers[0] (line 3) waits for state entity_id: binary_sensor.motion, to: on" in trigger
        assert "binary_sensor.motion went from off to unavailable" in trigger
        far = await asked(stage, at=stage.clock.now() - timedelta(hours=3))
        assert far.trace is None
        assert "went from" not in far.triggers[0]


@pytest.mark.parametrize("condition", ["\"{{ trigger.to_state.state == 'on' }}\"", "{condition: trigger, id: '0'}"])
async def test_a_condition_that_looks_at_the_trigger_is_not_said_to_be_false(tmp_path: Path, condition: str) -> None:
    async with Stage(tmp_path, RULE.format(conditions=f"[{condition}]"), STATES) as stage:
        answer = await asked(stage)
        assert answer.sentence == (
            "none of its triggers fired lately; conditions[0] (line 4) looks at what triggers it"
        )


async def test_a_script_is_not_said_to_be_switched_off(tmp_path: Path) -> None:
    async with Stage(tmp_path, "script: {greet: {sequence: []}}", STATES) as stage:
        answer = await stage.rules.house.call(WHY_NOT, AskWhyNot(rule="script.greet"))
        assert answer.sentence == "script.greet has no triggers: it only runs when it is asked to"


async def test_it_did_run(tmp_path: Path) -> None:
    async with Stage(tmp_path, RULE.format(conditions="[]"), STATES) as stage:
        await stage.set("binary_sensor.motion", "on")
        answer = await asked(stage)
        assert answer.sentence == "it did run at 07:00:00, because binary_sensor.motion went from off to on: finished"
        assert answer.trace is not None
        assert [(told.entity_id, told.service) for told in answer.trace.commands] == [("light.hall", "turn_on")]
        assert [step.way for step in answer.trace.steps] == ["actions[0]"]


async def test_switched_off_busy_and_unknown(tmp_path: Path) -> None:
    slow = RULE.format(conditions="[]").replace("actions: [", "actions: [{delay: 60}, ")
    async with Stage(tmp_path, slow, STATES) as stage:
        for word in ("on", "off", "on"):
            await stage.set("binary_sensor.motion", word)
        assert "it was running already (mode single)" in (await asked(stage)).sentence
        stage.rules.rules["hall"].disable()
        assert (await asked(stage)).sentence == "hall is switched off"
        with pytest.raises(CallError, match="there is no rule 'hal'; did you mean hall"):
            await stage.rules.house.call(WHY_NOT, AskWhyNot(rule="hal"))


async def test_traces_survive_a_restart_and_are_kept_by_interest(tmp_path: Path) -> None:
    """A hundred dull runs push out neither the one that failed nor the one that went another way."""
    text = RULE.format(conditions="[]").replace(
        "actions: [",
        "actions: [{if: [\"{{ is_state('input_boolean.guest', 'on') }}\"], then: [{stop: odd, error: true}]}, ",
    )
    async with Stage(tmp_path, text, STATES) as stage:
        await stage.set("input_boolean.guest", "on")
        await stage.set("binary_sensor.motion", "on")
        await stage.set("input_boolean.guest", "off")
        for _ in range(100):
            await stage.set("binary_sensor.motion", "off")
            await stage.wait(2)
            await stage.set("binary_sensor.motion", "on")
    async with Stage(tmp_path, text, STATES) as stage:
        found: TraceList = await stage.rules.house.call(TRACES, AskTraces(rule="hall", most=100))
        assert 5 <= len(found.traces) <= 8
        assert [trace.outcome for trace in found.traces].count("failed") == 1
        failed = found.traces[-1]
        assert (failed.error, failed.number) == ("odd", 1)
        assert failed.conditions[0].met is True


SECRETS = """
- id: hall
  triggers: [{trigger: webhook, webhook_id: !secret hook}, {trigger: state, entity_id: binary_sensor.motion}]
  variables: {pin: !secret pin}
  conditions: ["{{ pin | int > 3 }}"]
  actions: []
"""


@pytest.mark.parametrize("hook", ["hunter2hunter2", "7f3a" * 20])
async def test_no_secret_is_told(tmp_path: Path, hook: str) -> None:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "secrets.yaml").write_text(f"hook: {hook}\npin: verysecretpin\n")
    async with Stage(tmp_path, SECRETS, STATES) as stage:
        await stage.set("binary_sensor.motion", "on")
        told = await asked(stage)
        traces = await stage.rules.house.call(TRACES, AskTraces(rule="hall"))
        text = f"{told} {traces} {stage.runs}"
        assert "!secret pin" in told.sentence
        assert "webhook_id: !secret hook" in told.triggers[0]
        assert hook[:50] not in text
        assert "verysecretpin" not in text


async def test_a_time_without_offset_is_refused(tmp_path: Path) -> None:
    async with Stage(tmp_path, RULE.format(conditions="[]"), STATES) as stage:
        with pytest.raises(CallError, match="at") as refused:
            await stage.rules.house.ask("rules", "why_not", {"rule": "hall", "at": "2026-01-05T07:00:00"})
        assert refused.value.error.code == "invalid"


async def test_lines_are_those_of_now_where_an_unchanged_rule_has_moved(tmp_path: Path) -> None:
    text = RULE.format(conditions=f"[{DARK}]")
    script = "script:\n  one:\n    sequence: [{condition: state, entity_id: light.hall, state: 'on'}]\n"
    (tmp_path / "rules").mkdir()
    other = tmp_path / "rules" / "scripts.yaml"
    other.write_text(script)
    async with Stage(tmp_path, text, STATES) as stage:
        before = stage.rules.rules["hall"], stage.rules.cast.scripts["one"]
        stage.file.write_text("# one\n# two\n# three\n" + text)
        other.write_text("# one\n" + script)
        await stage.rules._load()
        assert (stage.rules.rules["hall"], stage.rules.cast.scripts["one"]) == before
        assert [trigger.line for trigger in before[0].compiled.triggers] == [6]
        await stage.set("binary_sensor.motion", "on")
        answer = await asked(stage)
        assert answer.decisive is not None
        assert (answer.decisive.way, answer.decisive.line) == ("conditions[0]", 7)
        assert [leaf.line for leaf in before[1].compiled.leaves] == [4]
