"""Motors take their time, bolts need a shut door, robots go home in time, and the panel waits before it sounds."""

from datetime import UTC, datetime

import pytest

from integrations.demo_home.drives import Bolt, Drive, Horn, Panel, Robot
from integrations.demo_home.timeline import Timeline


@pytest.fixture
def timeline() -> Timeline:
    return Timeline(datetime(2026, 1, 14, tzinfo=UTC))


def test_a_drive_takes_its_time_and_stops_where_it_is_told(timeline: Timeline) -> None:
    said: list[str] = []
    drive = Drive(timeline, 20, lambda: said.append(drive.state))
    drive.go(0)
    assert drive.state == "closing"
    timeline.run(5)
    assert drive.position == 75
    drive.go(50)
    timeline.run(60)
    assert (drive.position, drive.state, said[-1]) == (50, "open", "open")
    drive.go(100)
    timeline.run(63)
    drive.stop()
    timeline.run(90)
    assert (drive.position, drive.state) == (65, "open")
    drive.go(0)
    timeline.run(120)
    assert (drive.position, drive.state) == (0, "closed")


def test_a_bolt_does_not_get_out_while_the_door_stands_open(timeline: Timeline) -> None:
    door = [True]
    bolt = Bolt(timeline, lambda: door[0], lambda: None)
    bolt.turn(lock=True)
    assert bolt.state == "locking"
    timeline.run(2)
    assert bolt.state == "jammed"
    door[0] = False
    bolt.turn(lock=True)
    timeline.run(4)
    assert bolt.state == "locked"
    bolt.by_key()
    assert bolt.state == "unlocked"


def test_a_horn_sounds_as_long_as_it_was_told_last(timeline: Timeline) -> None:
    horn = Horn(timeline, lambda: None)
    horn.sound(10)
    timeline.run(5)
    horn.sound(10)
    timeline.run(12)
    assert horn.on
    timeline.run(15)
    assert not horn.on


def test_a_robot_goes_home_before_its_battery_is_empty_and_charges(timeline: Timeline) -> None:
    robot = Robot(timeline, "cleaning", lambda: None)
    robot.start()
    states = []
    for minute in range(1, 300):
        timeline.run(60 * minute)
        states.append(robot.state)
        assert robot.charge > 10
    assert states[0] == "cleaning"
    assert [state for place, state in enumerate(states) if place and state != states[place - 1]] == [
        "returning",
        "docked",
    ]
    timeline.run(60 * 500)
    assert robot.charge == 100
    assert timeline.next_due() == float("inf")


def test_the_panel_waits_for_who_leaves_and_for_who_comes(timeline: Timeline) -> None:
    horn = Horn(timeline, lambda: None)
    panel = Panel(timeline, horn, lambda: None)
    panel.opened()
    assert panel.state == "disarmed"
    panel.arm("armed_away")
    panel.opened()  # still leaving
    assert panel.state == "arming"
    timeline.run(30)
    assert panel.state == "armed_away"
    panel.opened()
    assert panel.state == "pending"
    timeline.run(45)
    assert not horn.on
    timeline.run(50)
    assert (panel.state, horn.on, horn.tone) == ("triggered", True, "burglar")
    panel.disarm()
    assert (panel.state, horn.on) == ("disarmed", False)


def test_who_disarms_in_time_hears_nothing(timeline: Timeline) -> None:
    horn = Horn(timeline, lambda: None)
    panel = Panel(timeline, horn, lambda: None)
    panel.arm("armed_home")
    timeline.run(30)
    panel.opened()
    panel.disarm()
    timeline.run(300)
    assert (panel.state, horn.on) == ("disarmed", False)
