"""What may be asked of `home` about the names and places of things; every change can be undone.

In an edit a field that is left out stays as it is, and null gives the maker's own word back.
"""

from datetime import datetime
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

from homeserver.topics.call import SEEN_ONLY, About, Call

_Name = Annotated[str, Field(min_length=1, max_length=255)]
_Names = Annotated[tuple[_Name, ...], Field(max_length=50)]
MOST_TOLD: Final = 100
"""Steps of one deed that are told in words."""
_Id = Annotated[str | None, Field(max_length=255, description="another id; the old one still leads to it")]
_Former = Annotated[_Names | None, Field(description="which of its former ids still lead to it: others are free again")]
_Take = Annotated[bool, Field(description="take the id even if it is a former one of another, which loses it")]

_Number = Annotated[float, Field(allow_inf_nan=False, ge=-1e9, le=1e9)]
_Seconds = Annotated[float | None, Field(ge=0, le=86_400)]


class _Words(BaseModel):
    model_config = ConfigDict(defer_build=True, extra="forbid", frozen=True)


class EditEntity(_Words):
    """Give an entity another name, id, area or labels, hide it, or set how its values are told."""

    entity: str = Field(description="the entity's id, such as light.hall")
    name: _Name | None = None
    area: str | None = Field(None, description="id or name of an area; null is the device's own")
    labels: _Names | None = Field(None, description="ids or names of labels")
    hidden: bool | None = Field(None, description="whether pages and targets by place leave it out")
    disabled: bool | None = Field(None, description="whether it is only listed: nothing is heard or said of it")
    aliases: _Names | None = Field(None, description="other names that people call it by")
    icon: _Name | None = Field(None, description="such as mdi:lamp; null is its maker's")
    unit: _Name | None = Field(None, description="unit to show its number in, such as °F; null is the home's")
    precision: int | None = Field(None, ge=0, le=15, description="digits behind the point to show; null is its maker's")
    factor: _Number | None = Field(None, description="calibration: what its value is multiplied by, in the unit shown")
    offset: _Number | None = Field(None, description="calibration: what is added to that then")
    debounce: _Seconds = Field(None, description="seconds that a change must hold before it is believed")
    throttle: _Seconds = Field(None, description="at most one state each so many seconds; the last one is always told")
    restless: bool | None = Field(None, description="whether it may change as often as it likes without being slowed")
    id: _Id = None
    former: _Former = None
    take: _Take = False


class EditEntities(_Words):
    """Hide or disable several entities at once, or show or enable them: one deed."""

    entities: Annotated[tuple[_Name, ...], Field(min_length=1, max_length=5_000, description="the entities' ids")]
    hidden: bool | None = Field(None, description="whether pages and targets by place leave them out")
    disabled: bool | None = Field(None, description="whether they are only listed: nothing is heard or said of them")


class EditDevice(_Words):
    """Give a device another name, id, area, labels or pace."""

    device: str = Field(description="the device's id, as `homeserver devices` lists it")
    name: _Name | None = None
    area: str | None = Field(None, description="id or name of an area; null is what the device suggests")
    labels: _Names | None = Field(None, description="ids or names of labels")
    pace: Annotated[int, Field(ge=0, le=60_000)] | None = Field(
        None, description="milliseconds between two messages to it, or of a bridge to all behind it; 0 is none"
    )
    id: _Id = None
    former: _Former = None
    take: _Take = False


class EditArea(_Words):
    """Make an area, or change one."""

    area: str | None = Field(None, description="the area's id; without it a new one is made")
    name: _Name | None = None
    floor: str | None = Field(None, description="id or name of a floor")
    aliases: _Names | None = Field(None, description="other names that people call it by")
    icon: _Name | None = Field(None, description="such as mdi:sofa")
    id: _Id = None
    former: _Former = None
    take: _Take = False


