"""Lights: what a lamp can do, what is wished of it, and what people see of it, whatever dialect it speaks.

Names and meaning are those of Home Assistant's light entity: brightness 0-255, `color_mode`, `color_temp_kelvin`,
`hs_color` and so on. The three dialects are in `light_basic`, `light_json` and `light_template`.
"""

from collections.abc import Mapping
from typing import Any, Final

from homeserver.home.config import Config, Refused
from homeserver.home.entity import Present
from homeserver.topics.record import record
from homeserver.view import colour

MODES: Final = ("onoff", "brightness", "color_temp", "hs", "xy", "rgb", "rgbw", "rgbww", "white")
COLOURS: Final = ("hs", "xy", "rgb", "rgbw", "rgbww")
FACTS: Final = frozenset(
    ("brightness", "color_mode", "color_temp_kelvin", "effect", *(f"{mode}_color" for mode in COLOURS))
)
_WARMEST: Final = 2000
_COLDEST: Final = 6535
"""Kelvin; what a lamp is taken for that does not say: 500 and 153 mired."""


@record
class Lamp:
    """What one lamp can do. `kelvin`: whether its device counts colour temperature in kelvin and not in mired."""

    modes: frozenset[str]
    warmest: int = _WARMEST
    coldest: int = _COLDEST
    effects: tuple[str, ...] = ()
    kelvin: bool = False

    @property
    def dims(self) -> bool:
        return not self.modes <= {"onoff"}

    @property
    def colours(self) -> frozenset[str]:
        return self.modes.intersection(COLOURS)

    def temperature(self, kelvin: int) -> int:
        """The number that its device wants for a colour temperature."""
        return kelvin if self.kelvin else colour.mired_of(kelvin)

    def kelvin_from(self, number: float) -> int | None:
        """The colour temperature that its device means; None for nonsense."""
        if number <= 0:
            return None
        return round(number) if self.kelvin else colour.kelvin_of(number)


def lamp_of(config: Config, modes: set[str], *, effects: bool) -> Lamp:
    """Read what all dialects share; raises `Refused`."""
    if unknown := modes.difference(MODES):
        raise Refused(f"`supported_color_modes` holds {sorted(unknown)[0]!r}: it may hold {', '.join(MODES)}")
    modes = modes - {"onoff"} if len(modes) > 1 else modes
    modes = modes - {"brightness"} if len(modes) > 1 else modes
    warmest = config.maybe_number("min_kelvin", 10, 1_000_000)
    coldest = config.maybe_number("max_kelvin", 10, 1_000_000)
    if (mired := config.maybe_number("max_mireds", 1, 100_000)) is not None and warmest is None:
        warmest = colour.kelvin_of(mired)
    if (mired := config.maybe_number("min_mireds", 1, 100_000)) is not None and coldest is None:
        coldest = colour.kelvin_of(mired)
    warmest, coldest = warmest or _WARMEST, coldest or _COLDEST
    if warmest > coldest:
        raise Refused(f"the warmest white, {warmest:g} K, is colder than the coldest, {coldest:g} K")
    listed = config.texts("effect_list") if effects else ()
    return Lamp(frozenset(modes or {"onoff"}), round(warmest), round(coldest), listed, config.flag("color_temp_kelvin"))


def shown_of(lamp: Lamp) -> dict[str, Any]:
    """The capabilities that people see."""
    shown: dict[str, Any] = {"supported_color_modes": [mode for mode in MODES if mode in lamp.modes]}
    if "color_temp" in lamp.modes:
        shown |= {"min_color_temp_kelvin": lamp.warmest, "max_color_temp_kelvin": lamp.coldest}
    if lamp.effects:
        shown["effect_list"] = list(lamp.effects)
    return shown


def present_of(lamp: Lamp) -> Present:
    """The attributes of a lamp: none while it is dark; a colour in all spellings that follow from its own."""
    single = next(iter(lamp.modes)) if len(lamp.modes) == 1 else None

    def present(state: str | None, facts: Mapping[str, Any]) -> dict[str, Any]:
        if state != "on":
            return {}
        mode = facts.get("color_mode") or single
        shown: dict[str, Any] = {"color_mode": mode or "unknown"}
        for name in ("brightness", "effect"):
            if name in facts:
                shown[name] = facts[name]
        if mode is not None:
            shown |= spellings(mode, facts, lamp)
        return shown

    return present


def spellings(mode: str, facts: Mapping[str, Any], lamp: Lamp) -> dict[str, Any]:
    """The colour of a mode as every attribute that shows it; empty where it is not known."""
    if mode == "color_temp":
        if (kelvin := facts.get("color_temp_kelvin")) is None:
            return {}
        rgb = colour.kelvin_to_rgb(kelvin)
        return {"color_temp_kelvin": kelvin} | _all(rgb) | {"hs_color": colour.kelvin_to_hs(kelvin)}
    name = f"{mode}_color"
    if mode not in COLOURS or (value := facts.get(name)) is None:
        return {}
    return _all(rgb_of(mode, value, lamp)) | {name: value}


def _all(rgb: colour.Rgb) -> dict[str, Any]:
    return {"hs_color": colour.rgb_to_hs(rgb), "rgb_color": rgb, "xy_color": colour.rgb_to_xy(rgb)}


def rgb_of(mode: str, value: Any, lamp: Lamp) -> colour.Rgb:
    """A colour of any mode as rgb at its brightest."""
    match mode:
        case "hs":
            return colour.hs_to_rgb(value)
        case "xy":
            return colour.xy_to_rgb(value)
        case "rgbw":
            return colour.rgbw_to_rgb(value)
        case "rgbww":
            return colour.rgbww_to_rgb(value, lamp.warmest, lamp.coldest)
        case _:
            return (value[0], value[1], value[2])


def of_rgb(mode: str, rgb: colour.Rgb, lamp: Lamp) -> Any:
    """An rgb colour in the spelling of a mode."""
    match mode:
        case "hs":
            return colour.rgb_to_hs(rgb)
        case "xy":
            return colour.rgb_to_xy(rgb)
        case "rgbw":
            return colour.rgb_to_rgbw(rgb)
        case "rgbww":
            return colour.rgb_to_rgbww(rgb, lamp.warmest, lamp.coldest)
        case _:
            return rgb
