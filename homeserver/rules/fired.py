"""Why a run begins: the trigger, what it saw, and who wants to know of the end."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from homeserver.topics.cause import Cause
from homeserver.topics.entity import EntityState
from homeserver.topics.priority import UNSAID, Weight

if TYPE_CHECKING:
    from homeserver.rules.run import Run
    from homeserver.rules.triggers.trigger import Trigger

Done = Callable[["Run", str], None]
"""Called once with a run that is over and its outcome."""
_NOTHING: Final[Mapping[str, Any]] = {}


class Fired:
    """Why a run begins: the trigger and what it saw.

    `lasted` are the seconds of `for`; `data` is what differs by kind of trigger, and becomes a part of the variable
    `trigger`; `key` is the same if it fires once more for the same reason after a restart: see the journal. `done` is
    called when the run that it begins is over, or does not begin, by whoever waits for an answer. `weight` is that of
    who asked for the run, where somebody did.
    """

    __slots__ = ("cause", "data", "done", "entity_id", "key", "lasted", "new", "now", "old", "trigger", "weight")

    def __init__(
        self,
        trigger: "Trigger | None",
        entity_id: str = "",
        old: EntityState | None = None,
        new: EntityState | None = None,
        *,
        cause: Cause | None = None,
        lasted: float | None = None,
        now: datetime | None = None,
        data: Mapping[str, Any] = _NOTHING,
        key: str = "",
        weight: Weight = UNSAID,
    ) -> None:
        self.trigger = trigger
        self.entity_id = entity_id
        self.old = old
        self.new = new
        self.cause = cause
        self.lasted = lasted
        self.now = now
        self.data = data
        self.key = key
        self.weight = weight
        self.done: Done | None = None
