"""The world of the demo house: rooms, weather, lamps, appliances and what people do to them.

Needs a timeline, a place and a seed. Keeps all physical state; knows nothing of messages. Whatever happens to a thing
that a device would notice is told to `notice`, with the key of the device.
"""

from collections.abc import Callable
from random import Random
from typing import Final

from integrations.demo_home.air import Dehumidifier, Fan
from integrations.demo_home.appliances import Appliance, Fridge, Machine
from integrations.demo_home.bedside import Clock
from integrations.demo_home.drives import Bolt, Drive, Horn, Panel, Robot
from integrations.demo_home.electricity import Load, Meter
from integrations.demo_home.heating import HeatPump, Valve
from integrations.demo_home.hot_water import FLOW, Tank
from integrations.demo_home.lamps import Bulb, Lamp
from integrations.demo_home.porch import Porch
from integrations.demo_home.radio import Battery
from integrations.demo_home.rooms import TOO_HOT, Building
from integrations.demo_home.sensors import Bell, Motion, Opening
from integrations.demo_home.sun import Light, Place, light
from integrations.demo_home.timeline import Timeline
from integrations.demo_home.weather import Weather

TICK: Final = 20.0
"""Seconds between two steps of the rooms."""
SKY_TICK: Final = 60.0
SHOWER: Final = 0.55
"""g/s of steam that a hot shower leaves in the air: two litres an hour."""
STEAM_OF_COOKING: Final = 0.25
FAN: Final = 0.025
"""m³/s through the bathroom's fan: 90 m³/h."""
HOOD: Final = 0.06
"""m³/s through the hood above the stove, which runs as long as somebody cooks: 216 m³/h."""

BULBS: Final = (
    Bulb("hall_ceiling", "hall", 9.5, 1_100),
    Bulb("living_room_ceiling", "living_room", 24, 2_100),
    Bulb("living_room_floor_lamp", "living_room", 8, 600, 0.6, 1.5),
    Bulb("kitchen_ceiling", "kitchen", 28, 2_600, 0.9),
    Bulb("bedroom_bedside", "bedroom", 6, 470),
    Bulb("childrens_room_ceiling", "childrens_room", 18, 1_500, 0.6, 1.0),
    Bulb("bathroom_mirror", "bathroom", 14, 1_200, 0.7, 0.0),
    Bulb("office_desk_lamp", "office", 10, 850),
    Bulb("utility_room_lamp", "utility_room", 11, 1_100, 0.7, 0.0),
)
"""The first lamp of a room is the one at the switch by the door."""
HOLD: Final = {"hall": 60.0, "kitchen": 90.0, "utility_room": 120.0}
"""Seconds for which a motion sensor holds; 90 where nothing is said."""
VALVES: Final = {
    "living_room": (21.0, 18.5), "bedroom": (18.5, 17.0), "childrens_room": (20.5, 18.0), "bathroom": (22.5, 19.0),
    "hall": (18.0, 17.0), "kitchen": (20.0, 18.0), "office": (20.5, 17.5), "utility_room": (16.0, 16.0),
}  # fmt: skip
"""Targets by day and by night. Those without a smart valve have the same behind a plain knob."""
WARMING: Final = (
    ("television", "living_room", 1.0), ("computer", "office", 1.0), ("stove", "kitchen", 0.7),
    ("kettle", "kitchen", 0.3), ("fridge", "kitchen", 1.0), ("dishwasher", "kitchen", 0.25),
    ("washing_machine", "utility_room", 0.2), ("standing", "hall", 0.5), ("bedroom_fan", "bedroom", 1.0),
)  # fmt: skip
"""What part of a load's power warms which room."""
TRAVEL: Final = {"living_room_shutter": 25.0, "water": 8.0}
"""Seconds from closed to open."""
ROBOTS: Final = {"robot": "cleaning", "mower": "mowing"}
"""What each is at while it works."""
WINDOWS: Final = ("living_room", "bedroom", "bathroom")
"""Rooms whose window people open."""


