"""The services of what makes the air right: thermostats and air conditioners, humidifiers, water heaters.

Temperatures are in the unit of the home (`temperature_unit` among the capabilities), humidity in percent.
"""

from collections.abc import Mapping
from typing import Annotated, Final

from pydantic import Field

from homeserver.topics.service import Data, Nothing, Percent, Service, Services

Degrees = Annotated[float, Field(ge=-100, le=1000)]


class Temperature(Data):
    """One temperature to be reached, or the two that it is to stay between; and the mode for it."""

    temperature: Degrees | None = None
    target_temp_low: Degrees | None = None
    target_temp_high: Degrees | None = None
    hvac_mode: str | None = None


class Humidity(Data):
    """Relative humidity in percent."""

    humidity: Percent


class HvacMode(Data):
    """One of the `hvac_modes`, such as off, heat or cool."""

    hvac_mode: str


class PresetMode(Data):
    """One of the `preset_modes`; none ends it."""

    preset_mode: str


class FanMode(Data):
    """One of the `fan_modes`."""

    fan_mode: str


class SwingMode(Data):
    """One of the `swing_modes`: up and down, or all there is."""

    swing_mode: str


class SwingHorizontalMode(Data):
    """One of the `swing_horizontal_modes`."""

    swing_horizontal_mode: str


class Mode(Data):
    """One of the `available_modes`."""

    mode: str


class WaterTemperature(Data):
    """How hot the water is to be, and the mode for it."""

    temperature: Degrees
    operation_mode: str | None = None


class OperationMode(Data):
    """One of the modes in `operation_list`."""

    operation_mode: str


_ANY_MODE: Final[Mapping[str, tuple[str, ...]]] = {"off": ("turn_on",), "None": ("turn_on",), "": ("turn_off",)}
_SWITCHED: Final[Services] = {"turn_on": Service(Nothing), "turn_off": Service(Nothing)}
CLIMATE: Final[Mapping[str, Services]] = {
    "climate": {
        **_SWITCHED,
        "toggle": Service(Nothing, "toggle", _ANY_MODE),
        "set_hvac_mode": Service(HvacMode),
        "set_temperature": Service(Temperature),
        "set_humidity": Service(Humidity),
        "set_preset_mode": Service(PresetMode),
        "set_fan_mode": Service(FanMode),
        "set_swing_mode": Service(SwingMode),
        "set_swing_horizontal_mode": Service(SwingHorizontalMode),
    },
    "humidifier": {
        **_SWITCHED,
        "toggle": Service(Nothing, "toggle"),
        "set_humidity": Service(Humidity),
        "set_mode": Service(Mode),
    },
    "water_heater": {
        **_SWITCHED,
        "set_temperature": Service(WaterTemperature),
        "set_operation_mode": Service(OperationMode),
    },
}
