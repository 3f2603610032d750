"""What is wished of a lamp becomes what this lamp can do; what people see of it follows from its own colour."""

from typing import Any

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from homeserver.home import light, light_wish
from homeserver.home.config import Config, Refused
from homeserver.home.entity import Entity, Face
from homeserver.home.light import MODES, Lamp, lamp_of, present_of
from homeserver.topics.call import CallError
from homeserver.topics.entity import EntityConfig
from homeserver.topics.services_light import LightOn


def entity_of(state: str | None = "on", **facts: Any) -> Entity:
    config = EntityConfig("L", "home")
    return Entity("k", "t", "light.l", ("light", "l"), config, Face(), "device:l", state=state, facts=facts)


def lamp(*modes: str, **more: Any) -> Lamp:
    return Lamp(frozenset(modes), **more)


@pytest.mark.parametrize(
    ("of", "data", "expected"),
    [
        (lamp("onoff"), {"brightness": 50, "rgb_color": (1, 2, 3), "color_temp": 300}, {}),
        (lamp("brightness"), {"brightness_pct": 50}, {"brightness": 128}),
        (lamp("brightness"), {"brightness_step": 30}, {"brightness": 130}),
        (lamp("brightness"), {"brightness_step_pct": -100}, {"brightness": 0}),
        (lamp("brightness"), {"transition": 2.0, "flash": "long"}, {"transition": 2.0, "flash": "long"}),
        (lamp("color_temp"), {"color_temp": 250}, {"color_temp_kelvin": 4000, "color_mode": "color_temp"}),
        (lamp("color_temp"), {"kelvin": 9000}, {"color_temp_kelvin": 6535, "color_mode": "color_temp"}),
        (lamp("hs"), {"color_temp_kelvin": 2700}, {"hs_color": (28.571, 65.882), "color_mode": "hs"}),
        (lamp("hs"), {"rgb_color": (0, 0, 255)}, {"hs_color": (240.0, 100.0), "color_mode": "hs"}),
        (lamp("xy", "color_temp"), {"hs_color": (0.0, 100.0)}, {"xy_color": (0.701, 0.299), "color_mode": "xy"}),
        (lamp("rgb"), {"xy_color": (0.136, 0.04)}, {"rgb_color": (4, 0, 255), "color_mode": "rgb"}),
        (lamp("rgbw"), {"rgb_color": (255, 0, 0)}, {"rgbw_color": (255, 0, 0, 0), "color_mode": "rgbw"}),
        (lamp("rgbww"), {"kelvin": 2000}, {"rgbww_color": (0, 0, 0, 0, 255), "color_mode": "rgbww"}),
        (lamp("rgbww"), {"kelvin": 6535}, {"rgbww_color": (0, 0, 0, 255, 0), "color_mode": "rgbww"}),
        (lamp("rgb", "white"), {"white": 80}, {"white": 80, "color_mode": "white"}),
        (lamp("rgb", "white"), {"white": True}, {"white": 255, "color_mode": "white"}),
        (lamp("rgb"), {"white": 80}, {}),
        (lamp("hs"), {"color_name": "Red"}, {"hs_color": (0.0, 100.0), "color_mode": "hs"}),
    ],
)
def test_a_wish_becomes_what_the_lamp_can_do(of: Lamp, data: dict[str, Any], expected: dict[str, Any]) -> None:
    wish = light_wish.wish_of(entity_of(brightness=100), data, of)
    assert wish == expected


def test_a_white_lamp_shows_the_white_that_is_nearest_to_a_colour() -> None:
    wish = light_wish.wish_of(entity_of(), {"rgb_color": (255, 167, 87)}, lamp("color_temp"))  # 2700 K
    assert wish["color_mode"] == "color_temp"
    assert abs(wish["color_temp_kelvin"] - 2700) < 150


def test_an_effect_must_be_one_of_the_lamps() -> None:
    with pytest.raises(CallError, match="none of the effects a, b"):
        light_wish.wish_of(entity_of(), {"effect": "c"}, lamp("hs", effects=("a", "b")))


LIGHT_DATA = st.builds(
    LightOn,
    brightness=st.none() | st.integers(0, 255),
    brightness_step=st.none() | st.integers(-255, 255),
    color_temp=st.none() | st.integers(25, 1000),
    hs_color=st.none() | st.tuples(st.floats(0, 360), st.floats(0, 100)),
    xy_color=st.none() | st.tuples(st.floats(0, 1), st.floats(0, 1)),
    rgbww_color=st.none() | st.tuples(*(st.integers(0, 255),) * 5),
    color_name=st.none() | st.sampled_from(["red", "no such colour"]),
    white=st.none() | st.booleans() | st.integers(0, 255),
)


@given(LIGHT_DATA, st.sets(st.sampled_from(MODES), min_size=1), st.sampled_from(["on", "off", None]))
def test_any_wish_fits_any_lamp_or_is_refused(data: LightOn, modes: set[str], state: str | None) -> None:
    of = lamp_of(Config({}), modes, effects=False)
    given_data = data.model_dump(exclude_none=True)
    if data.color_name == "no such colour" and data.color_temp is None and data.white in (None, False):
        with pytest.raises(CallError, match="no colour name"):
            light_wish.wish_of(entity_of(state), given_data, of)
        return
    try:
        wish = light_wish.wish_of(entity_of(state), given_data, of)
    except CallError:
        event(f"refused because of {data.color_name}")
        return
    colours = [name for name in wish if name.endswith(("_color", "_kelvin"))]
    assert len(colours) <= 1
    if "color_mode" in wish:
        assert wish["color_mode"] in of.modes
    if "brightness" in wish:
        assert 0 <= wish["brightness"] <= 255
    facts = light_wish.facts_of(wish)
    attributes = present_of(of)("on", facts)
    assert attributes["color_mode"] in {*of.modes, "unknown"}
    assert present_of(of)("off", facts) == {}


def test_contradictions_of_a_lamp_are_refused() -> None:
    with pytest.raises(Refused, match="holds 'sparkle'"):
        lamp_of(Config({}), {"sparkle"}, effects=False)
    with pytest.raises(Refused, match="colder than the coldest"):
        lamp_of(Config({"min_kelvin": 6000, "max_kelvin": 3000}), {"color_temp"}, effects=False)
    assert lamp_of(Config({}), {"onoff", "brightness", "hs"}, effects=False).modes == {"hs"}
    assert light.shown_of(lamp("color_temp"))["supported_color_modes"] == ["color_temp"]
