"""The services of fans."""

from collections.abc import Mapping
from typing import Annotated, Final, Literal

from pydantic import Field

from homeserver.topics.service import Data, Nothing, Service, Services

Speed = Annotated[int, Field(ge=0, le=100)]


class FanOn(Data):
    """Turn, at a speed in percent of the fan's own (0 stops it), or by a preset."""

    percentage: Speed | None = None
    preset_mode: str | None = None


class FanSpeed(Data):
    """Speed in percent of the fan's own; 0 is standing."""

    percentage: Speed


class FanStep(Data):
    """By how many percent; without it, by one of the fan's own speeds."""

    percentage_step: Speed | None = None


class FanPreset(Data):
    """One of the `preset_modes`."""

    preset_mode: str


class FanOscillation(Data):
    """Whether it swings from side to side."""

    oscillating: bool


class FanDirection(Data):
    """Which way it turns."""

    direction: Literal["forward", "reverse"]


FAN: Final[Mapping[str, Services]] = {
    "fan": {
        "turn_on": Service(FanOn),
        "turn_off": Service(Nothing),
        "toggle": Service(FanOn, "toggle"),
        "set_percentage": Service(FanSpeed),
        "increase_speed": Service(FanStep, "once"),
        "decrease_speed": Service(FanStep, "once"),
        "set_preset_mode": Service(FanPreset),
        "oscillate": Service(FanOscillation),
        "set_direction": Service(FanDirection),
    },
}
