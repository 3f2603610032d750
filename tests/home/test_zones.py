"""Zones are entities: the home's own follows its settings, the others are made, changed and taken away by people."""

from pathlib import Path
from typing import Any

import pytest

from homeserver.runtime.memory_broker import MemoryBroker
from homeserver.topics.call import CallError
from homeserver.topics.entity import ENTITY_CONFIG, ENTITY_STATE, EntityConfig, EntityState
from homeserver.topics.topic import Topic
from tests.home.stage import Stage, memory_stage


async def ask(stage: Stage, verb: str, **fields: Any) -> Any:
    found = await stage.process.calls.ask("home", verb, fields)
    await stage.quiet()
    return found


def said(stage: Stage, topic: Topic[Any], id: str) -> Any:
    fact = stage.bus.present.get(topic.address(("zone", id)))
    return fact.message if fact is not None else None


def config(stage: Stage, id: str) -> EntityConfig | None:
    found: EntityConfig | None = said(stage, ENTITY_CONFIG, id)
    return found


def state(stage: Stage, id: str) -> EntityState:
    found: EntityState = said(stage, ENTITY_STATE, id)
    return found


async def test_the_homes_own_place_follows_the_settings(stage: Stage) -> None:
    home = stage.process.settings.home
    assert state(stage, "home").attributes == {
        "latitude": home.latitude,
        "longitude": home.longitude,
        "radius": 100.0,
        "passive": False,
        "persons": [],
    }
    for fields in ({"zone": "home", "radius": 5}, {"name": "Home", "latitude": 1, "longitude": 1}):
        with pytest.raises(CallError, match=r"zone\.home follows the settings"):
            await ask(stage, "edit_zone", **fields)


async def test_a_zone_is_made_changed_renamed_taken_away_and_comes_back(stage: Stage) -> None:
    made = await ask(stage, "edit_zone", name="Süd", latitude=0.0, longitude=-7.5, icon="mdi:x")
    assert made.thing == "zone.sud"
    assert state(stage, "sud").attributes["latitude"] == 0.0
    first = state(stage, "sud")
    await stage.virtual.advance(60)
    await ask(stage, "edit_zone", zone="sud", radius=12.5, passive=True)
    now = state(stage, "sud")
    assert (now.attributes["radius"], now.attributes["passive"]) == (12.5, True)
    assert (now.changed, now.updated > first.updated) == (first.changed, True), "nobody came or went"
    await ask(stage, "edit_zone", zone="sud", id="south", name="South")
    assert config(stage, "sud") is None
    assert config(stage, "south") == EntityConfig("South", "home", unique_id="south", icon="mdi:x")
    await ask(stage, "remove", thing="zone.south")
    assert config(stage, "south") is None
    await ask(stage, "undo")
    assert config(stage, "south") is not None


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"name": "X", "latitude": 1}, "needs `latitude` and `longitude`"),
        ({"latitude": 1, "longitude": 1}, "a new zone needs a name"),
        ({"name": "X", "latitude": 91, "longitude": 1}, "latitude"),
        ({"name": "X", "latitude": 1, "longitude": 1, "radius": 0}, "radius"),
        ({"zone": "nowhere", "radius": 1}, "there is no zone nowhere"),
    ],
)
async def test_what_makes_no_zone(stage: Stage, fields: dict[str, Any], reason: str) -> None:
    with pytest.raises(CallError, match=reason):
        await ask(stage, "edit_zone", **fields)


async def test_a_restart_says_the_same_and_takes_back_what_is_no_more(tmp_path: Path) -> None:
    broker = MemoryBroker()
    async with memory_stage(tmp_path, broker) as stage:
        await ask(stage, "edit_zone", name="Work", latitude=1, longitude=2)
        before, clock = state(stage, "work"), stage.virtual
    await clock.advance(3600)
    async with memory_stage(tmp_path, broker, clock) as stage:
        assert state(stage, "work") == before
        stage.home.journal.words.pop(("zone", "work"))
        stage.home.turn.write("DELETE FROM word WHERE kind = 'zone'")
    async with memory_stage(tmp_path, broker) as stage:
        assert config(stage, "work") is None
        assert config(stage, "home") is not None


async def test_a_zone_counts_who_says_that_he_is_there(stage: Stage) -> None:
    await ask(stage, "edit_zone", name="Work", latitude=1, longitude=2)
    now = stage.virtual.now()

    async def says(person: str, where: str | None) -> None:
        said = None if where is None else EntityState(where, {}, now, now)
        stage.bus.say(ENTITY_STATE, said, ("person", person))
        await stage.quiet()

    for person, where in (("anna", "home"), ("ben", "Work"), ("carl", "work"), ("dora", "not_home")):
        await says(person, where)
    assert (state(stage, "home").state, state(stage, "home").attributes["persons"]) == ("1", ["person.anna"])
    assert (state(stage, "work").state, state(stage, "work").attributes["persons"]) == (
        "2",
        ["person.ben", "person.carl"],
    )
    await says("ben", "home")
    await says("carl", None)
    assert (state(stage, "home").state, state(stage, "work").state) == ("2", "0")
