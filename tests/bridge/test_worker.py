"""The whole bridge: a real listener, a real Mosquitto with the rights that the bridge declares, a house behind it."""

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from homeserver.bridge.worker import Bridge
from homeserver.bridge.worker import setup as set_up_bridge
from homeserver.runtime.plan import Post
from homeserver.runtime.rights import rights_of
from tests.bridge.conftest import Library, set_up_library
from tests.bridge.staging import Furniture, process_on, set_up_furniture
from tests.ports import free_port
from tests.runtime.ground import ground_of


class House:
    """The client, and the furniture behind the broker."""

    def __init__(self, client: httpx.AsyncClient, furniture: Furniture) -> None:
        self.client = client
        self.furniture = furniture


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    port = free_port()
    rights = {
        "process.bridge": rights_of(Post("bridge", ("bridge",)), {"bridge": Bridge}, "homeserver"),
        "process.core": rights_of(
            Post("core", ("furniture", "library")), {"furniture": Furniture, "library": Library}, "homeserver"
        ),
    }
    async with contextlib.AsyncExitStack() as stack:
        ground = await stack.enter_async_context(ground_of("mosquitto", tmp_path, rights))
        core_setups: dict[str, Any] = {"furniture": set_up_furniture, "library": set_up_library}
        core = process_on(ground.wire("core", "process.core"), "core", tmp_path, core_setups)
        bridge_wire = ground.wire("bridge", "process.bridge")
        bridge = process_on(bridge_wire, "bridge", tmp_path, {"bridge": set_up_bridge}, http_port=port)
        for process, names in ((core, core_setups), (bridge, {"bridge": None})):
            await process.open(names)
            stack.push_async_callback(process.close)
            await process.until_open()
        worker = bridge.hosted["bridge"].worker
        furniture = core.hosted["furniture"].worker
        assert isinstance(worker, Bridge)
        assert isinstance(furniture, Furniture)
        await worker.listener.up.wait()
        headers = {"authorization": f"Bearer {(tmp_path / 'http-token').read_text().strip()}"}
        client = httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", headers=headers)
        await stack.enter_async_context(client)
        yield House(client, furniture)


async def test_states_services_and_calls_over_a_real_broker(house: House) -> None:
    states = (await house.client.get("/api/states")).json()
    assert len(states) == len(house.furniture.states)
    body = {"entity_id": "light.bedroom_bed", "brightness_pct": 30}
    changed = (await house.client.post("/api/services/light/turn_on", json=body)).json()
    assert [state["attributes"]["brightness"] for state in changed] == [76]
    assert house.furniture.commands[-1][1].cause is not None
    assert house.furniture.commands[-1][1].cause.by == "person.owner"
    answer = await house.client.post("/api/calls/library/lookup", json={"title": "Emma"})
    assert answer.json() == {"shelf": {"row": 4, "label": ""}, "asked_by": "person.owner"}
