"""Delivery: sent again until confirmed or expired, once where once is meant, over lost connections and restarts."""

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from homeserver.home import confirming, reporting
from homeserver.runtime.memory_broker import MemoryBroker
from homeserver.topics.entity import COMMAND, Command
from tests.home.stage import LOGIN, Kind, Stage, memory_stage, stage_of

SWITCH: dict[str, Any] = {"name": "Plug", "unique_id": "plug", "command_topic": "plug/set", "state_topic": "plug"}
BLIND: dict[str, Any] = {"name": "Blind", "unique_id": "blind", "command_topic": "blind/set"}
BUTTON: dict[str, Any] = {"name": "Bell", "unique_id": "bell", "command_topic": "bell/set"}
OTHER = "DELETE FROM outbox WHERE id = 'nobody'"


async def test_sent_again_after_1_2_4_seconds_until_the_report(stage: Stage) -> None:
    await stage.announce("switch", SWITCH)
    await stage.command("switch.plug", "turn_on")
    counts = []
    for _ in range(8):
        counts.append(len(stage.told_on("plug/set")))
        await stage.virtual.advance(1)
    assert counts == [1, 2, 2, 3, 3, 3, 3, 4]
    await stage.report("plug", "OFF")  # not what was wanted
    await stage.virtual.advance(8)
    assert len(stage.told_on("plug/set")) == 5
    await stage.report("plug", "ON")
    await stage.virtual.advance(60)
    assert len(stage.told_on("plug/set")) == 5
    assert stage.failed == []


async def test_each_command_is_sent_again_in_its_own_time(stage: Stage) -> None:
    await stage.announce("switch", SWITCH)
    await stage.announce("switch", {**SWITCH, "unique_id": "p2", "name": "P2", "command_topic": "p2/set"}, "p2")
    await stage.command("switch.plug", "turn_on")
    await stage.virtual.advance(0.5)
    await stage.command("switch.p2", "turn_on")
    await stage.virtual.advance(0.6)
    assert (stage.told_on("plug/set"), stage.told_on("p2/set")) == (["ON", "ON"], ["ON"])
    await stage.virtual.advance(0.5)
    assert (stage.told_on("plug/set"), stage.told_on("p2/set")) == (["ON", "ON"], ["ON", "ON"])


async def test_what_is_never_confirmed_is_reported(stage: Stage) -> None:
    await stage.announce("switch", SWITCH)
    await stage.command("switch.plug", "turn_on", id="lost", ttl=5)
    await stage.virtual.advance(4.9)
    assert stage.failed == []
    await stage.virtual.advance(0.2)
    assert [(one.id, one.entity_id, one.service, one.outcome) for one in stage.failed] == [
        ("lost", "switch.plug", "turn_on", "expired")
    ]
    await stage.virtual.advance(60)
    assert len(stage.told_on("plug/set")) == 3
    assert len(stage.failed) == 1
    await stage.virtual.advance(reporting.STANDS)
    assert stage.home.turn.ledger.fetch("SELECT id FROM outbox WHERE state = 'open'") == []


async def test_a_report_is_said_until_somebody_can_have_heard_it(tmp_path: Path) -> None:
    broker = MemoryBroker()
    async with memory_stage(tmp_path, broker) as stage:
        await stage.announce("switch", SWITCH)
        await stage.command("switch.plug", "turn_on", id="lost", ttl=5)
        await stage.virtual.advance(6)
        assert len(stage.failed) == 1
        broker.stop()  # whoever listens elsewhere may have been away already
        broker.start()
        await stage.virtual.advance(reporting.RETURN + 1)
        assert len(stage.failed) == 2
        clock = stage.virtual
    async with memory_stage(tmp_path, broker, clock) as stage:  # killed before it could be sure
        await stage.virtual.advance(reporting.RETURN)
        assert [(one.id, one.outcome) for one in stage.failed] == [("lost", "expired")]
        await stage.virtual.advance(5)
    async with memory_stage(tmp_path, broker, clock) as stage:
        assert stage.failed == []


async def test_a_newer_wish_takes_the_place_of_the_older(stage: Stage) -> None:
    await stage.announce("switch", SWITCH)
    await stage.command("switch.plug", "turn_on", id="old")
    await stage.command("switch.plug", "turn_off", id="new")
    await stage.virtual.advance(1.5)
    assert stage.told_on("plug/set") == ["ON", "OFF", "OFF"]
    await stage.report("plug", "OFF")
    await stage.virtual.advance(60)
    assert stage.told_on("plug/set") == ["ON", "OFF", "OFF"]
    assert stage.failed == []


