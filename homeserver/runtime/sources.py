"""Watches Python files for whoever works on them: tells once they have changed and rest again.

Looks at their times, once a second: a few milliseconds for the whole house, and no library more. Keeps them.
"""

import ast
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Final

from homeserver.runtime.clock import Clock

EVERY: Final = 1.0
"""Seconds between two looks; a file that is being written is looked at again before anything is done."""
Times = dict[Path, int]


class Sources:
    """The modules below some folders, or single ones. `say` is told what cannot be loaded."""

    def __init__(self, places: list[Path], clock: Clock, say: Callable[[str], None]) -> None:
        self._places = places
        self._clock = clock
        self._say = say
        self._known = self._look()

    def _look(self) -> Times:
        return {path: time for place in self._places for path, time in _times(place)}

    def changed(self) -> list[Path]:
        """What is new, other or gone since the last time that this was asked."""
        before, self._known = self._known, self._look()
        everything = before.keys() | self._known.keys()
        return sorted(path for path in everything if before.get(path) != self._known.get(path))

    async def watch(self, reload: Callable[[list[Path]], Awaitable[None]]) -> None:
        """Call `reload` after each change, once nothing changed for a moment and all of it is Python."""
        waiting: set[Path] = set()
        while True:
            await self._clock.sleep(EVERY)
            fresh = self.changed()
            waiting |= set(fresh)
            if fresh or not waiting:
                continue
            faults = [fault for path in sorted(waiting) if (fault := _fault(path))]
            if not faults:
                await reload(sorted(waiting))
            for fault in faults:
                self._say(fault)
            waiting = set()


def _times(place: Path) -> Iterator[tuple[Path, int]]:
    for path in place.rglob("*.py") if place.is_dir() else (place,):
        try:
            yield path, path.stat().st_mtime_ns
        except OSError:
            continue  # it went away between the listing and the look


def _fault(path: Path) -> str:
    """Why a file cannot be loaded, in words; "" where it can, or is gone."""
    try:
        ast.parse(path.read_bytes(), str(path))
    except (SyntaxError, ValueError) as error:
        return f"{path.name} is no Python yet: {error}; nothing is started anew"
    except OSError:
        return ""
    return ""
