"""Lamps: brightness, colour temperature, fading, and the power that they draw.

Needs the timeline and a load on the meter each. Keeps what is set and what is shining now.
"""

from collections.abc import Callable
from typing import Final

from homeserver.topics.record import record
from integrations.demo_home.electricity import Load
from integrations.demo_home.timeline import Timeline

FADE_STEPS: Final = 20
WARM, COLD = 454, 153
"""Mireds: 2,200 K and 6,500 K."""


@record
class Bulb:
    """What a lamp is made of. `watts` at full brightness, `standby` when off, `fade` its usual seconds to change."""

    key: str
    room: str
    watts: float
    lumens: float
    standby: float = 0.4
    fade: float = 0.4


@record
class Wish:
    """What a lamp is told: only what is not None. `brightness` 0 to 1, `mired`, `transition` s."""

    on: bool | None = None
    brightness: float | None = None
    mired: int | None = None
    transition: float | None = None


class Lamp:
    """`on`, `brightness` and `mired` are what is set; `shining` (0 to 1) is what is seen while it fades."""

    def __init__(self, bulb: Bulb, timeline: Timeline, load: Load, changed: Callable[[], None]) -> None:
        self.bulb = bulb
        self.on = False
        self.brightness = 1.0
        self.mired = 370
        self.shining = 0.0
        self._timeline = timeline
        self._load = load
        self._changed = changed
        self._fade = 0
        load.draw(bulb.standby)

    @property
    def lumens(self) -> float:
        return self.bulb.lumens * self.shining

    def set(self, wish: Wish) -> None:
        """A wish for brightness 0 is a wish for off; the brightness of before is kept for the next time."""
        if wish.mired is not None:
            self.mired = max(COLD, min(WARM, wish.mired))
        on = wish.on
        if wish.brightness is not None:
            if wish.brightness <= 0:
                on = False
            else:
                self.brightness = min(1.0, wish.brightness)
                on = True if on is None else on
        if on is not None:
            self.on = on
        self._fade += 1
        seconds = self.bulb.fade if wish.transition is None else wish.transition
        self._shine(self._fade, FADE_STEPS if seconds > 1 else 1, seconds / FADE_STEPS)
        self._changed()

    def toggle(self) -> None:
        self.set(Wish(on=not self.on))

    def _shine(self, fade: int, left: int, pause: float) -> None:
        """Go one of `left` steps towards what is set, unless something newer was set meanwhile."""
        if fade != self._fade:
            return
        goal = self.brightness if self.on else 0.0
        self.shining += (goal - self.shining) / left
        self._load.draw(self.bulb.standby + self.bulb.watts * self.shining)
        if left > 1:
            self._timeline.after(pause, lambda: self._shine(fade, left - 1, pause))
        else:
            self.shining = goal
            self._load.draw(self.bulb.standby + self.bulb.watts * goal)
