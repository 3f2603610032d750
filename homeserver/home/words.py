"""What may be asked of `home`."""

from datetime import datetime
from typing import Final

from pydantic import BaseModel, ConfigDict, Field

from homeserver.topics.call import Call


class _Words(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class AskDevices(_Words):
    """List the devices of the home with their entities."""


class DeviceLine(_Words):
    """One device. `available`: whether at least one of its entities can be reached."""

    id: str
    name: str
    manufacturer: str | None = None
    model: str | None = None
    area: str | None = None
    entities: tuple[str, ...] = ()
    available: bool = True


class DeviceList(_Words):
    """All devices, by name."""

    devices: tuple[DeviceLine, ...]


class AskRefusals(_Words):
    """List what devices and commands said that made no sense, latest last."""

    topic: str = Field("", description="only topics that contain this")


class RefusalLine(_Words):
    """What was refused on a topic: how often, and why the last time."""

    topic: str
    reason: str
    count: int
    at: datetime


class RefusalList(_Words):
    """`total` counts all refusals since the start, `refusals` lists the latest by topic."""

    refusals: tuple[RefusalLine, ...]
    total: int


class Forget(_Words):
    """Take an entity away until its device announces it in other words."""

    entity: str = Field(description="the entity's id, such as light.hall")


class Forgotten(_Words):
    """What was taken away, and from which discovery topic it had come."""

    entity: str
    topic: str


DEVICES: Final = Call("home", "devices", AskDevices, DeviceList, role="guest")
REFUSALS: Final = Call("home", "refusals", AskRefusals, RefusalList)
FORGET: Final = Call("home", "forget", Forget, Forgotten, role="owner")
