"""Lights of the JSON dialect: what they are told where their config says little, or says that they lack something."""

import json
from typing import Any

import pytest

from tests.home.stage import Stage

LAMP: dict[str, Any] = {"schema": "json", "name": "Hall", "unique_id": "h", "command_topic": "a/set"}
BLUE = {"r": 0, "g": 0, "b": 255}


@pytest.mark.parametrize(
    ("config", "data", "message"),
    [
        ({"supported_color_modes": ["xy"]}, {"brightness": 128}, {"brightness": 128}),
        ({"supported_color_modes": ["xy"], "brightness": False}, {"brightness": 128}, {}),
        ({"supported_color_modes": ["rgb"]}, {"brightness": 128}, {"brightness": 128}),
        (
            {"supported_color_modes": ["rgb"]},
            {"rgb_color": [0, 0, 255], "brightness": 51},
            {"color": {"r": 0, "g": 0, "b": 51}},
        ),
        (
            {"supported_color_modes": ["rgb"], "brightness": True},
            {"rgb_color": [0, 0, 255], "brightness": 51},
            {"color": BLUE, "brightness": 51},
        ),
        ({"supported_color_modes": ["brightness"]}, {"brightness": 128}, {"brightness": 128}),
        ({"supported_color_modes": ["brightness"], "brightness": False}, {"brightness": 128}, {}),
    ],
)
async def test_brightness_is_sent_apart_or_with_the_colour(
    stage: Stage, config: dict[str, Any], data: dict[str, Any], message: dict[str, Any]
) -> None:
    await stage.announce("light", LAMP | config)
    await stage.command("light.hall", "turn_on", **data)
    assert [json.loads(told) for told in stage.told_on("a/set")] == [{"state": "ON"} | message]


@pytest.mark.parametrize(
    ("config", "effects"),
    [({}, ["rainbow"]), ({"effect": True}, ["rainbow"]), ({"effect": False}, None)],
)
async def test_effects_are_there_unless_the_lamp_says_it_has_none(
    stage: Stage, config: dict[str, Any], effects: list[str] | None
) -> None:
    await stage.announce("light", LAMP | {"effect_list": ["rainbow"]} | config)
    assert stage.configs["light.hall"].capabilities.get("effect_list") == effects


async def test_limits_of_white_as_devices_report_them(stage: Stage) -> None:
    await stage.announce("light", LAMP | {"supported_color_modes": ["color_temp"], "max_mireds": 65279})
    assert stage.configs["light.hall"].capabilities["min_color_temp_kelvin"] == 15
