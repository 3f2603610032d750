"""Ids that people give: whether they may, who has them now, and what a change of ids does to the words of things.

An id belongs to one thing of its kind, now or as a former one that still leads to it. Keeps nothing.
"""

from collections.abc import Container, Iterable, Iterator, Mapping
from typing import Any, Final

from homeserver.home.journal import FORMER, ID, PAYLOAD, REMOVED, RETAINED, Journal, Kind, Step, given
from homeserver.home.registry import Registry
from homeserver.topics.call import CallError
from homeserver.topics.names import OBJECT_ID, BadNameError, slug, split_entity

MOST_FORMER: Final = 20
REFERENCES: Final[Mapping[str, Kind]] = {"area_id": "area", "floor_id": "floor", "labels": "label"}
"""Words that name other things, and of which kind."""


_A: Final[Mapping[str, str]] = {"entity": "an", "device": "a", "area": "an", "floor": "a", "label": "a", "zone": "a"}
_NO_THINGS: Final = ("imported", RETAINED)
"""Kinds of words that are memories: they claim nothing."""


class Renaming:
    """Answers by own ids; raises `CallError` where people ask for what cannot be."""

    def __init__(self, registry: Registry, journal: Journal) -> None:
        self._registry = registry
        self._journal = journal

    def holder(self, kind: Kind, id: str) -> str | None:
        """The own id of what has an id or had it."""
        if kind == "entity":
            row = self._registry.entity(id)
            return row.own if row is not None else None
        if kind == "device":
            device = self._registry.find_device(id)
            return device.own if device is not None else None
        return self._registry.place(kind, id)

    def new_place(self, kind: Kind, id: str) -> str:
        """The own id of a place or label that is made."""
        if (holder := self.holder(kind, id)) is not None:
            now = self._journal.id_of(kind, holder)
            called = "" if now == id else f" and called {now} by now"
            raise CallError("conflict", f"the {kind} {id} is there already{called}: name it to change it", "name")
        return self._journal.own_for(kind, id)

    def renamed(self, kind: Kind, own: str, asked: dict[str, Any]) -> Iterator[Step]:
        """Put what is asked of ids into the words that are asked for; gives the steps of others that lose an id."""
        take, words = asked.pop("take", False), self._journal.of(kind, own)
        now, former = self._journal.id_of(kind, own), list(words.get(FORMER, ()))
        if FORMER in asked:
            former = self._kept(former, asked[FORMER] or ())
        if ID in asked:
            id = asked[ID] or given(own)
            self._check(kind, now, id)
            yield from self._yielded(kind, own, id, take=take)
            former = [one for one in (*former, now) if one != id] if id != now else former
            asked[ID] = id if id != given(own) else None
        if FORMER in asked or ID in asked:
            asked[FORMER] = former[-MOST_FORMER:] or None

    @staticmethod
    def _kept(former: list[str], wanted: Iterable[str]) -> list[str]:
        unknown = [id for id in wanted if id not in former]
        if unknown:
            known = ", ".join(former) or "none"
            raise CallError(
                "invalid", f"{unknown[0]} is no former id of it: leave out those to free, of {known}", FORMER
            )
        return [id for id in former if id in wanted]

    @staticmethod
    def _check(kind: Kind, now: str, id: str) -> None:
        if kind != "entity":
            if not OBJECT_ID.fullmatch(id):
                raise CallError("invalid", f"{id!r} is no id: it is made of a-z 0-9 _, such as {slug(id)}", ID)
            return
        domain = now.partition(".")[0]
        try:
            wanted, _ = split_entity(id)
        except BadNameError as error:
            raise CallError(
                "invalid", f"{error}, for example {domain}.{slug(id.removeprefix(f'{domain}.'))}", ID
            ) from None
        if wanted != domain:
            raise CallError("invalid", f"{now} is a {domain} and stays one: its id must begin with {domain}.", ID)

    def _yielded(self, kind: Kind, own: str, id: str, *, take: bool) -> Iterator[Step]:
        """The steps of whoever has to let go of an id; raises `CallError` where it may not be taken."""
        if kind == "entity" and id in self._registry.others:
            raise CallError("conflict", f"{id} is there already: another worker has it", ID)
        holder = self.holder(kind, id)
        if holder is None or holder == own:
            return
        now, words = self._journal.id_of(kind, holder), self._journal.of(kind, holder)
        if now != id:
            if not take:
                raise CallError(
                    "conflict",
                    f"{id} leads to {now}, which was called so: `take`, or `rename --take`, takes it away",
                    ID,
                )
            left = [one for one in words[FORMER] if one != id] or None
            yield self._journal.step(kind, holder, {**words, FORMER: left})
        elif kind == "entity" and self.is_only_remembered(holder):
            yield self._journal.step(kind, holder, {REMOVED: ""})
        else:
            raise CallError("conflict", f"{id} is taken: there is {_A[kind]} {kind} of that id already", ID)

    def is_only_remembered(self, own: str) -> bool:
        """Whether an entity is announced no more, and nobody ever said a word about it."""
        row = self._registry.rows[own]
        return not row.present and bool(row.key) and ("entity", own) not in self._journal.words

    # -- what cannot stand

    def clash(self, steps: Iterable[Step], newcomers: Container[str] = ()) -> str:
        """Why the words after these steps cannot stand beside all others; empty where they can. `newcomers` are the own
        ids of entities and devices that will be there then."""
        steps = list(steps)
        after = {(step.kind, step.id): step.after for step in steps}
        if topic := next((step.id for step in steps if step.kind == RETAINED and self._is_overtaken(step)), None):
            return f"something else was announced on {topic} since"
        claimed: set[tuple[Kind, str]] = set()
        for (kind, own), words in after.items():
            if kind in _NO_THINGS:
                continue
            reason = "" if own in newcomers else self._missing(kind, own)
            if reason:
                return reason
            if REMOVED in (words or {}) or (words is None and not self._is_there_by_itself(kind, own)):
                continue
            for id in ((words or {}).get(ID) or given(own), *(words or {}).get(FORMER, ())):
                holder = self.holder(kind, id)
                is_taken = holder is not None and (kind, holder) not in after
                is_theirs = kind == "entity" and id in self._registry.others and id != own
                if is_taken or (kind, id) in claimed or is_theirs:
                    return f"the {kind} id {id} is another's now: rename that first"
                claimed.add((kind, id))
        return next(self._dangling(after), "")

    def _is_overtaken(self, step: Step) -> bool:
        """Whether a discovery topic says something else by now than what is put there, or taken away."""
        now, meant = self._registry.payload(step.id), (step.before or step.after or {})[PAYLOAD]
        return now is not None and (step.before is None or now != meant.encode("latin-1"))

    def _is_there_by_itself(self, kind: Kind, own: str) -> bool:
        return kind in ("entity", "device") or (kind == "area" and own in self._registry.areas)

    def _missing(self, kind: Kind, own: str) -> str:
        if kind == "entity" and own in self._registry.others:
            return ""
        known = self._registry.rows if kind == "entity" else self._registry.devices if kind == "device" else None
        return f"{kind} {given(own)} is not there any more" if known is not None and own not in known else ""

    def _dangling(self, after: Mapping[tuple[Kind, str], Any]) -> Iterator[str]:
        """References of these words to what is not there then."""
        is_less = any(words is None for words in after.values())
        known: dict[Any, Any] = {**self._journal.words, **after} if is_less else dict(after)
        for (kind, own), words in known.items():
            for of_kind, one in references(words or {}) if kind not in _NO_THINGS else ():
                if not self._stands(of_kind, one, after):
                    yield f"{kind} {given(own)} would be in {of_kind} {given(one)}, which is not there then"

    def _stands(self, kind: Kind, own: str, after: Mapping[tuple[Kind, str], Any]) -> bool:
        if kind == "area" and own in self._registry.areas:
            return True
        return after.get((kind, own), self._journal.words.get((kind, own))) is not None


def references(words: Mapping[str, Any]) -> Iterator[tuple[Kind, str]]:
    """The things that words name, by own ids."""
    for word, kind in REFERENCES.items():
        named = words.get(word) or ()
        for one in (named,) if isinstance(named, str) else named:
            yield kind, one
