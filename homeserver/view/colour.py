"""Colour conversions between what people ask for and what lamps understand. Pure functions.

Ranges: hue 0-360 degrees, saturation 0-100 %, rgb and white channels 0-255, xy on the CIE 1931 diagram, kelvin. A
colour has no brightness of its own here: conversions give its brightest form.
"""

import colorsys
import math
from typing import Final

Hs = tuple[float, float]
Xy = tuple[float, float]
Rgb = tuple[int, int, int]
Rgbw = tuple[int, int, int, int]
Rgbww = tuple[int, int, int, int, int]

# Philips Hue, "Color conversion formulas RGB to XY and back", Wide RGB D65: one matrix and its inverse.
_TO_XYZ: Final = (
    (0.664511, 0.154324, 0.162028),
    (0.283881, 0.668433, 0.047685),
    (0.000088, 0.072310, 0.986039),
)
_FROM_XYZ: Final = (
    (1.656492, -0.354851, -0.255038),
    (-0.707196, 1.655397, 0.036152),
    (0.051713, -0.121364, 1.011530),
)
WARMEST_RGB: Final = 1000
COLDEST_RGB: Final = 40000
"""Kelvin; beyond them the approximation of `kelvin_to_rgb` does not hold."""


def kelvin_of(mired: float) -> int:
    """Micro reciprocal degrees to kelvin; whole numbers of either come back exactly from the other, as these are cut
    off where lamps and Home Assistant cut them off."""
    return math.floor(1_000_000 / mired)


def mired_of(kelvin: float) -> int:
    """Kelvin to micro reciprocal degrees."""
    return math.floor(1_000_000 / kelvin)


def hs_to_rgb(hs: Hs) -> Rgb:
    red, green, blue = colorsys.hsv_to_rgb((hs[0] % 360) / 360, hs[1] / 100, 1.0)
    return round(red * 255), round(green * 255), round(blue * 255)


def rgb_to_hs(rgb: tuple[float, ...]) -> Hs:
    hue, saturation, _ = colorsys.rgb_to_hsv(*(channel / 255 for channel in rgb))
    return round(hue * 360, 3), round(saturation * 100, 3)


def rgb_to_xy(rgb: Rgb) -> Xy:
    """Philips Hue's formula with gamma correction; black has the place of white."""
    linear = [_linear(channel / 255) for channel in rgb]
    x, y, z = (sum(factor * part for factor, part in zip(row, linear, strict=True)) for row in _TO_XYZ)
    total = x + y + z
    return (round(x / total, 3), round(y / total, 3)) if total > 0 else (0.323, 0.329)


def xy_to_rgb(xy: Xy) -> Rgb:
    """The inverse, scaled until its largest channel is 255."""
    x, y = xy[0], max(xy[1], 1e-6)
    xyz = (x / y, 1.0, (1 - x - y) / y)
    linear = [max(0.0, sum(factor * part for factor, part in zip(row, xyz, strict=True))) for row in _FROM_XYZ]
    curved = [_curved(channel / (max(linear) or 1.0)) for channel in linear]
    largest = max(curved) or 1.0
    red, green, blue = (round(channel / largest * 255) for channel in curved)
    return red, green, blue


def _linear(channel: float) -> float:
    return ((channel + 0.055) / 1.055) ** 2.4 if channel > 0.04045 else channel / 12.92


def _curved(channel: float) -> float:
    return 1.055 * channel ** (1 / 2.4) - 0.055 if channel > 0.0031308 else 12.92 * channel


def xy_to_hs(xy: Xy) -> Hs:
    return rgb_to_hs(xy_to_rgb(xy))


def hs_to_xy(hs: Hs) -> Xy:
    return rgb_to_xy(hs_to_rgb(hs))


def kelvin_to_rgb(kelvin: float) -> Rgb:
    """The colour of a black body."""
    red, green, blue = _black_body(kelvin)
    return _byte(red), _byte(green), _byte(blue)


