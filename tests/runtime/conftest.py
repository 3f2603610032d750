"""The brokers on which the bus contract is tested."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.runtime.ground import EVERYTHING, Buses, Ground, Kind, ground_of

PROCESSES = ("core", "bridge", "other", "third")


@pytest.fixture(params=["memory", "amqtt", "mosquitto"])
async def ground(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Ground]:
    kind: Kind = request.param
    rights = {f"process.{name}": EVERYTHING for name in PROCESSES}
    async with ground_of(kind, tmp_path, rights) as made:
        yield made


@pytest.fixture
async def buses(ground: Ground) -> AsyncIterator[Buses]:
    made = Buses(ground)
    yield made
    await made.close()
