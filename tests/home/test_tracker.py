"""Trackers: what a restart knows of a place."""

from pathlib import Path

from homeserver.runtime.memory_broker import MemoryBroker
from tests.home.stage import Stage, memory_stage

PHONE = {"name": "Phone", "unique_id": "p", "state_topic": "phone", "json_attributes_topic": "phone/more"}


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
