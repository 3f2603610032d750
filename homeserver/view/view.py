"""The live picture of the home, as far as this process hears it: one for all of its workers.

Get it in `setup` by `house.shared(View)`. It keeps the last state and configuration of every entity, and what people
decided about entities, devices and areas. Whoever asks for a thing by a former id gets it as it is called now.
Watchers are called at once and in order, so they must be quick.
"""

from collections.abc import Callable, Iterator
from typing import Any, Final

from homeserver.runtime.heard import Heard
from homeserver.runtime.house import House
from homeserver.runtime.worker import Part, hears
from homeserver.topics.entity import ENTITY_CONFIG, ENTITY_STATE, EntityConfig, EntityState
from homeserver.topics.names import slug
from homeserver.topics.registry import (
    AREA_ENTRY,
    DEVICE_ENTRY,
    ENTITY_ENTRY,
    FLOOR_ENTRY,
    LABEL_ENTRY,
    AreaEntry,
    DeviceEntry,
    EntityEntry,
    FloorEntry,
    LabelEntry,
)
from homeserver.view.former import Former
from homeserver.view.state import State

Watcher = Callable[[str, EntityState | None, EntityState | None, Heard], None]
"""Called with entity id, old and new state (None: the entity was or is not there) and where it was said."""
Follower = Callable[[set[str] | None], None]
"""Called with the entities that were put elsewhere; None stands for any of them."""
_NO_ENTRY: Final = EntityEntry()
FOLLOW: Final = 0.1
"""Seconds in which what is put elsewhere in the home is gathered, before those that follow it look again."""


