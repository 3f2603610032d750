"""The services of locks, alarm panels and sirens. A code is told to the device once, and kept nowhere."""

from collections.abc import Mapping
from typing import Annotated, Final

from pydantic import Field

from homeserver.topics.service import Data, Nothing, Service, Services


class Code(Data):
    """The code that the device, or the home for it, asks for."""

    code: str | None = Field(None, max_length=100, repr=False)


class SirenOn(Data):
    """Sound. `duration` in seconds, `volume_level` from 0 to 1."""

    tone: str | int | None = None
    duration: Annotated[int, Field(gt=0, le=86_400)] | None = None
    volume_level: Annotated[float, Field(ge=0, le=1)] | None = None


SECURITY: Final[Mapping[str, Services]] = {
    "lock": {"lock": Service(Code), "unlock": Service(Code), "open": Service(Code, "once")},
    "alarm_control_panel": {
        "alarm_arm_home": Service(Code),
        "alarm_arm_away": Service(Code),
        "alarm_arm_night": Service(Code),
        "alarm_arm_vacation": Service(Code),
        "alarm_arm_custom_bypass": Service(Code),
        "alarm_disarm": Service(Code),
        "alarm_trigger": Service(Code),
    },
    "siren": {
        "turn_on": Service(SirenOn),
        "turn_off": Service(Nothing),
        "toggle": Service(SirenOn, "toggle"),
    },
}
