"""A command that was accepted and has not come to its end, and which part of it is left when a newer one comes.

The last wish wins for each attribute: of a brightness and a colour that are wished one after the other both arrive,
of two brightnesses the last. All that are open for an entity hang together, the newest first, in `Entity.pending`.
"""

from collections.abc import Iterator, Mapping
from copy import copy
from typing import Any, Final

from homeserver.home.entity import STATE, Entity, Wish
from homeserver.topics.call import CallError
from homeserver.topics.cause import Cause

FIRST: Final = 1.0
"""Seconds until a command is sent again for the first time."""
NEVER: Final = float("inf")
_COLOUR: Final = "color"
_SLOTS: Final[Mapping[str, str]] = {
    **dict.fromkeys(("color_mode", "color_name", "color_temp", "color_temp_kelvin", "kelvin", "white"), _COLOUR),
    **{f"{mode}_color": _COLOUR for mode in ("hs", "xy", "rgb", "rgbw", "rgbww")},
    "brightness_pct": "brightness",
    "position": "current_position",
    "tilt_position": "current_tilt_position",
}
"""Data and facts by the attribute that they are about, where that has another name."""
_APART: Final = ("climate", "water_heater")
"""Domains whose settings are worth telling while they are off: elsewhere off undoes them, or they undo off."""


class Pending:
    """One command. Times are on the monotonic clock, 0 or `NEVER` where there is none. `wanted`: the facts that its
    device will report; `older`: the one before it for the same entity. `tell`: whether a good end is told too.

    `marked`: its row says that it leaves; `left`: it has left; `quiet`: and is not sent again; `already`: it was so
    before, with `state_then` and `facts_then`; `obeyed`: the device was seen on its way; `stale`: it should have come
    true by now. `lane`: how many queues have let it pass; `due`: when it is its turn again; `look_at`: when it is
    looked at for any reason; `shown_at`: when all are to see what is wanted; `rests`: until when the device is given
    time; `ends`: when it is given up, if not at its deadline; `gap`: how far the device was from what is wanted.

    Raises `CallError`, or KeyError where the entity has no such service.
    """

    older: "Pending | None" = None
    already = done = left = obeyed = quiet = shown = stale = False
    delay = FIRST
    lane = 0
    due = look_at = left_at = rests = ends = 0.0
    shown_at = gap = NEVER

    def __init__(
        self,
        id: str,
        entity: Entity,
        service: str,
        data: Mapping[str, Any],
        cause: Cause,
        deadline: float,
        *,
        once: bool,
        marked: bool,
        tell: bool = False,
    ) -> None:
        self.id = id
        self.service = service
        self.data = data
        self.cause = cause
        self.deadline = deadline
        self.once = once
        self.marked = marked
        self.tell = tell
        self.state_then, self.facts_then = entity.state, entity.facts
        self.aim(entity)

    def aim(self, entity: Entity) -> None:
        """Make the wish anew for the entity as it is now; raises as the making of a command does."""
        self.entity = entity
        self.face = entity.face
        basis = entity if entity.pending is None or not self.once else as_wished(entity, self)
        self.wish: Wish = entity.face.services[self.service](basis, self.data)
        reported = entity.face.reported
        self.wanted: dict[str, Any] = {name: value for name, value in self.wish.facts.items() if name in reported}

    @property
    def is_watched(self) -> bool:
        """Whether it is not sent any more: it need not be, or must not."""
        return self.ends > 0 or (self.left and (self.once or self.quiet))

    def until(self) -> float:
        """When it is given up: a drive that moves has its time, even where nothing may be sent any more."""
        if self.ends:
            return self.ends
        return max(self.deadline, self.rests, self.left_at + self.wish.patience) if self.left else self.deadline

    def is_as_good(self, state: str | None) -> bool:
        """Whether a state says that nothing more will come: the dock, for what was sent there. What is on its way says
        so with -ing."""
        return state in self.wish.via and not str(state).endswith("ing")

    def yields(self, newer: "Pending") -> bool:
        """Leave to a newer command what both are about; True where nothing is left to do."""
        mine, theirs = self.wish.facts, newer.wish.facts
        if newer.wish.halts:
            return True
        if self.once and not self.left:
            return False  # a step that waits for its turn is taken before
        if not mine or not theirs:
            return not (mine or theirs or newer.once) and self.service == newer.service
        if mine.keys() <= theirs.keys():
            return True
        if STATE in mine and STATE in theirs and mine[STATE] != theirs[STATE]:
            return True
        if "off" in (mine.get(STATE), theirs.get(STATE)) and self.entity.where[0] not in _APART:
            self.quiet = True
            return STATE in theirs
        shared = _slots(theirs) & _slots(mine)
        if not shared - {STATE}:
            return False
        return _slots(mine) <= shared or self._without(shared)

    def _without(self, shared: frozenset[str]) -> bool:
        """Wish for the rest alone, where it can be wished for alone; else it is not asked for again."""
        self.data = {name: value for name, value in self.data.items() if _SLOTS.get(name, name) not in shared}
        try:
            self.aim(self.entity)
        except CallError:
            self.quiet = True
        slots = _slots(self.wish.facts)
        self.quiet = self.quiet or bool(slots & (shared - {STATE}))
        self.wanted = {name: value for name, value in self.wanted.items() if _SLOTS.get(name, name) not in shared}
        return slots <= shared or (self.left and not self.wanted)


def _slots(facts: Mapping[str, Any]) -> frozenset[str]:
    return frozenset(_SLOTS.get(name, name) for name in facts)


def pending_of(entity: Entity) -> Iterator[Pending]:
    """What is open for an entity, the newest first; each may be ended meanwhile."""
    pending = entity.pending
    while pending is not None:
        older = pending.older
        yield pending
        pending = older


def as_wished(entity: Entity, before: Pending | None = None) -> Entity:
    """The entity as it will be when what is open, or was `before` this one, has come true: from there a step
    counts. Of what is seen on its way, or has not come true within a while, the device's word counts."""
    facts: dict[str, Any] = {}
    found = list(pending_of(entity))
    for pending in found[found.index(before) + 1 if before in found else 0 :]:
        if not (pending.obeyed or pending.stale):
            facts = {**pending.wish.facts, **facts}
    aimed = copy(entity)
    aimed.state = facts.pop(STATE, entity.state)
    aimed.facts = {**entity.facts, **facts}
    return aimed


def as_wished_of(entity: Entity, name: str) -> Any:
    """One fact of it, for a toggle: what is wished as long as the device has not said otherwise since."""
    known = entity.known(name)
    for pending in pending_of(entity):
        if name in pending.wish.facts and not (pending.obeyed or pending.stale):
            then = pending.state_then if name == STATE else pending.facts_then.get(name)
            return pending.wish.facts[name] if then == known else known
    return known
