"""Asking an owner who holds its entities, and letting go: the same words for every owner of entities."""

from datetime import datetime
from typing import Final

from pydantic import BaseModel, ConfigDict, Field

from homeserver.topics.call import SEEN_ONLY, About, Call
from homeserver.topics.priority import LONGEST_HOLD, STRONGEST, WEAKEST


class _Words(BaseModel):
    model_config = ConfigDict(defer_build=True, extra="forbid", frozen=True)


class AskHolds(_Words):
    """List who holds which entities against weaker commands."""


class HoldLine(_Words):
    """One hold. `priority` from 1 to 9, the strongest last; `wishes`: the services that it stands for, to be asked for
    again should a stronger one come between; `waiting`: those that wait for it to end."""

    entity: str
    by: str
    priority: int
    until: datetime
    wishes: tuple[str, ...] = ()
    waiting: tuple[str, ...] = ()


class HoldList(_Words):
    """Holds of what the caller sees, by entity, the strongest first; the first thousand of `total`. A rule that he does
    not see stands in `by` as `rule`."""

    holds: tuple[HoldLine, ...]
    total: int


class Hold(_Words):
    """Hold an entity as it is: weaker commands wait."""

    entity: str = Field(description="the entity's id, such as light.hall")
    hold_for: float = Field(gt=0, le=LONGEST_HOLD, description="seconds")
    priority: int | None = Field(None, ge=WEAKEST, le=STRONGEST, description="1 to 9; null is that of who asks")


class Release(_Words):
    """End a hold, so that what waits is carried out."""

    entity: str = Field(description="the entity's id, such as light.hall")
    priority: int | None = Field(
        None, ge=WEAKEST, le=STRONGEST, description="of the hold that is to end; null is the strongest"
    )


class Released(_Words):
    """The hold that has ended, the services that had waited and are asked for now, and who holds it now, if anybody."""

    ended: HoldLine
    asked: tuple[str, ...] = ()
    now: HoldLine | None = None


HOLDS: Final = Call("home", "holds", AskHolds, HoldList, role="guest", about=SEEN_ONLY, reads=True)
HOLD: Final = Call("home", "hold", Hold, HoldLine, about=(About("control", "entity"),))
RELEASE: Final = Call("home", "release", Release, Released, about=(About("control", "entity"),))
RULES_HOLDS: Final = Call("rules", "holds", AskHolds, HoldList, role="guest", about=SEEN_ONLY, reads=True)
RULES_HOLD: Final = Call("rules", "hold", Hold, HoldLine, about=(About("control", "entity"),))
RULES_RELEASE: Final = Call("rules", "release", Release, Released, about=(About("control", "entity"),))
OWNERS: Final = ("home", "rules")
"""The workers whose entities can be held."""