async def test_what_is_so_already_is_sent_once(stage: Stage) -> None:
    await stage.announce("switch", SWITCH)
    await stage.report("plug", "ON")
    await stage.command("switch.plug", "turn_on")
    await stage.virtual.advance(60)
    assert stage.told_on("plug/set") == ["ON"]
    assert stage.failed == []


async def test_without_a_state_topic_the_brokers_word_is_enough(stage: Stage) -> None:
    await stage.announce("switch", BLIND)
    await stage.command("switch.blind", "turn_on")
    assert stage.states["switch.blind"].state == "on"
    await stage.virtual.advance(60)
    assert stage.told_on("blind/set") == ["ON"]
    assert stage.failed == []


@pytest.mark.parametrize("kind", ["memory", "mosquitto"])
async def test_a_device_may_ask_for_exactly_once(tmp_path: Path, kind: Kind) -> None:
    async with stage_of(kind, tmp_path) as stage:
        for component, config in (("button", BUTTON), ("switch", BLIND), ("switch", SWITCH)):
            await stage.announce(component, {**config, "qos": 2}, config["unique_id"])
        await stage.command("button.bell", "press")
        await stage.command("switch.blind", "turn_on")
        await stage.command("switch.plug", "turn_on")
        await stage.report("plug", "ON")
        assert stage.told_on("+/set") == ["PRESS", "ON", "ON"]
        assert [entity.pending for entity in stage.home.roster.entities.values()] == [None] * 3
        assert stage.failed == []


async def test_a_transition_is_given_its_time(stage: Stage) -> None:
    config = {"schema": "json", "name": "L", "command_topic": "l/set", "state_topic": "l", "brightness": True}
    await stage.announce("light", config)
    await stage.command("light.l", "turn_on", brightness=200, transition=5)
    await stage.virtual.advance(5.5)
    assert len(stage.told_on("l/set")) == 1
    await stage.virtual.advance(1)
    assert len(stage.told_on("l/set")) == 2


async def test_commands_wait_for_the_broker_within_their_time(stage: Stage) -> None:
    assert stage.broker is not None
    await stage.announce("switch", SWITCH)
    await stage.announce("button", BUTTON, "b")
    stage.broker.stop()
    await stage.virtual.advance(0.01)
    for entity_id, service, id in (("switch.plug", "turn_on", "s"), ("button.bell", "press", "b")):
        reply = await stage.command(entity_id, service, id=id, ttl=20)
        assert reply is not None
        assert reply.ok
    await stage.command("button.bell", "press", id="short", ttl=0.5)
    await stage.virtual.advance(2)
    assert stage.failed == []  # nobody elsewhere could hear it
    stage.broker.start()
    await stage.connect_device()
    await stage.virtual.advance(15)
    assert stage.told_on("bell/set") == ["PRESS"]
    assert stage.told_on("plug/set")[0] == "ON"
    await stage.report("plug", "ON")
    await stage.virtual.advance(60)
    assert [one.id for one in stage.failed] == ["short"]


async def test_of_wishes_that_wait_the_last_wins_for_each_attribute(stage: Stage) -> None:
    assert stage.broker is not None
    lamp = {"name": "Lamp", "unique_id": "lamp", "schema": "json", "command_topic": "lamp/set", "state_topic": "lamp"}
    await stage.announce("light", {**lamp, "brightness": True, "supported_color_modes": ["rgb"]})
    stage.broker.stop()
    await stage.virtual.advance(0.01)
    await stage.command("light.lamp", "turn_on", id="colour", rgb_color=[255, 0, 0])
    await stage.command("light.lamp", "turn_on", id="dim", brightness=50)
    await stage.command("light.lamp", "turn_on", id="dimmer", brightness=70)
    stage.broker.start()
    await stage.connect_device()
    await stage.virtual.advance(0.5)
    sent = [json.loads(text) for text in stage.told_on("lamp/set")]
    assert sent == [{"state": "ON", "color": {"r": 255, "g": 0, "b": 0}}, {"state": "ON", "brightness": 70}]
    report = {"state": "ON", "brightness": 70, "color_mode": "rgb", "color": {"r": 255, "g": 0, "b": 0}}
    await stage.report("lamp", json.dumps(report))
    await stage.virtual.advance(60)
    assert len(stage.told_on("lamp/set")) == 2
    assert stage.failed == []


