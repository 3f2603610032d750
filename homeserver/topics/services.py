"""The services of each kind of entity: what may be asked of it, with which data, and what asking twice would do.

One table for every door: MQTT commands, rule actions, HTTP, CLI. Names and data are those that Home Assistant's
rule files use.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

Effect = Literal["absolute", "toggle", "once"]
"""absolute: the same result however often it is carried out (on, off, 40 %); may be sent again.
toggle: made absolute by the owner, who knows the state. once: press, step, stop; sent at most once."""

Byte = Annotated[int, Field(ge=0, le=255)]
Percent = Annotated[float, Field(ge=0, le=100)]
Seconds = Annotated[float, Field(ge=0, le=6553)]


class Data(BaseModel):
    """Service data: unknown names are refused, so that a typing error is found and not ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Nothing(Data):
    """No data."""


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


class Value(Data):
    """A number in the entity's own unit."""

    value: float


class Option(Data):
    """One of the entity's options."""

    option: str


class Cycle(Data):
    """Whether to go on at the other end after the last option."""

    cycle: bool = True


@dataclass(frozen=True, slots=True)
class Service:
    """One service: the model of its data and its effect."""

    model: type[Data]
    effect: Effect = "absolute"

    def effect_of(self, data: Mapping[str, Any]) -> Effect:
        """The effect with this data: a brightness step happens once where a brightness is absolute."""
        return "once" if any("step" in name for name in data) else self.effect


_SWITCH: Final = {
    "turn_on": Service(Nothing),
    "turn_off": Service(Nothing),
    "toggle": Service(Nothing, "toggle"),
}

SERVICES: Final[Mapping[str, Mapping[str, Service]]] = {
    "light": {
        "turn_on": Service(LightOn),
        "turn_off": Service(LightOff),
        "toggle": Service(LightOn, "toggle"),
    },
    "switch": _SWITCH,
    "number": {"set_value": Service(Value)},
    "select": {
        "select_option": Service(Option),
        "select_first": Service(Nothing),
        "select_last": Service(Nothing),
        "select_next": Service(Cycle, "once"),
        "select_previous": Service(Cycle, "once"),
    },
    "button": {"press": Service(Nothing, "once")},
    "sensor": {},
    "binary_sensor": {},
}
"""By domain, then by service."""
