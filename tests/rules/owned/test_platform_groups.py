"""Groups of one kind, held to Home Assistant's documentation of the integration group (new style)."""

from pathlib import Path

import pytest

from homeserver.rules.owned.platform_groups import GROUPS
from tests.rules.owned.test_owner import state, tell
from tests.rules.stage import Stage


@pytest.mark.parametrize(
    ("domain", "members", "more", "expected"),
    [
        ("switch", "on off", "", "on"),
        ("switch", "on off", ", all: true", "off"),
        ("switch", "on unavailable", ", all: true", "off"),
        ("switch", "unavailable unavailable", "", "unavailable"),
        ("switch", "unknown unavailable", "", "unknown"),
        ("binary_sensor", "off on", "", "on"),
        ("cover", "open closed", "", "open"),
        ("cover", "closed closed", "", "closed"),
        ("cover", "closed closing", "", "closing"),
        ("lock", "locked unlocked", "", "unlocked"),
        ("lock", "locked jammed", "", "jammed"),
        ("lock", "locked locked", "", "locked"),
    ],
)
async def test_its_state(tmp_path: Path, domain: str, members: str, more: str, expected: str) -> None:
    assert domain in GROUPS
    things = {f"{domain}.m{number}": word for number, word in enumerate(members.split())}
    rules = f"{domain}: [{{platform: group, name: All, entities: [{', '.join(things)}]{more}}}]"
    async with Stage(tmp_path, rules, things) as stage:
        assert state(stage, f"{domain}.all") == expected


LIGHTS = """
light:
  - platform: group
    name: Both
    unique_id: both
    entities: [light.a, light.b]
"""


async def test_a_light_of_lights(tmp_path: Path) -> None:
    async with Stage(tmp_path, LIGHTS, {"light.a": "off", "light.b": "off"}) as stage:
        stage.props.obeys = True
        config = stage.rules.engine.view.configs["light.both"]
        assert (config.owner, config.unique_id, config.services) == ("rules", "both", ("turn_on", "turn_off"))
        await tell(stage, "light.both", "turn_on", brightness=100)
        assert [row for row in stage.told() if row[0] != "light.both"] == [
            ("light.a", "turn_on", {"brightness": 100}),
            ("light.b", "turn_on", {"brightness": 100}),
        ]
        assert state(stage, "light.both") == "on"
        await stage.set("light.a", "on", brightness=100, rgb_color=[1, 2, 3])
        await stage.set("light.b", "on", brightness=50, rgb_color=[1, 2, 3])
        shown = stage.rules.engine.view.states["light.both"].attributes
        assert (shown["brightness"], shown["rgb_color"]) == (75, [1, 2, 3])
        await stage.set("light.b", "off")
        assert stage.rules.engine.view.states["light.both"].attributes["brightness"] == 100
        await tell(stage, "light.both", "turn_off")
        assert state(stage, "light.both") == "off"


async def test_it_can_do_what_its_members_can_whenever_they_come(tmp_path: Path) -> None:
    async with Stage(tmp_path, LIGHTS) as stage:
        assert state(stage, "light.both") == "unavailable"
        assert "toggle" in stage.rules.engine.view.configs["light.both"].services
        await stage.set("light.a", "on")
        assert state(stage, "light.both") == "on"
        assert stage.rules.engine.view.configs["light.both"].services == ("turn_on", "turn_off")


async def test_it_holds_its_own_kind_only(tmp_path: Path) -> None:
    async with Stage(tmp_path, "light: [{platform: group, entities: [switch.a]}]") as stage:
        assert "switch.a is no light" in str(stage.rules.book.problems[0])
