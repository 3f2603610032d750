"""Zones: places on earth with a radius, said as entities `zone.*`; `zone.home` is the home's own, of its settings.

The others are words that people gave. A zone's state is the number of persons in it: of those who say that they are
where it is called so. Facts: Home Assistant's documentation of zones. Keeps nothing: the journal does.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from homeserver.home.journal import Journal
from homeserver.home.surroundings import RADIUS, Zone
from homeserver.runtime.heard import Heard
from homeserver.runtime.house import House
from homeserver.topics.entity import ENTITY_CONFIG, ENTITY_STATE, EntityConfig, EntityState

DOMAIN: Final = "zone"
HOME: Final = "home"
_PERSON: Final = "person"
Where = tuple[str, ...]


class Zones:
    """`around` are those that a tracker can be in, for who reads reports; it is changed in place."""

    def __init__(self, house: House, journal: Journal, owner: str) -> None:
        self.around: list[Zone] = []
        self._house = house
        self._journal = journal
        self._owner = owner
        self._where: dict[str, str] = {}
        """What each person says of where he is."""
        self._said: dict[str, tuple[EntityConfig | None, EntityState | None]] = {}
        self._count()

    def open(self, states: Mapping[Where, EntityState], configs: Iterable[Where]) -> None:
        """The first word on zones in this run; `states` and `configs` are what the broker kept of an earlier one."""
        for where in configs:
            if where[0] == DOMAIN:
                self._said[where[1]] = (None, states.get(where))
        self._house.hear(ENTITY_STATE, self._moved, domain=_PERSON)
        self.renew()

    def _moved(self, state: EntityState | None, heard: Heard) -> None:
        """Somebody is elsewhere."""
        person = ".".join(heard.where)
        before = self._where.get(person)
        if state is None:
            self._where.pop(person, None)
        else:
            self._where[person] = state.state.casefold()
        if self._where.get(person) != before:
            self.renew()

    def renew(self) -> None:
        """Say what differs, after people changed zones."""
        zones = self._all()
        for id in set(self._said) - set(zones):
            del self._said[id]
            self._house.say(ENTITY_CONFIG, None, DOMAIN, id)
            self._house.say(ENTITY_STATE, None, DOMAIN, id)
        for id, words in zones.items():
            self._say(id, words)
        self._count()

    def _all(self) -> dict[str, Mapping[str, Any]]:
        """The words of all zones by id; nobody takes the home's."""
        home = self._house.settings.home
        own = {"name": home.name, "latitude": home.latitude, "longitude": home.longitude, "icon": "mdi:home"}
        made = {self._journal.id_of("zone", own): self._journal.of("zone", own) for own in self._journal.owns("zone")}
        return made | {HOME: own}

    def _say(self, id: str, words: Mapping[str, Any]) -> None:
        config, before = self._said.get(id, (None, None))
        inside = [one for one, where in sorted(self._where.items()) if where in _names(id, words)]
        wanted = EntityConfig(name=words["name"], owner=self._owner, unique_id=id, icon=words.get("icon"))
        if config != wanted:
            self._house.say(ENTITY_CONFIG, wanted, DOMAIN, id)
        state = self._state(before, words, inside)
        if config is None or state != before:
            self._house.say(ENTITY_STATE, state, DOMAIN, id)
        self._said[id] = (wanted, state)

    def _state(self, before: EntityState | None, words: Mapping[str, Any], inside: list[str]) -> EntityState:
        attributes = {
            "latitude": words["latitude"],
            "longitude": words["longitude"],
            "radius": words.get("radius", RADIUS),
            "passive": bool(words.get("passive")),
            "persons": inside,
        }
        count = str(len(inside))
        if before is not None and (before.state, before.attributes) == (count, attributes):
            return before
        now = self._house.clock.now()
        changed = before.changed if before is not None and before.state == count else now
        return EntityState(count, attributes, changed, now)

    def _count(self) -> None:
        """Bring `around` up to date."""
        self.around[:] = [
            Zone(words["name"], (words["latitude"], words["longitude"]), words.get("radius", RADIUS))
            for id, words in self._all().items()
            if id != HOME and not words.get("passive")
        ]


def _names(id: str, words: Mapping[str, Any]) -> tuple[str, ...]:
    """What a person says who is in a zone."""
    return (str(words["name"]).casefold(), HOME) if id == HOME else (str(words["name"]).casefold(),)
