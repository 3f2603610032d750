"""What single steps cost, inside one process: each beside a plain reference measured in the same run.

    python -m tests.bench.micro

Everything runs over the broker in memory, so neither sockets
nor another process are in these figures. Needs and keeps nothing.
"""

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import orjson

from homeserver.runtime.bus import Bus
from homeserver.runtime.clock import RealClock
from homeserver.runtime.codec import encode, parse, validate
from homeserver.runtime.memory_broker import MemoryBroker, MemoryWire
from homeserver.runtime.routes import Routes
from homeserver.topics.cause import Cause
from homeserver.topics.entity import COMMAND, ENTITY_STATE, Command, EntityState
from tests.bench import micro_home
from tests.bench.report import aligned

ROUNDS: Final = 2000
BEST_OF: Final = 7
NOW: Final = datetime(2026, 1, 5, 7, 0, tzinfo=UTC)
CAUSE: Final = Cause("8d3f2c1a9b7e4f60", "device:hall", None)
STATE: Final = EntityState("21.5", {"battery": 97, "linkquality": 120}, NOW, NOW, CAUSE)
WISH: Final = Command("8d3f2c1a9b7e4f61", "turn_on", {"brightness": 120}, 30.0, CAUSE)
HALL: Final = ("sensor", "hall")
LAMP: Final = ("light", "hall", "process.core")
REFERENCE: Final = "One reference is orjson's round trip of an entity's state, measured next to each step."


@dataclass(frozen=True)
class Cost:
    """Microseconds that one step takes, and that the reference took right after it."""

    step: str
    microseconds: float
    reference: float


def microseconds(do: Callable[[], Any]) -> float:
    """The best of several rounds: what disturbs a round can only make it longer."""
    return 1e6 * min(_round(do) for _ in range(BEST_OF)) / ROUNDS


def _round(do: Callable[[], Any]) -> float:
    began = time.perf_counter()
    for _ in range(ROUNDS):
        do()
    return time.perf_counter() - began


def reference() -> float:
    return microseconds(lambda: orjson.loads(orjson.dumps(STATE)))


def cost(step: str, do: Callable[[], Any]) -> Cost:
    return Cost(step, microseconds(do), reference())


def json_steps() -> Iterator[Cost]:
    payload = encode(STATE, "run", 7)
    yield cost("encode a state", lambda: encode(STATE, "run", 7))
    yield cost("decode and validate a state", lambda: validate(ENTITY_STATE, parse(payload)))
    yield cost("encode a command", lambda: encode(WISH, "run", 7))


@contextmanager
def quiet_bus() -> Iterator[Bus]:
    """A bus that is not connected: what it is told for the broker is forgotten."""
    bus = Bus(MemoryWire(MemoryBroker(), "core", "process.core"), RealClock(), process="core", login="process.core")
    bus.announce({ENTITY_STATE.template})
    yield bus


def hear(bus: Bus, topic: Any, hearers: int) -> None:
    for _ in range(hearers):
        bus.replay(bus.hear(topic, lambda message: None, "micro.hearer"))


async def bus_steps() -> list[Cost]:
    """`say` with hearers in the same process; the broker's copy of a state waits for its window, as under load."""
    costs = []
    with quiet_bus() as bus:
        hear(bus, ENTITY_STATE, 2)
        costs.append(cost("dispatch an address that was seen before", _finder(bus)))
        costs.append(cost("take a new address apart", _fresh_finder(bus)))
        costs.append(cost("say a state to two hearers", lambda: bus.say(ENTITY_STATE, STATE, HALL)))
        await asyncio.sleep(0)
    with quiet_bus() as bus:
        hear(bus, COMMAND, 1)
        costs.append(cost("say a command to one hearer", lambda: bus.say(COMMAND, WISH, LAMP)))
        bus._outgoing._queue.clear()
        await asyncio.sleep(0)
    return [*costs, raw_step()]


def _finder(bus: Bus) -> Callable[[], Any]:
    address = ENTITY_STATE.address(HALL)
    return lambda: bus._routes.find(address)


def _fresh_finder(bus: Bus) -> Callable[[], Any]:
    routes: Routes = bus._routes
    address = ENTITY_STATE.address(HALL)
    return lambda: routes._find(address)


def raw_step() -> Cost:
    with quiet_bus() as bus:
        bus.hear_raw({"zigbee/+/state"}, lambda address, payload, retained: None)
        return cost("hand a device's message on", lambda: bus._arrive("zigbee/hall/state", b"ON", False))


async def home_steps() -> list[Cost]:
    return [Cost(step.name, await micro_home.measure(step), reference()) for step in micro_home.STEPS]


def measure() -> list[Cost]:
    return [*json_steps(), *asyncio.run(bus_steps()), *asyncio.run(home_steps())]


def report(costs: list[Cost] | None = None) -> str:
    """A table of microseconds, and of how many references that is."""
    lines = [["one step, in memory", "us", "references"]]
    for row in costs or measure():
        lines.append([row.step, f"{row.microseconds:.2f}", f"{row.microseconds / row.reference:.2f}"])
    return f"{aligned(lines)}\n{REFERENCE}"


if __name__ == "__main__":
    print(report())
