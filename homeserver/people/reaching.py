"""Reach: what somebody's own login at the broker may, spelt out for an access list, of the same permissions as every
other door. Needs the live view; keeps what it said.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Final

import orjson

from homeserver.people.household import Household
from homeserver.runtime.house import House
from homeserver.topics.call import ROLES, Role
from homeserver.topics.person import REACH, VERBS, Grant, Person, Reach
from homeserver.view.permission import Permissions
from homeserver.view.view import View

EVERYTHING: Final = ("*",)
_CONTROL: Final = VERBS.index("control")
_LARGEST: Final = 250_000
"""Bytes: hearers refuse a message a little larger."""
_NO_LEVEL: Final = frozenset("/+#\0")
Calls = Mapping[str, Mapping[str, str]]
"""By worker and verb: the least role that may make a call."""


class Reaching:
    """`renew` says what differs; `forget` that somebody has no login any more."""

    def __init__(
        self,
        house: House,
        household: Household,
        view: View,
        calls: Callable[[], Calls],
        told: Callable[[str, Reach | None], None],
    ) -> None:
        """`told` is given what is said, by the id of whom it is about."""
        self._house = house
        self._household = household
        self._view = view
        self._calls = calls
        self._told = told
        self._permissions = Permissions(view, house.people)
        self._said: dict[str, Reach] = {}
        self._looked: tuple[int, int] = (-1, -1)

    def begin(self, left: list[str]) -> None:
        """`left` are those of whom the broker still holds something."""
        for id in left:
            user = self._household.users.get(id)
            if user is None or not user.mqtt:
                self._say(id, None)
        self.look(anew=True)

    def look(self, *, anew: bool = False, changes: int = 0) -> None:
        """Everybody again, if the home is another than at the last look; `changes` counts what else tells."""
        now = (self._view.moves, changes)
        if anew or now != self._looked:
            self._looked = now
            for id in list(self._household.users):
                self.renew(id)

    def renew(self, id: str) -> None:
        """Look again at somebody."""
        user = self._household.users.get(id)
        if user is None or not user.mqtt:
            if self._said.pop(id, None) is not None:
                self._say(id, None)
            return
        reach = self._reach(user.login)
        if self._said.get(id) != reach:
            self._said[id] = reach
            self._say(id, reach)

    def _say(self, id: str, reach: Reach | None) -> None:
        self._house.say(REACH, reach, id)
        self._told(id, reach)

    def _reach(self, login: str) -> Reach:
        person = self._house.people.person(login)
        if person is None:
            return Reach()
        calls = tuple(sorted(self._allowed(login)))
        if (level := _everywhere(person)) is not None:
            seen, controlled = EVERYTHING[: level >= 0], EVERYTHING[: level >= _CONTROL]
            return Reach(() if controlled else seen, controlled, seen, calls, person.until)
        levels = {id: self._permissions.level(login, id) for id in sorted(self._view.known())}
        control = tuple(id for id, level in levels.items() if level >= _CONTROL)
        see = tuple(id for id, level in levels.items() if 0 <= level < _CONTROL)
        reach = Reach(see, control, tuple(sorted(self._entries((*see, *control)))), calls, person.until)
        if len(orjson.dumps(reach)) > _LARGEST:
            self._house.log.error("%s sees too much for an access list, and is granted nothing", login)
            return Reach()
        return reach

    def _allowed(self, login: str) -> Iterator[str]:
        for worker, verbs in self._calls().items():
            for verb, role in verbs.items():
                if self._permissions.may_call(login, worker, verb, _role(role)):
                    yield f"{worker}.{verb}"

    def _entries(self, seen: tuple[str, ...]) -> set[str]:
        """The registry's entries on what is seen, and on where it is."""
        view, found = self._view, set[str]()
        for id in seen:
            entry, device, area = view.entry(id), view.device_of(id), view.area_of(id)
            of_device = view.device(device)
            floor = view.areas[area].floor_id if area in view.areas else None
            labels = {*entry.labels, *(of_device.labels if of_device is not None else ())}
            found |= {f"entity/{id}", *(f"label/{label}" for label in labels)}
            found |= {f"{kind}/{one}" for kind, one in (("device", device), ("area", area), ("floor", floor)) if one}
        return {entry for entry in found if not _NO_LEVEL & set(entry.partition("/")[2])}


def _role(text: str) -> Role:
    """The role that a call announces; one that nobody knows is an owner's."""
    return next((role for role in ROLES if role == text), "owner")


def _everywhere(person: Person) -> int | None:
    """The level that somebody has for everything there is or will be; None where it differs from thing to thing."""
    if person.role == "owner":
        return len(VERBS) - 1
    about: list[Grant] = [one for one in person.grants if one.scope != "call"]
    if len(about) == 1 and about[0].scope == "all" and about[0].allow:
        return VERBS.index(about[0].verb)
    return None if about else -1
