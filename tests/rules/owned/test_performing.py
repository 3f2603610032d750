"""One action by hand: its answer, its fault, and its end with whoever asked."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from homeserver.rules.owned.performing import perform
from homeserver.runtime.clock import settle
from homeserver.topics.call import CallError
from homeserver.topics.cause import Cause
from tests.rules.owned.test_owner import state
from tests.rules.stage import Stage

RULES = """
script:
  double:
    sequence:
      - variables: {answer: {is: "{{ number * 2 }}", text: "{{ text }}"}}
      - stop: ""
        response_variable: answer
  fail: {sequence: [{action: light.turn_on, target: {entity_id: "{{ 1 / 0 }}"}}]}
  long: {sequence: [{delay: 100}]}
input_boolean: {guests: }
"""


async def ask(stage: Stage, action: str, **more: Any) -> Any:
    request = {"action": action, **more}
    return (await stage.home.process.calls.ask("rules", "perform", request)).answer


async def test_a_script_answers_and_what_it_is_given_is_no_template(tmp_path: Path) -> None:
    async with Stage(tmp_path, RULES) as stage:
        found = await ask(stage, "script.double", data={"number": 21, "text": "{{ 1 + 1 }}"})
        assert found == {"is": 42, "text": "{{ 1 + 1 }}"}
        assert await perform(stage.rules.engine, "script.double", {"number": 1}, {}, Cause("a", "test")) == {
            "is": 2,
            "text": "",
        }


async def test_entities_and_offers_are_reached(tmp_path: Path) -> None:
    async with Stage(tmp_path, RULES) as stage:
        await ask(stage, "input_boolean.turn_on", target={"entity_id": "input_boolean.guests"})
        assert state(stage, "input_boolean.guests") == "on"
        await ask(stage, "scene.apply", data={"entities": {"input_boolean.guests": "off"}})
        assert state(stage, "input_boolean.guests") == "off"


@pytest.mark.parametrize(
    ("action", "told"),
    [
        ("script.fail", "divides by nought"),
        ("script.none", "nobody answers script.none"),
        ("evening", "is no action"),
        ("scene.apply", "scene.apply needs entities"),
    ],
)
async def test_a_fault_is_told(tmp_path: Path, action: str, told: str) -> None:
    async with Stage(tmp_path, RULES) as stage:
        with pytest.raises(CallError) as caught:
            await ask(stage, action)
        assert told in str(caught.value)


async def test_it_ends_with_whoever_waits_for_it(tmp_path: Path) -> None:
    async with Stage(tmp_path, RULES) as stage:
        asked = asyncio.create_task(perform(stage.rules.engine, "script.long", {}, {}, Cause("a", "test")))
        await settle()
        assert state(stage, "script.long") == "on"
        asked.cancel()
        await settle()
        assert state(stage, "script.long") == "off"
