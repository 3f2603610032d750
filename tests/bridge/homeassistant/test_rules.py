"""Triggers, conditions and actions of clients, by the rules of the home."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from homeserver.bridge.homeassistant.rules import _AGAIN
from homeserver.rules.worker import setup as set_up_rules
from homeserver.runtime.rehearsal import Rehearsal
from tests.bridge.conftest import Home
from tests.bridge.homeassistant.talking import Talk

ON = {"trigger": "state", "entity_id": "light.hall", "to": "on"}


def rules(home: Home, folder: Path) -> Rehearsal:
    (folder / "rules").mkdir(parents=True, exist_ok=True)
    return Rehearsal(set_up_rules, broker=home.core.broker, clock=home.clock, folder=folder, process="rules")


@pytest.fixture
async def ruled(home: Home, tmp_path: Path) -> AsyncIterator[Home]:
    async with rules(home, tmp_path / "elsewhere"):
        await home.settle()
        yield home


async def test_each_firing_of_a_trigger_is_an_event(ruled: Home) -> None:
    talk = await Talk(ruled).let_in()
    assert await talk.result("subscribe_trigger", trigger=ON, variables={"x": 1}) is None
    assert not talk.events()
    cause = ruled.owner.state("light.hall", "on")
    await ruled.settle()
    (event,) = talk.events()
    told = event["variables"]["trigger"]
    assert (told["entity_id"], told["from_state"]["state"], told["to_state"]["state"]) == ("light.hall", "off", "on")
    assert event["context"]["id"] == cause.id
    await talk.result("unsubscribe_events", subscription=talk._count)
    number = talk._count - 1
    ruled.owner.state("light.hall", "off")
    ruled.owner.state("light.hall", "on")
    await ruled.settle()
    assert len(talk.events(number)) == 1
    await talk.leave()


@pytest.mark.parametrize("trigger", [{"trigger": "stat"}, {"trigger": "state"}, [], "sunset", 7, None])
async def test_a_trigger_that_is_none(ruled: Home, trigger: Any) -> None:
    talk = await Talk(ruled).let_in()
    assert await talk.error("subscribe_trigger", trigger=trigger) == "invalid_format"
    assert await talk.error("unsubscribe_events", subscription=talk._count) == "not_found"
    await talk.leave()


async def test_the_subscription_outlives_the_rules(home: Home, tmp_path: Path) -> None:
    talk = await Talk(home).let_in()
    folder = tmp_path / "elsewhere"
    async with rules(home, folder):
        await home.settle()
        await talk.result("subscribe_trigger", trigger=ON)
    async with rules(home, folder):
        await home.clock.advance(_AGAIN)
        await home.settle()
        home.owner.state("light.hall", "on")
        await home.settle()
        assert len(talk.events()) == 1
        await talk.leave()


async def test_without_rules_it_is_said(home: Home) -> None:
    talk = await Talk(home).let_in()
    assert await talk.error("subscribe_trigger", trigger=ON) == "not_supported"
    assert await talk.error("test_condition", condition="{{ true }}") == "not_supported"
    assert await talk.error("execute_script", sequence=[]) == "not_supported"
    await talk.leave()


async def test_a_condition(ruled: Home) -> None:
    talk = await Talk(ruled).let_in()
    condition = {"condition": "state", "entity_id": "light.hall", "state": "off"}
    assert await talk.result("test_condition", condition=condition) == {"result": True}
    assert await talk.result("test_condition", condition="{{ x == 2 }}", variables={"x": 1}) == {"result": False}
    assert await talk.error("test_condition", condition={"condition": "stat"}) == "invalid_format"
    unknown = {**condition, "entity_id": "light.nowhere"}
    assert await talk.error("test_condition", condition=unknown) == "home_assistant_error"
    await talk.leave()


async def test_actions(ruled: Home) -> None:
    talk = await Talk(ruled).let_in()
    ruled.owner.mood = "silent"
    sequence = [
        {"action": "light.turn_on", "target": {"entity_id": "light.hall"}},
        {"variables": {"answer": {"x": "{{ x + 1 }}"}}},
        {"stop": "", "response_variable": "answer"},
    ]
    done = await talk.result("execute_script", sequence=sequence, variables={"x": 1})
    assert done["response"] == {"x": 2}
    assert done["context"]["id"]
    assert [one[0] for one in ruled.owner.commands] == ["light.hall"]
    assert await talk.error("execute_script", sequence=[{"explode": 1}]) == "invalid_format"
    await talk.leave()


async def test_validate_config(ruled: Home) -> None:
    talk = await Talk(ruled).let_in()
    told = await talk.result("validate_config", triggers=ON, conditions={"condition": "stat"}, actions=[{"delay": 5}])
    assert (told["triggers"]["valid"], told["conditions"]["valid"], told["actions"]["valid"]) == (True, False, True)
    assert "stat" in told["conditions"]["error"]
    await talk.leave()