def _black_body(kelvin: float) -> tuple[float, float, float]:
    """Tanner Helland's approximation, "How to convert temperature (K) to RGB"; not limited to 0-255."""
    tens = min(max(kelvin, WARMEST_RGB), COLDEST_RGB) / 100
    if tens <= 66:
        red, green = 255.0, 99.4708025861 * math.log(tens) - 161.1195681661
        blue = 0.0 if tens <= 19 else 138.5177312231 * math.log(tens - 10) - 305.0447927307
    else:
        red = 329.698727446 * (tens - 60) ** -0.1332047592
        green, blue = 288.1221695283 * (tens - 60) ** -0.0755148492, 255.0
    return red, green, blue


def kelvin_to_hs(kelvin: float) -> Hs:
    return rgb_to_hs(tuple(min(255.0, max(0.0, channel)) for channel in _black_body(kelvin)))


def rgb_to_kelvin(rgb: Rgb) -> int:
    """The black body whose balance of blue and red is nearest: the inverse of `kelvin_to_rgb`, by halving."""
    balance = (rgb[2] - rgb[0]) * 255 / (max(rgb) or 255)
    low, high = WARMEST_RGB, COLDEST_RGB
    while high - low > 1:
        middle = (low + high) // 2
        red, _, blue = kelvin_to_rgb(middle)
        low, high = (middle, high) if blue - red < balance else (low, middle)
    return high


def rgb_to_rgbw(rgb: Rgb) -> Rgbw:
    """White takes over what all three channels share; the result is stretched to the brightness of `rgb`."""
    white = min(rgb)
    return _as_rgbw(_stretched(rgb, (rgb[0] - white, rgb[1] - white, rgb[2] - white, white)))


def rgbw_to_rgb(rgbw: Rgbw) -> Rgb:
    red, green, blue, white = rgbw
    return _as_rgb(_stretched(rgbw, (red + white, green + white, blue + white)))


def rgb_to_rgbww(rgb: Rgb, warmest: int, coldest: int) -> Rgbww:
    """Both whites take over what they can, half and half, as the white between `warmest` and `coldest` kelvin."""
    white = kelvin_to_rgb((warmest + coldest) / 2)
    level = min(
        channel / part if part else math.inf for channel, part in zip(rgb, (w / 255 for w in white), strict=True)
    )
    rest = [channel - level * part / 255 for channel, part in zip(rgb, white, strict=True)]
    return _as_rgbww(_stretched(rgb, (*rest, level / 2, level / 2)))


def rgbww_to_rgb(rgbww: Rgbww, warmest: int, coldest: int) -> Rgb:
    red, green, blue, cold, warm = rgbww
    whites = [
        cold * c / 255 + warm * w / 255 for c, w in zip(kelvin_to_rgb(coldest), kelvin_to_rgb(warmest), strict=True)
    ]
    return _as_rgb(_stretched(rgbww, (red + whites[0], green + whites[1], blue + whites[2])))


def kelvin_to_rgbww(kelvin: int, warmest: int, coldest: int, level: int = 255) -> Rgbww:
    """A mix of the two whites alone, by their distance in mired."""
    span = max(1, mired_of(warmest) - mired_of(coldest))
    warmth = min(1.0, max(0.0, (mired_of(kelvin) - mired_of(coldest)) / span))
    return 0, 0, 0, round((1 - warmth) * level), round(warmth * level)


def _stretched(like: tuple[float, ...], channels: tuple[float, ...]) -> list[int]:
    """`channels` scaled so that the largest is the largest of `like`."""
    largest = max(channels)
    factor = max(like) / largest if largest > 0 else 0.0
    return [_byte(channel * factor) for channel in channels]


def _byte(value: float) -> int:
    return round(min(255.0, max(0.0, value)))


def _as_rgb(channels: list[int]) -> Rgb:
    return channels[0], channels[1], channels[2]


def _as_rgbw(channels: list[int]) -> Rgbw:
    return channels[0], channels[1], channels[2], channels[3]


def _as_rgbww(channels: list[int]) -> Rgbww:
    return channels[0], channels[1], channels[2], channels[3], channels[4]
