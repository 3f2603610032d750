"""Changed modules are told once they rest, and not while they are no Python."""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from homeserver.runtime.clock import VirtualClock
from homeserver.runtime.sources import EVERY, Sources


class Desk:
    """A folder of modules that somebody works on."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = VirtualClock()
        self.said: list[str] = []
        self.reloads: list[list[str]] = []
        self._count = 0
        self.write("a.py", "x = 1")
        self.sources = Sources([folder], self.clock, self.said.append)

    def write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        self._count += 1
        os.utime(path, (self._count, self._count))

    async def reload(self, paths: list[Path]) -> None:
        self.reloads.append([path.relative_to(self.folder).as_posix() for path in paths])

    async def looks(self, count: int = 1) -> None:
        await self.clock.advance(count * EVERY)


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    made = Desk(tmp_path)
    watching = asyncio.create_task(made.sources.watch(made.reload))
    yield made
    watching.cancel()


async def test_what_changed_is_told_once_it_rests(desk: Desk) -> None:
    await desk.looks(3)
    assert desk.reloads == []
    desk.write("a.py", "x = 2")
    await desk.looks()
    desk.write("deep/b.py", "y = 1")
    await desk.looks()
    assert desk.reloads == [], "it is still being written"
    await desk.looks()
    assert desk.reloads == [["a.py", "deep/b.py"]]
    await desk.looks(3)
    assert len(desk.reloads) == 1


async def test_what_is_removed_counts_and_what_is_no_module_does_not(desk: Desk) -> None:
    desk.write("notes.txt", "nothing")
    await desk.looks(2)
    assert desk.reloads == []
    (desk.folder / "a.py").unlink()
    await desk.looks(2)
    assert desk.reloads == [["a.py"]]


async def test_half_a_module_starts_nothing(desk: Desk) -> None:
    desk.write("a.py", "def (")
    await desk.looks(2)
    assert desk.reloads == []
    assert "a.py is no Python yet" in desk.said[0]
    desk.write("a.py", "x = 3")
    await desk.looks(2)
    assert desk.reloads == [["a.py"]]
