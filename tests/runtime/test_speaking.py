"""Speaking for people: only for who exists, and only once the broker lets it through."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from homeserver.runtime.house import House, UndeclaredError
from homeserver.runtime.memory_broker import Access, MemoryBroker
from homeserver.runtime.rehearsal import Rehearsal
from homeserver.runtime.worker import EVERYBODY, Worker
from homeserver.topics.call import CallError
from homeserver.topics.entity import COMMAND
from homeserver.topics.person import Person

ANNA = Person("Anna", "adult")


class Door(Worker):
    """Speaks for everybody."""

    name = "door"
    says = (COMMAND,)
    speaks_for = ("person.owner", EVERYBODY)


class Wall(Worker):
    """Speaks for nobody."""

    name = "wall"
    says = (COMMAND,)


def door(house: House) -> Door:
    return Door(house)


def wall(house: House) -> Wall:
    return Wall(house)


@pytest.fixture
async def home() -> AsyncIterator[Rehearsal]:
    """At a broker whose list lets the door speak as the owner alone."""
    own = ("process/door/status", "process/door/fence", "worker/#", "process/door/voice/person.ben")
    everything: Access = (("#",), ("#",))
    access: dict[str, Access] = {
        "device.rehearsal": everything,
        "process.door": (("#",), tuple(f"homeserver/{part}" for part in own)),
    }
    async with Rehearsal(door, broker=MemoryBroker(access), process="door") as home:
        yield home


def let(home: Rehearsal, login: str) -> None:
    """As the keeper does."""
    assert home.broker.access is not None
    read, write = home.broker.access["process.door"]
    home.broker.access["process.door"] = (read, (*write, f"homeserver/process/door/voice/{login}"))


async def speak(home: Rehearsal, login: str) -> str:
    """`yes`, or why not."""
    asking: asyncio.Task[Any] = asyncio.create_task(home.process.speak_for(login))
    for _ in range(40):
        await home.clock.advance(0.1)
        await asyncio.sleep(0)
        if asking.done():
            break
    else:
        asking.cancel()
        return "waits"
    error = asking.exception()
    return "yes" if error is None else error.error.code if isinstance(error, CallError) else type(error).__name__


async def test_only_who_exists_and_is_let_through(home: Rehearsal) -> None:
    people = home.process.calls.people
    assert await speak(home, "person.owner") == "yes"
    assert await speak(home, "process.core") == "denied"
    assert await speak(home, "person.anna") == "denied"
    people.learn("anna", ANNA)
    await home.clock.advance(5)
    assert "person.anna" not in home.bus.logins, "the broker does not let it through yet"
    let(home, "person.anna")
    await home.clock.advance(1)
    assert await speak(home, "person.anna") == "yes"
    people.learn("anna", Person("Anna", "child"))
    assert await speak(home, "person.anna") == "yes"
    people.learn("anna", None)
    assert await speak(home, "person.anna") == "denied"
    people.learn("ben", ANNA)
    assert await speak(home, "person.ben") == "yes"
    people.learn("owner", None)
    assert await speak(home, "person.owner") == "yes"


async def test_who_was_there_before_the_worker_is_spoken_for_too() -> None:
    async with Rehearsal(wall) as home:
        home.process.calls.people.learn("anna", ANNA)
        home.process._load = {"door": door}.__getitem__
        await home.process.start("door")
        await home.clock.advance(1)
        assert await speak(home, "person.anna") == "yes"


async def test_a_worker_that_does_not_say_so_speaks_for_nobody() -> None:
    async with Rehearsal(wall) as home:
        home.process.calls.people.learn("anna", ANNA)
        assert await speak(home, "person.anna") == "UndeclaredError"
        worker = home.process.hosted["wall"].worker
        assert worker is not None
        with pytest.raises(UndeclaredError):
            await worker.house.command("light.hall", "turn_on", {}, login="person.anna")