async def test_an_unavailable_device_is_told_when_it_comes_back(stage: Stage) -> None:
    await stage.announce("switch", {**SWITCH, "availability_topic": "plug/here"})
    await stage.report("plug/here", "offline")
    reply = await stage.command("switch.plug", "turn_on")
    assert reply is not None
    assert reply.ok
    await stage.virtual.advance(3.5)
    await stage.report("plug/here", "online")
    before = len(stage.told_on("plug/set"))
    await stage.virtual.advance(4)
    assert stage.told_on("plug/set")[before:] == ["ON"]
    await stage.report("plug", "ON")
    assert stage.states["switch.plug"].state == "on"
    assert stage.failed == []


async def test_open_commands_survive_a_restart_and_their_time_goes_on(tmp_path: Path) -> None:
    broker = MemoryBroker()
    async with memory_stage(tmp_path, broker) as stage:
        await stage.announce("switch", SWITCH)
        await stage.announce("switch", {**SWITCH, "unique_id": "p2", "name": "P2", "command_topic": "p2/set"}, "p2")
        await stage.announce("button", BUTTON, "b")
        await stage.command("switch.plug", "turn_on", id="long", ttl=60)
        await stage.command("switch.p2", "turn_on", id="short", ttl=5)
        await stage.command("button.bell", "press", id="press", ttl=60)
        assert stage.told_on("bell/set") == ["PRESS"]
        clock = stage.virtual
    await clock.advance(10)
    async with memory_stage(tmp_path, broker, clock) as stage:
        assert stage.told_on("plug/set") == ["ON"]
        assert stage.told_on("p2/set") == []
        assert stage.told_on("bell/set") == []
        await stage.virtual.advance(reporting.RETURN)
        assert [(one.id, one.outcome) for one in stage.failed] == [("short", "expired")]
        await stage.virtual.advance(45 - reporting.RETURN)
        assert [one.id for one in stage.failed] == ["short"]
        await stage.virtual.advance(10)
        assert [one.id for one in stage.failed] == ["short", "long"]


async def test_a_press_that_could_not_leave_is_made_after_a_restart(tmp_path: Path) -> None:
    broker = MemoryBroker()
    async with memory_stage(tmp_path, broker) as stage:
        await stage.announce("button", BUTTON, "b")
        broker.stop()
        await stage.virtual.advance(0.01)
        await stage.command("button.bell", "press", id="press", ttl=60)
        clock = stage.virtual
    broker.start()
    async with memory_stage(tmp_path, broker, clock) as stage:
        await stage.virtual.advance(1)
        assert stage.told_on("bell/set") == ["PRESS"]
        await stage.virtual.advance(70)
        assert stage.failed == []


