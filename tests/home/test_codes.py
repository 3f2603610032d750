"""Codes of locks and alarm panels: asked for, checked, told to the device once, and found nowhere else."""

import json
import logging
from pathlib import Path
from typing import Any

import pytest

from tests.home.stage import Stage, memory_stage

CODE = "s3cret-4711"
PANEL: dict[str, Any] = {
    "name": "Panel",
    "unique_id": "panel",
    "command_topic": "panel/set",
    "state_topic": "panel",
    "code": CODE,
}
REMOTE: dict[str, Any] = {
    **PANEL,
    "code": "REMOTE_CODE_TEXT",
    "command_template": '{"action": "{{ action }}", "code": "{{ code }}"}',
}
LOCK: dict[str, Any] = {
    "name": "Door",
    "unique_id": "door",
    "command_topic": "door/set",
    "state_topic": "door",
    "code_format": "^\\d{4}$",
    "command_template": '{"do": "{{ value }}", "pin": "{{ code }}"}',
}


@pytest.mark.parametrize(
    ("config", "service", "data", "code"),
    [
        (PANEL, "alarm_disarm", {}, "invalid"),
        (PANEL, "alarm_disarm", {"code": ""}, "invalid"),
        (PANEL, "alarm_disarm", {"code": "s3cret-471"}, "denied"),
        (PANEL, "alarm_arm_away", {"code": "wröng"}, "denied"),
        (PANEL, "alarm_trigger", {"code": "x" * 101}, "invalid"),
        (REMOTE, "alarm_arm_home", {}, "invalid"),
        (PANEL | {"supported_features": ["arm_away"]}, "alarm_arm_home", {"code": CODE}, "invalid"),
    ],
)
async def test_a_panel_refuses(stage: Stage, config: Any, service: str, data: dict[str, Any], code: str) -> None:
    await stage.announce("alarm_control_panel", config)
    reply = await stage.command("alarm_control_panel.panel", service, **data)
    assert reply is not None
    assert reply.error is not None
    assert reply.error.code == code
    assert reply.error.field == ("service" if "supported_features" in config else "code")
    assert stage.told_on("panel/set") == []


@pytest.mark.parametrize("code", ["123", "12345", "abcd", "", "1234\n"])
async def test_a_lock_refuses_what_has_not_its_form(stage: Stage, code: str) -> None:
    await stage.announce("lock", LOCK | {"code_format": "^\\d{4}\\Z"})
    reply = await stage.command("lock.door", "unlock", code=code)
    assert reply is not None
    assert reply.error is not None
    assert reply.error.field == "code"
    assert stage.told_on("door/set") == []


async def test_a_form_that_is_none_is_refused(stage: Stage) -> None:
    await stage.announce("lock", LOCK | {"code_format": "(["})
    assert stage.configs == {}
    [refusal] = stage.home.refusals.entries.values()
    assert "`code_format`" in refusal.reason


async def test_a_form_that_never_ends_is_stopped(stage: Stage) -> None:
    await stage.announce("lock", LOCK | {"code_format": "(a+)+$"})
    reply = await stage.command("lock.door", "unlock", code="a" * 60 + "!")
    assert reply is not None
    assert reply.error is not None
    assert "`code_format`" in reply.error.message


async def test_a_code_is_tried_once(stage: Stage) -> None:
    """A keypad that hears a wrong code again and again locks itself."""
    await stage.announce("alarm_control_panel", REMOTE)
    await stage.report("panel", "armed_away")
    await stage.command("alarm_control_panel.panel", "alarm_disarm", code="0000")
    await stage.virtual.advance(60)
    assert [json.loads(told) for told in stage.told_on("panel/set")] == [{"action": "DISARM", "code": "0000"}]


async def test_without_a_code_it_is_asked_again(stage: Stage) -> None:
    await stage.announce("alarm_control_panel", REMOTE | {"code": None, "command_template": None})
    await stage.report("panel", "disarmed")
    await stage.command("alarm_control_panel.panel", "alarm_arm_away")
    await stage.virtual.advance(7)
    assert stage.told_on("panel/set") == ["ARM_AWAY"] * 2
    await stage.report("panel", "arming")  # it is about to obey
    await stage.virtual.advance(60)
    assert stage.told_on("panel/set") == ["ARM_AWAY"] * 2
    assert stage.failed == []


async def test_a_code_is_found_nowhere(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Not in what is said, not in errors, not in logs, and of the data of commands not in the file."""
    caplog.set_level(logging.DEBUG)
    pin = "8264"
    async with memory_stage(tmp_path) as stage:
        await stage.announce("lock", LOCK)
        await stage.announce("alarm_control_panel", REMOTE, "panel")
        await stage.command("lock.door", "lock", code=pin)
        await stage.command("lock.door", "open", code=pin)
        await stage.command("alarm_control_panel.panel", "alarm_disarm", code=f"{pin}9")
        await stage.command("alarm_control_panel.panel", "alarm_disarm", code=[pin])
        await stage.report("door", "LOCKED")
        assert pin in "".join(stage.told_on("door/set"))
        said = repr((stage.configs, stage.states, stage.replies, stage.failed, stage.home.refusals.entries))
        assert pin not in said
        await stage.virtual.advance(1)
    assert pin not in caplog.text
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and pin.encode() in path.read_bytes()]


async def test_the_panels_own_code_is_said_by_nobody(stage: Stage) -> None:
    await stage.announce("alarm_control_panel", PANEL)
    await stage.command("alarm_control_panel.panel", "alarm_disarm", code="wrong")
    await stage.report("panel", "armed_home")
    assert stage.states["alarm_control_panel.panel"].state == "armed_home"
    said = repr((stage.configs, stage.states, stage.replies, stage.home.refusals.entries))
    assert CODE not in said
