"""What people do to the things of the house: sit down to them, start them, air a room, put out lamps.

Needs the world. Keeps who lives here and what they use now.
"""

import json
from collections.abc import Sequence
from random import Random
from typing import Final, Protocol

from integrations.demo_home.appliances import DISHES, WASHING
from integrations.demo_home.infrared import CARRIER, POWER
from integrations.demo_home.lamps import Lamp, Wish
from integrations.demo_home.plans import ACTIVITIES
from integrations.demo_home.world import WINDOWS, World

PLACES_OF_USE: Final = (("television", "living_room"), ("computer", "office"), ("stove", "kitchen"))
"""Things that run as long as somebody uses them."""
KEYS: Final = {"tv": 1, "read": 2, "tidy": 3}
"""Keys of the remote in the living room that people press when they begin something there."""
FAN_AFTER_SHOWER: Final = 900.0
MILD: Final = 16.0
"""Outside °C from which windows stay open four times as long."""


class Inhabitant(Protocol):
    """As much of a person as others in the house take notice of."""

    room: str
    base: str
    doing: str | None

    @property
    def name(self) -> str: ...

    @property
    def asleep(self) -> bool: ...


class Household:
    def __init__(self, world: World) -> None:
        self.world = world
        self.persons: Sequence[Inhabitant] = ()
        self._used = {name: False for name, _ in PLACES_OF_USE}

    def moved(self) -> None:
        """Somebody came, went, began or ended something."""
        doing = [(person.base, ACTIVITIES[person.doing].uses) for person in self.persons if person.doing]
        for name, room in PLACES_OF_USE:
            used = (room, name) in doing
            if used != self._used[name]:
                self._used[name] = used
                self._use(name, used)
        self.world.whereabouts = {person.name: person.room for person in self.persons}
        self.world.showers = doing.count(("bathroom", "shower"))
        self.world.present = [(person.room, ACTIVITIES[person.doing or "tidy"].heat) for person in self.persons]

    def _use(self, name: str, used: bool) -> None:
        """The television by its remote, which the infrared receiver beside it sees."""
        self.world.appliances[name].use(used)
        if name == "television":
            signal = json.dumps({"timings": POWER, "modulation": CARRIER})
            self.world.tell("infrared_blaster", "receiver", signal)

    def settled(self, room: str, activity: str, chance: Random) -> None:
        """Somebody has begun an activity: start what it uses."""
        after = self.world.timeline.after
        uses = ACTIVITIES[activity].uses
        delay = chance.uniform(60, 200)
        if uses == "kettle":
            self.world.appliances["kettle"].use(True)
            after(delay, lambda: self.world.appliances["kettle"].use(False))
        elif uses == "washing_machine":
            after(delay, lambda: self.world.washing_machine.start(WASHING))
        elif uses == "dishwasher":
            after(delay, lambda: self.world.dishwasher.start(DISHES[self.world.dish_programme]))
        elif uses == "shower" and chance.random() < 0.5:
            self.switch_fan(True)
        if activity in KEYS and room == "living_room":
            self.world.tell("living_room_remote", "action", f"{KEYS[activity]}_single")
        if activity == "tidy" and room in WINDOWS:
            self.air(room, chance.uniform(6, 12))

    def finished(self, room: str, activity: str, chance: Random) -> None:
        """Somebody leaves an activity: the room is aired after dressing and showering."""
        if activity in ("dress", "shower") and room in WINDOWS:
            self.air(room, chance.uniform(6, 14))
        if activity == "shower":
            self.world.timeline.after(FAN_AFTER_SHOWER, lambda: self.switch_fan(False))

    def switch_fan(self, on: bool) -> None:
        """By the button beside the mirror."""
        fan = self.world.appliances["fan"]
        if fan.powered != on:
            fan.power(on)
            self.world.notice("fan")

    def air(self, room: str, minutes: float) -> None:
        """Open the window for a while, longer when it is mild outside."""
        if self.world.weather.temperature > MILD:
            minutes *= 4
        window = self.world.openings[f"{room}_window"]
        if not window.open:
            window.set(True)
            self.world.timeline.after(60 * minutes, lambda: window.set(False))

    def close_windows(self) -> None:
        for room in WINDOWS:
            self.world.openings[f"{room}_window"].set(False)

    def occupied(self, room: str) -> bool:
        return any(person.room == room for person in self.persons)

    def anyone_asleep(self, room: str) -> bool:
        return any(person.room == room and person.asleep for person in self.persons)

    def lamps_in(self, room: str) -> list[Lamp]:
        return [lamp for lamp in self.world.lamps.values() if lamp.bulb.room == room]

    def lamps_off(self, room: str) -> None:
        for lamp in self.lamps_in(room):
            if lamp.on:
                lamp.set(Wish(on=False))
