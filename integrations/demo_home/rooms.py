"""The rooms: warmth, moisture, carbon dioxide and light of each.

Needs the weather, the light outside and what people, lamps and radiators give off. Keeps the state of each room.

A room is two heat stores, its air (with furniture) and its walls: the smallest model in which an open window cools
the air within minutes and the house within days, a simplification of the 5R1C network of EN ISO 13790. Watts, kelvin,
°C, m, seconds.
"""

from dataclasses import dataclass
from math import sqrt
from typing import Final

from homeserver.topics.record import record
from integrations.demo_home.sun import LUX_PER_WATT, Light
from integrations.demo_home.weather import Weather, saturation

AIR_STORE: Final = 15_000.0
"""J/K per m² of floor: the air and what is light in the room."""
WALL_STORE: Final = 165_000.0
"""J/K per m² of floor: class "medium" of EN ISO 13790, table 12."""
AIR_TO_WALL: Final = 11.0
"""W/K per m² of floor."""
AIR_HEAT: Final = 1_206.0
"""J/K per m³ of air."""
HEIGHT: Final = 2.5
LEAKS: Final = 0.25 / 3_600
"""Air changes per second through the joints of a closed house."""
DOOR_FLOW: Final = 0.012
"""m³/s that each room exchanges with the hall through the joints of its door."""
OPEN_DOOR: Final = 0.6 / 3 * 0.8 * 2.0**1.5 * sqrt(9.81 / 295)
"""m³/s for the root of each kelvin through an open door of 0.8 by 2 m (Linden 1999, exchange through a doorway)."""
INNER_WALL: Final = 14.0
"""W/K from each room to the hall."""
GLASS: Final = 0.55 * 0.7
"""Energy transmittance of double glazing, less its frame."""
BLIND: Final = 0.3
"""What a lowered blind lets through."""
TOO_HOT: Final = 24.5
"""°C from which people lower the blind and leave the door open."""
CO2_OUTSIDE: Final = 420.0
CO2_PERSON: Final = 5.0e-6
"""m³/s breathed out by a person at rest: 18 l/h."""
VAPOUR_PERSON: Final = 0.0125
"""g/s given off by a person at rest: 45 g/h."""


@record
class Plan:
    """A room as the architect drew it. `loss` W/K to outside, `glass` m², `facing` degrees, `radiator` W, `opens`
    m²."""

    key: str
    name: str
    floor: float
    loss: float
    glass: float
    facing: float
    radiator: float
    opens: float


PLANS: Final = (
    Plan("hall", "Hall", 14, 14, 0.5, 0, 800, 1.8),
    Plan("living_room", "Living room", 32, 40, 7.0, 180, 2_600, 0.9),
    Plan("kitchen", "Kitchen", 15, 18, 2.5, 90, 1_300, 0.6),
    Plan("bedroom", "Bedroom", 18, 22, 2.5, 90, 1_500, 0.7),
    Plan("childrens_room", "Children's room", 16, 21, 2.5, 270, 1_400, 0.7),
    Plan("bathroom", "Bathroom", 8, 11, 0.8, 0, 1_100, 0.5),
    Plan("office", "Office", 12, 16, 2.0, 270, 1_100, 0.6),
    Plan("utility_room", "Utility room", 10, 12, 0.5, 0, 400, 0.4),
)


@dataclass(slots=True)
class Gains:
    """What happens in a room now: watts of people and things, of its radiator, g/s of water, people, m³/s of a fan."""

    warmth: float = 0.0
    radiator: float = 0.0
    water: float = 0.0
    people: int = 0
    fan: float = 0.0


