"""Whose a discovery topic is, and that nobody gets from the home what the broker would not give."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from homeserver.home.grants import NOBODY, Grants
from homeserver.runtime.logins import Logins, device_rights
from homeserver.runtime.memory_broker import MemoryBroker
from tests.home.stage import LOGIN, Stage, memory_stage

KNOWN = f"mqtt://{LOGIN}@127.0.0.1:1883"
LAMP: dict[str, Any] = {
    "unique_id": "lamp",
    "name": None,
    "object_id": "lamp",
    "command_topic": "lab/set",
    "state_topic": "lab/state",
    "device": {"identifiers": ["lab"], "connections": [["mac", "AA:BB"]], "name": "Lab", "model": "One"},
}
ROGUE: dict[str, Any] = {"unique_id": "r", "name": "R", "command_topic": "rogue/set", "state_topic": "rogue/state"}


def logins(folder: Path, **more: tuple[str, ...]) -> Logins:
    found = Logins(folder)
    for name in ("lab", "rogue", *more):
        found.add(f"device.{name}", *device_rights(name, discovery=more.get(name, ())))
    return found


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    """A home whose broker knows the logins `lab` and `rogue`, with a lamp of the first."""
    logins(tmp_path)
    async with memory_stage(tmp_path, address=KNOWN) as opened:
        await opened.report("homeassistant/light/lab/lamp/config", dumps(LAMP), retain=True)
        await opened.report("lab/state", "OFF")
        assert list(opened.configs) == ["light.lamp"]
        yield opened


def dumps(fields: Any) -> bytes:
    return json.dumps(fields).encode()


def test_the_most_exact_grant_tells_whose_a_topic_is(tmp_path: Path) -> None:
    more = {
        "bridge": ("homeassistant/+/+/+/config",),
        "twin": ("homeassistant/+/rogue/#",),
        "one": ("homeassistant/light/here/config",),
    }
    grants = Grants(logins(tmp_path, **more), "homeassistant")

    def whose(topic: str) -> set[str]:
        return {owner.login for owner in grants.owners(topic)}

    assert whose("homeassistant/light/lab/lamp/config") == {"device.lab"}
    assert whose("homeassistant/light/lab/config") == {"device.lab"}
    assert whose("homeassistant/light/0x1/lamp/config") == {"device.bridge"}
    assert whose("homeassistant/light/rogue/lamp/config") == {"device.rogue", "device.twin"}
    assert whose("homeassistant/light/here/config") == {"device.one"}
    assert grants.owners("homeassistant/light/other/config") == (NOBODY,)
    assert grants.may_follow("homeassistant/light/other/config", "homeassistant/light/else/config")
    assert grants.may_follow("homeassistant/light/lab/b/config", "homeassistant/light/lab/a/config")
    assert grants.may_follow("homeassistant/light/lab/b/config", "homeassistant/light/other/config")
    assert not grants.may_follow("homeassistant/light/other/config", "homeassistant/light/lab/a/config")
    assert not grants.may_follow("homeassistant/light/0x1/a/config", "homeassistant/light/lab/a/config")


def test_nobody_is_judged_where_logins_are_not_ours(tmp_path: Path) -> None:
    for grants in (Grants(None, "homeassistant"), Grants(Logins(tmp_path), "homeassistant")):
        assert grants.owners("homeassistant/light/lab/config") == ()
        assert not grants.renew()
        assert grants.may_follow("homeassistant/light/lab/b/config", "homeassistant/light/rogue/a/config")


def test_a_prefix_of_many_levels(tmp_path: Path) -> None:
    found = Logins(tmp_path)
    found.add("device.lab", *device_rights("lab", prefix="ha/mqtt"))
    grants = Grants(found, "ha/mqtt")
    assert [owner.login for owner in grants.owners("ha/mqtt/light/lab/config")] == ["device.lab"]
    assert grants.owners("ha/light/lab/config") == (NOBODY,)
    with pytest.raises(ValueError, match="that of the home's own topics"):
        device_rights("ha", prefix="ha/mqtt")


FAULTS: list[tuple[dict[str, Any], str]] = [
    ({"command_topic": "lab/set"}, "command_topic"),
    ({"command_topic": "rogue"}, ""),
    ({"command_topic": "homeassistant/status"}, "command_topic"),
    ({"command_topic": "homeassistant/light/lab/lamp/config"}, "command_topic"),
    ({"command_topic": "homeserver/call/keeper/stop/process.core"}, "command_topic"),
    ({"command_topic": "homeserver"}, "command_topic"),
    ({"command_topic": "$SYS/broker"}, "command_topic"),
    ({"command_topic": "rogue/+/set"}, "command_topic"),
    ({"command_topic": "rogue/#"}, "command_topic"),
    ({"command_topic": "rogue/\x00set"}, "command_topic"),
    ({"command_topic": "/rogue/set"}, "command_topic"),
    ({"command_topic": "ROGUE/set"}, "command_topic"),
    ({"~": "lab", "command_topic": "~/set"}, "command_topic"),
    ({"brightness_command_topic": "lab/set"}, "brightness_command_topic"),
    ({"schema": "json", "command_topic": "lab/set"}, "command_topic"),
    (
        {"schema": "template", "command_topic": "lab/set", "command_on_template": "", "command_off_template": ""},
        "t",
    ),
    ({"state_topic": "lab/state"}, "lab/state"),
    ({"state_topic": "lab/#"}, "lab/#"),
    ({"state_topic": "homeserver/entity/#"}, "state_topic"),
    ({"state_topic": "$SYS/#"}, "state_topic"),
    ({"state_topic": "+/#"}, "state_topic"),
    ({"state_topic": "homeassistant/light/lab/#"}, "homeassistant/light/lab/#"),
    ({"json_attributes_topic": "lab/state"}, "lab/state"),
    ({"availability_topic": "lab/state"}, "lab/state"),
    ({"availability": [{"topic": "rogue/here"}, {"topic": "lab/state"}]}, "lab/state"),
    ({"availability": [{"topic": "homeserver/process/core/status"}]}, "topic"),
    ({"brightness_state_topic": "lab/state"}, "lab/state"),
    ({"unique_id": "lamp"}, "unique_id"),
    ({"device": {"identifiers": ["lab"]}}, "device"),
    ({"device": {"identifiers": ["mine", "lab"], "name": "Mine"}}, "device"),
    ({"device": {"connections": [["mac", "aa:bb"]]}}, "device"),
]
"""Configs with what their refusal must name."""


async def test_what_a_login_may_not_use_is_refused(stage: Stage) -> None:
    for number, (config, at_fault) in enumerate(FAULTS):
        topic = f"homeassistant/light/rogue/r{number}/config"
        before = (stage.configs["light.lamp"], stage.states["light.lamp"], set(stage.home.board.patterns.filters))
        await stage.report(topic, dumps(ROGUE | config))
        reason = stage.home.refusals.entries.get(topic)
        if not at_fault:
            assert reason is None
            assert set(stage.configs) == {"light.lamp", "light.r"}
            await stage.report(topic, b"")
            continue
        assert reason is not None, config
        assert at_fault in reason.reason, config
        after = (stage.configs["light.lamp"], stage.states["light.lamp"], set(stage.home.board.patterns.filters))
        assert after == before, config
        assert list(stage.configs) == ["light.lamp"], config
        assert len(stage.home.registry.devices) == 1, config


async def test_a_bundle_is_judged_part_by_part(stage: Stage, tmp_path: Path) -> None:
    parts = {
        "good": {"p": "switch", "unique_id": "g", "command_topic": "rogue/set"},
        "bad": {"p": "switch", "unique_id": "b", "command_topic": "lab/set"},
    }
    device = {"identifiers": ["rogue"], "name": "Rogue"}
    await stage.report(
        "homeassistant/device/rogue/config", dumps({"device": device, "origin": {}, "components": parts})
    )
    assert set(stage.configs) == {"light.lamp", "switch.rogue_switch"}
    reason = stage.home.refusals.entries["homeassistant/device/rogue/config bad"].reason
    assert "`command_topic` 'lab/set' is not for device.rogue, which may use rogue/#" in reason
    Logins(tmp_path).add("device.rogue", *device_rights("rogue", ("rogue/#", "lab/set")))
    await stage.virtual.advance(1.1)
    assert set(stage.configs) == {"light.lamp", "switch.rogue_switch", "switch.rogue_switch_2"}


async def test_wildcards_hear_only_what_their_login_may_say(stage: Stage, tmp_path: Path) -> None:
    config = {"unique_id": "w", "name": "W", "state_topic": "+/state"}
    await stage.report("homeassistant/sensor/rogue/w/config", dumps(config))
    await stage.report("lab/state", "ON")
    assert stage.states["sensor.w"].state == "unknown"
    await stage.report("rogue/state", "mine")
    assert stage.states["sensor.w"].state == "mine"
    await stage.report("lab/state", "OFF")
    assert stage.states["sensor.w"].state == "mine"
    assert stage.states["light.lamp"].state == "off"
    await stage.process.calls.ask("home", "edit_entity", {"entity": "sensor.w", "restless": True})
    await stage.report("lab/state", "ON")
    assert stage.states["sensor.w"].state == "mine"  # what is built anew by people's word hears no more either
    Logins(tmp_path).add("device.rogue", *device_rights("rogue", ("rogue/#", "more/#")))
    await stage.virtual.advance(1.1)
    await stage.report("more/state", "new")
    assert stage.states["sensor.w"].state == "new"
    Logins(tmp_path).add("device.rogue", *device_rights("rogue"))
    await stage.virtual.advance(1.1)
    await stage.report("more/state", "old")
    assert stage.states["sensor.w"].state == "new"


async def test_what_is_another_logins_stays_so_while_it_is_away(tmp_path: Path) -> None:
    found, broker = logins(tmp_path), MemoryBroker()
    lab, rogue = "homeassistant/light/lab/lamp/config", "homeassistant/light/rogue/lamp/config"
    claim = {**ROGUE, "unique_id": "lamp"}
    async with memory_stage(tmp_path, broker, address=KNOWN) as first:
        await first.report(lab, dumps(LAMP), retain=True)
        await first.report(rogue, dumps(claim), retain=True)
        await first.report("homeassistant/switch/rogue/id/config", dumps({**ROGUE, "object_id": "lamp"}), retain=True)
        await first.report(lab, b"", retain=True)
        assert list(first.configs) == ["switch.lamp"], "nor when it has gone"
        await first.report("homeassistant/light/rogue/id/config", dumps({**ROGUE, "object_id": "lamp"}), retain=True)
        assert set(first.configs) == {"switch.lamp", "light.lamp_2"}, "and its id is not given away"
    broker.retained = {rogue: dumps(claim), lab: dumps(LAMP)}
    async with memory_stage(tmp_path, broker, address=KNOWN) as second:
        assert second.home.roster.entities["light", "lamp"].topic == lab, "whoever comes first at a start"
        found.remove("device.lab")
        await second.virtual.advance(1.1)
        assert second.home.roster.entities["light", "lamp"].topic == rogue, "but not for ever"


async def test_new_grants_hold_at_once(stage: Stage, tmp_path: Path) -> None:
    await stage.report("homeassistant/light/late/lamp/config", dumps({**ROGUE, "command_topic": "late/set"}))
    assert list(stage.configs) == ["light.lamp"]
    reason = stage.home.refusals.entries["homeassistant/light/late/lamp/config"].reason
    assert "no login may announce on this topic" in reason
    found = Logins(tmp_path)
    found.add("device.late", *device_rights("late", ("late/#", "rogue/state")))
    await stage.virtual.advance(1.1)
    assert set(stage.configs) == {"light.lamp", "light.r"}
    assert "homeassistant/light/late/lamp/config" not in stage.home.refusals.entries
    found.add("device.late", *device_rights("late"))
    await stage.virtual.advance(1.1)
    assert list(stage.configs) == ["light.lamp"]
    assert "'rogue/state' is not for device.late" in (
        stage.home.refusals.entries["homeassistant/light/late/lamp/config"].reason
    )


async def test_while_logins_cannot_be_read_devices_stay_and_nobody_new_comes_in(tmp_path: Path) -> None:
    found, broker = logins(tmp_path), MemoryBroker()
    new = "homeassistant/light/rogue/new/config"
    claims = {
        "homeassistant/light/rogue/lamp/config": {**ROGUE, "unique_id": "lamp"},
        "homeassistant/light/rogue/theft/config": {**ROGUE, "unique_id": "t", "command_topic": "lab/set"},
        "homeassistant/light/late/late/config": {"unique_id": "l", "name": "L", "command_topic": "late/set"},
    }
    async with memory_stage(tmp_path, broker, address=KNOWN) as stage:
        await stage.report("homeassistant/light/lab/lamp/config", dumps(LAMP), retain=True)
    good = found.path.read_bytes()
    for bad in (good[:200], b"\xff\xfe", b"[" * 100_000, b""):
        found.path.write_bytes(bad)
        async with memory_stage(tmp_path, broker, address=KNOWN) as stage:
            assert list(stage.configs) == ["light.lamp"], "what was there stays"
            hosted = stage.process.hosted["home"]
            assert hosted.state == "degraded"
            assert "new devices cannot be let in" in hosted.reason
            assert "logins.json cannot be read" in hosted.reason
            for topic, config in claims.items():
                await stage.report(topic, dumps(config))
                assert list(stage.configs) == ["light.lamp"], topic
            assert "it cannot be told yet whose this topic is" in (
                stage.home.refusals.entries["homeassistant/light/late/late/config"].reason
            )
            await stage.report(new, dumps(ROGUE))
            assert set(stage.configs) == {"light.lamp", "light.r"}, "a login that was known is as free as before"
            await stage.report(new, b"")
            found.path.write_bytes(good)
            found.add("device.late", *device_rights("late"))
            await stage.virtual.advance(1.1)
            assert set(stage.configs) == {"light.lamp", "light.l"}
            assert (hosted.state, hosted.reason) == ("online", "")
            found.path.write_bytes(b"{")
            await stage.virtual.advance(1.1)
            assert set(stage.configs) == {"light.lamp", "light.l"}
            assert hosted.state == "degraded", "nor is it kept quiet while it runs"
            await stage.report("homeassistant/light/late/late/config", b"")
            found.path.write_bytes(good)
            await stage.virtual.advance(1.1)


async def test_logins_that_were_never_read_let_nobody_in(tmp_path: Path) -> None:
    (tmp_path / "logins.json").write_bytes(b"{")
    async with memory_stage(tmp_path, address=KNOWN) as stage:
        await stage.report("homeassistant/light/lab/lamp/config", dumps(LAMP), retain=True)
        assert stage.configs == {}
        (tmp_path / "logins.json").unlink()
        logins(tmp_path)
        await stage.virtual.advance(1.1)
        assert list(stage.configs) == ["light.lamp"]
        assert stage.process.hosted["home"].state == "online"
