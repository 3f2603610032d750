"""How much of the home's time the templates of one person may take, however many of them there are.

A single rendering is bounded by the sandbox; a thousand of them, each within its bounds, would still leave no time for
anybody else. So each person has a bucket of processor time that fills with what his templates take and empties as time
goes by. Needs the process's clock; keeps one bucket for each person who lets templates run.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from homeserver.runtime.clock import Clock
from homeserver.view.bounds import BoundError

BURST: Final = 0.5
"""Seconds of processor time that may be taken at once: for so long, and one rendering more, everybody else may wait."""
SHARE: Final = 0.2
"""Of the time, what may be taken for long."""


class Allowance:
    """Of one person. `check` before the work, `spend` after it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._taken = 0.0
        self._then = clock.monotonic()

    def wait(self) -> float:
        """Seconds until there is time again; 0 where there is some now."""
        now = self._clock.monotonic()
        self._taken, self._then = max(0.0, self._taken - (now - self._then) * SHARE), now
        return max(0.0, (self._taken - BURST) / SHARE)

    def check(self) -> None:
        """Raises `BoundError` where there is none."""
        if wait := self.wait():
            told = f"your templates took more than {SHARE:.0%} of the home's time: loop over less, or less often"
            raise BoundError(f"{told}; there is time again in {wait:.0f} s")

    def spend(self, seconds: float) -> None:
        """So much processor time was taken."""
        self._taken += seconds


@contextmanager
def paid_by(allowance: Allowance | None) -> Iterator[None]:
    """Take the time of what is done meanwhile from it, if there is one; raises `BoundError` where it is used up."""
    if allowance is None:
        yield
        return
    allowance.check()
    began = time.thread_time()
    try:
        yield
    finally:
        allowance.spend(time.thread_time() - began)


class Allowances:
    """`of` gives that of a login, the same one each time."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._of: dict[str, Allowance] = {}

    def of(self, login: str) -> Allowance:
        return self._of.setdefault(login, Allowance(self._clock))
