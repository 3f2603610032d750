"""The checks within a running home, and what is left of it for checks while it is off."""

from pathlib import Path
from typing import Any

import pytest

from homeserver.rules.check.known import FILE, Known, Thing, leave, left
from homeserver.rules.words import CHECK_RULES
from tests.rules.stage import Stage

RULES = """
- id: one
  triggers: [{trigger: state, entity_id: binary_sensor.door, to: "opened"}]
  conditions: "{{ is_state('light.hal', 'on') }}"
  actions:
    - action: light.turn_on
      target: {area_id: hal}
"""
START = {"binary_sensor.door": "off", "light.hall": "off"}


async def ask(stage: Stage, **fields: Any) -> Any:
    return await stage.home.process.calls.ask(CHECK_RULES.worker, CHECK_RULES.verb, fields)


async def test_the_call_tells_with_place_and_suggestion(tmp_path: Path) -> None:
    async with Stage(tmp_path, RULES, START) as stage:
        stage.place("light.hall", "hall")
        found = await ask(stage)
        assert found.rules == 1
        told = [(one.line, one.column, one.code, one.severity, one.suggestion) for one in found.problems]
        assert told == [
            (3, 67, "state", "error", "did you mean on?"),
            (4, 29, "entity", "error", "did you mean light.hall?"),
            (7, 25, "area", "error", "did you mean hall?"),
        ]
        assert {one.file for one in found.problems} == {"test.yaml"}
        assert {one.rule for one in found.problems} == {"one"}


async def test_a_text_is_looked_at_among_the_other_files(tmp_path: Path) -> None:
    """What is to take the place of a file is no second rule with its id; what it does with another rule is told."""
    fine = RULES.replace("opened", "on").replace("light.hal'", "light.hall'").replace("area_id: hal", "area_id: hall")
    async with Stage(tmp_path, RULES, START) as stage:
        stage.place("light.hall", "hall")
        found = await ask(stage, text=fine, file="test.yaml")
        assert (found.rules, found.problems) == (1, [])
        fight = fine.replace("id: one", "id: two").replace("turn_on", "turn_off")
        await ask(stage, text=fine, file="test.yaml")
        stage.file.write_text(fine)
        found = await ask(stage, text=fight, file="new.yaml")
        assert [(one.code, one.file, one.line) for one in found.problems] == [("conflict", "new.yaml", 6)]


async def test_what_the_home_knows_is_left_behind_when_it_ends(tmp_path: Path) -> None:
    async with Stage(tmp_path, RULES, START) as stage:
        stage.place("light.hall", "hall")
        await stage.set("sensor.n", "21", unit_of_measurement="°C", min=3)
    known = left(stage.home.process.settings.home.data)
    assert known.whole
    assert known.things["light.hall"].places == ["area:hall"]
    assert known.things["light.hall"].services == ["turn_on", "turn_off"]
    assert (known.things["sensor.n"].unit, known.things["sensor.n"].least) == ("°C", 3.0)
    assert known.places["area"] == ["hall"]


@pytest.mark.parametrize("content", [None, b"", b"[]", b'{"things": {"a.b": {"wrong": 1}}}', b"\xff"])
def test_a_file_that_is_missing_or_damaged_means_that_nothing_is_known(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / FILE).write_bytes(content)
    assert left(tmp_path) == Known()


def test_what_is_left_is_what_is_read(tmp_path: Path) -> None:
    known = Known(
        {"light.a": Thing("on", attributes=["brightness"], most=3.5)}, {"area": ["x"]}, {"light.b": "light.a"}
    )
    leave(known, tmp_path)
    assert left(tmp_path) == known
    assert known.thing("light.b") is known.things["light.a"]


@pytest.mark.parametrize(
    ("target", "told"), [("{area_id: hall}", []), ("{entity_id: [light.hall, button.hall]}", ["button.hall cannot be"])]
)
async def test_what_an_area_holds_besides_is_passed_over(tmp_path: Path, target: str, told: list[str]) -> None:
    text = (
        "- triggers: {trigger: state, entity_id: binary_sensor.door}\n"
        f"  actions: {{action: homeassistant.turn_on, target: {target}}}\n"
    )
    async with Stage(tmp_path, text, START | {"button.hall": "unknown"}) as stage:
        stage.place("light.hall", "hall")
        stage.place("button.hall", "hall")
        found = await ask(stage)
        assert [one.text[: len("button.hall cannot be")] for one in found.problems] == told
