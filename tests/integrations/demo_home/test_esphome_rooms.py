"""What standing fan, bedside clock and kitchen display report and do, seen through their announcements."""

import json

import pytest

from tests.integrations.demo_home.conftest import Stage

FAN = "fan.bedroom_fan"
WAKE = "time.bedside_clock_wake_up"
HOLIDAY = "date.bedside_clock_holiday"
REMINDER = "datetime.bedside_clock_reminder"
RINGING = "binary_sensor.bedside_clock_ringing"
NOTE = "sensor.kitchen_display_note"


def test_a_fan_takes_speed_preset_and_swing(quiet: Stage) -> None:
    before = quiet.house.world.load("bedroom_fan").watts
    quiet.command(FAN, "5", key="percentage_command_topic")
    quiet.command(FAN, "on", key="oscillation_command_topic")
    said = json.loads(quiet.ear.last[quiet.ear.fields(FAN)["state_topic"]])
    assert said == {"state": "ON", "speed": 5, "preset": "None", "oscillation": "on"}
    assert quiet.house.world.load("bedroom_fan").watts > before + 20
    quiet.command(FAN, "sleep", key="preset_mode_command_topic")
    assert quiet.ear.state(FAN, "preset_mode_state_topic", "preset_mode_value_template") == "sleep"
    quiet.command(FAN, "OFF")
    assert quiet.house.world.load("bedroom_fan").watts == before


def test_the_clock_rings_when_it_is_told(quiet: Stage) -> None:
    quiet.command(WAKE, "02:30:00")
    assert quiet.ear.state(WAKE) == "02:30:00"
    quiet.step(1_800)
    assert quiet.ear.is_on(RINGING)
    quiet.command("button.bedside_clock_hush", "PRESS")
    assert not quiet.ear.is_on(RINGING)
    quiet.command(HOLIDAY, "2026-01-20")
    quiet.command(REMINDER, "2026-01-14T02:00:00+00:00")
    assert quiet.ear.state(HOLIDAY) == "2026-01-20"
    quiet.step(1_800)
    assert quiet.ear.is_on(RINGING)


def test_the_display_shows_the_latest_note(quiet: Stage) -> None:
    quiet.command("notify.kitchen_display", "Dinner is ready")
    assert quiet.ear.state(NOTE) == "Dinner is ready"
    quiet.command("button.kitchen_display_clear", "PRESS")
    assert quiet.ear.state(NOTE) == "Nothing new"


@pytest.mark.parametrize(
    ("entity", "key", "payload"),
    [
        (FAN, "percentage_command_topic", "7"),
        (FAN, "preset_mode_command_topic", "storm"),
        (FAN, "oscillation_command_topic", "perhaps"),
        (WAKE, "command_topic", "25:00"),
        (HOLIDAY, "command_topic", "soon"),
        (REMINDER, "command_topic", "0001-01-01T00:00:00+23:00"),
    ],
)
def test_what_they_cannot_read_changes_nothing(quiet: Stage, entity: str, key: str, payload: str) -> None:
    topic = quiet.ear.fields(entity)["state_topic"]
    before = quiet.ear.last[topic]
    quiet.command(entity, payload, key=key)
    assert quiet.ear.last[topic] == before
    assert sum(quiet.house.ignored.values()) == 1
