"""The services of lights."""

from collections.abc import Mapping
from typing import Annotated, Final, Literal

from pydantic import Field

from homeserver.topics.service import Byte, Data, Percent, Seconds, Service, Services


class LightOn(Data):
    """Light up. Colours: `hs_color` degrees 0-360 and percent, `xy_color` CIE 1931, `rgb_color` 0-255 each."""

    brightness: Byte | None = None
    brightness_pct: Percent | None = None
    brightness_step: Annotated[int, Field(ge=-255, le=255)] | None = None
    brightness_step_pct: Annotated[float, Field(ge=-100, le=100)] | None = None
    color_temp_kelvin: Annotated[int, Field(ge=1000, le=40000)] | None = None
    color_temp: Annotated[int, Field(ge=25, le=1000)] | None = None
    kelvin: Annotated[int, Field(ge=1000, le=40000)] | None = None
    hs_color: tuple[Annotated[float, Field(ge=0, le=360)], Percent] | None = None
    xy_color: tuple[Annotated[float, Field(ge=0, le=1)], Annotated[float, Field(ge=0, le=1)]] | None = None
    rgb_color: tuple[Byte, Byte, Byte] | None = None
    rgbw_color: tuple[Byte, Byte, Byte, Byte] | None = None
    rgbww_color: tuple[Byte, Byte, Byte, Byte, Byte] | None = None
    color_name: str | None = None
    white: Byte | bool | None = None
    effect: str | None = None
    flash: Literal["short", "long"] | None = None
    transition: Seconds | None = None


class LightOff(Data):
    """Go dark."""

    transition: Seconds | None = None
    flash: Literal["short", "long"] | None = None


LIGHT: Final[Mapping[str, Services]] = {
    "light": {
        "turn_on": Service(LightOn),
        "turn_off": Service(LightOff),
        "toggle": Service(LightOn, "toggle"),
    },
}
