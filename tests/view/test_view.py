"""The live picture: what is so, who is told, and who is not."""

from typing import Any

import pytest

from homeserver.runtime.clock import settle
from homeserver.runtime.heard import Heard
from homeserver.runtime.memory_broker import MemoryBroker
from homeserver.runtime.rehearsal import Rehearsal
from homeserver.topics.entity import ENTITY_CONFIG, EntityConfig, EntityState
from homeserver.view.template_functions import template_functions
from tests.view.things import Things, setup


def seen(into: list[Any]) -> Any:
    def watch(entity_id: str, old: EntityState | None, new: EntityState | None, heard: Heard) -> None:
        into.append((entity_id, old and old.state, new and new.state))

    return watch


async def test_shows_what_is_so(things: Things) -> None:
    view = things.view
    assert view.states["light.lamp"].state == "on"
    assert view.name("light.strip") == "Kitchen strip"
    assert view.name("light.lamp") == "Lamp"
    assert view.name("sensor.not_there") == "not there"
    assert view.device_of("sensor.power") == "d1"
    assert view.area_of("sensor.power") == "living_room"
    assert view.area_of("light.strip") == "kitchen"
    assert sorted(view.known()) == ["light.lamp", "light.strip", "sensor.power", "switch.secret"]


async def test_tells_watchers_at_once_and_in_order(things: Things) -> None:
    one: list[Any] = []
    every: list[Any] = []
    stop = things.view.watch("light.lamp", seen(one))
    things.view.watch_all(seen(every))
    things.state("light.lamp", "off")
    things.state("light.strip", "on")
    things.state("light.lamp", None)
    assert one == [("light.lamp", "on", "off"), ("light.lamp", "off", None)]
    assert every == [("light.lamp", "on", "off"), ("light.strip", "off", "on"), ("light.lamp", "off", None)]
    stop()
    things.state("light.lamp", "on")
    assert len(one) == 2
    assert every[-1] == ("light.lamp", None, "on")


async def test_a_watcher_that_fails_keeps_nothing_from_the_others(things: Things) -> None:
    def fail(*_: Any) -> None:
        raise KeyError("a bug")

    failures: list[str] = []
    things.house._bus.failed = lambda name, error, message, heard: failures.append(f"{type(error).__name__}")
    told: list[Any] = []
    for watcher in (seen(told), fail, fail, seen(told)):
        things.view.watch("light.lamp", watcher)
    things.state("light.lamp", "off")
    assert told == [("light.lamp", "on", "off")] * 2
    assert failures == ["KeyError"]


async def test_what_was_so_already_is_known_and_told_to_nobody() -> None:
    broker = MemoryBroker()
    async with Rehearsal(setup, broker=broker) as first:
        worker = first.process.hosted["things"].worker
        assert isinstance(worker, Things)
        worker.furnish()
        await settle()
        async with Rehearsal(setup, broker=broker, process="other") as second:
            other = second.process.hosted["things"].worker
            assert isinstance(other, Things)
            told: list[Any] = []
            other.view.watch_all(seen(told))
            await other.house.snapshot()
            await settle()
            assert other.view.states["light.lamp"].state == "on"
            assert told == []


async def test_state_objects_have_the_documented_parts(things: Things) -> None:
    state = things.view.state("sensor.power")
    assert state is not None
    assert (state.domain, state.object_id, state.name, state.state) == ("sensor", "power", "Power", "12")
    assert state.attributes == {"friendly_name": "Power", "device_class": "power", "unit_of_measurement": "W"}
    assert state.state_with_unit == "12 W"
    assert state.last_changed == state.last_updated
    assert state == things.view.state("sensor.power")
    things.state("sensor.power", "13")
    assert state != things.view.state("sensor.power")
    assert things.view.state("sensor.nope") is None


async def test_with_its_unit_a_state_has_the_digits_that_people_want(things: Things) -> None:
    config = EntityConfig("Power", "things", unit="W", capabilities={"display_precision": 1})
    things.house.say(ENTITY_CONFIG, config, "sensor", "power")
    things.state("sensor.power", "12.345")
    await settle()
    state = things.view.state("sensor.power")
    assert state is not None
    assert (state.state, state.displayed, state.state_with_unit) == ("12.345", "12.3", "12.3 W")
    ask = template_functions(things.view)["states"]
    told = [ask("sensor.power"), ask("sensor.power", rounded=True), ask("sensor.power", with_unit=True)]
    assert told == ["12.345", "12.3", "12.3 W"]


@pytest.mark.parametrize("attribute", ["unit_of_measurement", "friendly_name"])
async def test_what_the_owner_says_stands_before_the_configuration(things: Things, attribute: str) -> None:
    things.state("sensor.power", "13", **{attribute: "own"})
    state = things.view.state("sensor.power")
    assert state is not None
    assert state.attributes[attribute] == "own"
