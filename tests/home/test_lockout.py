"""Wrong codes: a few are free, then each costs a longer wait; what needs no code wipes nothing out."""

from typing import Any

import pytest

from homeserver.home.lockout import FREE, LONGEST, SHORTEST
from tests.home.stage import Stage

PANEL: dict[str, Any] = {
    "name": "Panel",
    "state_topic": "panel",
    "command_topic": "panel/set",
    "code": "4711",
    "code_arm_required": False,
}


async def attempt(stage: Stage, code: str | None, service: str = "alarm_disarm") -> str:
    """What is said against a code; empty where it was taken."""
    data: dict[str, Any] = {"code": code} if code else {}
    reply = await stage.command("alarm_control_panel.panel", service, **data)
    assert reply is not None
    return reply.error.message if reply.error is not None else ""


async def test_after_three_wrong_codes_even_the_right_one_has_to_wait(stage: Stage) -> None:
    await stage.announce("alarm_control_panel", PANEL)
    said = [await attempt(stage, f"000{number}") for number in range(FREE)]
    assert said == [
        "the code is wrong; 2 more and alarm_control_panel.panel takes none for a while",
        "the code is wrong; 1 more and alarm_control_panel.panel takes none for a while",
        "the code is wrong; alarm_control_panel.panel takes none for 10 s now",
    ]
    assert await attempt(stage, "4711") == "after 3 wrong codes alarm_control_panel.panel takes none for 10 s"
    assert stage.told_on("panel/set") == []
    await stage.virtual.advance(SHORTEST)
    assert await attempt(stage, "4711") == ""
    assert stage.told_on("panel/set") == ["DISARM"]
    assert "2 more" in await attempt(stage, "0000"), "a right code ends it"


async def test_a_command_that_is_delivered_twice_is_one_try(stage: Stage) -> None:
    await stage.announce("alarm_control_panel", PANEL)

    async def said(id: str, code: str) -> str:
        reply = await stage.command("alarm_control_panel.panel", "alarm_disarm", id=id, code=code)
        assert reply is not None
        return reply.error.message if reply.error is not None else ""

    assert "2 more" in await said("one", "0000")
    assert "2 more" in await said("one", "0000")
    assert "2 more" in await said("one", "4711"), "under an id that was refused no further code is tried"
    assert stage.told_on("panel/set") == []
    assert "1 more" in await said("two", "0000")
    assert "takes none for 10 s now" in await said("three", "0000")
    await stage.virtual.advance(SHORTEST)
    assert await said("right", "4711") == ""
    for number in range(FREE):
        await said(f"wrong {number}", "0000")
    assert await said("right", "4711") == "", "it was taken, and is not tried again"
    assert "takes none" in await said("next", "4711"), "nor does it end the wait"
    assert stage.told_on("panel/set") == ["DISARM"]


async def test_the_wait_doubles_up_to_five_minutes_and_an_hour_forgets(stage: Stage) -> None:
    await stage.announce("alarm_control_panel", PANEL)
    for _ in range(FREE - 1):
        await attempt(stage, "0000")
    delay, waits = 0.0, []
    for _ in range(7):
        await stage.virtual.advance(delay)
        waits.append(delay := float((await attempt(stage, "0000")).split(" for ")[1].split()[0]))
    assert waits == [10, 20, 40, 80, 160, LONGEST, LONGEST]
    await stage.virtual.advance(3601)
    assert "2 more" in await attempt(stage, "0000")


async def test_a_code_that_nobody_checks_does_not_wipe_out_the_count(stage: Stage) -> None:
    await stage.announce("alarm_control_panel", PANEL)
    for _ in range(2):
        await attempt(stage, "0000")
        assert await attempt(stage, "0000", "alarm_arm_home") == "", "arming needs no code here"
    assert "takes none for 10 s" in await attempt(stage, "0000")


async def test_no_code_is_no_wrong_code(stage: Stage) -> None:
    await stage.announce("alarm_control_panel", PANEL)
    for _ in range(5):
        assert await attempt(stage, None) == "this needs a code"
    assert await attempt(stage, "4711") == ""


@pytest.mark.parametrize("code", ["REMOTE_CODE", "REMOTE_CODE_TEXT"])
async def test_what_the_panel_checks_is_the_panels_to_count(stage: Stage, code: str) -> None:
    await stage.announce("alarm_control_panel", PANEL | {"code": code})
    for _ in range(6):
        assert await attempt(stage, "0000") == ""


async def test_a_lock_counts_codes_of_another_form(stage: Stage) -> None:
    lock = {"name": "Door", "command_topic": "door/set", "code_format": "^1234$"}
    await stage.announce("lock", lock)
    for number in range(FREE):
        reply = await stage.command("lock.door", "unlock", code=f"000{number}")
    assert reply is not None
    assert reply.error is not None
    assert reply.error.message.endswith("lock.door takes none for 10 s now")
    reply = await stage.command("lock.door", "unlock", code="1234")
    assert reply is not None
    assert not reply.ok
    assert "1234" not in str(stage.home.refusals.entries)


async def test_another_id_is_no_way_around(stage: Stage) -> None:
    await stage.announce("alarm_control_panel", PANEL)
    for _ in range(FREE):
        await attempt(stage, "0000")
    renamed = {"entity": "alarm_control_panel.panel", "id": "alarm_control_panel.hall"}
    await stage.process.calls.ask("home", "edit_entity", renamed)
    assert await attempt(stage, "4711") == "after 3 wrong codes alarm_control_panel.hall takes none for 10 s"
