"""Several entities as one: on where one of them is, or all of them with `all: true`; what it is told reaches each.

Facts: https://www.home-assistant.io/integrations/group (old style). Which words mean on differs by domain.
"""

from collections.abc import Mapping
from typing import Any, ClassVar, Final

from homeserver.rules.owned.thing import Act, Thing, done, named
from homeserver.rules.reading.fields import Fields
from homeserver.topics.cause import Cause
from homeserver.topics.entity import UNAVAILABLE, UNKNOWN, EntityState
from homeserver.topics.record import record
from homeserver.topics.services import SERVICES


@record
class Words:
    """What the entities of a domain say when they are on, and what a group of only them says."""

    on: frozenset[str]
    one: str = "on"
    none: str = "off"


_ON: Final = Words(frozenset({"on"}))
_HOME: Final = Words(frozenset({"home"}), "home", "not_home")
_ARMED: Final = frozenset(f"armed_{way}" for way in ("away", "custom_bypass", "home", "night", "vacation"))
_OPEN: Final = Words(frozenset({"open", "opening", "closing"}), "open", "closed")
WORDS: Final[Mapping[str, Words]] = {
    "alarm_control_panel": Words(_ARMED | {"triggered"}),
    "climate": Words(frozenset({"on", "heat", "cool", "heat_cool", "auto", "fan_only", "dry"})),
    "cover": _OPEN,
    "valve": _OPEN,
    "device_tracker": _HOME,
    "person": _HOME,
    "lock": Words(frozenset({"locking", "open", "opening", "unlocked", "unlocking"}), "unlocked", "locked"),
    "media_player": Words(frozenset({"on", "paused", "playing", "idle"})),
    "plant": Words(frozenset({"problem"}), "problem", "ok"),
    "vacuum": Words(frozenset({"on", "cleaning", "returning", "error"})),
    "lawn_mower": Words(frozenset({"mowing", "returning", "error"})),
    "water_heater": Words(frozenset({"on", "eco", "electric", "performance", "high_demand", "heat_pump", "gas"})),
}
_MEASURES: Final = frozenset({"sensor", "weather", "sun", "air_quality", "zone"})
"""What is neither on nor off."""


class Group(Thing):
    """`members` in the order of the file. Its state follows theirs."""

    domain = "group"
    keeps = False

    def __init__(
        self,
        object_id: str,
        name: str,
        icon: str | None,
        members: tuple[str, ...],
        *,
        every: bool,
        is_made: bool = False,
    ) -> None:
        super().__init__(object_id, name, icon)
        self.members = members
        self.every = every
        self.keeps = self.is_made = is_made
        self.attributes = {"entity_id": list(members)}

    def kept(self) -> dict[str, Any]:
        return {"made": {"name": self.name, "icon": self.icon, "members": list(self.members), "all": self.every}}

    def restore(self, kept: Mapping[str, Any]) -> None:
        """It is what its members are."""

    def begin(self) -> None:
        for entity_id in self.members:
            self.desk.engine.listen(entity_id, self._hear)
        self._look()

    def end(self) -> None:
        for entity_id in self.members:
            self.desk.engine.unlisten(entity_id, self._hear)

    def _hear(self, entity_id: str, old: EntityState | None, new: EntityState | None) -> None:
        if old is None or new is None or old.state != new.state:
            self._look()
            self.show(new.cause if new is not None else None)

    def _look(self) -> None:
        view = self.desk.engine.view
        ons, kinds, is_known = [], set(), False
        for entity_id in self.members:
            domain, said = entity_id.partition(".")[0], view.said(entity_id)
            if domain in _MEASURES:
                continue
            words = self._words(domain, said)
            kinds.add((words.one, words.none))
            if said is not None:
                is_known = is_known or said.state not in (UNAVAILABLE, UNKNOWN)
                ons.append(said.state in words.on)
        one, none = kinds.pop() if len(kinds) == 1 else ("on", "off")
        if not is_known:
            self.state = UNKNOWN
            return
        self.state = one if (all(ons) if self.every else any(ons)) else none

    @staticmethod
    def _words(domain: str, said: EntityState | None) -> Words:
        """Of a group inside this one: those of its own members, by what it says."""
        if domain == "group" and said is not None:
            for words in WORDS.values():
                if said.state in (words.one, words.none) and words.one != "on":
                    return Words(frozenset({words.one}), words.one, words.none)
        return WORDS.get(domain, _ON)

    def hands_on(self, service: str) -> bool:
        return True

    def _tell(self, service: str, data: Mapping[str, Any], cause: Cause | None) -> None:
        """Tell each member; those that know no such service are left out."""
        for entity_id in self.members:
            if service in SERVICES.get(entity_id.partition(".")[0], {}):
                self.desk.command(entity_id, service, data, cause)

    acts: ClassVar[Mapping[str, Act]] = {
        "turn_on": lambda thing, data, cause: thing._tell("turn_on", data, cause),
        "turn_off": lambda thing, data, cause: thing._tell("turn_off", data, cause),
        "toggle": lambda thing, data, cause: thing._tell("turn_off" if thing.state == "on" else "turn_on", data, cause),
    }


def read_group(fields: Fields, object_id: str) -> Group:
    """A group of a file; raises `RuleError`."""
    id, name, icon = named(fields, object_id)
    members = fields.entities("entities", required=False)
    if f"group.{id}" in members:
        raise fields.wrong("a group cannot hold itself", "entities")
    every = fields.flag("all", False)
    done(fields, "view", "control", "hidden")
    return Group(id, name, icon, members, every=every)


def made_group(object_id: str, body: Mapping[str, Any]) -> Group:
    """One that `group.set` made."""
    name = body.get("name") or object_id.replace("_", " ").capitalize()
    members = tuple(id for id in body["members"] if id != f"group.{object_id}")
    return Group(object_id, str(name), body.get("icon"), members, every=bool(body.get("all")), is_made=True)
