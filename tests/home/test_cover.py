"""Covers on their way: when they are told again, what a stop ends, and which services there are."""

from typing import Any

import pytest

from tests.home.stage import Stage

GATE: dict[str, Any] = {"name": "Gate", "unique_id": "g", "command_topic": "gate/set", "state_topic": "gate"}
BLIND: dict[str, Any] = {
    "name": "Blind",
    "unique_id": "b",
    "command_topic": "blind/set",
    "position_topic": "blind/position",
    "set_position_topic": "blind/position/set",
}


async def test_a_gate_that_moves_is_not_told_again(stage: Stage) -> None:
    """There are openers that stop at a second OPEN."""
    await stage.announce("cover", GATE)
    await stage.report("gate", "closed")
    await stage.command("cover.gate", "open_cover")
    await stage.report("gate", "opening")
    await stage.virtual.advance(60)
    assert stage.told_on("gate/set") == ["OPEN"]
    assert stage.failed == []


async def test_the_other_way_is_no_confirmation(stage: Stage) -> None:
    await stage.announce("cover", GATE)
    await stage.report("gate", "closing")
    await stage.command("cover.gate", "open_cover", ttl=25)
    await stage.report("gate", "closed")
    await stage.virtual.advance(20)
    assert stage.told_on("gate/set") == ["OPEN"]
    await stage.virtual.advance(2)
    assert stage.told_on("gate/set") == ["OPEN", "OPEN"]
    await stage.virtual.advance(10)
    assert [one.outcome for one in stage.failed] == ["expired"]


async def test_after_a_stop_nothing_earlier_is_asked_for(stage: Stage) -> None:
    await stage.announce("cover", GATE)
    await stage.report("gate", "closed")
    await stage.command("cover.gate", "open_cover")
    await stage.command("cover.gate", "stop_cover")
    await stage.virtual.advance(60)
    assert stage.told_on("gate/set") == ["OPEN", "STOP"]
    assert stage.failed == []


async def test_a_blind_is_told_until_it_is_there(stage: Stage) -> None:
    await stage.announce("cover", BLIND)
    await stage.report("blind/position", "0")
    await stage.command("cover.blind", "set_cover_position", position=40)
    await stage.report("blind/position", "20")
    await stage.virtual.advance(22)
    assert stage.told_on("blind/position/set") == ["40", "40"]
    await stage.report("blind/position", "39")  # its drive stops where it can
    await stage.virtual.advance(60)
    assert stage.told_on("blind/position/set") == ["40", "40"]
    assert stage.failed == []


@pytest.mark.parametrize("position", [-1, 101, "half", None])
async def test_a_position_is_a_percentage(stage: Stage, position: Any) -> None:
    await stage.announce("cover", BLIND)
    reply = await stage.command("cover.blind", "set_cover_position", position=position)
    assert reply is not None
    assert reply.error is not None
    assert reply.error.field == "position"


@pytest.mark.parametrize(
    ("config", "services"),
    [
        ({}, {"open_cover", "close_cover", "stop_cover", "toggle"}),
        ({"payload_close": None}, {"open_cover", "stop_cover"}),
        ({"payload_open": "", "payload_stop": None}, {"close_cover"}),
        ({"command_topic": None, "tilt_command_topic": "t", "payload_stop_tilt": None}, None),
    ],
)
async def test_a_cover_has_the_services_that_its_device_has(
    stage: Stage, config: dict[str, Any], services: set[str] | None
) -> None:
    await stage.announce("cover", GATE | config)
    tilts = {"open_cover_tilt", "close_cover_tilt", "set_cover_tilt_position", "toggle_cover_tilt"}
    assert set(stage.configs["cover.gate"].services) == (tilts if services is None else services)


async def test_a_toggle_stops_what_moves_and_turns_what_stands(stage: Stage) -> None:
    await stage.announce("cover", GATE | {"payload_stop": None})
    for state, told in [("closing", "OPEN"), ("opening", "CLOSE"), ("closed", "OPEN"), ("open", "CLOSE")]:
        stage.told.clear()
        await stage.report("gate", state)
        await stage.command("cover.gate", "toggle")
        assert stage.told_on("gate/set")[-1] == told, state
