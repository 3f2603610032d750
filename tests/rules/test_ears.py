"""What the rules hear beside states, and when the home counts as started."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from homeserver.rules.ears import LONGEST_START, Ears
from homeserver.rules.engine import Happening
from homeserver.runtime.clock import VirtualClock, settle
from homeserver.runtime.heard import Heard
from homeserver.runtime.memory_broker import MemoryBroker
from homeserver.runtime.rehearsal import Rehearsal
from homeserver.topics.cause import Cause
from homeserver.topics.event import DEVICE_EVENT, EVENT, WEBHOOK, DeviceEvent, Event, WebhookHeard
from homeserver.topics.process import State, WorkerStatus
from tests.rules.stage import Stage
from tests.rules.triggers.telling import telling

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


class _Engine:
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.clock = VirtualClock(NOW)
        self.house = self
        self.told: list[tuple[str, str]] = []

    def cause(self) -> Cause:
        return Cause("1", "worker:rules")

    def happened(self, happening: Happening) -> None:
        self.told.append(happening.key)


def ears() -> tuple[Ears, _Engine]:
    made, engine = Ears(), _Engine()
    made.engine = engine  # type: ignore[assignment]
    return made, engine


def status(made: Ears, state: State, process: str = "core") -> None:
    heard = Heard(("home", process), f"worker/home/{process}/status", False, 0.0)
    made.home_status(WorkerStatus(state, "run", NOW), heard)


START = [("home", "start"), ("event", "homeassistant_start"), ("event", "homeassistant_started")]
STOP = [("home", "shutdown"), *(("event", f"homeassistant_{word}") for word in ("stop", "final_write", "close"))]


async def test_without_a_word_of_the_home_the_start_is_told_at_once() -> None:
    made, engine = ears()
    await made.announce_start()
    assert engine.told == START


@pytest.mark.parametrize("ready", ["online", "degraded", "offline"])
async def test_the_start_waits_until_the_devices_are_read(ready: State) -> None:
    made, engine = ears()
    status(made, "starting")
    await made.announce_start()
    await engine.clock.advance(10)
    assert engine.told == []
    status(made, ready)
    assert engine.told == START
    status(made, "starting")
    status(made, "online")
    await engine.clock.advance(100)
    assert engine.told == START  # once


async def test_nothing_is_told_before_the_rules_are_there() -> None:
    made, engine = ears()
    status(made, "starting")
    status(made, "online")
    assert engine.told == []
    await made.announce_start()
    assert engine.told == START


async def test_the_start_does_not_wait_for_ever() -> None:
    made, engine = ears()
    status(made, "starting")
    await made.announce_start()
    await engine.clock.advance(LONGEST_START)
    assert engine.told == START


async def test_a_shutdown_is_told_once_and_only_after_a_start() -> None:
    made, engine = ears()
    made.tell_shutdown()
    assert engine.told == []
    await made.announce_start()
    made.tell_shutdown()
    made.tell_shutdown()
    assert engine.told == START + STOP


async def test_whatever_happens_at_a_device_is_an_event_too(tmp_path: Path) -> None:
    trigger = "trigger: event\nevent_type: [device_trigger, infrared_received]\nevent_data: {device_id: d}"
    shown = "trigger.event.event_type ~ ' ' ~ trigger.event.data.device_id"
    async with telling(tmp_path, trigger, shown) as home:
        press = DeviceEvent("device_trigger", "d", None, NOW, {"type": "action", "subtype": "on"})
        assert await home.say(DEVICE_EVENT, press) == ["device_trigger d"]
        signal = DeviceEvent("infrared_received", "d", None, NOW, {"timings": [1, 2]})
        assert await home.say(DEVICE_EVENT, signal) == ["infrared_received d"]


async def test_an_event_reaches_rules_in_another_process_with_who_said_it(tmp_path: Path) -> None:
    """Its cause is stamped on the way: nobody says an event in the name of a person."""
    broker, shown = MemoryBroker(), "trigger.event.data.n ~ ' ' ~ trigger.event.context.user_id"
    async with telling(tmp_path / "a", "trigger: event\nevent_type: ping", shown, broker=broker) as home:
        clock = home.stage.clock
        async with Rehearsal(broker=broker, clock=clock, process="other", folder=tmp_path / "b") as other:
            other.bus.say(EVENT, Event("ping", {"n": 5}, cause=Cause("x", "person.anna")), ("process.other",))
            assert await home.wait(1) == ["5 None"]


async def test_a_webhook_is_heard_from_the_process_of_the_bridge(tmp_path: Path) -> None:
    broker = MemoryBroker()
    trigger = "trigger: webhook\nwebhook_id: hook"
    async with telling(tmp_path / "a", trigger, "trigger.json.a", broker=broker) as home:
        clock = home.stage.clock
        async with Rehearsal(broker=broker, clock=clock, process="bridge", folder=tmp_path / "b") as bridge:
            bridge.bus.say(WEBHOOK, WebhookHeard("hook", "POST", True, json={"a": [1, None]}), ("process.bridge",))
            assert await home.wait(1) == ["[1, None]"]


async def test_a_bug_in_one_hearer_keeps_it_from_no_other(tmp_path: Path) -> None:
    """Of what happens, and of what devices say."""
    text = "- id: r\n  triggers: []\n  actions: []\n"
    async with Stage(tmp_path, text) as stage:
        engine, told = stage.rules.engine, list[object]()

        def bug(*what: object) -> None:
            raise KeyError("a bug")

        for notice in (bug, told.append):
            engine.notice(("event", "knock"), notice)
        with pytest.raises(KeyError):
            engine.happened(Happening(("event", "knock"), {}))
        for hear in (bug, lambda address, payload, cause: told.append(payload)):
            engine.device_topics.listen("lamp/state", hear)
        await settle()
        await stage.home.publish("lamp/state", "on")
        assert told == [Happening(("event", "knock"), {}), b"on"]
