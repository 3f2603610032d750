"""Motion holds, doors say each change once, the bell is pressed for a moment."""

from integrations.demo_home.sensors import Bell, Motion, Opening
from integrations.demo_home.timeline import Timeline
from tests.integrations.demo_home.conftest import WINTER


def test_motion_holds_until_nothing_has_moved_for_long_enough() -> None:
    timeline = Timeline(WINTER)
    said: list[tuple[float, bool]] = []
    sensor = Motion(timeline, 60, lambda: said.append((timeline.now, sensor.seen)))
    for moment in (10.3, 50.1, 105.7):
        timeline.at(moment, sensor.trigger)
    timeline.run(1_000)
    assert said == [(10.3, True), (165.7, False)]
    assert sensor.count == 1


def test_a_movement_at_the_very_end_of_the_hold_does_not_stall_time() -> None:
    timeline = Timeline(WINTER)
    sensor = Motion(timeline, 0.1, lambda: None)
    for tick in range(1, 200):
        timeline.at(tick * 0.1, sensor.trigger)
    timeline.run(100)
    assert not sensor.seen


def test_an_opening_says_only_changes() -> None:
    said: list[bool] = []
    door = Opening(said.append)
    for is_open in (True, True, False, False, True):
        door.set(is_open)
    assert said == [True, False, True]
    assert door.count == 2


def test_a_pressed_bell_rings_once_and_is_released() -> None:
    timeline = Timeline(WINTER)
    said: list[bool] = []
    bell = Bell(timeline, lambda: said.append(bell.pressed))
    bell.press()
    timeline.run(10)
    assert (said, bell.rings) == ([True, False], 1)
    bell.ring()
    assert (bell.pressed, bell.rings) == (False, 2)
