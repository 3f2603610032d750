"""What may be asked of `home` about devices that took another's place, and about what nobody owns any more."""

from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from homeserver.home.edit_words import DeedLine
from homeserver.home.words import Page
from homeserver.topics.call import SEEN_ONLY, About, Call

MOST_THINGS: Final = 1000


class _Words(BaseModel):
    model_config = ConfigDict(defer_build=True, extra="forbid", frozen=True)


class ReplaceDevice(_Words):
    """Let a new device take the place of an old one, with ids, names, places and options; the old one is removed."""

    old: str = Field(description="id of the device that is replaced, as `homeserver devices` lists it")
    new: str = Field(description="id of the device that takes its place")
    dry_run: bool = Field(False, description="only say what would be done")


class Match(_Words):
    """An entity of the new device, and the id that it takes over."""

    new: str
    takes: str


class Replaced(_Words):
    """`left`: entities of the old device that have no match, and are removed. `added`: entities of the new device that
    keep their ids. `cleared`: discovery topics that are taken off the broker. `deed`: null for a dry run."""

    old: str
    new: str
    matched: tuple[Match, ...]
    left: tuple[str, ...]
    added: tuple[str, ...]
    cleared: tuple[str, ...]
    deed: DeedLine | None = None


class AskOrphans(Page):
    """List what nobody owns any more: things that are announced no more, and what lies on the broker."""

    silent_days: float = Field(30, gt=0, description="for how long a device must be silent to be listed")


OrphanKind = Literal["device", "entity", "discovery", "state", "config", "entry", "silent"]


class OrphanLine(_Words):
    """One of them. `thing`: how to name it; `certain`: whether it is cleared unless it is named."""

    thing: str
    kind: OrphanKind
    reason: str
    certain: bool
    entities: tuple[str, ...] = ()


class OrphanList(_Words):
    """`next`: the offset of the next page, null on the last one."""

    orphans: tuple[OrphanLine, ...]
    next: int | None = None


class ClearOrphans(_Words):
    """Forget what nobody owns and take it off the broker; `undo` brings all of it back."""

    things: Annotated[tuple[str, ...] | None, Field(max_length=MOST_THINGS)] = Field(
        None, description="as the list names them; without it, all that are certain"
    )
    silent_days: float = Field(30, gt=0, description="as the list was asked for")


class Cleared(_Words):
    """What was cleared, and the deed; null where there was nothing."""

    things: tuple[str, ...]
    deed: DeedLine | None


REPLACE_DEVICE: Final = Call(
    "home",
    "replace_device",
    ReplaceDevice,
    Replaced,
    about=(About("edit", "device", "old"), About("edit", "device", "new")),
)
ORPHANS: Final = Call("home", "orphans", AskOrphans, OrphanList, about=SEEN_ONLY, reads=True)
CLEAR_ORPHANS: Final = Call("home", "clear_orphans", ClearOrphans, Cleared, about=(About("edit", "home"),))
