"""The family as a whole: the day is dealt out, the door opens, visitors ring, batteries are changed.

Needs the world and the tables of the days. Keeps the persons.
"""

from datetime import time, timedelta
from random import Random
from typing import Final

from integrations.demo_home.household import Household
from integrations.demo_home.person import Person
from integrations.demo_home.plans import AWAY, FAMILY, Row, day_of
from integrations.demo_home.radio import EMPTY
from integrations.demo_home.rooms import TOO_HOT
from integrations.demo_home.world import WINDOWS, World

DAY_BEGINS: Final = time(4)
TAGS: Final = {"Mia": "04-6B-A2-1A-5F-61-80", "Leo": "04-C1-9D-22-5F-61-80"}
"""On the key rings of the children, who hold them to the alarm panel when they come home."""
TO_THE_READER: Final = 9.0
"""Seconds from the door to the panel."""
VISITORS: Final = 0.6
"""How often a day brings somebody who rings."""


class Family:
    def __init__(self, world: World) -> None:
        self._world = world
        self._house = house = Household(world)
        self._timeline = world.timeline
        self._chance = world.chance("family")
        self._door_until = 0.0
        self.persons = [Person(member, house, world.chance(member.name), self._pass_door) for member in FAMILY]
        house.persons = self.persons
        house.moved()
        self._first_day()
        self._timeline.every(3_600, self._hour, first=self._chance.uniform(60, 3_600))

    def _first_day(self) -> None:
        before_dawn = self._timeline.seconds_until(DAY_BEGINS) > 0
        for person in self.persons:
            person.place(Row("", 0, person.member.bed, "sleep"))
            self._deal(person, days=-1 if before_dawn else 0)
        self._timeline.after(self._timeline.seconds_until(DAY_BEGINS, days=0 if before_dawn else 1), self._new_day)

    def _new_day(self) -> None:
        for person in self.persons:
            self._deal(person, days=0)
        if self._chance.random() < VISITORS:
            self._timeline.after(self._chance.uniform(6, 14) * 3_600, self._visit)
        self._timeline.after(self._timeline.seconds_until(DAY_BEGINS, days=1), self._new_day)

    def _deal(self, person: Person, days: int) -> None:
        """Put a day on the timeline; of what is past already only the last row counts, and at once."""
        date = self._timeline.time().date() + timedelta(days=days)
        chance = self._world.chance(f"{person.member.name}/{date}")
        earliest = float("-inf")
        past: Row | None = None
        for row in day_of(person.member, date.weekday()):
            delay = self._timeline.seconds_until(time.fromisoformat(row.clock), days) + _vary(chance, row)
            delay = earliest = max(delay, earliest + 60)
            if delay <= 0:
                past = row
            else:
                self._timeline.after(delay, lambda row=row: person.do(row))  # type: ignore[misc]
        if past is not None:
            person.place(past)

    def _pass_door(self, person: Person) -> None:
        """The front door opens and falls shut some seconds later. The last one to go closes the windows."""
        if person.room == AWAY and person.member.name in TAGS:
            self._timeline.after(TO_THE_READER, lambda: self._world.tell("alarm", "tag", TAGS[person.member.name]))
        others = [other for other in self.persons if other is not person and other.room != AWAY]
        if not others and person.base == AWAY:
            self._house.close_windows()
        self._door_until = max(self._door_until, self._timeline.now + self._chance.uniform(5, 12))
        self._world.openings["front_door"].set(True)
        self._timeline.at(self._door_until, self._shut_door)

    def _shut_door(self) -> None:
        if self._timeline.now >= self._door_until:
            self._world.openings["front_door"].set(False)

    def _visit(self) -> None:
        self._world.porch.visit()
        awake = [person for person in self.persons if person.room != AWAY and not person.asleep]
        if awake:
            host = awake[0]
            self._timeline.after(self._chance.uniform(8, 20), lambda: host.answer_door(self._chance.uniform(20, 90)))

    def _hour(self) -> None:
        """Once an hour somebody looks round: what is too hot is aired, what is empty gets a battery."""
        awake = [person for person in self.persons if person.room != AWAY and not person.asleep]
        if not awake:
            return
        for key in WINDOWS:
            room = self._world.building.rooms[key]
            if room.air > TOO_HOT and self._world.weather.temperature < room.air - 2:
                self._house.air(key, self._chance.uniform(30, 55))
        if any(person.member.adult for person in awake):
            for battery in self._world.batteries.values():
                if battery.percent < EMPTY:
                    battery.replace()


def _vary(chance: Random, row: Row) -> float:
    """Seconds, at most two and a half standard deviations."""
    return 60 * row.spread * max(-2.5, min(2.5, chance.gauss(0.0, 1.0)))