class World:
    """`present` is where people are, with the watts that each gives off; `whereabouts` the room of each by name;
    `showers` how many run; `lamps`, `motions` and so on by key; `told` what has just happened at which device."""

    def __init__(self, seed: int, timeline: Timeline, place: Place, notice: Callable[[str], None]) -> None:
        self.seed = seed
        self.timeline = timeline
        self.place = place
        self.notice = notice
        self.present: list[tuple[str, float]] = []
        self.whereabouts: dict[str, str] = {}
        self.told: dict[str, list[tuple[str, str]]] = {}
        self.showers = 0
        self.dish_programme = "eco"
        self.batteries: dict[str, Battery] = {}
        self.weather = Weather(self.chance("weather"), timeline.time())
        self.building = Building(self.weather)
        self.light = Light(0.0, 0.0, 0.0, 0.0)
        days = (timeline.time().date().toordinal()) - 737_791  # the meter was new on the first of January 2021
        self.meter = Meter(timeline, self.chance("mains"), 17.0 * max(0, days))
        self._furnish(notice)
        self._sky()
        timeline.every(SKY_TICK, self._sky)
        timeline.every(TICK, self._tick)

    def chance(self, name: str) -> Random:
        """A random source of its own for each thing: what one draws never shifts the others."""
        return Random(f"{self.seed}/{name}")

    def tell(self, key: str, field: str, payload: str) -> None:
        """Something happens at a device and is over at once: a button is pressed, a tag is held to it."""
        self.told.setdefault(key, []).append((field, payload))
        self.notice(key)

    def _furnish(self, notice: Callable[[str], None]) -> None:
        timeline, load = self.timeline, self.meter.load
        self.lamps = {bulb.key: Lamp(bulb, timeline, load(bulb.key), _noticing(notice, bulb.key)) for bulb in BULBS}
        self.motions = {
            room: Motion(timeline, HOLD.get(room, 90.0), _noticing(notice, f"{room}_motion"))
            for room in self.building.rooms
        }
        self.openings = {f"{room}_window": Opening(self._opens(notice, room, f"{room}_window")) for room in WINDOWS}
        self.openings["front_door"] = Opening(self._opens(notice, "hall", "front_door"))
        self.bell = Bell(timeline, _noticing(notice, "bell"))
        self.washing_machine = self._machine(notice, "washing_machine", 231.4, 1.9)
        self.dishwasher = self._machine(notice, "dishwasher", 0.0, 0.8)
        self._guard(notice)
        self.fridge = Fridge(load("fridge", 148.2))
        self.appliances = {
            "television": Appliance(load("television", 96.7), 118, 0.5),
            "computer": Appliance(load("computer", 187.3), 136, 2.2),
            "fan": Appliance(load("fan"), 11.5, powered=False),
            "stove": Appliance(load("stove"), 1_350),
            "kettle": Appliance(load("kettle"), 2_050),
        }
        self.appliances["fan"].use(True)
        load("standing").draw(46.0)  # router, clocks, transformers
        rooms = self.building.rooms
        self.valves = {key: Valve(rooms[key], timeline, day, night) for key, (day, night) in VALVES.items()}
        self.heat_pump = HeatPump(list(self.valves.values()), load("heat_pump"))
        self._comfort(notice)

    def _comfort(self, notice: Callable[[str], None]) -> None:
        """What makes air and water right, and what people look at."""
        timeline, load = self.timeline, self.meter.load
        self.fan = Fan(load("bedroom_fan"))
        self.dehumidifier = Dehumidifier(
            self.building.rooms["bathroom"], load("dehumidifier"), _noticing(notice, "dehumidifier")
        )
        self.tank = Tank(load("hot_water"), _noticing(notice, "hot_water"))
        self.clock = Clock(timeline, _noticing(notice, "bedside_clock"))
        self.porch = Porch(timeline, self.chance("porch"), self.bell, lambda: (self.light, self.weather.cloud),
                           _noticing(notice, "front_door_camera"),
                           lambda: self.tell("front_door_camera", "ring", '{"event_type": "ring"}'))  # fmt: skip

    def _guard(self, notice: Callable[[str], None]) -> None:
        """What has a motor or watches, and does nothing untold."""
        timeline, door = self.timeline, self.openings["front_door"]
        self.drives = {key: Drive(timeline, seconds, _noticing(notice, key)) for key, seconds in TRAVEL.items()}
        self.bolt = Bolt(timeline, lambda: door.open, _noticing(notice, "front_door_lock"))
        self.horn = Horn(timeline, _noticing(notice, "siren"))
        self.panel = Panel(timeline, self.horn, _noticing(notice, "alarm"))
        self.robots = {key: Robot(timeline, work, _noticing(notice, key)) for key, work in ROBOTS.items()}

    def _machine(self, notice: Callable[[str], None], key: str, before: float, standby: float) -> Machine:
        return Machine(self.timeline, self.meter.load(key, before), self.chance(key), _noticing(notice, key), standby)

    def _opens(self, notice: Callable[[str], None], room: str, key: str) -> Callable[[bool], None]:
        def changed(is_open: bool) -> None:
            self.building.rooms[room].open = is_open
            notice(key)
            if is_open and key == "front_door":
                self.bolt.by_key()
                self.panel.opened()

        return changed

    def load(self, name: str) -> Load:
        return self.meter.loads[name]

    # --- time passes

    def _sky(self) -> None:
        self.weather.step(SKY_TICK if self.timeline.now else 0.0, self.timeline.time())
        self.light = light(self.timeline.utc(), self.place, self.weather.cloud)
        self.building.rooms["living_room"].shutter = self.drives["living_room_shutter"].position / 100
        self.building.shine(self.light)
        for valve in self.valves.values():
            valve.follow_programme(self.timeline.time())
        self.meter.step(SKY_TICK)

    def _tick(self) -> None:
        self._gather()
        self.heat_pump.step(TICK, self.weather.temperature)
        self.fridge.step(TICK, self.building.rooms["kitchen"].air)
        self.dehumidifier.step()
        self.tank.step(TICK, self.building.rooms["utility_room"].air, FLOW * self._running_showers())
        self.building.step(TICK)

    def _running_showers(self) -> float:
        """As far as the water comes."""
        return self.showers * self.drives["water"].position / 100

    def _gather(self) -> None:
        """What warms and moistens each room now."""
        rooms = self.building.rooms
        for room in rooms.values():
            gains = room.gains
            gains.warmth = gains.water = room.lamplight = 0.0
            gains.people = 0
        for key, heat in self.present:
            if key in rooms:
                rooms[key].gains.people += 1
                rooms[key].gains.warmth += heat
        for lamp in self.lamps.values():
            room = rooms[lamp.bulb.room]
            room.gains.warmth += lamp.bulb.watts * lamp.shining
            room.lamplight += 0.4 * lamp.lumens / room.plan.floor
        for name, key, part in WARMING:
            rooms[key].gains.warmth += part * self.meter.loads[name].watts
        bathroom = rooms["bathroom"].gains
        bathroom.water += SHOWER * self._running_showers()
        rooms["utility_room"].gains.warmth += self.tank.lost(rooms["utility_room"].air)
        bathroom.fan = FAN if self.appliances["fan"].running else 0.0
        cooking = self.appliances["stove"].running
        kitchen = rooms["kitchen"]
        kitchen.gains.water += STEAM_OF_COOKING if cooking else 0.0
        kitchen.gains.fan = HOOD if cooking else 0.0
        # The kitchen's window has no sensor; whoever cooks in the heat opens it.
        kitchen.open = cooking and kitchen.air > max(TOO_HOT, self.weather.temperature)


def _noticing(notice: Callable[[str], None], key: str) -> Callable[[], None]:
    return lambda: notice(key)
