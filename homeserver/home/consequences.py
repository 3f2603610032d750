"""What follows from a deed: things move to other ids, come and go, and all that names them is said anew.

Whatever is known of an entity moves with it: state, timers, commands under way. Keeps nothing.
"""

from collections.abc import Callable, Iterable

from homeserver.home.entity import Entity
from homeserver.home.entries import Entries
from homeserver.home.journal import DISABLED, ID, REMOVED, Deed, Step
from homeserver.home.registry import EntityRow, Registry
from homeserver.home.roster import Change, Roster
from homeserver.home.saying import Saying
from homeserver.home.tuning import tuning_of

Apply = Callable[[Change], None]


class Consequences:
    """`follow` is called once the words of people have changed."""

    def __init__(self, registry: Registry, roster: Roster, entries: Entries, saying: Saying, apply: Apply) -> None:
        self._registry = registry
        self._roster = roster
        self._entries = entries
        self._saying = saying
        self._apply = apply

    def follow(self, deed: Deed) -> None:
        self._devices(deed)
        self._entities(deed)
        if any(_is_renamed(step) for step in deed.steps):
            self._entries.all()
        for step in deed.steps:
            self._entries.renew(step.kind, step.id)

    def _devices(self, deed: Deed) -> None:
        """Devices with other ids or names: their entities say whose parts they are."""
        touched = [self._registry.devices[step.id] for step in deed.steps if step.kind == "device"]
        if touched:
            self._registry.rename_devices()
        for device in touched:
            for entity in self._roster.described_anew(device):
                self._saying.config(entity)

    def _entities(self, deed: Deed) -> None:
        touched = [(self._registry.rows[step.id], step) for step in deed.steps if step.kind == "entity"]
        self._move([row for row, step in touched if _is_renamed(step)])
        for row, step in touched:
            if (step.before or {}).get(DISABLED) != (step.after or {}).get(DISABLED):
                self._apply(self._roster.switch(row))
            if tuning_of(step.before or {}) != tuning_of(step.after or {}):
                self._apply(self._roster.tuned(row))

    def _move(self, rows: Iterable[EntityRow]) -> None:
        """Give entities their new ids, all at once: two may change places."""
        rows = list(rows)
        entities = [(row, self._roster.take_out(row)) for row in rows]
        self._registry.rename(rows)
        moved: list[tuple[Entity, tuple[str, str]]] = []
        for row, entity in entities:
            if entity is not None:
                moved.append((entity, entity.where))
                self._roster.put_in(entity, row)
        for entity, _ in moved:
            if entity.where in self._roster.entities:
                self._saying.moved(entity)
        for _, where in moved:
            if where not in self._roster.entities:
                self._saying.gone(where)


def _is_renamed(step: Step) -> bool:
    before, after = step.before or {}, step.after or {}
    return before.get(ID) != after.get(ID) or (REMOVED in before) != (REMOVED in after)
