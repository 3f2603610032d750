"""Entities that programs tell of."""

from pathlib import Path
from typing import Any

import pytest

from homeserver.runtime.memory_broker import MemoryBroker
from homeserver.runtime.rehearsal import Rehearsal
from homeserver.topics.call import CallError
from homeserver.topics.entity import ENTITY_CONFIG, ENTITY_STATE, EntityConfig
from integrations.clients.worker import Clients, setup

MINE = "sensor.plants"


async def tell(home: Rehearsal, entity: str = MINE, **fields: Any) -> Any:
    args = {"entity": entity, "state": "12", **fields}
    reply = await home.process.calls.ask("clients", "tell_state", args)
    await home.clock.advance(0.3)
    return reply


def worker(home: Rehearsal) -> Clients:
    found = home.process.hosted["clients"].worker
    assert isinstance(found, Clients)
    return found


async def test_what_a_program_tells_is_an_entity_and_stays_one(tmp_path: Path) -> None:
    broker = MemoryBroker()
    async with Rehearsal(setup, broker=broker, folder=tmp_path) as home:
        attributes = {"friendly_name": "Plants", "unit_of_measurement": "%", "wet": True}
        assert (await tell(home, attributes=attributes)).new
        view = worker(home).view
        assert view.configs[MINE] == EntityConfig("Plants", "clients", unique_id=MINE, unit="%")
        first = view.states[MINE]
        assert (first.state, first.attributes) == ("12", {"wet": True})
        assert not (await tell(home)).new
        assert view.states[MINE].changed == first.changed
        assert view.states[MINE].updated > first.updated
    async with Rehearsal(setup, broker=broker, folder=tmp_path) as home:
        view = worker(home).view
        assert view.states[MINE].state == "12"
        await home.process.calls.ask("clients", "forget_state", {"entity": MINE})
        assert MINE not in view.configs
        assert MINE not in view.states
        with pytest.raises(CallError, match="no program told"):
            await home.process.calls.ask("clients", "forget_state", {"entity": MINE})


async def test_nobody_takes_over_what_others_tell(tmp_path: Path) -> None:
    async with Rehearsal(setup, folder=tmp_path) as home:
        worker(home).view.configs["sensor.hall"] = EntityConfig("Hall", "home")
        with pytest.raises(CallError, match="told by its owner, home"):
            await tell(home, "sensor.hall")
        for entity, fields in (
            ("light.mine", {}),
            ("sensor.Hall", {}),
            (MINE, {"attributes": {"icon": 7}}),
            (MINE, {"attributes": {"text": "x" * 20_000}}),
            (MINE, {"state": "x" * 300}),
        ):
            with pytest.raises(CallError) as error:
                await tell(home, entity, **fields)
            assert error.value.error.code == "invalid"
        assert not worker(home).rows


async def test_what_a_lost_file_had_told_of_is_taken_back(tmp_path: Path) -> None:
    broker = MemoryBroker()
    async with Rehearsal(setup, broker=broker, folder=tmp_path) as home:
        await tell(home)
    (tmp_path / "clients.db").unlink()
    for rest in tmp_path.glob("clients.db-*"):
        rest.unlink()
    async with Rehearsal(setup, broker=broker, folder=tmp_path) as home:
        states, configs = home.listen(ENTITY_STATE), home.listen(ENTITY_CONFIG)
        await home.clock.advance(0.3)
        assert [one for one in (*states, *configs) if one is not None] == []
