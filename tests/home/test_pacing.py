"""Paces: nothing waits alone, what comes in crowds is spread in its order, and people have the last word."""

import json
from typing import Any

import pytest

from homeserver.home.pacing import Lane
from homeserver.topics.entity import COMMAND, Command
from tests.home.stage import LOGIN, Stage

Z2M = {"name": "Zigbee2MQTT", "sw": "2.6.0"}


def lamp(number: int, **more: Any) -> dict[str, Any]:
    return {
        "name": None,
        "unique_id": f"lamp{number}",
        "object_id": f"lamp{number}",
        "command_topic": f"zigbee2mqtt/lamp{number}/set",
        "state_topic": f"zigbee2mqtt/lamp{number}",
        "device": {"identifiers": [f"lamp{number}"], "name": f"Lamp {number}", "via_device": "bridge"},
        "origin": Z2M,
    } | more


async def announce(stage: Stage, *configs: dict[str, Any], component: str = "light") -> None:
    for config in configs:
        topic = f"homeassistant/{component}/{config['unique_id']}/config"
        stage.device.publish(topic, json.dumps(config).encode(), 1, True)
    await stage.quiet()
    stage.told.clear()


async def all_on(stage: Stage, count: int) -> None:
    for number in range(count):
        stage.bus.say(COMMAND, Command(f"on {number}", "turn_on"), ("light", f"lamp{number}", LOGIN))
    await stage.quiet()


async def pace(stage: Stage, key: str, milliseconds: int | None) -> None:
    [device] = [row for row in stage.home.registry.devices.values() if f"id:{key}" in row.keys]
    await stage.process.calls.ask("home", "edit_device", {"device": device.id, "pace": milliseconds})


def told(stage: Stage) -> list[int]:
    """Which lamps were told, in order."""
    return [int(topic.split("/")[1].removeprefix("lamp")) for topic, _ in stage.told]


async def test_sixty_lamps_behind_one_radio_are_told_one_after_the_other_in_their_order(stage: Stage) -> None:
    await announce(stage, *(lamp(number) for number in range(60)))
    await all_on(stage, 60)
    assert told(stage) == list(range(16)), "as many as a stick works on at once"
    await stage.virtual.advance(0.9)
    assert 16 + 20 <= len(stage.told) <= 16 + 24
    await stage.virtual.advance(0.95)
    assert told(stage)[:60] == list(range(60))


async def test_one_command_never_waits(stage: Stage) -> None:
    await announce(stage, lamp(0))
    for value in ("turn_on", "turn_off"):
        stage.told.clear()
        await stage.command("light.lamp0", value)
        assert len(stage.told) == 1
        await stage.virtual.advance(0.5)


async def test_the_parts_of_one_device_are_told_one_after_the_other(stage: Stage) -> None:
    device = {"identifiers": ["strip"], "name": "Strip"}
    await announce(stage, *(lamp(number, device=device) for number in range(4)))
    await all_on(stage, 4)
    counts = []
    for _ in range(4):
        counts.append(len(stage.told))
        await stage.virtual.advance(0.1)
    assert counts == [1, 2, 3, 4]
    assert told(stage) == [0, 1, 2, 3]


async def test_what_is_on_the_network_has_no_pace(stage: Stage) -> None:
    await announce(stage, *(lamp(number, origin={"name": "ESPHome"}) for number in range(60)))
    await all_on(stage, 60)
    assert len(stage.told) == 60


async def test_what_sleeps_on_a_battery_is_told_seldom(stage: Stage) -> None:
    device = {"identifiers": ["valve"], "name": "Valve"}
    battery = {"unique_id": "b", "state_topic": "v/battery", "device_class": "battery", "device": device}
    await announce(stage, lamp(0, device=device, origin=None), lamp(1, device=device, origin=None))
    await all_on(stage, 2)
    assert len(stage.told) == 2
    await announce(stage, battery, component="sensor")
    await stage.virtual.advance(40)
    stage.told.clear()
    for number in range(2):
        await stage.command(f"light.lamp{number}", "turn_off")
    assert len(stage.told) == 1
    await stage.virtual.advance(0.5)
    assert told(stage) == [0, 1]


