"""What is in force, said for each person, and said anew at each edge: where hours begin or end, and where a stay does.

Needs the household, the policies and the home's zone. Keeps what it said, so that the same is not said twice.
"""

from datetime import datetime, tzinfo
from typing import Final

from homeserver.people.household import Household
from homeserver.people.policies import Policies
from homeserver.people.standing import standing
from homeserver.runtime.clock import Timer
from homeserver.runtime.house import House
from homeserver.topics.person import PERSON, Person

LONGEST: Final = 60.0
"""Seconds after which the clock is looked at in any case: the machine may have slept, or its clock been set."""


class Telling:
    """`begin` at start, `renew` after each change."""

    def __init__(self, house: House, household: Household, policies: Policies, zone: tzinfo) -> None:
        self._house = house
        self._household = household
        self._policies = policies
        self._zone = zone
        self.said: dict[str, Person] = {}
        self._looks: dict[str, datetime] = {}
        self._timer: Timer | None = None

    def begin(self, left: list[str]) -> None:
        """Say all there is; `left` are those of whom the broker still holds something."""
        for id in left:
            if id not in self._household.users:
                self._house.say(PERSON, None, id)
        for id in self._household.users:
            self._tell(id, anew=True)
        self._arm()

    def renew(self, *ids: str) -> None:
        """Look again at somebody, or at everybody."""
        for id in ids or list({**self._household.users, **self.said}):
            self._tell(id)
        self._arm()

    def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def _tell(self, id: str, *, anew: bool = False) -> None:
        user, now = self._household.users.get(id), self._house.clock.now()
        person, look = (None, None) if user is None else standing(user, self._policies.about(user), now, self._zone)
        if look is None:
            self._looks.pop(id, None)
        else:
            self._looks[id] = look
        if person == self.said.get(id) and not anew:
            return
        if person is None:
            self.said.pop(id, None)
        else:
            self.said[id] = person
        self._house.say(PERSON, person, id)

    def _arm(self) -> None:
        self.close()
        self._timer = None
        if self._household.users:
            now = self._house.clock.now()
            seconds = min([LONGEST, *((look - now).total_seconds() for look in self._looks.values())])
            self._timer = self._house.clock.call_later(max(0.0, seconds), self._look)

    def _look(self) -> None:
        """Everybody is looked at: there are few, and a clock that was set back may have moved any edge."""
        self.renew()
