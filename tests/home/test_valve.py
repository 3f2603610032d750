"""Valves: words or numbers, what counts as on the way, and wrong ranges."""

from typing import Any

import pytest

from tests.home.stage import Stage

TAP: dict[str, Any] = {
    "name": "Tap",
    "unique_id": "t",
    "command_topic": "tap/set",
    "state_topic": "tap",
    "reports_position": True,
}


async def test_a_valve_on_its_way_is_not_told_again(stage: Stage) -> None:
    await stage.announce("valve", TAP)
    await stage.report("tap", "0")
    await stage.command("valve.tap", "open_valve")
    await stage.report("tap", '{"state": "opening", "position": 3}')
    await stage.virtual.advance(60)
    assert stage.told_on("tap/set") == ["100"]
    assert stage.failed == []


async def test_a_valve_that_stays_where_it_is_is_told_again_and_reported(stage: Stage) -> None:
    await stage.announce("valve", TAP)
    await stage.report("tap", "0")
    await stage.command("valve.tap", "set_valve_position", position=50)
    await stage.report("tap", "0")
    await stage.virtual.advance(40)
    assert stage.told_on("tap/set") == ["50", "50"]
    assert [one.outcome for one in stage.failed] == ["expired"]


@pytest.mark.parametrize(
    ("config", "services"),
    [
        ({}, {"open_valve", "close_valve", "set_valve_position", "toggle"}),
        ({"payload_stop": "S"}, {"open_valve", "close_valve", "stop_valve", "set_valve_position", "toggle"}),
        ({"reports_position": False}, {"open_valve", "close_valve", "toggle"}),
        ({"reports_position": False, "payload_close": None}, {"open_valve"}),
        ({"command_topic": None}, set()),
    ],
)
async def test_a_valve_has_the_services_that_its_device_has(
    stage: Stage, config: dict[str, Any], services: set[str]
) -> None:
    await stage.announce("valve", TAP | config)
    assert set(stage.configs["valve.tap"].services) == services


async def test_ends_that_are_the_same_are_refused(stage: Stage) -> None:
    await stage.announce("valve", TAP | {"position_open": 0})
    [refusal] = stage.home.refusals.entries.values()
    assert "must differ" in refusal.reason


@pytest.mark.parametrize(
    "report", ['{"state": "open"}', '{"position": null}', '{"position": "nan"}', "[1]", "{", "wide"]
)
async def test_nonsense_leaves_it_as_it_was(stage: Stage, report: str) -> None:
    await stage.announce("valve", TAP)
    await stage.report("tap", "30")
    await stage.report("tap", report)
    said = stage.states["valve.tap"]
    assert (said.state, said.attributes["current_position"]) == ("open", 30)
