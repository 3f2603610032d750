"""What follows from a deed: things move to other ids, come and go, and all that names them is said anew.

Whatever is known of an entity moves with it: state, timers, commands under way. Keeps nothing.
"""

from collections.abc import Callable, Iterable

from homeserver.home.entity import Entity
from homeserver.home.entries import Entries
from homeserver.home.journal import DISABLED, ID, PAYLOAD, REMOVED, RETAINED, Deed, Step, Words
from homeserver.home.litter import Litter
from homeserver.home.registry import EntityRow, Registry
from homeserver.home.roster import Change, Roster
from homeserver.home.saying import Saying
from homeserver.home.tuning import tuning_of

Apply = Callable[[Change], None]
Announce = Callable[[str, bytes, bool], None]


class Consequences:
    """`follow` is called once the words of people have changed."""

    def __init__(
        self,
        registry: Registry,
        roster: Roster,
        entries: Entries,
        saying: Saying,
        litter: Litter,
        apply: Apply,
        announce: Announce,
    ) -> None:
        self._registry = registry
        self._roster = roster
        self._entries = entries
        self._saying = saying
        self._litter = litter
        self._apply = apply
        self._announce = announce

    def follow(self, deed: Deed) -> None:
        """What goes lets go of its id before anything takes it; what comes back finds its id free."""
        self._retained([step for step in deed.steps if step.after is None])
        touched = [(self._registry.rows[step.id], step) for step in deed.steps if step.kind == "entity"]
        for row, step in touched:
            if _has(step.after, REMOVED) and row.present:
                self._apply(self._roster.leave(row))
        self._move([row for row, step in touched if _is_renamed(step)])
        self._devices(deed)
        for row, step in touched:
            if _value(step.before, DISABLED) != _value(step.after, DISABLED):
                self._apply(self._roster.switch(row))
            if tuning_of(step.before or {}) != tuning_of(step.after or {}):
                self._apply(self._roster.tuned(row))
        self._bring_back([row for row, step in touched if _has(step.before, REMOVED) > _has(step.after, REMOVED)])
        self._retained([step for step in deed.steps if step.after is not None])
        if any(_is_renamed(step) for step in deed.steps):
            self._entries.all()
        for step in deed.steps:  # places that are gone are among these alone
            self._entries.renew(step.kind, step.id)

    def _retained(self, steps: Iterable[Step]) -> None:
        """Messages that are taken off the broker, or put there again."""
        for step in steps:
            if step.kind != RETAINED:
                continue
            payload = step.after[PAYLOAD].encode("latin-1") if step.after is not None else b""
            if self._litter.put(step.id, payload):
                self._announce(step.id, payload, True)

    def _bring_back(self, rows: Iterable[EntityRow]) -> None:
        """What was removed and is announced still."""
        for topic in {row.topic for row in rows if row.key}:
            if (payload := self._registry.payload(topic)) is not None:
                self._announce(topic, payload, False)

    def _devices(self, deed: Deed) -> None:
        """Devices with other ids or names: their entities say whose parts they are."""
        touched = [self._registry.devices[step.id] for step in deed.steps if step.kind == "device"]
        if touched:
            self._registry.rename_devices()
        for device in touched:
            for entity in self._roster.described_anew(device):
                self._saying.config(entity)

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


def _has(words: Words | None, name: str) -> bool:
    return words is not None and name in words


def _value(words: Words | None, name: str) -> object:
    return (words or {}).get(name)


def _is_renamed(step: Step) -> bool:
    return _value(step.before, ID) != _value(step.after, ID) or _has(step.before, REMOVED) != _has(step.after, REMOVED)
