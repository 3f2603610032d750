"""What a device's message costs in the workers `home` and `rules`, from its arrival to the command that leaves.

A made-up home over the broker in memory, with the real files (outbox, registry) in a temporary folder: 100 sensors, as
many lamps, one rule for each pair. Each step takes one message of every device; figures are for one message. Needs and
keeps nothing.
"""

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, NamedTuple

import orjson

from homeserver.home.worker import setup as home
from homeserver.rules.worker import setup as rules
from homeserver.runtime.clock import settle
from homeserver.runtime.hosting import Setup
from homeserver.runtime.rehearsal import Rehearsal

DEVICES: Final = 100
ROUNDS: Final = 12
PAUSE: Final = 2.0
"""Seconds of the home's own time between two rounds, lest rules be stopped for running too often."""
RULE: Final = """\
- id: switch_{number}
  mode: queued
  triggers:
    - {{trigger: state, entity_id: binary_sensor.door_{number}, to: "on", id: opened}}
    - {{trigger: state, entity_id: binary_sensor.door_{number}, to: "off", id: closed}}
  actions:
    - choose:
        - conditions: [{{condition: trigger, id: opened}}]
          sequence: [{{action: light.turn_on, target: {{entity_id: light.lamp_{number}}}}}]
        - conditions: [{{condition: trigger, id: closed}}]
          sequence: [{{action: light.turn_off, target: {{entity_id: light.lamp_{number}}}}}]
- id: heat_{number}
  mode: queued
  triggers:
    - {{trigger: numeric_state, entity_id: sensor.room_{number}, above: 25, id: warm}}
    - {{trigger: numeric_state, entity_id: sensor.room_{number}, below: 15, id: cold}}
  conditions: >-
    {{{{ states('sensor.room_{number}') | float(20) > 25 or states('sensor.room_{number}') | float(20) < 15 }}}}
  actions:
    - choose:
        - conditions: "{{{{ trigger.to_state.state | float > 25 }}}}"
          sequence: [{{action: light.turn_on, target: {{entity_id: light.lamp_{number}}}}}]
      default: [{{action: light.turn_off, target: {{entity_id: light.lamp_{number}}}}}]
"""
Message = Callable[[int, int], tuple[str, bytes]]
"""The topic and payload of a device, by its number and that of the round."""


def configs(number: int) -> dict[str, dict[str, object]]:
    """What the devices announce, by the topic's component."""
    topics = {name: f"house/{name}/{number}" for name in ("door", "room", "lamp", "set")}
    return {
        "binary_sensor": {"unique_id": f"door_{number}", "object_id": f"door_{number}", "state_topic": topics["door"]},
        "sensor": {
            "unique_id": f"room_{number}",
            "object_id": f"room_{number}",
            "state_topic": topics["room"],
            "value_template": "{{ value_json.temperature }}",
            "unit_of_measurement": "°C",
        },
        "light": {
            "unique_id": f"lamp_{number}",
            "object_id": f"lamp_{number}",
            "state_topic": topics["lamp"],
            "command_topic": topics["set"],
        },
    }


def door(number: int, turn: int) -> tuple[str, bytes]:
    return f"house/door/{number}", b"OFF" if turn % 2 else b"ON"


def lamp(number: int, turn: int) -> tuple[str, bytes]:
    return f"house/lamp/{number}", b"OFF" if turn % 2 else b"ON"


def quiet_room(number: int, turn: int) -> tuple[str, bytes]:
    return f"house/room/{number}", b'{"temperature": %.1f, "humidity": 50}' % (16 + turn % 2)


def loud_room(number: int, turn: int) -> tuple[str, bytes]:
    return f"house/room/{number}", b'{"temperature": %.1f, "humidity": 50}' % (10 if turn % 2 else 30)


@asynccontextmanager
async def small_home(*setups: Setup) -> AsyncIterator[Rehearsal]:
    with TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        (folder / "rules").mkdir()
        (folder / "rules/bench.yaml").write_text("".join(RULE.format(number=n) for n in range(DEVICES)))
        async with Rehearsal(*setups, folder=folder) as made:
            for number in range(DEVICES):
                for component, config in configs(number).items():
                    await made.publish(f"homeassistant/{component}/{number}/config", orjson.dumps(config), retain=True)
            yield made


async def seconds(made: Rehearsal, message: Message, answer: Message | None) -> float:
    """The shortest time that a message of each device took, with all that followed from it."""
    best = float("inf")
    for turn in range(ROUNDS):
        before = len(made.published)
        began = time.perf_counter()
        await _hear(made, message, turn)
        if answer is not None:
            await _hear(made, answer, turn)
        best = min(best, time.perf_counter() - began)
        commands = sum(address.startswith("house/set/") for address, _, _ in made.published[before:])
        assert answer is None or not turn or commands == DEVICES, f"{commands} commands of {DEVICES}"
        await made.clock.advance(PAUSE)
    return best


async def _hear(made: Rehearsal, message: Message, turn: int) -> None:
    for number in range(DEVICES):
        made.bus._arrive(*message(number, turn), False)
    await settle()


class Step(NamedTuple):
    """Which workers hear which message of each device, and what the lamp then reports."""

    name: str
    setups: tuple[Setup, ...]
    message: Message
    answer: Message | None = None


STEPS: Final = (
    Step("home: ON or OFF of a sensor", (home,), door),
    Step("home: a JSON reading with a template", (home,), quiet_room),
    Step("home and rules: a reading that crosses nothing", (home, rules), quiet_room),
    Step("home and rules: a change, its command, the lamp's report", (home, rules), door, lamp),
    Step("home and rules: a reading that crosses, the same", (home, rules), loud_room, lamp),
)


async def measure(step: Step) -> float:
    """Microseconds for one message."""
    async with small_home(*step.setups) as made:
        return 1e6 * await seconds(made, step.message, step.answer) / DEVICES
