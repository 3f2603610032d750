"""Rules, templates and targets go on when the home gives what they name another id, and none fires because of it."""

import json
from pathlib import Path
from typing import Any

import pytest

from homeserver.home.worker import setup as home_setup
from homeserver.rules.words import RULE_RUN, RuleRun
from homeserver.rules.worker import setup as rules_setup
from homeserver.runtime.memory_broker import MemoryBroker
from homeserver.runtime.rehearsal import Rehearsal
from homeserver.view.targets import Target, resolve
from homeserver.view.view import View

RULES = """
- id: any_change
  triggers: [{trigger: state, id: any_change, entity_id: binary_sensor.hall_motion}]
  conditions:
    - "{{ states('sensor.hall_temperature') | float < 30 and states.light.hall_lamp.state == 'off' }}"
    - {condition: state, entity_id: light.hall_lamp, state: "off"}
    - "{{ trigger.entity_id == 'binary_sensor.hall_motion' and trigger.to_state.name == 'Hall Motion' }}"
  actions: [{action: light.turn_on, target: {entity_id: light.hall_lamp}}]
- id: lasting
  triggers: [{trigger: state, id: lasting, entity_id: binary_sensor.hall_motion, to: "on", for: 60}]
  actions: [{action: light.turn_on, target: {entity_id: "{{ 'light.hall_lamp' }}"}}]
- id: warm
  triggers: [{trigger: numeric_state, id: warm, entity_id: sensor.hall_temperature, above: 25}]
  actions: [{action: light.turn_on, target: {area_id: hall, label_id: evening}}]
"""
DEVICE = {"identifiers": ["hall"], "name": "Hall", "suggested_area": "Hall"}
DISCOVERY = {
    "binary_sensor": {"name": "Motion", "state_topic": "hall/motion", "unique_id": "m"},
    "sensor": {"name": "Temperature", "state_topic": "hall/t", "unique_id": "t", "unit_of_measurement": "°C"},
    "light": {"name": "Lamp", "command_topic": "hall/lamp/set", "state_topic": "hall/lamp", "unique_id": "l"},
}
RENAMES = {
    "binary_sensor.hall_motion": "binary_sensor.eye",
    "sensor.hall_temperature": "sensor.warmth",
    "light.hall_lamp": "light.door",
}


class Renamed:
    """A home whose rules name what was there before it was renamed. `ran` tells triggers."""

    def __init__(self, home: Rehearsal) -> None:
        self.home = home
        self.runs: list[RuleRun] = home.listen(RULE_RUN)

    async def ask(self, verb: str, **fields: Any) -> None:
        await self.home.process.calls.ask("home", verb, fields)
        await self.home.clock.advance(0.1)

    async def say(self, topic: str, payload: str) -> list[str]:
        """What the lamp is told when a device says something."""
        self.home.published.clear()
        await self.home.publish(topic, payload, retain=True)
        await self.home.clock.advance(0.2)
        told = [payload.decode() for address, payload, _ in self.home.published if address == "hall/lamp/set"]
        await self.home.publish("hall/lamp", "OFF", retain=True)
        await self.home.clock.advance(0.2)
        return told

    def ran(self) -> list[str]:
        found = [run.trigger for run in self.runs]
        self.runs.clear()
        return found


@pytest.fixture
async def renamed(tmp_path: Path) -> Any:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "hall.yaml").write_text(RULES)
    settings = ["rules.look=3600"]
    async with Rehearsal(home_setup, rules_setup, folder=tmp_path, broker=MemoryBroker(), settings=settings) as home:
        for component, config in DISCOVERY.items():
            payload = json.dumps(config | {"device": DEVICE})
            await home.publish(f"homeassistant/{component}/{component}/config", payload, retain=True)
        for topic, payload in (("hall/motion", "OFF"), ("hall/t", "20"), ("hall/lamp", "OFF")):
            await home.publish(topic, payload, retain=True)
        await home.clock.advance(5)
        yield Renamed(home)


async def rename_all(home: Renamed) -> None:
    for entity_id, id in RENAMES.items():
        await home.ask("edit_entity", entity=entity_id, id=id)
    await home.ask("edit_area", area="hall", id="entrance")


async def test_no_rule_fires_because_of_a_rename(renamed: Renamed) -> None:
    await rename_all(renamed)
    await renamed.ask("undo")
    await renamed.ask("undo")
    assert renamed.ran() == []


async def test_rules_go_on_under_the_ids_that_they_know(renamed: Renamed) -> None:
    await rename_all(renamed)
    assert await renamed.say("hall/motion", "ON") == ["ON"]
    assert renamed.ran() == ["any_change"]
    assert await renamed.say("hall/t", "26") == ["ON"], "armed before the rename, it fires after it"
    assert renamed.ran() == ["warm"]


async def test_what_lasts_goes_on_over_a_rename(renamed: Renamed) -> None:
    await renamed.say("hall/motion", "ON")
    renamed.ran()
    await renamed.home.clock.advance(30)
    await rename_all(renamed)
    renamed.home.published.clear()
    await renamed.home.clock.advance(31)
    assert ("hall/lamp/set", b"ON", False) in renamed.home.published
    assert renamed.ran() == ["lasting"]


async def test_targets_mean_things_by_former_ids_as_well(renamed: Renamed) -> None:
    view = renamed.home.process.shared(View)
    await renamed.ask("edit_label", name="Evening")
    await renamed.ask("edit_floor", name="Below")
    await renamed.ask("edit_area", area="hall", floor="below")
    await renamed.ask("edit_entity", entity="light.hall_lamp", labels=["evening"])
    asked = {
        "entity_id": ("light.hall_lamp",),
        "device_id": ("hall",),
        "area_id": ("hall",),
        "floor_id": ("below",),
        "label_id": ("evening",),
    }
    await rename_all(renamed)
    for verb, kind, id in (("device", "hall", "box"), ("floor", "below", "ground"), ("label", "evening", "night")):
        await renamed.ask(f"edit_{verb}", **{verb: kind, "id": id})
    for field, ids in asked.items():
        assert resolve(view, Target({field: ids}), frozenset({"light"})) == ["light.door"], field
    assert view.state("light.hall_lamp") is not None
    there = {*view.states, *view.configs, *view.entities}
    assert set(RENAMES.values()) <= there
    assert not set(RENAMES) & there
