"""What moves and guards in the demo house reports and does, seen through its announcements."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from integrations.demo_home.esphome_drives import CODE
from tests.integrations.demo_home.conftest import BERLIN, Stage

SHUTTER = "cover.living_room_shutter"
WATER = "valve.water"
LOCK = "lock.front_door_lock"
SIREN = "siren.siren"
ALARM = "alarm_control_panel.alarm"
ROBOT = "vacuum.robot"
MOWER = "lawn_mower.mower"


def report(stage: Stage, entity: str) -> Any:
    return json.loads(stage.ear.last[stage.ear.fields(entity)["state_topic"]])


def test_a_shutter_moves_for_a_while_and_tells_where_it_is(quiet: Stage) -> None:
    quiet.command(SHUTTER, "CLOSE", wait=5)
    there = report(quiet, SHUTTER)
    assert there["state"] == "closing"
    assert 70 < there["position"] < 90
    quiet.command(SHUTTER, "STOP")
    assert report(quiet, SHUTTER)["state"] == "open"
    quiet.command(SHUTTER, "0", key="set_position_topic", wait=30)
    assert report(quiet, SHUTTER) == {"state": "closed", "position": 0}


def test_behind_a_lowered_shutter_it_is_dark(stage: Callable[..., Stage]) -> None:
    noon = stage(datetime(2026, 7, 15, 13, 0, tzinfo=BERLIN))
    room = noon.house.world.building.rooms["living_room"]
    assert room.daylight > 50
    noon.command(SHUTTER, "CLOSE", wait=120)
    assert room.daylight == 0
    noon.command(SHUTTER, "OPEN", wait=120)
    assert room.daylight > 50


def test_water_comes_as_far_as_the_valve_is_open(quiet: Stage) -> None:
    quiet.command(WATER, "40", wait=10)
    assert report(quiet, WATER) == {"state": "open", "position": 40}
    assert quiet.house.world.drives["water"].position == 40


def test_the_lock_turns_and_jams_in_an_open_door(quiet: Stage) -> None:
    quiet.command(LOCK, "LOCK", wait=1)
    assert quiet.ear.state(LOCK) == "LOCKING"
    quiet.step(3)
    assert quiet.ear.state(LOCK) == "LOCKED"
    quiet.house.world.openings["front_door"].set(True)  # with a key
    quiet.step(1)
    assert quiet.ear.state(LOCK) == "UNLOCKED"
    quiet.command(LOCK, "LOCK")
    assert quiet.ear.state(LOCK) == "JAMMED"


def test_the_siren_sounds_for_its_time(quiet: Stage) -> None:
    quiet.command(SIREN, json.dumps({"state": "ON", "tone": "chirp", "duration": 20, "volume_level": 0.4}))
    assert report(quiet, SIREN) == {"state": "ON", "tone": "chirp", "volume_level": 0.4}
    quiet.step(20)
    assert report(quiet, SIREN)["state"] == "OFF"


def test_the_panel_knows_its_code(quiet: Stage) -> None:
    quiet.command(ALARM, json.dumps({"action": "ARM_AWAY", "code": ""}), wait=40)
    assert quiet.ear.state(ALARM) == "armed_away"
    quiet.house.world.openings["front_door"].set(True)
    quiet.step(1)
    assert quiet.ear.state(ALARM) == "pending"
    quiet.command(ALARM, json.dumps({"action": "DISARM", "code": "0000"}))
    assert quiet.house.ignored == {"wrong code": 1}
    quiet.step(30)
    assert quiet.ear.state(ALARM) == "triggered"
    assert report(quiet, SIREN)["state"] == "ON"
    quiet.command(ALARM, json.dumps({"action": "DISARM", "code": CODE}))
    assert quiet.ear.state(ALARM) == "disarmed"
    assert report(quiet, SIREN)["state"] == "OFF"


def test_robots_work_and_go_home(quiet: Stage) -> None:
    quiet.command(ROBOT, "start", wait=600)
    quiet.command(ROBOT, "max", key="set_fan_speed_topic")
    assert report(quiet, ROBOT) == {"state": "cleaning", "fan_speed": "max"}
    assert quiet.ear.number("sensor.robot_battery") < 95
    quiet.command(ROBOT, "return_to_base", wait=300)
    assert report(quiet, ROBOT)["state"] == "docked"
    quiet.command(MOWER, "start_mowing", key="start_mowing_command_topic")
    assert quiet.ear.state(MOWER, "activity_state_topic") == "mowing"
    quiet.command(MOWER, "pause", key="pause_command_topic")
    quiet.command(MOWER, "dock", key="dock_command_topic", wait=300)
    assert quiet.ear.state(MOWER, "activity_state_topic") == "docked"


@pytest.mark.parametrize(
    ("entity", "payload"),
    [
        (SHUTTER, "AJAR"),
        (SHUTTER, "101"),
        (WATER, "nan"),
        (LOCK, "OPEN"),
        (SIREN, "ON"),
        (SIREN, '{"state": "ON", "tone": "moo"}'),
        (SIREN, '{"state": "ON", "duration": 1e9}'),
        (ALARM, '{"action": ["x"]}'),
        (ROBOT, "fly"),
    ],
)
def test_what_they_cannot_read_changes_nothing(quiet: Stage, entity: str, payload: str) -> None:
    before = quiet.ear.last[quiet.ear.fields(entity)["state_topic"]]
    quiet.command(entity, payload)
    assert quiet.ear.last[quiet.ear.fields(entity)["state_topic"]] == before
    assert sum(quiet.house.ignored.values()) == 1
