"""Lamps: what is told of them, and what they are sent, beside the frames that ZCL 3.8, 3.10 and 5.2 want."""

import json
from typing import Any

import pytest

from integrations.zigbee.light import COLOR, FULL, IDENTIFY, LEVEL, ON_OFF, light
from integrations.zigbee.part import Ending, Facts, Part, Send, Wish

COLOURED = Ending(0x0104, 0x010D, frozenset({IDENTIFY, ON_OFF, LEVEL, COLOR}))
DIMMED = Ending(0x0104, 0x0101, frozenset({ON_OFF, LEVEL}))
PLAIN = Ending(0x0104, 0x0100, frozenset({ON_OFF}))
ABLE = {(11, COLOR, 0x400A): 0x18, (11, COLOR, 0x400B): 153, (11, COLOR, 0x400C): 454}


def lamp(ending: Ending, values: dict[Any, Any] | None = None) -> tuple[Part, Facts]:
    facts = Facts(values)
    return light(11, ending, facts, "light", None), facts


def said(part: Part, facts: Facts) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(part.say(facts)[""])
    return told


def told(part: Part, facts: Facts, **fields: Any) -> tuple[Wish, ...]:
    assert part.obey is not None
    return part.obey("", json.dumps(fields).encode(), facts)


def frames(wishes: tuple[Wish, ...]) -> list[tuple[int, int, tuple[Any, ...]]]:
    return [(one.cluster, one.command, one.fields) for wish in wishes for one in wish.deeds if isinstance(one, Send)]


def test_what_a_lamp_can_do_follows_from_what_it_tells() -> None:
    part, _ = lamp(COLOURED, ABLE)
    assert part.feature.config["supported_color_modes"] == ["color_temp", "xy"]
    assert (part.feature.config["min_mireds"], part.feature.config["max_mireds"]) == (153, 454)
    assert "brightness" in lamp(DIMMED)[0].feature.config
    assert "brightness" not in lamp(PLAIN)[0].feature.config
    assert "effect_list" not in lamp(PLAIN)[0].feature.config


@pytest.mark.parametrize(("coldest", "warmest"), [(0, 0), (500, 153), (153, 65_535), (None, 454)])
def test_a_range_that_is_nonsense_is_taken_for_the_usual_one(coldest: int | None, warmest: int) -> None:
    part, _ = lamp(COLOURED, {**ABLE, (11, COLOR, 0x400B): coldest, (11, COLOR, 0x400C): warmest})
    assert (part.feature.config["min_mireds"], part.feature.config["max_mireds"]) == (153, 500)


def test_an_older_lamp_is_known_by_what_it_has() -> None:
    part, _ = lamp(COLOURED, {(11, COLOR, 0): 10, (11, COLOR, 1): 20})
    assert part.feature.config["supported_color_modes"] == ["hs"]
    part, _ = lamp(COLOURED, {(11, COLOR, 7): 370})
    assert part.feature.config["supported_color_modes"] == ["color_temp"]


def test_the_state_is_what_the_lamp_reports() -> None:
    part, facts = lamp(COLOURED, ABLE)
    assert part.say(facts) == {}, "nothing is known yet"
    facts.values |= {(11, ON_OFF, 0): 1, (11, LEVEL, 0): 127, (11, COLOR, 8): 2, (11, COLOR, 7): 370}
    assert said(part, facts) == {"state": "ON", "brightness": 127, "color_mode": "color_temp", "color_temp": 370}
    facts.values |= {(11, ON_OFF, 0): 0, (11, COLOR, 8): 1, (11, COLOR, 3): 32_768, (11, COLOR, 4): 16_384}
    assert said(part, facts)["color"] == {"x": 0.5, "y": 0.25}
    assert said(part, facts)["state"] == "OFF"


def test_a_lamp_at_level_255_is_at_its_brightest() -> None:
    part, facts = lamp(DIMMED, {(11, ON_OFF, 0): 1, (11, LEVEL, 0): 255})
    assert said(part, facts)["brightness"] == FULL


