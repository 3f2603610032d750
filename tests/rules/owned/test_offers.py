"""Services of what the rules own that are no one entity's."""

from pathlib import Path

import pytest

from homeserver.rules.owned.offers import RELOADED, ids
from homeserver.runtime.clock import settle
from tests.rules.owned.test_owner import state
from tests.rules.stage import Stage


@pytest.mark.parametrize(
    ("value", "found"),
    [("light.a, light.b", ["light.a", "light.b"]), (["Light.A"], ["light.a"]), (None, []), ("", [])],
)
def test_ids_as_people_write_them(value: object, found: list[str]) -> None:
    assert ids(value) == found


def doing(action: str) -> str:
    return f"""
    group: {{mine: {{entities: [light.a]}}}}
    automation:
      - triggers: {{trigger: state, entity_id: binary_sensor.door, to: "on"}}
        actions:
          - {action}
          - action: light.turn_on
            target: {{entity_id: light.a}}
    """


THINGS = {"binary_sensor.door": "off", "light.a": "off"}


@pytest.mark.parametrize(
    ("action", "told"),
    [
        ("{action: group.set, data: {object_id: mine, entities: light.a}}", "group.mine is one of a file"),
        ("{action: group.remove, data: {object_id: mine}}", "no group group.mine was made by group.set"),
        ("{action: scene.delete, target: {entity_id: scene.none}}", "there is no scene scene.none"),
    ],
)
async def test_what_cannot_be_done_fails_in_words(tmp_path: Path, action: str, told: str) -> None:
    async with Stage(tmp_path, doing(action), THINGS) as stage:
        await stage.set("binary_sensor.door", "on")
        assert (stage.runs[-1].outcome, stage.services()) == ("failed", [])
        assert told in stage.runs[-1].error


@pytest.mark.parametrize(
    ("action", "told"),
    [
        ("{action: scene.apply}", "scene.apply needs entities"),
        ("{action: scene.create, data: {scene_id: a, entity: b}}", "scene.create has no field 'entity'"),
        ("{action: group.set, data: {object_id: 'My Group'}}", "group.set: object_id"),
    ],
)
async def test_what_can_be_seen_when_it_is_read_is_refused_then(tmp_path: Path, action: str, told: str) -> None:
    async with Stage(tmp_path, doing(action), THINGS) as stage:
        assert any(told in str(problem) for problem in stage.rules.book.problems), stage.rules.book.problems


@pytest.mark.parametrize("domain", ["automation", "input_boolean", "template"])
async def test_files_are_read_again_and_the_run_goes_on(tmp_path: Path, domain: str) -> None:
    assert domain in RELOADED
    async with Stage(tmp_path, doing(f"action: {domain}.reload"), THINGS) as stage:
        other = tmp_path / "rules" / "more.yaml"
        other.write_text("input_boolean: {fresh: }")
        await stage.set("binary_sensor.door", "on")
        await stage.wait(1)
        await settle()
        assert state(stage, "input_boolean.fresh") == "off"
        assert stage.services() == [("light.a", "turn_on")]
