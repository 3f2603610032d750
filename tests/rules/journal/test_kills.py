"""No run that has stood still is lost by a kill, and no command is carried out twice: at each of many moments."""

import random
import re
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

from homeserver.runtime.clock import VirtualClock
from homeserver.topics.entity import EntityState
from tests.rules.journal.kills import Event, Kill, Life, World

KILLS: Final = 1_000
"""In `make proof`."""
MOMENTS: Final = 90
"""Of the first life, before which a kill may come; there are some more."""
RULES: Final = """
- id: steps
  mode: parallel
  max: 100
  triggers: [{trigger: state, entity_id: [binary_sensor.a1, binary_sensor.a2, binary_sensor.a3], to: "on"}]
  actions:
    - variables: {who: "{{ trigger.entity_id }}"}
    - {action: text.set_value, target: {entity_id: text.note}, data: {value: "{{ who }} 1"}}
    - delay: 5
    - {action: text.set_value, target: {entity_id: text.note}, data: {value: "{{ who }} 2"}}
    - {action: text.set_value, target: {entity_id: text.note}, data: {value: "{{ who }} 3"}}
    - delay: {seconds: 7}
    - {action: text.set_value, target: {entity_id: text.note}, data: {value: "{{ who }} 4"}}
- id: rounds
  triggers: [{trigger: state, entity_id: binary_sensor.b1, to: "on"}]
  actions:
    - repeat:
        count: 4
        sequence:
          - action: text.set_value
            target: {entity_id: text.note}
            data: {value: "binary_sensor.b1 {{ repeat.index }}"}
          - delay: 3
- id: lasting
  mode: parallel
  max: 100
  triggers: [{trigger: state, entity_id: [binary_sensor.c1, binary_sensor.c2], to: "on", for: 10}]
  actions:
    - {action: text.set_value, target: {entity_id: text.note}, data: {value: "{{ trigger.entity_id }} 1"}}
    - delay: 1
    - {action: text.set_value, target: {entity_id: text.note}, data: {value: "{{ trigger.entity_id }} 2"}}
- id: queue
  mode: queued
  max: 100
  triggers: [{trigger: state, entity_id: [binary_sensor.d1, binary_sensor.d2, binary_sensor.d3], to: "on"}]
  actions:
    - {action: text.set_value, target: {entity_id: text.note}, data: {value: "{{ trigger.entity_id }} 1"}}
    - delay: 6
    - {action: text.set_value, target: {entity_id: text.note}, data: {value: "{{ trigger.entity_id }} 2"}}
"""
EFFECTS: Final = {"a": 4, "b": 4, "c": 2, "d": 2, "e": 4}
"""By the letter of the sensor."""
SENSORS: Final = tuple(re.findall(r"binary_sensor\.[a-e]\d", RULES))
OVER: Final = 120.0


def events(chance: random.Random) -> list[Event]:
    """Each sensor goes on once, at some second of the first twenty."""
    names = sorted(set(SENSORS))
    return sorted((round(chance.uniform(0, 20), 1), name, "on") for name in names)


def begin(chance: random.Random) -> World:
    world = World()
    clock = VirtualClock()
    for name in set(SENSORS):
        world.states[name] = EntityState("off", {}, clock.now(), clock.now())
    return world


async def first_life(folder: Path, chance: random.Random, kill_at: list[int]) -> tuple[Life, list[Event]]:
    happening = events(chance)
    async with Life(folder, RULES, begin(chance), VirtualClock(), kill_at) as life:
        await life.live(happening, OVER)
    return life, happening


def expected(name: str) -> list[str]:
    return [f"{name} {number}" for number in range(1, EFFECTS[name.rpartition(".")[2][0]] + 1)]


async def next_life(kill: Kill, happening: list[Event]) -> World:
    async with Life(kill.folder, RULES, kill.world, VirtualClock(kill.now)) as life:
        rest = [(at - kill.elapsed, name, word) for at, name, word in happening[kill.events :]]
        await life.live(rest, OVER)
    return kill.world


def check(effects: list[str], happening: list[Event], killed_at: int) -> None:
    """Everything once; the event that was just being heard may not have been heard at all."""
    for number, (_, name, _) in enumerate(happening, 1):
        mine = [effect for effect in effects if effect.startswith(f"{name} ")]
        if number == killed_at and not mine:
            continue
        assert sorted(mine) == expected(name), (name, killed_at, number)


async def test_without_a_kill_everything_happens_once(tmp_path: Path) -> None:
    life, happening = await first_life(tmp_path / "home", random.Random(1), [])
    assert life.moments >= MOMENTS
    check(life.world.effects, happening, -1)


@pytest.mark.proof
async def test_a_kill_at_any_moment_loses_nothing_and_repeats_nothing(
    tmp_path: Path, portion: Callable[[int], int]
) -> None:
    count, done, seed = portion(KILLS), 0, 0
    while done < count:
        seed += 1
        chance = random.Random(seed)
        points = sorted(chance.sample(range(MOMENTS), min(20, count - done)))
        life, happening = await first_life(tmp_path / f"home{seed}", chance, points)
        assert len(life.kills) == len(points)
        for kill in life.kills:
            world = await next_life(kill, happening)
            check(world.effects, happening, kill.events)
        done += len(points)