async def test_people_have_the_last_word(stage: Stage) -> None:
    bridge = {"unique_id": "b", "state_topic": "b", "device": {"identifiers": ["bridge"], "name": "Bridge"}}
    await announce(stage, bridge, component="sensor")
    await announce(stage, *(lamp(number) for number in range(30)))
    await pace(stage, "bridge", 0)
    await all_on(stage, 30)
    assert len(stage.told) == 30
    await stage.virtual.advance(60)
    await pace(stage, "bridge", 500)
    await pace(stage, "lamp0", 2000)
    stage.told.clear()
    await stage.command("light.lamp0", "turn_on")
    await stage.command("light.lamp0", "turn_off")
    await stage.virtual.advance(1.9)
    assert len(stage.told) == 1
    await stage.virtual.advance(0.2)
    assert len(stage.told) >= 2
    await stage.process.calls.ask("home", "undo", {})
    await stage.virtual.advance(60)
    stage.told.clear()
    await stage.command("light.lamp0", "turn_on")
    await stage.command("light.lamp0", "turn_off")
    await stage.virtual.advance(0.2)
    assert len(stage.told) == 2


async def test_a_stop_does_not_queue(stage: Stage) -> None:
    cover = {"command_topic": "gate/set", "state_topic": "gate", "unique_id": "gate", "object_id": "gate"}
    await announce(stage, cover | {"device": {"identifiers": ["gate"], "name": "Gate"}}, component="cover")
    await pace(stage, "gate", 5000)
    for service in ("open_cover", "close_cover", "stop_cover"):
        await stage.command("cover.gate", service)
    assert stage.told_on("gate/set") == ["OPEN", "STOP"]
    await stage.virtual.advance(60)
    assert stage.told_on("gate/set") == ["OPEN", "STOP"]
    assert stage.failed == []


@pytest.mark.parametrize("reports", [{"state_topic": "v"}, {}])
async def test_a_step_that_waits_is_not_taken_after_a_stop(stage: Stage, reports: dict[str, Any]) -> None:
    vacuum = {"command_topic": "v/set", "unique_id": "v", "object_id": "v"} | reports
    device = {"identifiers": ["v"], "name": "V"}
    features = {"supported_features": ["start", "stop", "clean_spot"]}
    await announce(stage, vacuum | features | {"device": device}, component="vacuum")
    await pace(stage, "v", 5000)
    for service in ("start", "clean_spot", "stop"):
        await stage.command("vacuum.v", service)
    await stage.virtual.advance(60)
    assert stage.told_on("v/set") == ["start", "stop"]


async def test_what_waits_too_long_is_given_up(stage: Stage) -> None:
    await announce(stage, lamp(0))
    await pace(stage, "lamp0", 10_000)
    await stage.command("light.lamp0", "turn_on", id="first")
    await stage.command("light.lamp0", "turn_off", id="second", ttl=3)
    await stage.virtual.advance(4)
    assert len(stage.told) == 1
    assert [(one.id, one.message) for one in stage.failed] == [
        ("second", "turn_off could not be sent to light.lamp0 in time")
    ]


@pytest.mark.parametrize("milliseconds", [-1, 60_001, "soon"])
async def test_a_pace_that_makes_no_sense_is_refused(stage: Stage, milliseconds: Any) -> None:
    await announce(stage, lamp(0))
    with pytest.raises(Exception, match="pace"):
        await pace(stage, "lamp0", milliseconds)


def test_a_lane_lets_a_few_pass_and_fills_up_again() -> None:
    lane = Lane(0.5, 3)
    assert [lane.reserve(10.0) for _ in range(5)] == [10.0, 10.0, 10.0, 10.5, 11.0]
    assert lane.reserve(10.9) == 11.5
    assert [lane.reserve(100.0) for _ in range(4)] == [100.0, 100.0, 100.0, 100.5]
