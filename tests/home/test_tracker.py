"""Trackers: how far is home, and what a restart knows of a place."""

from pathlib import Path

import pytest

from homeserver.home.tracker import metres
from homeserver.runtime.memory_broker import MemoryBroker
from tests.home.stage import Stage, memory_stage

PHONE = {"name": "Phone", "unique_id": "p", "state_topic": "phone", "json_attributes_topic": "phone/more"}


@pytest.mark.parametrize(
    ("one", "two", "way"),
    [
        ((52.52, 13.405), (52.52, 13.405), 0.0),
        ((52.52, 13.405), (48.8566, 2.3522), 877_500.0),
        ((0.0, 179.5), (0.0, -179.5), 111_195.0),
        ((90.0, 0.0), (-90.0, 0.0), 20_015_087.0),
        ((132.78958515757043, 0.7581792063998591), (47.21041484242957, -179.24182079360014), 0.0),  # over the pole
    ],
)
def test_the_way_over_the_ground(one: tuple[float, float], two: tuple[float, float], way: float) -> None:
    assert metres(one, two) == pytest.approx(way, rel=2e-3, abs=0.1)


async def test_a_restart_knows_the_place_that_was_named(tmp_path: Path) -> None:
    broker = MemoryBroker()
    async with memory_stage(tmp_path, broker) as stage:
        await stage.announce("device_tracker", PHONE)
        await stage.report("phone", "Office")
    async with memory_stage(tmp_path, broker) as stage:
        await stage.report("phone/more", '{"battery": 50}')
        assert stage.states["device_tracker.phone"].state == "Office"
        await stage.report("phone/more", '{"latitude": 52.52, "longitude": 13.4051, "gps_accuracy": 5}')
        assert stage.states["device_tracker.phone"].state == "home"


async def test_what_names_no_topic_is_refused(stage: Stage) -> None:
    await stage.announce("device_tracker", {"name": "Phone"})
    reason = stage.home.refusals.entries["homeassistant/device_tracker/thing/config"].reason
    assert reason.startswith("`state_topic` or `json_attributes_topic` is missing")
