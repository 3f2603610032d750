"""Things with a motor or a will of their own: shutter and water valve, lock, siren, robots, and the alarm panel.

Needs the timeline. Keeps where each one is and what it is at. None of them does anything unless it is told.
"""

from collections.abc import Callable
from typing import Final

from integrations.demo_home.timeline import Timeline

STEP: Final = 1.0
"""Seconds between two looks at a motor."""
MODES: Final = ("armed_home", "armed_away", "armed_night")


class Drive:
    """A motor between closed (0 %) and open (100 %); `seconds` for the whole way."""

    def __init__(self, timeline: Timeline, seconds: float, changed: Callable[[], None]) -> None:
        self.position = 100.0
        self._target = 100.0
        self._moving = False
        self._timeline = timeline
        self._pace = 100.0 * STEP / seconds
        self._changed = changed

    @property
    def state(self) -> str:
        if self._moving:
            return "opening" if self._target > self.position else "closing"
        return "open" if self.position > 0 else "closed"

    def go(self, target: float) -> None:
        self._target = target
        if not self._moving and target != self.position:
            self._moving = True
            self._timeline.after(STEP, self._move)

    def stop(self) -> None:
        self._target = self.position

    def _move(self) -> None:
        way = self._target - self.position
        self.position += max(-self._pace, min(self._pace, way))
        self._moving = self.position != self._target
        if self._moving:
            self._timeline.after(STEP, self._move)
        self._changed()


class Bolt:
    """The lock of a door: turns for a moment; does not get out while the door stands open."""

    SECONDS = 1.5

    def __init__(self, timeline: Timeline, is_open: Callable[[], bool], changed: Callable[[], None]) -> None:
        self.state = "unlocked"
        self._is_open = is_open
        self._timeline = timeline
        self._changed = changed

    def turn(self, *, lock: bool) -> None:
        self.state = "locking" if lock else "unlocking"
        self._timeline.after(self.SECONDS, self._rest)

    def by_key(self) -> None:
        """Somebody opens the door: with a key where it is locked."""
        if self.state != "unlocked":
            self.state = "unlocked"
            self._changed()

    def _rest(self) -> None:
        if self.state == "locking":
            self.state = "jammed" if self._is_open() else "locked"
        elif self.state == "unlocking":
            self.state = "unlocked"
        self._changed()


class Horn:
    """A siren: sounds for `duration` seconds."""

    TONES = ("fire", "burglar", "chirp")

    def __init__(self, timeline: Timeline, changed: Callable[[], None]) -> None:
        self.on = False
        self.tone = self.TONES[0]
        self.volume = 1.0
        self._until = 0.0
        self._timeline = timeline
        self._changed = changed

    def sound(self, duration: float) -> None:
        self.on = True
        self._until = self._timeline.now + duration
        self._timeline.at(self._until, self._end)
        self._changed()

    def silence(self) -> None:
        self.on = False
        self._changed()

    def _end(self) -> None:
        if self.on and self._timeline.now >= self._until:
            self.silence()


class Robot:
    """Cleans or mows until its battery is low, and goes back to its dock. `charge` in percent."""

    TICK = 60.0
    USE, GAIN, LOW, HOMEWARD = 1.0, 0.6, 15.0, 2
    """Percent per tick of work and of charging; when it turns back; ticks of the way home."""

    def __init__(self, timeline: Timeline, work: str, changed: Callable[[], None]) -> None:
        self.work = work
        self.state = "docked"
        self.charge = 100.0
        self._left = 0
        self._ticking = False
        self._timeline = timeline
        self._changed = changed

    def start(self) -> None:
        if self.charge > self.LOW:
            self._be(self.work)

    def pause(self) -> None:
        if self.state in (self.work, "returning"):
            self._be("paused")

    def home(self) -> None:
        if self.state != "docked":
            self._left = self.HOMEWARD
            self._be("returning")

    def stop(self) -> None:
        if self.state != "docked":
            self._be("idle")

    def _be(self, state: str) -> None:
        self.state = state
        if not self._ticking:
            self._ticking = True
            self._timeline.after(self.TICK, self._tick)

    def _tick(self) -> None:
        if self.state == "docked":
            self.charge = min(100.0, self.charge + self.GAIN)
        else:
            self.charge = max(0.0, self.charge - (self.USE if self.state in (self.work, "returning") else 0.0))
        if self.state == self.work and self.charge <= self.LOW:
            self.home()
        elif self.state == "returning":
            self._left -= 1
            if self._left <= 0:
                self.state = "docked"
        self._ticking = self.state != "docked" or self.charge < 100.0
        if self._ticking:
            self._timeline.after(self.TICK, self._tick)
        self._changed()


class Panel:
    """The alarm panel: armed after a delay to leave; an opened door is pending, then the siren sounds."""

    LEAVING, ENTERING, SOUNDING = 30.0, 20.0, 180.0

    def __init__(self, timeline: Timeline, horn: Horn, changed: Callable[[], None]) -> None:
        self.state = "disarmed"
        self._turn = 0
        self._horn = horn
        self._timeline = timeline
        self._changed = changed

    def arm(self, mode: str) -> None:
        self._become("arming")
        self._later(self.LEAVING, lambda: self._become(mode))

    def disarm(self) -> None:
        self._become("disarmed")
        self._horn.silence()

    def trigger(self) -> None:
        self._become("triggered")
        self._horn.tone = "burglar"
        self._horn.sound(self.SOUNDING)

    def opened(self) -> None:
        """Somebody opens the front door."""
        if self.state in MODES:
            self._become("pending")
            self._later(self.ENTERING, self.trigger)

    def _become(self, state: str) -> None:
        self._turn += 1
        self.state = state
        self._changed()

    def _later(self, seconds: float, action: Callable[[], None]) -> None:
        """Unless something else happens to it before."""
        turn = self._turn
        self._timeline.after(seconds, lambda: action() if self._turn == turn else None)
