"""What may be asked of `home` by who brings names and places from elsewhere: rows in parts, a plan, one deed.

A row is one thing as the other system knows it; `key` is its id there, and other rows name it by that.
"""

from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from homeserver.home.edit_words import DeedLine
from homeserver.topics.call import Call

MOST_IN_A_PART: Final = 500
MOST: Final = 50_000
"""Rows of one import."""
_Key = Annotated[str, Field(min_length=1, max_length=255)]
_Name = Annotated[str, Field(min_length=1, max_length=255)]
_Text = Annotated[str, Field(max_length=1_000)]
_Keys = Annotated[tuple[_Key, ...], Field(max_length=50)]


class _Words(BaseModel):
    model_config = ConfigDict(defer_build=True, extra="forbid", frozen=True)


class FloorRow(_Words):
    """A storey."""

    kind: Literal["floor"] = "floor"
    key: _Key
    name: _Name
    level: Annotated[int, Field(ge=-20, le=200)] | None = None
    aliases: _Keys = ()
    icon: _Text | None = None


class LabelRow(_Words):
    """A label."""

    kind: Literal["label"] = "label"
    key: _Key
    name: _Name
    icon: _Text | None = None
    color: _Text | None = None
    description: _Text | None = None


class AreaRow(_Words):
    """A room."""

    kind: Literal["area"] = "area"
    key: _Key
    name: _Name
    floor: _Key | None = None
    aliases: _Keys = ()
    icon: _Text | None = None


class ZoneRow(_Words):
    """A place on earth; `radius` in metres."""

    kind: Literal["zone"] = "zone"
    key: _Key
    name: _Name
    latitude: float = Field(ge=-90, le=90)
    longitude: float = Field(ge=-180, le=180)
    radius: float = Field(100.0, gt=0, le=20_000_000)
    passive: bool = False
    icon: _Text | None = None


class DeviceRow(_Words):
    """A device. `keys` are what it calls itself in announcements, such as `id:0x00158d0001`, `addresses` those of its
    hardware. `name` is people's, `title` its maker's. `expect`: keep its words until it announces itself."""

    kind: Literal["device"] = "device"
    key: _Key
    keys: _Keys = ()
    addresses: _Keys = ()
    expect: bool = False
    title: _Text = ""
    name: _Name | None = None
    area: _Key | None = None
    labels: _Keys = ()


class EntityRow(_Words):
    """An entity under the id that it is to have. `registry_id` names it in rules of the other system. `own` is its
    maker's name for it, by which it is found on a device that has the same hardware. `expect`: keep id and words until
    it announces itself. `hidden`, `disabled`: null is as its maker has it. `theirs`: another worker owns it, as it
    does rules and helpers, and it is found by its id, which stays that worker's."""

    kind: Literal["entity"] = "entity"
    key: _Key = Field(description="the entity's id, such as light.hall")
    unique_id: _Key
    registry_id: _Key | None = None
    device: _Key | None = None
    expect: bool = False
    theirs: bool = False
    own: _Text = ""
    device_class: _Text | None = None
    name: _Name | None = None
    area: _Key | None = None
    labels: _Keys = ()
    aliases: _Keys = ()
    icon: _Text | None = None
    hidden: bool | None = None
    disabled: bool | None = None
    unit: _Name | None = None
    precision: Annotated[int, Field(ge=0, le=15)] | None = None


Row = Annotated[
    FloorRow | LabelRow | AreaRow | ZoneRow | DeviceRow | EntityRow,
    Field(discriminator="kind"),
]


class ImportRows(_Words):
    """Hand over rows of an import; what came under the same name before is kept, for ten minutes."""

    batch: str = Field(pattern=r"^[a-z0-9]{8,32}$", description="a name for this import that nobody else uses")
    rows: Annotated[tuple[Row, ...], Field(max_length=MOST_IN_A_PART)]


class Received(_Words):
    """How many rows of the import are here."""

    rows: int


Outcome = Literal["new", "changed", "waits", "same", "kept", "refused", "absent"]


class Line(_Words):
    """What becomes of one row: the thing here and what changes about it. `waits`: it is not announced yet; `kept`:
    people here decided otherwise, which `why` tells; `refused`: it cannot come, and `why` tells what to do;
    `absent`: nothing here is it, and it was not to be expected."""

    kind: str
    key: str
    thing: str = ""
    outcome: Outcome
    changes: tuple[str, ...] = ()
    why: tuple[str, ...] = ()


class AskImport(_Words):
    """Tell what an import would change; nothing is done."""

    batch: str = Field(pattern=r"^[a-z0-9]{8,32}$")
    offset: int = Field(0, ge=0)
    limit: int = Field(200, ge=1, le=500)


class ImportPlan(_Words):
    """Lines in the order of the rows. `changes`: how many things would be other than they are. `next`: the
    offset of the next page."""

    lines: tuple[Line, ...]
    changes: int
    next: int | None = None


class DoImport(_Words):
    """Carry an import out, as one deed that can be undone; nothing where all is so already."""

    batch: str = Field(pattern=r"^[a-z0-9]{8,32}$")


class Imported(_Words):
    """The deed, null where nothing was to be changed; `changes`: how many things are other now."""

    deed: DeedLine | None
    changes: int


IMPORT_ROWS: Final = Call("home", "import_rows", ImportRows, Received, role="owner")
IMPORT_PLAN: Final = Call("home", "import_plan", AskImport, ImportPlan, role="owner", reads=True)
IMPORT: Final = Call("home", "import", DoImport, Imported, role="owner")
