"""What moves and dries the air: the standing fan of the bedroom and the dehumidifier of the bathroom.

Needs a load on the meter each, and the room that is dried. Keeps what is set. Watts, g/s, relative humidity in %.
"""

from collections.abc import Callable
from typing import Final, NamedTuple

from integrations.demo_home.electricity import Load
from integrations.demo_home.rooms import Room

SPEEDS: Final = 6
BREEZES: Final = ("natural", "sleep")
"""Presets: it breathes as wind does, or turns ever so slowly."""
_STANDBY: Final = 0.6
_FULL: Final = 42.0
_SWING: Final = 3.0
"""W of the motor that turns it from side to side."""
_PART: Final = {"natural": 0.7, "sleep": 0.5}
"""What part of the set speed a preset gives on average."""


class Fan:
    """`speed` 1 to 6 is what it turns at when it is on; its power grows with the cube of it (fan affinity laws)."""

    def __init__(self, load: Load) -> None:
        self.on = False
        self.speed = 2
        self.preset: str | None = None
        self.oscillating = False
        self._load = load
        self._draw()

    def turn(self, *, on: bool) -> None:
        self.on = on
        self._draw()

    def set_speed(self, speed: int) -> None:
        """0 stops it; a speed of its own ends the preset."""
        self.on = speed > 0
        self.speed = speed or self.speed
        self.preset = None
        self._draw()

    def blow(self, preset: str) -> None:
        self.on, self.preset = True, preset
        self._draw()

    def swing(self, *, oscillating: bool) -> None:
        self.oscillating = oscillating
        self._draw()

    def _draw(self) -> None:
        part = _PART.get(self.preset or "", 1.0) * self.speed / SPEEDS
        self._load.draw(_STANDBY + (_FULL * part**3 + _SWING * self.oscillating if self.on else 0.0))


class Drying(NamedTuple):
    """`rate` g/s of water out of air of 60 %."""

    rate: float
    watts: float


DRYING: Final = {"auto": Drying(0.11, 215), "quiet": Drying(0.06, 135), "laundry": Drying(0.15, 290)}
"""Modes; laundry runs whatever the target says."""
LATENT: Final = 2_450.0
"""J/g that water gives off when it condenses."""
_LAG: Final = 3.0
"""Percent above the target at which it starts again."""


class Dehumidifier:
    """Runs while the air is more humid than `target` %."""

    def __init__(self, room: Room, load: Load, changed: Callable[[], None]) -> None:
        self.on = True
        self.target = 62
        self.mode = "auto"
        self.running = False
        self._room = room
        self._load = load
        self._changed = changed
        self._run(running=False)

    @property
    def action(self) -> str:
        return ("drying" if self.running else "idle") if self.on else "off"

    def adjust(self, *, on: bool | None = None, target: int | None = None, mode: str | None = None) -> None:
        """Set what is given; it starts or stops at once."""
        self.on = self.on if on is None else on
        self.target = target or self.target
        self.mode = mode or self.mode
        self._run(running=self._wanted())

    def step(self) -> None:
        """Add to the room's gains what it takes and gives now."""
        if self._wanted() != self.running:
            self._run(running=not self.running)
            self._changed()
        if self.running:
            water = DRYING[self.mode].rate * self._room.humidity / 60
            self._room.gains.water -= water
            self._room.gains.warmth += self._load.watts + water * LATENT

    def _wanted(self) -> bool:
        above = self._room.humidity - self.target
        return self.on and (self.mode == "laundry" or above > (0 if self.running else _LAG))

    def _run(self, *, running: bool) -> None:
        self.running = running
        self._load.draw(DRYING[self.mode].watts if running else 0.9)
