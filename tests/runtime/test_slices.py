"""Long work gives others their turn, and ends when it is not to go on."""

import asyncio
from collections.abc import Iterator

import pytest

from homeserver.runtime import slices
from homeserver.runtime.slices import in_slices, one_slice


def work(done: list[int]) -> Iterator[None]:
    for number in range(5):
        done.append(number)
        yield


def test_what_fits_into_a_slice_is_done_at_once() -> None:
    done: list[int] = []
    assert one_slice(work(done))
    assert done == [0, 1, 2, 3, 4]


async def test_others_have_their_turn_after_each_slice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slices, "_LONGEST", 0.0)
    done: list[int] = []
    seen: list[int] = []
    task = asyncio.create_task(in_slices(work(done)))
    while not task.done():
        await asyncio.sleep(0)
        seen.append(len(done))
    assert await task
    assert set(seen) == {1, 2, 3, 4, 5}


async def test_it_ends_once_it_is_not_to_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slices, "_LONGEST", 0.0)
    done: list[int] = []
    assert not await in_slices(work(done), lambda: len(done) < 2)
    assert done == [0, 1]
