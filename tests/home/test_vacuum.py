"""Vacuums: what they refuse, and what counts as obeyed."""

from typing import Any

import pytest

from tests.home.stage import Stage

VACUUM: dict[str, Any] = {
    "name": "Robo",
    "unique_id": "r",
    "state_topic": "robo",
    "command_topic": "robo/set",
    "supported_features": ["start", "fan_speed", "send_command"],
    "fan_speed_list": ["min", "max"],
    "set_fan_speed_topic": "robo/speed",
    "clean_segments_command_topic": "robo/segments",
}


@pytest.mark.parametrize(
    ("service", "data", "field"),
    [
        ("set_fan_speed", {"fan_speed": "warp"}, "fan_speed"),
        ("pause", {}, "service"),
        ("send_command", {"command": "x"}, "service"),
        ("clean_segments", {"segment_ids": ["1"]}, "segment_ids"),
        ("clean_segments", {"segment_ids": []}, "segment_ids"),
        ("clean_area", {"cleaning_area_id": ["attic"]}, "cleaning_area_id"),
    ],
)
async def test_what_is_refused(stage: Stage, service: str, data: dict[str, Any], field: str) -> None:
    await stage.announce("vacuum", VACUUM)
    reply = await stage.command("vacuum.robo", service, **data)
    assert reply is not None
    assert reply.error is not None
    assert reply.error.field == field
    assert stage.told == []


async def test_the_older_dialect_of_vacuums_is_refused(stage: Stage) -> None:
    await stage.announce("vacuum", VACUUM | {"schema": "legacy"})
    assert stage.configs == {}
    [refusal] = stage.home.refusals.entries.values()
    assert "`schema`" in refusal.reason


async def test_a_vacuum_that_reports_nothing_is_not_taken_to_have_obeyed(stage: Stage) -> None:
    await stage.announce("vacuum", VACUUM | {"state_topic": None})
    await stage.command("vacuum.robo", "start")
    assert stage.told_on("robo/set") == ["start"]
    assert stage.states["vacuum.robo"].state == "unknown"


async def test_a_vacuum_that_docks_at_once_has_obeyed(stage: Stage) -> None:
    config = VACUUM | {"supported_features": ["return_home"]}
    await stage.announce("vacuum", config)
    await stage.command("vacuum.robo", "return_to_base")
    await stage.report("robo", '{"state": "docked"}')
    await stage.virtual.advance(60)
    assert stage.told_on("robo/set") == ["return_to_base"]
    assert stage.failed == []
