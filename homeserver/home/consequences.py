"""What follows from a deed: things move to other ids, come and go, and all that names them is said anew.

Whatever is known of an entity moves with it: state, timers, commands under way. Ids change all at once; what is to be
said of that is said a little at a time, each thing as it is by then. Keeps nothing.
"""

from collections.abc import Callable, Iterable, Iterator

from homeserver.home.entries import Entries
from homeserver.home.journal import DISABLED, ID, PAYLOAD, REMOVED, RETAINED, Deed, Step, Words
from homeserver.home.litter import Litter
from homeserver.home.registry import EntityRow, Registry
from homeserver.home.roster import Change, Roster, where_of
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

    def follow(self, deed: Deed, newcomers: Iterable[EntityRow] = ()) -> Iterator[None]:
        """What goes lets go of its id before anything takes it; what comes back finds its id free. `newcomers` are
        expected from now on. Ids, the broker and who is there are right after the first step: the next deed may come
        before the last one."""
        self._retained([step for step in deed.steps if step.after is None])
        rows = self._registry.rows  # entities of other workers have none
        touched = [(rows[step.id], step) for step in deed.steps if step.kind == "entity" and step.id in rows]
        for row, step in touched:
            if _has(step.after, REMOVED) and row.present:
                self._apply(self._roster.leave(row))
        moved = self._move([*(row for row, step in touched if _is_renamed(step)), *newcomers])
        devices = [step.id for step in deed.steps if step.kind == "device"]
        if devices:
            self._registry.rename_devices()
        self._bring_back([row for row, step in touched if _has(step.before, REMOVED) > _has(step.after, REMOVED)])
        self._retained([step for step in deed.steps if step.after is not None])
        yield
        yield from self._moved(moved)
        yield from self._devices(devices)
        for row, step in touched:
            if _value(step.before, DISABLED) != _value(step.after, DISABLED):
                self._apply(self._roster.switch(row))
            if tuning_of(step.before or {}) != tuning_of(step.after or {}):
                self._apply(self._roster.tuned(row))
            yield
        if any(_is_renamed(step) for step in deed.steps if step.kind != "entity"):
            yield from self._entries.each()  # no entry names an entity
        for step in deed.steps:  # places that are gone are among these alone
            self._entries.renew(step.kind, step.id)
            yield

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

    def _devices(self, owns: Iterable[str]) -> Iterator[None]:
        """Devices with other ids or names: their entities say whose parts they are."""
        for own in owns:
            device = self._registry.devices.get(own)
            for entity in self._roster.described_anew(device) if device is not None else ():
                self._saying.config(entity)
            yield

    def _move(self, rows: Iterable[EntityRow]) -> list[tuple[EntityRow, tuple[str, str]]]:
        """Give entities their new ids, all at once: two may change places. Gives those that were there, and where."""
        rows = list(rows)
        entities = [(row, self._roster.take_out(row)) for row in rows]
        self._registry.rename(rows)
        moved = []
        for row, entity in entities:
            if entity is not None:
                moved.append((row, entity.where))
                self._roster.put_in(entity, row)
        return moved

    def _moved(self, moved: Iterable[tuple[EntityRow, tuple[str, str]]]) -> Iterator[None]:
        """Say where they are now; then, unless others are there by now, that nothing is where they were."""
        for row, _ in moved:
            entity = self._roster.entities.get(where_of(row.id))
            if entity is not None and entity.own == row.own:
                self._saying.moved(entity)
            yield
        for _, where in moved:
            if where not in self._roster.entities:
                self._saying.gone(where)
            yield


def _has(words: Words | None, name: str) -> bool:
    return words is not None and name in words


def _value(words: Words | None, name: str) -> object:
    return (words or {}).get(name)


def _is_renamed(step: Step) -> bool:
    return _value(step.before, ID) != _value(step.after, ID) or _has(step.before, REMOVED) != _has(step.after, REMOVED)
