"""Colours survive the way through other spellings, and known colours come out as they are known."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeserver.home.colour_names import COLOUR_NAMES, rgb_of_name
from homeserver.view import colour

BYTE = st.integers(0, 255)
BRIGHT = st.tuples(BYTE, BYTE, st.just(255)).flatmap(st.permutations).map(tuple)


@pytest.mark.parametrize(
    ("rgb", "hs", "xy"),
    [
        ((255, 255, 255), (0.0, 0.0), (0.323, 0.329)),
        ((255, 0, 0), (0.0, 100.0), (0.701, 0.299)),
        ((0, 255, 0), (120.0, 100.0), (0.172, 0.747)),
        ((0, 0, 255), (240.0, 100.0), (0.136, 0.04)),
        ((128, 0, 0), (0.0, 100.0), (0.701, 0.299)),
        ((0, 0, 0), (0.0, 0.0), (0.323, 0.329)),
    ],
)
def test_known_colours(rgb: colour.Rgb, hs: colour.Hs, xy: colour.Xy) -> None:
    assert colour.rgb_to_hs(rgb) == hs
    assert colour.rgb_to_xy(rgb) == xy


@given(BRIGHT)
def test_there_and_back_through_hue_and_saturation(rgb: colour.Rgb) -> None:
    back = colour.hs_to_rgb(colour.rgb_to_hs(rgb))
    assert max(abs(a - b) for a, b in zip(rgb, back, strict=True)) <= 1


@given(BRIGHT)
def test_there_and_back_through_the_diagram(rgb: colour.Rgb) -> None:
    back = colour.xy_to_rgb(colour.rgb_to_xy(rgb))
    assert max(abs(a - b) for a, b in zip(rgb, back, strict=True)) <= 8


@given(st.tuples(BYTE, BYTE, BYTE))
def test_there_and_back_through_a_white_channel(rgb: colour.Rgb) -> None:
    white = colour.rgb_to_rgbw(rgb)
    assert min(white[:3]) == 0
    back = colour.rgbw_to_rgb(white)
    assert max(abs(a - b) for a, b in zip(rgb, back, strict=True)) <= 4


@given(BRIGHT)
def test_two_white_channels_keep_the_hue(rgb: colour.Rgb) -> None:
    back = colour.rgbww_to_rgb(colour.rgb_to_rgbww(rgb, 2000, 6500), 2000, 6500)
    (x1, y1), (x2, y2) = colour.rgb_to_xy(rgb), colour.rgb_to_xy(back)
    assert abs(x1 - x2) + abs(y1 - y2) < 0.1


@given(st.floats(0, 1), st.floats(0, 1))
def test_any_point_of_the_diagram_is_some_colour(x: float, y: float) -> None:
    assert all(0 <= channel <= 255 for channel in colour.xy_to_rgb((x, y)))
    assert 1000 <= colour.rgb_to_kelvin(colour.xy_to_rgb((x, y))) <= 40000


@given(st.integers(1000, 40000))
def test_temperatures(kelvin: int) -> None:
    assert all(0 <= channel <= 255 for channel in colour.kelvin_to_rgb(kelvin))
    assert abs(colour.kelvin_of(colour.mired_of(kelvin)) - kelvin) <= kelvin**2 / (1_000_000 - kelvin) + 1
    mixed = colour.kelvin_to_rgbww(kelvin, 2000, 6500)
    assert 254 <= sum(mixed) <= 256


@pytest.mark.parametrize(("kelvin", "rgb"), [(6600, (255, 255, 255)), (2700, (255, 167, 87)), (10000, (202, 218, 255))])
def test_the_black_body(kelvin: int, rgb: colour.Rgb) -> None:
    assert max(abs(a - b) for a, b in zip(colour.kelvin_to_rgb(kelvin), rgb, strict=True)) <= 2


@given(st.integers(2000, 20000))
def test_the_temperature_of_a_white(kelvin: int) -> None:
    assert abs(colour.rgb_to_kelvin(colour.kelvin_to_rgb(kelvin)) - kelvin) <= max(20, kelvin * 0.05)


def test_names() -> None:
    assert len(COLOUR_NAMES) == 148
    assert rgb_of_name("Deep Sky Blue") == (0, 191, 255)
    assert rgb_of_name("beige-ish") is None
