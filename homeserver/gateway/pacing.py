"""Wishes on their way to a network that is slow and loses things: the last wish counts, nobody waits for one device.

A wish is for one attribute of one device. While it waits, a later one takes its place; while it is on its way, the
later one stands behind it. Devices take turns, each has one wish on its way at most, all together no more than the
radio bears. What did not arrive is tried again, after growing pauses, until its time is up. Needs a clock and a way to
start work; keeps what is not done.
"""

from asyncio import Future, Task, get_running_loop
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Final

from homeserver.runtime.clock import Clock, Timer
from homeserver.topics.record import record

FIRST_PAUSE: Final = 0.1
"""Seconds before the second try; each further pause is twice as long."""
LONGEST_PAUSE: Final = 5.0
MOST: Final = 1000
"""Wishes that may wait; more are refused at once."""
SUPERSEDED: Final = "a later command took its place"
_AGAIN: Final = "again"
Try = Callable[[], Awaitable[None]]
"""Sends something and returns when it is confirmed; raises `LostError` or `RefusedError`."""
Start = Callable[[Coroutine[Any, Any, None], str], Task[None]]


class LostError(Exception):
    """A try that did not succeed, where another one may: no acknowledgement, no answer. The text says what is known."""


class RefusedError(Exception):
    """The device or the gateway will not do it, now or later; the text says why."""


@record
class Pace:
    """What a radio bears: `at_once` devices with something on its way, `seconds` between the starts of two tries."""

    at_once: int = 6
    seconds: float = 0.02


class _Wish:
    """What is wished of one attribute. `done`: an empty text, or why not."""

    __slots__ = ("done", "expiry", "failures", "fault", "try_once")

    def __init__(self, try_once: Try) -> None:
        self.try_once = try_once
        self.done: Future[str] = get_running_loop().create_future()
        self.expiry: Timer | None = None
        self.failures = 0
        self.fault = "it could not be sent in time"

    def end(self, why: str) -> None:
        if self.expiry is not None:
            self.expiry.cancel()
        if not self.done.done():
            self.done.set_result(why)


class Pacer:
    """`wish`; the future holds an empty text when it is confirmed, else why it never will be."""

    def __init__(self, clock: Clock, start: Start, pace: Pace) -> None:
        self._clock = clock
        self._start = start
        self._pace = pace
        self._waiting: dict[str, dict[str, _Wish]] = {}
        """Of each device its wishes by attribute, oldest first; the device whose turn is next comes first."""
        self._resting: dict[str, float] = {}
        """Devices that are not tried before a moment, for a try of theirs has failed."""
        self._busy: set[str] = set()
        self._next = 0.0
        self._timer: Timer | None = None
        self._paused = ""
        self.tries = 0
        """How often something was sent since the start."""

    @property
    def waiting(self) -> int:
        """How many wishes are not on their way yet."""
        return sum(map(len, self._waiting.values()))

    def wish(self, device: str, attribute: str, try_once: Try, ttl: float) -> Future[str]:
        """Have `try_once` carried out until it succeeds, within `ttl` seconds. Raises `RefusedError` where too many
        wait already."""
        rows = self._waiting.get(device, {})
        before = rows.pop(attribute, None)
        if before is None and self.waiting >= MOST:
            raise RefusedError(f"{MOST} commands wait for the radio already")
        if before is not None:
            before.end(SUPERSEDED)
        wish = _Wish(try_once)
        wish.expiry = self._clock.call_later(ttl, self._expire, device, attribute, wish)
        self._waiting.setdefault(device, rows)[attribute] = wish
        self._resting.pop(device, None)  # a new wish is a reason to try at once
        self._go_on()
        return wish.done

    def forget(self, device: str, why: str) -> None:
        """The device is no more."""
        for wish in self._waiting.pop(device, {}).values():
            wish.end(why)

    def pause(self, why: str) -> None:
        """The radio is away: what is wished waits, as long as it may, and is then given up with this reason."""
        self._paused = why

    def resume(self) -> None:
        self._paused = ""
        self._resting.clear()
        self._go_on()

    def _expire(self, device: str, attribute: str, wish: _Wish) -> None:
        rows = self._waiting.get(device, {})
        if rows.get(attribute) is wish:
            del rows[attribute]
            if not rows:
                del self._waiting[device]
        wish.end(self._paused or wish.fault)

    # -- turns

    def _go_on(self) -> None:
        """Start what may be started now, and come back when something else may."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        while not self._paused and len(self._busy) < self._pace.at_once:
            now = self._clock.monotonic()
            device = self._turn(now)
            if device is None:
                self._come_back(self._rests_until(), now)
                return
            if now < self._next:
                self._come_back(self._next, now)
                return
            self._next = now + self._pace.seconds
            self._begin(device)

    def _turn(self, now: float) -> str | None:
        free = (one for one in self._waiting if one not in self._busy and self._resting.get(one, now) <= now)
        return next(free, None)

    def _rests_until(self) -> float | None:
        return min((self._resting[one] for one in self._waiting if one in self._resting), default=None)

    def _come_back(self, then: float | None, now: float) -> None:
        if then is not None:
            self._timer = self._clock.call_later(max(0.0, then - now), self._go_on)

    def _begin(self, device: str) -> None:
        rows = self._waiting.pop(device)
        attribute = next(iter(rows))
        wish = rows.pop(attribute)
        if rows:
            self._waiting[device] = rows  # behind all others
        self._resting.pop(device, None)
        self._busy.add(device)
        self._start(self._try(device, attribute, wish), f"command to {device}")

    async def _try(self, device: str, attribute: str, wish: _Wish) -> None:
        why = "the gateway broke over it; the log says how"
        try:
            self.tries += 1
            await wish.try_once()
            why = ""
        except RefusedError as error:
            why = str(error)
        except LostError as error:
            wish.fault = str(error)
            why = self._again(device, attribute, wish)
        finally:
            self._busy.discard(device)
            if why != _AGAIN:
                wish.end(why)
            self._go_on()

    def _again(self, device: str, attribute: str, wish: _Wish) -> str:
        """Put it back, before what else the device is to do, unless it is too late or a later one has come."""
        if wish.done.done():
            return wish.fault
        rows = self._waiting.get(device, {})
        if attribute in rows:
            return SUPERSEDED
        self._waiting[device] = {attribute: wish} | rows
        pause = min(FIRST_PAUSE * 2**wish.failures, LONGEST_PAUSE)
        wish.failures += 1
        self._resting[device] = self._clock.monotonic() + pause
        return _AGAIN
