"""`explain`: the sentence of a run is that of its beginning, is told wherever the run is, and can spoil nothing."""

from pathlib import Path
from typing import Any

import pytest

from homeserver.rules.reading.rule_file import read_text
from homeserver.rules.trace_words import TRACES, WHY_NOT, AskTraces, AskWhyNot, Trace
from homeserver.runtime.memory_broker import MemoryBroker
from homeserver.topics.event import EVENT
from homeserver.view.templates import Template, Templates
from tests.rules.check.seeds import problems
from tests.rules.stage import Stage

RULE = """
- id: hall
  alias: Hall
  {explain}
  triggers: [{{trigger: state, entity_id: binary_sensor.motion, to: "on"}}]
  actions: [{{action: light.turn_on, target: {{entity_id: light.hall}}}}, {{delay: 60}}]
"""
STATES = {"binary_sensor.motion": "off", "light.hall": "off", "sensor.lux": "8"}
DARK = "explain: \"{{ trigger.to_state.name }} saw somebody, and it is dark: {{ states('sensor.lux') }} lx\""
SENTENCE = "Motion saw somebody, and it is dark: 8 lx"


async def trace(stage: Stage, rule: str = "hall") -> Trace:
    return (await stage.rules.house.call(TRACES, AskTraces(rule=rule))).traces[0]


def attributes(stage: Stage, entity_id: str = "automation.hall") -> dict[str, Any]:
    return stage.rules.engine.view.states[entity_id].attributes


async def test_a_run_is_told_with_its_sentence_everywhere(tmp_path: Path) -> None:
    async with Stage(tmp_path, RULE.format(explain=DARK), STATES) as stage:
        assert attributes(stage)["last_explained"] == ""
        await stage.set("binary_sensor.motion", "on")
        assert attributes(stage)["last_explained"] == SENTENCE
        await stage.set("sensor.lux", "900")
        await stage.wait(61)
        assert (await trace(stage)).explained == SENTENCE, "it tells why it began, not what became of it"
        assert [run.explained for run in stage.runs] == [SENTENCE]
        answer = await stage.rules.house.call(WHY_NOT, AskWhyNot(rule="hall"))
        assert answer.sentence.endswith(f": finished. It says: {SENTENCE}")


async def test_a_rule_that_waits_for_the_run_is_told_too(tmp_path: Path) -> None:
    text = RULE.format(explain=DARK) + (
        "- {id: other, triggers: [{trigger: event, event_type: automation_triggered}], actions: [{action: "
        'logbook.log, data: {name: x, message: "{{ trigger.event.data.explained }}"}}]}\n'
    )
    async with Stage(tmp_path, text, STATES) as stage:
        said = stage.home.listen(EVENT)
        await stage.set("binary_sensor.motion", "on")
        assert [event.data["message"] for event in said if event.type == "logbook_entry"] == [SENTENCE]


async def test_a_rule_without_it_says_nothing(tmp_path: Path) -> None:
    async with Stage(tmp_path, RULE.format(explain=""), STATES) as stage:
        await stage.set("binary_sensor.motion", "on")
        await stage.wait(61)
        assert "last_explained" not in attributes(stage)
        assert (await trace(stage)).explained == ""
        assert stage.rules.rules["hall"].compiled.explain == ""


async def test_plain_text_is_one_line_and_not_without_end(tmp_path: Path) -> None:
    async with Stage(tmp_path, RULE.format(explain="explain: |\n    Because\n    I say so\n"), STATES) as stage:
        await stage.set("binary_sensor.motion", "on")
        assert attributes(stage)["last_explained"] == "Because I say so"
    async with Stage(tmp_path, RULE.format(explain="explain: \"{{ 'x' * 1000 }}\""), STATES) as stage:
        await stage.set("binary_sensor.motion", "on")
        assert attributes(stage)["last_explained"] == "x" * 299 + "…"


async def test_what_cannot_be_said_is_left_unsaid_and_the_run_goes_on(tmp_path: Path) -> None:
    async with Stage(tmp_path, RULE.format(explain='explain: "{{ 1 / 0 }}"'), STATES) as stage:
        await stage.set("binary_sensor.motion", "on")
        await stage.wait(61)
        assert stage.services() == [("light.hall", "turn_on")]
        assert (stage.runs[0].outcome, stage.runs[0].explained) == ("finished", "")


async def test_a_script_has_one_and_sees_what_it_was_given(tmp_path: Path) -> None:
    text = """
script: {film: {explain: "{{ who }} wants a film", sequence: [{delay: 1}]}}
automation:
  - {id: hall, triggers: [{trigger: state, entity_id: binary_sensor.motion}], actions: [
      {action: script.film, data: {who: Mia}}]}
"""
    async with Stage(tmp_path, text, STATES) as stage:
        await stage.set("binary_sensor.motion", "on")
        assert attributes(stage, "script.film")["last_explained"] == "Mia wants a film"
        await stage.wait(2)
        assert (await trace(stage, "script.film")).explained == "Mia wants a film"


async def test_no_secret_is_told(tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "secrets.yaml").write_text("pin: verysecretpin\n")
    text = RULE.format(explain='variables: {pin: !secret pin}\n  explain: "the pin is {{ pin }}"')
    async with Stage(tmp_path, text, STATES) as stage:
        await stage.set("binary_sensor.motion", "on")
        await stage.wait(61)
        told = f"{attributes(stage)} {stage.runs} {await trace(stage)}"
        assert "the pin is !secret pin" in told
        assert "verysecretpin" not in told


async def test_it_outlives_a_restart(tmp_path: Path) -> None:
    broker = MemoryBroker()
    async with Stage(tmp_path, RULE.format(explain=DARK), STATES, broker=broker) as stage:
        await stage.set("binary_sensor.motion", "on")
        await stage.wait(5)
    async with Stage(tmp_path, RULE.format(explain=DARK), STATES, broker=broker) as stage:
        assert attributes(stage)["last_explained"] == SENTENCE
        await stage.wait(61)
        assert (await trace(stage)).explained == SENTENCE


@pytest.mark.parametrize(
    ("explain", "words"),
    [
        ('explain: "{{ states( }}"', "template"),
        ("explain: \"{{ stats('sensor.lux') }}\"", "there is no function stats()"),
        ("explain: [a]", "explain must be text, not a list"),
        ("explian: dark", "did you mean explain"),
    ],
)
def test_the_check_looks_at_it(explain: str, words: str) -> None:
    found = problems(RULE.format(explain=explain))
    assert any(words in f"{one.code} {one.text}" and one.line == 4 for one in found), found


def test_a_text_with_braces_that_is_no_template_is_text() -> None:
    (rule,) = read_text(RULE.format(explain='explain: "{dark}"'), "a.yaml", Templates()).rules.values()
    assert rule.explain == "{dark}"
    (rule,) = read_text(RULE.format(explain=DARK), "a.yaml", Templates()).rules.values()
    assert isinstance(rule.explain, Template)
