"""Events: only what happens now counts, each one for itself, and a restart makes none."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from homeserver.home.config import Config
from homeserver.home.events import moments
from homeserver.home.surroundings import Surroundings
from homeserver.runtime.memory_broker import MemoryBroker
from tests.home.stage import Kind, Stage, memory_stage, stage_of

BELL = {"name": "Bell", "unique_id": "bell", "state_topic": "bell", "event_types": ["press", "hold"]}
TRIGGER = {
    "automation_type": "trigger",
    "topic": "bell",
    "type": "short",
    "subtype": "left",
    "device": {"identifiers": ["bell"]},
}
PRESS = '{"event_type": "press"}'


def test_two_events_at_one_moment_have_two_moments() -> None:
    now = datetime(2026, 5, 1, 12, tzinfo=UTC)
    moment = moments(Config({}, around=Surroundings(lambda: now)))
    assert [moment(), moment()] == ["2026-05-01T12:00:00.000+00:00", "2026-05-01T12:00:00.001+00:00"]


@pytest.mark.parametrize("kind", ["memory", "mosquitto"])
async def test_what_the_broker_kept_is_no_event(kind: Kind, tmp_path: Path) -> None:
    async with stage_of(kind, tmp_path) as stage:
        await stage.report("bell", PRESS, retain=True)
        await stage.announce("event", BELL, "a")
        await stage.announce("device_automation", TRIGGER, "b")
        await stage.announce("tag", {"topic": "bell"}, "c")
        await stage.announce("infrared", {"schema": "receiver", "name": "Eye", "state_topic": "bell"}, "d")
        assert stage.states["event.bell"].state == "unknown"
        assert stage.events == []
        # Heard while it is said it is one, retained or not: the broker tells those who listen that it is new.
        await stage.report("bell", PRESS, retain=True)
        assert stage.states["event.bell"].attributes == {"event_type": "press"}
        assert [event.type for event in stage.events] == ["device_trigger", "tag_scanned"]


async def test_each_of_many_events_is_said(stage: Stage) -> None:
    await stage.announce("event", BELL)
    stage.history.clear()
    for _ in range(20):
        stage.home.device_message("bell", PRESS.encode(), False)
    await stage.quiet()
    said = [state.state for entity_id, state in stage.history if state is not None]
    assert len(said) == len(set(said)) == 20
    assert said == sorted(said)


async def test_a_restart_keeps_the_latest_event_and_makes_none(tmp_path: Path) -> None:
    broker = MemoryBroker()
    async with memory_stage(tmp_path, broker) as stage:
        await stage.announce("event", BELL, "a")
        await stage.announce("device_automation", TRIGGER, "b")
        await stage.report("bell", '{"event_type": "hold", "seconds": 3}', retain=True)
        before = stage.states["event.bell"]
    async with memory_stage(tmp_path, broker) as stage:
        after = stage.states["event.bell"]
        assert (after.state, after.attributes) == (before.state, {"event_type": "hold", "seconds": 3})
        assert stage.events == []
        assert set(stage.configs) == {"event.bell"}
        await stage.report("bell", PRESS)
        assert stage.states["event.bell"].attributes == {"event_type": "press"}
        assert [(event.device_id, event.cause and event.cause.by) for event in stage.events] == [
            ("bell", "device:bell")
        ]


async def test_a_trigger_is_a_device_and_no_entity(stage: Stage) -> None:
    await stage.announce("device_automation", TRIGGER)
    listed = await stage.process.calls.ask("home", "devices", {})
    assert [(device.id, device.entities, device.entity_count) for device in listed.devices] == [("bell", (), 0)]
    await stage.announce("device_automation", "")
    await stage.report("bell", "1")
    assert stage.events == []
    assert (await stage.process.calls.ask("home", "devices", {})).devices == ()


async def test_an_automation_that_is_no_trigger_is_refused(stage: Stage) -> None:
    await stage.announce("device_automation", TRIGGER | {"automation_type": "action"})
    reason = stage.home.refusals.entries["homeassistant/device_automation/thing/config"].reason
    assert reason == "`automation_type` is 'action': it must be one of trigger"


async def test_a_signal_is_an_event_of_its_entity(stage: Stage) -> None:
    await stage.announce("infrared", {"schema": "receiver", "name": "Eye", "state_topic": "ir"})
    await stage.report("ir", '{"timings": [9000, -4500], "modulation": 38000, "more": 1}')
    [event] = stage.events
    assert (event.type, event.entity_id) == ("infrared_received", "infrared.eye")
    assert event.data == {"timings": [9000, -4500], "modulation": 38000}
