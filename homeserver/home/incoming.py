"""What an import would change here, row by row, as steps of one deed.

Places are known again by what they became last time, else by id, else by name. What came in is remembered as words of
kind `imported`, under the other system's own ids: so the next import brings only what is different there, and an entity
or a device that has not announced itself yet is expected. Needs registry and journal; changes nothing.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from homeserver.home import import_words as words
from homeserver.home.device import Described, Details
from homeserver.home.journal import FORMER, ID, Journal, Kind, Step, Words, given, imported, own_for
from homeserver.home.merging import merged
from homeserver.home.moving import Moving
from homeserver.home.newcomers import Newcomers
from homeserver.home.recognition import Recognition
from homeserver.home.registry import DeviceRow, EntityRow, Registry
from homeserver.home.renaming import MOST_FORMER, Renaming
from homeserver.topics.names import OBJECT_ID, slug

IMPORTED: Final[Kind] = "imported"
_HEX: Final = re.compile(r"[0-9a-f]{32}")
"""An id that is no word: of devices and entities, and of places such as Home Assistant gave before 2021."""
_LEADS: Final = "its id there leads to it"
_OWN: Final = "its own"
_PLACES: Final[Mapping[str, tuple[str, ...]]] = {
    "floor": ("name", "level", "aliases", "icon"),
    "label": ("name", "icon", "color", "description"),
    "area": ("name", "aliases", "icon"),
    "zone": ("name", "latitude", "longitude", "radius", "passive", "icon"),
}
"""The words of a row of a place that are words here too."""
_OF_ENTITIES: Final = ("name", "hidden", "disabled", "icon", "unit", "precision")
_OF_THEIRS: Final = ("name", "hidden", "icon")
"""The same of what other workers own."""


class Incoming:
    """`work` it out first: `lines` in the order of the rows, `steps` of the deed, `newcomers` that it expects.
    `misfits` tells of words that an entity cannot have, and why."""

    def __init__(
        self,
        rows: Iterable[words.Row],
        registry: Registry,
        journal: Journal,
        renaming: Renaming,
        misfits: Callable[[str, Mapping[str, Any]], Mapping[str, str]],
    ) -> None:
        self._registry = registry
        self._journal = journal
        self._renaming = renaming
        self._misfits = misfits
        self._rows: list[Any] = list({(row.kind, row.key): row for row in rows}.values())
        self._places: dict[tuple[str, str], str] = {}
        self._names: dict[tuple[str, str], str] = {}
        self._steps: list[Step] = []
        self._waiting: set[str] = set()
        self._stay: dict[str, str] = {}
        self._known: Recognition
        self._moving: Moving
        self.newcomers = Newcomers()
        self.lines: list[words.Line] = []

    def work(self) -> Iterator[None]:
        """A little at each step, as long as nothing changes in registry and journal."""
        self._known = Recognition(self._rows, self._registry)
        yield from self._known.work()
        self._moving = Moving(self._wanted(), self._registry, self._journal, self._renaming)
        yield
        for row in self._rows:
            self.lines.append(self._place(row) if row.kind in _PLACES else self._thing(row))
            yield
        self._steps += self._moving.leaving()

    @property
    def steps(self) -> list[Step]:
        return [step for step in self._steps if step.before != step.after]

    @property
    def changes(self) -> int:
        """How many things would be other than they are, or expected."""
        things = {(step.kind, step.id) for step in self.steps if step.kind != IMPORTED}
        things |= {("entity", own) for own in self._waiting}
        things |= {("entity", row.own) for row in self.newcomers.entities}
        things |= {("device", row.own) for row in self.newcomers.devices}
        return len(things)

    def _last(self, row: Any) -> Words | None:
        """What came in of a row before."""
        memory = self._journal.words.get((IMPORTED, _key(row)))
        return None if memory is None else memory["words"]

    def _take(self, row: Any, own: str, changes: Mapping[str, Any], wish: Mapping[str, Any]) -> None:
        """Steps for the changes, and for what is remembered of the row."""
        kind: Kind = row.kind
        if changes:
            after = self._journal.step(kind, own, {**self._journal.of(kind, own), **changes})
            is_there_anyway = kind in ("entity", "device") or (kind == "area" and own in self._registry.areas)
            is_bare = not after.after and is_there_anyway
            self._steps.append(self._journal.step(kind, own, None) if is_bare else after)
        said = {name: value for name, value in wish.items() if value is not None}
        self._steps.append(self._journal.step(IMPORTED, _key(row), {"own": own, "words": said}))

    # -- floors, labels, areas, zones

    def _place(self, row: Any) -> words.Line:
        kind: Kind = row.kind
        last = self._last(row)
        was = self._journal.of(IMPORTED, _key(row)).get("own")
        if was is not None and was not in self._registry.places(kind).values():
            why = (f"the {kind} {row.name} was taken away here",)
            return words.Line(kind=kind, key=row.key, outcome="kept", why=why)
        own, is_new = (was, False) if was is not None else self._own_of(kind, row)
        self._places[kind, row.key] = own
        self._names[kind, own] = row.name
        wish = {name: _said(getattr(row, name)) for name in _PLACES[kind]}
        if kind == "area":
            wish["floor_id"] = self._places.get(("floor", row.floor or ""))
        maker = {"name": self._registry.areas.get(own)} if kind == "area" else {}
        changes, kept = merged(self._journal.of(kind, own), last, wish, maker)
        line = self._line(row, f"{kind}.{self._journal.id_of(kind, own)}", own, changes, kept)
        self._take(row, own, changes, wish)
        if is_new:
            said = tuple(f"{_word(name)} {self._value(name, value)}" for name, value in changes.items())
            return line.model_copy(update={"outcome": "new", "changes": said[1:]})  # the name is told anyway
        return line

    def _own_of(self, kind: Kind, row: Any) -> tuple[str, bool]:
        """The own id of the place that a row means, and whether it is new."""
        there = self._registry.places(kind)
        taken = {own for (of_kind, _), own in self._places.items() if of_kind == kind}
        by_name = {slug(self._name(kind, own)): own for own in there.values()}
        id = row.key if OBJECT_ID.fullmatch(row.key) and not _HEX.fullmatch(row.key) else slug(row.name)
        known = there.get(id) or by_name.get(slug(row.name)) or self._journal.former(kind, id)
        if known is not None and known not in taken:
            return known, False
        free, count = id, 1
        while free in there or free in map(given, taken):
            count += 1
            free = f"{id}_{count}"
        return own_for(free, lambda own: (kind, own) in self._journal.words), True

    def _name(self, kind: Kind, own: str) -> str:
        return str(self._journal.of(kind, own).get("name") or self._registry.areas.get(own, own))

    # -- devices and entities

    def _wanted(self) -> dict[str, str]:
        """The ids that entities are to have, save where people here decided on one. See `Moving`."""
        wanted: dict[str, str] = {}
        for row in self._rows:
            found = self._known.entities.get(row.key) if row.kind == "entity" else None
            if row.kind == "entity" and row.theirs:
                continue
            if found is not None:
                here, maker = {ID: self._journal.of("entity", found.own).get(ID)}, {ID: given(found.own)}
                changes, kept = merged(here, self._last(row), {ID: row.key}, maker)
                if changes:
                    wanted[found.own] = row.key
                elif kept:
                    self._stay[found.own] = f"its id stays {found.id}, as it was decided here"
            elif row.kind == "entity" and row.expect and ("entity", row.key) not in self._known.doubles:
                wanted.setdefault(_key(row), row.key)
        return wanted

    def _thing(self, row: Any) -> words.Line:
        kind: Kind = row.kind
        found: Any = (self._known.devices if kind == "device" else self._known.entities).get(row.key)
        if (kind, row.key) in self._known.doubles:
            return words.Line(kind=kind, key=row.key, outcome="same")
        if found is None:
            return self._unknown(row)
        return self._known_thing(row, found)

    def _known_thing(self, row: Any, found: Any) -> words.Line:
        kind: Kind = row.kind
        wish = {"name": row.name, "area_id": self._places.get(("area", row.area or "")), "labels": self._labels(row)}
        maker: dict[str, Any] = {}
        if kind == "device":
            maker = {"name": found.details.name, "area_id": found.area_id}
        else:
            words_of = _OF_THEIRS if row.theirs else _OF_ENTITIES
            wish |= {name: getattr(row, name) for name in words_of} | {"aliases": _said(row.aliases)}
            maker = {"hidden": not found.visible, "disabled": not found.enabled} if found.key else {}
        last = self._last(row)
        changes, kept = merged(self._journal.of(kind, found.own), last, wish, maker)
        is_theirs = kind == "entity" and row.theirs
        misfits = self._misfits(found.id, changes) if kind == "entity" and not is_theirs else {}
        changes = {name: value for name, value in changes.items() if name not in misfits}
        wish |= dict.fromkeys(misfits)
        line = self._line(
            row, found.id if kind == "entity" else f"device.{found.id}", found.own, changes, kept, misfits.values()
        )
        if is_theirs:
            self._take(row, found.own, changes, wish)
            return line
        if kind == "entity":
            changes |= self._moving.words(found.own)
            wish[ID] = None if found.own in self._moving.refused else row.key
        leading = self._leading(kind, found.own, row.key if kind == "device" else row.registry_id, changes)
        if leading and line.outcome == "same":
            line = line.model_copy(update={"outcome": "changed", "changes": (_LEADS,)})
        self._take(row, found.own, {**changes, **leading}, wish)
        if isinstance(found, EntityRow) and not found.key and last is None:
            self._waiting.add(found.own)
            return line.model_copy(update={"outcome": "waits"})
        return line

    def _leading(self, kind: Kind, own: str, id: str | None, changes: Mapping[str, Any]) -> dict[str, Any]:
        """The word by which rules of the other system, which name a thing by its id there, find it here: as a former
        id. Empty where that leads to it already, or to something else."""
        if id is None or not _HEX.fullmatch(id) or self._renaming.holder(kind, id) is not None:
            return {}
        former = changes.get(FORMER, self._journal.of(kind, own).get(FORMER)) or ()
        return {FORMER: [*former, id][-MOST_FORMER:]}

    def _labels(self, row: Any) -> list[str] | None:
        return sorted(own for key in row.labels if (own := self._places.get(("label", key)))) or None

    def _unknown(self, row: Any) -> words.Line:
        """Of what is not here: whether it is expected."""
        said = tuple(f"{name} {_shown(value)}" for name in ("name", "area", "labels") if (value := getattr(row, name)))
        line = words.Line(kind=row.kind, key=row.key, thing=row.key if row.kind == "entity" else "", outcome="absent")
        if not row.expect or (row.kind == "device" and not (said and row.keys)):
            return line
        if row.kind == "entity" and self._registry.find(row.key.partition(".")[0], row.unique_id) is not None:
            return line.model_copy(update={"outcome": "kept", "why": ("it was taken out of the registry here",)})
        if reason := self._moving.refused.get(_key(row)):
            return line.model_copy(update={"outcome": "refused", "why": (reason,)})
        found = self._newcomer(row)
        if found is None:
            return line.model_copy(update={"outcome": "same"})
        self._known_thing(row, found)
        return line.model_copy(update={"outcome": "waits", "changes": said})

    def _newcomer(self, row: Any) -> DeviceRow | EntityRow | None:
        """What will be there of a row; None where an earlier row means it too."""
        if row.kind == "entity":
            return self.newcomers.entity(row.key, row.unique_id, self._registry, self._journal)
        return self.newcomers.device(Described(row.keys, Details(name=row.title or None)), self._registry)

    # -- in words

    def _line(
        self,
        row: Any,
        thing: str,
        own: str,
        changes: Mapping[str, Any],
        kept: tuple[str, ...],
        misfits: Iterable[str] = (),
    ) -> words.Line:
        here, told, why = self._journal.of(row.kind, own), list[str](), list(misfits)
        if row.kind == "entity":
            if (id := self._moving.wanted.get(own)) is not None:
                told.append(f"id {thing} -> {id}")
            why += [text for text in (self._stay.get(own), self._moving.refused.get(own)) if text]
        now = {name: self._value(name, here.get(name)) for name in (*changes, *kept)}
        said = ((name, new) for name, new in changes.items() if new is not False or now[name] != _OWN)
        told += (f"{_word(name)} {now[name]} -> {self._value(name, new)}" for name, new in said)
        why += (f"its {_word(name)} stays {now[name]}, as it was decided here" for name in kept)
        outcome: words.Outcome = "changed" if told else "kept" if why else "same"
        return words.Line(kind=row.kind, key=row.key, thing=thing, outcome=outcome, changes=tuple(told), why=tuple(why))

    def _value(self, name: str, value: Any) -> str:
        """A word to be shown: places by name."""
        if value is None:
            return _OWN
        kind = {"area_id": "area", "floor_id": "floor", "labels": "label"}.get(name)
        if kind is None:
            return _shown(value)
        owns = value if isinstance(value, list | tuple) else (value,)
        return ", ".join(self._names.get((kind, own)) or self._name(kind, own) for own in owns) or "none"  # type: ignore[arg-type]


def _key(row: Any) -> str:
    """Under which a row is remembered: what it is in the other system whatever it is called there."""
    if row.kind == "entity":
        return imported(row.key.partition(".")[0], row.unique_id)
    return f"{row.kind} {row.key}"


def _word(name: str) -> str:
    """The name of a word, for people."""
    return name.removesuffix("_id")


def _said(value: Any) -> Any:
    """A value as a word: nothing that only says that there is nothing."""
    return None if value is False or value == () else list(value) if isinstance(value, tuple) else value


def _shown(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
