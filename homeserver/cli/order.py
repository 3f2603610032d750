"""The order of what happened: causes before effects, though each kind of message has its own way to the broker.

A state is said at once after a silence and in windows else, a command with the next turn of its process; so either may
overtake the other by some hundredths of a second. Keeps what came within the last `HOLD` seconds.
"""

from collections.abc import Callable
from typing import Final

from homeserver.cli.happenings import Happening
from homeserver.runtime.clock import Clock

HOLD: Final = 0.1
"""Seconds that everything is held back. A state waits 0.05 s for its window, up to 0.25 s in a home under load."""


class CausalOrder:
    """Tells each happening `HOLD` seconds after it came, or earlier where something follows from it."""

    def __init__(self, clock: Clock, tell: Callable[[Happening], None]) -> None:
        self._clock = clock
        self._tell = tell
        self._held: dict[object, list[Happening]] = {}

    def add(self, happening: Happening) -> None:
        key = happening.cause or object()
        self._held.setdefault(key, []).append(happening)
        self._clock.call_later(HOLD, self._release, key)

    def _release(self, key: object) -> None:
        """Tell what has this cause, and before it what is held of the causes that it follows from."""
        lines: list[Happening] = []
        while group := self._held.pop(key, None):
            lines = sorted(group, key=_is_state) + lines
            key = group[0].parent
        for one in lines:
            self._tell(one)


def _is_state(happening: Happening) -> bool:
    """An owner may put a state down to the command's own cause: then the command comes first."""
    return happening.kind == "state"
