"""Areas, floors and labels as people name them in an edit: by id, by name, or by an id of before.

What whoever asks does not see is not there: a place in which he sees nothing is not found, and no hint names it.
"""

from difflib import get_close_matches
from typing import Final

from homeserver.home.journal import Journal, Kind
from homeserver.home.registry import Registry
from homeserver.runtime.judging import Sight
from homeserver.topics.call import CallError
from homeserver.topics.names import slug

_FEW: Final = 5
"""Names that are told where none is like the one that was asked for."""


class Places:
    """`find` one; `unknown` is the error where there is none."""

    def __init__(self, registry: Registry, journal: Journal) -> None:
        self._registry = registry
        self._journal = journal

    def find(self, kind: Kind, wanted: str | None, sight: Sight) -> str | None:
        """The own id; None for nothing. Raises `CallError`."""
        if not wanted:
            return None
        named = {slug(self.name(kind, own)): own for own in self._registry.places(kind).values()}
        own = self._registry.places(kind).get(slug(wanted)) or named.get(slug(wanted))
        own = own or self._journal.former(kind, wanted)
        if own is None or not self._is_known(kind, own, sight):
            raise self.unknown(kind, repr(wanted), sight)
        return own

    def unknown(self, kind: Kind, wanted: str, sight: Sight) -> CallError:
        """That there is no such place, and which one may be meant, as people call it."""
        owns = [own for own in self._registry.places(kind).values() if self._is_known(kind, own, sight)]
        names = {slug(name): name for name in (self.name(kind, own) for own in owns)}
        close = get_close_matches(slug(wanted), names, 1)
        hint = f"did you mean {names[close[0]]!r}?" if close else _listed(kind, sorted(names.values()))
        return CallError("not_found", f"there is no {kind} {wanted}; {hint}", kind, hints_seen=True)

    def name(self, kind: Kind, own: str) -> str:
        """What people call it, or what it was suggested as."""
        suggested = self._registry.areas.get(own, own) if kind == "area" else own
        return str(self._journal.of(kind, own).get("name") or suggested)

    def _is_known(self, kind: Kind, own: str, sight: Sight) -> bool:
        if kind not in ("area", "floor", "label"):
            return sight.whole
        return sight.knows((kind, self._journal.id_of(kind, own)))


def _listed(kind: str, names: list[str]) -> str:
    if not names:
        return f"there is none yet: home.edit_{kind} makes one"
    more = f" and {len(names) - _FEW} more" if len(names) > _FEW else ""
    return f"there are {', '.join(names[:_FEW])}{more}"