class Room:
    """`air` and `wall` in °C, `vapour` g/m³, `co2` ppm, `daylight` and `lamplight` lx, `open` whether its window is,
    `shutter` the part of the glass that is free."""

    def __init__(self, plan: Plan, temperature: float, vapour: float) -> None:
        self.plan = plan
        self.air = self.wall = temperature
        self.vapour = min(vapour + 1.5, saturation(temperature))
        self.co2 = CO2_OUTSIDE + 150
        self.open = False
        self.shutter = 1.0
        self.daylight = self.lamplight = 0.0
        self.sunshine = 0.0
        self.gains = Gains()

    @property
    def humidity(self) -> float:
        """Relative, in %."""
        return 100 * self.vapour / saturation(self.air)

    @property
    def illuminance(self) -> float:
        return self.daylight + self.lamplight

    def shine(self, light: Light) -> None:
        """Take in the light outside. Daylight by the BRE average daylight factor (CIBSE LG10), reflectance one half."""
        outside = light.on_wall(self.plan.facing)
        blind = (BLIND if self.air > TOO_HOT else 1.0) * self.shutter
        self.sunshine = outside * self.plan.glass * GLASS * blind
        surfaces = self.plan.floor * 5 * (1 - 0.5**2)
        self.daylight = outside * LUX_PER_WATT * self.plan.glass * 0.6 * blind / surfaces

    def ventilation(self, outside: float) -> float:
        """m³/s of outside air; through an open window by the difference of temperature (Warren, BS 5925), or some
        wind."""
        flow = LEAKS * self.plan.floor * HEIGHT + self.gains.fan
        if self.open:
            kelvin = (self.air + outside) / 2 + 273.15
            lift = sqrt(9.81 * 1.2 * abs(self.air - outside) / kelvin)
            flow += max(0.02, 0.6 * self.plan.opens / 3 * lift)
        return flow

    def exchange(self, hall: "Room") -> float:
        """m³/s of air that this room and the hall exchange."""
        if hall is self:
            return 0.0
        is_open = self.air > max(TOO_HOT, hall.air)
        return DOOR_FLOW + (OPEN_DOOR * sqrt(self.air - hall.air) if is_open else 0.0)

    def step(self, seconds: float, weather: Weather, hall: "Room") -> float:
        """Advance; return the watts that went from this room into the hall."""
        plan, gains = self.plan, self.gains
        flow = self.ventilation(weather.temperature)
        outward = (plan.loss / 2 + AIR_HEAT * flow) * (weather.temperature - self.air)
        through = AIR_TO_WALL * plan.floor * (self.wall - self.air)
        door = self.exchange(hall)
        to_hall = 0.0 if hall is self else (INNER_WALL + AIR_HEAT * door) * (self.air - hall.air)
        air = outward + through - to_hall + gains.warmth + 0.6 * gains.radiator + 0.5 * self.sunshine
        wall = plan.loss / 2 * (weather.temperature - self.wall) - through + 0.4 * gains.radiator
        self.air += seconds * air / (AIR_STORE * plan.floor)
        self.wall += seconds * (wall + 0.5 * self.sunshine) / (WALL_STORE * plan.floor)
        self._breathe(seconds, flow, door, weather, hall)
        return to_hall

    def _breathe(self, seconds: float, flow: float, door: float, weather: Weather, hall: "Room") -> None:
        """Water and carbon dioxide: what is given off and what the exchanged air brings; too much water condenses."""
        gains = self.gains
        volume = self.plan.floor * HEIGHT
        water = gains.water + VAPOUR_PERSON * gains.people
        water += flow * (weather.vapour - self.vapour) + door * (hall.vapour - self.vapour)
        self.vapour = min(self.vapour + seconds * water / volume, saturation(self.air))
        breath = 1e6 * CO2_PERSON * gains.people
        breath += flow * (CO2_OUTSIDE - self.co2) + door * (hall.co2 - self.co2)
        self.co2 += seconds * breath / volume


class Building:
    """All rooms by key, in the order of the plans; the hall is the first and touches all others."""

    def __init__(self, weather: Weather) -> None:
        warm = max(20.5, weather.mean + 3.0)
        self.rooms = {plan.key: Room(plan, warm, weather.vapour) for plan in PLANS}
        self.weather = weather

    def shine(self, light: Light) -> None:
        for room in self.rooms.values():
            room.shine(light)

    def step(self, seconds: float) -> None:
        hall = self.rooms["hall"]
        gained = 0.0
        for room in self.rooms.values():
            gained += room.step(seconds, self.weather, hall)
        hall.air += seconds * gained / (AIR_STORE * hall.plan.floor)