class EditFloor(_Words):
    """Make a floor, or change one."""

    floor: str | None = Field(None, description="the floor's id; without it a new one is made")
    name: _Name | None = None
    level: Annotated[int, Field(ge=-20, le=200)] | None = Field(None, description="0 is the ground floor")
    aliases: _Names | None = Field(None, description="other names that people call it by")
    icon: _Name | None = Field(None, description="such as mdi:home-floor-1")
    id: _Id = None
    former: _Former = None
    take: _Take = False


class EditLabel(_Words):
    """Make a label, or change one."""

    label: str | None = Field(None, description="the label's id; without it a new one is made")
    name: _Name | None = None
    icon: _Name | None = Field(None, description="such as mdi:weather-night")
    color: _Name | None = Field(None, description="a word such as deep-orange, or #rrggbb")
    description: Annotated[str, Field(max_length=1_000)] | None = Field(None, description="what it is for")
    id: _Id = None
    former: _Former = None
    take: _Take = False


class EditZone(_Words):
    """Make a zone, which is a place on earth with a name, or change one."""

    zone: str | None = Field(None, description="the zone's id; without it a new one is made")
    name: _Name | None = None
    latitude: Annotated[float, Field(ge=-90, le=90, description="degrees, north is positive")] = 0.0
    longitude: Annotated[float, Field(ge=-180, le=180, description="degrees, east is positive")] = 0.0
    radius: Annotated[float, Field(gt=0, le=20_000_000)] | None = Field(None, description="metres; null is 100")
    passive: bool | None = Field(None, description="whether rules alone see it: nobody is said to be there")
    icon: _Name | None = None
    id: _Id = None
    former: _Former = None
    take: _Take = False


class Remove(_Words):
    """Take an area, floor, label or zone away; what was in it is in none then."""

    thing: str = Field(
        description="area.ID, floor.ID, label.ID or zone.ID", pattern=r"^(area|floor|label|zone)\.[a-z0-9_]+$"
    )


class Undo(_Words):
    """Take a deed back, exactly."""

    deed: int | None = Field(None, ge=1, description="its number; without it, the last one that was not undone")


class AskDeeds(_Words):
    """List what was changed about names and places, the last first."""

    offset: int = Field(0, ge=0)
    limit: int = Field(50, ge=1, le=200)


class DeedLine(_Words):
    """One deed: who did it, when, in words; `undid` is the deed that it took back."""

    deed: int
    at: datetime
    by: str
    did: tuple[str, ...]
    undid: int | None = None


class Deeds(_Words):
    """Deeds, the last first."""

    deeds: tuple[DeedLine, ...]


class Edited(_Words):
    """The thing that was edited, and the deed; null where nothing changed."""

    thing: str
    deed: DeedLine | None


class EditedAll(_Words):
    """How many of the things are other than they were, and the deed; null where none is."""

    changed: int
    deed: DeedLine | None


EDIT_ENTITY: Final = Call("home", "edit_entity", EditEntity, Edited, about=(About("edit", "entity"),))
EDIT_ENTITIES: Final = Call(
    "home", "edit_entities", EditEntities, EditedAll, about=(About("edit", "entity", "entities"),)
)
EDIT_DEVICE: Final = Call("home", "edit_device", EditDevice, Edited, about=(About("edit", "device"),))
EDIT_AREA: Final = Call("home", "edit_area", EditArea, Edited, about=(About("edit", "area"),))
EDIT_FLOOR: Final = Call("home", "edit_floor", EditFloor, Edited, about=(About("edit", "floor"),))
EDIT_LABEL: Final = Call("home", "edit_label", EditLabel, Edited, about=(About("edit", "label"),))
EDIT_ZONE: Final = Call("home", "edit_zone", EditZone, Edited, about=(About("edit", "zone"),))
REMOVE: Final = Call("home", "remove", Remove, Edited, about=(About("edit", "thing"),))
UNDO: Final = Call("home", "undo", Undo, DeedLine, about=(About("edit", "home"),))
DEEDS: Final = Call("home", "deeds", AskDeeds, Deeds, about=SEEN_ONLY, reads=True)
