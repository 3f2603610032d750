"""The services of entities that hold one value or do one thing: date, time, text, scene, message, update, infrared."""

import datetime
from collections.abc import Mapping
from typing import Annotated, Final

from pydantic import Field

from homeserver.topics.service import Data, Seconds, Service, Services


class Day(Data):
    """A day of the calendar, ISO 8601."""

    date: datetime.date


class TimeOfDay(Data):
    """A time of day, ISO 8601."""

    time: datetime.time


class Moment(Data):
    """A moment, ISO 8601; without an offset it is the home's local time."""

    datetime: datetime.datetime


class TextValue(Data):
    """A text of the length and pattern that the entity takes."""

    value: Annotated[str, Field(max_length=255)]


class Message(Data):
    """What is to be shown or told. `title` is for those that show one; to others it means nothing."""

    message: Annotated[str, Field(min_length=1, max_length=10_000)]
    title: Annotated[str, Field(max_length=1_000)] | None = None


class SceneOn(Data):
    """Bring a scene about; scenes of devices know no transition, so that one is refused."""

    transition: Seconds | None = None


class Install(Data):
    """Install an update: the latest, as devices take no other."""

    version: str | None = None
    backup: bool | None = None


class InfraredSignal(Data):
    """A signal: `timings` in microseconds, light and dark in turn; `modulation`: the carrier in Hz."""

    timings: Annotated[tuple[Annotated[int, Field(ge=-1_000_000, le=1_000_000)], ...], Field(min_length=1)]
    modulation: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    repeat_count: Annotated[int, Field(ge=0, le=100)] = 0


SIMPLE: Final[Mapping[str, Services]] = {
    "date": {"set_value": Service(Day)},
    "time": {"set_value": Service(TimeOfDay)},
    "datetime": {"set_value": Service(Moment)},
    "text": {"set_value": Service(TextValue)},
    "scene": {"turn_on": Service(SceneOn)},
    "notify": {"send_message": Service(Message, "once")},
    "update": {"install": Service(Install, "once")},
    "infrared": {"send_command": Service(InfraredSignal, "once")},
    "event": {},
    "device_tracker": {},
    "camera": {},
    "image": {},
}
