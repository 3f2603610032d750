"""Groups, held to Home Assistant's documentation of the integration group (old style)."""

from pathlib import Path

import pytest

from tests.rules.owned.test_owner import state, tell
from tests.rules.stage import Stage


@pytest.mark.parametrize(
    ("members", "more", "expected"),
    [
        ({"light.a": "off", "light.b": "on"}, "", "on"),
        ({"light.a": "off", "light.b": "on"}, ", all: true", "off"),
        ({"light.a": "on", "light.b": "on"}, ", all: true", "on"),
        ({"device_tracker.a": "not_home", "device_tracker.b": "home"}, "", "home"),
        ({"device_tracker.a": "not_home", "person.b": "not_home"}, "", "not_home"),
        ({"cover.a": "closed", "cover.b": "closed"}, "", "closed"),
        ({"lock.a": "locked", "lock.b": "unlocked"}, "", "unlocked"),
        ({"lock.a": "locked", "light.b": "on"}, "", "on"),
        ({"lock.a": "locked", "light.b": "off"}, "", "off"),
        ({"climate.a": "heat", "climate.b": "off"}, "", "on"),
        ({"light.a": "unavailable", "light.b": "off"}, "", "off"),
        ({"light.a": "unavailable", "light.b": "unknown"}, "", "unknown"),
        ({"light.a": "unavailable", "light.b": "on"}, ", all: true", "off"),
        ({"sensor.a": "21"}, "", "unknown"),
    ],
)
async def test_its_state_follows_its_members(tmp_path: Path, members: dict[str, str], more: str, expected: str) -> None:
    """group: "when any member entity is on, the group will also be on ... all: set this to true if the group state
    should only turn on if all grouped entities are on." """
    rules = f"group: {{all_of_them: {{name: All, entities: [{', '.join(members)}]{more}}}}}"
    async with Stage(tmp_path, rules, members) as stage:
        assert state(stage, "group.all_of_them") == expected


RULES = """
group:
  upstairs: {entities: [light.a, light.b, sensor.c]}
  house: {entities: [group.upstairs, switch.d]}
automation:
  - alias: Group
    triggers: {trigger: state, entity_id: binary_sensor.door, to: "on"}
    actions:
      - action: homeassistant.turn_on
        target: {entity_id: group.house}
  - alias: Make
    triggers: {trigger: state, entity_id: binary_sensor.window, to: "on"}
    actions:
      - action: group.set
        data: {object_id: guests, entities: [light.a], add_entities: light.b}
      - delay: 5
      - action: group.set
        data: {object_id: guests, remove_entities: light.a}
      - delay: 5
      - action: group.remove
        data: {object_id: guests}
"""
THINGS = dict.fromkeys(("light.a", "light.b", "switch.d", "binary_sensor.door", "binary_sensor.window"), "off")


async def test_what_a_group_is_told_reaches_its_members(tmp_path: Path) -> None:
    async with Stage(tmp_path, RULES, {**THINGS, "sensor.c": "5"}) as stage:
        await stage.set("binary_sensor.door", "on")
        told = [row[:2] for row in stage.told() if not row[0].startswith("group.")]
        assert sorted(told) == [("light.a", "turn_on"), ("light.b", "turn_on"), ("switch.d", "turn_on")]
        await tell(stage, "group.upstairs", "turn_off")
        told = [row[:2] for row in stage.told() if not row[0].startswith("group.")]
        assert told == [("light.a", "turn_off"), ("light.b", "turn_off")]


async def test_a_group_follows_while_it_is_watched(tmp_path: Path) -> None:
    async with Stage(tmp_path, RULES, THINGS) as stage:
        assert (state(stage, "group.upstairs"), state(stage, "group.house")) == ("off", "off")
        await stage.set("light.b", "on")
        assert (state(stage, "group.upstairs"), state(stage, "group.house")) == ("on", "on")
        await stage.set("light.b", "off")
        assert (state(stage, "group.upstairs"), state(stage, "group.house")) == ("off", "off")


async def test_groups_are_made_changed_and_taken_away(tmp_path: Path) -> None:
    async with Stage(tmp_path, RULES, THINGS) as stage:
        await stage.set("binary_sensor.window", "on")
        states = stage.rules.engine.view.states
        assert states["group.guests"].attributes["entity_id"] == ["light.a", "light.b"]
        await stage.set("light.a", "on")
        assert state(stage, "group.guests") == "on"
        await stage.rules._load()
        await stage.wait(6)
        assert states["group.guests"].attributes["entity_id"] == ["light.b"]
        assert state(stage, "group.guests") == "off"
        await stage.wait(6)
        assert "group.guests" not in states


async def test_a_group_in_itself_is_refused(tmp_path: Path) -> None:
    async with Stage(tmp_path, "group: {one: {entities: [group.one, light.a]}}", THINGS) as stage:
        assert "cannot hold itself" in str(stage.rules.book.problems[0])


async def test_groups_that_hold_each_other_end(tmp_path: Path) -> None:
    rules = "group: {one: {entities: [group.two]}, two: {entities: [group.one, light.a]}}"
    async with Stage(tmp_path, rules, THINGS) as stage:
        with pytest.raises(Exception, match="told in a circle"):
            await tell(stage, "group.one", "turn_on")
