"""Sensors that something happens to: motion is seen, a door opens, a bell is rung.

Needs the timeline. Keeps what each one says now.
"""

from collections.abc import Callable

from integrations.demo_home.timeline import Timeline


class Motion:
    """A passive infrared sensor: says `seen` until nothing has moved for `hold` seconds."""

    def __init__(self, timeline: Timeline, hold: float, changed: Callable[[], None]) -> None:
        self.seen = False
        self.hold = hold
        self.count = 0
        self._timeline = timeline
        self._changed = changed
        self._until = 0.0

    def trigger(self) -> None:
        self._until = self._timeline.now + self.hold
        if not self.seen:
            self.seen = True
            self.count += 1
            self._timeline.at(self._until, self._check)
            self._changed()

    def _check(self) -> None:
        if self._timeline.now >= self._until:
            self.seen = False
            self._changed()
        else:
            self._timeline.at(self._until, self._check)


class Opening:
    """A door or a window."""

    def __init__(self, changed: Callable[[bool], None]) -> None:
        self.open = False
        self.count = 0
        self._changed = changed

    def set(self, is_open: bool) -> None:
        if is_open != self.open:
            self.open = is_open
            self.count += is_open
            self._changed(is_open)


class Bell:
    """The bell at the front door with its chime: `pressed` for a moment; `rings` counts what was heard."""

    PRESS_SECONDS = 2.0
    MELODIES = ("westminster", "ding_dong", "marimba", "alarm")

    def __init__(self, timeline: Timeline, changed: Callable[[], None]) -> None:
        self.pressed = False
        self.melody = self.MELODIES[1]
        self.volume = 60
        self.rings = 0
        self._timeline = timeline
        self._changed = changed

    def press(self) -> None:
        """Somebody stands outside and rings."""
        self.pressed = True
        self.ring()
        self._timeline.after(self.PRESS_SECONDS, self._release)

    def ring(self) -> None:
        """The chime sounds, whoever wanted it."""
        self.rings += 1
        self._changed()

    def _release(self) -> None:
        self.pressed = False
        self._changed()
