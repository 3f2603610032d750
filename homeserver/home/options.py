"""The settings of the worker `home`."""

from pydantic import BaseModel, ConfigDict, Field

from homeserver.topics.priority import LONGEST_HOLD


class HomeOptions(BaseModel):
    """Settings of the worker `home`."""

    model_config = ConfigDict(defer_build=True, extra="forbid", frozen=True)

    discovery_prefix: str = Field(
        "homeassistant",
        pattern=r"^[A-Za-z0-9_-]{1,64}(/[A-Za-z0-9_-]{1,64}){0,3}$",
        description="first level of the topics on which devices announce themselves",
    )
    device_hold: float = Field(
        0.0,
        ge=0,
        le=LONGEST_HOLD,
        description="seconds for which what is switched at the device itself, by a wall switch say, holds",
    )
