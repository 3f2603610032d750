"""Where people are: each one of the household as an entity `person.*`, by word of his device trackers.

Facts: Home Assistant's documentation of the person integration. A tracker that is in one place, such as a router, and
sees him at home is believed first; then the latest word of one that has coordinates; then the latest of all others,
that he is away. Trackers that are unknown or unavailable say nothing. Needs the live view; keeps what it said.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from homeserver.people.household import Household, User
from homeserver.runtime.house import House
from homeserver.runtime.leftovers import Leftovers
from homeserver.topics.cause import Cause
from homeserver.topics.entity import (
    ENTITY_CONFIG,
    ENTITY_STATE,
    UNAVAILABLE,
    UNKNOWN,
    EntityConfig,
    EntityState,
)
from homeserver.topics.record import record
from homeserver.view.view import View
from homeserver.view.zones import HOME, place_of

OWNER: Final = "people"
DOMAIN: Final = "person"
_AT_HOME: Final = "home"


@record
class Whereabouts:
    """Where somebody is: `home`, `not_home`, a zone's name or unknown; and what else is known of it."""

    state: str = UNKNOWN
    source: str | None = None
    attributes: tuple[tuple[str, Any], ...] = ()
    cause: Cause | None = None


def whereabouts(said: Iterable[tuple[str, EntityState | None]], home: EntityState | None) -> Whereabouts:
    """Of what trackers say, and of the zone of the home."""
    known = [(id, state) for id, state in said if state is not None and state.state not in (UNKNOWN, UNAVAILABLE)]
    latest: dict[str, tuple[str, EntityState]] = {}
    for id, state in sorted(known, key=lambda row: row[1].updated):
        gps = state.attributes.get("source_type") == "gps"
        latest["gps" if gps else _AT_HOME if state.state == _AT_HOME else "away"] = (id, state)
    found = next((latest[kind] for kind in (_AT_HOME, "gps", "away") if kind in latest), None)
    if found is None:
        return Whereabouts()
    source, state = found
    place = place_of(state.attributes)
    accuracy = state.attributes.get("gps_accuracy")
    if place is None and latest.get(_AT_HOME) is found and home is not None:
        place, accuracy = place_of(home.attributes), None
    where: dict[str, Any] = {} if place is None else {"latitude": place[0], "longitude": place[1]}
    if accuracy is not None and place is not None:
        where["gps_accuracy"] = accuracy
    return Whereabouts(state.state, source, tuple(where.items()), state.cause)


class Persons:
    """`begin` at start; `renew` when somebody came, changed or went."""

    def __init__(self, house: House, household: Household, view: View) -> None:
        self._house = house
        self._household = household
        self._view = view
        self._said: dict[str, tuple[EntityConfig | None, EntityState | None]] = {}
        self._watches: dict[str, tuple[tuple[str, ...], list[Callable[[], None]]]] = {}
        self._unwatch_home = view.watch(HOME, lambda *_: self.renew())

    def begin(self, said: Leftovers) -> None:
        """The first word in this run; what an earlier run said of people who are gone is taken back."""
        states = dict(said.of(ENTITY_STATE))
        for where, config in said.of(ENTITY_CONFIG):
            if config.owner == OWNER and where[0] == DOMAIN:
                self._said[where[1]] = (config, states.get(where))
        self.renew()

    def close(self) -> None:
        self._unwatch_home()
        for id in list(self._watches):
            self._unwatch(id)

    def renew(self) -> None:
        """Say what differs, of everybody: there are few."""
        users = {user.object_id: user for user in self._household.users.values() if user.role != "service"}
        for object_id in set(self._said) - set(users):
            del self._said[object_id]
            self._unwatch(object_id)
            self._house.say(ENTITY_CONFIG, None, DOMAIN, object_id)
            self._house.say(ENTITY_STATE, None, DOMAIN, object_id)
        for object_id, user in users.items():
            self._watch(object_id, user.trackers)
            self._say(object_id, user)

    def _watch(self, object_id: str, trackers: tuple[str, ...]) -> None:
        if self._watches.get(object_id, ((), []))[0] == trackers:
            return
        self._unwatch(object_id)
        ends = [self._view.watch(tracker, lambda *_: self._moved(object_id)) for tracker in trackers]
        self._watches[object_id] = (trackers, ends)

    def _unwatch(self, object_id: str) -> None:
        for end in self._watches.pop(object_id, ((), []))[1]:
            end()

    def _moved(self, object_id: str) -> None:
        user = next((user for user in self._household.users.values() if user.object_id == object_id), None)
        if user is not None:
            self._say(object_id, user)

    def _say(self, object_id: str, user: User) -> None:
        config, before = self._said.get(object_id, (None, None))
        wanted = EntityConfig(user.name, OWNER, unique_id=user.id, icon=user.icon)
        if config != wanted:
            self._house.say(ENTITY_CONFIG, wanted, DOMAIN, object_id)
        state = self._state(user, before)
        if config is None or state is not before:
            self._house.say(ENTITY_STATE, state, DOMAIN, object_id)
        self._said[object_id] = (wanted, state)

    def _state(self, user: User, before: EntityState | None) -> EntityState:
        trackers = [(self._view.current(id), self._view.said(id)) for id in user.trackers]
        found = whereabouts(trackers, self._view.said(HOME))
        attributes = _attributes(user, [id for id, _ in trackers], found)
        if before is not None and (before.state, before.attributes) == (found.state, attributes):
            return before
        now = self._house.clock.now()
        changed = before.changed if before is not None and before.state == found.state else now
        return EntityState(found.state, attributes, changed, now, found.cause)


def _attributes(user: User, trackers: list[str], found: Whereabouts) -> dict[str, Any]:
    known: Mapping[str, Any] = {"source": found.source, "entity_picture": user.picture, **dict(found.attributes)}
    own = {"id": user.id, "user_id": user.id, "editable": True, "device_trackers": trackers}
    return own | {name: value for name, value in known.items() if value is not None}