async def test_a_press_that_cannot_be_marked_is_reported_and_not_made(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(id: str) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    assert stage.broker is not None
    await stage.announce("button", BUTTON, "b")
    stage.broker.stop()
    await stage.virtual.advance(0.01)
    await stage.command("button.bell", "press", id="press")
    monkeypatch.setattr(stage.home.outbox, "mark_sent", full)
    stage.broker.start()
    await stage.connect_device()
    await stage.virtual.advance(40)
    assert stage.told_on("bell/set") == []
    assert [(one.id, one.outcome) for one in stage.failed] == [("press", "failed")]
    assert "disk is full" in stage.failed[0].message


async def test_an_entity_that_goes_takes_its_command_along(stage: Stage) -> None:
    await stage.announce("switch", SWITCH)
    await stage.command("switch.plug", "turn_on", id="gone", ttl=5)
    await stage.announce("switch", "")
    await stage.virtual.advance(10)
    assert [(one.id, one.outcome) for one in stage.failed] == [("gone", "failed")]
    assert len(stage.told_on("plug/set")) == 1


async def test_a_press_that_waits_is_reported_when_its_entity_goes(stage: Stage) -> None:
    assert stage.broker is not None
    await stage.announce("button", BUTTON, "b")
    await stage.announce("button", {**BUTTON, "name": "Gong", "unique_id": "gong", "command_topic": "gong/set"}, "g")
    stage.broker.stop()
    await stage.virtual.advance(0.01)
    await stage.command("button.bell", "press", id="bell")
    await stage.command("button.gong", "press", id="gong")
    await stage.process.calls.ask("home", "forget", {"entity": "button.bell"})
    stage.broker.start()
    await stage.connect_device()
    await stage.virtual.advance(40)
    assert stage.told_on("+/set") == ["PRESS"]
    assert stage.told_on("gong/set") == ["PRESS"]
    assert [(one.id, one.outcome, one.message) for one in stage.failed] == [
        ("bell", "failed", "button.bell was taken away")
    ]


async def test_a_command_whose_entity_goes_before_it_is_committed_is_reported(stage: Stage) -> None:
    for component, config in (("button", BUTTON), ("switch", SWITCH)):
        await stage.announce(component, config)
    for entity_id, service in (("button.bell", "press"), ("switch.plug", "turn_on")):
        domain, object_id = entity_id.split(".")
        stage.home.turn.write(OTHER)  # the command is committed with what else is written in this turn
        stage.bus.say(COMMAND, Command(object_id, service), (domain, object_id, LOGIN))
        stage.home.announce(f"homeassistant/{domain}/thing/config", b"", False)
    await stage.virtual.advance(60)
    assert stage.told_on("+/set") == []
    assert sorted((one.id, one.outcome) for one in stage.failed) == [("bell", "failed"), ("plug", "failed")]


async def test_what_waits_for_an_entity_that_is_built_anew_goes_to_its_new_topic(stage: Stage) -> None:
    assert stage.broker is not None
    await stage.announce("button", BUTTON, "b")
    await stage.announce("switch", SWITCH, "s")
    stage.broker.stop()
    await stage.virtual.advance(0.01)
    await stage.command("button.bell", "press")
    await stage.command("switch.plug", "turn_on")
    for component, place, config in (("button", "b", BUTTON), ("switch", "s", SWITCH)):
        moved = {**config, "command_topic": f"new/{config['command_topic']}"}
        stage.broker.retained[f"homeassistant/{component}/{place}/config"] = json.dumps(moved).encode()
    stage.broker.start()
    await stage.connect_device()
    await stage.virtual.advance(1)
    assert stage.told_on("+/set") == []
    assert stage.told_on("new/bell/set") == ["PRESS"]
    assert stage.told_on("new/plug/set") == ["ON"]


async def test_a_press_that_was_about_to_leave_as_the_connection_broke_survives_a_restart(tmp_path: Path) -> None:
    broker = MemoryBroker()
    async with memory_stage(tmp_path, broker) as stage:
        await stage.announce("button", BUTTON, "b")
        stage.home.turn.write(OTHER)
        stage.bus.say(COMMAND, Command("press", "press"), ("button", "bell", LOGIN))
        broker.stop()  # after the command was taken, before its row was committed
        await stage.virtual.advance(1)
        clock = stage.virtual
    broker.start()
    async with memory_stage(tmp_path, broker, clock) as stage:
        await stage.virtual.advance(1)
        assert stage.told_on("bell/set") == ["PRESS"]
        await stage.virtual.advance(60)
        assert stage.failed == []


async def test_what_counts_as_confirmed() -> None:
    rows: list[tuple[str, Any, Any, bool]] = [
        ("state", "21", "21.0", True),
        ("state", "on", "off", False),
        ("brightness", 128, 126, True),
        ("brightness", 128, 120, False),
        ("color_temp_kelvin", 3000, 2994, True),
        ("color_temp_kelvin", 3000, 4000, False),
        ("hs_color", (240.0, 100.0), (241.0, 98.0), True),
        ("hs_color", (240.0, 100.0), (120.0, 98.0), False),
        ("rgb_color", (255, 0, 0), (250, 4, 4), True),
        ("rgbww_color", (1, 2, 3, 4, 5), (1, 2, 3, 4, 9), True),
        ("rgbww_color", (1, 2, 3, 4, 5), (1, 2, 3, 4, 90), False),
        ("effect", "blink", "solid", False),
        ("effect", "blink", None, False),
    ]
    for name, wanted, reported, expected in rows:
        assert confirming.agrees(name, wanted, reported) is expected, (name, wanted, reported)