def test_on_off_and_brightness() -> None:
    part, facts = lamp(DIMMED)
    assert frames(told(part, facts, state="ON")) == [(ON_OFF, 1, ())]
    assert frames(told(part, facts, state="OFF")) == [(ON_OFF, 0, ())]
    assert frames(told(part, facts, state="ON", brightness=100)) == [(LEVEL, 4, (100, 0))]
    assert frames(told(part, facts, state="OFF", transition=1.5)) == [(LEVEL, 4, (0, 15))]


def test_a_lamp_that_becomes_bright_slowly_goes_where_it_was() -> None:
    part, facts = lamp(DIMMED, {(11, ON_OFF, 0): 0, (11, LEVEL, 0): 80})
    assert frames(told(part, facts, state="ON", transition=2)) == [(LEVEL, 4, (80, 20))]
    facts.values[11, ON_OFF, 0] = 1
    assert frames(told(part, facts, state="ON", transition=2)) == [(ON_OFF, 1, ())]


def test_colours() -> None:
    part, facts = lamp(COLOURED, ABLE)
    assert frames(told(part, facts, state="ON", color_temp=250, transition=1)) == [
        (LEVEL, 4, (FULL, 10)),
        (COLOR, 0x0A, (250, 10)),
    ]
    wishes = told(part, facts, state="ON", color={"x": 0.5, "y": 0.25})
    assert frames(wishes) == [(ON_OFF, 1, ()), (COLOR, 7, (32_768, 16_384, 0))]
    assert [wish.attribute for wish in wishes] == ["on", "color"]
    hued, facts = lamp(COLOURED, {(11, COLOR, 0): 0, (11, COLOR, 1): 0})
    assert frames(told(hued, facts, state="ON", color={"h": 360, "s": 50}))[1] == (COLOR, 6, (254, 127, 0))


def test_it_is_done_when_the_lamp_says_so() -> None:
    part, facts = lamp(COLOURED, ABLE)
    on, colour = told(part, facts, state="ON", color={"x": 0.5, "y": 0.25})
    assert on.confirmed is not None
    assert colour.confirmed is not None
    assert not on.confirmed(facts)
    facts.values[11, ON_OFF, 0] = 1
    assert on.confirmed(facts)
    facts.values |= {(11, COLOR, 3): 32_700, (11, COLOR, 4): 16_400}
    assert colour.confirmed(facts), "a lamp fits a colour to what it can show"
    facts.values[11, COLOR, 3] = 20_000
    assert not colour.confirmed(facts)
    (dark,) = told(part, facts, brightness=0)
    assert dark.confirmed is not None
    assert not dark.confirmed(facts)
    facts.values[11, ON_OFF, 0] = 0
    assert dark.confirmed(facts)


def test_effects_say_nothing_of_themselves() -> None:
    part, facts = lamp(COLOURED, ABLE)
    (wish,) = told(part, facts, state="ON", effect="breathe")
    assert frames((wish,)) == [(IDENTIFY, 0x40, (1, 0))]
    assert wish.confirmed is None


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"state": "on"}, "neither ON nor OFF"),
        ({"brightness": 300}, "brightness is 300"),
        ({"brightness": True}, "brightness is True"),
        ({"color_temp": "warm"}, "color_temp is warm"),
        ({"color": "red"}, "no x and y"),
        ({"color": {"x": 0.5}}, "color lacks y"),
        ({"color": {"x": 2, "y": 0}}, "x is 2"),
        ({"effect": "disco"}, "blink, breathe"),
        ({"state": "ON", "transition": -1}, "transition is -1"),
    ],
)
def test_what_no_lamp_can_do_is_told(fields: dict[str, Any], words: str) -> None:
    part, facts = lamp(COLOURED, ABLE)
    with pytest.raises(ValueError, match=words):
        told(part, facts, **fields)


@pytest.mark.parametrize("payload", [b"", b"ON", b"[]", b"{", b"\xff"])
def test_what_is_no_json_is_told(payload: bytes) -> None:
    part, facts = lamp(COLOURED, ABLE)
    assert part.obey is not None
    with pytest.raises(ValueError, match="no JSON"):
        part.obey("", payload, facts)
