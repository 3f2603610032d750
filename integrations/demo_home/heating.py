"""Heating: radiators with their valves, and the heat pump that feeds them.

Needs the rooms, the weather and a load on the meter. Keeps opening, target and mode of each valve. Watts, °C.
"""

from datetime import datetime
from typing import Final

from integrations.demo_home.electricity import Load
from integrations.demo_home.rooms import Room
from integrations.demo_home.timeline import Timeline

MODES: Final = ("auto", "manual", "boost", "off")
FROST: Final = 7.0
"""What a valve keeps that is off."""
BOOST_SECONDS: Final = 300.0
BAND: Final = 1.0
"""Kelvin between a closed and an open valve: the proportional band of EN 215."""
LAG: Final = 300.0
"""Seconds that a radiator takes to follow its valve."""
PUMP_MODES: Final = ("heating", "eco", "off")
CAPACITY: Final = 9_000.0
SUMMER: Final = 17.0
"""Above this outside temperature the heat pump rests."""
IDLE: Final = 9.0
CIRCULATION: Final = 45.0


class Valve:
    """A radiator and its thermostatic valve. `target` °C, `opening` 0 to 1, `heat` W given off.

    In mode auto the target is set to `day` at 6 o'clock and to `night` at 22; a target set by hand holds until then.
    """

    def __init__(self, room: Room, timeline: Timeline, day: float, night: float) -> None:
        self.room = room
        self.mode = "auto"
        self.day, self.night = day, night
        self.target = day
        self.opening = 0.0
        self.heat = 0.0
        self._timeline = timeline
        self._before_boost = "auto"
        self._boosts = 0
        self._daytime: bool | None = None

    def select(self, mode: str) -> None:
        if mode == "boost" and self.mode != "boost":
            self._before_boost = self.mode
            self._boosts += 1
            boost = self._boosts
            self._timeline.after(BOOST_SECONDS, lambda: self._end_boost(boost))
        self.mode = mode

    def _end_boost(self, boost: int) -> None:
        if self.mode == "boost" and boost == self._boosts:
            self.mode = self._before_boost

    def follow_programme(self, local: datetime) -> None:
        daytime = 6 <= local.hour < 22
        if daytime != self._daytime:
            self._daytime = daytime
            if self.mode == "auto":
                self.target = self.day if daytime else self.night

    def step(self, seconds: float, warmth: float) -> None:
        """Open in proportion to the lack of warmth; `warmth` 0 to 1 is what the water now brings of nominal power."""
        wanted = FROST if self.mode == "off" else self.target
        self.opening = 1.0 if self.mode == "boost" else min(1.0, max(0.0, (wanted + 0.4 - self.room.air) / BAND))
        goal = self.room.plan.radiator * self.opening * warmth
        self.heat += (goal - self.heat) * min(1.0, seconds / LAG)
        self.room.gains.radiator = self.heat


class HeatPump:
    """An air-to-water heat pump with a heating curve. `flow` °C of its water, `offset` K set by people."""

    def __init__(self, valves: list[Valve], load: Load) -> None:
        self.valves = valves
        self.load = load
        self.mode = "heating"
        self.offset = 0.0
        self.flow = 30.0
        self.heat = 0.0

    def power_factor(self, room: float) -> float:
        """What a radiator gives of its nominal power (25 K above the room): exponent 1.3 of EN 442."""
        return float(max(0.0, (self.flow - room) / 25.0) ** 1.3)

    def performance(self, outside: float) -> float:
        """Watts of heat per watt of electricity: a line through the usual 4.4 at 7 °C and 2.8 at -7 °C, 35 °C water;
        one twentieth less for each kelvin of two by which the water is hotter."""
        return max(1.6, (4.4 + 0.114 * (outside - 7)) * (1 - 0.02 * max(0.0, self.flow - 35)))

    def step(self, seconds: float, outside: float) -> None:
        lower = 4.0 if self.mode == "eco" else 0.0
        resting = self.mode == "off" or outside > SUMMER
        goal = 20.0 if resting else min(55.0, 24 + 1.15 * (20 - outside) + self.offset - lower)
        self.flow += (goal - self.flow) * min(1.0, seconds / 600)
        for valve in self.valves:
            valve.step(seconds, 0.0 if resting else min(1.3, self.power_factor(valve.room.air)))
        self.heat = sum(valve.heat for valve in self.valves)
        if self.heat > CAPACITY:
            for valve in self.valves:
                valve.heat *= CAPACITY / self.heat
                valve.room.gains.radiator = valve.heat
            self.heat = CAPACITY
        running = not resting and self.heat > 50
        self.load.draw(self.heat / self.performance(outside) + CIRCULATION if running else IDLE)
