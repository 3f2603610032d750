"""The lobby: room for so many, the slow make room, nobody is sent away before their time."""

import asyncio

import pytest

from homeserver.runtime.broker import lobby
from homeserver.runtime.broker.lobby import Lobby


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lobby, "MOST", 2)
    monkeypatch.setattr(lobby, "HURRY", 0.1)


async def dawdle() -> None:
    await asyncio.Event().wait()


async def test_it_is_full_until_somebody_leaves_or_was_too_slow() -> None:
    place, loop = Lobby(), asyncio.get_running_loop()
    guests = [asyncio.create_task(dawdle()) for _ in range(3)]
    for guest in guests[:2]:
        await place.room()
        place.enter(guest)
    waiting = asyncio.create_task(place.room())
    await asyncio.sleep(0)
    assert not waiting.done()
    place.leave(guests[1])
    await waiting
    place.enter(guests[2])
    assert len(place) == 2
    began = loop.time()
    await place.room()
    assert 0 < loop.time() - began < 1
    await asyncio.sleep(0)
    assert [guest.cancelled() for guest in guests] == [True, False, False], "the one who was there longest"
    for guest in guests[1:]:
        guest.cancel()
