"""One member of the family: walks between rooms, moves, uses things, switches lamps by hand.

Needs the table of the member's days and the household to act in. Keeps where the person is, and what they do there.
"""

from collections.abc import Callable
from random import Random
from typing import Final

from integrations.demo_home.household import Household
from integrations.demo_home.plans import ACTIVITIES, AWAY, Activity, Member, Row

ERRANDS: Final = {"bathroom": 0.45, "kitchen": 0.35, "hall": 0.1, "utility_room": 0.1}
HALL_BY_HAND: Final = 0.1
"""How often somebody who passes through the dark hall presses the switch."""


class Person:
    """`room` is where the person is (or AWAY), `base` where they have settled with `doing`."""

    def __init__(self, member: Member, house: Household, chance: Random, passes: Callable[["Person"], None]) -> None:
        self.member = member
        self.room = AWAY
        self.base = AWAY
        self.doing: str | None = None
        self._house = house
        self._world = house.world
        self._timeline = house.world.timeline
        self._chance = chance
        self._passes = passes
        self._intent = 0

    @property
    def name(self) -> str:
        return self.member.name

    @property
    def asleep(self) -> bool:
        return self.doing == "sleep" and self.room == self.base

    @property
    def activity(self) -> Activity:
        return ACTIVITIES[self.doing or "tidy"]

    def place(self, row: Row) -> None:
        """Be there already, as at the start."""
        self._intent += 1
        self.room = self.base = row.room
        self.doing = row.activity
        self._house.moved()
        self._fidget(self._intent)
        self._plan_errand(self._intent)

    def do(self, row: Row) -> None:
        """Go and settle to what the day's table says."""
        self._intent += 1
        intent = self._intent
        self._finish()
        self.base, self.doing = row.room, None
        self._walk(row.room, intent, lambda: self._settle(row, intent))

    def answer_door(self, seconds: float) -> None:
        """Somebody rang: go to the hall, open, come back."""
        if self.room != AWAY:
            self._errand(self._intent, "hall", seconds, lambda: self._passes(self))

    def _finish(self) -> None:
        if self.room == self.base and self.doing is not None:
            self._house.finished(self.base, self.doing, self._chance)

    def _settle(self, row: Row, intent: int) -> None:
        self.doing = row.activity
        self._house.moved()
        self._house.settled(row.room, row.activity, self._chance)
        if row.activity == "sleep":
            self._timeline.after(self._chance.uniform(120, 900), lambda: self._lights_out(intent))
        self._fidget(intent)
        self._plan_errand(intent)

    def _lights_out(self, intent: int) -> None:
        if intent == self._intent and self.room == self.base:
            self._house.lamps_off(self.room)

    # --- walking

    def _walk(self, room: str, intent: int, arrived: Callable[[], None]) -> None:
        """Through the hall to `room`; whoever changes their mind on the way is left in the hall to go elsewhere."""
        if room == self.room:
            arrived()
            return
        pause = self._chance.uniform(3, 7)
        if self.room == AWAY:
            self._passes(self)
        if self.room == "hall" or room == "hall":
            self._timeline.after(pause, lambda: self._step(room, intent, arrived))
            return
        self._enter("hall")
        if room == AWAY:
            pause += self._chance.uniform(10, 45)  # shoes and coat
            self._timeline.after(pause - 3, lambda: self._passes(self) if intent == self._intent else None)
        self._timeline.after(pause, lambda: self._step(room, intent, arrived))

    def _step(self, room: str, intent: int, arrived: Callable[[], None]) -> None:
        if intent == self._intent:
            self._enter(room)
            arrived()

    def _enter(self, room: str) -> None:
        left, self.room = self.room, room
        self._house.moved()
        if (
            left not in (AWAY, "hall")
            and not self._house.occupied(left)
            and self._chance.random() > self.member.forgets
        ):
            self._house.lamps_off(left)
        if room != AWAY:
            self._timeline.after(0.8, lambda: self._seen(room))

    def _seen(self, room: str) -> None:
        """Just inside the door: the sensor sees it, and the hand finds the switch."""
        self._world.motions[room].trigger()
        if room == self.room and not self.asleep:
            self._timeline.after(self._chance.uniform(0.8, 2.5), lambda: self._see_to_light(room))

    def _see_to_light(self, room: str) -> None:
        lux = self.activity.lux or 40
        if self.room != room or self._house.anyone_asleep(room):
            return
        if room == "hall" and self._chance.random() > HALL_BY_HAND:
            return
        lamps = self._house.lamps_in(room)
        lit = [lamp for lamp in lamps if lamp.on]
        here = self._world.building.rooms[room]
        if not lit and here.illuminance < 0.7 * lux:
            lamps[-1 if lux < 50 else 0].toggle()
        elif lit and here.daylight > 3 * max(lux, 60) and self._chance.random() < 0.4:
            lit[0].toggle()

    # --- being there

    def _fidget(self, intent: int) -> None:
        """Movements that a sensor sees come as a Poisson process."""
        rate = self.activity.motion
        if rate:
            pause = self._chance.expovariate(rate / 3_600)
            self._timeline.after(pause, lambda: self._move(intent))

    def _move(self, intent: int) -> None:
        if intent != self._intent:
            return
        if self.room != AWAY:
            self._world.motions[self.room].trigger()
            if self.room == self.base and self.activity.lux:
                self._see_to_light(self.room)
        self._fidget(intent)

    def _plan_errand(self, intent: int) -> None:
        if self.activity.errands:
            pause = self._chance.expovariate(self.activity.errands / 3_600)
            self._timeline.after(pause, lambda: self._leave_for_errand(intent))

    def _leave_for_errand(self, intent: int) -> None:
        if intent != self._intent or self.room != self.base:
            return
        room = "bathroom"
        if self.doing != "sleep":
            room = self._chance.choices(list(ERRANDS), list(ERRANDS.values()))[0]
        self._errand(intent, room, self._chance.uniform(40, 240))

    def _errand(self, intent: int, room: str, seconds: float, there: Callable[[], None] = lambda: None) -> None:
        back = self.base

        def stay() -> None:
            there()
            self._timeline.after(seconds, return_)

        def return_() -> None:
            if intent == self._intent:
                self._walk(back, intent, lambda: self._plan_errand(intent))

        self._walk(room, intent, stay)
