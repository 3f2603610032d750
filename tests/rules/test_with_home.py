"""Rules with the home's own worker: a sensor's message becomes a lamp's command, and a restart sets nothing off."""

import json
from pathlib import Path

import pytest

from homeserver.home.worker import setup as home_setup
from homeserver.rules.words import RULE_RUN, RuleRun
from homeserver.rules.worker import setup as rules_setup
from homeserver.runtime.memory_broker import MemoryBroker
from homeserver.runtime.rehearsal import Rehearsal
from homeserver.topics.entity import ENTITY_STATE, EntityState

RULES = """
- id: motion
  triggers:
    - trigger: state
      entity_id: binary_sensor.hall_motion
      to: "on"
      id: went_on
    - trigger: state
      entity_id: binary_sensor.hall_motion
      to: "off"
      id: went_off
  actions:
    - choose:
        - conditions:
            - condition: trigger
              id: went_on
          sequence:
            - action: light.turn_on
              target: {entity_id: light.hall_lamp}
      default:
        - action: light.turn_off
          target: {entity_id: light.hall_lamp}
- id: warm
  triggers:
    - trigger: numeric_state
      entity_id: sensor.hall_temperature
      above: 25
  actions:
    - action: light.turn_on
      target: {area_id: hall}
"""
DEVICE = {"identifiers": ["hall"], "name": "Hall", "suggested_area": "Hall"}
DISCOVERY = {
    "binary_sensor": {"name": "Motion", "state_topic": "hall/motion", "unique_id": "m"},
    "sensor": {"name": "Temperature", "state_topic": "hall/t", "unique_id": "t", "unit_of_measurement": "°C"},
    "light": {"name": "Lamp", "command_topic": "hall/lamp/set", "state_topic": "hall/lamp", "unique_id": "l"},
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "hall.yaml").write_text(RULES)
    return tmp_path


def house(folder: Path, broker: MemoryBroker) -> Rehearsal:
    return Rehearsal(home_setup, rules_setup, folder=folder, broker=broker, settings=["rules.look=3600"])


async def announce(home: Rehearsal) -> None:
    for component, config in DISCOVERY.items():
        payload = json.dumps(config | {"device": DEVICE})
        await home.publish(f"homeassistant/{component}/{component}/config", payload, retain=True)
    await home.publish("hall/motion", "OFF", retain=True)
    await home.publish("hall/t", "20", retain=True)
    await home.publish("hall/lamp", "OFF", retain=True)
    await home.clock.advance(5)
    home.published.clear()


def commands(home: Rehearsal) -> list[str]:
    found = [payload.decode() for address, payload, _ in home.published if address == "hall/lamp/set"]
    home.published.clear()
    return found


async def test_a_sensor_switches_a_lamp(folder: Path) -> None:
    async with house(folder, MemoryBroker()) as home:
        await announce(home)
        await home.publish("hall/motion", "ON", retain=True)
        assert commands(home) == ["ON"]
        await home.publish("hall/lamp", "ON", retain=True)
        await home.publish("hall/motion", "OFF", retain=True)
        assert commands(home) == ["OFF"]


async def test_a_threshold_switches_the_lamps_of_a_room(folder: Path) -> None:
    async with house(folder, MemoryBroker()) as home:
        await announce(home)
        for temperature in ("24", "26", "27"):
            await home.publish("hall/t", temperature)
        assert commands(home) == ["ON"]


async def test_the_lamp_tells_which_rule_it_obeyed(folder: Path) -> None:
    async with house(folder, MemoryBroker()) as home:
        await announce(home)
        runs: list[RuleRun] = home.listen(RULE_RUN)
        states: list[EntityState] = home.listen(ENTITY_STATE, domain="light")
        await home.publish("hall/motion", "ON")
        await home.publish("hall/lamp", "ON")
        cause, run = states[-1].cause, runs[-1].cause
        assert states[-1].state == "on"
        assert cause is not None
        assert run is not None
        assert (cause.parent, run.by) == (run.id, "rule:motion#2")  # the first ran when the sensor became known as off


async def test_a_restart_sets_nothing_off(folder: Path) -> None:
    broker = MemoryBroker()
    async with house(folder, broker) as home:
        await announce(home)
        await home.publish("hall/motion", "ON", retain=True)
        await home.publish("hall/t", "30", retain=True)
        await home.publish("hall/lamp", "ON", retain=True)
        await home.clock.advance(5)
    async with house(folder, broker) as home:
        await home.clock.advance(5)
        assert commands(home) == []
        await home.publish("hall/motion", "OFF", retain=True)
        assert commands(home) == ["OFF"]
        await home.publish("hall/t", "24", retain=True)
        await home.publish("hall/t", "30", retain=True)
        assert commands(home) == ["ON"]