class View(Part):
    """What there is and how it is now. Whoever reads must not change what is read."""

    def __init__(self, house: House) -> None:
        self.states: dict[str, EntityState] = {}
        self.configs: dict[str, EntityConfig] = {}
        self.entities: dict[str, EntityEntry] = {}
        self.devices: dict[str, DeviceEntry] = {}
        self.areas: dict[str, AreaEntry] = {}
        self.floors: dict[str, FloorEntry] = {}
        self.labels: dict[str, LabelEntry] = {}
        self.former = Former()
        """Former ids of entities."""
        self.former_places = {kind: Former() for kind in ("device", "area", "floor", "label")}
        self.index: Any = None
        """What `targets` keeps of who is where; None once a thing was put elsewhere."""
        self.moves = 0
        """How often something was announced, renamed, put elsewhere or taken away: what was found before is so still
        where this is."""
        self._foreseen: dict[str, list[tuple[EntityState, EntityState | None]]] = {}
        self._watchers: dict[str, list[Watcher]] = {}
        self._watchers_of_all: list[Watcher] = []
        self._clock = house.clock
        self.moved: set[str] = set()
        """Entities that are elsewhere than `index` has them."""
        self._followers: list[tuple[Follower, frozenset[str]]] = []
        self._gathered: set[str] | None = set()
        self._gathering = False

    # -- what is so

    def current(self, entity_id: str) -> str:
        """The present id of an entity that is asked for by this or a former one."""
        if entity_id in self.states or entity_id in self.configs:
            return entity_id
        return self.former.now.get(entity_id, entity_id)

    def place(self, kind: str, id: str) -> str:
        """The same for a device, area, floor or label."""
        return self.former_places[kind].now.get(id, id)

    def said(self, entity_id: str) -> EntityState | None:
        """What is said of an entity that is asked for by this or a former id."""
        said = self.states.get(entity_id)
        if said is None and entity_id in self.former.now:
            said = self.states.get(self.current(entity_id))
        return said

    def config(self, entity_id: str) -> EntityConfig | None:
        """The same for what it is."""
        return self.configs.get(self.current(entity_id))

    def state(self, entity_id: str) -> State | None:
        """The state as templates see it, under the id that was asked for."""
        said = self.said(entity_id)
        return None if said is None else State(entity_id, said, self)

    def name(self, entity_id: str) -> str:
        """What people call it: their own word, the maker's, or the id in words."""
        if name := self.entry(entity_id).name:
            return name
        config = self.config(entity_id)
        return config.name if config is not None else entity_id.partition(".")[2].replace("_", " ")

    def entry(self, entity_id: str) -> EntityEntry:
        return self.entities.get(self.current(entity_id), _NO_ENTRY)

    def device(self, device_id: str | None) -> DeviceEntry | None:
        """What is known of a device that is asked for by this or a former id."""
        return self.devices.get(self.place("device", device_id)) if device_id is not None else None

    def device_of(self, entity_id: str) -> str | None:
        """The id of the device that the entity is a part of."""
        if device := self.entry(entity_id).device_id:
            return device
        config = self.config(entity_id)
        return config.device.id if config is not None and config.device is not None else None

    def area_of(self, entity_id: str) -> str | None:
        """The id of the area: the entity's own, else its device's, else the one that the device suggests."""
        if area := self.entry(entity_id).area_id:
            return area
        device = self.device(self.device_of(entity_id))
        if device is not None and device.area_id:
            return device.area_id
        config = self.config(entity_id)
        suggested = config.device.suggested_area if config is not None and config.device is not None else None
        return slug(suggested) if suggested else None

    def all_states(self, domain: str = "") -> Iterator[State]:
        """The states of every entity, or of those of one kind."""
        prefix = f"{domain}." if domain else ""
        return (State(id, said, self) for id, said in list(self.states.items()) if id.startswith(prefix))

    def known(self) -> Iterator[str]:
        """The ids of all entities that have a state or were announced."""
        yield from self.states
        yield from (entity_id for entity_id in self.configs if entity_id not in self.states)

    # -- watching

    def watch(self, entity_id: str, watcher: Watcher) -> Callable[[], None]:
        """Call `watcher` at each change of one entity, by its present id, until the returned function is called."""
        watchers = self._watchers.setdefault(entity_id, [])
        watchers.append(watcher)

        def unwatch() -> None:
            watchers.remove(watcher)
            if not watchers and self._watchers.get(entity_id) is watchers:
                del self._watchers[entity_id]

        return unwatch

    def watch_all(self, watcher: Watcher) -> Callable[[], None]:
        """The same for every entity."""
        self._watchers_of_all.append(watcher)
        return lambda: self._watchers_of_all.remove(watcher)

    def follow(self, follower: Follower, domains: frozenset[str]) -> Callable[[], None]:
        """Call `follower` soon after entities of some domains were announced, renamed, put elsewhere or taken away,
        until the returned function is called."""
        row = (follower, domains)
        self._followers.append(row)
        return lambda: self._followers.remove(row)

    def _placed(self, entity_id: str = "") -> None:
        """An entity was put elsewhere, or with a device or a room several were."""
        self.moves += 1
        if entity_id:
            self.moved.add(entity_id)
        else:
            self.index = None
        if not self._followers:
            return
        if not entity_id:
            self._gathered = None
        elif self._gathered is not None:
            self._gathered.add(entity_id)
        if not self._gathering:
            self._gathering = True
            self._clock.call_later(FOLLOW, self._tell_followers)

    def _tell_followers(self) -> None:
        gathered, self._gathered, self._gathering = self._gathered, set(), False
        domains = None if gathered is None else {entity_id.partition(".")[0] for entity_id in gathered}
        meant = [row[0] for row in self._followers if domains is None or not domains.isdisjoint(row[1])]
        _call(iter(meant), gathered)

    def foresee(self, entity_id: str, state: EntityState, old: EntityState | None) -> None:
        """What the owner of an entity in this process is about to say: known at once, though whoever watches is told
        in the order of what is said."""
        self._foreseen.setdefault(entity_id, []).append((state, old))
        self.states[entity_id] = state

    def _expected(self, entity_id: str, state: EntityState | None) -> tuple[EntityState, EntityState | None] | None:
        """The state with the one before it, if it was foreseen."""
        rows = self._foreseen.get(entity_id, [])
        found = next((at for at, row in enumerate(rows) if row[0] is state), None)
        if found is None:
            return None
        row = rows[found]
        del rows[: found + 1]
        if not rows:
            del self._foreseen[entity_id]
        return row

    # -- hearing

    @hears(ENTITY_STATE)
    def take_state(self, state: EntityState | None, heard: Heard) -> None:
        entity_id = f"{heard.where[0]}.{heard.where[1]}"
        old = self.states.get(entity_id)
        expected = self._expected(entity_id, state) if self._foreseen else None
        if expected is not None:
            old = expected[1]
        elif state is None:
            self.states.pop(entity_id, None)
        else:
            if old is None and entity_id in self.former.of:
                old = self._moved(entity_id)
            self.states[entity_id] = state
        if (old is None or state is None) and entity_id not in self.configs:
            self._placed(entity_id)
        if heard.snapshot or (old is None and state is None):
            return
        watchers = self._watchers_of_all
        for id in (entity_id, *self.former.of.get(entity_id, ())) if self._watchers else ():
            watchers = [*watchers, *self._watchers.get(id, ())]
        if len(watchers) == 1:
            watchers[0](entity_id, old, state, heard)
        elif watchers:
            _tell(iter(watchers), entity_id, old, state, heard)

    def _moved(self, entity_id: str) -> EntityState | None:
        """What the entity was like under the id that it had until now, which means nothing any more."""
        found = (self.states.pop(id, None) for id in reversed(self.former.of[entity_id]))
        return next((state for state in found if state is not None), None)

    @hears(ENTITY_CONFIG)
    def take_config(self, config: EntityConfig | None, heard: Heard) -> None:
        entity_id = f"{heard.where[0]}.{heard.where[1]}"
        before = self.configs.get(entity_id)
        if config is None:
            self.configs.pop(entity_id, None)
        else:
            self.configs[entity_id] = config
        if before != config:
            self._placed(entity_id)

    @hears(ENTITY_ENTRY)
    def take_entity(self, entry: EntityEntry | None, heard: Heard) -> None:
        former = entry.former if entry is not None else ()
        renamed = self.former.of.get(heard.where[0], ()) != former
        self.former.learn(heard.where[0], former)
        if entry is None:
            self.entities.pop(heard.where[0], None)
        else:
            self.entities[heard.where[0]] = entry
        self._placed("" if renamed else heard.where[0])

    @hears(DEVICE_ENTRY)
    def take_device(self, entry: DeviceEntry | None, heard: Heard) -> None:
        self._learn("device", entry, heard)
        if entry is None:
            self.devices.pop(heard.where[0], None)
        else:
            self.devices[heard.where[0]] = entry

    @hears(AREA_ENTRY)
    def take_area(self, entry: AreaEntry | None, heard: Heard) -> None:
        self._learn("area", entry, heard)
        if entry is None:
            self.areas.pop(heard.where[0], None)
        else:
            self.areas[heard.where[0]] = entry

    @hears(FLOOR_ENTRY)
    def take_floor(self, entry: FloorEntry | None, heard: Heard) -> None:
        self._learn("floor", entry, heard)
        if entry is None:
            self.floors.pop(heard.where[0], None)
        else:
            self.floors[heard.where[0]] = entry

    @hears(LABEL_ENTRY)
    def take_label(self, entry: LabelEntry | None, heard: Heard) -> None:
        self._learn("label", entry, heard)
        if entry is None:
            self.labels.pop(heard.where[0], None)
        else:
            self.labels[heard.where[0]] = entry

    def _learn(self, kind: str, entry: DeviceEntry | AreaEntry | FloorEntry | LabelEntry | None, heard: Heard) -> None:
        """What is said of a place, before it is kept: what it leads to may lie elsewhere from now on."""
        id, former, names = heard.where[0], entry.former if entry is not None else (), self.former_places[kind]
        renamed = names.of.get(id, ()) != former
        names.learn(id, former)
        if entry is None or renamed:
            self._placed()
        elif kind in ("device", "area") and (self.devices if kind == "device" else self.areas).get(id) != entry:
            if self.index is None:
                self._placed()
            else:
                for entity_id in (*self.index.of(f"{kind}_id", id), *self.moved):
                    self._placed(entity_id)


def _tell(
    watchers: Iterator[Watcher], entity_id: str, old: EntityState | None, new: EntityState | None, heard: Heard
) -> None:
    """Call each watcher, even if one before it fails; the failure is raised when all were called."""
    done = False
    try:
        for watcher in watchers:
            watcher(entity_id, old, new, heard)
        done = True
    finally:
        if not done:
            _tell(watchers, entity_id, old, new, heard)


def _call(followers: Iterator[Follower], moved: set[str] | None) -> None:
    """Call each follower, even if one before it fails."""
    done = False
    try:
        for follower in followers:
            follower(moved)
        done = True
    finally:
        if not done:
            _call(followers, moved)
