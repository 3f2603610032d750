"""Devices with what can be told of them, and what is wrong."""

from pathlib import Path
from typing import Any

from homeserver.home.words import DeviceLine
from homeserver.runtime.memory_broker import MemoryBroker
from tests.home.stage import Stage, memory_stage

DEVICE = {"identifiers": ["x"], "name": "Door"}


async def announce(stage: Stage, place: str, **fields: Any) -> None:
    await stage.announce("sensor", {"unique_id": place, "state_topic": f"a/{place}", "device": DEVICE} | fields, place)


async def line(stage: Stage) -> DeviceLine:
    found = await stage.process.calls.ask("home", "devices", {})
    (device,) = found.devices
    assert isinstance(device, DeviceLine)
    return device


async def test_signal_battery_and_when_it_was_heard(stage: Stage) -> None:
    await announce(stage, "battery", device_class="battery", unit_of_measurement="%")
    await announce(stage, "link", unit_of_measurement="lqi")
    assert (await line(stage)).silent is None
    await stage.report("a/battery", "80", retain=True)
    await stage.report("a/link", "120")
    await stage.process.clock.advance(5)  # type: ignore[attr-defined]  # the stage's clock is moved by hand
    found = await line(stage)
    assert (found.battery, found.signal, found.silent, found.problems) == ("80 %", "120 lqi", 5.0, ())


async def test_what_the_broker_kept_tells_not_when_a_device_spoke(tmp_path: Path) -> None:
    broker = MemoryBroker()
    broker.retained["a/battery"] = b"80"
    async with memory_stage(tmp_path, broker) as stage:
        await announce(stage, "battery", device_class="battery", unit_of_measurement="%")
        found = await line(stage)
        assert (found.battery, found.silent) == ("80 %", None)


async def test_what_is_wrong(stage: Stage) -> None:
    await announce(stage, "battery", device_class="battery", unit_of_measurement="%")
    await announce(stage, "temperature", device_class="temperature", availability_topic="a/there")
    await stage.report("a/battery", "12")
    await stage.report("a/temperature", "warm")
    assert (await line(stage)).problems == (
        "1 of its 2 entities cannot be reached: sensor.door_temperature",
        "its battery is low (12 %)",
        "sensor.door_temperature is unknown: 'warm' is no number",
    )
    assert stage.states["sensor.door_temperature"].state == "unavailable"
    await stage.report("a/there", "online")
    assert stage.states["sensor.door_temperature"].attributes == {"unknown_reason": "'warm' is no number"}
    await stage.report("a/temperature", "20")
    assert stage.states["sensor.door_temperature"].attributes == {}
    assert (await line(stage)).problems == ("its battery is low (12 %)",)


async def test_what_is_said_to_others_on_a_shared_topic_is_no_problem_any_more_once_it_is_past(stage: Stage) -> None:
    codes = {"payload_on": "F5E30E", "payload_off": "F5E307", "state_topic": "a/temperature"}
    await stage.announce("binary_sensor", {"name": "Gate", "unique_id": "gate", "device": DEVICE} | codes)
    await stage.report("a/temperature", "F5E30E")
    await stage.report("a/temperature", "AAAAAA")
    assert stage.states["binary_sensor.door_gate"].state == "on"
    [problem] = (await line(stage)).problems
    assert "'AAAAAA' is none of" in problem
    await stage.report("a/temperature", "F5E307")
    assert (await line(stage)).problems == ()


async def test_a_device_of_which_nothing_can_be_reached(stage: Stage) -> None:
    await announce(stage, "temperature", availability_topic="a/there")
    await announce(stage, "humidity", availability_topic="a/there")
    found = await line(stage)
    assert (found.available, found.problems) == (False, ("it cannot be reached",))
    await stage.report("a/there", "online")
    assert (await line(stage)).problems == ()


async def test_a_low_battery_that_only_says_so(stage: Stage) -> None:
    fields = {"unique_id": "b", "state_topic": "a/b", "device_class": "battery", "device": DEVICE}
    await stage.announce("binary_sensor", fields, "b")
    await stage.report("a/b", "ON")
    found = await line(stage)
    assert (found.battery, found.problems) == ("low", ("its battery is low",))


async def test_silence_that_is_too_long(stage: Stage) -> None:
    await announce(stage, "temperature", expire_after=60)
    await stage.report("a/temperature", "21")
    assert (await line(stage)).problems == ()
    await stage.process.clock.advance(61)  # type: ignore[attr-defined]
    assert (await line(stage)).problems == ("sensor.door_sensor has said nothing for more than 60 s",)


async def test_a_part_of_a_bundle_that_is_refused(stage: Stage) -> None:
    parts = {"good": {"p": "sensor", "uniq_id": "1", "stat_t": "a/1"}, "bad": {"p": "sensor", "uniq_id": "2"}}
    await stage.announce("device", {"dev": DEVICE, "o": {"name": "me"}, "cmps": parts})
    assert (await line(stage)).problems == ("bad is refused: `state_topic` is missing: a sensor must have it",)
