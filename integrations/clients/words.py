"""What may be asked of `clients`: to have an entity of one's own, and to tell how it is; and the same of phones."""

from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from homeserver.topics.call import About, Call

DOMAINS: Final = ("sensor", "binary_sensor", "device_tracker")
"""Kinds that only tell: a program cannot be asked for anything, so that its entities have no services."""
_Entity = Annotated[
    str,
    Field(
        pattern=rf"^({'|'.join(DOMAINS)})\.[a-z0-9_]{{1,200}}$",
        description="sensor.NAME, binary_sensor.NAME or device_tracker.NAME",
    ),
]


class _Words(BaseModel):
    model_config = ConfigDict(defer_build=True, extra="forbid", frozen=True)


class TellState(_Words):
    """Tell how an entity of a program's is; the first word makes it."""

    entity: _Entity
    state: str = Field(max_length=255)
    attributes: dict[str, Any] = Field(
        default_factory=dict,
        max_length=100,
        description="friendly_name, unit_of_measurement, device_class, state_class and icon say what it is",
    )


class ForgetState(_Words):
    """Take away an entity of a program's."""

    entity: _Entity


class Told(_Words):
    """The entity, and whether it is new."""

    entity: str
    new: bool = False


TELL_STATE: Final = Call("clients", "tell_state", TellState, Told, about=(About("control", "home"),))
FORGET_STATE: Final = Call("clients", "forget_state", ForgetState, Told, about=(About("control", "home"),))


# -- phones

PhoneId = Annotated[
    str, Field(pattern=r"^[A-Za-z0-9_-]{8,64}$", description="as the bridge named it when it registered")
]
Kind = Literal["sensor", "binary_sensor"]
_Text = Annotated[str, Field(max_length=255)]
_Name = Annotated[str, Field(min_length=1, max_length=255)]
State = str | int | float | bool | None


class PhoneFacts(_Words):
    """What an app says of the phone that it runs on. `device_id` is the app's own name for it."""

    device_name: _Name
    manufacturer: _Text = ""
    model: _Text = ""
    os_name: _Text = ""
    os_version: str | None = Field(None, max_length=255)
    app_id: _Text = ""
    app_name: _Text = ""
    app_version: _Text = ""
    device_id: str | None = Field(None, max_length=255)
    app_data: dict[str, Any] = Field(default_factory=dict, max_length=50)


class RegisterPhone(_Words):
    """Take in a phone of whoever asks, with an entity that tells where it is, and is one of his trackers."""

    phone: PhoneId
    facts: PhoneFacts


class UpdatePhone(_Words):
    """Say something else of a phone of whoever asks; what is left out stays."""

    phone: PhoneId
    facts: dict[str, Any] = Field(max_length=20)


class OnePhone(_Words):
    """Name a phone of whoever asks."""

    phone: PhoneId


class Phone(BaseModel):
    """A phone: its device in the registry, the entity that tells where it is, and its other entities by the app's own
    name, with whether each is switched off. `replaced`: the id under which the same phone was known until now."""

    phone: str
    device: str
    tracker: str
    facts: PhoneFacts
    entities: dict[str, bool] = {}
    replaced: str | None = None


class RegisterSensor(_Words):
    """Take in something that a phone of whoever asks tells of, or what is new about it."""

    phone: PhoneId
    type: Kind
    unique_id: _Name
    name: _Name
    state: State = None
    attributes: dict[str, Any] = Field(default_factory=dict, max_length=200)
    device_class: str | None = Field(None, max_length=64)
    unit_of_measurement: str | None = Field(None, max_length=64)
    entity_category: Literal["config", "diagnostic"] | None = None
    state_class: str | None = Field(None, max_length=64)
    icon: str | None = Field("mdi:cellphone", max_length=100)
    disabled: bool | None = None


class SensorReading(_Words):
    """What a phone tells of one of its entities now."""

    type: Kind
    unique_id: _Name
    state: State
    attributes: dict[str, Any] = Field(default_factory=dict, max_length=200)
    icon: str | None = Field("mdi:cellphone", max_length=100)


class TellSensors(_Words):
    """Tell what entities of a phone of whoever asks are like now."""

    phone: PhoneId
    sensors: list[SensorReading] = Field(max_length=500)


class SensorTold(BaseModel):
    """What became of one reading. `registered`: whether there is such an entity; `disabled`: it is switched off."""

    unique_id: str
    registered: bool
    disabled: bool = False


class SensorsTold(BaseModel):
    """What became of each, in their order."""

    sensors: list[SensorTold]


_Degrees = Annotated[float, Field(allow_inf_nan=False)]


class TellLocation(_Words):
    """Tell where a phone of whoever asks is: by `gps`, latitude and longitude in degrees with `gps_accuracy` in metres,
    or by the name of a place. `battery` in per cent, `speed` in metres a second, `course` in degrees."""

    phone: PhoneId
    gps: tuple[_Degrees, _Degrees] | None = None
    gps_accuracy: float | None = Field(None, ge=0, le=1e7)
    location_name: str | None = Field(None, max_length=255)
    battery: float | None = Field(None, ge=0, le=100)
    speed: float | None = Field(None, ge=0, le=1e6)
    altitude: float | None = Field(None, ge=-1e7, le=1e7)
    course: float | None = Field(None, ge=0, le=360)
    vertical_accuracy: float | None = Field(None, ge=0, le=1e7)


class ScanTag(_Words):
    """Tell that a phone of whoever asks has read a tag."""

    phone: PhoneId
    tag_id: str = Field(min_length=1, max_length=255)


REGISTER_PHONE: Final = Call("clients", "register_phone", RegisterPhone, Phone, role="child")
UPDATE_PHONE: Final = Call("clients", "update_phone", UpdatePhone, Phone, role="child")
PHONE: Final = Call("clients", "phone", OnePhone, Phone, role="child", reads=True)
FORGET_PHONE: Final = Call("clients", "forget_phone", OnePhone, Told, role="child", doc="Take a phone away.")
REGISTER_SENSOR: Final = Call("clients", "register_sensor", RegisterSensor, SensorTold, role="child")
TELL_SENSORS: Final = Call("clients", "tell_sensors", TellSensors, SensorsTold, role="child")
TELL_LOCATION: Final = Call("clients", "tell_location", TellLocation, Told, role="child")
SCAN_TAG: Final = Call("clients", "scan_tag", ScanTag, Told, role="child")
