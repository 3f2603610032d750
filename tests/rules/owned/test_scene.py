"""Scenes: what is told to whom, and only what differs; those that rules make."""

from pathlib import Path
from typing import Any

import pytest

from homeserver.runtime.clock import VirtualClock
from homeserver.runtime.memory_broker import MemoryBroker
from tests.rules.owned.test_owner import state, tell
from tests.rules.stage import Stage

SCENES = """
scene:
  - id: "77"
    name: Film evening
    icon: mdi:movie
    entities:
      light.hall: {state: "on", brightness: 50, color_mode: hs, hs_color: [30, 80]}
      light.desk: "off"
      switch.amp: true
      cover.blind: {state: open, current_position: 20}
      input_boolean.quiet: "on"
input_boolean: {quiet: }
automation:
  - alias: Picture
    triggers: {trigger: state, entity_id: binary_sensor.door, to: "on"}
    actions:
      - action: scene.create
        data: {scene_id: before, snapshot_entities: light.hall}
      - action: light.turn_on
        target: {entity_id: light.hall}
      - delay: 60
      - action: scene.turn_on
        target: {entity_id: scene.before}
      - action: scene.delete
        target: {entity_id: scene.before}
  - alias: Apply
    triggers: {trigger: state, entity_id: binary_sensor.window, to: "on"}
    actions:
      - action: scene.apply
        data:
          entities: {light.hall: {state: "on", brightness: 99}, switch.amp: "off"}
          transition: 3
"""
THINGS = dict.fromkeys(("light.hall", "light.desk", "switch.amp", "binary_sensor.door", "binary_sensor.window"), "off")


def of_devices(stage: Stage) -> list[tuple[str, str, dict[str, Any]]]:
    return [row for row in stage.told() if row[0].partition(".")[0] in ("light", "switch", "cover")]


async def test_a_scene_tells_each_what_differs(tmp_path: Path) -> None:
    async with Stage(tmp_path, SCENES, {**THINGS, "cover.blind": "closed"}) as stage:
        assert state(stage, "scene.film_evening") == "unknown"
        await tell(stage, "scene.film_evening", "turn_on", transition=2)
        assert of_devices(stage) == [
            ("light.hall", "turn_on", {"brightness": 50, "hs_color": [30, 80], "transition": 2.0}),
            ("switch.amp", "turn_on", {}),
            ("cover.blind", "set_cover_position", {"position": 20}),
        ]
        assert state(stage, "input_boolean.quiet") == "on"
        assert state(stage, "scene.film_evening") == "2026-01-05T07:00:00.000+00:00"
        view = stage.rules.engine.view
        assert view.states["scene.film_evening"].attributes["id"] == "77"
        assert view.configs["scene.film_evening"].icon == "mdi:movie"


async def test_what_is_so_already_is_not_told_again(tmp_path: Path) -> None:
    async with Stage(tmp_path, SCENES, THINGS) as stage:
        await stage.set("light.hall", "on", brightness=50, hs_color=[30, 80], color_mode="hs")
        await stage.set("switch.amp", "on")
        await tell(stage, "scene.film_evening", "turn_on")
        assert of_devices(stage) == []


async def test_entities_in_the_data_are_applied(tmp_path: Path) -> None:
    async with Stage(tmp_path, SCENES, {**THINGS, "switch.amp": "on"}) as stage:
        await stage.set("binary_sensor.window", "on")
        assert of_devices(stage) == [
            ("light.hall", "turn_on", {"brightness": 99, "transition": 3.0}),
            ("switch.amp", "turn_off", {}),
        ]


async def test_a_picture_is_taken_and_brought_back_over_a_restart(tmp_path: Path) -> None:
    broker, clock = MemoryBroker(), VirtualClock()
    async with Stage(tmp_path, SCENES, THINGS, broker=broker, clock=clock) as stage:
        await stage.set("light.hall", "on", brightness=10, color_mode="brightness")
        await stage.set("binary_sensor.door", "on")
        assert state(stage, "scene.before") == "unknown"
        assert stage.rules.engine.view.states["scene.before"].attributes["entity_id"] == ["light.hall"]
    async with Stage(tmp_path, SCENES, THINGS, broker=broker, clock=clock) as stage:
        await stage.set("light.hall", "on", brightness=200, color_mode="brightness")
        stage.told()
        await stage.wait(61)
        assert of_devices(stage) == [("light.hall", "turn_on", {"brightness": 10})]
        assert "scene.before" not in stage.rules.engine.view.states
        assert not any("scene/before" in address for address in broker.retained)


async def test_a_scene_of_a_file_is_not_deleted(tmp_path: Path) -> None:
    rules = SCENES.replace("{entity_id: scene.before}", "{entity_id: scene.film_evening}")
    async with Stage(tmp_path, rules, THINGS) as stage:
        await stage.set("binary_sensor.door", "on")
        await stage.wait(61)
        assert stage.runs[-1].outcome == "failed"
        assert "scene.film_evening is one of a file" in stage.runs[-1].error


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ("{scene_id: x, snapshot_entities: light.nowhere}", "there is no entity light.nowhere"),
        ("{scene_id: x}", "needs entities or snapshot_entities"),
        ("{scene_id: film_evening, snapshot_entities: light.hall}", "is one of a file: choose another scene_id"),
        ("{scene_id: x, entities: {sensor.warmth: 5}}", "sensor.warmth cannot be a part of a scene"),
        ("{scene_id: x, entities: {light.hall: {brightness: 5}}}", "light.hall needs a state"),
    ],
)
async def test_what_cannot_be_made_is_said(tmp_path: Path, data: str, told: str) -> None:
    rules = SCENES.replace("{scene_id: before, snapshot_entities: light.hall}", data)
    async with Stage(tmp_path, rules, THINGS) as stage:
        await stage.set("binary_sensor.door", "on")
        assert (stage.runs[-1].outcome, told in stage.runs[-1].error) == ("failed", True), stage.runs[-1].error
