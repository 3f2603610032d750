"""Time, as a thing that can be handed in: the real clock, and a virtual one that tests and replays move by hand."""

import asyncio
import heapq
import itertools
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol


class Timer(Protocol):
    """A pending call that can be taken back."""

    def cancel(self) -> None: ...


class Clock(Protocol):
    """Where the time comes from. `now` is UTC; `monotonic` counts seconds and never jumps."""

    def now(self) -> datetime: ...
    def monotonic(self) -> float: ...
    def call_later(self, delay: float, function: Callable[..., Any], *args: Any) -> Timer: ...
    async def sleep(self, delay: float) -> None: ...


class RealClock:
    """The machine's clock and the running event loop's timers."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    def call_later(self, delay: float, function: Callable[..., Any], *args: Any) -> Timer:
        return asyncio.get_running_loop().call_later(delay, function, *args)

    async def sleep(self, delay: float) -> None:
        await asyncio.sleep(delay)


class _VirtualTimer:
    __slots__ = ("args", "cancelled", "function")

    def __init__(self, function: Callable[..., Any], args: tuple[Any, ...]) -> None:
        self.function = function
        self.args = args
        self.cancelled = False

    def cancel(self) -> None:
        self.cancelled = True


class VirtualClock:
    """A clock that stands still until `advance` moves it; timers fire in order, each at its own time."""

    def __init__(self, start: datetime = datetime(2026, 1, 5, 7, 0, tzinfo=UTC)) -> None:
        self._start = start
        self._elapsed = 0.0
        self._order = itertools.count()
        self._timers: list[tuple[float, int, _VirtualTimer]] = []

    def now(self) -> datetime:
        return self._start + timedelta(seconds=self._elapsed)

    def monotonic(self) -> float:
        return self._elapsed

    def call_later(self, delay: float, function: Callable[..., Any], *args: Any) -> Timer:
        timer = _VirtualTimer(function, args)
        heapq.heappush(self._timers, (self._elapsed + max(0.0, delay), next(self._order), timer))
        return timer

    async def sleep(self, delay: float) -> None:
        woken = asyncio.get_running_loop().create_future()
        timer = self.call_later(delay, _wake, woken)
        try:
            await woken
        finally:
            timer.cancel()

    def set(self, now: datetime) -> None:
        """Be at another moment; what is to come after some seconds still comes after so many."""
        self._start = now.astimezone(UTC) - timedelta(seconds=self._elapsed)

    async def advance(self, seconds: float) -> None:
        """Move on by `seconds`, letting everything that is due happen on the way, in order."""
        end = self._elapsed + seconds
        await settle()
        while self._timers and self._timers[0][0] <= end:
            self._elapsed, _, timer = heapq.heappop(self._timers)
            if not timer.cancelled:
                timer.function(*timer.args)
                await settle()
        self._elapsed = end
        await settle()


def _wake(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)


async def settle(turns: int = 100) -> None:
    """Let what is ready run until nothing is: a chain of tasks needs one turn of the loop for each link."""
    ready = getattr(asyncio.get_running_loop(), "_ready", None)  # asyncio's own queue; uvloop shows none
    for _ in range(turns):
        await asyncio.sleep(0)
        if ready is not None and not ready:
            return
