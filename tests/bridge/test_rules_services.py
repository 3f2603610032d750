"""Services of the rules over HTTP: those of their entities, and those that no entity has."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from homeserver.bridge.services import PERFORMED
from homeserver.rules.worker import setup as set_up_rules
from homeserver.runtime.rehearsal import Rehearsal

RULES = """
input_number: {warmth: {min: 5, max: 30}}
input_boolean: {guests: }
script:
  evening:
    sequence:
      - action: input_number.set_value
        target: {entity_id: input_number.warmth}
        data: {value: "{{ warmth }}"}
      - variables: {answer: {was: "{{ warmth }}"}}
      - stop: ""
        response_variable: answer
"""


@pytest.fixture
async def ruled(home: Any, tmp_path: Path) -> AsyncIterator[Any]:
    folder = tmp_path / "elsewhere"
    (folder / "rules").mkdir(parents=True)
    (folder / "rules" / "all.yaml").write_text(RULES)
    broker = home.core.broker
    async with Rehearsal(set_up_rules, broker=broker, clock=home.clock, folder=folder, process="rules"):
        home.owner.mood = "silent"  # it answers for whatever is commanded, else
        await home.settle()
        yield home


async def state(home: Any, entity_id: str) -> str:
    await home.settle()
    return str((await home.get(f"/api/states/{entity_id}")).json()["state"])


async def test_a_helper_is_set_and_refuses_what_is_beyond_it(ruled: Any) -> None:
    body = {"entity_id": "input_number.warmth", "value": 21}
    assert (await ruled.post("/api/services/input_number/set_value", body)).status_code == 200
    assert await state(ruled, "input_number.warmth") == "21.0"
    answer = await ruled.post("/api/services/input_number/set_value", body | {"value": 99})
    assert (answer.status_code, answer.json()["field"]) == (400, "value")
    assert "99 is not between 5 and 30" in answer.json()["message"]


async def test_a_script_is_called_by_its_name(ruled: Any) -> None:
    answer = await ruled.post("/api/services/script/evening", {"warmth": 25})
    assert answer.status_code == 200, answer.text
    assert await state(ruled, "input_number.warmth") == "25.0"
    answer = await ruled.post("/api/services/script/morning", {})
    assert (answer.status_code, answer.json()["field"]) == (400, "service")


async def test_a_script_answers_whoever_wants_to_know(ruled: Any) -> None:
    answer = await ruled.post("/api/services/script/evening?return_response", {"warmth": 22})
    assert answer.json() == {"changed_states": [], "service_response": {"was": 22}}
    assert await state(ruled, "input_number.warmth") == "22.0"
    offered = (await ruled.get("/api/services")).json()
    scripts = next(row["services"] for row in offered if row["domain"] == "script")
    assert scripts["evening"]["response"] == {"optional": True}
    answer = await ruled.post("/api/services/script/evening?return_response", {"warmth": 99})
    assert answer.status_code in (400, 422)


async def test_a_scene_is_applied(ruled: Any) -> None:
    assert "scene.apply" in PERFORMED
    answer = await ruled.post("/api/services/scene/apply", {"entities": {"input_boolean.guests": "on"}})
    assert answer.status_code == 200, answer.text
    assert await state(ruled, "input_boolean.guests") == "on"
    answer = await ruled.post("/api/services/scene/apply", {})
    assert (answer.status_code, "scene.apply needs entities" in answer.json()["message"]) == (422, True)


async def test_files_are_read_again(ruled: Any) -> None:
    assert (await ruled.post("/api/services/automation/reload", {})).status_code == 200


async def test_a_helper_is_held_over_http_too(ruled: Any) -> None:
    body = {"entity_id": "input_boolean.guests"}
    assert (
        await ruled.post("/api/services/input_boolean/turn_on?hold_for=60&priority=safety", body)
    ).status_code == 200
    await ruled.settle()
    held = (await ruled.get("/api/states/input_boolean.guests")).json()["attributes"]["held"]
    assert (held["by"], held["priority"]) == ("person.owner", 6), "nobody is more than a person by saying so"
    answer = await ruled.post("/api/services/input_boolean/turn_off?priority=rule", body)
    assert answer.status_code == 200
    assert await state(ruled, "input_boolean.guests") == "on"


async def test_what_no_entity_has_takes_no_weight(ruled: Any) -> None:
    body = {"entities": {"input_boolean.guests": "on"}}
    answer = await ruled.post("/api/services/scene/apply?hold_for=60", body)
    assert (answer.status_code, answer.json()["field"]) == (400, "hold_for")
    assert await state(ruled, "input_boolean.guests") == "off"
