"""Hot water: an electric tank, from which every shower takes.

Needs a load on the meter. Keeps how hot the water is. °C, W, litres of water as kilograms.
"""

from collections.abc import Callable
from typing import Final

from integrations.demo_home.electricity import Load

MODES: Final = ("off", "eco", "electric")
LOWEST, HIGHEST = 35.0, 65.0
LITRES: Final = 150.0
WATER: Final = 4_186.0
"""J/(kg K)."""
LOSS: Final = 1.6
"""W/K through the insulation."""
COLD: Final = 11.0
"""°C of what comes from the street."""
WARM: Final = 38.0
FLOW: Final = 0.06
"""kg/s of warm water under a shower that runs two thirds of the time."""
FROST: Final = 7.0
_WATTS: Final = {"off": 2_000.0, "eco": 1_000.0, "electric": 2_000.0}
_LAG: Final = {"off": 2.0, "eco": 8.0, "electric": 4.0}
"""Kelvin below the target at which it heats again."""
_STANDBY: Final = 1.2


class Tank:
    """Mixed through and through: one temperature. `heating` is whether its element is on."""

    def __init__(self, load: Load, changed: Callable[[], None]) -> None:
        self.mode = "eco"
        self.target = 52.0
        self.temperature = 49.0
        self.heating = False
        self._load = load
        self._changed = changed
        load.draw(_STANDBY)

    def adjust(self, *, mode: str | None = None, target: float | None = None) -> None:
        self.mode = mode or self.mode
        self.target = target or self.target
        self._switch()

    def lost(self, room: float) -> float:
        """Watts that warm the room around it."""
        return LOSS * (self.temperature - room)

    def step(self, seconds: float, room: float, flow: float) -> None:
        """`flow` kg/s of warm water are mixed from the tank and the cold pipe."""
        taken = flow * WATER * (min(WARM, self.temperature) - COLD)
        heat = self._load.watts - _STANDBY - self.lost(room) - taken
        self.temperature += seconds * heat / (LITRES * WATER)
        if self._switch():
            self._changed()

    def _switch(self) -> bool:
        """Whether the element went on or off."""
        goal = FROST if self.mode == "off" else self.target
        before = self.heating
        self.heating = self.temperature < goal - (0.0 if before else _LAG[self.mode])
        self._load.draw(_STANDBY + (_WATTS[self.mode] if self.heating else 0.0))
        return before != self.heating
