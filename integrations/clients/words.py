"""What may be asked of `clients`: to have an entity of one's own, and to tell how it is."""

from typing import Annotated, Any, Final

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
