"""What time alone does: values expire, motion falls back to off."""

from homeserver.home.timers import Timers
from tests.home.stage import Stage


async def test_a_value_expires_and_each_report_gives_it_new_life(stage: Stage) -> None:
    await stage.announce("sensor", {"name": "S", "state_topic": "s", "expire_after": 30})
    assert isinstance(stage.home.timers, Timers)
    assert stage.states["sensor.s"].state == "unavailable"
    await stage.report("s", "5")
    await stage.virtual.advance(29)
    await stage.report("s", "5")
    await stage.virtual.advance(29)
    assert stage.states["sensor.s"].state == "5"
    await stage.virtual.advance(2)
    assert stage.states["sensor.s"].state == "unavailable"
    await stage.report("s", "5")
    assert stage.states["sensor.s"].state == "5"


async def test_motion_falls_back_to_off(stage: Stage) -> None:
    await stage.announce("binary_sensor", {"name": "M", "state_topic": "m", "off_delay": 10})
    await stage.report("m", "ON")
    await stage.virtual.advance(9)
    await stage.report("m", "ON")
    await stage.virtual.advance(9)
    assert stage.states["binary_sensor.m"].state == "on"
    await stage.virtual.advance(2)
    assert stage.states["binary_sensor.m"].state == "off"
    await stage.report("m", "ON")
    await stage.report("m", "OFF")
    count = len(stage.history)
    await stage.virtual.advance(60)
    assert len(stage.history) == count


async def test_timers_end_with_their_entity(stage: Stage) -> None:
    await stage.announce("binary_sensor", {"name": "M", "state_topic": "m", "off_delay": 10, "expire_after": 20})
    await stage.report("m", "ON")
    await stage.announce("binary_sensor", "")
    count = len(stage.history)
    await stage.virtual.advance(60)
    assert len(stage.history) == count
    assert stage.states == {}
