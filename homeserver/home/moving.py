"""Which entities may take the ids that an import wants for them: all at once, so that two may change places. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any

from homeserver.home.journal import FORMER, ID, REMOVED, Journal, Step, given
from homeserver.home.registry import Registry
from homeserver.home.renaming import MOST_FORMER, Renaming
from homeserver.topics.names import BadNameError, split_entity


class Moving:
    """`wanted`: by own id, or by any other text for an entity that is not known yet. `refused`: why not."""

    def __init__(self, wanted: Mapping[str, str], registry: Registry, journal: Journal, renaming: Renaming) -> None:
        self._registry = registry
        self._journal = journal
        self._renaming = renaming
        self.wanted = dict(wanted)
        self.refused: dict[str, str] = {}
        while blocked := dict(self._blocked()):
            self.refused |= blocked
            for own in blocked:
                del self.wanted[own]
        self._taken = frozenset(self.wanted.values())

    def _blocked(self) -> Iterator[tuple[str, str]]:
        first: dict[str, str] = {}
        for own, id in self.wanted.items():
            if not is_entity(id):
                yield own, f"{id!r} is no id of an entity: it is made of a-z 0-9 _ with one dot, such as light.hall"
            elif first.setdefault(id, own) != own:
                yield own, f"two entities there have the id {id}"
            elif id in self._registry.others:
                yield own, f"{id} belongs to another worker here"
            elif reason := self._held(own, id):
                yield own, reason

    def _held(self, own: str, id: str) -> str:
        """Why an id is not to be had from whoever has it or had it."""
        holder = self._renaming.holder("entity", id)
        if holder is None or holder == own:
            return ""
        now = self._journal.id_of("entity", holder)
        if now != id:
            return f"{id} leads to {now} here, which was called so: free it there if you want it"
        if self.wanted.get(holder, id) != id or self._renaming.is_only_remembered(holder):
            return ""
        return f"{id} is another entity here: give that another id first"

    def words(self, own: str) -> dict[str, Any]:
        """What a move changes about the words of an entity; empty where it stays."""
        id = self.wanted.get(own)
        if id is None:
            return {}
        former = list(self._journal.of("entity", own).get(FORMER, ()))
        if self._registry.rows[own].key:  # what was never announced was never called so by anybody
            former.append(self._journal.id_of("entity", own))
        return {
            ID: id if id != given(own) else None,
            FORMER: [one for one in former if one not in self._taken][-MOST_FORMER:] or None,
        }

    def leaving(self) -> Iterator[Step]:
        """Steps of what is only remembered and gives its id away."""
        for own, id in self.wanted.items():
            holder = self._renaming.holder("entity", id)
            if holder is not None and holder != own and holder not in self.wanted:
                yield self._journal.step("entity", holder, {REMOVED: ""})


def is_entity(id: str) -> bool:
    """Whether a text can be the id of an entity."""
    try:
        split_entity(id)
    except BadNameError:
        return False
    return True
