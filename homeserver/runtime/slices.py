"""Long work in the loop, a slice at a time: a command does not wait for an import of thousands of things.

Work is an iterator that does a little at each step. Whatever it looks at may be other than it was after each slice.
"""

import asyncio
from collections.abc import Callable, Iterator
from time import monotonic
from typing import Final

_LONGEST: Final = 0.005
"""Seconds of work at a stretch."""


def one_slice(work: Iterator[None]) -> bool:
    """Work for a while; tells whether all of it is done."""
    until = monotonic() + _LONGEST
    return all(monotonic() < until for _ in work)


async def in_slices(work: Iterator[None], still: Callable[[], bool] = lambda: True) -> bool:
    """Work to the end with a turn for all others after each slice; False once it is not to go on any more."""
    while not one_slice(work):
        await asyncio.sleep(0)
        if not still():
            return False
    return True
