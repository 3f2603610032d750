"""What may be asked of `home`. Lists come in pages: as many lines as were asked for and fit into one message."""

from datetime import datetime
from typing import Final

from pydantic import BaseModel, ConfigDict, Field

from homeserver.topics.call import SEEN_ONLY, About, Call

MOST_ENTITIES: Final = 500
MOST_PROBLEMS: Final = 20


class _Words(BaseModel):
    model_config = ConfigDict(defer_build=True, extra="forbid", frozen=True)


class Page(_Words):
    """Which part of a list is wanted."""

    offset: int = Field(0, ge=0, description="how many lines to pass over: `next` of the page before")
    limit: int = Field(500, ge=1, le=1000, description="how many lines at most; fewer come where they are long")


class AskDevices(Page):
    """List the devices of the home with their entities."""


class DeviceLine(_Words):
    """One device. `available`: whether at least one of its entities can be reached. `entities`: the first 500 of
    `entity_count`. `silent`: seconds since it was heard of, null for never. `signal`, `battery`:
    as its own entities tell, with unit. `problems`: what is wrong, in sentences. Who does not see all of its
    entities gets what those that he sees tell, and no `silent`."""

    id: str
    name: str
    manufacturer: str | None = None
    model: str | None = None
    area: str | None = None
    entities: tuple[str, ...] = Field((), max_length=MOST_ENTITIES)
    entity_count: int = 0
    available: bool = True
    silent: float | None = None
    signal: str | None = None
    battery: str | None = None
    problems: tuple[str, ...] = Field((), max_length=MOST_PROBLEMS)


class DeviceList(_Words):
    """Devices by name. `next`: the offset of the next page, null on the last one."""

    devices: tuple[DeviceLine, ...]
    next: int | None = None


class AskRefusals(Page):
    """List what devices and commands said that made no sense, latest first."""

    topic: str = Field("", description="only topics that contain this")


class RefusalLine(_Words):
    """What was refused on a topic: how often, and why the last time."""

    topic: str
    reason: str
    count: int
    at: datetime


class RefusalList(_Words):
    """`total` counts all refusals since the start, or those that are listed where something is hidden from who asks;
    `refusals` lists the latest by topic. `next`: the offset of the
    next page, null on the last one."""

    refusals: tuple[RefusalLine, ...]
    total: int
    next: int | None = None


class Explain(_Words):
    """Say what became of a discovery message."""

    topic: str = Field(description="a discovery topic, such as homeassistant/light/hall/config")


class Explained(_Words):
    """The entities that a discovery message gave, with their states, and which of its keys were of use, as it spells
    them. `disabled`: those that are only listed until they are enabled. `refused`: why it, or a component of a bundle,
    became no entity, by component key; "" is the whole message. `remarks`: what is odd about an entity and was kept as
    it is; `reasons`: why a state is unknown."""

    topic: str
    component: str
    entities: tuple[str, ...] = ()
    disabled: tuple[str, ...] = ()
    states: dict[str, str] = Field(default_factory=dict)
    used: tuple[str, ...] = ()
    unused: tuple[str, ...] = ()
    refused: dict[str, str] = Field(default_factory=dict)
    remarks: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    reasons: dict[str, str] = Field(default_factory=dict)


class AskDisabled(Page):
    """List the entities that are disabled: by their makers, or by people."""


class DisabledLine(_Words):
    """One disabled entity. `by`: maker or people."""

    id: str
    name: str
    device: str | None = None
    by: str


class DisabledList(_Words):
    """Disabled entities by id. `next`: the offset of the next page, null on the last one."""

    entities: tuple[DisabledLine, ...]
    next: int | None = None


class Forget(_Words):
    """Take an entity away until its device announces it in other words."""

    entity: str = Field(description="the entity's id, such as light.hall")


class Forgotten(_Words):
    """What was taken away, and from which discovery topic it had come. `deed`: the number by which `undo` knows it."""

    entity: str
    topic: str
    deed: int | None = None


class AskImage(_Words):
    """Give the latest picture of a camera or an image."""

    entity: str = Field(description="the entity's id, such as camera.door")


class ImageReply(_Words):
    """The picture: `data` is base64, and null where it is too large for a message or only its `url` is known."""

    entity: str
    content_type: str | None = None
    size: int = 0
    at: datetime
    url: str | None = None
    data: str | None = None


DEVICES: Final = Call("home", "devices", AskDevices, DeviceList, role="guest", about=SEEN_ONLY, reads=True)
REFUSALS: Final = Call("home", "refusals", AskRefusals, RefusalList, about=SEEN_ONLY, reads=True)
EXPLAIN: Final = Call("home", "explain", Explain, Explained, about=SEEN_ONLY, reads=True)
DISABLED: Final = Call("home", "disabled", AskDisabled, DisabledList, role="guest", about=SEEN_ONLY, reads=True)
FORGET: Final = Call("home", "forget", Forget, Forgotten, role="owner")
IMAGE: Final = Call("home", "image", AskImage, ImageReply, role="guest", about=(About("see", "entity"),), reads=True)
